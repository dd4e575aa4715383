//! What each command does. Results go to standard output, everything else to standard error.

mod doctor;
mod keeping;
mod serve;

use crate::{
    Foundation, OsChance, Settings, SystemClock,
    command_line::{Command, Output, ProfileCommand, TokenCommand, UserCommand},
};
use authn::Limits;
use model::{Clock, Failure, Timestamp};
use serde_json::{Value, json};
use service::{Operations, ProfilesFile};
use std::{
    fs,
    io::{IsTerminal, Write, stdin, stdout},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

pub(crate) async fn run(settings: &Settings, command: Command, output: Output) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve { .. } => serve::serve(settings).await.map(|()| ExitCode::SUCCESS),
        Command::Doctor => doctor::doctor(settings, output),
        Command::User(command) => user(&operations(settings).await?, command, output).await,
        Command::Profile(command) => profile(&operations(settings).await?, command, output).await,
        Command::Secret(command) => keeping::secret(&operations(settings).await?, command, output).await,
        Command::Audit { namespace, limit, page_token } => {
            keeping::audit(&operations(settings).await?, namespace, limit, page_token, output).await
        }
        Command::Token(command) => token(&operations(settings).await?, command, output).await,
        // Taken care of before the settings are read.
        Command::Launcher { .. } => Ok(ExitCode::FAILURE),
    }
}

async fn operations(settings: &Settings) -> Result<Operations, Failure> {
    Ok(Foundation::lay(settings, Arc::new(SystemClock), Arc::new(OsChance)).await?.operations)
}

async fn user(operations: &Operations, command: UserCommand, output: Output) -> Result<ExitCode, Failure> {
    match command {
        UserCommand::Add { user, password_stdin, platform_admin } => {
            let made = operations.add_user(user, password(password_stdin)?, platform_admin).await?;
            let text = match &made.generated_password {
                Some(password) => format!("User {} is made. Password: {password}", made.name),
                None => format!("User {} is made.", made.name),
            };
            let json = json!({
                "user": made.name, "password": made.generated_password, "platform_admin": made.platform_admin,
            });
            say(output, &text, &json)
        }
        UserCommand::Password { user, password_stdin } => {
            let generated = operations.set_password(&user, password(password_stdin)?).await?;
            let text = match &generated {
                Some(password) => format!("{user} has a new password: {password}"),
                None => format!("{user} has a new password."),
            };
            say(output, &text, &json!({ "user": user, "password": generated }))
        }
        UserCommand::Disable { user } => {
            operations.set_disabled(&user, true).await?;
            say(output, &format!("{user} is disabled."), &json!({ "user": user, "disabled": true }))
        }
        UserCommand::Enable { user } => {
            operations.set_disabled(&user, false).await?;
            say(output, &format!("{user} is let in again."), &json!({ "user": user, "disabled": false }))
        }
        UserCommand::SignOut { user } => {
            operations.sign_out(&user).await?;
            say(output, &format!("{user} is signed out everywhere."), &json!({ "user": user, "signed_out": true }))
        }
        UserCommand::List => {
            let users = operations.users().await?;
            let lines = users.iter().map(|user| {
                let admin = if user.platform_admin { "\tplatform admin" } else { "" };
                let disabled = if user.disabled { "\tdisabled" } else { "" };
                format!("{}{admin}{disabled}", user.name)
            });
            let json = users.iter().map(|user| {
                json!({
                    "user": user.name, "platform_admin": user.platform_admin, "disabled": user.disabled,
                    "created_at": user.created_at.to_rfc3339(),
                })
            });
            say(output, &lines.collect::<Vec<_>>().join("\n"), &Value::from(json.collect::<Vec<_>>()))
        }
    }
}

async fn profile(operations: &Operations, command: ProfileCommand, output: Output) -> Result<ExitCode, Failure> {
    match command {
        ProfileCommand::Add { namespace, owner } => {
            operations.add_profile(namespace.clone(), &owner).await?;
            let text = format!("Namespace {namespace} is made. {owner} owns it.");
            say(output, &text, &json!({ "namespace": namespace, "owner": owner }))
        }
        ProfileCommand::Share { namespace, user, role } => {
            operations.share_profile(namespace.clone(), &user, role).await?;
            let text = format!("{user} is in namespace {namespace} as {}.", role.as_str());
            say(output, &text, &json!({ "namespace": namespace, "user": user, "role": role }))
        }
        ProfileCommand::Unshare { namespace, user } => {
            operations.unshare_profile(namespace.clone(), &user).await?;
            let text = format!("{user} is no longer in namespace {namespace}.");
            say(output, &text, &json!({ "namespace": namespace, "user": user }))
        }
        ProfileCommand::Apply { file } => {
            let file = read_profiles(&file)?;
            operations.apply_profiles(&file).await?;
            let names: Vec<_> = file.profiles.iter().map(|entry| entry.namespace.to_string()).collect();
            say(output, &format!("Applied: {}", names.join(", ")), &json!({ "namespaces": names }))
        }
        ProfileCommand::List => {
            let profiles = operations.profiles().await?;
            let lines = profiles.iter().flat_map(|(namespace, members)| {
                members.iter().map(move |member| format!("{namespace}\t{}\t{}", member.user, member.role.as_str()))
            });
            let json: Vec<_> = profiles
                .iter()
                .map(|(namespace, members)| {
                    let member = |member: &store::Member| json!({ "user": member.user, "role": member.role });
                    json!({ "namespace": namespace, "members": members.iter().map(member).collect::<Vec<_>>() })
                })
                .collect();
            say(output, &lines.collect::<Vec<_>>().join("\n"), &Value::from(json))
        }
    }
}

async fn token(operations: &Operations, command: TokenCommand, output: Output) -> Result<ExitCode, Failure> {
    match command {
        TokenCommand::Create { user, name, namespaces, read_only, expires } => {
            let end = |time: std::time::Duration| {
                SystemClock.now().plus_millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
            };
            let end = expires.map(end);
            let issued = operations.create_token(&user, &name, Limits { namespaces, read_only }, end).await?;
            let json = json!({ "id": issued.id, "user": user, "name": name, "token": issued.secret, "expires_at": moment(end) });
            say(output, &issued.secret, &json)
        }
        TokenCommand::List { user } => {
            let tokens = operations.tokens(&user).await?;
            let now = SystemClock.now();
            let state = |token: &store::Token| match (token.revoked_at, token.expires_at) {
                (Some(_), _) => "revoked",
                (None, Some(end)) if end <= now => "expired",
                _ => "good",
            };
            let lines: Vec<_> =
                tokens.iter().map(|token| format!("{}\t{}\t{}", token.id, state(token), token.name)).collect();
            let json: Vec<_> = tokens
                .iter()
                .map(|token| {
                    json!({
                        "id": token.id, "name": token.name, "state": state(token), "namespaces": token.namespaces,
                        "read_only": token.read_only, "created_at": token.created_at.to_rfc3339(),
                        "expires_at": moment(token.expires_at), "last_used_at": moment(token.last_used_at),
                    })
                })
                .collect();
            say(output, &lines.join("\n"), &Value::from(json))
        }
        TokenCommand::Revoke { user, id } => {
            operations.revoke_token(&user, id).await?;
            say(output, &format!("Token {id} is revoked."), &json!({ "id": id, "revoked": true }))
        }
    }
}

pub(crate) fn read_profiles(path: &Path) -> Result<ProfilesFile, Failure> {
    let unreadable = |error| Failure::invalid(format!("the profiles' file {} cannot be read: {error}", path.display()));
    ProfilesFile::parse(&fs::read_to_string(path).map_err(unreadable)?)
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::to_rfc3339)
}

/// `None`: one is to be made up.
fn password(from_stdin: bool) -> Result<Option<String>, Failure> {
    let unreadable = |error| Failure::unavailable("The password cannot be read", error);
    if from_stdin {
        let mut line = String::new();
        stdin().read_line(&mut line).map_err(unreadable)?;
        return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if !stdin().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password("Password (empty: one is made up): ").map_err(unreadable)?;
    Ok(Some(typed).filter(|typed| !typed.is_empty()))
}

/// Writes a result. A reader that has gone is no error.
fn say(output: Output, text: &str, json: &Value) -> Result<ExitCode, Failure> {
    let line = match output {
        Output::Text => text.to_owned(),
        Output::Json => json.to_string(),
    };
    if !line.is_empty() {
        let _ = writeln!(stdout(), "{line}");
    }
    Ok(ExitCode::SUCCESS)
}

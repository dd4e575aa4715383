//! What can be typed.

use crate::{Overrides, Settings, SystemClock, commands};
use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Failure, Namespace, Role, TokenId, UserName};
use serde_json::json;
use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

/// Kubeflow Pipelines on this machine, with namespaces that are walls.
#[derive(Debug, Parser)]
#[command(name = "mooring", version, propagate_version = true)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The settings' file (TOML); also MOORING_CONFIG.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept; also MOORING_DATA_DIR [default: ~/.local/share/mooring].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// How results are written.
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server. It prints one line with a link to sign in.
    Serve {
        /// The address to listen on; also MOORING_LISTEN [default: 127.0.0.1:8888].
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
    },
    /// Local accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Namespaces and who is what in them.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Personal access tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Secrets that steps may use; nobody is shown their values again.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// What was refused and what was changed, the newest first.
    Audit {
        /// In this namespace [default: what concerns none: sign-ins, tokens, nobodies].
        #[arg(long, value_name = "NS")]
        namespace: Option<Namespace>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        /// Go on after the page that gave this.
        #[arg(long, value_name = "TOKEN")]
        page_token: Option<String>,
    },
    /// Say what is there and what is missing to run pipelines, and how to get it.
    Doctor,
    /// Run one step of a pipeline. The server starts this; nobody types it.
    #[command(hide = true, disable_help_flag = true)]
    Launcher {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account. At a terminal it asks for the password; otherwise it makes one up and prints it.
    Add {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
        /// May manage namespaces and shared pipelines, and reads no namespace by that.
        #[arg(long)]
        platform_admin: bool,
    },
    /// All accounts.
    List,
    /// Give an account a new password, and end its sessions.
    Password {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let nobody in under this name any more; sessions end.
    Disable {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
    },
    /// Let them in again.
    Enable {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
    },
    /// End every session of this person.
    SignOut {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Write one entry. The value comes from standard input, up to its end; one line break at the end is left out.
    Set { namespace: Namespace, name: String, key: String },
    /// What the secrets of a namespace are called.
    List { namespace: Namespace },
    /// Remove a secret with all its entries.
    Delete { namespace: Namespace, name: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Make a namespace.
    Add {
        namespace: Namespace,
        #[arg(long, value_name = "USER", value_parser = UserName::parse)]
        owner: UserName,
    },
    /// Let somebody in, or change what they are.
    Share {
        namespace: Namespace,
        #[arg(value_parser = UserName::parse)]
        user: UserName,
        /// admin, edit or view
        #[arg(long, value_parser = Role::parse)]
        role: Role,
    },
    /// Take somebody out again.
    Unshare {
        namespace: Namespace,
        #[arg(value_parser = UserName::parse)]
        user: UserName,
    },
    /// Make the namespaces of a YAML file, and who is in them, what the file says.
    Apply { file: PathBuf },
    /// All namespaces with their members.
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it, alone, on standard output. It is shown this once.
    Create {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
        /// What to call it.
        #[arg(long, default_value = "command line")]
        name: String,
        /// Only for this namespace; may be given several times [default: all of the user's].
        #[arg(long = "namespace", value_name = "NS")]
        namespaces: Vec<Namespace>,
        #[arg(long)]
        read_only: bool,
        /// When it ends: 30d, 12h, 45m [default: never].
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<Duration>,
    },
    /// The tokens of one user, without their secrets.
    List {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
    },
    /// Take a token back.
    Revoke {
        #[arg(value_parser = UserName::parse)]
        user: UserName,
        #[arg(value_parser = TokenId::parse)]
        id: TokenId,
    },
}

/// `30d`, `12h`, `45m`, `10s`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a number and d, h, m or s, as in 30d".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    if number == 0 { Err(wrong()) } else { Ok(Duration::from_secs(u64::from(number) * seconds)) }
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let CommandLine { common, command } = CommandLine::parse();
    let output = common.output;
    if let Command::Launcher { arguments } = command {
        return launcher::main(arguments, &SystemClock);
    }
    match run(common, command) {
        Ok(code) => code,
        Err(failure) => {
            match output {
                Output::Text => eprintln!("mooring: {failure}"),
                Output::Json => eprintln!("{}", json!({ "error": failure.message })),
            }
            if let Some(cause) = failure.cause.filter(|cause| !failure.message.contains(cause.as_str())) {
                eprintln!("mooring: because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(common: Common, command: Command) -> Result<ExitCode, Failure> {
    let listen = match &command {
        Command::Serve { listen } => listen.clone(),
        _ => None,
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let settings = Settings::read(Overrides { config: common.config, data_dir: common.data_dir, listen }, variables)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unavailable("The program cannot start its threads", error))?;
    let done = runtime.block_on(commands::run(&settings, command, common.output));
    // A thread that still reads a file is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}

#[cfg(test)]
mod tests {

    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn what_the_documentation_says_can_be_typed() {
        for line in [
            "mooring serve --config f --data-dir d --listen 127.0.0.1:1",
            "mooring user add alice@example.com --password-stdin",
            "mooring profile add team-a --owner alice",
            "mooring profile share team-a bob --role edit",
            "mooring token create alice --namespace team-a --namespace team-b --read-only --expires 30d",
            "mooring doctor --output json",
            "mooring user sign-out alice",
            "mooring profile apply profiles.yaml",
            "mooring secret set team-a db PASSWORD",
            "mooring audit --namespace team-a --limit 10",
            "mooring launcher /some/attempt",
        ] {
            CommandLine::try_parse_from(line.split(' ')).unwrap();
        }
        for line in [
            "mooring",
            "mooring profile share team-a bob --role owner",
            "mooring profile add Team_A --owner alice",
            "mooring token create alice --expires soon",
            "mooring token create alice --expires 0d",
        ] {
            assert!(CommandLine::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(duration("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert_eq!(duration("45m"), Ok(Duration::from_secs(2700)));
        for wrong in ["", "d", "30", "1.5h", "-1d", "3é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}

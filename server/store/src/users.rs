use crate::{Store, database::Within, failure::taken, row::Row};
use model::{Failure, Timestamp, UserName};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement};
use sea_orm::{ConnectionTrait, QueryResult};

/// Local accounts. Not a namespace's content, so no grant: `authn` and the command line use it.
pub struct Users<'a> {
    pub(crate) store: &'a Store,
}

/// A local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: UserName,
    /// Argon2's own text format; `None` for an account that only signs in by links.
    pub password_hash: Option<String>,
    pub platform_admin: bool,
    pub disabled: bool,
    pub created_at: Timestamp,
}

const COLUMNS: &[&str] = &["name", "password_hash", "platform_admin", "disabled", "created_at"];

impl Users<'_> {
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create(&self, user: &User) -> Result<(), Failure> {
        let mut insert = Query::insert();
        insert.into_table("users").columns(COLUMNS.iter().copied()).values_panic([
            user.name.as_str().into(),
            user.password_hash.as_deref().unwrap_or_default().into(),
            user.platform_admin.into(),
            user.disabled.into(),
            user.created_at.millis().into(),
        ]);
        let done = self.store.database().connection.execute(&insert).await;
        done.map_err(taken(|| format!("User '{}' already exists", user.name)))?;
        Ok(())
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn get(&self, name: &UserName) -> Result<Option<User>, Failure> {
        let row = self.store.database().one(select().and_where(Expr::col("name").eq(name.as_str()))).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Makes the account of somebody whom the OpenID provider sends, if it is not there. A name that somebody was given here
    /// is not the provider's to use.
    ///
    /// # Errors
    /// `Forbidden` for the name of a local account, or of a disabled one.
    pub async fn admit_from_provider(&self, name: &UserName, now: Timestamp) -> Result<(), Failure> {
        let mut select = Query::select();
        select.columns(["from_provider", "disabled"]).from("users").and_where(Expr::col("name").eq(name.as_str()));
        let transaction = self.store.database().begin().await?;
        if let Some(row) = transaction.one(&select).await? {
            if row.flag("disabled")? || !row.flag("from_provider")? {
                return Err(Failure::forbidden(format!(
                    "User '{name}' does not sign in with the OpenID provider here."
                )));
            }
            return transaction.done().await;
        }
        let mut insert = Query::insert();
        insert.into_table("users").columns(COLUMNS.iter().chain(&["from_provider"]).copied()).values_panic([
            name.as_str().into(),
            "".into(),
            false.into(),
            false.into(),
            now.millis().into(),
            true.into(),
        ]);
        transaction.run(&insert).await?;
        transaction.done().await
    }

    /// Sorted by name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list(&self) -> Result<Vec<User>, Failure> {
        let rows = self.store.database().all(select().order_by("name", Order::Asc)).await?;
        rows.iter().map(read).collect()
    }

    /// A new password ends every session of the account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_password_hash(&self, name: &UserName, hash: &str) -> Result<(), Failure> {
        self.change_and_sign_out(name, update(name).value("password_hash", hash)).await
    }

    /// Disabling ends every session of the account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_disabled(&self, name: &UserName, disabled: bool) -> Result<(), Failure> {
        self.change_and_sign_out(name, update(name).value("disabled", disabled)).await
    }

    /// # Errors
    /// `NotFound`.
    pub async fn set_platform_admin(&self, name: &UserName, platform_admin: bool) -> Result<(), Failure> {
        match self.store.database().execute(update(name).value("platform_admin", platform_admin)).await? {
            0 => Err(Failure::not_found("User", name.as_str())),
            _ => Ok(()),
        }
    }

    async fn change_and_sign_out(&self, name: &UserName, change: &UpdateStatement) -> Result<(), Failure> {
        let transaction = self.store.database().begin().await?;
        if transaction.run(change).await? == 0 {
            return Err(Failure::not_found("User", name.as_str()));
        }
        let mut sessions = Query::delete();
        sessions.from_table("sessions").and_where(Expr::col("user_name").eq(name.as_str()));
        transaction.run(&sessions).await?;
        transaction.done().await
    }
}

fn select() -> SelectStatement {
    let mut select = Query::select();
    select.columns(COLUMNS.iter().copied()).from("users");
    select
}

fn update(name: &UserName) -> UpdateStatement {
    let mut update = Query::update();
    update.table("users").and_where(Expr::col("name").eq(name.as_str()));
    update
}

fn read(row: &QueryResult) -> Result<User, Failure> {
    Ok(User {
        name: row.parsed("name", UserName::parse)?,
        password_hash: row.text_if_any("password_hash")?,
        platform_admin: row.flag("platform_admin")?,
        disabled: row.flag("disabled")?,
        created_at: row.moment("created_at")?,
    })
}

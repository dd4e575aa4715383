use crate::{
    Store,
    failure::taken,
    row::{Row, millis, to_json},
};
use model::{Failure, Namespace, Timestamp, TokenId, UserName};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryResult};

/// Personal access tokens. The secret never comes here, only a hash of it (255 bytes of text at most).
pub struct Tokens<'a> {
    pub(crate) store: &'a Store,
}

/// A token to be. Its user need not have a local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub id: TokenId,
    pub user: UserName,
    /// What its owner calls it.
    pub name: String,
    /// Empty means every namespace of the owner.
    pub namespaces: Vec<Namespace>,
    pub read_only: bool,
    pub expires_at: Option<Timestamp>,
}

/// A token as its owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub user: UserName,
    pub name: String,
    /// Empty means every namespace of the owner.
    pub namespaces: Vec<Namespace>,
    pub read_only: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

const COLUMNS: &[&str] =
    &["id", "user_name", "name", "namespaces", "read_only", "created_at", "expires_at", "revoked_at", "last_used_at"];

impl Tokens<'_> {
    /// # Errors
    /// `Exists` when the id or the hash is taken.
    pub async fn create(&self, secret_hash: &str, new: &NewToken, now: Timestamp) -> Result<(), Failure> {
        let mut insert = Query::insert();
        insert.into_table("tokens").columns(COLUMNS.iter().chain(&["secret_hash"]).copied()).values_panic([
            new.id.to_string().into(),
            new.user.as_str().into(),
            new.name.as_str().into(),
            to_json(&new.namespaces)?.into(),
            new.read_only.into(),
            now.millis().into(),
            millis(new.expires_at).into(),
            0_i64.into(),
            0_i64.into(),
            secret_hash.into(),
        ]);
        let done = self.store.database().connection.execute(&insert).await;
        done.map_err(taken(|| format!("Token {} already exists", new.id)))?;
        Ok(())
    }

    /// A token that is neither revoked nor expired, of a user whose local account, if there is one, is not disabled.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn find(&self, secret_hash: &str, now: Timestamp) -> Result<Option<Token>, Failure> {
        let mut disabled = Query::select();
        disabled.column("name").from("users").and_where(Expr::col("disabled").eq(true));
        let mut select = select();
        select
            .and_where(Expr::col("secret_hash").eq(secret_hash))
            .and_where(Expr::col("revoked_at").eq(0_i64))
            .and_where(Expr::col("expires_at").eq(0_i64).or(Expr::col("expires_at").gt(now.millis())))
            .and_where(Expr::col("user_name").not_in_subquery(disabled));
        self.store.database().one(&select).await?.map(|row| read(&row)).transpose()
    }

    /// All tokens of one user, revoked ones too, oldest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list(&self, user: &UserName) -> Result<Vec<Token>, Failure> {
        let mut select = select();
        select
            .and_where(Expr::col("user_name").eq(user.as_str()))
            .order_by("created_at", Order::Asc)
            .order_by("id", Order::Asc);
        self.store.database().all(&select).await?.iter().map(read).collect()
    }

    /// The owner takes the token back; twice is once.
    ///
    /// # Errors
    /// `NotFound` for a token that is not this user's.
    pub async fn revoke(&self, user: &UserName, id: TokenId, now: Timestamp) -> Result<(), Failure> {
        let mut update = Query::update();
        update
            .table("tokens")
            .value("revoked_at", Ord::max(now.millis(), 1))
            .and_where(Expr::col("user_name").eq(user.as_str()))
            .and_where(Expr::col("id").eq(id.to_string()));
        match self.store.database().execute(&update).await? {
            0 => Err(id.not_found()),
            _ => Ok(()),
        }
    }

    /// The token was used.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn touch(&self, id: TokenId, now: Timestamp) -> Result<(), Failure> {
        let mut update = Query::update();
        update.table("tokens").value("last_used_at", now.millis()).and_where(Expr::col("id").eq(id.to_string()));
        self.store.database().execute(&update).await?;
        Ok(())
    }
}

fn select() -> SelectStatement {
    let mut select = Query::select();
    select.columns(COLUMNS.iter().copied()).from("tokens");
    select
}

fn read(row: &QueryResult) -> Result<Token, Failure> {
    Ok(Token {
        id: row.parsed("id", TokenId::parse)?,
        user: row.parsed("user_name", UserName::parse)?,
        name: row.text("name")?,
        namespaces: row.json("namespaces")?,
        read_only: row.flag("read_only")?,
        created_at: row.moment("created_at")?,
        expires_at: row.moment_if_any("expires_at")?,
        revoked_at: row.moment_if_any("revoked_at")?,
        last_used_at: row.moment_if_any("last_used_at")?,
    })
}

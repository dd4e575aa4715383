use crate::{Store, database::Within, row::Row};
use model::{Failure, Timestamp, UserName};
use sea_orm::sea_query::{Expr, ExprTrait, Query};

/// Who is signed in with a browser. The secret never comes here, only a hash of it (255 bytes of text at most).
pub struct Sessions<'a> {
    pub(crate) store: &'a Store,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: UserName,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Sessions<'_> {
    /// # Errors
    /// `Internal` for a user without an account.
    pub async fn create(&self, secret_hash: &str, session: &Session) -> Result<(), Failure> {
        let mut insert = Query::insert();
        insert
            .into_table("sessions")
            .columns(["secret_hash", "user_name", "created_at", "last_seen_at", "expires_at"])
            .values_panic([
                secret_hash.into(),
                session.user.as_str().into(),
                session.created_at.millis().into(),
                session.last_seen_at.millis().into(),
                session.expires_at.millis().into(),
            ]);
        self.store.database().execute(&insert).await?;
        Ok(())
    }

    /// A session that has not expired, of an account that is not disabled.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn find(&self, secret_hash: &str, now: Timestamp) -> Result<Option<Session>, Failure> {
        let mut active = Query::select();
        active.column("name").from("users").and_where(Expr::col("disabled").eq(false));
        let mut select = Query::select();
        select
            .columns(["user_name", "created_at", "last_seen_at", "expires_at"])
            .from("sessions")
            .and_where(Expr::col("secret_hash").eq(secret_hash))
            .and_where(Expr::col("expires_at").gt(now.millis()))
            .and_where(Expr::col("user_name").in_subquery(active));
        let row = self.store.database().one(&select).await?;
        row.map(|row| {
            Ok(Session {
                user: row.parsed("user_name", UserName::parse)?,
                created_at: row.moment("created_at")?,
                last_seen_at: row.moment("last_seen_at")?,
                expires_at: row.moment("expires_at")?,
            })
        })
        .transpose()
    }

    /// The session is in use.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn touch(&self, secret_hash: &str, now: Timestamp, expires_at: Timestamp) -> Result<(), Failure> {
        let mut update = Query::update();
        update
            .table("sessions")
            .value("last_seen_at", now.millis())
            .value("expires_at", expires_at.millis())
            .and_where(Expr::col("secret_hash").eq(secret_hash));
        self.store.database().execute(&update).await?;
        Ok(())
    }

    /// Signing out; a session that is not there is no error.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete(&self, secret_hash: &str) -> Result<(), Failure> {
        let mut delete = Query::delete();
        delete.from_table("sessions").and_where(Expr::col("secret_hash").eq(secret_hash));
        self.store.database().execute(&delete).await?;
        Ok(())
    }

    /// Signing out everywhere. Sign-in links that wait end too.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_all(&self, user: &UserName) -> Result<(), Failure> {
        for table in ["sessions", "sign_in_links"] {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col("user_name").eq(user.as_str()));
            self.store.database().execute(&delete).await?;
        }
        Ok(())
    }

    /// Removes what has expired, sign-in links too.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), Failure> {
        for table in ["sessions", "sign_in_links"] {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col("expires_at").lte(now.millis()));
            self.store.database().execute(&delete).await?;
        }
        Ok(())
    }
}

/// Links that sign somebody in once.
pub struct SignInLinks<'a> {
    pub(crate) store: &'a Store,
}

impl SignInLinks<'_> {
    /// # Errors
    /// `Internal` for a user without an account.
    pub async fn create(
        &self,
        secret_hash: &str,
        user: &UserName,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Failure> {
        let mut insert = Query::insert();
        insert
            .into_table("sign_in_links")
            .columns(["secret_hash", "user_name", "created_at", "expires_at", "used_at"])
            .values_panic([
                secret_hash.into(),
                user.as_str().into(),
                now.millis().into(),
                expires_at.millis().into(),
                0_i64.into(),
            ]);
        self.store.database().execute(&insert).await?;
        Ok(())
    }

    /// Uses the link up and tells whose it was. `None` for one that is unknown, used, expired, or of a disabled account.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn redeem(&self, secret_hash: &str, now: Timestamp) -> Result<Option<UserName>, Failure> {
        let transaction = self.store.database().begin().await?;
        let mut active = Query::select();
        active.column("name").from("users").and_where(Expr::col("disabled").eq(false));
        let mut update = Query::update();
        update
            .table("sign_in_links")
            .value("used_at", Ord::max(now.millis(), 1))
            .and_where(Expr::col("secret_hash").eq(secret_hash))
            .and_where(Expr::col("used_at").eq(0_i64))
            .and_where(Expr::col("expires_at").gt(now.millis()))
            .and_where(Expr::col("user_name").in_subquery(active));
        if transaction.run(&update).await? == 0 {
            return Ok(None);
        }
        let mut select = Query::select();
        select.column("user_name").from("sign_in_links").and_where(Expr::col("secret_hash").eq(secret_hash));
        let user = transaction.one(&select).await?.map(|row| row.parsed("user_name", UserName::parse)).transpose()?;
        transaction.done().await?;
        Ok(user)
    }
}

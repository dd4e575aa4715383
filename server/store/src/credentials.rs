//! What `authn` asks of a database.

use crate::{NewToken, Store};
use authn::{Account, Credentials, Limits, Session, Token};
use model::{Failure, Timestamp, TokenId, UserName};

#[async_trait::async_trait]
impl Credentials for Store {
    async fn account(&self, name: &UserName) -> Result<Option<Account>, Failure> {
        let user = self.users().get(name).await?;
        Ok(user.map(|user| Account { name: user.name, password_hash: user.password_hash, disabled: user.disabled }))
    }
    async fn session(&self, hash: &str, now: Timestamp) -> Result<Option<Session>, Failure> {
        let session = self.sessions().find(hash, now).await?;
        Ok(session.map(|session| Session {
            user: session.user,
            begun_at: session.created_at,
            last_seen_at: session.last_seen_at,
        }))
    }
    async fn begin_session(&self, hash: &str, user: &UserName, now: Timestamp, end: Timestamp) -> Result<(), Failure> {
        let session = crate::Session { user: user.clone(), created_at: now, last_seen_at: now, expires_at: end };
        self.sessions().create(hash, &session).await
    }
    async fn touch_session(&self, hash: &str, now: Timestamp, end: Timestamp) -> Result<(), Failure> {
        self.sessions().touch(hash, now, end).await
    }
    async fn end_session(&self, hash: &str) -> Result<(), Failure> {
        self.sessions().delete(hash).await
    }
    async fn end_sessions(&self, user: &UserName) -> Result<(), Failure> {
        self.sessions().delete_all(user).await
    }
    async fn redeem_link(&self, hash: &str, now: Timestamp) -> Result<Option<UserName>, Failure> {
        self.sign_in_links().redeem(hash, now).await
    }
    async fn add_link(&self, hash: &str, user: &UserName, now: Timestamp, end: Timestamp) -> Result<(), Failure> {
        self.sign_in_links().create(hash, user, now, end).await
    }
    async fn token(&self, hash: &str, now: Timestamp) -> Result<Option<Token>, Failure> {
        let token = self.tokens().find(hash, now).await?;
        Ok(token.map(|token| Token {
            id: token.id,
            user: token.user,
            limits: Limits { namespaces: token.namespaces, read_only: token.read_only },
            last_used_at: token.last_used_at,
        }))
    }
    async fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), Failure> {
        self.tokens().touch(id, now).await
    }
    async fn admit_from_provider(&self, user: &UserName, now: Timestamp) -> Result<(), Failure> {
        self.users().admit_from_provider(user, now).await
    }
    async fn add_token(&self, hash: &str, new: authn::NewToken, now: Timestamp) -> Result<(), Failure> {
        let new = NewToken {
            id: new.id,
            user: new.user,
            name: new.name,
            namespaces: new.limits.namespaces,
            read_only: new.limits.read_only,
            expires_at: new.expires_at,
        };
        self.tokens().create(hash, &new, now).await
    }
}

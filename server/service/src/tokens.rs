//! Personal tokens and sessions: what is somebody's own, whatever they may do in which namespace.

use crate::Service;
use authn::{Act, Caller, Issued, Limits};
use model::{Failure, Timestamp, TokenId, TokenSummary};

impl Service {
    /// The caller's own tokens, revoked ones too, oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a caller who shows a token: it could make, or find, one that may do more.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenSummary>, Failure> {
        in_person(caller)?;
        let tokens = self.store().tokens().list(caller.user()).await?;
        Ok(tokens.into_iter().map(summary).collect())
    }

    /// # Errors
    /// As [`Service::tokens`]; `Invalid` for the name or the end.
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: &str,
        limits: Limits,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued, Failure> {
        in_person(caller)?;
        let accounts = &self.parts().accounts;
        accounts.tell(&Act::of(caller, "tokens", "create").on(name)).await?;
        accounts.create_token(caller.user(), name, limits, expires_at).await
    }

    /// # Errors
    /// As [`Service::tokens`]; `NotFound` for a token that is not the caller's.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<(), Failure> {
        in_person(caller)?;
        self.parts().accounts.tell(&Act::of(caller, "tokens", "delete").on(id.to_string())).await?;
        self.store().tokens().revoke(caller.user(), id, self.now()).await
    }
}

fn in_person(caller: &Caller) -> Result<(), Failure> {
    if caller.via().is_on_purpose() {
        return Err(Failure::forbidden("Tokens are managed by a person in the browser, not with a token."));
    }
    Ok(())
}

pub(crate) fn summary(token: store::Token) -> TokenSummary {
    TokenSummary {
        id: token.id,
        name: token.name,
        namespaces: token.namespaces,
        read_only: token.read_only,
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
        last_used_at: token.last_used_at,
    }
}

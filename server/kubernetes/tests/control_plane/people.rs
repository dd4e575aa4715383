//! Callers, as `authn` makes them: by the header of a proxy, or by a token that somebody vouches for.

use authn::{Accounts, Caller, Credentials, TrustedHeader, Vouching};
use http::HeaderMap;
use model::{Chance, Clock, Failure, Namespace, Timestamp, TokenId, UserName};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

#[derive(Default)]
pub(crate) struct Hands(pub(crate) AtomicI64);
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

struct NoChance;
impl Chance for NoChance {
    fn fill(&self, _: &mut [u8]) {}
}

/// Nobody has an account: people come by the header.
struct NoCredentials;

#[async_trait::async_trait]
impl Credentials for NoCredentials {
    async fn account(&self, _: &UserName) -> Result<Option<authn::Account>, Failure> {
        Ok(None)
    }
    async fn session(&self, _: &str, _: Timestamp) -> Result<Option<authn::Session>, Failure> {
        Ok(None)
    }
    async fn begin_session(&self, _: &str, _: &UserName, _: Timestamp, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn touch_session(&self, _: &str, _: Timestamp, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn end_session(&self, _: &str) -> Result<(), Failure> {
        Ok(())
    }
    async fn end_sessions(&self, _: &UserName) -> Result<(), Failure> {
        Ok(())
    }
    async fn redeem_link(&self, _: &str, _: Timestamp) -> Result<Option<UserName>, Failure> {
        Ok(None)
    }
    async fn add_link(&self, _: &str, _: &UserName, _: Timestamp, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn token(&self, _: &str, _: Timestamp) -> Result<Option<authn::Token>, Failure> {
        Ok(None)
    }
    async fn touch_token(&self, _: TokenId, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn admit_from_provider(&self, _: &UserName, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn add_token(&self, _: &str, _: authn::NewToken, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
}

pub(crate) fn team(name: &str) -> Namespace {
    Namespace::parse(name).unwrap()
}

/// With somebody who vouches the name is a token.
pub(crate) async fn caller(vouching: Option<Arc<dyn Vouching>>, name: &str) -> Caller {
    try_caller(vouching, name).await.unwrap()
}

pub(crate) async fn try_caller(vouching: Option<Arc<dyn Vouching>>, name: &str) -> Result<Caller, Failure> {
    let peer: std::net::IpAddr = "10.0.0.1".parse().unwrap();
    let header = TrustedHeader {
        name: "kubeflow-userid".parse().unwrap(),
        prefix: String::new(),
        peers: vec!["10.0.0.1".parse().unwrap()],
        certificates: Vec::new(),
        sidecars: Vec::new(),
    };
    let clock = Arc::new(Hands::default());
    let accounts = Accounts::new(Arc::new(NoCredentials), clock, Arc::new(NoChance), Some(header));
    let pair = if vouching.is_some() {
        ("authorization", format!("Bearer {name}"))
    } else {
        ("kubeflow-userid", name.to_owned())
    };
    let headers = HeaderMap::from_iter([(pair.0.parse().unwrap(), pair.1.parse().unwrap())]);
    accounts.with_vouching(vouching.into_iter().collect()).identify(&headers, peer).await
}

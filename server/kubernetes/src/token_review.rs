use crate::{Cluster, kept::Kept};
use authn::{Verdict, Via, Vouched, Vouching};
use model::{Clock, Failure, UserName};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A token that was revoked is good for so long still.
const KEEP_MILLIS: i64 = 10 * 1000;
const KEEP: usize = 4096;
/// No token of a cluster is as long.
const TOKEN_BYTES: usize = 16 << 10;

/// Asks the cluster whose a token is.
pub struct TokenReviews {
    cluster: Cluster,
    /// TOKEN_REVIEW_AUDIENCE: a token must be for us.
    audience: String,
    clock: Arc<dyn Clock>,
    kept: Kept<[u8; 32], Verdict>,
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    authenticated: bool,
    audiences: Vec<String>,
    user: User,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User {
    username: String,
    groups: Vec<String>,
}

impl TokenReviews {
    #[must_use]
    pub fn new(cluster: Cluster, audience: String, clock: Arc<dyn Clock>) -> Self {
        Self { cluster, audience, clock, kept: Kept::new(KEEP_MILLIS, KEEP) }
    }
}

#[async_trait::async_trait]
impl Vouching for TokenReviews {
    async fn vouch(&self, token: &str) -> Result<Verdict, Failure> {
        if token.is_empty() || token.len() > TOKEN_BYTES {
            return Ok(Verdict::Refused);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(verdict) = self.kept.get(&key, self.clock.now()) {
            return Ok(verdict);
        }
        let question = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": { "token": token, "audiences": [self.audience] },
        });
        let Review { status } = self.cluster.post("/apis/authentication.k8s.io/v1/tokenreviews", &question).await?;
        let verdict = match UserName::parse(&status.user.username) {
            // An API server that knows no audiences says none: then the token may be for anybody.
            Ok(user) if status.authenticated && status.audiences.contains(&self.audience) => {
                Verdict::Good(Vouched { user, groups: status.user.groups, via: Via::ClusterToken })
            }
            _ => Verdict::Refused,
        };
        self.kept.put(key, verdict.clone(), self.clock.now());
        Ok(verdict)
    }
}

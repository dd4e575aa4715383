use model::Failure;
use reqwest::{Certificate, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{path::PathBuf, time::Duration};

/// How we show the API server who we are.
#[derive(Clone)]
pub enum Credential {
    Token(String),
    /// Read at every question: the kubelet renews it.
    TokenFile(PathBuf),
}

/// The API server. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    server: String,
    credential: Credential,
    http: reqwest::Client,
}

impl Cluster {
    /// `server` as in `https://10.96.0.1:443`; `certificates` in PEM, the only ones that are believed, if there are any.
    ///
    /// # Errors
    /// `Invalid` for certificates that cannot be read.
    pub fn new(server: &str, credential: Credential, certificates: Option<&[u8]>) -> Result<Self, Failure> {
        let mut http = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(pem) = certificates {
            let wrong = |error| Failure::invalid(format!("kubernetes.ca_file holds no certificates: {error}"));
            http = http.tls_built_in_root_certs(false);
            for certificate in Certificate::from_pem_bundle(pem).map_err(wrong)? {
                http = http.add_root_certificate(certificate);
            }
        }
        let http = http.build().map_err(Failure::internal)?;
        Ok(Self { server: server.trim_end_matches('/').to_owned(), credential, http })
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failure> {
        let request = self.http.post(format!("{}{path}", self.server)).json(body);
        self.answer(request).await?.ok_or_else(|| unanswered(format!("{path}: 404")))
    }

    /// `None` when the cluster knows no such thing.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Failure> {
        self.answer(self.http.get(format!("{}{path}", self.server))).await
    }

    async fn answer<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<Option<T>, Failure> {
        let token = match &self.credential {
            Credential::Token(token) => token.clone(),
            Credential::TokenFile(path) => {
                let token = tokio::fs::read_to_string(path).await;
                token.map_err(|error| unanswered(format!("{}: {error}", path.display())))?.trim().to_owned()
            }
        };
        let answer = request.bearer_auth(token).send().await.map_err(unanswered)?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => answer.json().await.map(Some).map_err(unanswered),
            status => Err(unanswered(format!("{}: {status}", answer.url().path()))),
        }
    }
}

fn unanswered(cause: impl std::fmt::Display) -> Failure {
    Failure::unavailable("The cluster cannot be asked who you are and what you may. Try again in a moment.", cause)
}

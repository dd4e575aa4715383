//! Who else knows people: an OpenID provider, a cluster.

use super::{Environment, checked_url};
use model::{Failure, Namespace};
use serde::Deserialize;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const AUDIENCE: &str = "pipelines.kubeflow.org";

/// An OpenID provider.
#[derive(Clone)]
pub struct OpenIdSettings {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    pub audience: String,
    pub user_claim: String,
    pub groups_claim: String,
    pub scopes: Vec<String>,
}

impl fmt::Debug for OpenIdSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenIdSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A cluster's API server.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    pub server: String,
    pub ca_file: Option<PathBuf>,
    pub token_file: PathBuf,
    /// TOKEN_REVIEW_AUDIENCE
    pub audience: String,
    /// POD_NAMESPACE
    pub namespace: Namespace,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenIdFile {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_secret_file: Option<PathBuf>,
    audience: Option<String>,
    user_claim: Option<String>,
    groups_claim: Option<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClusterFile {
    enabled: Option<bool>,
    server: Option<String>,
    ca_file: Option<PathBuf>,
    token_file: Option<PathBuf>,
    audience: Option<String>,
    namespace: Option<String>,
}

pub(super) fn open_id(environment: &Environment<'_>, file: OpenIdFile) -> Result<Option<OpenIdSettings>, Failure> {
    let text = |name: &str, kept: Option<String>| environment.text(name).map(str::to_owned).or(kept);
    let Some(issuer) = text("MOORING_OPENID_ISSUER", file.issuer) else { return Ok(None) };
    // An issuer is compared letter by letter, so a slash at its end stays.
    checked_url(issuer.clone()).map_err(|_| {
        Failure::invalid(format!("open_id.issuer is {issuer:?}: expected an address as in https://id.example.com"))
    })?;
    let client_id = text("MOORING_OPENID_CLIENT_ID", file.client_id)
        .ok_or_else(|| Failure::invalid("open_id.client_id is not set: expected the provider's name for us"))?;
    let secret_file = environment.path("MOORING_OPENID_CLIENT_SECRET_FILE").or(file.client_secret_file);
    let client_secret = match (text("MOORING_OPENID_CLIENT_SECRET", file.client_secret), secret_file) {
        (Some(secret), _) => Some(secret),
        (None, Some(path)) => Some(read("open_id.client_secret_file", &path)?.trim_end().to_owned()),
        (None, None) => None,
    };
    Ok(Some(OpenIdSettings {
        audience: text("MOORING_OPENID_AUDIENCE", file.audience).unwrap_or_else(|| client_id.clone()),
        user_claim: text("MOORING_OPENID_USER_CLAIM", file.user_claim).unwrap_or_else(|| "email".to_owned()),
        groups_claim: text("MOORING_OPENID_GROUPS_CLAIM", file.groups_claim).unwrap_or_else(|| "groups".to_owned()),
        scopes: environment
            .list("MOORING_OPENID_SCOPES")
            .or(file.scopes)
            .unwrap_or_else(|| ["openid", "email"].map(str::to_owned).to_vec()),
        issuer,
        client_id,
        client_secret,
    }))
}

pub(super) fn kubernetes(environment: &Environment<'_>, file: ClusterFile) -> Result<Option<ClusterSettings>, Failure> {
    let enabled = environment.parsed("MOORING_KUBERNETES", "true or false")?.or(file.enabled).unwrap_or(false);
    if !enabled {
        return Ok(None);
    }
    let text = |name: &str, kept: Option<String>| environment.text(name).map(str::to_owned).or(kept);
    let own = || {
        let (host, port) = (environment.text("KUBERNETES_SERVICE_HOST")?, environment.text("KUBERNETES_SERVICE_PORT")?);
        Some(if host.contains(':') { format!("https://[{host}]:{port}") } else { format!("https://{host}:{port}") })
    };
    let server = text("MOORING_KUBERNETES_SERVER", file.server).or_else(own).ok_or_else(|| {
        Failure::invalid("kubernetes.server is not set, and this is no pod: expected the address of the API server")
    })?;
    let in_pod = |name: &str| Path::new(SERVICE_ACCOUNT).join(name);
    let namespace = text("POD_NAMESPACE", file.namespace);
    let namespace = namespace.or_else(|| fs::read_to_string(in_pod("namespace")).ok());
    let namespace = Namespace::parse(namespace.as_deref().unwrap_or("kubeflow").trim())
        .map_err(|failure| Failure::invalid(format!("kubernetes.namespace: {failure}")))?;
    Ok(Some(ClusterSettings {
        server: checked_url(server)
            .map_err(|failure| Failure::invalid(failure.message.replace("public_url", "kubernetes.server")))?,
        ca_file: environment
            .path("MOORING_KUBERNETES_CA_FILE")
            .or(file.ca_file)
            .or_else(|| Some(in_pod("ca.crt")).filter(|path| path.is_file())),
        token_file: environment
            .path("MOORING_KUBERNETES_TOKEN_FILE")
            .or(file.token_file)
            .unwrap_or_else(|| in_pod("token")),
        audience: text("TOKEN_REVIEW_AUDIENCE", file.audience).unwrap_or_else(|| AUDIENCE.to_owned()),
        namespace,
    }))
}

pub(crate) fn read(setting: &str, path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::invalid(format!("{setting} {}: {error}", path.display())))
}

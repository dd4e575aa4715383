//! Settings: a file, then the environment, then the command line; the last word counts. Read once.

mod environment;
mod file;
mod identity;
#[cfg(test)]
mod tests;

use crate::DownloadSettings;
use authn::Network;
use environment::Environment;
use file::File;
pub use identity::{ClusterSettings, OpenIdSettings};
use model::{Failure, Namespace, Zone};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// What the server is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Everything that is kept lies here, if nothing else is said.
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    /// The database's URL.
    pub database: String,
    /// The folder of the site; `None` for the one that came with the program.
    pub site: Option<PathBuf>,
    /// Where browsers find the server, without a slash at the end; `None` for the address that it listens on.
    pub public_url: Option<String>,
    pub trusted_header: TrustedHeaderSettings,
    /// A provider to sign in with, and whose JWTs are good.
    pub open_id: Option<OpenIdSettings>,
    /// The cluster whose tokens and roles count, in the place of local profiles.
    pub kubernetes: Option<ClusterSettings>,
    /// The pages of other sites that may frame ours, as `frame-ancestors` writes them; our own always may.
    pub frame_ancestors: Vec<String>,
    /// The file with the 32 bytes that seal secrets; `None` for one in the data directory.
    pub secrets_key: Option<PathBuf>,
    /// Profiles (YAML) that every start makes what the file says.
    pub profiles_file: Option<PathBuf>,
    pub default_service_account: String,
    /// For cron expressions that name no time zone of their own.
    pub zone: Zone,
    pub engine: EngineSettings,
    /// Which addresses pipelines may be fetched from.
    pub downloads: DownloadSettings,
    /// What is logged, as `tracing` writes filters.
    pub log: String,
    /// The person who is welcomed by the first start.
    pub first_user: String,
}

/// The header in which a proxy tells who is asking. Believed from nobody while `peers` and `certificates` are empty; then a request that
/// has it is refused.
#[derive(Debug, Clone)]
pub struct TrustedHeaderSettings {
    pub name: http::HeaderName,
    pub prefix: String,
    pub peers: Vec<Network>,
    /// Identities in `x-forwarded-client-cert` that may set it.
    pub certificates: Vec<String>,
    /// Whose `x-forwarded-client-cert` is believed: the mesh's proxy beside us.
    pub sidecars: Vec<Network>,
}

impl TrustedHeaderSettings {
    /// Whether anybody at all may set it.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.peers.is_empty() || !self.certificates.is_empty()
    }
}

/// Of the local engine; `None` leaves its own default.
#[derive(Debug, Clone, Default)]
pub struct EngineSettings {
    pub max_parallel_steps: Option<usize>,
    pub max_parallel_steps_of_namespace: Option<usize>,
    pub namespace_disk_mib: Option<u64>,
    pub step_memory_mib: Option<u64>,
    pub step_processes: Option<u32>,
    pub step_log_mib: Option<u64>,
    pub step_disk_mib: Option<u64>,
    pub cache: Option<bool>,
    /// Namespaces whose steps do not reach the network.
    pub without_network: Vec<Namespace>,
    pub python: Option<PathBuf>,
    pub bwrap: Option<PathBuf>,
    pub network: Option<bool>,
    pub stop_grace: Option<Duration>,
    pub readable: Vec<PathBuf>,
    pub host_env: Vec<(String, String)>,
}

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub config: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    pub listen: Option<String>,
}

const LISTEN: &str = "127.0.0.1:8888";
/// Kubeflow's own.
const USER_HEADER: &str = "kubeflow-userid";
/// The account that Kubeflow's profiles have for it.
const SERVICE_ACCOUNT: &str = "default-editor";

impl Settings {
    /// # Errors
    /// `Invalid`, naming the setting and what was expected of it.
    pub fn read(overrides: Overrides, variables: BTreeMap<String, String>) -> Result<Self, Failure> {
        let environment = Environment(&variables);
        environment.refuse_other_modes()?;
        let config = overrides.config.or_else(|| environment.path("MOORING_CONFIG"));
        let file = config.as_deref().map_or_else(|| Ok(File::default()), File::read)?;

        let data_dir = overrides.data_dir.or_else(|| environment.path("MOORING_DATA_DIR")).or(file.data_dir);
        let data_dir = data_dir.map_or_else(|| environment.default_data_dir(), Ok)?;
        let data_dir = std::path::absolute(&data_dir)
            .map_err(|error| Failure::invalid(format!("data_dir {}: {error}", data_dir.display())))?;
        let listen = match overrides.listen {
            Some(text) => parsed("--listen", &text, "an address and a port, as in 127.0.0.1:8888")?,
            None => match environment.text("MOORING_LISTEN").map(|text| ("MOORING_LISTEN", text)) {
                Some((name, text)) => parsed(name, text, "an address and a port, as in 127.0.0.1:8888")?,
                None => parsed("listen", file.listen.as_deref().unwrap_or(LISTEN), "an address and a port")?,
            },
        };
        let database = environment.text("MOORING_DATABASE").map(str::to_owned).or(file.database);
        let database = database.unwrap_or_else(|| format!("sqlite:{}", data_dir.join("mooring.sqlite").display()));
        let public_url = environment.text("MOORING_PUBLIC_URL").map(str::to_owned).or(file.public_url);
        Ok(Self {
            listen,
            database,
            site: environment.path("MOORING_SITE").or(file.site),
            public_url: public_url.map(checked_url).transpose()?,
            frame_ancestors: environment.frame_ancestors(file.frame_ancestors)?,
            secrets_key: environment.path("MOORING_SECRETS_KEY").or(file.secrets_key),
            profiles_file: environment.path("MOORING_PROFILES").or(file.profiles_file),
            trusted_header: environment.trusted_header(file.trusted_header)?,
            open_id: identity::open_id(&environment, file.open_id)?,
            kubernetes: identity::kubernetes(&environment, file.kubernetes)?,
            default_service_account: environment
                .either("MOORING_DEFAULT_SERVICE_ACCOUNT", "DEFAULTPIPELINERUNNERSERVICEACCOUNT")
                .map(str::to_owned)
                .or(file.default_service_account)
                .unwrap_or_else(|| SERVICE_ACCOUNT.to_owned()),
            zone: environment
                .either("MOORING_TIME_ZONE", "CRON_SCHEDULE_TIMEZONE")
                .or(file.time_zone.as_deref())
                .map_or(Ok(Zone::UTC), |name| {
                    Zone::parse(name).map_err(|failure| Failure::invalid(format!("time_zone: {}", failure.message)))
                })?,
            engine: environment.engine(file.local_engine)?,
            downloads: environment.downloads()?,
            log: environment.text("MOORING_LOG").map(str::to_owned).or(file.log).unwrap_or_else(|| "info".to_owned()),
            first_user: environment.text("USER").unwrap_or("admin").to_owned(),
            data_dir,
        })
    }

    /// Whether browsers come over TLS: cookies are then kept off plain connections.
    #[must_use]
    pub fn behind_tls(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether pages of another site may frame ours.
    #[must_use]
    pub fn may_be_framed_elsewhere(&self) -> bool {
        !self.frame_ancestors.is_empty()
    }

    /// The value of the policy's `frame-ancestors`.
    #[must_use]
    pub fn frame_ancestors(&self) -> String {
        std::iter::once("'self'").chain(self.frame_ancestors.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

fn parsed<T: std::str::FromStr>(name: &str, text: &str, expected: &str) -> Result<T, Failure> {
    text.trim().parse().map_err(|_| Failure::invalid(format!("{name} is {text:?}: expected {expected}")))
}

fn checked_url(url: String) -> Result<String, Failure> {
    let whole = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some() && uri.query().is_none()
    });
    if whole {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(Failure::invalid(format!("public_url is {url:?}: expected an address as in https://mooring.example.com")))
    }
}

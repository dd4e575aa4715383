//! Who says who somebody is, and what they may.

use crate::Settings;
use authn::{Accounts, Cookies, Journal, TrustedHeader, Vouching};
use authz::{LocalProfiles, Policy};
use kubernetes::{Cluster, ClusterPolicy, Credential, TokenReviews};
use model::{Chance, Clock, Failure};
use openid::Provider;
use std::{fs, sync::Arc, time::Duration};
use store::Store;

/// Where browsers come back to from the OpenID provider, below our public address.
const ARRIVAL: &str = "/sign-in/openid/done";

/// # Errors
/// `Invalid` for a setting that cannot be used.
pub(super) fn identity(
    settings: &Settings,
    store: &Store,
    clock: &Arc<dyn Clock>,
    chance: &Arc<dyn Chance>,
    journal: &Arc<dyn Journal>,
) -> Result<(Accounts, Arc<dyn Policy>), Failure> {
    let header = &settings.trusted_header;
    let header = TrustedHeader {
        name: header.name.clone(),
        prefix: header.prefix.clone(),
        peers: header.peers.clone(),
        certificates: header.certificates.clone(),
        sidecars: header.sidecars.clone(),
    };
    let cookies = Cookies { secure: settings.behind_tls(), in_foreign_frames: settings.may_be_framed_elsewhere() };
    let credentials = Arc::new(store.clone());
    let mut accounts = Accounts::new(credentials, Arc::clone(clock), Arc::clone(chance), Some(header))
        .with_cookies(cookies)
        .with_journal(Arc::clone(journal));

    let mut vouching: Vec<Arc<dyn Vouching>> = Vec::new();
    if let Some(provider) = open_id(settings, clock)? {
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
        accounts = accounts.with_open_id(provider.clone(), &format!("{public_url}{ARRIVAL}"));
        // Asked first: it knows its own tokens by their issuer, and no other is shown to the cluster for nothing.
        vouching.push(provider);
    }
    let policy: Arc<dyn Policy> = match &settings.kubernetes {
        None => Arc::new(LocalProfiles::new(Arc::new(store.clone()))),
        Some(asked) => {
            let unreadable = |error| Failure::invalid(format!("kubernetes.ca_file cannot be read: {error}"));
            let certificates = asked.ca_file.as_ref().map(fs::read).transpose().map_err(unreadable)?;
            let credential = Credential::TokenFile(asked.token_file.clone());
            let cluster = Cluster::new(&asked.server, credential, certificates.as_deref())?;
            vouching.push(Arc::new(TokenReviews::new(cluster.clone(), asked.audience.clone(), Arc::clone(clock))));
            Arc::new(ClusterPolicy::new(cluster, asked.namespace.clone(), Arc::clone(clock)))
        }
    };
    Ok((accounts.with_vouching(vouching), policy))
}

fn open_id(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Option<Arc<Provider>>, Failure> {
    let Some(asked) = settings.open_id.clone() else { return Ok(None) };
    // A provider that sends us elsewhere could have us ask anybody.
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(Failure::internal)?;
    let known = openid::Settings {
        issuer: asked.issuer,
        client_id: asked.client_id,
        client_secret: asked.client_secret,
        audience: asked.audience,
        user_claim: asked.user_claim,
        groups_claim: asked.groups_claim,
        scopes: asked.scopes,
    };
    Ok(Some(Arc::new(Provider::new(known, http, Arc::clone(clock)))))
}

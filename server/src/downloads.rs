//! Packages by their address, fetched so that nobody can send this server to places that only it can reach.

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use model::Failure;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// KFP's own list of hosts that hold pipelines.
const KNOWN_HOSTS: [&str; 4] =
    ["storage.googleapis.com", "s3.amazonaws.com", "github.com", "raw.githubusercontent.com"];
const TIMEOUT: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 5;
/// KFP's words for an address that may not be asked.
const REFUSED: &str = "Pipeline URL validation failed";

/// Which addresses may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadSettings {
    /// `false` asks any address: for tests, and for networks where every user may reach everything anyway.
    pub checked: bool,
    pub allow_http: bool,
    /// Hosts beside KFP's own list; `*.example.com` stands for all below it.
    pub hosts: Vec<String>,
}

impl Default for DownloadSettings {
    fn default() -> Self {
        Self { checked: true, allow_http: false, hosts: Vec::new() }
    }
}

/// The adapter: reqwest, with the rules on every redirect, and on the addresses that names resolve to.
pub(crate) struct HttpDownloads {
    settings: Arc<DownloadSettings>,
    /// In bytes.
    limit: usize,
}

impl HttpDownloads {
    pub(crate) fn new(settings: DownloadSettings, limit: usize) -> Self {
        Self { settings: Arc::new(settings), limit }
    }

    fn client(&self) -> Result<reqwest::Client, Failure> {
        let settings = Arc::clone(&self.settings);
        let redirects = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error("too many redirects");
            }
            match check(&settings, attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(failure) => attempt.error(failure),
            }
        });
        let mut client = reqwest::Client::builder().redirect(redirects).timeout(TIMEOUT).no_proxy();
        if self.settings.checked {
            client = client.dns_resolver(Arc::new(PublicOnly));
        }
        client.build().map_err(Failure::internal)
    }
}

#[async_trait::async_trait]
impl service::Downloads for HttpDownloads {
    async fn fetch(&self, url: &str) -> Result<Bytes, Failure> {
        let url = Url::parse(url).map_err(|error| refused(&format!("{url:?} is no address: {error}")))?;
        check(&self.settings, &url)?;
        let answer = self.client()?.get(url.clone()).send().await.map_err(|error| unanswered(&url, &error))?;
        if !answer.status().is_success() {
            return Err(Failure::invalid(format!("{url} answered {}: expected a pipeline's file", answer.status())));
        }
        let mut bytes = BytesMut::new();
        let mut body = answer.bytes_stream();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| unanswered(&url, &error))?;
            if bytes.len() + piece.len() > self.limit {
                return Err(Failure::too_large(format!("{url} has more than {} MiB", self.limit >> 20)));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }
}

fn refused(why: &str) -> Failure {
    Failure::invalid(format!("{REFUSED}: {why}"))
}

/// What the resolver or the redirect's rule refused is the caller's mistake; the rest may go better later.
fn unanswered(url: &Url, error: &reqwest::Error) -> Failure {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        if cause.downcast_ref::<NotPublic>().is_some() {
            return refused("the host's address is not a public one");
        }
        source = cause.source();
    }
    let host = url.host_str().unwrap_or_default();
    Failure::unavailable(format!("{host} does not give the file. Try again in a moment."), error)
}

fn check(settings: &DownloadSettings, url: &Url) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("expected an https address"));
    }
    if !settings.checked {
        return Ok(());
    }
    if url.scheme() == "http" && !settings.allow_http {
        return Err(refused("expected an https address"));
    }
    if url.port().is_some() {
        return Err(refused("expected no port"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("expected no user and password"));
    }
    // Numbers are no names, so no host that is allowed by its name can be one.
    let Some(host) = url.domain() else { return Err(refused("expected a host's name")) };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let allowed = |pattern: &str| match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
        None => pattern == "*" || pattern.eq_ignore_ascii_case(&host),
    };
    let known = KNOWN_HOSTS.into_iter().chain(settings.hosts.iter().map(String::as_str));
    if known.into_iter().any(allowed) { Ok(()) } else { Err(refused(&format!("host {host:?} is not allowed"))) }
}

/// Resolves names to public addresses only, and the connection goes to what was looked at: a name that answers
/// differently the second time changes nothing.
struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("the address is not public")]
struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// As IANA's registry of special purpose addresses has it.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match s[0] {
        // Addresses that carry one of the other kind: 6to4 and NAT64.
        0x2002 => embedded(s[1], s[2]),
        0x0064 if s[1] == 0xff9b => embedded(s[6], s[7]),
        // Documentation and Teredo.
        0x2001 => s[1] != 0x0db8 && s[1] != 0,
        first => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn gap_17_only_known_hosts_over_https_are_asked() {
        let settings = DownloadSettings { hosts: vec!["*.example.com".to_owned()], ..DownloadSettings::default() };
        let answer = |url: &str| check(&settings, &Url::parse(url).unwrap());
        for good in ["https://github.com/a/b.yaml", "https://x.example.com/p", "https://GITHUB.com./p"] {
            assert_eq!(answer(good), Ok(()), "{good}");
        }
        for bad in [
            "http://github.com/a",
            "https://github.com:8443/a",
            "https://me:secret@github.com/a",
            "https://github.com.evil.example/a",
            "https://example.com/a",
            "https://evilexample.com/a",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "https://2130706433/a",
            "file:///etc/passwd",
            "gopher://github.com/",
        ] {
            assert!(answer(bad).unwrap_err().message.contains(REFUSED), "{bad}");
        }
        let all = DownloadSettings { checked: false, ..settings.clone() };
        assert_eq!(check(&all, &Url::parse("http://127.0.0.1:99/a").unwrap()), Ok(()));
        assert!(check(&all, &Url::parse("file:///etc/passwd").unwrap()).is_err());
        let open = DownloadSettings { allow_http: true, hosts: vec!["*".to_owned()], ..settings };
        assert_eq!(check(&open, &Url::parse("http://anything.test/a").unwrap()), Ok(()));
        assert!(check(&open, &Url::parse("http://10.0.0.1/a").unwrap()).is_err());
    }

    #[test]
    fn gap_17_neighbours_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["140.82.121.3", "8.8.8.8", "2606:50c0:8000::153", "::ffff:8.8.8.8", "2002:808:808::"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_name_of_a_neighbour_is_refused_before_anything_is_sent() {
        let settings = DownloadSettings { allow_http: true, hosts: vec!["localhost".to_owned()], checked: true };
        let fetched = service::Downloads::fetch(&HttpDownloads::new(settings, 9), "http://localhost/p.yaml").await;
        assert!(fetched.unwrap_err().message.contains("not a public one"));
    }
}

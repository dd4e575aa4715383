use crate::certificate;
use http::HeaderMap;
use model::Failure;
use std::{fmt, net::IpAddr, str::FromStr};

/// A header in which a proxy in front of us tells who is asking, as Kubeflow's gateway does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedHeader {
    /// KUBEFLOW_USERID_HEADER. Kubeflow installs `kubeflow-userid`.
    pub name: http::HeaderName,
    /// KUBEFLOW_USERID_PREFIX: what the value begins with before the user; often empty.
    pub prefix: String,
    /// The peers that may set it. From anybody else it is a forgery.
    pub peers: Vec<Network>,
    /// The certificates whose bearers may set it: a URI (`spiffe://cluster.local/ns/istio-system/sa/...`) or a subject, as the
    /// mesh's own proxy writes it into `x-forwarded-client-cert`.
    pub certificates: Vec<String>,
    /// Where that proxy asks from: its word on certificates counts, nobody else's.
    pub sidecars: Vec<Network>,
}

impl TrustedHeader {
    pub(crate) fn believes(&self, headers: &HeaderMap, peer: IpAddr) -> bool {
        let within = |networks: &[Network]| networks.iter().any(|network| network.contains(peer));
        if within(&self.peers) {
            return true;
        }
        !self.certificates.is_empty()
            && within(&self.sidecars)
            && certificate::identities(headers).iter().any(|identity| self.certificates.contains(identity))
    }
}

/// One address (`10.0.0.7`) or a range (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// IPv4 addresses that come mapped into IPv6 count as IPv4.
    #[must_use]
    pub fn contains(&self, peer: IpAddr) -> bool {
        match (self.address, peer.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                (ours.to_bits() ^ theirs.to_bits()) & mask == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                (ours.to_bits() ^ theirs.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let wrong = || Failure::invalid(format!("{text:?} is not a network: expected an IP address or address/bits"));
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

use crate::Identified;
use http::{HeaderMap, Method, Uri, header};
use model::Failure;

/// Refuses what a page of another site asks for with a browser's own credentials: its cookie, or the proxy's session
/// behind a trusted header. A token is only ever sent on purpose. Signing in counts too, for nobody should be signed in
/// as somebody else unawares.
///
/// # Errors
/// `Forbidden`.
pub fn refuse_cross_site(method: &Method, headers: &HeaderMap, identified: &Identified) -> Result<(), Failure> {
    let on_purpose = identified.0.as_ref().is_ok_and(|caller| caller.via().is_on_purpose());
    if method.is_safe() || on_purpose || !is_from_another_site(headers) {
        return Ok(());
    }
    tracing::warn!(origin = ?headers.get(header::ORIGIN), "a page of another site asked for a change");
    Err(Failure::forbidden("A page of another site asked for this with your session: it was not done."))
}

/// Browsers say where a page is from, in one way or the other; clients that are no browsers say neither.
fn is_from_another_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    let origin = origin.parse::<Uri>().ok();
    let authority = origin.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
    authority.is_none() || ![text(header::HOST.as_str()), text("x-forwarded-host")].contains(&authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, Via};
    use model::{FailureKind, UserName};

    fn caller(via: Via) -> Identified {
        Identified(Ok(Caller {
            user: UserName::parse("alice").unwrap(),
            via,
            limits: None,
            groups: Vec::new(),
            from: None,
        }))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_change_things_with_a_browsers_credentials() {
        for (pairs, allowed) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("origin", "http://here:8888"), ("host", "here:8888")], true),
            (&[("origin", "https://here"), ("host", "inside:80"), ("x-forwarded-host", "here")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://here"), ("host", "here")], false),
            (&[("origin", "http://here.evil"), ("host", "here")], false),
            (&[("origin", "http://here:1"), ("host", "here:2")], false),
            (&[("origin", "null"), ("host", "here")], false),
        ] {
            let headers = headers(pairs);
            for via in [Via::Session, Via::TrustedHeader] {
                let answer = refuse_cross_site(&Method::POST, &headers, &caller(via));
                assert_eq!(answer.is_ok(), allowed, "{pairs:?}");
                assert!(answer.err().is_none_or(|failure| failure.kind == FailureKind::Forbidden));
                assert!(refuse_cross_site(&Method::GET, &headers, &caller(via)).is_ok());
            }
            assert!(refuse_cross_site(&Method::DELETE, &headers, &caller(Via::PersonalToken)).is_ok());
            let nobody = Identified(Err(Failure::unauthenticated("nobody")));
            assert_eq!(refuse_cross_site(&Method::POST, &headers, &nobody).is_ok(), allowed, "{pairs:?}");
        }
    }
}

//! The identity of a client's certificate, as the mesh's own proxy beside us writes it into
//! `x-forwarded-client-cert` (Envoy's format: elements with `,`, pairs with `;`, values perhaps in quotes).

use http::HeaderMap;

pub(crate) const HEADER: &str = "x-forwarded-client-cert";

/// The URIs and the subject of the last element. Envoy appends (Istio's APPEND_FORWARD), so only the last one is what our
/// own proxy saw; whatever stands before it, somebody else claimed. Nothing when the header cannot be read.
pub(crate) fn identities(headers: &HeaderMap) -> Vec<String> {
    let last = headers.get_all(HEADER).iter().next_back().and_then(|value| value.to_str().ok());
    last.and_then(last_element).unwrap_or_default()
}

fn last_element(text: &str) -> Option<Vec<String>> {
    let mut identities = Vec::new();
    let (mut key, mut value) = (String::new(), String::new());
    let (mut in_value, mut quoted, mut escaped) = (false, false, false);
    let end_pair = |key: &mut String, value: &mut String, identities: &mut Vec<String>| {
        if matches!(key.trim().to_ascii_lowercase().as_str(), "uri" | "subject") && !value.is_empty() {
            identities.push(std::mem::take(value));
        }
        key.clear();
        value.clear();
    };
    for character in text.chars() {
        match character {
            _ if escaped => {
                value.push(character);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' if in_value => quoted = !quoted,
            _ if quoted => value.push(character),
            ';' => {
                end_pair(&mut key, &mut value, &mut identities);
                in_value = false;
            }
            ',' => {
                key.clear();
                value.clear();
                identities.clear();
                in_value = false;
            }
            '=' if !in_value => in_value = true,
            _ if in_value => value.push(character),
            _ => key.push(character),
        }
    }
    end_pair(&mut key, &mut value, &mut identities);
    (!quoted).then_some(identities)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, line.parse().unwrap());
        }
        identities(&headers)
    }

    #[test]
    fn only_what_our_own_proxy_saw_counts() {
        let gateway = "spiffe://cluster.local/ns/istio-system/sa/gateway";
        let evil = "spiffe://cluster.local/ns/team-b/sa/evil";
        assert_eq!(of(&[&format!("By=spiffe://x;Hash=ab;Subject=\"\";URI={gateway}")]), [gateway]);
        assert_eq!(of(&[&format!("URI={gateway},By=x;URI={evil}")]), [evil]);
        assert_eq!(of(&[&format!("URI={gateway}"), &format!("URI={evil}")]), [evil]);
        assert_eq!(of(&[r#"Subject="CN=a,O=b;URI=spiffe://forged";Hash=1"#]), ["CN=a,O=b;URI=spiffe://forged"]);
        assert_eq!(of(&[r#"Subject="a \" b""#]), [r#"a " b"#]);
        for nothing in ["", ",", "By=x", &format!("URI={gateway},"), &format!("Subject=\"open;URI={gateway}")] {
            assert!(of(&[nothing]).is_empty(), "{nothing}");
        }
        assert!(of(&[]).is_empty());
    }
}

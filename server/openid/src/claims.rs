use model::{Failure, Timestamp, UserName};
use serde_json::{Map, Value};

/// Clocks differ by so much at most.
const LEEWAY_SECONDS: i64 = 60;

/// What a token with a good signature says.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(pub Map<String, Value>);

impl Claims {
    /// Whether it is from the right issuer, for us, and of now.
    ///
    /// # Errors
    /// `Unauthenticated`, naming the claim.
    pub fn check(&self, issuer: &str, audience: &str, now: Timestamp) -> Result<(), Failure> {
        let wrong = |claim: &str| Err(Failure::unauthenticated(format!("The token's {claim} is not as expected.")));
        if self.text("iss") != Some(issuer) {
            return wrong("iss");
        }
        let audiences: Vec<&str> = match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !audiences.contains(&audience) {
            return wrong("aud");
        }
        let seconds = |claim: &str| self.0.get(claim).and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
        let (earliest, latest) = ((now.seconds() - LEEWAY_SECONDS) as f64, (now.seconds() + LEEWAY_SECONDS) as f64);
        if seconds("exp").is_none_or(|end| end <= earliest) {
            return wrong("exp");
        }
        for begin in ["nbf", "iat"] {
            if self.0.contains_key(begin) && seconds(begin).is_none_or(|begin| begin > latest) {
                return wrong(begin);
            }
        }
        Ok(())
    }

    /// Of an ID token for a browser's sign-in.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn check_sign_in(&self, client_id: &str, nonce: &str) -> Result<(), Failure> {
        let others = self.0.get("aud").is_some_and(|aud| aud.as_array().is_some_and(|many| many.len() > 1));
        let for_us = self.text("azp").map_or(!others, |party| party == client_id);
        if self.text("nonce") == Some(nonce) && for_us {
            Ok(())
        } else {
            Err(Failure::unauthenticated("The provider's answer is not the one to this sign-in."))
        }
    }

    /// # Errors
    /// `Unauthenticated` without the claim, or with an address that nobody verified.
    pub fn user(&self, claim: &str) -> Result<UserName, Failure> {
        if claim == "email" && self.0.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(Failure::unauthenticated("The provider has not verified this e-mail address."));
        }
        let name = self.text(claim).ok_or_else(|| {
            Failure::unauthenticated(format!("The provider's token has no {claim:?} to name a person by."))
        })?;
        UserName::parse(name).map_err(|failure| Failure::unauthenticated(failure.message))
    }

    #[must_use]
    pub fn groups(&self, claim: &str) -> Vec<String> {
        let groups = self.0.get(claim).and_then(Value::as_array);
        groups
            .map(|groups| groups.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
            .unwrap_or_default()
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim).and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(changes: Value) -> Claims {
        let mut all = json!({
            "iss": "https://id", "aud": "us", "exp": 2000, "iat": 900, "email": "alice@example.com", "email_verified": true,
            "nonce": "n", "groups": ["a", 1, "b"],
        });
        for (key, value) in changes.as_object().unwrap() {
            if value.is_null() {
                all.as_object_mut().unwrap().remove(key)
            } else {
                all.as_object_mut().unwrap().insert(key.clone(), value.clone())
            };
        }
        Claims(all.as_object().unwrap().clone())
    }

    #[test]
    fn a_token_is_of_the_issuer_for_us_and_of_now() {
        let check = |changes: Value, now| claims(changes).check("https://id", "us", Timestamp::from_seconds(now));
        for (changes, now) in [
            (json!({}), 1000),
            (json!({}), 2059),
            (json!({ "aud": ["others", "us"] }), 1000),
            (json!({ "nbf": 1060 }), 1000),
            (json!({ "iat": null }), 1000),
        ] {
            assert_eq!(check(changes.clone(), now), Ok(()), "{changes} {now}");
        }
        for (changes, now, named) in [
            (json!({}), 2060, "exp"),
            (json!({ "exp": null }), 1000, "exp"),
            (json!({ "exp": "2000" }), 1000, "exp"),
            (json!({ "iat": 1061 }), 1000, "iat"),
            (json!({ "nbf": 1061 }), 1000, "nbf"),
            (json!({ "aud": "others" }), 1000, "aud"),
            (json!({ "aud": [] }), 1000, "aud"),
            (json!({ "aud": null }), 1000, "aud"),
            (json!({ "iss": "https://id/" }), 1000, "iss"),
        ] {
            assert!(check(changes.clone(), now).unwrap_err().message.contains(named), "{changes} {now}");
        }
    }

    #[test]
    fn a_person_is_named_by_what_the_provider_verified() {
        assert_eq!(claims(json!({})).user("email").unwrap().as_str(), "alice@example.com");
        for unverified in
            [json!({ "email_verified": null }), json!({ "email_verified": false }), json!({ "email_verified": "true" })]
        {
            assert!(claims(unverified).user("email").is_err());
        }
        assert!(claims(json!({ "sub": "" })).user("sub").is_err());
        assert!(claims(json!({})).user("preferred_username").is_err());
        assert_eq!(claims(json!({})).groups("groups"), ["a", "b"]);
    }

    #[test]
    fn an_answer_is_for_one_sign_in_of_one_client() {
        let check = |changes: Value| claims(changes).check_sign_in("us", "n").is_ok();
        assert!(check(json!({})) && check(json!({ "aud": ["us", "x"], "azp": "us" })));
        for wrong in
            [json!({ "nonce": "m" }), json!({ "nonce": null }), json!({ "azp": "x" }), json!({ "aud": ["us", "x"] })]
        {
            assert!(!check(wrong.clone()), "{wrong}");
        }
    }
}

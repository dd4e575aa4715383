use crate::{Failure, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The value of a secret. It is not serialisable and does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Vec<u8>);

impl SecretValue {
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
    /// The value itself, for the one step that is to have it.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(hidden)")
    }
}

/// The entries of one secret by their keys, as a Kubernetes Secret has them.
pub type SecretData = BTreeMap<String, SecretValue>;

/// A secret as anybody may see it: what it is called, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretName {
    pub name: String,
    pub keys: Vec<String>,
    /// When an entry was last written.
    pub updated_at: Timestamp,
}

impl SecretName {
    /// Kubernetes' rules, so that a pipeline means the same here and there.
    ///
    /// # Errors
    /// `Invalid`, naming the field and the rule.
    pub fn check(name: &str, key: &str) -> Result<(), Failure> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let fits = name.len() <= 253 && name.chars().all(plain);
        if !fits || !ends(name.chars().next()) || !ends(name.chars().last()) {
            return Err(Failure::invalid(format!(
                "name {name:?} is not a secret's name: expected 1 to 253 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit"
            )));
        }
        let free = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if key.is_empty() || key.len() > 253 || !key.chars().all(free) || key == "." || key == ".." {
            return Err(Failure::invalid(format!(
                "key {key:?} is not a secret's key: expected 1 to 253 of letters, digits, '-', '_' and '.'"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_kubernetes_own() {
        for (name, key) in [("db", "PASSWORD"), ("a.b-c", ".netrc"), ("0", "tls.key")] {
            assert_eq!(SecretName::check(name, key), Ok(()), "{name} {key}");
        }
        for (name, key, named) in [
            ("", "k", "name"),
            ("Db", "k", "name"),
            ("-a", "k", "name"),
            (&"a".repeat(254), "k", "name"),
            ("a", "", "key"),
            ("a", "..", "key"),
            ("a", "a/b", "key"),
            ("a", "a\0", "key"),
        ] {
            let failure = SecretName::check(name, key).err();
            assert!(failure.is_some_and(|failure| failure.message.starts_with(named)), "{name} {key}");
        }
    }

    #[test]
    fn a_value_does_not_show_itself() {
        assert!(!format!("{:?}", SecretValue::new(b"hunter2".to_vec())).contains("hunter2"));
    }
}

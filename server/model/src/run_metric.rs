use crate::Failure;
use serde::{Deserialize, Serialize};

/// A number that somebody reported of one node of a run (v1beta1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunMetric {
    pub name: String,
    pub node_id: String,
    pub number_value: f64,
    pub format: MetricFormat,
}

/// How it should be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum MetricFormat {
    #[default]
    Unspecified,
    Raw,
    Percentage,
}

impl MetricFormat {
    /// As v1beta1 and our tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Raw => "RAW",
            Self::Percentage => "PERCENTAGE",
        }
    }
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Unspecified, Self::Raw, Self::Percentage].into_iter().find(|format| format.as_str() == text)
    }
}

impl RunMetric {
    /// # Errors
    /// `Invalid`, naming KFP's rule: a name of 1 to 64 letters, digits, `-` and `_` that begins with a letter and ends with
    /// a letter or digit; a node id of 1 to 128 bytes.
    pub fn check(&self) -> Result<(), Failure> {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let name = &self.name;
        let good = (1..=64).contains(&name.len())
            && name.chars().all(inner)
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric());
        if !good {
            return Err(Failure::invalid(format!(
                "metric.name {name:?}: expected 1 to 64 of a-z, A-Z, 0-9, '-' and '_', beginning with a letter and ending with a letter or digit"
            )));
        }
        if self.node_id.is_empty() || self.node_id.len() > 128 {
            return Err(Failure::invalid("metric.node_id: expected 1 to 128 bytes"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_nodes_have_kfps_bounds() {
        let metric = |name: &str, node: &str| RunMetric {
            name: name.to_owned(),
            node_id: node.to_owned(),
            number_value: 0.5,
            format: MetricFormat::Raw,
        };
        for good in ["a", "acc-1", "A_b", &"x".repeat(64)] {
            assert_eq!(metric(good, "n").check(), Ok(()), "{good}");
        }
        for bad in ["", "1a", "a b", "a-", "é", &"x".repeat(65)] {
            assert!(metric(bad, "n").check().unwrap_err().message.contains("metric.name"), "{bad}");
        }
        assert!(metric("a", "").check().is_err() && metric("a", &"n".repeat(129)).check().is_err());
    }
}

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Where a task stands in a run: `root.for-loop-1[3].train`. A group's later attempts carry `~2`, `~3`.
/// Equal in every life of the server: facts, ids and directories are named by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskPath(String);

/// Longest directory name that is taken over as it is.
const PLAIN_DIR_NAME: usize = 120;

impl TaskPath {
    #[must_use]
    pub fn root() -> Self {
        Self("root".to_owned())
    }
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The task `name` inside this group. Characters that have a meaning in paths are escaped.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + name.len() + 1);
        text.push_str(&self.0);
        text.push('.');
        for character in name.chars() {
            match character {
                '.' | '[' | ']' | '~' | '%' | '/' => text.push_str(&format!("%{:02X}", u32::from(character))),
                plain => text.push(plain),
            }
        }
        Self(text)
    }
    #[must_use]
    pub(crate) fn iteration(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
    /// `number` counts from 1; the first attempt has no suffix.
    #[must_use]
    pub(crate) fn attempt(&self, number: u32) -> Self {
        if number <= 1 { self.clone() } else { Self(format!("{}~{number}", self.0)) }
    }
    /// A file name of at most 124 ASCII letters, digits and `.-_[]~%`; different for different paths.
    #[must_use]
    pub fn to_dir_name(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_[]~%".contains(c);
        if self.0.len() <= PLAIN_DIR_NAME && self.0.chars().all(plain) {
            return self.0.clone();
        }
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, self.0.as_bytes());
        let tail: String = self.0.chars().rev().filter(|c| plain(*c)).take(60).collect();
        // Paths begin with `root`, so this can never be another path's plain name.
        format!("long.{}.{}", digest.simple(), tail.chars().rev().collect::<String>())
    }
}

impl fmt::Display for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for TaskPath {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_path_characters_cannot_pretend_to_be_other_paths() {
        let root = TaskPath::root();
        assert_ne!(root.child("a.b"), root.child("a").child("b"));
        assert_ne!(root.child("a[0]"), root.child("a").iteration(0));
        assert_eq!(root.child("a.b").as_str(), "root.a%2Eb");
        assert_eq!(root.child("a").attempt(1).as_str(), "root.a");
        assert_eq!(root.child("a").attempt(3).as_str(), "root.a~3");
    }

    #[test]
    fn directory_names_are_bounded_safe_and_distinct() {
        let short = TaskPath::root().child("for-loop-1").iteration(3).child("train");
        assert_eq!(short.to_dir_name(), "root.for-loop-1[3].train");
        let long = TaskPath::root().child(&"x".repeat(400));
        let other = TaskPath::root().child(&"x".repeat(401));
        let exotic = TaskPath::root().child("spät/..");
        for path in [&long, &other, &exotic] {
            let name = path.to_dir_name();
            assert!(name.len() <= 124 && name.is_ascii() && !name.contains('/'), "{name}");
        }
        assert_ne!(long.to_dir_name(), other.to_dir_name());
    }
}

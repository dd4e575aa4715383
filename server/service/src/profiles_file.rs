use model::{Failure, Member, Namespace, Role, UserName};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Profiles as a YAML file has them. For each namespace in it the file is the whole truth; others are left alone.
///
/// ```text
/// profiles:
///   - namespace: team-a
///     owner: alice@example.com
///     members:
///       bob@example.com: edit
///       vera@example.com: view
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfilesFile {
    pub profiles: Vec<ProfileEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileEntry {
    pub namespace: Namespace,
    pub owner: UserName,
    #[serde(default)]
    pub members: BTreeMap<UserName, Role>,
}

impl ProfilesFile {
    /// # Errors
    /// `Invalid` for text that is no such file, naming what was expected.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let file: Self = serde_saphyr::from_str(text)
            .map_err(|error| Failure::invalid(format!("the profiles' file is not readable: {error}")))?;
        let mut seen = std::collections::BTreeSet::new();
        for entry in &file.profiles {
            if !seen.insert(&entry.namespace) {
                return Err(Failure::invalid(format!("the profiles' file has namespace {} twice", entry.namespace)));
            }
            if entry.members.get(&entry.owner).is_some_and(|role| *role != Role::Admin) {
                return Err(Failure::invalid(format!(
                    "the profiles' file makes {} less than admin of {}, which they own",
                    entry.owner, entry.namespace
                )));
            }
        }
        Ok(file)
    }
}

impl ProfileEntry {
    /// The owner among them.
    pub(crate) fn everybody(&self) -> Vec<Member> {
        let mut members = self.members.clone();
        members.insert(self.owner.clone(), Role::Admin);
        members.into_iter().map(|(user, role)| Member { user, role }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_strictly() {
        let file = ProfilesFile::parse(
            "profiles:\n- namespace: team-a\n  owner: alice@example.com\n  members: {vera@example.com: view}\n- {namespace: b, owner: bob}\n",
        )
        .unwrap();
        let everybody = file.profiles[0].everybody();
        let words: Vec<_> = everybody.iter().map(|one| (one.user.as_str(), one.role.as_str())).collect();
        assert_eq!(words, [("alice@example.com", "admin"), ("vera@example.com", "view")]);
        for wrong in [
            "",
            "profiles: 1",
            "profiles: [{namespace: Team, owner: a}]",
            "profiles: [{namespace: a}]",
            "profiles: [{namespace: a, owner: b, members: {c: owner}}]",
            "profiles: [{namespace: a, owner: b, member: {}}]",
            "profiles: [{namespace: a, owner: b}, {namespace: a, owner: c}]",
            "profiles: [{namespace: a, owner: b, members: {b: view}}]",
        ] {
            let failure = ProfilesFile::parse(wrong).unwrap_err();
            assert!(failure.message.contains("profiles' file"), "{wrong}");
        }
    }
}

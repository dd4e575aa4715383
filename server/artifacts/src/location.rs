use model::{Failure, Namespace, RunId};
use std::fmt;

const BUCKET: &str = "minio://mlpipeline/private-artifacts/";

/// Where a run's artifacts go unless it says otherwise: below its namespace's own part of the bucket, as Kubeflow lays it
/// out for profiles.
#[must_use]
pub fn default_root(namespace: &Namespace) -> String {
    format!("{BUCKET}{namespace}/v2")
}

/// A pipeline root that a caller chose must stay in the namespace's own part of the bucket.
///
/// # Errors
/// `Invalid`, saying where it may be.
pub fn check_root(namespace: &Namespace, root: &str) -> Result<(), Failure> {
    let own = format!("{BUCKET}{namespace}/");
    let refuse = |why: &str| Err(Failure::invalid(format!("pipeline_root {root:?} {why}")));
    // Options such as `?region=` stay with the root and are no part of the artifacts' names.
    let plain = root.split('?').next().unwrap_or(root).trim_end_matches('/');
    let Some(rest) = plain.strip_prefix(&own) else {
        return refuse(&format!("is not in namespace '{namespace}': expected it to begin with {own}"));
    };
    if !rest.split('/').all(is_plain) {
        return refuse("has an empty, '.' or '..' part, or a control character");
    }
    if rest.split('/').any(|segment| RunId::parse(segment).is_ok()) {
        return refuse(
            "has a part that is a UUID: expected none, because the first one in an artifact's URI names its run",
        );
    }
    Ok(())
}

/// Where an artifact of ours is: the namespace, the run that made it, and its name there. Made only by [`locate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    namespace: Namespace,
    run: RunId,
    key: String,
    uri: String,
}

impl Location {
    #[must_use]
    pub const fn namespace(&self) -> &Namespace {
        &self.namespace
    }
    #[must_use]
    pub const fn run(&self) -> RunId {
        self.run
    }
    /// Relative, without `.` and `..`; empty for the whole run.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri)
    }
}

/// The run whose artifact a URI names, whatever namespace the URI claims: its record says whose it is.
///
/// # Errors
/// `NotFound` for a URI that names no run of ours.
pub fn run_of(uri: &str) -> Result<RunId, Failure> {
    let absent = || Failure::not_found("Artifact", uri);
    let claimed = uri.strip_prefix(BUCKET).and_then(|rest| rest.split('/').next()).ok_or_else(absent)?;
    let namespace = Namespace::parse(claimed).map_err(|_| absent())?;
    let location = locate(&namespace, uri).map_err(|_| absent())?;
    location.map(|location| location.run()).ok_or_else(absent)
}

/// Reads a URI such as `minio://mlpipeline/private-artifacts/team-a/v2/train/<run>/fit/<salt>/model`. `None` for a URI
/// that points to no store of ours (`gs://`, `https://`, another bucket).
///
/// # Errors
/// `Forbidden` for one that is not in this namespace, `Invalid` for one that is not well formed.
pub fn locate(namespace: &Namespace, uri: &str) -> Result<Option<Location>, Failure> {
    let Some(path) = uri.strip_prefix("minio://mlpipeline/") else { return Ok(None) };
    // The rest of the bucket belongs to nobody, and nothing of ours lies there.
    let Some(owned) = path.strip_prefix("private-artifacts/") else { return Ok(None) };
    let Some(rest) = owned.strip_prefix(namespace.as_str()).and_then(|rest| rest.strip_prefix('/')) else {
        return Err(Failure::forbidden(format!("the artifact {uri:?} is not in namespace '{namespace}'")));
    };
    let segments: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    if !segments.iter().all(|segment| is_plain(segment)) {
        return Err(Failure::invalid(format!(
            "the artifact URI {uri:?} has an empty, '.' or '..' part, or a control character"
        )));
    }
    let id_at = |at: usize| RunId::parse(segments.get(at)?).ok();
    // `<run>/<task>/<salt>`, where the salt is a UUID too: a pipeline whose name is a UUID comes before its run.
    let run = (0..segments.len()).find(|at| id_at(*at).is_some() && id_at(at + 2).is_some());
    let run = run.or_else(|| (0..segments.len()).find(|at| id_at(*at).is_some()));
    let Some((at, run)) = run.and_then(|at| Some((at, id_at(at)?))) else {
        return Err(Failure::invalid(format!("the artifact URI {uri:?} names no run: expected a run's id in it")));
    };
    Ok(Some(Location { namespace: namespace.clone(), run, key: segments[at + 1..].join("/"), uri: uri.to_owned() }))
}

fn is_plain(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && !segment.chars().any(|c| c.is_control() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::FailureKind;

    const RUN: &str = "5b4ac1de-7bd4-4d0c-a1fb-3d3a5b6b3a11";

    fn team_a() -> Namespace {
        Namespace::parse("team-a").unwrap()
    }

    #[test]
    fn a_uri_tells_its_run_and_its_name_there() {
        let uri = format!("{}/train/{RUN}/fit/0d2f/model", default_root(&team_a()));
        let location = locate(&team_a(), &uri).unwrap().unwrap();
        assert_eq!(location.run().to_string(), RUN);
        assert_eq!(location.key(), "fit/0d2f/model");
        assert_eq!(location.to_string(), uri);
    }

    #[test]
    fn a_pipeline_named_by_a_uuid_is_not_taken_for_its_run() {
        let pipeline = "00000000-0000-4000-8000-000000000000";
        let uri = format!("{}/{pipeline}/{RUN}/fit/{pipeline}/model", default_root(&team_a()));
        assert_eq!(locate(&team_a(), &uri).unwrap().unwrap().run().to_string(), RUN);
    }

    #[test]
    fn other_stores_are_not_ours_and_other_namespaces_are_closed() {
        for elsewhere in
            ["gs://bucket/x", "minio://mlpipeline/v2/artifacts/p/x", "minio://other/private-artifacts/team-b/x"]
        {
            assert_eq!(locate(&team_a(), elsewhere), Ok(None));
        }
        for foreign in [
            format!("minio://mlpipeline/private-artifacts/team-b/v2/p/{RUN}/x"),
            format!("minio://mlpipeline/private-artifacts/team-ab/v2/p/{RUN}/x"),
            format!("minio://mlpipeline/private-artifacts/../private-artifacts/team-b/v2/p/{RUN}/x"),
            "minio://mlpipeline/private-artifacts/".to_owned(),
        ] {
            assert_eq!(locate(&team_a(), &foreign).unwrap_err().kind, FailureKind::Forbidden, "{foreign}");
        }
    }

    #[test]
    fn a_path_cannot_climb() {
        let root = default_root(&team_a());
        for bad in ["..", ".", "", "a\u{0}b", "a\\b"] {
            let uri = format!("{root}/p/{RUN}/x/{bad}/y");
            assert_eq!(locate(&team_a(), &uri).unwrap_err().kind, FailureKind::Invalid, "{uri}");
            let sly = format!("minio://mlpipeline/private-artifacts/team-a/{bad}/team-b");
            assert_eq!(check_root(&team_a(), &sly).unwrap_err().kind, FailureKind::Invalid, "{sly}");
        }
    }

    #[test]
    fn a_pipeline_root_stays_at_home() {
        assert_eq!(check_root(&team_a(), &default_root(&team_a())), Ok(()));
        assert_eq!(check_root(&team_a(), "minio://mlpipeline/private-artifacts/team-a/mine/too/?region=x"), Ok(()));
        for bad in [
            "",
            "minio://mlpipeline/v2/artifacts",
            "minio://mlpipeline/private-artifacts/team-a",
            "minio://mlpipeline/private-artifacts/team-b/v2",
            "s3://somewhere/else",
            &format!("minio://mlpipeline/private-artifacts/team-a/{RUN}"),
        ] {
            let failure = check_root(&team_a(), bad).unwrap_err();
            assert!(failure.kind == FailureKind::Invalid && failure.message.contains("pipeline_root"), "{bad}");
        }
    }
}

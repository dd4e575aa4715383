//! The one route table: an address becomes a [`Place`], and a place its address.
//!
//! Addresses are paths below the base (`/` or `/pipeline`), so that the server can render them. Upstream's hash routes,
//! as dashboards, the SDK and old bookmarks write them, are translated by [`from_hash`].

use model::{ExperimentId, Namespace, PipelineId, RecurringRunId, RunId};

/// Everything that has a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The first page; goes on to a namespace.
    Home,
    SignIn,
    /// The choice of a namespace.
    Namespaces,
    /// One's own tokens and sessions.
    Account,
    /// A room without a namespace, from an old link; the server finds the namespace and goes on.
    Wanted(Room),
    In(Namespace, Room),
    Nowhere,
}

/// What can be seen in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Start,
    Runs,
    ArchivedRuns,
    NewRun,
    CompareRuns,
    Run(RunId),
    Experiments,
    ArchivedExperiments,
    NewExperiment,
    Experiment(ExperimentId),
    Pipelines,
    SharedPipelines,
    NewPipeline,
    Pipeline(PipelineId),
    RecurringRuns,
    NewRecurringRun,
    RecurringRun(RecurringRunId),
    Members,
    Secrets,
    Audit,
}

impl Place {
    /// Reads a path below the base.
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            [] => Self::Home,
            ["sign-in"] => Self::SignIn,
            ["namespaces"] => Self::Namespaces,
            ["account"] => Self::Account,
            ["ns", namespace, rest @ ..] => match (Namespace::parse(namespace), Room::parse(rest)) {
                (Ok(namespace), Some(room)) => Self::In(namespace, room),
                _ => Self::Nowhere,
            },
            rest => Room::parse(rest).map_or(Self::Nowhere, Self::Wanted),
        }
    }

    /// The path below the base, beginning with `/`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Home | Self::Nowhere => "/".to_owned(),
            Self::SignIn => "/sign-in".to_owned(),
            Self::Namespaces => "/namespaces".to_owned(),
            Self::Account => "/account".to_owned(),
            Self::Wanted(room) => format!("/{}", room.path()),
            Self::In(namespace, room) => format!("/ns/{namespace}/{}", room.path()),
        }
    }

    #[must_use]
    pub const fn namespace(&self) -> Option<&Namespace> {
        match self {
            Self::In(namespace, _) => Some(namespace),
            _ => None,
        }
    }

    #[must_use]
    pub const fn room(&self) -> Option<Room> {
        match self {
            Self::In(_, room) | Self::Wanted(room) => Some(*room),
            _ => None,
        }
    }
}

impl Room {
    fn parse(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            [] | ["start"] => Self::Start,
            ["runs"] => Self::Runs,
            ["runs", "archived"] => Self::ArchivedRuns,
            ["runs", "new"] => Self::NewRun,
            ["runs", "compare"] => Self::CompareRuns,
            ["runs", id] => Self::Run(RunId::parse(id).ok()?),
            ["experiments"] => Self::Experiments,
            ["experiments", "archived"] => Self::ArchivedExperiments,
            ["experiments", "new"] => Self::NewExperiment,
            ["experiments", id] => Self::Experiment(ExperimentId::parse(id).ok()?),
            ["pipelines"] => Self::Pipelines,
            ["pipelines", "shared"] => Self::SharedPipelines,
            ["pipelines", "new"] => Self::NewPipeline,
            ["pipelines", id] => Self::Pipeline(PipelineId::parse(id).ok()?),
            ["recurring-runs"] => Self::RecurringRuns,
            ["recurring-runs", "new"] => Self::NewRecurringRun,
            ["recurring-runs", id] => Self::RecurringRun(RecurringRunId::parse(id).ok()?),
            ["members"] => Self::Members,
            ["secrets"] => Self::Secrets,
            ["audit"] => Self::Audit,
            _ => return None,
        })
    }

    fn path(self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Runs => "runs".to_owned(),
            Self::ArchivedRuns => "runs/archived".to_owned(),
            Self::NewRun => "runs/new".to_owned(),
            Self::CompareRuns => "runs/compare".to_owned(),
            Self::Run(id) => format!("runs/{id}"),
            Self::Experiments => "experiments".to_owned(),
            Self::ArchivedExperiments => "experiments/archived".to_owned(),
            Self::NewExperiment => "experiments/new".to_owned(),
            Self::Experiment(id) => format!("experiments/{id}"),
            Self::Pipelines => "pipelines".to_owned(),
            Self::SharedPipelines => "pipelines/shared".to_owned(),
            Self::NewPipeline => "pipelines/new".to_owned(),
            Self::Pipeline(id) => format!("pipelines/{id}"),
            Self::RecurringRuns => "recurring-runs".to_owned(),
            Self::NewRecurringRun => "recurring-runs/new".to_owned(),
            Self::RecurringRun(id) => format!("recurring-runs/{id}"),
            Self::Members => "members".to_owned(),
            Self::Secrets => "secrets".to_owned(),
            Self::Audit => "audit".to_owned(),
        }
    }

    /// Whether the address names one object, which is in one namespace only.
    #[must_use]
    pub const fn is_one_object(self) -> bool {
        matches!(self, Self::Run(_) | Self::Experiment(_) | Self::Pipeline(_) | Self::RecurringRun(_))
    }

    /// The list that this room belongs to: where one goes when the namespace changes under a details page.
    #[must_use]
    pub const fn list(self) -> Self {
        match self {
            Self::Start => Self::Start,
            Self::Runs | Self::ArchivedRuns | Self::NewRun | Self::CompareRuns | Self::Run(_) => Self::Runs,
            Self::Experiments | Self::ArchivedExperiments | Self::NewExperiment | Self::Experiment(_) => {
                Self::Experiments
            }
            Self::Pipelines | Self::SharedPipelines | Self::NewPipeline | Self::Pipeline(_) => Self::Pipelines,
            Self::RecurringRuns | Self::NewRecurringRun | Self::RecurringRun(_) => Self::RecurringRuns,
            Self::Members | Self::Secrets | Self::Audit => Self::Members,
        }
    }
}

/// Upstream's hash route, as `#/runs/details/ID`; `None` for a fragment that is no route.
#[must_use]
pub fn from_hash(hash: &str) -> Option<Room> {
    let route = hash.strip_prefix("#/")?;
    let route = route.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = route.split('/').filter(|segment| !segment.is_empty()).collect();
    Some(match segments.as_slice() {
        [] | ["pipelines"] => Room::Pipelines,
        ["start"] => Room::Start,
        ["shared", "pipelines"] => Room::SharedPipelines,
        ["pipeline_versions", "new"] => Room::NewPipeline,
        ["pipelines", "details", id, ..] => PipelineId::parse(id).map_or(Room::Pipelines, Room::Pipeline),
        ["archive", "runs"] => Room::ArchivedRuns,
        ["runs", "new"] => Room::NewRun,
        ["compare"] => Room::CompareRuns,
        ["runs", "details", id, ..] => RunId::parse(id).map_or(Room::Runs, Room::Run),
        ["experiments"] => Room::Experiments,
        ["archive", "experiments"] => Room::ArchivedExperiments,
        ["experiments", "new"] => Room::NewExperiment,
        ["experiments", "details", id, ..] => ExperimentId::parse(id).map_or(Room::Experiments, Room::Experiment),
        ["recurringrun", "details", id, ..] => {
            RecurringRunId::parse(id).map_or(Room::RecurringRuns, Room::RecurringRun)
        }
        ["recurringruns"] | ["recurringrun", ..] => Room::RecurringRuns,
        _ => Room::Runs,
    })
}

/// The query of one of upstream's hash routes, in our words, with its `?`; empty when nothing in it means anything here.
#[must_use]
pub fn query_of_hash(hash: &str) -> String {
    let query = hash.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let ours = |name: &str| match name {
        "runlist" => Some("runs"),
        "experimentId" => Some("experiment"),
        "pipelineId" => Some("pipeline"),
        "pipelineVersionId" => Some("version"),
        "cloneFromRun" => Some("clone"),
        _ => None,
    };
    let pairs: Vec<String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, value)| Some(format!("{}={value}", ours(name)?)))
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_reads_back_as_its_place() {
        let id = "5c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c";
        for path in [
            "/",
            "/sign-in",
            "/namespaces",
            "/account",
            "/ns/team-a/members",
            "/ns/team-a/secrets",
            "/ns/team-a/audit",
            "/runs",
            "/ns/team-a/start",
            "/ns/team-a/runs",
            "/ns/team-a/runs/archived",
            "/ns/team-a/runs/new",
            "/ns/team-a/runs/compare",
            &format!("/ns/team-a/runs/{id}"),
            "/ns/team-a/experiments",
            "/ns/team-a/experiments/archived",
            "/ns/team-a/experiments/new",
            &format!("/ns/team-a/experiments/{id}"),
            "/ns/team-a/pipelines",
            "/ns/team-a/pipelines/shared",
            "/ns/team-a/pipelines/new",
            &format!("/ns/team-a/pipelines/{id}"),
            "/ns/team-a/recurring-runs",
            "/ns/team-a/recurring-runs/new",
            &format!("/ns/team-a/recurring-runs/{id}"),
        ] {
            assert_eq!(Place::parse(path).path(), path);
        }
    }

    #[test]
    fn what_is_no_address_is_nowhere() {
        for path in ["/ns/Team_A/runs", "/ns/team-a/runs/not-an-id", "/ns/team-a/kitchen", "/wp-admin", "/ns"] {
            assert_eq!(Place::parse(path), Place::Nowhere, "{path}");
        }
    }

    #[test]
    fn upstreams_hash_routes_are_understood() {
        let id = "5c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c";
        let path = |hash: &str| from_hash(hash).map(|room| Place::Wanted(room).path());
        assert_eq!(path(&format!("#/runs/details/{id}")), Some(format!("/runs/{id}")));
        assert_eq!(path(&format!("#/experiments/details/{id}?x=1")), Some(format!("/experiments/{id}")));
        assert_eq!(path(&format!("#/pipelines/details/{id}/version/{id}")), Some(format!("/pipelines/{id}")));
        assert_eq!(path("#/recurringruns"), Some("/recurring-runs".to_owned()));
        assert_eq!(path(&format!("#/recurringrun/details/{id}")), Some(format!("/recurring-runs/{id}")));
        assert_eq!(path("#/runs/details/undefined"), Some("/runs".to_owned()));
        assert_eq!(path("#main"), None);
        assert_eq!(path("#/compare?runlist=a,b"), Some("/runs/compare".to_owned()));
        assert_eq!(query_of_hash("#/compare?runlist=a,b&x=1"), "?runs=a,b");
        assert_eq!(query_of_hash("#/runs/new?cloneFromRun=a&experimentId=b"), "?clone=a&experiment=b");
        assert_eq!(query_of_hash("#/runs"), "");
    }
}

//! Why an answer differs from the recorded one. Reviewed by hand; a case that is not here must not differ.

pub(crate) fn of(case: &str) -> Option<&'static str> {
    REASONS.iter().find(|(cases, _)| cases.contains(&case)).map(|(_, reason)| *reason)
}

/// Rows that are equal in what they are sorted by come in the order of their ids, which are chance on both sides.
pub(crate) const TIES: &[&str] =
    &["experiments sort storage_state", "experiments sort last_run_created_at desc", "pipelines list"];

const REASONS: &[(&[&str], &str)] = &[
    (
        &["no namespace", "experiment get unknown, nobody"],
        "a nameless caller is told nothing but that: not what is missing, and not whether an id exists",
    ),
    (
        &[
            "experiment empty name",
            "experiment long name",
            "run create no name",
            "run create no source",
            "run create unknown version",
            "recurring create no name",
        ],
        "a mistake of the caller is not a failure of the server",
    ),
    (&["token of team-a in team-b"], "a page token is signed for its namespace and opens no other"),
    (
        &["experiments sort name", "experiments sort name desc", "experiments sort display_name asc"],
        "names are ordered by their bytes; the recorded server's MySQL folds case",
    ),
    (&["upload foreign", "upload viewer"], "who may not upload is told so: 403, as everywhere else"),
    (
        &["upload shared", "upload shared, nobody"],
        "everybody runs shared pipelines, so only a platform admin writes them; KFP lets anybody",
    ),
    (&["upload version unknown pipeline"], "an unknown id is 404, as everywhere else"),
    (&["run create foreign pipeline version"], "to run a pipeline one must be allowed to read it; KFP forgets to ask"),
    (&["v1 pipelines list"], "pipelines of one second come in the order of their ids, which are chance on both sides"),
    (
        &["v1 run by pipeline", "v1 runs by experiment", "v1 runs by namespace", "v1 run get"],
        "an engine is at work here, manifests do not ride along in lists, and a run shows the name of its definition",
    ),
    (&["v1 metrics"], "a metric that is refused says why"),
    (
        &["v1 job get"],
        "a recurring run does not keep the name of its definition, and one that is enabled says so from the first moment on",
    ),
    (&["pipelines list shared"], "the recorded server took two shared pipelines that this one refused above"),
    (&["versions list"], "definitions are long, and do not ride along in lists: one version's answer has it"),
    (
        &["pipeline delete with versions", "run terminate again"],
        "the status is the same; the code says that it is the object's state that forbids it, not the input",
    ),
    (
        &["run get", "run get viewer", "run archived get", "run terminated get"],
        "an engine is at work here, and there was no Argo beside the recorded server",
    ),
    (
        &["v1 run of v2 run"],
        "a run knows its definition's own name and not its version's; it goes on, for an engine is at work; and its workflow is shown under both names, for older clients look for it under the older",
    ),
    (
        &["v1 auth"],
        "who may read what a namespace's runs made may view it; the recorded people had Kubeflow's roles for pipelines without those for viewers",
    ),
    (&["run create macros"], "a run shows the values that it runs with: macros are put in when it is made"),
    (
        &["recurring list"],
        "parameters do not ride along in lists, and recurring runs of one second were sorted by chance there",
    ),
    (&["runs by state"], "an engine is at work here: no run is pending for long"),
    (
        &["runs by namespace", "runs by experiment"],
        "definitions and parameters do not ride along in lists, an engine is at work, and runs of one second were sorted by chance there",
    ),
];

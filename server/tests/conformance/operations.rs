//! The document of the API as it is served, and how its operations differ from KFP's.

use std::{collections::BTreeSet, fmt::Write, path::Path};

fn assert_reviewed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output").join(name);
    if std::env::var_os("UPDATE_OUTPUT").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is not up to date: run with UPDATE_OUTPUT=1, and look at the difference", path.display());
}

#[test]
fn the_document_that_is_served_is_the_reviewed_one() {
    let text = serde_json::to_string_pretty(&api::document()).unwrap();
    assert_reviewed("openapi.json", &format!("{text}\n"));
}

/// Why an operation of KFP's is not served, by how its line begins.
const REASONS: &[(&str, &str)] = &[
    ("GET /apis/v2beta1/filters", "it exists only so that KFP's own document has the filter in it; KFP answers 404"),
    (
        "POST /apis/v1beta1/visualizations",
        "a service that reads whatever path it is told runs in no namespace of a caller",
    ),
    ("POST /apis/v2beta1/visualizations", "KFP answers 404"),
    (
        "POST /apis/v1beta1/workflows",
        "plumbing between KFP's own servers; states come from the engine, in this process",
    ),
    (
        "POST /apis/v2beta1/workflows",
        "plumbing between KFP's own servers; states come from the engine, in this process",
    ),
    ("POST /apis/v1beta1/scheduledworkflows", "plumbing between KFP's own servers; the scheduler is in this process"),
    ("POST /apis/v2beta1/scheduledworkflows", "plumbing between KFP's own servers; the scheduler is in this process"),
    ("GET /apis/v1alpha1/tasks", "cache records of KFP's own drivers; the engine keeps its own, by namespace"),
    ("POST /apis/v1alpha1/tasks", "cache records of KFP's own drivers; the engine keeps its own, by namespace"),
];

/// The recorded contract lies beside the repository and is no part of it; without it the test says so.
#[test]
fn every_difference_from_kfps_operations_has_a_reason() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contract/endpoints.tsv");
    let Ok(contract) = std::fs::read_to_string(contract) else {
        eprintln!("SKIPPED: the list of KFP's operations is not beside the repository");
        return;
    };
    let theirs: BTreeSet<String> = contract
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|fields| matches!(fields[0], "v1alpha1" | "v1beta1" | "v2beta1"))
        .map(|fields| format!("{} {}", if fields[1] == "ANY" { "GET" } else { fields[1] }, unnamed(fields[2])))
        .collect();
    assert!(theirs.len() > 80);
    let ours: BTreeSet<String> =
        api::ROUTES.iter().map(|route| format!("{} {}", route.method, unnamed(route.path))).collect();
    let mut text =
        "Operations of KFP 2.17's API that are not served, with the reason; then those that KFP has not.\n\n"
            .to_owned();
    let mut unreasoned = Vec::new();
    for operation in theirs.difference(&ours) {
        match REASONS.iter().find(|(begins, _)| operation.starts_with(begins)) {
            Some((_, reason)) => writeln!(text, "- {operation}\n    {reason}").unwrap(),
            None => unreasoned.push(operation.as_str()),
        }
    }
    assert!(unreasoned.is_empty(), "not served, and nobody says why: {unreasoned:?}");
    text.push('\n');
    for operation in ours.difference(&theirs) {
        writeln!(text, "+ {operation}").unwrap();
    }
    assert_reviewed("operations-difference.txt", &text);
}

/// The path without the names of its parameters: each version has its own for the same thing.
fn unnamed(path: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                inside = true;
                plain.push_str("{}");
            }
            '}' => inside = false,
            letter if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain
}

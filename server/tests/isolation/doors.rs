//! Every door, called by everybody. A door that is new has no question and fails the test; so does a question without
//! a door.

use crate::{
    assert_reviewed,
    bench::*,
    questions::{QUESTIONS, things},
};
use std::{collections::BTreeSet, fmt::Write};

const ROLES: [&str; 6] = ["nobody", "outsider", "viewer", "editor", "owner", "platform admin"];
/// Those who may know nothing of team-a.
const STRANGERS: [&str; 3] = ["nobody", "outsider", "platform admin"];

/// Everybody comes through the proxy, for a token may not manage tokens.
fn person(bench: &Bench, role: &str) -> Person {
    let name = match role {
        "nobody" => return bench.nobody(),
        "outsider" => "owner-of-team-b",
        "viewer" => "viewer-of-team-a",
        "editor" => "editor-of-team-a",
        "owner" => "owner-of-team-a",
        _ => "root",
    };
    bench.nobody().coming_from(PROXY).with_header("kubeflow-userid", name)
}

#[tokio::test]
async fn every_door_is_known_and_answers_everybody_as_reviewed() {
    let bench = Bench::start().await;
    bench.owner("team-a").pipeline("team-a", "treasure-lasting").await;
    let lasting = things(&bench, "kept").await;
    // The log of a step that goes on has no end.
    bench.engine.end(model::RunId::parse(&lasting.run).unwrap(), model::RunState::Succeeded).await;
    let mut text = format!("{:<76}", "");
    for role in ROLES {
        write!(text, "{role:<10}").unwrap();
    }
    text.push('\n');
    let mut leaks = Vec::new();
    for (number, question) in QUESTIONS.iter().enumerate() {
        write!(text, "{:<75} ", question.door).unwrap();
        for (column, role) in ROLES.into_iter().enumerate() {
            let own;
            let its = if question.changes {
                own = things(&bench, &format!("{number}-{column}")).await;
                &own
            } else {
                &lasting
            };
            let answer = question.put(&person(&bench, role), its).await;
            write!(text, "{:<10}", answer.status).unwrap();
            if STRANGERS.contains(&role) && answer.text.contains("treasure") {
                leaks.push(format!("{} shows {role} what is team-a's: {}", question.door, answer.text));
            }
            if answer.status == 500 {
                leaks.push(format!("{} fails for {role}: {}", question.door, answer.text));
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let head = "What every door answers to whom, asked rightly about what is in namespace team-a; the outsider owns another\n\
                namespace. 303 sends to the sign-in page, or on after something was done.\n\n";
    assert_reviewed("doors.txt", &format!("{head}{text}"));
}

#[tokio::test]
async fn no_door_is_without_a_question_and_no_question_without_a_door() {
    let _bench = Bench::start().await;
    let rest = api::ROUTES.iter().map(|route| format!("{} {}", route.method, route.path));
    let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    let built: BTreeSet<String> = rest.chain(functions).collect();
    let asked: BTreeSet<String> = QUESTIONS.iter().map(|question| question.door.to_owned()).collect();
    assert_eq!(asked.len(), QUESTIONS.len(), "a door is asked twice");
    let unasked: Vec<_> = built.difference(&asked).collect();
    assert!(unasked.is_empty(), "doors without a question: {unasked:?}");
    let is_listed = |door: &&&String| door.contains(" /apis/") || door.contains(" /_fn/");
    let stale: Vec<_> = asked.iter().collect::<Vec<_>>();
    let stale: Vec<_> = stale.iter().filter(is_listed).filter(|door| !built.contains(**door)).collect();
    assert!(stale.is_empty(), "questions without a door: {stale:?}");
}

#[tokio::test]
async fn the_prefix_of_kubeflows_gateway_leads_to_the_same_doors() {
    let bench = Bench::start().await;
    let viewer = bench.viewer("team-a");
    for path in ["/apis/v2beta1/experiments?namespace=team-a", "/_fn/who", "/ns/team-a/runs"] {
        let (plain, prefixed) = (viewer.get(path).await, viewer.get(&format!("/pipeline{path}")).await);
        assert_eq!((plain.status, prefixed.status), (200, 200), "{path}: {}", prefixed.text);
    }
    for path in ["/pipeline", "/pipeline/"] {
        let answer = bench.nobody().get(path).await;
        let location = answer.headers.get("location").map(|value| value.to_str().unwrap().to_owned());
        assert!(location.is_some_and(|to| to.starts_with("/pipeline/sign-in")), "{path}: {}", answer.status);
    }
}

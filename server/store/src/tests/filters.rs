use super::{Bench, at, filtered, names, on_every_database, sorted, team};
use model::{Comparison, FailureKind, Predicate, PredicateValue, RunState, Timestamp};

fn predicate(key: &str, comparison: Comparison, value: PredicateValue) -> Predicate {
    Predicate { key: key.to_owned(), comparison, value }
}
fn text(value: &str) -> PredicateValue {
    PredicateValue::Text(value.to_owned())
}
fn texts(values: &[&str]) -> PredicateValue {
    PredicateValue::Texts(values.iter().map(|value| (*value).to_owned()).collect())
}

#[tokio::test]
async fn texts_compare() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        for (number, name) in (1..).zip(["Alpha", "beta", "100% beta", "we!rd \\ name", "x_y"]) {
            bench.experiment(&ours, number, name).await;
        }
        let find = async |comparison, value| {
            let mut listing = sorted("created_at", false);
            listing.filter = filtered(vec![predicate("name", comparison, value)]).filter;
            let page = bench.store.experiments().list(&bench.grant(&ours), &listing).await.unwrap();
            assert_eq!(page.total_size as usize, page.items.len());
            names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(find(Comparison::Equals, text("beta")).await, ["beta"]);
        assert!(find(Comparison::Equals, text("BETA")).await.is_empty());
        assert_eq!(find(Comparison::NotEquals, text("beta")).await.len(), 4);
        assert_eq!(find(Comparison::GreaterThan, text("beta")).await, ["we!rd \\ name", "x_y"]);
        assert_eq!(find(Comparison::GreaterThanEquals, text("we")).await, ["we!rd \\ name", "x_y"]);
        assert_eq!(find(Comparison::LessThan, text("Alpha")).await, ["100% beta"]);
        assert_eq!(find(Comparison::LessThanEquals, text("Alpha")).await, ["Alpha", "100% beta"]);
        assert_eq!(find(Comparison::In, texts(&["x_y", "Alpha", "none"])).await, ["Alpha", "x_y"]);
        assert!(find(Comparison::In, texts(&[])).await.is_empty());
        assert_eq!(find(Comparison::IsSubstring, text("BETA")).await, ["beta", "100% beta"]);
        assert_eq!(find(Comparison::IsSubstring, text("e!r")).await, ["we!rd \\ name"]);
        assert_eq!(find(Comparison::IsSubstring, text("\\")).await, ["we!rd \\ name"]);
        // The value's own % and _ are wildcards, as in KFP.
        assert_eq!(find(Comparison::IsSubstring, text("w%n")).await, ["we!rd \\ name"]);
        // A value is data, whatever it looks like.
        assert!(find(Comparison::Equals, text("' OR '1'='1")).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn moments_compare_as_whole_seconds() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        for number in 1..=4 {
            bench.experiment(&ours, number, &format!("n{number}")).await;
        }
        let find = async |comparison, value| {
            let listing = filtered(vec![predicate("created_at", comparison, value)]);
            let page = bench.store.experiments().list(&bench.grant(&ours), &listing).await;
            page.map(|page| names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        // Experiment 2 was made 789 ms into this second.
        let second = at(2).seconds();
        let moment = || PredicateValue::Moment(Timestamp::from_seconds(second));
        assert_eq!(find(Comparison::Equals, moment()).await.unwrap(), ["n2"]);
        assert_eq!(find(Comparison::NotEquals, moment()).await.unwrap(), ["n1", "n3", "n4"]);
        assert_eq!(find(Comparison::GreaterThan, moment()).await.unwrap(), ["n3", "n4"]);
        assert_eq!(find(Comparison::GreaterThanEquals, moment()).await.unwrap(), ["n2", "n3", "n4"]);
        assert_eq!(find(Comparison::LessThan, moment()).await.unwrap(), ["n1"]);
        assert_eq!(find(Comparison::LessThanEquals, moment()).await.unwrap(), ["n1", "n2"]);
        assert_eq!(find(Comparison::LessThan, text(&second.to_string())).await.unwrap(), ["n1"], "seconds as text");
        assert_eq!(find(Comparison::LessThan, PredicateValue::Number(second)).await.unwrap(), ["n1"]);
        let rfc = Timestamp::from_seconds(second).to_rfc3339();
        assert_eq!(find(Comparison::Equals, text(&rfc)).await.unwrap(), ["n2"]);
        let some = PredicateValue::Numbers(vec![second, second + 2]);
        assert_eq!(find(Comparison::In, some).await.unwrap(), ["n2", "n4"]);
        assert!(find(Comparison::In, PredicateValue::Numbers(Vec::new())).await.unwrap().is_empty());
        assert!(find(Comparison::GreaterThan, PredicateValue::Number(i64::MAX)).await.unwrap().is_empty());
        for (comparison, value) in [
            (Comparison::Equals, text("yesterday")),
            (Comparison::IsSubstring, text("1")),
            (Comparison::In, PredicateValue::Number(1)),
            (Comparison::Equals, PredicateValue::Numbers(vec![1])),
        ] {
            let refused = find(comparison, value).await.unwrap_err();
            assert!(refused.kind == FailureKind::Invalid && refused.message.contains("created_at"), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn states_are_understood_in_both_versions_words() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        for (number, state) in
            (10..).zip([RunState::Succeeded, RunState::Failed, RunState::Canceled, RunState::Running])
        {
            let run = bench.run(&ours, experiment, number).await;
            let grant = bench.over_object(&ours, run.id);
            bench.store.runs().record_state(&grant, state, None, at(number)).await.unwrap();
            if number == 10 {
                bench.store.runs().archive(&bench.over_object(&ours, run.id)).await.unwrap();
            }
        }
        let find = async |key: &str, comparison, value| {
            let listing = filtered(vec![predicate(key, comparison, value)]);
            let page = bench.store.runs().list(&bench.grant(&ours), &listing).await.unwrap();
            page.items.into_iter().map(|run| run.display_name).collect::<Vec<_>>()
        };
        assert_eq!(find("state", Comparison::Equals, text("FAILED")).await, ["run 11"]);
        assert_eq!(find("state", Comparison::In, texts(&["FAILED", "RUNNING"])).await, ["run 11", "run 13"]);
        assert_eq!(find("status", Comparison::Equals, text("Succeeded")).await, ["run 10"]);
        assert_eq!(find("status", Comparison::Equals, text("Failed")).await, ["run 11", "run 12"]);
        assert_eq!(find("status", Comparison::NotEquals, text("Failed")).await, ["run 10", "run 13"]);
        assert_eq!(find("storage_state", Comparison::Equals, text("STORAGESTATE_ARCHIVED")).await, ["run 10"]);
        assert_eq!(find("storage_state", Comparison::Equals, text("ARCHIVED")).await, ["run 10"]);
        assert_eq!(find("storage_state", Comparison::NotEquals, text("STORAGESTATE_ARCHIVED")).await.len(), 3);
        assert_eq!(find("state_history", Comparison::IsSubstring, text("canceled")).await, ["run 12"]);
        assert_eq!(find("namespace", Comparison::Equals, text("team-b")).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn all_predicates_must_hold_and_unknown_keys_are_refused() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        bench.experiment(&ours, 1, "one").await;
        bench.experiment(&ours, 2, "two").await;
        let list = async |predicates| bench.store.experiments().list(&bench.grant(&ours), &filtered(predicates)).await;
        let both = vec![
            predicate("name", Comparison::IsSubstring, text("o")),
            predicate("name", Comparison::IsSubstring, text("w")),
        ];
        assert_eq!(names(&list(both).await.unwrap()), ["two"]);
        for key in ["", "colour", "tags.team", "id; DROP TABLE runs"] {
            let refused = list(vec![predicate(key, Comparison::Equals, text("x"))]).await.unwrap_err();
            assert!(refused.kind == FailureKind::Invalid && refused.message.contains("filter"), "{refused}");
        }
        let refused = list(vec![predicate("name", Comparison::In, text("x"))]).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Invalid);
    })
    .await;
}

//! The text of every list's statements, kept in `tests/output` to be reviewed, and SQLite's plan for each.
//! `UPDATE_OUTPUT=1` writes the files anew.

use super::{Bench, filtered, sorted, team, uuid, wall};
use model::{Comparison, ExperimentId, Listing, PipelineId, Predicate, PredicateValue, Scope};
use sea_orm::{ConnectionTrait, Statement};
use std::path::Path;

fn asked() -> Vec<Listing> {
    let predicate = |key: &str, comparison, value| Predicate { key: key.to_owned(), comparison, value };
    let text = |text: &str| PredicateValue::Text(text.to_owned());
    vec![
        Listing { page_size: 2, ..Listing::default() },
        Listing { page_size: 2, ..sorted("created_at", true) },
        Listing { page_size: 2, ..sorted("name", false) },
        filtered(vec![
            predicate("name", Comparison::IsSubstring, text("x")),
            predicate("created_at", Comparison::LessThan, text("5")),
        ]),
    ]
}

/// What one list sends for every question, the second page included.
async fn recorded<T>(
    bench: &Bench,
    list: impl AsyncFn(&Listing) -> Result<model::Page<T>, model::Failure>,
) -> Vec<Statement> {
    bench.statements.lock().unwrap().clear();
    for listing in asked() {
        let page = list(&listing).await.unwrap();
        if let Some(token) = page.next_page_token {
            list(&Listing { page_token: Some(token), ..listing }).await.unwrap();
        }
    }
    bench.statements()
}

async fn review(bench: &Bench, name: &str, statements: Vec<Statement>) {
    let mut text = String::new();
    for statement in statements {
        assert!(wall::binds_namespace(&statement), "{name}: {statement}");
        let long = ["\"spec\"", "\"parameters\"", "\"run_texts\"", "\"recurring_run_texts\""];
        assert!(!long.iter().any(|long| statement.sql.contains(long)), "{name} reads a long text: {statement}");
        let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
        let explain = Statement { sql: explain, ..statement.clone() };
        let plan = bench.store.database().connection.query_all_raw(explain).await.unwrap();
        let plan = plan.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>();
        assert!(!plan.is_empty());
        assert!(plan.iter().all(|step| !step.starts_with("SCAN ")), "{name} scans a table: {statement}\n{plan:?}");
        assert!(plan.iter().any(|step| step.contains("(namespace=?")), "{name}: {statement}\n{plan:?}");
        let entry = format!("{};\n-- {}\n\n", statement.sql, plan.join("; "));
        if !text.contains(&entry) {
            text.push_str(&entry);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output").join(format!("{name}.sql"));
    if std::env::var_os("UPDATE_OUTPUT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, reviewed, "{name}.sql differs: run with UPDATE_OUTPUT=1 and review the change");
}

#[tokio::test]
async fn lists_enter_an_index_at_their_namespace() {
    let bench = Bench::sqlite().await;
    let ours = team("team-a");
    let experiment = bench.experiment(&ours, 1, "x one").await;
    for number in 2..6 {
        bench.experiment(&ours, number, &format!("x {number}")).await;
        bench.run(&ours, experiment, number).await;
    }
    let store = &bench.store;
    let scope = Scope::In(ours.clone());
    let (pipeline, other) = (PipelineId::from_uuid(uuid(1)), ExperimentId::from_uuid(uuid(99)));

    let experiments = store.experiments();
    let statements = recorded(&bench, async |l: &Listing| experiments.list(&bench.grant(&ours), l).await).await;
    review(&bench, "experiments", statements).await;
    let runs = store.runs();
    let statements = recorded(&bench, async |l: &Listing| runs.list(&bench.grant(&ours), l).await).await;
    review(&bench, "runs", statements).await;
    let of = async |l: &Listing| runs.list_of_experiment(&bench.grant(&ours), experiment, l).await;
    let statements = recorded(&bench, of).await;
    review(&bench, "runs-of-experiment", statements).await;
    let recurring = store.recurring_runs();
    let statements = recorded(&bench, async |l: &Listing| recurring.list(&bench.grant(&ours), l).await).await;
    review(&bench, "recurring-runs", statements).await;
    let of = async |l: &Listing| recurring.list_of_experiment(&bench.grant(&ours), other, l).await;
    let statements = recorded(&bench, of).await;
    review(&bench, "recurring-runs-of-experiment", statements).await;
    let audit = store.audit();
    let statements = recorded(&bench, async |l: &Listing| audit.list(&bench.grant(&ours), l).await).await;
    review(&bench, "audit", statements).await;
    let pipelines = store.pipelines();
    let list = async |l: &Listing| pipelines.list(&bench.operator.grant_in(scope.clone()), l).await;
    let statements = recorded(&bench, list).await;
    review(&bench, "pipelines", statements).await;
    let tagged = async |l: &Listing| {
        let mut l = l.clone();
        let value = PredicateValue::Text("red".to_owned());
        l.filter.predicates.push(Predicate { key: "tags.team".to_owned(), comparison: Comparison::Equals, value });
        pipelines.list(&bench.operator.grant_in(scope.clone()), &l).await
    };
    let statements = recorded(&bench, tagged).await;
    review(&bench, "pipelines-by-tag", statements).await;
    let run = model::RunId::from_uuid(uuid(2));
    let artifacts = store.artifacts();
    let statements = recorded(&bench, async |l: &Listing| artifacts.list(&bench.grant(&ours), l).await).await;
    review(&bench, "artifacts", statements).await;
    let of = async |l: &Listing| artifacts.list_of_run(&bench.over_object(&ours, run), l).await;
    let statements = recorded(&bench, of).await;
    review(&bench, "artifacts-of-run", statements).await;
    let versions = store.pipeline_versions();
    let list = async |l: &Listing| versions.list(&bench.over_object(&scope, pipeline), l).await;
    let statements = recorded(&bench, list).await;
    review(&bench, "pipeline-versions", statements).await;
}

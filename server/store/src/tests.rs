//! One body per test, run on every database: SQLite always; PostgreSQL and MySQL when MOORING_TEST_POSTGRES and
//! MOORING_TEST_MYSQL are URLs of a server where databases may be made.
//!
//! Each test also keeps the wall: every statement that it sent and that touches a namespace's content bound a namespace.

mod accounts;
mod experiments;
mod filters;
mod identity;
mod lists;
mod opening;
mod page_tokens;
mod pipelines;
mod recurring_runs;
mod runs;
mod sql;
mod wall;

use crate::{
    ChangedRecurringRun, Inner, NewRecurringRunRow, NewRunRow, Store, database::Database, listing::PageKey, migrations,
};
use authz::{Operator, Permission, Policy, Question, System};
use model::{
    Address, ExperimentId, Failure, Filter, Listing, Membership, Namespace, NewExperiment, ObjectId, Page,
    PipelineSource, Predicate, RecurringRunId, RecurringRunMode, Run, RunId, RuntimeConfig, Sort, Timestamp, Trigger,
    UserName,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};
use uuid::Uuid;

/// One database and all powers over it.
struct Bench {
    store: Store,
    system: System,
    operator: Operator,
    statements: Arc<Mutex<Vec<Statement>>>,
}

struct Everybody;

#[async_trait::async_trait]
impl Policy for Everybody {
    async fn allows(&self, _: &Question<'_>) -> Result<bool, Failure> {
        Ok(true)
    }
    async fn memberships(&self, _: &authn::Caller) -> Result<Vec<Membership>, Failure> {
        Ok(Vec::new())
    }
}

impl Bench {
    async fn over(url: &str) -> Self {
        let mut database = Database::open(url).await.unwrap();
        migrations::run(&database).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&statements);
        database.connection.set_metric_callback(move |info| recorded.lock().unwrap().push(info.statement.clone()));
        let page_key = PageKey::new(b"sixteen bytes or more").unwrap();
        let store = Store { inner: Arc::new(Inner { database, page_key }) };
        #[expect(clippy::disallowed_methods, reason = "a test holds all powers itself")]
        let (_, system, operator) = authz::open(Arc::new(Everybody));
        Self { store, system, operator, statements }
    }

    async fn sqlite() -> Self {
        Self::over("sqlite::memory:").await
    }

    fn grant<P: Permission>(&self, namespace: &Namespace) -> authz::Grant<P> {
        self.operator.grant(namespace.clone())
    }
    fn over_object<P: Permission, Id: ObjectId>(&self, place: &Id::Place, id: Id) -> authz::ObjectGrant<P, Id> {
        self.system.over(Address { place: place.clone(), id })
    }

    async fn experiment(&self, namespace: &Namespace, number: u32, name: &str) -> ExperimentId {
        let id = ExperimentId::from_uuid(uuid(number));
        let new = NewExperiment { display_name: name.to_owned(), description: format!("about {name}") };
        let grant = self.grant(namespace);
        self.store.experiments().create(&grant, id, &new, at(number)).await.unwrap();
        id
    }

    async fn run(&self, namespace: &Namespace, experiment: ExperimentId, number: u32) -> Run {
        let grant = self.grant(namespace);
        self.store.runs().create(&grant, new_run(experiment, number), at(number)).await.unwrap()
    }

    /// The statements since the last call.
    fn statements(&self) -> Vec<Statement> {
        self.statements.lock().unwrap().clone()
    }
}

fn new_run(experiment_id: ExperimentId, number: u32) -> NewRunRow {
    NewRunRow {
        id: RunId::from_uuid(uuid(number)),
        experiment_id,
        recurring_run_id: None,
        display_name: format!("run {number}"),
        description: String::new(),
        service_account: "default-editor".to_owned(),
        source: PipelineSource::Inline { spec: None },
        spec: serde_json::json!({"pipelineInfo": {"name": "adder"}}),
        pipeline_name: "adder".to_owned(),
        runtime_config: RuntimeConfig {
            parameters: [("a".to_owned(), serde_json::json!(1.5))].into_iter().collect(),
            pipeline_root: None,
        },
        scheduled_at: at(number),
    }
}

/// Enabled, acting as alice, with its first slot at the moment of its number.
async fn recurring_run(bench: &Bench, place: &Namespace, experiment_id: ExperimentId, number: u32) -> RecurringRunId {
    let new = NewRecurringRunRow {
        id: RecurringRunId::from_uuid(uuid(number)),
        experiment_id,
        resource_name: format!("weekly-{number}"),
        decided: changed(number),
    };
    bench.store.recurring_runs().create(&bench.grant(place), new, at(number)).await.unwrap().id
}

fn changed(number: u32) -> ChangedRecurringRun {
    ChangedRecurringRun {
        display_name: format!("weekly {number}"),
        description: String::new(),
        service_account: "default-editor".to_owned(),
        source: PipelineSource::Inline { spec: Some(serde_json::json!({"a": [1, 2]})) },
        runtime_config: RuntimeConfig::default(),
        trigger: Some(Trigger::Periodic { interval_seconds: 10, start: Some(at(5)), end: None }),
        mode: RecurringRunMode::Enabled,
        max_concurrency: 3,
        no_catchup: true,
        acts_as: UserName::parse("alice").unwrap(),
        next_at: Some(at(number)),
    }
}

/// Runs the body on every database that is at hand.
async fn on_every_database(body: impl AsyncFn(&Bench)) {
    let bench = Bench::sqlite().await;
    body(&bench).await;
    wall::check(&bench);
    for variable in ["MOORING_TEST_POSTGRES", "MOORING_TEST_MYSQL"] {
        let Ok(server) = std::env::var(variable) else {
            eprintln!("skipped: {variable} is not set");
            continue;
        };
        let (server_root, _) = server.rsplit_once('/').expect("a URL that ends in a database's name");
        let name = scratch_name();
        let admin = Database::open(&server).await.unwrap();
        admin.connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let bench = Bench::over(&format!("{server_root}/{name}")).await;
        body(&bench).await;
        wall::check(&bench);
        bench.store.database().connection.close_by_ref().await.unwrap();
        admin.connection.execute_unprepared(&format!("DROP DATABASE {name}")).await.unwrap();
    }
}

fn scratch_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("mooring_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn team(name: &str) -> Namespace {
    Namespace::parse(name).unwrap()
}
fn uuid(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number))
}
/// Ten minutes past second `number`, so that no two numbers share a second.
fn at(number: u32) -> Timestamp {
    Timestamp::from_millis(600_000 + i64::from(number) * 1000 + 789)
}

fn first_page() -> Listing {
    Listing { page_size: 200, ..Listing::default() }
}
fn sorted(field: &str, descending: bool) -> Listing {
    Listing { sort: Some(Sort { field: field.to_owned(), descending }), ..first_page() }
}
fn filtered(predicates: Vec<Predicate>) -> Listing {
    Listing { filter: Filter { predicates }, ..first_page() }
}
fn names(page: &Page<model::Experiment>) -> Vec<&str> {
    page.items.iter().map(|experiment| experiment.display_name.as_str()).collect()
}

fn is_sqlite(bench: &Bench) -> bool {
    bench.store.database().backend() == DbBackend::Sqlite
}

use super::{Bench, at, first_page, is_sqlite, new_run, on_every_database, team};
use crate::{Store, database::Database, migrations};
use model::FailureKind;
use sea_orm::ConnectionTrait;

const KEY: &[u8] = b"sixteen bytes or more";

/// Children before their parents.
const TABLES: &[&str] = &[
    "migrations",
    "memberships",
    "profiles",
    "experiments",
    "run_texts",
    "launch_orders",
    "tasks",
    "artifacts",
    "run_metrics",
    "runs",
    "recurring_run_texts",
    "recurring_run_firings",
    "recurring_runs",
    "tags",
    "pipeline_versions",
    "pipelines",
    "sessions",
    "sign_in_links",
    "tokens",
    "users",
    "audit",
    "secrets",
];

#[tokio::test]
async fn opening_again_changes_nothing() {
    on_every_database(async |bench: &Bench| {
        bench.experiment(&team("team-a"), 1, "one").await;
        migrations::run(bench.store.database()).await.unwrap();
        assert!(bench.store.locate().experiment(model::ExperimentId::from_uuid(super::uuid(1))).await.is_ok());
        bench.store.ping().await.unwrap();
        let later = "INSERT INTO migrations (step) VALUES (999)";
        bench.store.database().connection.execute_unprepared(later).await.unwrap();
        let refused = migrations::run(bench.store.database()).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Precondition);
    })
    .await;
}

#[tokio::test]
async fn servers_that_open_one_database_at_once_migrate_it_once() {
    on_every_database(async |bench: &Bench| {
        let database = bench.store.database();
        for table in TABLES {
            let drop = format!("DROP TABLE {table}");
            database.connection.execute_unprepared(&drop).await.unwrap();
        }
        let (first, second) = tokio::join!(migrations::run(database), migrations::run(database));
        first.unwrap();
        second.unwrap();
        bench.experiment(&team("team-a"), 1, "one").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_open_and_write_one_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("mooring.db").display());
    let openings = (0..4).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Bench::over(&url).await })
    });
    let mut benches = Vec::new();
    for opening in openings.collect::<Vec<_>>() {
        benches.push(opening.await.unwrap());
    }
    let experiment = benches[0].experiment(&team("team-a"), 1, "one").await;
    let writers = benches.into_iter().zip(1_u32..).map(|(bench, writer)| {
        tokio::spawn(async move {
            for number in 0..25 {
                let (grant, new) = (bench.grant(&team("team-a")), new_run(experiment, writer * 100 + number));
                bench.store.runs().create(&grant, new, at(number)).await.unwrap();
            }
            bench
        })
    });
    let mut last = None;
    for writer in writers.collect::<Vec<_>>() {
        last = Some(writer.await.unwrap());
    }
    let bench = last.unwrap();
    assert!(is_sqlite(&bench));
    let page = bench.store.runs().list(&bench.grant(&team("team-a")), &first_page()).await.unwrap();
    assert_eq!(page.total_size, 100);
}

#[tokio::test]
async fn a_file_database_is_written_ahead_and_keeps_its_references() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("mooring.db").display());
    let database = Database::open(&url).await.unwrap();
    let pragma = async |name: &str| {
        let statement = sea_orm::Statement::from_string(database.backend(), format!("PRAGMA {name}"));
        database.connection.query_one_raw(statement).await.unwrap().unwrap()
    };
    assert_eq!(pragma("journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
    assert_eq!(pragma("foreign_keys").await.try_get_by_index::<i64>(0).unwrap(), 1);
    assert_eq!(pragma("busy_timeout").await.try_get_by_index::<i64>(0).unwrap(), 10_000);
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_unavailable() {
    for url in ["postgres://127.0.0.1:1/mooring", "mysql://127.0.0.1:1/mooring", "sqlite:/no/such/folder/mooring.db"] {
        let refused = Store::open(url, KEY).await.err().unwrap();
        assert_eq!(refused.kind, FailureKind::Unavailable, "{url}: {refused:?}");
        assert!(!refused.message.contains("127.0.0.1"), "{refused}");
    }
    for (url, key) in [("oracle://host/db", KEY), ("sqlite::memory:", b"short".as_slice())] {
        assert_eq!(Store::open(url, key).await.err().unwrap().kind, FailureKind::Invalid, "{url}");
    }
    assert!(Store::open("sqlite::memory:", KEY).await.is_ok());
}

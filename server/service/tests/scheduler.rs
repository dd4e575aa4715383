//! The scheduler among its like: several processes over one database, killed at random, with clocks that jump.
//!
//! SQLite always, PostgreSQL when MOORING_TEST_POSTGRES is the URL of a server where databases may be made. The figure of the
//! last test: `cargo test -p mooring-service --test scheduler -- --ignored --nocapture lag`.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use authz::{Operator, Policy, Question, System};
use model::{
    Chance, Clock, ExperimentId, Failure, Listing, Membership, Namespace, NewExperiment, PipelineSource,
    RecurringRunId, RecurringRunMode, Run, RunAddress, RunState, RuntimeConfig, Schedule, Timestamp, Trigger, UserName,
    Zone,
};
use mooring_service::{Downloads, Parts, Scheduler, Service};
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{ChangedRecurringRun, NewRecurringRunRow, Store};
use testkit::FakeEngine;

const BIRTH: i64 = 1_714_557_600_000;
const MINUTE: i64 = 60_000;
const JOBS: usize = 8;
const SLOTS: usize = 25;
/// Where a worker finds its database.
const DATABASE: &str = "MOORING_SCHEDULER_TEST_DATABASE";

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

/// Nobody names an address here.
struct NoDownloads;

#[async_trait::async_trait]
impl Downloads for NoDownloads {
    async fn fetch(&self, _: &str) -> Result<bytes::Bytes, Failure> {
        Err(Failure::invalid("no address is asked here"))
    }
}

/// A clock that is set by hand.
struct Set(AtomicI64);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Which process dies, and where a clock jumps: different every time.
fn chance(below: u64) -> u64 {
    RandomState::new().hash_one(0) % below
}

struct RealChance;
impl Chance for RealChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| u8::try_from(chance(256)).unwrap());
    }
}

struct House {
    store: Store,
    operator: Operator,
    system: Arc<System>,
    scheduler: Scheduler,
    _folder: tempfile::TempDir,
}

async fn house(url: &str, clock: Arc<dyn Clock>) -> House {
    let store = Store::open(url, b"sixteen bytes or more").await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test holds all powers itself")]
    let (guard, system, operator) = authz::open(Arc::new(Everybody));
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = FakeEngine::start(Arc::clone(&clock));
    let accounts = authn::Accounts::new(Arc::new(store.clone()), Arc::clone(&clock), Arc::new(RealChance), None);
    let service = Service::new(Parts {
        store: store.clone(),
        guard,
        engine,
        artifacts: artifacts::Artifacts::open(folder.path().to_owned()).unwrap(),
        downloads: Arc::new(NoDownloads),
        clock,
        chance: Arc::new(RealChance),
        default_service_account: "default-editor".to_owned(),
        zone: Zone::UTC,
        accounts,
        secrets_key: Arc::new(store::SecretsKey::new(&[0; 32]).unwrap()),
        profiles_in_cluster: false,
    });
    let system = Arc::new(system);
    let scheduler = Scheduler::new(service, Arc::clone(&system));
    House { store, operator, system, scheduler, _folder: folder }
}

impl House {
    /// Ends every run that is under way, as an engine would.
    async fn end_all(&self) {
        for address in self.store.launch_orders().find_waiting(&self.system).await.unwrap_or_default() {
            let grant = self.system.over::<authz::runs::Record, _>(RunAddress::clone(&address));
            // Another process may have been faster, or this one may be too late.
            let _ =
                self.store.runs().record_state(&grant, RunState::Succeeded, None, Timestamp::from_millis(BIRTH)).await;
        }
    }

    async fn add(&self, number: u128, trigger: Trigger, created: Timestamp) -> RecurringRunId {
        let team = team();
        let experiment = ExperimentId::from_uuid(uuid::Uuid::from_u128(1));
        let new = NewExperiment { display_name: "all".to_owned(), description: String::new() };
        // All but the first find it there.
        let _ = self.store.experiments().create(&self.operator.grant(team.clone()), experiment, &new, created).await;
        let schedule = Schedule::read(Some(&trigger), created, Zone::UTC).unwrap();
        let row = NewRecurringRunRow {
            id: RecurringRunId::from_uuid(uuid::Uuid::from_u128(number)),
            experiment_id: experiment,
            resource_name: format!("job-{number}"),
            decided: ChangedRecurringRun {
                display_name: format!("job {number}"),
                description: String::new(),
                service_account: String::new(),
                source: PipelineSource::Inline { spec: Some(testkit::pipeline("one-step", "true")) },
                runtime_config: RuntimeConfig::default(),
                trigger: Some(trigger),
                mode: RecurringRunMode::Enabled,
                max_concurrency: 2,
                no_catchup: false,
                acts_as: UserName::parse("alice").unwrap(),
                next_at: schedule.first(),
            },
        };
        self.store.recurring_runs().create(&self.operator.grant(team), row, created).await.unwrap().id
    }

    async fn all_runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut listing = Listing { page_size: 200, ..Listing::default() };
        loop {
            let page = self.store.runs().list(&self.operator.grant(team()), &listing).await.unwrap();
            runs.extend(page.items);
            match page.next_page_token {
                Some(token) => listing.page_token = Some(token),
                None => return runs,
            }
        }
    }
}

fn team() -> Namespace {
    Namespace::parse("team-a").unwrap()
}

/// One process. It works until it is killed: its clock jumps to and fro, and it ends runs that are under way.
#[tokio::test]
#[ignore = "a process of the test beside it"]
async fn worker() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let clock = Arc::new(Set(AtomicI64::new(BIRTH)));
    let house = house(&url, clock.clone()).await;
    loop {
        let jump = chance((SLOTS as u64 + 3) * 2) as i64;
        clock.0.store(BIRTH + jump * MINUTE, Ordering::SeqCst);
        if house.scheduler.round().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        house.end_all().await;
    }
}

fn spawn(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--ignored", "--nocapture"])
        .env(DATABASE, url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn killed_at_random(url: &str) {
    let clock = Arc::new(Set(AtomicI64::new(BIRTH)));
    let house = house(url, clock).await;
    let birth = Timestamp::from_millis(BIRTH);
    let end = Some(birth.plus_millis(SLOTS as i64 * MINUTE));
    for number in 0..JOBS {
        let trigger = if number % 2 == 0 {
            Trigger::Periodic { interval_seconds: 60, start: None, end }
        } else {
            Trigger::Cron { cron: "CRON_TZ=Asia/Kolkata * * * * *".to_owned(), start: None, end }
        };
        house.add(100 + number as u128, trigger, birth).await;
    }
    let mut workers: Vec<Child> = (0..3).map(|_| spawn(url)).collect();
    let mut killed = 0;
    let working = async {
        while house.store.recurring_runs().next_due(&house.system).await.ok() != Some(None) {
            tokio::time::sleep(Duration::from_millis(100 + chance(300))).await;
            let victim = &mut workers[chance(3) as usize];
            victim.kill().unwrap();
            victim.wait().unwrap();
            *victim = spawn(url);
            killed += 1;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(120), working).await;
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    in_time.expect("all slots are decided at last");
    assert!(killed > 2, "only {killed} processes were killed: that proves little");

    let runs = house.all_runs().await;
    for number in 0..JOBS {
        let id = RecurringRunId::from_uuid(uuid::Uuid::from_u128(100 + number as u128));
        let mut slots: Vec<_> = runs
            .iter()
            .filter(|run| run.recurring_run_id == Some(id))
            .map(|run| (run.scheduled_at, &run.display_name))
            .collect();
        slots.sort();
        let minutes: Vec<i64> = slots.iter().map(|(slot, _)| (slot.millis() - BIRTH) / MINUTE).collect();
        assert_eq!(minutes, (1..=SLOTS as i64).collect::<Vec<_>>(), "exactly the due slots, each once");
        for (index, (_, name)) in (1..).zip(&slots) {
            assert!(name.starts_with(&format!("job-{}-{index}-", 100 + number)), "{name}");
        }
    }
    assert_eq!(runs.len(), JOBS * SLOTS);
    eprintln!("{} slots decided once each, while {killed} processes were killed", runs.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_are_killed_at_random_decide_every_slot_once() {
    let folder = tempfile::tempdir().unwrap();
    killed_at_random(&format!("sqlite:{}", folder.path().join("mooring.sqlite").display())).await;
    let Ok(server) = std::env::var("MOORING_TEST_POSTGRES") else {
        eprintln!("SKIPPED on PostgreSQL: MOORING_TEST_POSTGRES is not set");
        return;
    };
    let (root, _) = server.rsplit_once('/').expect("a URL that ends in a database's name");
    let name = format!("mooring_scheduler_{}", std::process::id());
    let psql = |statement: String| {
        let done = Command::new("psql").args([&server, "--quiet", "--command", &statement]).status();
        assert!(done.expect("psql is at hand where PostgreSQL is").success());
    };
    psql(format!("CREATE DATABASE {name}"));
    killed_at_random(&format!("{root}/{name}")).await;
    psql(format!("DROP DATABASE {name} WITH (FORCE)"));
}

/// A year of days, and ten years without a server: the hands of the clock do it.
#[tokio::test]
async fn years_pass_in_a_moment() {
    let clock = Arc::new(Set(AtomicI64::new(BIRTH)));
    let house = house("sqlite::memory:", clock.clone()).await;
    let birth = Timestamp::from_millis(BIRTH);
    let daily = Trigger::Cron { cron: "CRON_TZ=Europe/Berlin 0 30 2 * * *".to_owned(), start: None, end: None };
    let id = house.add(7, daily.clone(), birth).await;
    let day = 24 * 60 * MINUTE;
    for passed in 1..=366 {
        clock.0.store(BIRTH + passed * day, Ordering::SeqCst);
        let round = house.scheduler.round().await.unwrap();
        assert_eq!((round.started, round.passed, round.waiting), (1, 0, 0), "day {passed}");
        house.end_all().await;
    }
    let mut slots: Vec<_> = house.all_runs().await.iter().map(|run| run.scheduled_at).collect();
    slots.sort();
    let expected = Schedule::read(Some(&daily), birth, Zone::UTC).unwrap();
    assert_eq!(slots, expected.slots_after(birth).take(366).collect::<Vec<_>>());

    // Ten years away, then back: catch-up goes through them one by one, as far as there is a place.
    clock.0.store(BIRTH + 3652 * day, Ordering::SeqCst);
    let round = house.scheduler.round().await.unwrap();
    assert_eq!((round.started, round.full), (2, 1), "two at once, at most");
    // A clock that was wrong, and is set back, repeats nothing.
    clock.0.store(BIRTH, Ordering::SeqCst);
    house.end_all().await;
    assert_eq!(house.scheduler.round().await.unwrap().started, 0);
    let grant = house.system.over(model::Address { place: team(), id });
    assert_eq!(house.store.recurring_runs().get(&grant).await.unwrap().fired, 368);
}

struct Real;
impl Clock for Real {
    #[expect(clippy::disallowed_methods, reason = "this test measures the real time")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    }
}

/// A figure, not a test: a hundred slots in every second, among `MOORING_BENCH_JOBS` (100,000) that are not due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: see the head of this file"]
async fn lag() {
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::var(DATABASE)
        .unwrap_or_else(|_| format!("sqlite:{}", folder.path().join("mooring.sqlite").display()));
    let house = Arc::new(house(&url, Arc::new(Real)).await);
    let others: u128 = std::env::var("MOORING_BENCH_JOBS").map_or(100_000, |text| text.parse().unwrap());
    let yearly = Trigger::Periodic { interval_seconds: 31_536_000, start: None, end: None };
    for number in 0..others {
        house.add(1_000_000 + number, yearly.clone(), Real.now()).await;
    }
    let start = Timestamp::from_seconds(Real.now().seconds() + 3);
    let seconds = 10;
    let end = Some(start.plus_millis(seconds * 1000));
    for number in 0..1000 {
        // Spread over the seconds, as slots of many people are not: a hundred fall on every whole second.
        let start = Some(start.plus_millis((number % 10) * 1000));
        let trigger = Trigger::Periodic { interval_seconds: 10, start, end };
        house.add(number as u128 + 1000, trigger, Real.now()).await;
    }
    while Real.now() < start.plus_millis((seconds + 4) * 1000) {
        house.scheduler.round().await.unwrap();
        house.end_all().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut lags: Vec<i64> =
        house.all_runs().await.iter().map(|run| run.created_at.millis() - run.scheduled_at.millis()).collect();
    lags.sort_unstable();
    let at = |part: usize| lags[(lags.len() - 1) * part / 100];
    println!(
        "{} runs in {seconds} s among {others} others: lag in ms: median {}, 95 % {}, worst {}",
        lags.len(),
        at(50),
        at(95),
        at(100)
    );
}

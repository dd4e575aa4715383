use super::*;
use crate::{Claim, DueRecurringRun, Fired};
use authz::{RecurringRunGrant, recurring_runs};
use model::{Firing, FiringOutcome, RunState};

const SECOND: u32 = 1;

async fn due(bench: &Bench, place: &Namespace, id: RecurringRunId) -> DueRecurringRun {
    bench.store.recurring_runs().read_due(&bench.over_object(place, id)).await.unwrap().unwrap()
}

fn claim(due: &DueRecurringRun, next: Option<Timestamp>) -> Claim {
    Claim { revision: due.revision, slot: due.slot, index: due.recurring_run.fired + 1, next, passed: None }
}

async fn fire(bench: &Bench, place: &Namespace, id: RecurringRunId, claim: &Claim, now: u32) -> Fired {
    let grant: RecurringRunGrant<recurring_runs::Fire> = bench.over_object(place, id);
    let job = bench.store.recurring_runs().get(&bench.over_object(place, id)).await.unwrap();
    let mut row = new_run(job.experiment_id, 0);
    row.id = job.run_id(claim.index);
    row.recurring_run_id = Some(id);
    let again = at(now + 30);
    bench.store.recurring_runs().fire(&grant, &bench.grant(place), claim, row, again, at(now)).await.unwrap()
}

async fn firings(bench: &Bench, place: &Namespace, id: RecurringRunId) -> Vec<Firing> {
    bench.store.recurring_runs().firings(&bench.over_object(place, id), 1000).await.unwrap()
}

async fn run_count(bench: &Bench, place: &Namespace) -> u32 {
    bench.store.runs().list(&bench.grant(place), &first_page()).await.unwrap().total_size
}

#[tokio::test]
async fn a_slot_is_decided_by_the_first_who_claims_it() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = recurring_run(bench, &ours, experiment, 20).await;
        let jobs = bench.store.recurring_runs();
        assert_eq!(jobs.find_due(&bench.system, at(19), 10).await.unwrap(), []);
        assert_eq!(jobs.next_due(&bench.system).await.unwrap(), Some(at(20)));
        let found = jobs.find_due(&bench.system, at(20), 10).await.unwrap();
        assert_eq!(found, [Address { place: ours.clone(), id }]);

        let read = due(bench, &ours, id).await;
        assert_eq!((read.slot, read.due_at), (at(20), at(20)));
        let one = claim(&read, Some(at(30)));
        let Fired::Started(run) = fire(bench, &ours, id, &one, 21).await else { panic!("it was free") };
        assert_eq!((run.recurring_run_id, run.created_at), (Some(id), at(21)));
        assert_eq!(fire(bench, &ours, id, &one, 21).await, Fired::Lost, "the second who read the same");
        assert_eq!(run_count(bench, &ours).await, 1);
        let job = due(bench, &ours, id).await.recurring_run;
        assert_eq!((job.fired, job.last_at, job.next_at), (1, Some(at(20)), Some(at(30))));
        assert_eq!(jobs.find_due(&bench.system, at(29), 10).await.unwrap(), []);
        let told = firings(bench, &ours, id).await;
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].outcome, told[0].scheduled_at, told[0].run_id),
            (FiringOutcome::Started, at(20), Some(run.id))
        );

        // Whoever changed it meanwhile has the word.
        let read = due(bench, &ours, id).await;
        jobs.disable(&bench.over_object(&ours, id), at(40)).await.unwrap();
        assert_eq!(fire(bench, &ours, id, &claim(&read, None), 41).await, Fired::Lost);
        assert_eq!(jobs.next_due(&bench.system).await.unwrap(), None);
        let alice = UserName::parse("alice").unwrap();
        jobs.enable(&bench.over_object(&ours, id), &alice, Some(at(50)), at(42)).await.unwrap();
        assert_eq!(fire(bench, &ours, id, &claim(&read, None), 43).await, Fired::Lost);
        assert_eq!(jobs.next_due(&bench.system).await.unwrap(), Some(at(50)));
        jobs.delete(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(run_count(bench, &ours).await, 1, "its runs stay");
        let gone = jobs.get(&bench.over_object(&ours, id)).await.unwrap_err();
        assert_eq!(gone.kind, model::FailureKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn without_a_place_a_slot_waits_and_the_end_of_a_run_wakes_it() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = recurring_run(bench, &ours, experiment, 20).await;
        let mut made = Vec::new();
        for number in 0..3 {
            let read = due(bench, &ours, id).await;
            let Fired::Started(run) = fire(bench, &ours, id, &claim(&read, Some(at(30 + number))), 40).await else {
                panic!("three are allowed")
            };
            made.push(run.id);
        }
        let read = due(bench, &ours, id).await;
        let skipped = Firing {
            scheduled_at: at(32),
            decided_at: at(41),
            outcome: FiringOutcome::Skipped,
            slots: 5,
            reason: Some("late".to_owned()),
            run_id: None,
        };
        let passing = Claim { slot: at(37), passed: Some(skipped), ..claim(&read, Some(at(38))) };
        assert_eq!(fire(bench, &ours, id, &passing, 41).await, Fired::Full);
        let waits = due(bench, &ours, id).await;
        assert_eq!(
            (waits.slot, waits.due_at, waits.revision),
            (at(32), at(71), read.revision),
            "all is owed as before"
        );
        assert_eq!(waits.recurring_run.fired, 3);
        assert_eq!(run_count(bench, &ours).await, 3);

        let record = bench.over_object(&ours, made[1]);
        bench.store.runs().record_state(&record, RunState::Failed, None, at(50)).await.unwrap();
        assert_eq!(due(bench, &ours, id).await.due_at, at(32), "woken");
        let Fired::Started(_) = fire(bench, &ours, id, &passing, 51).await else { panic!("there is a place") };
        let told = firings(bench, &ours, id).await;
        let told: Vec<_> = told.iter().map(|firing| (firing.outcome, firing.scheduled_at, firing.slots)).collect();
        assert_eq!(told[..2], [(FiringOutcome::Started, at(37), 1), (FiringOutcome::Skipped, at(32), 5)]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_start_is_told_and_a_lost_right_stops_it() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = recurring_run(bench, &ours, experiment, 20).await;
        let jobs = bench.store.recurring_runs();
        let grant: RecurringRunGrant<recurring_runs::Fire> = bench.over_object(&ours, id);
        let read = due(bench, &ours, id).await;
        let passing = Claim { index: 0, ..claim(&read, Some(at(30))) };
        assert!(jobs.pass(&grant, &passing, "its pipeline is gone", false, at(21)).await.unwrap());
        assert!(!jobs.pass(&grant, &passing, "its pipeline is gone", false, at(21)).await.unwrap());
        let read = due(bench, &ours, id).await;
        assert_eq!((read.recurring_run.fired, read.slot), (0, at(30)));
        let why = "é".repeat(400);
        assert!(
            jobs.pass(&grant, &Claim { index: 0, ..claim(&read, Some(at(40))) }, &why, true, at(31)).await.unwrap()
        );
        let job = jobs.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((job.mode, job.next_at), (RecurringRunMode::Disabled, None));
        assert_eq!(job.stopped.as_deref(), Some(&*"é".repeat(250)));
        let told = firings(bench, &ours, id).await;
        assert_eq!(told[0].reason.as_deref(), Some(&*why), "the history has it all");
        assert_eq!((told[0].outcome, told[1].outcome), (FiringOutcome::Stopped, FiringOutcome::Failed));

        // A person who changes it answers for it from then on.
        let bob = UserName::parse("bob").unwrap();
        let decided = ChangedRecurringRun { acts_as: bob.clone(), next_at: Some(at(99)), ..changed(20) };
        jobs.update(&bench.over_object(&ours, id), &decided, at(60)).await.unwrap();
        let job = jobs.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((job.acts_as, job.stopped, job.next_at), (bob, None, Some(at(99))));
    })
    .await;
}

#[tokio::test]
async fn run_now_does_not_move_the_schedule() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = recurring_run(bench, &ours, experiment, 20).await;
        let jobs = bench.store.recurring_runs();
        let row = |index: u64| {
            let mut row = new_run(experiment, 100 + u32::try_from(index).unwrap());
            row.recurring_run_id = Some(id);
            row
        };
        let now = async |index| {
            let (get, start) = (bench.over_object(&ours, id), bench.grant(&ours));
            jobs.fire_now(&get, &start, index, "asked for by alice", row(index), at(10)).await.unwrap()
        };
        assert!(now(1).await.is_some());
        assert!(now(1).await.is_none(), "the number is given");
        assert!(now(2).await.is_some());
        let read = due(bench, &ours, id).await;
        assert_eq!((read.slot, read.recurring_run.fired), (at(20), 2));
        assert_eq!(firings(bench, &ours, id).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_history_keeps_the_last_decisions_only() {
    let bench = Bench::sqlite().await;
    let ours = team("team-a");
    let experiment = bench.experiment(&ours, 1, "one").await;
    let id = recurring_run(&bench, &ours, experiment, 20).await;
    let grant: RecurringRunGrant<recurring_runs::Fire> = bench.over_object(&ours, id);
    for number in 20..150 {
        let read = due(&bench, &ours, id).await;
        let passing = claim(&read, Some(at(number + SECOND)));
        bench.store.recurring_runs().pass(&grant, &passing, "no", false, at(number)).await.unwrap();
    }
    let told = firings(&bench, &ours, id).await;
    assert_eq!((told.len(), told[0].scheduled_at), (100, at(149)));
}

/// A hundred thousand of them, and the scheduler reads what is due.
#[tokio::test]
async fn due_slots_are_found_on_an_index_however_many_there_are() {
    let bench = Bench::sqlite().await;
    let ours = team("team-a");
    let experiment = bench.experiment(&ours, 1, "one").await;
    recurring_run(&bench, &ours, experiment, 20).await;
    // Copies of the one row, in the database itself.
    let columns = "namespace, experiment_id, display_name, description, service_account, pipeline_id, pipeline_version_id, \
        pipeline_root, recurrence, mode, max_concurrency, no_catchup, created_at, updated_at, resource_name, acts_as, next_slot_at";
    let copies = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         INSERT INTO recurring_runs (id, {columns}, due_at) \
         SELECT printf('%08d-0000-4000-8000-000000000000', i), {columns}, 10000000000 + i FROM recurring_runs, n WHERE due_at < 10000000000"
    );
    bench.store.database().connection.execute_unprepared(&copies).await.unwrap();
    bench.statements.lock().unwrap().clear();

    let jobs = bench.store.recurring_runs();
    let now = Timestamp::from_millis(10_000_000_007);
    assert_eq!(jobs.find_due(&bench.system, now, 200).await.unwrap().len(), 8);
    assert_eq!(jobs.find_due(&bench.system, Timestamp::from_millis(i64::MAX), 200).await.unwrap().len(), 200);
    assert_eq!(jobs.next_due(&bench.system).await.unwrap(), Some(at(20)));
    for statement in bench.statements() {
        let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", statement.sql), ..statement };
        let plan = bench.store.database().connection.query_all_raw(explain).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        assert!(
            plan.iter().all(|step| step.starts_with("SEARCH") && step.contains("recurring_runs_by_due (due_at>?")),
            "{plan:?}"
        );
    }
}

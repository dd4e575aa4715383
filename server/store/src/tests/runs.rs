use super::{Bench, at, first_page, new_run, on_every_database, team, uuid};
use model::{
    FailureKind, PipelineId, PipelineSource, PipelineVersionId, RunAddress, RunProgress, RunState, StorageState, Task,
    TaskId, TaskKind, TaskState,
};

#[tokio::test]
async fn a_run_its_order_and_its_experiment_are_written_together() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let experiment = bench.experiment(&ours, 1, "one").await;
        let run = bench.run(&ours, experiment, 10).await;
        assert_eq!(run.state_history.len(), 1);
        let found = bench.store.experiments().get(&bench.over_object(&ours, experiment)).await.unwrap();
        assert_eq!(found.last_run_created_at, Some(at(10)));
        let address = RunAddress { place: ours.clone(), id: run.id };
        assert_eq!(bench.store.launch_orders().find_waiting(&bench.system).await.unwrap(), [address]);

        // An experiment of another namespace: nothing at all is written.
        let refused = bench.store.runs().create(&bench.grant(&theirs), new_run(experiment, 11), at(11)).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::NotFound);
        // An id that is taken: nothing at all is written, not even the experiment's time.
        let refused = bench.store.runs().create(&bench.grant(&ours), new_run(experiment, 10), at(12)).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::Exists);
        let found = bench.store.experiments().get(&bench.over_object(&ours, experiment)).await.unwrap();
        assert_eq!(found.last_run_created_at, Some(at(10)));
        assert_eq!(bench.store.launch_orders().find_unfinished(&bench.system).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn long_texts_are_read_for_one_run_and_not_for_a_list() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let inline = bench.run(&ours, experiment, 10).await;
        let source = PipelineSource::Version {
            pipeline_id: PipelineId::from_uuid(uuid(5)),
            pipeline_version_id: PipelineVersionId::from_uuid(uuid(6)),
        };
        let big = serde_json::json!({"text": "x".repeat(300_000)});
        let stored = crate::NewRunRow { source: source.clone(), spec: big.clone(), ..new_run(experiment, 11) };
        let stored = bench.store.runs().create(&bench.grant(&ours), stored, at(11)).await.unwrap();

        assert_eq!(bench.store.runs().get(&bench.over_object(&ours, inline.id)).await.unwrap(), inline);
        assert_eq!(bench.store.runs().get(&bench.over_object(&ours, stored.id)).await.unwrap(), stored);
        assert_eq!(stored.source, source);
        assert_eq!(bench.store.runs().spec(&bench.over_object(&ours, stored.id)).await.unwrap(), big);
        let foreign = bench.store.runs().spec(&bench.over_object(&team("team-b"), stored.id)).await;
        assert_eq!(foreign.unwrap_err().kind, FailureKind::NotFound);
        let listed = bench.store.runs().list(&bench.grant(&ours), &first_page()).await.unwrap();
        assert_eq!(listed.items[0].source, PipelineSource::Inline { spec: None });
        assert!(listed.items.iter().all(|run| run.runtime_config.parameters.is_empty()));
        assert_eq!(listed.items[1].source, source);

        let launching = bench.store.launch_orders().read(&bench.over_object(&ours, stored.id)).await.unwrap();
        assert_eq!((launching.spec, launching.cancel_requested), (big, false));
        assert_eq!(launching.parameters["a"], serde_json::json!(1.5));
    })
    .await;
}

#[tokio::test]
async fn only_the_models_changes_of_state_are_written() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = bench.run(&ours, experiment, 10).await.id;
        let runs = bench.store.runs();
        let record = bench.over_object(&ours, id);
        assert!(runs.record_state(&record, RunState::Running, None, at(11)).await.unwrap());
        assert!(!runs.record_state(&record, RunState::Running, None, at(12)).await.unwrap());
        bench.store.launch_orders().mark_launched(&bench.over_object(&ours, id), at(12)).await.unwrap();
        assert!(bench.store.launch_orders().find_waiting(&bench.system).await.unwrap().is_empty());
        assert_eq!(bench.store.launch_orders().find_unfinished(&bench.system).await.unwrap().len(), 1);
        let foreign = bench.over_object(&team("team-b"), id);
        let foreign = runs.record_state(&foreign, RunState::Failed, None, at(12)).await.unwrap_err();
        assert_eq!(foreign.kind, FailureKind::NotFound);

        runs.terminate(&bench.over_object(&ours, id)).await.unwrap();
        let again = runs.terminate(&bench.over_object(&ours, id)).await.unwrap_err();
        assert_eq!(again.kind, FailureKind::Precondition);
        assert!(again.message.contains("Row not found"), "{again}");
        assert!(bench.store.launch_orders().read(&bench.over_object(&ours, id)).await.unwrap().cancel_requested);
        let refused = runs.record_state(&record, RunState::Running, None, at(13)).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Conflict);

        let why = Some("ended by request".to_owned());
        assert!(runs.record_state(&record, RunState::Canceled, why.clone(), at(14)).await.unwrap());
        let run = runs.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((run.state, run.finished_at, run.error), (RunState::Canceled, Some(at(14)), why));
        let history = run.state_history.iter().map(|change| change.state).collect::<Vec<_>>();
        assert_eq!(history, [RunState::Pending, RunState::Running, RunState::Canceled]);
        assert!(bench.store.launch_orders().find_unfinished(&bench.system).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn runs_of_an_experiment_are_those_of_the_grants_namespace() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let (one, two) = (bench.experiment(&ours, 1, "one").await, bench.experiment(&ours, 2, "two").await);
        let run = bench.run(&ours, one, 10).await.id;
        bench.run(&ours, two, 11).await;
        let listed = bench.store.runs().list_of_experiment(&bench.grant(&ours), one, &first_page()).await.unwrap();
        assert_eq!((listed.items.len(), listed.items[0].id, listed.total_size), (1, run, 1));
        let foreign = bench.store.runs().list_of_experiment(&bench.grant(&theirs), one, &first_page()).await.unwrap();
        assert_eq!((foreign.items.len(), foreign.total_size), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn archiving_is_idempotent_and_deleting_takes_everything_along() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = bench.run(&ours, experiment, 10).await.id;
        let runs = bench.store.runs();
        for _ in 0..2 {
            runs.archive(&bench.over_object(&ours, id)).await.unwrap();
        }
        let run = runs.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((run.storage_state, run.state), (StorageState::Archived, RunState::Pending));
        bench.store.tasks().record(&bench.over_object(&ours, id), &[task(1, TaskState::Running)]).await.unwrap();
        let foreign = runs.delete(&bench.over_object(&team("team-b"), id)).await.unwrap_err();
        assert_eq!(foreign.kind, FailureKind::NotFound);
        runs.delete(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(bench.store.locate().run(id).await.unwrap_err().kind, FailureKind::NotFound);
        assert!(bench.store.tasks().list(&bench.over_object(&ours, id)).await.unwrap().is_empty());
        assert!(bench.store.launch_orders().find_unfinished(&bench.system).await.unwrap().is_empty());
        let late = bench.store.tasks().record(&bench.over_object(&ours, id), &[task(1, TaskState::Failed)]).await;
        assert_eq!(late.unwrap_err().kind, FailureKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn tasks_are_written_whole_and_keep_their_order() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let (id, other) = (bench.run(&ours, experiment, 10).await.id, bench.run(&ours, experiment, 11).await.id);
        let tasks = bench.store.tasks();
        let many = (0..250).rev().map(|number| task(number, TaskState::Pending)).collect::<Vec<_>>();
        tasks.record(&bench.over_object(&ours, id), &many).await.unwrap();
        let changed = Task {
            attempts: 2,
            outputs: serde_json::json!({"parameters": {"sum": 3}}),
            ..task(100, TaskState::Cached)
        };
        let last = task(999, TaskState::Skipped);
        tasks.record(&bench.over_object(&ours, id), &[last.clone(), changed.clone()]).await.unwrap();
        let mut expected = many;
        expected[149] = changed;
        expected.push(last);
        assert_eq!(tasks.list(&bench.over_object(&ours, id)).await.unwrap(), expected);
        assert!(tasks.list(&bench.over_object(&ours, other)).await.unwrap().is_empty());
        let foreign = team("team-b");
        assert!(tasks.list(&bench.over_object(&foreign, id)).await.unwrap().is_empty());
        let refused = tasks.record(&bench.over_object(&foreign, id), &[task(1, TaskState::Failed)]).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::NotFound);

        let progress = RunProgress { done: 3, total: 7 };
        bench.store.runs().record_progress(&bench.over_object(&ours, id), progress, Some("train")).await.unwrap();
        let run = bench.store.runs().get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((run.progress, run.running_task.as_deref()), (progress, Some("train")));
    })
    .await;
}

fn task(number: u32, state: TaskState) -> Task {
    Task {
        id: TaskId::from_uuid(uuid(number)),
        parent: (number > 0).then(|| TaskId::from_uuid(uuid(0))),
        name: format!("add-{number}"),
        display_name: format!("Add {number}"),
        kind: TaskKind::Container,
        state,
        reason: None,
        started_at: Some(at(number)),
        finished_at: None,
        attempts: 1,
        iteration_index: Some(number).filter(|number| *number < 10),
        depends_on: vec![TaskId::from_uuid(uuid(number + 1))],
        component: "comp-add".to_owned(),
        inputs: serde_json::json!({"parameters": {"a": number}}),
        outputs: serde_json::json!({}),
    }
}

#[tokio::test]
async fn a_run_at_its_end_is_taken_up_again() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = bench.run(&ours, experiment, 10).await.id;
        let (runs, orders) = (bench.store.runs(), bench.store.launch_orders());
        let (record, retry) = (bench.over_object(&ours, id), bench.over_object(&ours, id));
        assert_eq!(runs.retry(&retry, None, at(11)).await.unwrap_err().kind, FailureKind::Conflict);
        runs.record_state(&record, RunState::Running, None, at(11)).await.unwrap();
        runs.record_state(&record, RunState::Failed, Some("why".to_owned()), at(12)).await.unwrap();
        assert!(orders.find_unfinished(&bench.system).await.unwrap().is_empty());
        let foreign = bench.over_object(&team("team-b"), id);
        assert_eq!(runs.retry(&foreign, None, at(13)).await.unwrap_err().kind, FailureKind::NotFound);
        let unknown = TaskId::from_uuid(uuid(77));
        assert_eq!(runs.retry(&retry, Some(unknown), at(13)).await.unwrap_err().kind, FailureKind::NotFound);

        runs.retry(&retry, None, at(13)).await.unwrap();
        let run = runs.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((run.state, run.finished_at, run.error), (RunState::Pending, None, None));
        let states: Vec<RunState> = run.state_history.iter().map(|change| change.state).collect();
        assert_eq!(states, [RunState::Pending, RunState::Running, RunState::Failed, RunState::Pending]);
        let launching = orders.read(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((launching.retries, launching.retry_from, launching.cancel_requested), (1, None, false));
        assert_eq!(orders.find_waiting(&bench.system).await.unwrap().len(), 1);
        // Not again while it goes on.
        assert_eq!(runs.retry(&retry, None, at(14)).await.unwrap_err().kind, FailureKind::Conflict);

        // One that succeeded, only from a step of its own; the tasks are told anew.
        let step = Task { id: unknown, ..task(1, TaskState::Succeeded) };
        runs.record_state(&record, RunState::Running, None, at(15)).await.unwrap();
        bench.store.tasks().record(&bench.over_object(&ours, id), &[step]).await.unwrap();
        runs.record_state(&record, RunState::Succeeded, None, at(16)).await.unwrap();
        assert_eq!(runs.retry(&retry, None, at(17)).await.unwrap_err().kind, FailureKind::Conflict);
        runs.retry(&retry, Some(unknown), at(17)).await.unwrap();
        let launching = orders.read(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((launching.retries, launching.retry_from), (2, Some(unknown)));
        assert!(bench.store.tasks().list(&bench.over_object(&ours, id)).await.unwrap().is_empty());
    })
    .await;
}

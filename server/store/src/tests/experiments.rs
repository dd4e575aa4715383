use super::{Bench, at, first_page, names, new_run, on_every_database, recurring_run, team, uuid};
use model::{ExperimentId, FailureKind, NewExperiment, PipelineSource, RecurringRunMode, RunId, StorageState, Trigger};

#[tokio::test]
async fn a_name_is_unique_in_its_namespace_only() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let id = bench.experiment(&ours, 1, "Überprüfung 'x'").await;
        bench.experiment(&theirs, 2, "Überprüfung 'x'").await;
        let new = NewExperiment { display_name: "Überprüfung 'x'".to_owned(), description: String::new() };
        let again = bench.store.experiments();
        let refused = again.create(&bench.grant(&ours), ExperimentId::from_uuid(uuid(3)), &new, at(3)).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Exists);
        assert!(refused.message.contains("Please specify a new name"), "{refused}");

        let found = bench.store.experiments().get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!((found.id, found.namespace.as_str()), (id, "team-a"));
        assert_eq!((found.created_at, found.last_run_created_at), (at(1), None));
        assert_eq!(found.display_name, "Überprüfung 'x'");
        // Names are compared byte by byte on every database.
        bench.experiment(&ours, 4, "überprüfung 'x'").await;
    })
    .await;
}

#[tokio::test]
async fn an_id_with_another_namespaces_grant_finds_nothing() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let id = bench.experiment(&ours, 1, "mine").await;
        let experiments = bench.store.experiments();
        let kinds = [
            experiments.get(&bench.over_object(&theirs, id)).await.unwrap_err().kind,
            experiments.archive(&bench.over_object(&theirs, id), at(2)).await.unwrap_err().kind,
            experiments.unarchive(&bench.over_object(&theirs, id)).await.unwrap_err().kind,
            experiments.delete(&bench.over_object(&theirs, id)).await.unwrap_err().kind,
        ];
        assert_eq!(kinds, [FailureKind::NotFound; 4]);
        let found = experiments.get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(found.storage_state, StorageState::Available);
        assert!(names(&experiments.list(&bench.grant(&theirs), &first_page()).await.unwrap()).is_empty());
        assert_eq!(bench.store.locate().experiment(id).await.unwrap().place, ours);
    })
    .await;
}

#[tokio::test]
async fn archiving_takes_runs_and_recurring_runs_along() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let (id, other) = (bench.experiment(&ours, 1, "one").await, bench.experiment(&ours, 2, "two").await);
        let (run, bystander) = (bench.run(&ours, id, 10).await.id, bench.run(&ours, other, 11).await.id);
        let recurring = recurring_run(bench, &ours, id, 20).await;
        let untouched = recurring_run(bench, &ours, other, 21).await;
        bench.store.experiments().archive(&bench.over_object(&ours, id), at(30)).await.unwrap();

        let state =
            async |id: RunId| bench.store.runs().get(&bench.over_object(&ours, id)).await.unwrap().storage_state;
        assert_eq!((state(run).await, state(bystander).await), (StorageState::Archived, StorageState::Available));
        let read = async |id| bench.store.recurring_runs().get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(
            (read(recurring).await.mode, read(recurring).await.updated_at),
            (RecurringRunMode::Disabled, at(30))
        );
        assert_eq!((read(untouched).await.mode, read(untouched).await.updated_at), (RecurringRunMode::Enabled, at(21)));

        let refused = bench.store.runs().unarchive(&bench.over_object(&ours, run)).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Precondition);
        bench.store.experiments().unarchive(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(state(run).await, StorageState::Archived, "unarchiving the experiment leaves its runs");
        bench.store.runs().unarchive(&bench.over_object(&ours, run)).await.unwrap();
        assert_eq!(state(run).await, StorageState::Available);
        assert_eq!(read(recurring).await.mode, RecurringRunMode::Disabled);
    })
    .await;
}

#[tokio::test]
async fn deleting_leaves_the_runs() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let id = bench.experiment(&ours, 1, "one").await;
        let run = bench.run(&ours, id, 10).await.id;
        bench.store.experiments().delete(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(bench.store.locate().experiment(id).await.unwrap_err().kind, FailureKind::NotFound);
        let run = bench.store.runs().get(&bench.over_object(&ours, run)).await.unwrap();
        assert_eq!(run.experiment_id, id);
        let late = bench.store.runs().create(&bench.grant(&ours), new_run(id, 11), at(11)).await;
        assert_eq!(late.unwrap_err().kind, FailureKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn recurring_runs_are_read_whole_and_listed_short() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        let id = recurring_run(bench, &ours, experiment, 20).await;
        let whole = bench.store.recurring_runs().get(&bench.over_object(&ours, id)).await.unwrap();
        assert_eq!(whole.source, PipelineSource::Inline { spec: Some(serde_json::json!({"a": [1, 2]})) });
        assert_eq!(whole.trigger, Some(Trigger::Periodic { interval_seconds: 10, start: Some(at(5)), end: None }));
        assert_eq!((whole.max_concurrency, whole.no_catchup), (3, true));
        let listed = bench.store.recurring_runs().list(&bench.grant(&ours), &first_page()).await.unwrap();
        assert_eq!(listed.items[0].source, PipelineSource::Inline { spec: None });
        let of = bench.store.recurring_runs();
        assert_eq!(of.list_of_experiment(&bench.grant(&ours), experiment, &first_page()).await.unwrap().total_size, 1);
        let foreign = of.list_of_experiment(&bench.grant(&team("team-b")), experiment, &first_page()).await.unwrap();
        assert_eq!((foreign.total_size, foreign.items.len()), (0, 0));
        let foreign = of.get(&bench.over_object(&team("team-b"), id)).await.unwrap_err();
        assert_eq!(foreign.kind, FailureKind::NotFound);
    })
    .await;
}

use super::{Bench, at, filtered, first_page, on_every_database, team, uuid};
use model::{
    Comparison, FailureKind, NewPipeline, NewPipelineVersion, PipelineId, PipelineVersionId, Predicate, PredicateValue,
    Scope, Tags,
};
use serde_json::json;

fn pipeline(name: &str, tags: &Tags) -> NewPipeline {
    NewPipeline { name: name.to_owned(), display_name: name.to_owned(), tags: tags.clone(), ..NewPipeline::default() }
}
fn version(name: &str) -> NewPipelineVersion {
    NewPipelineVersion { name: name.to_owned(), display_name: name.to_owned(), ..NewPipelineVersion::default() }
}
fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

impl Bench {
    async fn upload(&self, scope: &Scope, number: u32, name: &str, pairs: &[(&str, &str)]) -> PipelineId {
        let (id, version_id) = (PipelineId::from_uuid(uuid(number)), PipelineVersionId::from_uuid(uuid(number + 500)));
        let (new, first) = (pipeline(name, &tags(pairs)), version("first"));
        let grant = self.operator.grant_in(scope.clone());
        self.store
            .pipelines()
            .upload(&grant, id, &new, version_id, &first, &json!({"of": name}), at(number))
            .await
            .unwrap();
        id
    }
}

#[tokio::test]
async fn shared_and_namespaced_names_do_not_meet() {
    on_every_database(async |bench: &Bench| {
        let (shared, ours) = (Scope::Shared, Scope::In(team("team-a")));
        let open = bench.upload(&shared, 1, "adder", &[]).await;
        let own = bench.upload(&ours, 2, "adder", &[]).await;
        let by_name = async |scope: &Scope| {
            bench.store.pipelines().get_by_name(&bench.operator.grant_in(scope.clone()), "adder").await
        };
        assert_eq!(by_name(&shared).await.unwrap().id, open);
        assert_eq!(by_name(&ours).await.unwrap().id, own);
        assert_eq!(by_name(&Scope::In(team("team-b"))).await.unwrap_err().kind, FailureKind::NotFound);
        assert_eq!(bench.store.locate().pipeline(open).await.unwrap().place, shared);
        let grant = bench.operator.grant_in(shared.clone());
        let listed = bench.store.pipelines().list(&grant, &first_page()).await.unwrap();
        assert_eq!((listed.items.len(), listed.items[0].id), (1, open));
        let foreign = bench.store.pipelines().get(&bench.over_object(&shared, own)).await.unwrap_err();
        assert_eq!(foreign.kind, FailureKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_and_its_first_version_come_together_or_not_at_all() {
    on_every_database(async |bench: &Bench| {
        let ours = Scope::In(team("team-a"));
        let id = bench.upload(&ours, 1, "adder", &[("team", "red")]).await;
        let pipelines = bench.store.pipelines();
        let grant = bench.operator.grant_in(ours.clone());
        // Its name is free, its version's id is not.
        let (new, taken) = (pipeline("other", &Tags::new()), PipelineVersionId::from_uuid(uuid(501)));
        let id_2 = PipelineId::from_uuid(uuid(2));
        let refused = pipelines.upload(&grant, id_2, &new, taken, &version("first"), &json!({}), at(2)).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::Exists);
        assert_eq!(bench.store.locate().pipeline(id_2).await.unwrap_err().kind, FailureKind::NotFound);
        let refused = pipelines.create(&grant, id_2, &pipeline("adder", &Tags::new()), at(2)).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Exists);
        assert!(refused.message.contains("adder' already exists. Please specify a new name"), "{refused}");
        assert_eq!(pipelines.get(&bench.over_object(&ours, id)).await.unwrap().tags, tags(&[("team", "red")]));
    })
    .await;
}

#[tokio::test]
async fn versions_are_numbered_by_time_and_read_short_in_lists() {
    on_every_database(async |bench: &Bench| {
        let ours = Scope::In(team("team-a"));
        let id = bench.upload(&ours, 1, "adder", &[]).await;
        let versions = bench.store.pipeline_versions();
        let newer = PipelineVersionId::from_uuid(uuid(3));
        let spec = json!({"pipelineInfo": {"name": "adder"}, "n": [1, 2.5, "ü"]});
        let made =
            versions.create(&bench.over_object(&ours, id), newer, &version("second"), &spec, at(9)).await.unwrap();
        assert_eq!((made.pipeline_id, made.spec.as_ref()), (id, Some(&spec)));
        let same_name = PipelineVersionId::from_uuid(uuid(4));
        let again = versions.create(&bench.over_object(&ours, id), same_name, &version("second"), &spec, at(9)).await;
        assert_eq!(again.unwrap_err().kind, FailureKind::Exists);
        let latest = versions.latest(&bench.over_object(&ours, id)).await.unwrap().unwrap();
        assert_eq!((latest.id, latest.spec), (newer, None));
        assert_eq!(versions.get(&bench.over_object(&ours, newer)).await.unwrap(), made);
        assert_eq!(versions.spec(&bench.over_object(&ours, newer)).await.unwrap(), spec);
        let listed = versions.list(&bench.over_object(&ours, id), &first_page()).await.unwrap();
        assert!(listed.items.iter().all(|version| version.spec.is_none()));
        assert_eq!(listed.items.iter().map(|version| version.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);

        let theirs = Scope::In(team("team-b"));
        assert_eq!(versions.get(&bench.over_object(&theirs, newer)).await.unwrap_err().kind, FailureKind::NotFound);
        assert_eq!(versions.latest(&bench.over_object(&theirs, id)).await.unwrap(), None);
        let foreign = bench.over_object(&theirs, id);
        let foreign = versions.create(&foreign, same_name, &version("third"), &spec, at(9)).await.unwrap_err();
        assert_eq!(foreign.kind, FailureKind::NotFound);

        let red = tags(&[("colour", "red")]);
        let updated = versions.update(&bench.over_object(&ours, newer), Some("Second"), Some(&red)).await.unwrap();
        assert_eq!((updated.display_name.as_str(), &updated.tags), ("Second", &red));
        assert_eq!(versions.get(&bench.over_object(&ours, newer)).await.unwrap(), updated);
        versions.delete(&bench.over_object(&ours, newer)).await.unwrap();
        assert_eq!(versions.delete(&bench.over_object(&ours, newer)).await.unwrap_err().kind, FailureKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_with_versions_goes_only_with_them() {
    on_every_database(async |bench: &Bench| {
        let ours = Scope::In(team("team-a"));
        let id = bench.upload(&ours, 1, "adder", &[("team", "red")]).await;
        let pipelines = bench.store.pipelines();
        let refused = pipelines.delete(&bench.over_object(&ours, id), false).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Precondition);
        let foreign = bench.over_object(&Scope::In(team("team-b")), id);
        assert_eq!(pipelines.delete(&foreign, true).await.unwrap_err().kind, FailureKind::NotFound);
        let first = PipelineVersionId::from_uuid(uuid(501));
        assert_eq!(bench.store.locate().pipeline_version(first).await.unwrap().place, ours);
        pipelines.delete(&bench.over_object(&ours, id), true).await.unwrap();
        assert_eq!(bench.store.locate().pipeline_version(first).await.unwrap_err().kind, FailureKind::NotFound);
        // Its tags went too: the same id can be tagged anew.
        bench.upload(&ours, 1, "adder", &[("team", "blue")]).await;
    })
    .await;
}

#[tokio::test]
async fn tags_filter_and_are_replaced_whole() {
    on_every_database(async |bench: &Bench| {
        let ours = Scope::In(team("team-a"));
        let red = bench.upload(&ours, 1, "one", &[("team", "red"), ("stage", "prod")]).await;
        bench.upload(&ours, 2, "two", &[("team", "blue")]).await;
        bench.upload(&Scope::In(team("team-b")), 3, "three", &[("team", "red")]).await;
        let pipelines = bench.store.pipelines();
        let tagged = async |key: &str, comparison, value: &str| {
            let value = PredicateValue::Text(value.to_owned());
            let predicate = Predicate { key: format!("tags.{key}"), comparison, value };
            let grant = bench.operator.grant_in(ours.clone());
            pipelines.list(&grant, &filtered(vec![predicate])).await
        };
        let found = tagged("team", Comparison::Equals, "red").await.unwrap();
        assert_eq!((found.total_size, found.items[0].id), (1, red));
        assert_eq!(tagged("team", Comparison::NotEquals, "red").await.unwrap_err().kind, FailureKind::Invalid);
        pipelines.update(&bench.over_object(&ours, red), None, Some(&Tags::new())).await.unwrap();
        assert_eq!(tagged("team", Comparison::Equals, "red").await.unwrap().total_size, 0);
        let renamed = pipelines.update(&bench.over_object(&ours, red), Some("One"), None).await.unwrap();
        assert_eq!(pipelines.get(&bench.over_object(&ours, red)).await.unwrap(), renamed);
        assert_eq!((renamed.name.as_str(), renamed.display_name.as_str()), ("one", "One"));
    })
    .await;
}

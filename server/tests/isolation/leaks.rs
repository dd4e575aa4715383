//! What is in one namespace is seen, counted and guessed from no other.

use crate::bench::*;
use serde_json::json;

const LISTS: [&str; 4] = ["experiments", "runs", "pipelines", "recurringruns"];

/// What team-a has, each thing with a word in it that nobody else may read.
struct Treasure {
    experiment: String,
    run: String,
    pipeline: String,
    version: String,
}

const WORD: &str = "treasure";

async fn hide(bench: &Bench) -> Treasure {
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "treasure-experiment").await;
    let run = owner.run(&experiment, "treasure-run").await;
    let (pipeline, version) = owner.pipeline("team-a", "treasure-pipeline").await;
    Treasure { experiment, run, pipeline, version }
}

#[tokio::test]
async fn lists_of_one_namespace_hold_and_count_nothing_of_another() {
    let bench = Bench::start().await;
    hide(&bench).await;
    let owner = bench.owner("team-b");
    let experiment = owner.experiment("team-b", "own").await;
    owner.run(&experiment, "own").await;
    owner.recurring_run(&experiment, "own").await;
    owner.pipeline("team-b", "own").await;
    for list in LISTS {
        let listed = owner.get(&format!("/apis/v2beta1/{list}?namespace=team-b&page_size=200")).await;
        assert!(!listed.text.contains(WORD), "{list}: {}", listed.text);
        assert_eq!(listed.ok()["total_size"], 1, "{list}");
        let refused = owner.get(&format!("/apis/v2beta1/{list}?namespace=team-a")).await;
        assert!(!refused.text.contains(WORD) && !refused.text.contains("total_size"), "{}", refused.text);
        refused.refused(403);
    }
    let shared = owner.get("/apis/v2beta1/pipelines").await;
    assert!(!shared.text.contains(WORD));
    assert_eq!(shared.ok(), json!({}));
}

#[tokio::test]
async fn a_filter_cannot_reach_into_another_namespace() {
    let bench = Bench::start().await;
    hide(&bench).await;
    let owner = bench.owner("team-b");
    owner.experiment("team-b", "own").await;
    let filter = r#"{"predicates":[{"operation":"EQUALS","key":"namespace","string_value":"team-a"}]}"#;
    let filter =
        filter.replace('{', "%7B").replace('}', "%7D").replace('"', "%22").replace('[', "%5B").replace(']', "%5D");
    for list in ["experiments", "runs", "pipelines"] {
        let listed = owner.get(&format!("/apis/v2beta1/{list}?namespace=team-b&filter={filter}")).await.ok();
        assert_eq!(listed, json!({}), "{list}");
    }
}

#[tokio::test]
async fn a_page_token_is_good_in_its_own_namespace_only() {
    let bench = Bench::start().await;
    for namespace in NAMESPACES {
        let owner = bench.owner(namespace);
        for name in ["one", "two", "three"] {
            owner.experiment(namespace, &format!("{WORD}-{name}")).await;
        }
    }
    let page = |namespace: &str, token: &str| {
        format!("/apis/v2beta1/experiments?namespace={namespace}&page_size=1&page_token={token}")
    };
    let first = bench.owner("team-a").get(&page("team-a", "")).await.ok();
    let token = id_of(&first, "next_page_token");
    let second = bench.owner("team-a").get(&page("team-a", &token)).await.ok();
    assert_ne!(first["experiments"], second["experiments"]);
    let foreign = bench.owner("team-b").get(&page("team-b", &token)).await;
    assert!(!foreign.text.contains(WORD));
    assert!(foreign.refused(400).contains("page_token"));
    bench.owner("team-b").get(&page("team-a", &token)).await.refused(403);
}

#[tokio::test]
async fn a_refusal_by_id_tells_nothing_of_the_object() {
    let bench = Bench::start().await;
    let treasure = hide(&bench).await;
    let Treasure { experiment, run, pipeline, version } = &treasure;
    for stranger in [bench.owner("team-b"), bench.outsider(), bench.platform_admin()] {
        for path in [
            format!("experiments/{experiment}"),
            format!("runs/{run}"),
            format!("pipelines/{pipeline}"),
            format!("pipelines/{pipeline}/versions"),
            format!("pipelines/{pipeline}/versions/{version}"),
            format!("runs?experiment_id={experiment}"),
            format!("recurringruns?experiment_id={experiment}"),
        ] {
            let answer = stranger.get(&format!("/apis/v2beta1/{path}")).await;
            assert!(!answer.text.contains(WORD), "{path}: {}", answer.text);
            assert!(
                !answer.text.contains("team-a"),
                "the namespace is not the stranger's to know: {path}: {}",
                answer.text
            );
            answer.refused(403);
        }
    }
    for path in ["experiments", "runs", "pipelines"] {
        bench.nobody().get(&format!("/apis/v2beta1/{path}/{run}")).await.refused(401);
    }
}

#[tokio::test]
async fn a_pipeline_of_another_namespace_cannot_be_run() {
    let bench = Bench::start().await;
    let treasure = hide(&bench).await;
    let owner = bench.owner("team-b");
    let experiment = owner.experiment("team-b", "own").await;
    for reference in [
        json!({ "pipeline_id": treasure.pipeline, "pipeline_version_id": treasure.version }),
        json!({ "pipeline_id": treasure.pipeline }),
        json!({ "pipeline_version_id": treasure.version }),
    ] {
        let body =
            json!({ "display_name": "sly", "experiment_id": experiment, "pipeline_version_reference": reference });
        let answer = owner.post("/apis/v2beta1/runs", &body).await;
        assert!(!answer.text.contains(WORD), "{}", answer.text);
        answer.refused(403);
    }
    let spec = testkit::pipeline("one-step", "true");
    let body = json!({ "display_name": "sly", "experiment_id": treasure.experiment, "pipeline_spec": spec });
    owner.post("/apis/v2beta1/runs", &body).await.refused(403);
    let root = json!({ "pipeline_root": "minio://mlpipeline/private-artifacts/team-a/v2" });
    let body =
        json!({ "display_name": "sly", "experiment_id": experiment, "pipeline_spec": spec, "runtime_config": root });
    assert!(owner.post("/apis/v2beta1/runs", &body).await.refused(400).contains("pipeline_root"));
}

/// user-pains.md row 2, the first attack: leaving the namespace out, or naming one's own, opens nothing.
#[tokio::test]
async fn an_artifact_is_its_runs_whatever_namespace_the_caller_names() {
    let bench = Bench::start().await;
    let treasure = hide(&bench).await;
    bench.wait_for_state(&bench.owner("team-a"), &treasure.run, "RUNNING").await;
    let key = bench.artifact("team-a", &treasure.run, "data", WORD).await;
    let base = format!("/artifacts/get?source=minio&bucket=mlpipeline&key={}", percent_encode(&key));
    let by_path = format!("/artifacts/minio/mlpipeline/{key}");
    let log = format!("/k8s/pod/logs?podname={}&runid={}", treasure.run, treasure.run);
    for query in ["", "&namespace=team-b", "&namespace=team-a", "&namespace="] {
        assert_eq!(bench.viewer("team-a").get(&format!("{base}{query}")).await.text, WORD, "{query}");
        for (who, status) in [(bench.owner("team-b"), 403), (bench.platform_admin(), 403), (bench.nobody(), 401)] {
            for path in [format!("{base}{query}"), format!("{by_path}?{query}"), format!("{log}&pod{}", query)] {
                let answer = who.get(&path).await;
                assert!(!answer.text.contains(WORD) && !answer.text.contains("team-a/"), "{path}: {}", answer.text);
                answer.refused(status);
            }
        }
    }
}

/// user-pains.md row 2, the second attack: a key that begins in one's own namespace, or that is only a prefix.
#[tokio::test]
async fn a_key_that_is_a_prefix_or_a_detour_opens_nothing() {
    let bench = Bench::start().await;
    let treasure = hide(&bench).await;
    let owner = bench.owner("team-b");
    let own = owner.run(&owner.experiment("team-b", "own").await, "own").await;
    bench.wait_for_state(&bench.owner("team-a"), &treasure.run, "RUNNING").await;
    bench.wait_for_state(&owner, &own, "RUNNING").await;
    let key = bench.artifact("team-a", &treasure.run, "data", WORD).await;
    let mine = bench.artifact("team-b", &own, "data", "mine").await;
    let get = async |key: &str| {
        owner.get(&format!("/artifacts/get?source=minio&bucket=mlpipeline&key={}", percent_encode(key))).await
    };
    assert_eq!(get(&mine).await.text, "mine");
    let in_my_name = key.replace("team-a", "team-b");
    let my_run_in_theirs = mine.replace("team-b", "team-a");
    for sly in [
        key.as_str(),
        &in_my_name,
        &my_run_in_theirs,
        "private-artifacts/team-a/",
        "private-artifacts/team-a",
        "private-artifacts/",
        "private-artifacts/team-a/v2/one-step/",
        &format!("private-artifacts/team-a/v2/one-step/{}", treasure.run),
        &format!("private-artifacts/team-b/../team-a/v2/one-step/{}/step/data", treasure.run),
        &format!("private-artifacts/team-b/v2/one-step/{own}/../{}/step/data", treasure.run),
        &format!("private-artifacts/team-b/v2/one-step/{own}/step/..//../../{}/step/data", treasure.run),
        "",
    ] {
        let answer = get(sly).await;
        assert!(matches!(answer.status, 400 | 403 | 404), "{sly}: {} {}", answer.status, answer.text);
        assert!(!answer.text.contains(WORD), "{sly}: {}", answer.text);
    }
    for (source, bucket) in [("volume", "mlpipeline"), ("s3", "mlpipeline"), ("http", "169.254.169.254")] {
        let path = format!("/artifacts/get?source={source}&bucket={bucket}&key={}", percent_encode(&mine));
        owner.get(&path).await.refused(400);
    }
}

#[tokio::test]
async fn the_name_of_a_pipeline_is_looked_for_in_its_own_place() {
    let bench = Bench::start().await;
    hide(&bench).await;
    let by_name = |query: &str| format!("/apis/v2beta1/pipelines/names/treasure-pipeline{query}");
    let owner = bench.owner("team-b");
    owner.get(&by_name("")).await.refused(404);
    owner.get(&by_name("?namespace=team-b")).await.refused(404);
    owner.get(&by_name("?namespace=team-a")).await.refused(403);
    bench.viewer("team-a").get(&by_name("?namespace=team-a")).await.ok();
}

//! What a step asks of its pod.

use crate::bench::{Bench, pipeline, run_in, shell};
use model::{RunState, TaskState};
use serde_json::{Value, json};

/// The pipeline with a platform spec for some executors, by the names of the steps.
fn on_platform(steps: impl IntoIterator<Item = crate::bench::Step>, platform: &[(&str, Value)]) -> Value {
    let executors: serde_json::Map<String, Value> =
        platform.iter().map(|(step, config)| (format!("exec-{step}"), config.clone())).collect();
    json!({
        "pipeline_spec": pipeline(steps),
        "platform_spec": {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_reach_the_step_that_names_them_and_stay_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let platform = json!({
        "secretAsEnv": [{"secretName": "door", "keyToEnv": [{"secretKey": "code", "envVar": "CODE"}]},
                        {"secretName": "none", "keyToEnv": [{"secretKey": "x", "envVar": "NONE"}], "optional": true}],
        "secretAsVolume": [{"secretName": "door", "mountPath": "/secrets/door"}],
        "configMapAsVolume": [{"configMapName": "none", "mountPath": "/none", "optional": true}],
        "fieldPathAsEnv": [{"name": "LABEL", "fieldPath": "metadata.labels['a']"}, {"name": "PLACE", "fieldPath": "metadata.namespace"}],
        "podMetadata": {"labels": {"a": "b"}},
        "emptyDirMounts": [{"volumeName": "v", "mountPath": "/scratch"}],
        "nodeSelector": {"labels": {"disk": "ssd"}},
    });
    let script = "[ \"$CODE\" = \"$(cat /secrets/door/code)\" ] && [ -z \"$NONE\" ] && [ -z \"$(ls /none)\" ] \
                  && echo x > /scratch/x && [ $(printf %s \"$CODE\" | wc -c) = 14 ] && echo $LABEL $PLACE";
    bench.launch(&run, on_platform([shell("takes", script)], &[("takes", platform)])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.log(&run, "takes").await, "b team-a\n");
    // The scratch goes a moment after the end.
    let seen = || {
        let found = std::process::Command::new("grep").arg("-r").arg("code of team").arg(dir.path()).output().unwrap();
        !found.stdout.is_empty()
    };
    for _ in 0..100 {
        if !seen() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a secret stayed on the disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let asks = |name: &str, key: &str| json!({"secretAsEnv": [{"secretNameParameter": {"runtimeValue": {"constant": name}}, "keyToEnv": [{"secretKey": key, "envVar": "X"}]}]});
    let steps = [shell("one", "true"), shell("two", "true")];
    bench.launch(&run, on_platform(steps, &[("one", asks("gone", "code")), ("two", asks("door", "bell"))])).await;
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let reasons = ["one", "two"].map(|name| bench.tasks[name].reason.clone().unwrap_or_default());
    // Whichever is refused first keeps the other from starting.
    assert!(
        reasons[0] == "there is no secret \"gone\" in namespace \"team-a\""
            || reasons[1] == "the secret \"door\" has no entry \"bell\"",
        "{reasons:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_a_directory_of_the_namespace_and_a_part_of_it_leads_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let claim = |sub: &str| json!({"pvcMount": [{"constant": "shared", "mountPath": "/data", "subPath": sub}]});
    let run = run_in("team-a", 1);
    let steps = [
        shell("writes", "echo kept > /data/file; mkdir /data/part; echo deep > /data/part/file; ln -s / /data/trap"),
        shell("reads", "cat /data/file; ls /data/etc 2>&1 | head -1").after(&["writes"]),
        shell("escapes", "ls -d /data/root /data/engine /data/tmp/* 2>/dev/null; ls /data | head -3")
            .after(&["writes"]),
    ];
    let platform = [("writes", claim("")), ("reads", claim("part")), ("escapes", claim("trap"))];
    bench.launch(&run, on_platform(steps, &platform)).await;
    let (state, _) = bench.until_end().await;
    assert!(state.is_final());
    assert_eq!(bench.tasks["reads"].state, TaskState::Succeeded);
    assert!(bench.log(&run, "reads").await.starts_with("deep\n"));
    // The link is refused, or leads to the sandbox's own root.
    let escaped = bench.log(&run, "escapes").await;
    assert!(!escaped.contains(&*dir.path().to_string_lossy()) && !escaped.contains("engine"), "{escaped}");

    // Another namespace has a volume of its own under this name.
    let other = run_in("team-b", 2);
    bench.launch(&other, on_platform([shell("looks", "ls -A /data")], &[("looks", claim(""))])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.log(&other, "looks").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_made_and_removed_without_a_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let make =
        shell("make", "").image("argostub/createpvc").constant("pvc_name_suffix", "-mine").output_parameter("name");
    let fill = shell("fill", "echo x > /data/x").after(&["make"]);
    let remove =
        shell("remove", "").image("argostub/deletepvc").input_parameter("pvc_name", ("make", "name")).after(&["fill"]);
    let mount = json!({"pvcMount": [{"taskOutputParameter": {"producerTask": "make", "outputParameterKey": "name"}, "mountPath": "/data"}]});
    bench.launch(&run, on_platform([make, fill, remove], &[("fill", mount)])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert!(bench.tasks["make"].outputs["parameters"]["name"].as_str().unwrap().ends_with("-mine"));
    assert_eq!(std::fs::read_dir(dir.path().join("engine/volumes/team-a")).unwrap().count(), 0);
}

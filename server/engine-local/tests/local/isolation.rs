use crate::bench::{Bench, pipeline, run_in, shell};
use authz::runs;
use engine::Engine;
use model::{RunState, TaskState};

/// Runs one script in a namespace and gives back its log.
async fn said(bench: &mut Bench, namespace: &str, number: u128, script: &str) -> String {
    let run = run_in(namespace, number);
    bench.launch(&run, pipeline([shell("look", script)])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    bench.log(&run, "look").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_sees_nothing_of_other_steps_namespaces_or_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let secret = run_in("team-a", 1);
    let keeps = shell(
        "keeps",
        "echo treasure | tee /tmp/secret $HOME/secret > $0; echo begun; sleep 100 treasure-argument || sleep 100",
    )
    .args(&["{{$.outputs.artifacts['a'].path}}"])
    .output_artifact("a");
    bench.launch(&secret, pipeline([keeps])).await;
    bench.until_task("keeps", TaskState::Running).await;
    bench.until_logged(&secret, "keeps", "begun").await;
    let host = dir.path().display();
    assert!(dir.path().join("artifacts/team-a").exists());

    // All but what every machine has; programs and libraries are many, and read-only.
    let search = "find / -path /proc -prune -o -path /dev -prune -o -path /usr -prune -o -path '*/python3*' -prune -o -path '*/include' -prune -o -type f -mmin -60 -print 2>/dev/null | xargs grep -ls treasure; true";
    let found = said(&mut bench, "team-b", 2, search).await;
    assert_eq!(found, "");
    assert_eq!(
        said(&mut bench, "team-b", 3, &format!("ls -A {host}; ls /minio; true"))
            .await
            .lines()
            .filter(|line| !line.contains("team-b") && !line.contains("ls: ") && !line.contains("mlpipeline"))
            .count(),
        0
    );
    assert_eq!(
        said(
            &mut bench,
            "team-b",
            4,
            "ls -A /tmp | grep -v kfp; cat /proc/*/cmdline | tr '\\0' ' ' | grep -c 'treasure-argumen[t]'; true"
        )
        .await
        .trim(),
        "0"
    );
    // The same holds inside of one namespace: a /tmp is a step's own.
    assert_eq!(said(&mut bench, "team-a", 5, "ls -A /tmp | grep -v kfp; ls -A $HOME").await, "");
    bench.engine.forget(&bench.system.over::<runs::Delete, _>(secret)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_has_no_powers() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let powers = said(&mut bench, "team-a", 1, "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; id -u; hostname; test -e /etc/shadow || echo no shadow; touch /usr/x 2>/dev/null || echo read-only; unshare -U true 2>/dev/null || echo no namespaces; ls /proc/self/fd | tr '\\n' ' '").await;
    let expected = "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n1000\nlook\nno shadow\nread-only\nno namespaces\n0 1 2 3 ";
    assert_eq!(powers, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_gets_a_small_environment_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let host_env =
        [("PIP_INDEX_URL", "https://index.test/simple"), ("DATABASE_PASSWORD", "hunter2"), ("PIP_TARGET", "/usr")];
    let mut bench = Bench::with(dir.path(), |settings| {
        settings.with_host_env(host_env.map(|(key, value)| (key.to_owned(), value.to_owned())))
    })
    .await;
    let env = said(&mut bench, "team-a", 1, "env").await;
    assert!(env.contains("PIP_INDEX_URL=https://index.test/simple\n") && env.contains("HOME=/home/step\n"), "{env}");
    assert!(!env.contains("hunter2") && !env.contains("CARGO") && !env.contains("PIP_TARGET=/usr\n"), "{env}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_left_as_an_output_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    std::fs::write(dir.path().join("outside"), "treasure").unwrap();
    let run = run_in("team-a", 1);
    let link = format!("ln -s {} $0", dir.path().join("outside").display());
    let makes = shell("makes", &link).args(&["{{$.outputs.artifacts['a'].path}}"]).output_artifact("a");
    let reads = shell("reads", "cat $0")
        .args(&["{{$.inputs.artifacts['a'].path}}"])
        .after(&["makes"])
        .input_artifact("a", ("makes", "a"));
    bench.launch(&run, pipeline([makes, reads])).await;
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let reason = bench.tasks["reads"].reason.clone().unwrap();
    assert!(reason.contains("outside of its namespace"), "{reason}");
    let uri = bench.tasks["makes"].outputs["artifacts"]["a"][0]["uri"].as_str().unwrap().to_owned();
    let grant = bench.system.over::<runs::ReadArtifact, _>(run);
    assert!(bench.artifacts.read(&grant, &uri, None).await.is_err());
    assert_eq!(bench.artifacts.list(&grant, &uri).await.unwrap_or_default(), []);
}

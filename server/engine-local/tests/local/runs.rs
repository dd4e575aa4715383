use crate::bench::{Bench, pipeline, run_in, shell, step};
use authz::runs;
use engine::{Engine, Event};
use model::{FailureKind, RunState, TaskState};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_and_its_output_is_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([step("hello", &["echo"]).args(&["hello world"])])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.tasks["hello"].state, TaskState::Succeeded);
    assert_eq!(bench.log(&run, "hello").await, "hello world\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_and_artifacts_reach_the_next_step() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let make = shell("make", "printf word > $0; echo content > $1; mkdir $2; echo deep > $2/file")
        .args(&[
            "{{$.outputs.parameters['said'].output_file}}",
            "{{$.outputs.artifacts['one'].path}}",
            "{{$.outputs.artifacts['many'].path}}",
        ])
        .output_parameter("said")
        .output_artifact("one")
        .output_artifact("many");
    let take = shell("take", "echo $0; cat $1 $2/file; echo x > $1 || echo cannot write")
        .args(&[
            "{{$.inputs.parameters['word']}}",
            "{{$.inputs.artifacts['one'].path}}",
            "{{$.inputs.artifacts['many'].path}}",
        ])
        .after(&["make"])
        .input_parameter("word", ("make", "said"))
        .input_artifact("one", ("make", "one"))
        .input_artifact("many", ("make", "many"));
    bench.launch(&run, pipeline([make, take])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    let log = bench.log(&run, "take").await;
    assert!(log.starts_with("word\ncontent\ndeep\n") && log.ends_with("cannot write\n"), "{log}");

    let uri = bench.tasks["make"].outputs["artifacts"]["one"][0]["uri"].as_str().unwrap().to_owned();
    let grant = bench.system.over::<runs::ReadArtifact, _>(run.clone());
    let read = bench.artifacts.read(&grant, &uri, Some(1..4)).await.unwrap();
    let pieces: Vec<_> = futures::StreamExt::collect(read.bytes).await;
    assert_eq!((read.size, &*pieces[0].as_ref().unwrap().to_vec()), (8, &b"ont"[..]));
    let other = bench.system.over::<runs::ReadArtifact, _>(run_in("team-a", 2));
    assert_eq!(bench.artifacts.read(&other, &uri, None).await.err().unwrap().kind, FailureKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn independent_steps_run_at_the_same_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    // Each ends only after both have begun.
    bench.launch(&run, pipeline([shell("one", "read x; sleep 100"), shell("two", "sleep 100")])).await;
    // `read` sees the end of its input at once, so both wait to be ended.
    bench
        .until(|_, tasks| {
            let running = |name: &str| tasks.get(name).is_some_and(|task| task.state == TaskState::Running);
            (running("one") && running("two")).then_some(())
        })
        .await;
    let grant = bench.system.over::<runs::Terminate, _>(run);
    bench.engine.cancel(&grant).await.unwrap();
    assert_eq!(bench.until_end().await.0, RunState::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slot_means_one_step_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(dir.path(), |mut settings| {
        settings.max_parallel_steps = 1;
        settings
    })
    .await;
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([shell("one", "sleep 0.2"), shell("two", "sleep 0.2"), shell("three", ":")])).await;
    let mut most = 0;
    let state = bench
        .until(|event, tasks| {
            most =
                most.max(tasks.values().filter(|task| task.state == TaskState::Running && task.name != "root").count());
            match event {
                Event::State { state, .. } if state.is_final() => Some(*state),
                _ => None,
            }
        })
        .await;
    assert_eq!((state, most), (RunState::Succeeded, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_why_and_stops_what_follows() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let fails = shell("fails", "echo before; exit 3");
    bench.launch(&run, pipeline([fails, shell("next", "echo never").after(&["fails"])])).await;
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let failed = &bench.tasks["fails"];
    assert_eq!(failed.state, TaskState::Failed);
    assert!(failed.reason.as_ref().unwrap().contains("exit code 3"), "{:?}", failed.reason);
    assert_ne!(bench.tasks["next"].state, TaskState::Succeeded);
    assert_eq!(bench.log(&run, "fails").await, "before\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_end_has_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    for (number, (failing, expected)) in [
        (shell("s", "kill -9 $$"), "signal 9"),
        (shell("s", "sleep 100").limit(1), "longer than its limit of 1 s"),
        (shell("s", ":").output_parameter("missing"), "missing"),
        (step("s", &["no-such-program"]), "busybox"),
        (step("s", &[]), "busybox"),
        (
            shell("s", "ln -s /etc/passwd $0")
                .args(&["{{$.outputs.parameters['x'].output_file}}"])
                .output_parameter("x"),
            "x",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        bench.launch(&run_in("team-a", 1 + number as u128), pipeline([failing])).await;
        assert_eq!(bench.until_end().await.0, RunState::Failed, "{expected}");
        let reason = bench.tasks["s"].reason.clone().unwrap();
        assert!(reason.contains(expected), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_begins_afresh_and_shares_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let script = "echo try $KFP_RETRY_INDEX $(ls -A /tmp | grep -v kfp) $(cat $0); echo left > /tmp/left; echo left > $0; [ $KFP_RETRY_INDEX = 1 ]";
    let flaky = shell("flaky", script).args(&["{{$.outputs.artifacts['a'].path}}"]).output_artifact("a").retries(2);
    bench.launch(&run, pipeline([flaky])).await;
    assert_eq!(bench.until_end().await.0, RunState::Succeeded);
    let log = bench.log(&run, "flaky").await;
    assert!(log.contains("try 0\n") && log.contains("--- attempt 2 ---\n") && log.contains("try 1\n"), "{log}");
    assert_eq!(bench.tasks["flaky"].attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_step_may_say_farewell_and_a_stubborn_one_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let polite = shell("polite", "trap 'echo farewell; exit 1' TERM; echo ready; while :; do sleep 0.05; done");
    let stubborn = shell("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    bench.launch(&run, pipeline([polite, stubborn])).await;
    bench.until_task("polite", TaskState::Running).await;
    bench.until_task("stubborn", TaskState::Running).await;
    bench.until_logged(&run, "polite", "ready").await;
    bench.until_logged(&run, "stubborn", "ready").await;
    bench.engine.cancel(&bench.system.over::<runs::Terminate, _>(run.clone())).await.unwrap();
    assert_eq!(bench.until_end().await.0, RunState::Canceled);
    let log = bench.log(&run, "polite").await;
    assert!(log.ends_with("farewell\n"), "{log}");
    assert_eq!(bench.tasks["stubborn"].state, TaskState::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_followed_while_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([shell("talks", "echo first; sleep 0.3; echo second; sleep 100")])).await;
    bench.until_task("talks", TaskState::Running).await;
    // The step goes on for long after its second word, so both were read while it ran.
    assert_eq!(bench.until_logged(&run, "talks", "second").await, "first\nsecond\n");
    let task = bench.tasks["talks"].id;
    let grant = bench.system.over::<runs::Get, _>(run.clone());
    assert_eq!(&*bench.engine.read_log(&grant, task, 6).await.unwrap(), b"second\n");
    let elsewhere = bench.system.over::<runs::Get, _>(run_in("team-b", 1));
    assert_eq!(bench.engine.read_log(&elsewhere, task, 0).await.unwrap_err().kind, FailureKind::NotFound);
    bench.engine.forget(&bench.system.over::<runs::Delete, _>(run.clone())).await.unwrap();
    assert_eq!(bench.engine.read_log(&grant, task, 0).await.unwrap_err().kind, FailureKind::NotFound);
    assert!(!dir.path().join("engine/runs/team-a").join(run.id.to_string()).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_outlive_the_server_and_ended_ones_never_run_again() {
    let dir = tempfile::tempdir().unwrap();
    let run = run_in("team-a", 1);
    let spec = || {
        pipeline([
            shell("first", "echo first ran"),
            shell("second", "echo begun; sleep 2; echo done").after(&["first"]),
            shell("third", "echo third ran").after(&["second"]),
        ])
    };
    let mut bench = Bench::on(dir.path()).await;
    bench.launch(&run, spec()).await;
    bench.until_task("second", TaskState::Running).await;
    bench.until_logged(&run, "second", "begun").await;
    drop(bench);

    let mut bench = Bench::on(dir.path()).await;
    // Orders are repeated after a crash, and taken on once.
    bench.launch(&run, spec()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    for (task, log) in [("first", "first ran\n"), ("second", "begun\ndone\n"), ("third", "third ran\n")] {
        assert_eq!(bench.log(&run, task).await, log);
        assert_eq!(bench.tasks[task].attempts, 1);
    }
    // One more order after the end tells the end again.
    bench.launch(&run, spec()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_whose_launcher_was_killed_is_lost_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let run = run_in("team-a", 1);
    let mut bench = Bench::on(dir.path()).await;
    bench.launch(&run, pipeline([shell("gone", "echo begun; sleep 100")])).await;
    bench.until_task("gone", TaskState::Running).await;
    bench.until_logged(&run, "gone", "begun").await;
    let attempt = dir.path().join("engine/runs/team-a").join(run.id.to_string()).join("steps");
    let attempt = attempt.join(bench.tasks["gone"].id.to_string()).join("0");
    let started: launcher::Started = launcher::read_json(&attempt.join(launcher::STARTED)).unwrap().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(started.pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let reason = bench.tasks["gone"].reason.clone().unwrap();
    assert!(reason.contains("ended without a word"), "{reason}");
}

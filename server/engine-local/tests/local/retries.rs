use crate::bench::{Bench, launching, pipeline, run_in, shell};
use authz::runs;
use engine::Engine;
use model::{RunState, TaskState};

/// `first`, then `second` as it says, then `third`; each leaves a line in the workspace, which outlives a retry.
fn three(second: &str) -> serde_json::Value {
    let script = |what: &str| format!("echo $0 >> /kfp-workspace/lines; cat /kfp-workspace/lines; {what}");
    let step = |name, what: &str| shell(name, &script(what)).args(&[name, "{{$.workspace_path}}"]);
    pipeline([step("first", ":"), step("second", second).after(&["first"]), step("third", ":").after(&["second"])])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_keeps_what_succeeded_and_its_logs() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let fails_once = "[ $(grep -c second /kfp-workspace/lines) = 2 ]";
    bench.launch(&run, three(fails_once)).await;
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let first = bench.tasks["first"].clone();

    let mut again = launching(three(fails_once));
    again.retries = 1;
    bench.try_launch_as(&run, again).await.unwrap();
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.tasks["first"], first);
    assert_eq!(
        bench.log(&run, "second").await,
        "first\nsecond\n\n--- the run was retried ---\nfirst\nsecond\nsecond\n"
    );
    assert_eq!(bench.log(&run, "third").await, "first\nsecond\nsecond\nthird\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_from_a_step_runs_it_and_what_depends_on_it_also_after_the_engine_went() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    bench.launch(&run, three(":")).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    let mut again = launching(three(":"));
    (again.retries, again.retry_from) = (1, Some(bench.tasks["second"].id));
    drop(bench);

    let mut bench = Bench::on(dir.path()).await;
    bench.try_launch_as(&run, again).await.unwrap();
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert!(bench.log(&run, "third").await.ends_with("first\nsecond\nthird\nsecond\nthird\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_is_retried() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = run_in("team-a", 1);
    let waits_once = "[ $(grep -c second /kfp-workspace/lines) = 2 ] || sleep 60";
    bench.launch(&run, three(waits_once)).await;
    bench.until_task("second", TaskState::Running).await;
    bench.until_logged(&run, "second", "second").await;
    let grant = bench.system.over::<runs::Terminate, _>(run.clone());
    bench.engine.cancel(&grant).await.unwrap();
    assert_eq!(bench.until_end().await.0, RunState::Canceled);
    let mut again = launching(three(waits_once));
    again.retries = 1;
    bench.try_launch_as(&run, again).await.unwrap();
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.tasks["first"].attempts, 1);
}

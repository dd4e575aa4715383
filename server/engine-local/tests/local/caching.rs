use crate::bench::{Bench, pipeline, run_in, shell};
use authz::runs;
use engine::Engine;
use model::{RunState, TaskState};
use serde_json::Value;

/// `make` takes a while to say something random; `take` reads it.
fn definition() -> Value {
    let make = shell("make", "cat /proc/sys/kernel/random/uuid | tee $0 > $1")
        .cached()
        .output_parameter("said")
        .output_artifact("file");
    let make = make.args(&["{{$.outputs.parameters['said'].output_file}}", "{{$.outputs.artifacts['file'].path}}"]);
    let take = shell("take", "cat $0").cached().args(&["{{$.inputs.artifacts['file'].path}}"]).after(&["make"]);
    pipeline([make, take.input_artifact("file", ("make", "file"))])
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_work_is_done_once_in_a_namespace_and_says_whose_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let (first, second, foreign) = (run_in("team-a", 1), run_in("team-a", 2), run_in("team-b", 3));
    bench.launch(&first, definition()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    let made = bench.tasks["make"].clone();
    assert_eq!(made.state, TaskState::Succeeded);

    bench.launch(&second, definition()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    let taken = bench.tasks["make"].clone();
    assert_eq!((taken.state, &taken.outputs), (TaskState::Cached, &made.outputs));
    let reason = taken.reason.unwrap();
    assert!(reason.contains(&made.id.to_string()) && reason.contains(&first.id.to_string()), "{reason}");
    // Its input is the same artifact, so this one is the same work, too.
    assert_eq!(bench.tasks["take"].state, TaskState::Cached);
    assert!(bench.log(&second, "make").await.starts_with("Taken from the cache: "));

    bench.launch(&foreign, definition()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.tasks["make"].state, TaskState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forgotten_or_deleted_is_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let run = |number| run_in("team-a", number);
    for (number, forget) in [(1, false), (2, true)] {
        bench.launch(&run(number), definition()).await;
        assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
        if forget {
            let grant = bench.system.over::<runs::Retry, _>(run(number));
            let task = bench.tasks["make"].id;
            assert!(bench.engine.forget_results(&grant, task).await.unwrap());
            assert!(!bench.engine.forget_results(&grant, task).await.unwrap());
            let foreign = bench.system.over::<runs::Retry, _>(run_in("team-b", number));
            assert!(bench.engine.forget_results(&foreign, task).await.is_err());
        }
    }
    bench.launch(&run(3), definition()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!((bench.tasks["make"].state, bench.tasks["take"].state), (TaskState::Succeeded, TaskState::Succeeded));
    bench.artifacts.delete_run(&bench.system.over(run(3))).await.unwrap();
    bench.launch(&run(4), definition()).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.tasks["make"].state, TaskState::Succeeded);
}

//! Steps that want more than they may have, and steps that look for a way out.

use crate::bench::{Bench, pipeline, run_in, shell, step};
use authz::runs;
use engine::Engine;
use model::RunState;
use mooring_engine_local::Settings;
use std::time::Duration;

async fn reason_of(change: impl FnOnce(Settings) -> Settings, script: &str) -> (RunState, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(dir.path(), change).await;
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([shell("greedy", script)])).await;
    let (state, _) = bench.until_end().await;
    let log = bench.log(&run, "greedy").await;
    (state, bench.tasks["greedy"].reason.clone().unwrap_or_default(), log)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_forks_without_end_ends_with_a_reason_and_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(dir.path(), |mut settings| {
        settings.limits.processes = Some(50);
        settings
    })
    .await;
    let bomb = run_in("team-a", 1);
    let script = "import os, sys\nn = 0\nwhile True:\n  try:\n    pid = os.fork()\n  except OSError as error:\n    print('after', n, error); sys.exit(7)\n  if pid == 0:\n    import time; time.sleep(60)\n  n += 1\n  if n > 2000: sys.exit(0)\n";
    bench.launch(&bomb, pipeline([step("bomb", &["python3", "-c", script])])).await;
    let (state, _) = bench.until_end().await;
    let reason = bench.tasks["bomb"].reason.clone().unwrap_or_default();
    assert_eq!((state, &*reason), (RunState::Failed, "the step ended with exit code 7"));
    let said = bench.log(&bomb, "bomb").await;
    assert!(said.contains("Resource temporarily unavailable"), "{said}");
    let run = run_in("team-b", 2);
    bench.launch(&run, pipeline([shell("good", "echo fine")])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_without_memory_says_so() {
    let eats = "exec python3 -c 'x = bytearray(400 << 20); print(len(x))'";
    let limit = |mut settings: Settings| {
        settings.limits.memory_bytes = Some(64 << 20);
        settings
    };
    let (state, reason, log) = reason_of(limit, eats).await;
    assert_eq!(state, RunState::Failed);
    // Without control groups Python itself is told, and ends.
    assert!(
        reason == "the step ran out of memory: its limit is 64 MiB" || log.contains("MemoryError"),
        "{reason} {log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fills_the_disk_is_stopped_and_its_rubbish_goes() {
    let limit = |mut settings: Settings| {
        settings.limits.disk_bytes = Some(8 << 20);
        settings
    };
    let fills = "head -c 20000000 /dev/zero > /tmp/big; echo full; sleep 60";
    let (state, reason, _) = reason_of(limit, fills).await;
    assert_eq!((state, &*reason), (RunState::Failed, "the step filled the disk: it may write 8 MiB"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_ends_at_its_limit_with_a_mark_and_the_step_goes_on() {
    let limit = |mut settings: Settings| {
        settings.limits.log_bytes = Some(1000);
        settings
    };
    let (state, _, log) = reason_of(limit, "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end").await;
    assert_eq!(state, RunState::Succeeded);
    assert!(log.starts_with(&"x".repeat(1000)) && log.len() < 1200, "{}", log.len());
    assert!(log.ends_with("it has reached its limit; what the step says from here on is not kept ---\n"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_with_a_full_disk_starts_nothing_new() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(dir.path(), |mut settings| {
        settings.namespace_disk_bytes = Some(1 << 20);
        settings
    })
    .await;
    std::fs::create_dir_all(bench.artifacts.run_dir(&run_in("team-a", 9))).unwrap();
    std::fs::write(bench.artifacts.run_dir(&run_in("team-a", 9)).join("big"), vec![1; 2 << 20]).unwrap();
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([shell("late", "true")])).await;
    assert_eq!(bench.until_end().await.0, RunState::Failed);
    let reason = bench.tasks["late"].reason.clone().unwrap();
    assert!(reason.starts_with("namespace \"team-a\" keeps ") && reason.contains("may keep 1 MiB"), "{reason}");
    let run = run_in("team-b", 2);
    bench.launch(&run, pipeline([shell("other", "true")])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_can_be_kept_off_the_network() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(dir.path(), |mut settings| {
        settings.without_network.push(model::Namespace::parse("team-a").unwrap());
        settings
    })
    .await;
    let run = run_in("team-a", 1);
    bench.launch(&run, pipeline([shell("looks", "tail -n +3 /proc/net/dev | cut -d: -f1")])).await;
    assert_eq!(bench.until_end().await, (RunState::Succeeded, None));
    assert_eq!(bench.log(&run, "looks").await.trim(), "lo");
}

/// Each line is one way to what another namespace has; all must come to nothing. `$1` is the data directory outside.
const WAYS: &[(&str, &str)] = &[
    ("its directory by its path outside", "cat $1/engine/runs/team-b/*/steps/*/log"),
    ("its artifacts by their path outside", "cat $1/artifacts/team-b/*/*"),
    ("the way up from the own directories", "cat /tmp/../../../../$1/artifacts/team-b/x"),
    ("another root by the first process", "ls /proc/1/root$1"),
    ("the root of every process that is seen", "for p in /proc/[0-9]*; do ls $p/root$1; done 2>&1 | grep engine"),
    ("open files of others", "for p in /proc/[0-9]*; do ls -l $p/fd; done 2>&1 | grep team-b"),
    ("command lines of others", "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -a 'treasure-argumen[t]'"),
    ("environments of others", "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -a 'TREASUR[E]'"),
    ("the memory of others", "for p in /proc/[0-9]*; do head -c 1 $p/mem; done 2>/dev/null | grep -a ."),
    (
        "other processes by signal",
        "for p in 2 3 4 5 6 7 8 9; do kill -0 $((p * 1000)) && echo alive; done 2>/dev/null | grep alive",
    ),
    ("the mounts' table for paths of others", "grep team-b /proc/self/mountinfo"),
    ("a mount of its own", "mount -t tmpfs none /mnt"),
    ("a new user name space", "unshare -Ur true"),
    ("a new mount name space", "unshare -m true"),
    ("the name spaces of the first process", "nsenter -t 1 -m true"),
    ("a disk's device", "ls /dev/vda /dev/sda /dev/nvme0n1 2>/dev/null"),
    ("a new device", "mknod /tmp/disk b 254 0"),
    ("shared memory of others", "ls -A /dev/shm | grep ."),
    ("messages of others", "ipcs -q 2>/dev/null | grep -c '^0x' | grep -v '^0'"),
    ("the kernel's log", "dmesg"),
    (
        "the kernel's keys",
        "python3 -c 'import ctypes, sys; sys.exit(0 if ctypes.CDLL(None).syscall(250, 0, -3, 1) >= 0 else 1)'",
    ),
    (
        "programs in the kernel",
        "python3 -c 'import ctypes, sys; sys.exit(0 if ctypes.CDLL(None).syscall(321, 0, 0, 0) >= 0 else 1)'",
    ),
    ("kernel cryptography's sockets", "python3 -c 'import socket; socket.socket(38, socket.SOCK_SEQPACKET)'"),
    ("the system's passwords", "cat /etc/shadow"),
    ("the server's own home", "cat /root/.bashrc /root/.profile; ls -A /root/.ssh /root/.cargo /root/.config"),
    ("the control groups", "ls /sys/fs/cgroup | grep ."),
    ("writing into the system", "touch /usr/bin/x"),
    ("a link through the workspace", "ln -sf $1 /kfp-workspace/up && ls /kfp-workspace/up/engine"),
    (
        "more rights by a program",
        "find / -xdev -perm -4000 -exec {} -V ';' 2>/dev/null | grep -q x; su -c id 2>/dev/null | grep 'uid=0'",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_way_leads_to_another_namespace() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::on(dir.path()).await;
    let other = run_in("team-b", 1);
    let treasure = "export TREASURE=gold; echo gold > /tmp/treasure; echo gold > /dev/shm/treasure 2>/dev/null; sh -c 'sleep 60' treasure-argument; true";
    bench.launch(&other, pipeline([shell("holds", &format!("echo holds; {treasure}"))])).await;
    bench.until_task("holds", model::TaskState::Running).await;
    bench.until_logged(&other, "holds", "holds").await;
    let tries: String = WAYS
        .iter()
        .enumerate()
        .map(|(number, (_, way))| {
            format!("if ( {way} ) >/tmp/out 2>&1; then echo 'way {number} is open'; cat /tmp/out; fi\n")
        })
        .collect();
    let run = run_in("team-a", 2);
    let outside = dir.path().to_string_lossy().into_owned();
    let looks = shell("looks", &tries).args(&["sh", &outside, "{{$.workspace_path}}"]);
    bench.launch(&run, pipeline([looks])).await;
    let ended = bench.until(|event, tasks| match event {
        engine::Event::State { state, .. } if state.is_final() => tasks.get("looks").map(|task| task.state),
        _ => None,
    });
    tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
    let open = bench.log(&run, "looks").await;
    let named: Vec<&str> = WAYS
        .iter()
        .enumerate()
        .filter(|(number, _)| open.contains(&format!("way {number} is open")))
        .map(|(_, (name, _))| *name)
        .collect();
    assert!(named.is_empty(), "{named:?}\n{open}");
    assert!(WAYS.len() >= 20);
    bench.engine.forget(&bench.system.over::<runs::Delete, _>(other)).await.unwrap();
}

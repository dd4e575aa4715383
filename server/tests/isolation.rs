//! Who is let in where: the policy as a reviewed table, every door called by everybody, and what must never leak.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "isolation/audit.rs"]
mod audit;
#[path = "bench/mod.rs"]
mod bench;
#[path = "isolation/credentials.rs"]
mod credentials;
#[path = "isolation/doors.rs"]
mod doors;
#[path = "isolation/frames.rs"]
mod frames;
#[path = "isolation/gaps.rs"]
mod gaps;
#[path = "isolation/leaks.rs"]
mod leaks;
#[path = "isolation/policy_matrix.rs"]
mod policy_matrix;
#[path = "isolation/questions.rs"]
mod questions;

use std::path::Path;

/// Compares with a reviewed text, or writes it anew when UPDATE_OUTPUT is set.
#[track_caller]
fn assert_reviewed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output").join(name);
    if std::env::var_os("UPDATE_OUTPUT").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} is not up to date: run with UPDATE_OUTPUT=1, and look well at the difference\n{text}",
        path.display()
    );
}

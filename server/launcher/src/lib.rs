//! The launcher wraps one step: it prepares what the step needs, runs its command in a sandbox, writes its log as it
//! comes, and leaves one small file that says how it ended.
//!
//! It is a process of its own (`mooring launcher <attempt directory>`), apart from the server: a step outlives the
//! server that started it. While it lives it holds a lock on the attempt's `lock` file, so whoever can take that lock
//! knows that nobody looks after the attempt.

mod assignment;
mod disk;
mod environment;
mod files;
mod limits;
mod log;
pub mod sandbox;
mod seccomp;
mod stop;
mod supervise;

pub use assignment::{Assignment, Bind, Environment, Finish, Install, Limits, Outcome, Started};
pub use disk::size_of;
pub use files::{ASSIGNMENT, LOCK, RESULT, STARTED, is_looked_after, lock, read_json, write_json};
pub use limits::remove_empty_groups;
pub use supervise::main;

/// Where a step finds its Python environment, whatever the host calls it.
pub const ENVIRONMENT_DIR: &str = "/opt/environment";
/// A step's home and first working directory.
pub const HOME_DIR: &str = "/home/step";

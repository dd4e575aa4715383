//! The interpreter seen from outside: definitions in, orders and states out.
#![expect(clippy::unwrap_used, reason = "tests")]

mod branches;
mod corpus;
mod definitions;
mod exit_tasks;
mod interpreter;
mod loops;
mod order_independence;
mod retries_and_limits;
mod speed;
mod step_outputs;
mod support;
mod workflows;

//! The interpreter seen from outside: definitions in, orders and states out.
#![expect(clippy::unwrap_used, reason = "tests")]

mod corpus;
mod definitions;
mod interpreter;
mod order_independence;
mod speed;
mod step_outputs;
mod support;

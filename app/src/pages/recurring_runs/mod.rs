pub mod actions;
pub mod create;
pub mod detail;
pub mod list;
pub mod schedule;

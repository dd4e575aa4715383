pub mod actions;
pub mod bulk;
pub mod compare;
pub mod create;
pub mod detail;
pub mod list;
pub mod pane;
pub mod steps;

//! What more than one page is made of.

pub mod form;
pub mod frame;
pub mod graph;
pub mod icon;
pub mod keys;
pub mod list;
pub mod log;
pub mod mark;
pub mod moment;
pub mod rail;
pub mod sandboxed;
pub mod table;

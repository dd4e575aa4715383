//! Plain Rust behind the pages: layouts, durations, forms. No framework; tested natively.

pub mod comparison;
pub mod definition;
pub mod durations;
pub mod graph;
pub mod parameters;
pub mod text;
pub mod yaml;

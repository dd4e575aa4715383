//! KFP's JSON, both ways: request text to the model's types, the model's types to response text. Pure.
//!
//! The rules are those of protobuf's JSON mapping as KFP's gateway applies it: field names go out in snake case and
//! come in as snake case or camel case, empty values are left out, int64 is text, enums are names, times are RFC 3339
//! in UTC, and an unknown or repeated field is the caller's mistake. A message is declared once with [`message!`];
//! reading and writing follow from that one declaration.
//!
//! Fields that only the server may fill in are read (and their types checked) but never used: nothing that a caller
//! sends can set them.

mod filter;
mod json;
mod listing;
mod tags;
pub mod v1beta1;
pub mod v2beta1;

pub use json::{At, Enum, Field, Int64, Message, Moment, Named, Object, Schemas, parse, spells};
pub use listing::{ListQuery, listing, sort};
pub use tags::parse_tags;

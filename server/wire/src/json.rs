mod document;
mod field;
mod message;

pub use document::parse;
pub(crate) use field::schema_name;
pub use field::{At, Enum, Field, Int64, Moment, Named, Object, Schemas};
pub use message::{Message, spells};
pub(crate) use message::{message, read_message};

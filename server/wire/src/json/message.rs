use super::{At, Field};
use model::Failure;
use serde_json::Value;

/// A message of KFP's API, declared with [`message!`].
pub trait Message: Field + Default {
    /// The fields as the wire names them.
    const FIELDS: &'static [&'static str];

    /// Reads the field that [`Message::FIELDS`] has at `index`.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    fn read_field(&mut self, index: usize, value: Value, at: &At<'_>) -> Result<(), Failure>;
}

/// # Errors
/// `Invalid` for anything but an object, for an unknown field, and for one that is there in both spellings.
pub(crate) fn read_message<M: Message>(value: Value, at: &At<'_>) -> Result<M, Failure> {
    let Value::Object(entries) = value else {
        return Err(at.expected("an object", &value));
    };
    let mut message = M::default();
    let mut seen = vec![false; M::FIELDS.len()];
    for (key, value) in entries {
        let Some(index) = M::FIELDS.iter().position(|name| spells(&key, name)) else {
            return Err(Failure::invalid(format!("unknown field {key:?} in {at}")));
        };
        if std::mem::replace(&mut seen[index], true) {
            return Err(Failure::invalid(format!("duplicate field {:?} in {at}", M::FIELDS[index])));
        }
        // Protobuf: null is "not set" for every field but a Value, and no field of KFP's is a bare Value.
        if !value.is_null() {
            message.read_field(index, value, &At::Field(at, M::FIELDS[index]))?;
        }
    }
    Ok(message)
}

/// Whether `key` is the snake case `name` itself or its lower camel case: bodies and queries may say either.
#[must_use]
pub fn spells(key: &str, name: &str) -> bool {
    key == name || is_camel_case_of(key, name)
}

fn is_camel_case_of(key: &str, name: &str) -> bool {
    let mut key = key.chars();
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' {
            raise = true;
            continue;
        }
        let expected = if raise { letter.to_ascii_uppercase() } else { letter };
        raise = false;
        if key.next() != Some(expected) {
            return false;
        }
    }
    key.next().is_none()
}

/// Declares messages: the field's name is its name on the wire (`as "other"` where the wire breaks its own rule), and
/// its type says how it is read and written. Order is the order of writing.
macro_rules! message { ($(
    $(#[$doc:meta])*
    $name:ident { $( $(#[$field_doc:meta])* $field:ident $(as $wire:literal)? : $type:ty ),* $(,)? }
)*) => { $(
    $(#[$doc])*
    #[derive(Debug, Clone, Default, PartialEq)]
    pub struct $name { $( $(#[$field_doc])* pub $field: $type, )* }

    impl $crate::json::Message for $name {
        const FIELDS: &'static [&'static str] = &[$( $crate::json::message!(@wire $field $($wire)?) ),*];

        fn read_field(
            &mut self,
            index: usize,
            value: serde_json::Value,
            at: &$crate::json::At<'_>,
        ) -> Result<(), model::Failure> {
            let name = Self::FIELDS[index];
            $( if name == $crate::json::message!(@wire $field $($wire)?) {
                self.$field = $crate::json::Field::read(value, at)?;
                return Ok(());
            } )*
            Ok(())
        }
    }
    impl $crate::json::Field for $name {
        fn read(value: serde_json::Value, at: &$crate::json::At<'_>) -> Result<Self, model::Failure> {
            $crate::json::read_message(value, at)
        }
        /// A message that is there is written, even when it says nothing; `Option` says that it is not there.
        fn is_unset(&self) -> bool {
            false
        }
        fn schema(all: &mut $crate::json::Schemas) -> serde_json::Value {
            let name = $crate::json::schema_name(module_path!(), stringify!($name));
            if !all.contains_key(&name) {
                // Held first, for a message may hold itself.
                all.insert(name.clone(), serde_json::Value::Null);
                let mut properties = serde_json::Map::new();
                $( properties.insert(
                    $crate::json::message!(@wire $field $($wire)?).to_owned(),
                    <$type as $crate::json::Field>::schema(all),
                ); )*
                all.insert(name.clone(), serde_json::json!({ "type": "object", "properties": properties }));
            }
            serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
        }
    }
    impl serde::Serialize for $name {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;
            let mut map = serializer.serialize_map(None)?;
            $( if !$crate::json::Field::is_unset(&self.$field) {
                map.serialize_entry($crate::json::message!(@wire $field $($wire)?), &self.$field)?;
            } )*
            map.end()
        }
    }
)* };
    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };
}
pub(crate) use message;

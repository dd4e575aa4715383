//! Tags in the query of an upload, and the keys of resource references.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = mooring_wire::parse_tags(text);
    let (kind, id) = text.split_once(' ').unwrap_or((text, ""));
    let _ = mooring_wire::v1beta1::key_of(kind, id);
});

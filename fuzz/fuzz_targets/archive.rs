//! Uploads: archives of every kind, under every name.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let _ = mooring_pipeline_spec::unpack(input.0, input.1);
});

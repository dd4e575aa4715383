//! Definitions of pipelines: what can be read can be written, and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mooring_pipeline_spec::Package;

fuzz_target!(|text: &str| {
    if let Ok(package) = Package::read(text) {
        let again = Package::read(&package.to_text()).expect("a package's own text");
        assert_eq!(again.to_value(), package.to_value());
    }
});

//! Bodies of both versions: read, and made into what the use-cases take.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mooring_wire::{parse, v1beta1, v2beta1};

fuzz_target!(|text: &[u8]| {
    let _ = parse::<v2beta1::Run>("body", text).and_then(v2beta1::Run::into_new);
    let _ = parse::<v2beta1::Experiment>("body", text).and_then(v2beta1::Experiment::into_new);
    let _ = parse::<v2beta1::Pipeline>("body", text).and_then(v2beta1::Pipeline::into_new);
    let _ = parse::<v1beta1::Run>("body", text).and_then(v1beta1::Run::into_new);
    let _ = parse::<v1beta1::PipelineVersion>("body", text).and_then(v1beta1::PipelineVersion::into_new);
    let _ = parse::<v1beta1::ReportRunMetricsRequest>("body", text);
});

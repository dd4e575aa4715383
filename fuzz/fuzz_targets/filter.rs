//! The parameters of lists, in both versions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mooring_wire::{ListQuery, listing, v1beta1, v2beta1};

fuzz_target!(|text: &str| {
    let query = ListQuery { filter: text, sort_by: text, page_size: text, page_token: text };
    let _ = listing(query);
    let _ = v2beta1::run_listing(ListQuery { filter: text, ..ListQuery::default() });
    let _ = v1beta1::listing(ListQuery { filter: text, ..ListQuery::default() });
});

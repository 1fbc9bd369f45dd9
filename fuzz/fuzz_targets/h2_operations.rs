//! Whatever a client and a server do, in any order: nothing is lost, doubled or sent without a
//! window, and in the end all windows are as they were.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/h2/tests/machines/support/mod.rs"]
mod support;

use support::operations::{Operation, play};

/// More would only be slow.
const OPERATIONS_MAX: usize = 200;

fuzz_target!(|octets: &[u8]| {
    let Some((windows, octets)) = octets.split_first_chunk() else { return };
    let (operations, _) = octets.as_chunks();
    let operations = operations.iter().take(OPERATIONS_MAX).map(|four| Operation::read(*four));
    play(*windows, &operations.collect::<Vec<_>>());
});

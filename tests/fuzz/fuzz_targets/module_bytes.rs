//! Any bytes in place of the guest module, or of a component: what is not refused is valid afterwards, and
//! nothing in it copies but by the functions that were added for it.
#![no_main]

use fumehood::Metering;
use fumehood_image::fuzzing::{rewrite_component, split};
use libfuzzer_sys::fuzz_target;
use wasmparser::Validator;

fuzz_target!(|bytes: &[u8]| {
    for metering in [Metering::Fuel, Metering::Clock] {
        if let Ok((module, memory)) = split(bytes, metering) {
            check(&module);
            assert!(memory.len().is_multiple_of(1 << 16));
        }
    }
    if let Ok(component) = rewrite_component(bytes) {
        check(&component);
    }
});

fn check(rewritten: &[u8]) {
    Validator::new().validate_all(rewritten).expect("what was rewritten is valid");
    fumehood_fuzz::assert_nothing_copies(rewritten);
}

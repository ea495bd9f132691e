//! Components with modules of every kind: what is made of them is valid, and nothing in it copies by itself.
#![no_main]

use arbitrary::{Result, Unstructured};
use fumehood_fuzz::assert_nothing_copies;
use fumehood_image::fuzzing::rewrite_component;
use libfuzzer_sys::{Corpus, fuzz_target};
use wasm_encoder::{ComponentSectionId, RawSection};
use wasm_smith::{Config, Module};
use wasmparser::Validator;

/// A component with modules, some of them in components inside of it.
fn component(input: &mut Unstructured<'_>, nested: u32) -> Result<wasm_encoder::Component> {
    let mut component = wasm_encoder::Component::new();
    for _ in 0..input.int_in_range(0..=3)? {
        if nested < 3 && input.ratio(1, 4)? {
            let inner = self::component(input, nested + 1)?.finish();
            let id = ComponentSectionId::Component.into();
            component.section(&RawSection { id, data: &inner });
        } else {
            let config = Config {
                threads_enabled: false,
                gc_enabled: input.ratio(1, 8)?,
                tail_call_enabled: input.ratio(1, 8)?,
                memory64_enabled: input.ratio(1, 8)?,
                max_memories: if input.ratio(1, 8)? { 2 } else { 1 },
                min_memories: 1,
                min_funcs: 1,
                max_instructions: 300,
                ..Config::default()
            };
            let bytes = Module::new(config, input)?.to_bytes();
            component
                .section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: &bytes });
        }
    }
    Ok(component)
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(component) = component(&mut Unstructured::new(bytes), 0) else {
        return Corpus::Reject;
    };
    let component = component.finish();
    let Ok(rewritten) = rewrite_component(&component) else { return Corpus::Reject };
    Validator::new().validate_all(&rewritten).expect("what was rewritten is valid");
    assert_nothing_copies(&rewritten);
    Corpus::Keep
});

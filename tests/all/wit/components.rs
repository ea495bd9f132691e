//! Components made of text, as nothing that compiles to WebAssembly has to be there for tests.

use std::fmt::Write as _;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What every module below begins with: a memory, and an allocator that frees nothing.
pub(super) const MEMORY: &str = r#"
    (memory (export "memory") 2)
    (global $end (mut i32) (i32.const 1024))
    (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        ;; Aligned to eight, which is enough for everything.
        (local.set $at (i32.and (i32.add (global.get $end) (i32.const 7)) (i32.const -8)))
        (global.set $end (i32.add (local.get $at) (local.get 3)))
        (block $enough
            (loop $more
                (br_if $enough
                    (i32.le_u (global.get $end) (i32.mul (memory.size) (i32.const 65536))))
                (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
                (br $more)))
        (local.get $at))
"#;

/// A component of the only world of a package, around a core module.
pub(super) fn component(wit: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("test.wit", wit).unwrap_or_else(|error| panic!("{error:#}"));
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module =
        wat::parse_str(format!("(module {module})")).unwrap_or_else(|error| panic!("{error}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap_or_else(|error| panic!("{error:#}"))
}

/// A core function that answers what it is called with, if its value is one word, of this type of WebAssembly.
pub(super) fn identity_of_word(export: &str, word: &str) -> String {
    format!("(func (export {export:?}) (param {word}) (result {word}) (local.get 0))\n")
}

/// A core function that answers a list or a text that it is called with: where it is and how long, at address 16.
pub(super) fn identity_of_list(export: &str) -> String {
    let mut function = String::new();
    write!(
        function,
        "(func (export {export:?}) (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.const 16))\n"
    )
    .unwrap();
    function
}

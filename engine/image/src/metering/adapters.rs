//! The modules of a component beside the guest's own: adapters, which run in the guest's memory too.
//!
//! They are short, and nothing in them runs for long, so they do not count. But they copy, and so what
//! the guest's functions get for that reason they get as well: the functions of `bulk.wat`, and a store
//! in loops that could go around without touching memory.

use std::ops::Range;

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, Component, FunctionSection, Module, ModuleSection, RawSection, TypeSection,
};
use wasmparser::{
    Encoding, FunctionBody, MemoryType, Operator, Parser, Payload, TypeRef, Validator,
};

use super::{BULK, Shifted, TYPES, Writer, Written, bodies_of, loops};
use crate::error::BuildError;
use crate::module::unexpected;

/// Rewrites those core modules of a component that copy, or that loop without touching memory.
pub(crate) fn rewrite(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    // From here on every index leads somewhere and every block has an end.
    Validator::new().validate_all(component).map_err(unexpected)?;
    sections(component)
}

fn sections(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut rewritten = Component::new();
    let mut inner = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(unexpected)?;
        // What is inside of a module or a component is dealt with as a whole.
        match &payload {
            Payload::Version { .. } if inner > 0 => continue,
            Payload::Version { encoding: Encoding::Component, .. } => continue,
            Payload::Version { .. } => return Err(unexpected("not a component")),
            Payload::End(_) if inner > 0 => {
                inner -= 1;
                continue;
            }
            _ if inner > 0 => {
                let begins = matches!(
                    payload,
                    Payload::ModuleSection { .. } | Payload::ComponentSection { .. }
                );
                inner += u32::from(begins);
                continue;
            }
            _ => {}
        }
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                inner += 1;
                let bytes = part(component, unchecked_range)?;
                match module(bytes)? {
                    Some(module) => rewritten.section(&ModuleSection(&module)),
                    None => rewritten.section(&RawSection { id: MODULE, data: bytes }),
                };
            }
            Payload::ComponentSection { unchecked_range, .. } => {
                inner += 1;
                let data = &sections(part(component, unchecked_range)?)?;
                rewritten.section(&RawSection { id: COMPONENT, data });
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    rewritten.section(&RawSection { id, data: &component[range] });
                }
            }
        }
    }
    Ok(rewritten.finish())
}

/// What is inside of a section. Validating does not find out that the last one is cut off.
fn part(component: &[u8], range: Range<usize>) -> Result<&[u8], BuildError> {
    component.get(range).ok_or_else(|| unexpected("a component that is cut off"))
}

/// Section ids of the component model's binary format.
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A module rewritten, or nothing if there is nothing to rewrite.
fn module(wasm: &[u8]) -> Result<Option<Module>, BuildError> {
    let bodies = bodies_of(wasm)?;
    let (types, imports) = (types_of(wasm)?, imports_of(wasm)?);
    let plans = loops::plan(imports, &bodies)?;
    let touches = |plan: &super::Plan| plan.loops.iter().any(|at| *at != super::Insertion::Nothing);
    let memories = memories_of(wasm)?;
    if memories.iter().any(|memory| memory.memory64 || memory.shared) || memories.len() > 1 {
        return Err(unexpected("not one plain 32-bit memory"));
    }
    if !plans.iter().any(touches) && !copies(&bodies)? {
        return Ok(None);
    }
    if memories.is_empty() {
        return Err(unexpected("a loop that could run without end in a module without memory"));
    }
    let bulk = wat::parse_str(BULK).map_err(unexpected)?;
    let bulk = bodies_of(&bulk)?;
    let first = imports + bodies.len() as u32;
    let writer = Writer::for_bulk(first, imports);
    let mut written = Written::default();
    let mut code = CodeSection::new();
    for (body, plan) in bodies.iter().zip(&plans) {
        let mut same = Shifted { imports, by: 0 };
        code.function(&writer.function(body, 0, plan, &mut same, &mut written)?.0);
    }
    for (body, plan) in bulk.iter().zip(&loops::plan(0, &bulk)?) {
        let mut shifted = Shifted { imports: 0, by: first };
        code.function(&writer.function(body, 0, plan, &mut shifted, &mut written)?.0);
    }

    let mut module = Module::new();
    let mut same = Shifted { imports, by: 0 };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(unexpected)? {
            Payload::Version { .. } | Payload::End(_) | Payload::CodeSectionEntry(_) => {}
            Payload::TypeSection(section) => {
                let mut all = TypeSection::new();
                same.parse_type_section(&mut all, section).map_err(unexpected)?;
                let (parameters, results) = TYPES[0];
                all.ty().function(parameters.iter().copied(), results.iter().copied());
                module.section(&all);
            }
            Payload::FunctionSection(section) => {
                let mut all = FunctionSection::new();
                same.parse_function_section(&mut all, section).map_err(unexpected)?;
                for _ in &bulk {
                    all.function(types);
                }
                module.section(&all);
            }
            Payload::CodeSectionStart { .. } => {
                module.section(&code);
            }
            // The names would be those of before.
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    Ok(Some(module))
}

fn copies(bodies: &[FunctionBody<'_>]) -> Result<bool, BuildError> {
    for body in bodies {
        for operator in body.get_operators_reader().map_err(unexpected)? {
            let operator = operator.map_err(unexpected)?;
            if matches!(operator, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// How many types a module has.
fn types_of(wasm: &[u8]) -> Result<u32, BuildError> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::TypeSection(section) = payload.map_err(unexpected)? {
            let mut types = 0;
            for ty in section.into_iter_err_on_gc_types() {
                ty.map_err(unexpected)?;
                types += 1;
            }
            return Ok(types);
        }
    }
    Ok(0)
}

/// The memories of a module.
fn memories_of(wasm: &[u8]) -> Result<Vec<MemoryType>, BuildError> {
    let mut memories = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(unexpected)? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Memory(memory) = import.map_err(unexpected)?.ty {
                        memories.push(memory);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    memories.push(memory.map_err(unexpected)?);
                }
            }
            _ => {}
        }
    }
    Ok(memories)
}

/// How many functions a module imports.
fn imports_of(wasm: &[u8]) -> Result<u32, BuildError> {
    let mut functions = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload.map_err(unexpected)? {
            for import in section.into_imports() {
                let ty = import.map_err(unexpected)?.ty;
                functions += u32::from(matches!(ty, TypeRef::Func(_)));
            }
        }
    }
    Ok(functions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operators(wasm: &[u8]) -> String {
        let mut all = String::new();
        for body in bodies_of(wasm).unwrap() {
            for operator in body.get_operators_reader().unwrap() {
                all.push_str(&format!("{:?}\n", operator.unwrap()));
            }
        }
        all
    }

    /// The adapter from preview 1 copies paths and directory entries whose lengths the guest chooses.
    #[test]
    fn no_module_of_the_component_copies_by_itself() {
        let adapter =
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
        assert!(operators(adapter).contains("MemoryCopy"));
        let mut component = Component::new();
        component.section(&RawSection { id: MODULE, data: adapter });
        let rewritten = rewrite(&component.finish()).unwrap();
        let after = operators(&rewritten);
        assert!(!after.contains("MemoryCopy") && !after.contains("MemoryFill"), "{after}");
        wasmparser::Validator::new().validate_all(&rewritten).unwrap();
    }

    #[test]
    fn modules_of_components_inside_are_rewritten_as_well() {
        let copying = wat::parse_str(
            "(component (component (core module (memory 1)
               (func (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))))))",
        );
        let rewritten = rewrite(&copying.unwrap()).unwrap();
        wasmparser::Validator::new().validate_all(&rewritten).unwrap();
        assert!(!operators(&rewritten).contains("MemoryCopy"));
    }

    #[test]
    fn what_is_not_such_a_component_is_refused() {
        for component in [
            "(module)",
            "(component (core module (func (loop (br 0)))))",
            "(component (core module (memory i64 1) (func (loop (br 0)))))",
            "(component (core module (memory 1) (memory 1)))",
        ] {
            assert!(rewrite(&wat::parse_str(component).unwrap()).is_err(), "{component}");
        }
        let whole = "(component (core module (func (export \"f\") (nop))))";
        let whole = wat::parse_str(whole).unwrap();
        for length in 9..whole.len() {
            assert!(rewrite(&whole[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn what_needs_nothing_stays_as_it_is() {
        let module = wat::parse_str("(module (func (export \"f\") (nop)))").unwrap();
        let mut component = Component::new();
        component.section(&RawSection { id: MODULE, data: &module });
        let component = component.finish();
        assert_eq!(rewrite(&component).unwrap(), component);
    }
}

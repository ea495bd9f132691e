//! The modules of a component beside the guest's own: adapters, which run in the guest's memory too.
//!
//! They are short, and nothing in them runs for long, so they do not count. But they copy, and so what
//! the guest's functions get for that reason they get as well: the functions of `bulk.wat`, and a store
//! in loops that could go around without touching memory.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, Component, FunctionSection, Module, ModuleSection, RawSection, TypeSection,
};
use wasmparser::{Encoding, FunctionBody, Operator, Parser, Payload};

use super::{BULK, Shifted, TYPES, Writer, Written, bodies_of, loops};
use crate::error::BuildError;
use crate::module::unexpected;

/// Rewrites those core modules of a component that copy, or that loop without touching memory.
pub(crate) fn rewrite(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut rewritten = Component::new();
    let mut inner = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(unexpected)?;
        // What is inside of a module or a component is dealt with as a whole.
        match &payload {
            Payload::Version { .. } if inner > 0 => continue,
            Payload::Version { encoding: Encoding::Component, .. } => continue,
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
                let bytes = &component[unchecked_range];
                match module(bytes)? {
                    Some(module) => rewritten.section(&ModuleSection(&module)),
                    None => rewritten.section(&RawSection { id: MODULE, data: bytes }),
                };
            }
            Payload::ComponentSection { unchecked_range, .. } => {
                inner += 1;
                let data = &component[unchecked_range];
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

/// Section ids of the component model's binary format.
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A module rewritten, or nothing if there is nothing to rewrite.
fn module(wasm: &[u8]) -> Result<Option<Module>, BuildError> {
    let bodies = bodies_of(wasm)?;
    let (types, imports) = (types_of(wasm)?, imports_of(wasm)?);
    let plans = loops::plan(imports, &bodies)?;
    let touches = |plan: &super::Plan| plan.loops.iter().any(|at| *at != super::Insertion::Nothing);
    if !plans.iter().any(touches) && !copies(&bodies)? {
        return Ok(None);
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
            return Ok(section.into_iter_err_on_gc_types().count() as u32);
        }
    }
    Ok(0)
}

/// How many functions a module imports.
fn imports_of(wasm: &[u8]) -> Result<u32, BuildError> {
    let mut functions = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload.map_err(unexpected)? {
            for import in section.into_imports() {
                let ty = import.map_err(unexpected)?.ty;
                functions += u32::from(matches!(ty, wasmparser::TypeRef::Func(_)));
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
    fn what_needs_nothing_stays_as_it_is() {
        let module = wat::parse_str("(module (func (export \"f\") (nop)))").unwrap();
        let mut component = Component::new();
        component.section(&RawSection { id: MODULE, data: &module });
        let component = component.finish();
        assert_eq!(rewrite(&component).unwrap(), component);
    }
}

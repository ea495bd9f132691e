//! Surgery on the guest's core module: its data is taken out, and what the adapter needs is exported.
//!
//! This and `tools-wit/adapter.wat` are the two places that know the ABI of the guest package.

use std::collections::HashMap;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    ExportKind, ExportSection, Function, FunctionSection, Module, RawSection, TypeSection, ValType,
};
use wasmparser::{DataKind, ExternalKind, KnownCustom, Name, Operator, Parser, Payload, TypeRef};

use crate::error::BuildError;

/// Bytes in a page of WebAssembly memory.
const WASM_PAGE: usize = 64 * 1024;

/// What stays exported, and as what: the memory, and the guest package's own entry points. Under its
/// own name `_initialize` would be called at every instantiation; an image has that behind it.
const KEPT: [(&str, &str); 4] = [
    ("memory", "memory"),
    ("_initialize", "initialize_library"),
    ("wizer.initialize", "initialize_python"),
    ("turn", "turn"),
];

/// Functions without an export of their own that the adapter calls, found by their names.
const NAMED: [&str; 7] = [
    "PyBytes_AsString",
    "PyErr_SetInterruptEx",
    "PyObject_Vectorcall",
    "PyUnicode_FromStringAndSize",
    "_Py_DecRef",
    "__wasilibc_reset_preopens",
    "free",
];

/// The allocator of the guest package, in terms of which `cabi_realloc` is defined.
const ALLOCATOR: &str = "host_alloc";

/// A module without data, and the memory that the data would have made.
pub(crate) struct Split {
    pub(crate) module: Vec<u8>,
    /// The contents of the memory before any instruction has run, whole pages.
    pub(crate) memory: Vec<u8>,
}

/// Splits the guest module.
///
/// # Errors
///
/// [`BuildError::Guest`] if the module is not shaped as expected, which can only mean that another
/// guest package was pinned than the one this was written for.
pub(crate) fn split(wasm: &[u8]) -> Result<Split, BuildError> {
    let facts = Facts::read(wasm)?;
    let function = |name: &str| {
        facts.named.get(name).copied().ok_or_else(|| unexpected(format!("no function `{name}`")))
    };
    let exported = |name: &str| {
        facts.exports.get(name).copied().ok_or_else(|| unexpected(format!("no export `{name}`")))
    };
    let (_, allocator) = exported(ALLOCATOR)?;

    let mut exports = ExportSection::new();
    for (name, new_name) in KEPT {
        let (kind, index) = exported(name)?;
        exports.export(new_name, kind, index);
    }
    for name in NAMED {
        exports.export(name, ExportKind::Func, function(name)?);
    }
    exports.export("cabi_realloc", ExportKind::Func, facts.functions);

    let mut module = Module::new();
    let mut same = RoundtripReencoder;
    let mut code = None;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(unexpected)? {
            Payload::Version { .. }
            | Payload::End(_)
            | Payload::DataCountSection { .. }
            | Payload::DataSection(_) => {}
            Payload::TypeSection(section) => {
                let mut types = TypeSection::new();
                same.parse_type_section(&mut types, section).map_err(unexpected)?;
                types.ty().function([ValType::I32; 4], [ValType::I32]);
                module.section(&types);
            }
            Payload::FunctionSection(section) => {
                let mut functions = FunctionSection::new();
                same.parse_function_section(&mut functions, section).map_err(unexpected)?;
                functions.function(facts.types);
                module.section(&functions);
            }
            Payload::ExportSection(_) => {
                module.section(&exports);
            }
            Payload::CodeSectionStart { count, .. } => {
                code = Some((wasm_encoder::CodeSection::new(), count));
            }
            Payload::CodeSectionEntry(body) => {
                let (section, left) =
                    code.as_mut().ok_or_else(|| unexpected("a body outside the code section"))?;
                section.raw(body.as_bytes());
                *left -= 1;
                if *left == 0 {
                    section.function(&realloc(allocator));
                    module.section(section);
                }
            }
            // The names alone are fourteen megabytes.
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    Ok(Split { module: module.finish(), memory: facts.memory })
}

/// `cabi_realloc` for an interpreter that only ever asks for new memory through it.
fn realloc(allocator: u32) -> Function {
    let mut function = Function::new([]);
    function.instructions().local_get(3).call(allocator).end();
    function
}

/// What one reading of the module tells.
struct Facts {
    types: u32,
    functions: u32,
    exports: HashMap<String, (ExportKind, u32)>,
    named: HashMap<String, u32>,
    memory: Vec<u8>,
}

impl Facts {
    fn read(wasm: &[u8]) -> Result<Facts, BuildError> {
        let mut facts = Facts {
            types: 0,
            functions: 0,
            exports: HashMap::new(),
            named: HashMap::new(),
            memory: Vec::new(),
        };
        let mut mutable_globals = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(unexpected)? {
                Payload::TypeSection(section) => {
                    facts.types = section.into_iter_err_on_gc_types().count() as u32;
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import.map_err(unexpected)?.ty {
                            TypeRef::Func(_) => facts.functions += 1,
                            other => {
                                return Err(unexpected(format!("an import that is {other:?}")));
                            }
                        }
                    }
                }
                Payload::FunctionSection(section) => facts.functions += section.count(),
                Payload::MemorySection(section) => {
                    for (position, memory) in section.into_iter().enumerate() {
                        let memory = memory.map_err(unexpected)?;
                        if position > 0 || memory.memory64 || memory.shared {
                            return Err(unexpected("not one plain 32-bit memory"));
                        }
                        let pages = usize::try_from(memory.initial).map_err(unexpected)?;
                        facts.memory = vec![0; pages * WASM_PAGE];
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        mutable_globals += u32::from(global.map_err(unexpected)?.ty.mutable);
                    }
                }
                Payload::StartSection { .. } => return Err(unexpected("a start function")),
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(unexpected)?;
                        let kind = match export.kind {
                            ExternalKind::Func => ExportKind::Func,
                            ExternalKind::Memory => ExportKind::Memory,
                            _ => continue,
                        };
                        facts.exports.insert(export.name.to_owned(), (kind, export.index));
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        facts.place(&data.map_err(unexpected)?)?;
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for subsection in names {
                            if let Name::Function(map) = subsection.map_err(unexpected)? {
                                for naming in map {
                                    let naming = naming.map_err(unexpected)?;
                                    if NAMED.contains(&naming.name) {
                                        facts.named.insert(naming.name.to_owned(), naming.index);
                                    }
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        // A session is its memory and nothing else; the stack pointer is at rest between steps.
        if mutable_globals > 1 {
            return Err(unexpected(format!("{mutable_globals} mutable globals")));
        }
        Ok(facts)
    }

    fn place(&mut self, data: &wasmparser::Data<'_>) -> Result<(), BuildError> {
        let DataKind::Active { memory_index: 0, offset_expr } = &data.kind else {
            return Err(unexpected("passive data"));
        };
        let Ok(Operator::I32Const { value }) = offset_expr.get_operators_reader().read() else {
            return Err(unexpected("data at a computed place"));
        };
        let start = value as u32 as usize;
        let target = start
            .checked_add(data.data.len())
            .and_then(|end| self.memory.get_mut(start..end))
            .ok_or_else(|| unexpected("data outside the memory"))?;
        target.copy_from_slice(data.data);
        Ok(())
    }
}

fn unexpected(what: impl std::fmt::Display) -> BuildError {
    BuildError::Guest(format!("the guest module has an unexpected shape: {what}"))
}

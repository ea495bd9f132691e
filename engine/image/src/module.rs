//! Surgery on the guest's core module: its data is taken out, what the adapter needs is exported, and
//! its functions are rewritten so that they can be stopped (`metering`).
//!
//! This and `tools-wit/adapter.wat` are the two places that know the ABI of the guest package.

use std::collections::{HashMap, HashSet};

use fumehood::workshop::Metering;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    BlockType, BranchHints, CodeSection, ConstExpr, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Module,
    RawSection, TypeSection, ValType,
};
use wasmparser::{
    DataKind, ElementItems, ExternalKind, FuncType, FunctionBody, KnownCustom, Name, Operator,
    OperatorsReader, Parser, Payload, TableInit, TypeRef, Validator,
};

use crate::error::BuildError;
use crate::metering::{self, Places, Shifted, Written};

/// Bytes in a page of WebAssembly memory.
const WASM_PAGE: usize = 64 * 1024;

/// No guest begins with a larger memory, in bytes.
const MEMORY_LIMIT: usize = 1 << 30;

/// What stays exported, and as what: the memory, and the guest package's own entry points. Under its
/// own name `_initialize` would be called at every instantiation; an image has that behind it.
const KEPT: [(&str, &str); 4] = [
    (MEMORY, "memory"),
    ("_initialize", "initialize_library"),
    ("wizer.initialize", "initialize_python"),
    ("turn", "turn"),
];

/// The one export of them that is no function.
const MEMORY: &str = "memory";

/// Functions without an export of their own that the adapter calls, found by their names.
const NAMED: [&str; 8] = [
    "PyBytes_AsString",
    "PyBytes_FromStringAndSize",
    "PyErr_SetInterruptEx",
    "PyObject_Vectorcall",
    "PyUnicode_FromStringAndSize",
    "_Py_DecRef",
    "__wasilibc_reset_preopens",
    "free",
];

/// The module's name for the host, to which the adapter answers.
const HOST: &str = "host";

/// The function that hands back what is left of the fuel, under this name.
const HAND_BACK: &str = "hand_back_fuel";

/// The allocator of the guest package, in terms of which `cabi_realloc` is defined.
const ALLOCATOR: &str = "host_alloc";

/// A module without data, and the memory that the data would have made.
pub(crate) struct Split {
    pub(crate) module: Vec<u8>,
    /// The contents of the memory before any instruction has run, whole pages.
    pub(crate) memory: Vec<u8>,
    /// What metering wrote into the module.
    pub(crate) written: Written,
}

/// Splits the guest module, for a metering mode.
///
/// # Errors
///
/// [`BuildError::Guest`] if the module is not shaped as expected, which can only mean that another
/// guest package was pinned than the one this was written for.
pub(crate) fn split(wasm: &[u8], metering: Metering) -> Result<Split, BuildError> {
    let mut facts = Facts::read(wasm)?;
    let function = |name: &str| {
        // Names are not validated with the rest.
        let found = facts.named.get(name).filter(|index| **index < facts.functions);
        found.copied().ok_or_else(|| unexpected(format!("no function `{name}`")))
    };
    let exported = |name: &str, kind: ExportKind| {
        let found = facts.exports.get(name).filter(|(found, _)| *found == kind);
        found.map(|(_, index)| *index).ok_or_else(|| unexpected(format!("no export `{name}`")))
    };
    let allocator = exported(ALLOCATOR, ExportKind::Func)?;
    if !facts.allocators.contains(&allocator) {
        return Err(unexpected(format!("`{ALLOCATOR}` is of another type")));
    }
    let added = metering::added_imports(metering);
    let mut shifted = Shifted { imports: facts.imports, by: added };
    let shift = |index: u32| if index < facts.imports { index } else { index + added };
    // What is appended: `allocate`, then what metering appends, then what lends memory.
    let appended = facts.functions + added;

    let mut exports = ExportSection::new();
    for (name, new_name) in KEPT {
        if name == MEMORY {
            exports.export(new_name, ExportKind::Memory, exported(name, ExportKind::Memory)?);
        } else {
            exports.export(new_name, ExportKind::Func, shift(exported(name, ExportKind::Func)?));
        }
    }
    for name in NAMED {
        exports.export(name, ExportKind::Func, shift(function(name)?));
    }
    exports.export("allocate", ExportKind::Func, appended);
    exports.export(HAND_BACK, ExportKind::Func, appended + 4);

    let places = Places {
        imports: facts.imports,
        functions: facts.functions,
        parameters: std::mem::take(&mut facts.parameters),
        pointed: std::mem::take(&mut facts.pointed),
        globals: facts.globals,
    };
    let rewritten = metering::rewrite(metering, &places, &facts.bodies)?;
    let lending = appended + 1 + rewritten.appended.len() as u32;
    exports.export("cabi_realloc", ExportKind::Func, lending);
    exports.export("lend", ExportKind::Func, lending + 1);
    let place = facts.globals + u32::from(added > 0);
    let lent = Lent { place, times: place + 1 };

    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(unexpected)? {
            Payload::Version { .. }
            | Payload::End(_)
            | Payload::DataCountSection { .. }
            | Payload::DataSection(_)
            | Payload::CodeSectionEntry(_) => {}
            Payload::TypeSection(section) => {
                let mut types = TypeSection::new();
                shifted.parse_type_section(&mut types, section).map_err(unexpected)?;
                types.ty().function([ValType::I32; 4], [ValType::I32]);
                for (parameters, results) in metering::TYPES {
                    types.ty().function(parameters.iter().copied(), results.iter().copied());
                }
                module.section(&types);
            }
            Payload::ImportSection(section) => {
                let mut imports = ImportSection::new();
                shifted.parse_import_section(&mut imports, section).map_err(unexpected)?;
                for (position, name) in metering::FUEL_IMPORTS.iter().enumerate() {
                    if added > 0 {
                        let ty = facts.types + 3 + position as u32;
                        imports.import(HOST, name, EntityType::Function(ty));
                    }
                }
                module.section(&imports);
            }
            Payload::FunctionSection(section) => {
                let mut functions = FunctionSection::new();
                shifted.parse_function_section(&mut functions, section).map_err(unexpected)?;
                functions.function(facts.types);
                for (ty, _) in &rewritten.appended {
                    functions.function(facts.types + 1 + *ty as u32);
                }
                functions.function(facts.types);
                functions.function(facts.types + 1 + LENDING);
                module.section(&functions);
            }
            Payload::GlobalSection(section) => {
                let mut globals = GlobalSection::new();
                shifted.parse_global_section(&mut globals, section).map_err(unexpected)?;
                if added > 0 {
                    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
                    globals.global(ty, &ConstExpr::i64_const(0));
                }
                for _ in [lent.place, lent.times] {
                    let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
                    globals.global(ty, &ConstExpr::i32_const(0));
                }
                module.section(&globals);
            }
            Payload::ElementSection(section) => {
                let mut elements = ElementSection::new();
                shifted.parse_element_section(&mut elements, section).map_err(unexpected)?;
                module.section(&elements);
            }
            Payload::ExportSection(_) => {
                module.section(&exports);
            }
            Payload::CodeSectionStart { .. } => {
                let mut hints = BranchHints::new();
                for (function, hinted) in &rewritten.hints {
                    hints.function_hints(*function, hinted.iter().copied());
                }
                if !hints.is_empty() {
                    module.section(&hints);
                }
                let mut code = CodeSection::new();
                for body in &rewritten.bodies {
                    code.function(body);
                }
                code.function(&allocate(shift(allocator), (added > 0).then_some(facts.globals)));
                for (_, body) in &rewritten.appended {
                    code.function(body);
                }
                code.function(&lent.realloc(appended));
                code.function(&lent.lend());
                module.section(&code);
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
    Ok(Split { module: module.finish(), memory: facts.memory, written: rewritten.written })
}

/// New memory, in the form of `cabi_realloc`: nobody asks for anything else.
///
/// The host calls it while values cross, when the guest may not call the host; so a guest that counts
/// gets a loan of fuel for as long as it takes. Where there is no memory left it traps: the host would
/// take address 0 for a place.
fn allocate(allocator: u32, fuel: Option<u32>) -> Function {
    const LOAN: i64 = 1 << 40;
    /// The first variable after the four parameters.
    const PLACE: u32 = 4;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    if let Some(fuel) = fuel {
        body.global_get(fuel).i64_const(LOAN).i64_add().global_set(fuel);
    }
    body.local_get(3).call(allocator).local_tee(PLACE);
    body.i32_eqz().if_(BlockType::Empty).unreachable().end();
    if let Some(fuel) = fuel {
        body.global_get(fuel).i64_const(LOAN).i64_sub().global_set(fuel);
    }
    body.local_get(PLACE).end();
    function
}

/// Bytes of which the adapter of WASI takes two, once in each instance: for its stack, and for all it keeps.
const LENT: i32 = 64 * 1024;
/// How often it does.
const TIMES: i32 = 2;
/// The type of `lend` among those of metering.
const LENDING: u32 = 4;

/// The globals by which the adapter of WASI is lent memory. It would otherwise allocate some in each
/// instance that goes on in the memory of another, and nobody would free it. They are of no use between
/// steps: an instance begins with them at 0.
struct Lent {
    /// Where the memory is that is lent next.
    place: u32,
    /// How often some is still lent.
    times: u32,
}

impl Lent {
    /// `cabi_realloc`, which only the adapter of WASI calls.
    fn realloc(&self, allocate: u32) -> Function {
        const SIZE: u32 = 3;
        let mut function = Function::new([]);
        let mut body = function.instructions();
        body.local_get(SIZE).i32_const(LENT).i32_eq();
        body.global_get(self.times).i32_const(0).i32_ne().i32_and();
        body.if_(BlockType::Empty);
        body.global_get(self.times).i32_const(1).i32_sub().global_set(self.times);
        body.global_get(self.place);
        body.global_get(self.place).i32_const(LENT).i32_add().global_set(self.place);
        body.return_().end();
        body.local_get(0).local_get(1).local_get(2).local_get(SIZE).call(allocate).end();
        function
    }

    /// `lend`, which is told where there is memory for the adapter of WASI.
    fn lend(&self) -> Function {
        let mut function = Function::new([]);
        let mut body = function.instructions();
        body.local_get(0).global_set(self.place);
        body.i32_const(TIMES).global_set(self.times).end();
        function
    }
}

/// What one reading of the module tells.
struct Facts<'a> {
    types: u32,
    imports: u32,
    functions: u32,
    globals: u32,
    /// How many parameters each function has.
    parameters: Vec<u32>,
    /// Functions that could be the allocator, as they take a size and return an address.
    allocators: HashSet<u32>,
    /// Functions that are in a table, or can be put there.
    pointed: HashSet<u32>,
    bodies: Vec<FunctionBody<'a>>,
    exports: HashMap<String, (ExportKind, u32)>,
    named: HashMap<String, u32>,
    memory: Vec<u8>,
}

impl<'a> Facts<'a> {
    fn read(wasm: &'a [u8]) -> Result<Facts<'a>, BuildError> {
        // From here on every index leads somewhere and every block has an end.
        Validator::new().validate_all(wasm).map_err(unexpected)?;
        let mut facts = Facts {
            types: 0,
            imports: 0,
            functions: 0,
            globals: 0,
            parameters: Vec::new(),
            allocators: HashSet::new(),
            pointed: HashSet::new(),
            bodies: Vec::new(),
            exports: HashMap::new(),
            named: HashMap::new(),
            memory: Vec::new(),
        };
        let mut types = Vec::<FuncType>::new();
        let allocating = FuncType::new([wasmparser::ValType::I32], [wasmparser::ValType::I32]);
        let mut mutable_globals = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(unexpected)? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        types.push(ty.map_err(unexpected)?);
                    }
                    facts.types = types.len() as u32;
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import.map_err(unexpected)?.ty {
                            TypeRef::Func(_) => {
                                facts.imports += 1;
                                facts.functions += 1;
                            }
                            other => {
                                return Err(unexpected(format!("an import that is {other:?}")));
                            }
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        let ty = &types[ty.map_err(unexpected)? as usize];
                        facts.parameters.push(ty.params().len() as u32);
                        if *ty == allocating {
                            facts.allocators.insert(facts.functions);
                        }
                        facts.functions += 1;
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        match element.map_err(unexpected)?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    facts.pointed.insert(function.map_err(unexpected)?);
                                }
                            }
                            ElementItems::Expressions(..) => {
                                return Err(unexpected("a table of expressions"));
                            }
                        }
                    }
                }
                Payload::MemorySection(section) => {
                    for (position, memory) in section.into_iter().enumerate() {
                        let memory = memory.map_err(unexpected)?;
                        if position > 0 || memory.memory64 || memory.shared {
                            return Err(unexpected("not one plain 32-bit memory"));
                        }
                        let pages = usize::try_from(memory.initial).map_err(unexpected)?;
                        if pages > MEMORY_LIMIT / WASM_PAGE {
                            return Err(unexpected(format!("a memory of {pages} pages")));
                        }
                        facts.memory = vec![0; pages * WASM_PAGE];
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        if let TableInit::Expr(_) = table.map_err(unexpected)?.init {
                            return Err(unexpected("a table with an initial value"));
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    check(body.get_operators_reader().map_err(unexpected)?)?;
                    facts.bodies.push(body);
                }
                Payload::GlobalSection(section) => {
                    facts.globals = section.count();
                    for global in section {
                        let global = global.map_err(unexpected)?;
                        check(global.init_expr.get_operators_reader())?;
                        mutable_globals += u32::from(global.ty.mutable);
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
        // A session is its memory and nothing else; the stack pointer is at rest between steps, and so
        // is what is added, the fuel and the memory that is lent.
        if mutable_globals > 1 {
            return Err(unexpected(format!("{mutable_globals} mutable globals")));
        }
        // Metering adds to these sections, and makes none.
        if facts.imports == 0 || facts.globals == 0 || facts.bodies.is_empty() {
            return Err(unexpected("no imports, no globals or no functions"));
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

/// Refuses what would not be the same in a module whose data is gone, and pointers to functions that are
/// made elsewhere than in a table: what is called by pointer has to be known.
fn check(mut operators: OperatorsReader<'_>) -> Result<(), BuildError> {
    while !operators.eof() {
        match operators.read().map_err(unexpected)? {
            Operator::MemoryInit { .. } | Operator::DataDrop { .. } => {
                return Err(unexpected("data that is placed later"));
            }
            Operator::RefFunc { .. } => return Err(unexpected("a pointer outside of the tables")),
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn unexpected(what: impl std::fmt::Display) -> BuildError {
    BuildError::Guest(format!("the guest module has an unexpected shape: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest with all that a guest has to have, and more.
    fn guest(more: &str) -> Vec<u8> {
        let named = NAMED.map(|name| format!("(func ${name})")).concat();
        let module = format!(
            r#"(module
                 (import "host" "call" (func $call (param i32)))
                 (memory (export "memory") 2)
                 (table 2 funcref)
                 (global $stack (mut i32) (i32.const 1024))
                 (func $first (export "_initialize") (loop (br_if 0 (i32.const 0))))
                 (func (export "wizer.initialize")
                   (memory.fill (i32.const 8) (i32.const 1) (i32.const 2)))
                 (func (export "turn") (param i32 i32) (result i32)
                   (call $call (local.get 0)) (i32.const 0))
                 (func (export "host_alloc") (param i32) (result i32) (local.get 0))
                 {named} {more})"#
        );
        wat::parse_str(module).unwrap()
    }

    #[test]
    fn what_is_made_of_a_guest_is_valid_and_its_data_is_in_the_memory() {
        let wasm = guest(r#"(elem (i32.const 0) $first) (data (i32.const 65535) "ab")"#);
        for metering in [Metering::Fuel, Metering::Clock] {
            let split = split(&wasm, metering).unwrap();
            Validator::new().validate_all(&split.module).unwrap();
            assert_eq!(split.memory.len(), 2 * WASM_PAGE);
            assert_eq!(&split.memory[65534..65538], b"\0ab\0");
        }
    }

    /// The same fuel everywhere needs the same code.
    #[test]
    fn a_guest_is_always_rewritten_alike() {
        let calling =
            (0..50).map(|number| format!("(func $f{number} (call $f{}))", (number * 7 + 1) % 50));
        let pointed = (0..50).step_by(9).map(|number| format!(" $f{number}"));
        let (calling, pointed) = (calling.collect::<String>(), pointed.collect::<String>());
        let wasm = guest(&format!(
            "{calling} (table $t 20 funcref) (elem (table $t) (i32.const 0) func {pointed})"
        ));
        for metering in [Metering::Fuel, Metering::Clock] {
            let once = split(&wasm, metering).unwrap().module;
            assert!((0..20).all(|_| split(&wasm, metering).unwrap().module == once));
        }
    }

    #[test]
    fn a_guest_of_another_shape_is_refused() {
        for (more, reason) in [
            ("(memory 1)", "not one plain 32-bit memory"),
            ("(func (local.get 0) (drop))", "unknown local"),
            ("(global (mut i32) (i32.const 0))", "2 mutable globals"),
            (r#"(data "passive")"#, "passive data"),
            (r#"(data $d (i32.const 0) "x") (func (data.drop $d))"#, "placed later"),
            (r#"(data (i32.const -1) "x")"#, "outside the memory"),
            ("(table 1 funcref (ref.func $first))", "initial value"),
            ("(global funcref (ref.func $first))", "outside of the tables"),
            ("(elem declare func $first) (func (ref.func $first) (drop))", "outside of the tables"),
            ("(elem funcref (ref.null func))", "table of expressions"),
            ("(func return_call $first)", "tail call"),
            ("(start $first)", "start function"),
        ] {
            let wasm = guest(more);
            for metering in [Metering::Fuel, Metering::Clock] {
                let refused = split(&wasm, metering).err().map(|error| error.to_string());
                let refused = refused.unwrap_or_else(|| panic!("{more} is taken"));
                assert!(refused.contains(reason), "{more}: {refused}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_module_are_refused() {
        let mut wasm = guest("");
        for length in 0..wasm.len() {
            assert!(split(&wasm[..length], Metering::Fuel).is_err(), "{length} bytes");
        }
        // A function of a type that there is not.
        let section = wasm.windows(3).position(|bytes| bytes == [3, 13, 12]).unwrap();
        wasm[section + 4] = 100;
        assert!(split(&wasm, Metering::Clock).is_err());
    }

    #[test]
    fn an_allocator_of_another_type_is_refused() {
        let wasm = guest("(export \"other\" (func $first))");
        let [allocator, other] = [&b"host_alloc"[..], b"other"].map(|name| {
            let at = wasm.windows(name.len()).position(|bytes| bytes == name).unwrap();
            at + name.len() + 1
        });
        let mut swapped = wasm;
        swapped.swap(allocator, other);
        let refused = split(&swapped, Metering::Clock).err().unwrap().to_string();
        assert!(refused.contains("another type"), "{refused}");
    }

    #[test]
    fn a_name_of_no_function_is_refused() {
        let mut wasm = guest("");
        let name = wasm.windows(5).position(|bytes| bytes == b"\x04free").unwrap();
        wasm[name - 1] = 100;
        let refused = split(&wasm, Metering::Fuel).err().unwrap().to_string();
        assert!(refused.contains("no function `free`"), "{refused}");
    }
}

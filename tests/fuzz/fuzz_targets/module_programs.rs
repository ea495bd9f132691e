//! Guest modules with programs of every kind, rewritten for both ways of metering.
//!
//! * What was rewritten is valid, and its data is where it would have been.
//! * By fuel: a program that ends does what it did before, calls of the host and memory included; and one
//!   that does not end asks for fuel.
//! * By the clock: a program that does not end traps once its memory is gone.
//!
//! What the clock cannot stop is a function that calls itself so often that this never ends, without
//! touching memory. The guest package has no such function, so programs that call themselves are left out
//! of the last.
#![no_main]

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use arbitrary::{Arbitrary, Result, Unstructured};
use fumehood::Metering;
use fumehood_image::fuzzing::split;
use libfuzzer_sys::{Corpus, fuzz_target};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use wasm_encoder::{NameMap, NameSection, Section as _};
use wasm_smith::Config;
use wasmparser::{KnownCustom, Operator, Parser, Payload, Validator};
use wasmtime::{
    Engine, Extern, Func, Instance, LinearMemory, MemoryCreator, MemoryType, Module, OptLevel,
    Store, Trap, Val,
};

/// What every guest imports and exports.
const SHAPE: &str = r#"(module
    (import "host" "call" (func (param i32 i64) (result i32)))
    (import "wasi" "exit" (func (param f64)))
    (memory (export "memory") 2 4)
    (global (export "stack") (mut i32) (i32.const 0))
    (func (export "_initialize"))
    (func (export "wizer.initialize") (result f64) (f64.const 0))
    (func (export "turn") (param i32 i32) (result i32) (i32.const 0))
    (func (export "host_alloc") (param i32) (result i32) (i32.const 0)))"#;

/// The functions that are called, before and after the rewriting.
const CALLED: [(&str, &str); 3] = [
    ("_initialize", "initialize_library"),
    ("wizer.initialize", "initialize_python"),
    ("turn", "turn"),
];

/// The functions that a guest names.
const NAMED: [&str; 7] = [
    "PyBytes_AsString",
    "PyErr_SetInterruptEx",
    "PyObject_Vectorcall",
    "PyUnicode_FromStringAndSize",
    "_Py_DecRef",
    "__wasilibc_reset_preopens",
    "free",
];

/// Instructions, as wasmtime counts them, after which a program counts as one that does not end.
const LONG: u64 = 300_000;
/// Instructions within which one that was rewritten has to be stopped.
const STOPPED: u64 = 20_000_000;
/// Fuel that a program gets each time it asks.
const PORTION: i64 = 1000;

/// A guest of the kinds of instructions that metering looks at.
#[derive(Arbitrary, Debug)]
struct Guest {
    /// Functions call only those that come after them.
    forwards: bool,
    functions: [Body; FUNCTIONS],
    data: Option<(u16, Vec<u8>)>,
}

const FUNCTIONS: usize = 5;

#[derive(Debug)]
struct Body(Vec<Statement>);

impl<'a> Arbitrary<'a> for Body {
    /// Longer than the lists that a derived implementation makes of random bytes.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Body> {
        let length = if input.is_empty() { 0 } else { input.int_in_range(0..=6)? };
        (0..length).map(|_| input.arbitrary()).collect::<Result<_>>().map(Body)
    }
}

#[derive(Arbitrary, Debug)]
enum Statement {
    Loop(Body),
    While(Body, Value),
    /// Goes around so many times.
    Times(u8, Body),
    Block(Body),
    If(Value, Body, Body),
    Branch(u8),
    BranchIf(Value, u8),
    BranchTable(Value, u8, u8),
    Try(u8, Body),
    Throw,
    Return,
    Set(u8, Value),
    Store(Value, Value),
    Drop(Value),
    Call(u8, Value),
    CallByPointer(u8, Value),
    CallHost(Value),
    Copy(Value, Value, Value),
    Fill(Value, Value, Value),
    Grow,
}

#[derive(Arbitrary, Debug)]
enum Value {
    Constant(i16),
    Variable(u8),
    Sum(u8, i8),
    Load(u8),
    LoadFrom(u16),
}

impl Value {
    fn text(&self) -> String {
        let variable = |variable: &u8| format!("(local.get {})", variable % 4);
        match self {
            Value::Constant(number) => format!("(i32.const {number})"),
            Value::Variable(number) => variable(number),
            Value::Sum(number, more) => {
                format!("(i32.add {} (i32.const {more}))", variable(number))
            }
            Value::Load(number) => format!("(i32.load {})", variable(number)),
            Value::LoadFrom(address) => format!("(i32.load16_u (i32.const {address}))"),
        }
    }
}

/// Where a statement stands.
struct Place<'a> {
    guest: &'a Guest,
    function: usize,
    /// Blocks around it.
    blocks: usize,
    /// Variables that are taken for counting.
    counting: usize,
}

impl Place<'_> {
    fn all(&mut self, body: &Body) -> String {
        body.0.iter().map(|statement| self.one(statement)).collect()
    }

    fn inside(&mut self, body: &Body) -> String {
        self.blocks += 1;
        let text = self.all(body);
        self.blocks -= 1;
        text
    }

    fn one(&mut self, statement: &Statement) -> String {
        let to = |block: &u8, blocks: usize| usize::from(*block) % (blocks + 1);
        match statement {
            Statement::Loop(body) => format!("(loop {})", self.inside(body)),
            Statement::While(body, value) => {
                format!("(loop {} (br_if 0 {}))", self.inside(body), value.text())
            }
            Statement::Times(times, body) => {
                let variable = 4 + self.counting;
                self.counting += 1;
                format!(
                    "(local.set {variable} (i32.const {times}))
                     (loop {}
                       (br_if 0 (local.tee {variable}
                         (i32.sub (local.get {variable}) (i32.const 1)))))",
                    self.inside(body)
                )
            }
            Statement::Block(body) => format!("(block {})", self.inside(body)),
            Statement::If(value, then, other) => {
                let (then, other) = (self.inside(then), self.inside(other));
                format!("(if {} (then {then}) (else {other}))", value.text())
            }
            Statement::Branch(block) => format!("(br {})", to(block, self.blocks)),
            Statement::BranchIf(value, block) => {
                format!("(br_if {} {})", to(block, self.blocks), value.text())
            }
            Statement::BranchTable(value, one, other) => {
                let (one, other) = (to(one, self.blocks), to(other, self.blocks));
                format!("(br_table {one} {other} {})", value.text())
            }
            Statement::Try(block, body) => {
                let block = to(block, self.blocks);
                format!("(try_table (catch_all {block}) {})", self.inside(body))
            }
            Statement::Throw => "(throw $thrown)".to_owned(),
            Statement::Return => "(return)".to_owned(),
            Statement::Set(variable, value) => {
                format!("(local.set {} {})", variable % 4, value.text())
            }
            Statement::Store(at, value) => format!("(i32.store {} {})", at.text(), value.text()),
            Statement::Drop(value) => format!("(drop {})", value.text()),
            Statement::Call(function, value) => {
                let first = if self.guest.forwards { self.function + 1 } else { 0 };
                if first == FUNCTIONS {
                    return String::new();
                }
                let function = first + usize::from(*function) % (FUNCTIONS - first);
                format!("(call $f{function} {})", value.text())
            }
            Statement::CallByPointer(..) if self.guest.forwards => String::new(),
            Statement::CallByPointer(function, value) => {
                let function = usize::from(*function) % (FUNCTIONS + 1);
                format!("(call_indirect (param i32) {} (i32.const {function}))", value.text())
            }
            Statement::CallHost(value) => {
                format!("(drop (call $host {} (i64.const 5)))", value.text())
            }
            Statement::Copy(to, from, bytes) => {
                format!("(memory.copy {} {} {})", to.text(), from.text(), bytes.text())
            }
            Statement::Fill(at, value, bytes) => {
                format!("(memory.fill {} {} {})", at.text(), value.text(), bytes.text())
            }
            Statement::Grow => "(drop (memory.grow (i32.const 1)))".to_owned(),
        }
    }
}

impl Guest {
    fn text(&self) -> String {
        let mut functions = String::new();
        for (function, body) in self.functions.iter().enumerate() {
            let mut place = Place { guest: self, function, blocks: 0, counting: 0 };
            let body = place.all(body);
            let counting = "i32 ".repeat(place.counting);
            functions +=
                &format!("(func $f{function} (param i32) (local i32 i32 i32 {counting}) {body})\n");
        }
        let named = NAMED.map(|name| format!("(func ${name})")).concat();
        let data = self.data.as_ref().map_or(String::new(), |(at, bytes)| {
            let bytes = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
            format!("(data (i32.const {at}) \"{bytes}\")")
        });
        format!(
            r#"(module
                 (import "host" "call" (func $host (param i32 i64) (result i32)))
                 (import "wasi" "exit" (func (param f64)))
                 (table funcref (elem $f0 $f1 $f2 $f3 $f4))
                 (memory (export "memory") 2 4)
                 (tag $thrown)
                 (global (mut i32) (i32.const 0))
                 (func (export "_initialize") (call $f0 (i32.const 3)))
                 (func (export "wizer.initialize") (call $f1 (i32.const 70000)))
                 (func (export "turn") (param i32 i32) (result i32)
                   (call $f2 (i32.const -1)) (i32.const 0))
                 (func (export "host_alloc") (param i32) (result i32) (i32.const 0))
                 {functions} {named} {data})"#
        )
    }
}

fn guest(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if input.ratio(3, 4)? {
        let guest = Guest::arbitrary(input)?.text();
        return Ok(wat::parse_str(&guest).expect("it was written as text"));
    }
    static SHAPED: LazyLock<Vec<u8>> = LazyLock::new(|| wat::parse_str(SHAPE).unwrap());
    let config = Config {
        module_shape: Some(SHAPED.clone()),
        allow_start_export: false,
        bulk_memory_enabled: input.ratio(7, 8)?,
        canonicalize_nans: true,
        // Most others end at once.
        disallow_traps: input.ratio(7, 8)?,
        gc_enabled: false,
        max_data_segments: input.int_in_range(0..=2)?,
        max_element_segments: input.int_in_range(0..=2)?,
        max_funcs: 10,
        max_globals: 1,
        max_instructions: 200,
        max_memories: 1,
        max_tables: 1,
        max_table_elements: 100,
        memory64_enabled: false,
        reference_types_enabled: input.ratio(1, 2)?,
        relaxed_simd_enabled: false,
        tail_call_enabled: input.ratio(1, 16)?,
        threads_enabled: false,
        ..Config::default()
    };
    let mut wasm = wasm_smith::Module::new(config, input)?.to_bytes();
    let mut functions = NameMap::new();
    for (position, name) in NAMED.iter().enumerate() {
        functions.append(2 + position as u32 % 4, name);
    }
    let mut names = NameSection::new();
    names.functions(&functions);
    names.append_to(&mut wasm);
    Ok(wasm)
}

/// What a program does that can be seen from outside.
#[derive(Default, PartialEq)]
struct Done {
    calls: Vec<String>,
    results: Vec<String>,
    trap: Option<Option<Trap>>,
    memory: Vec<u8>,
}

#[derive(Default)]
struct Host {
    calls: Vec<String>,
    refuelled: u64,
    /// How often it may ask.
    refuels: u64,
    /// The host lets nobody go on.
    stopping: bool,
}

/// Memory as the watchdog leaves it: there, and out of reach.
struct Revoked;

struct Unreachable {
    base: *mut u8,
    bytes: usize,
    reserved: usize,
}

// SAFETY: nothing is ever read or written through the pointer.
unsafe impl Send for Unreachable {}
// SAFETY: as above.
unsafe impl Sync for Unreachable {}

// SAFETY: the range is reserved and inaccessible, so that every access traps.
unsafe impl LinearMemory for Unreachable {
    fn byte_size(&self) -> usize {
        self.bytes
    }
    fn byte_capacity(&self) -> usize {
        self.reserved
    }
    fn grow_to(&mut self, _: usize) -> wasmtime::Result<()> {
        wasmtime::bail!("it is gone")
    }
    fn as_ptr(&self) -> *mut u8 {
        self.base
    }
}

impl Drop for Unreachable {
    fn drop(&mut self) {
        // SAFETY: the range is this value's own.
        unsafe { munmap(self.base.cast(), self.reserved).unwrap() };
    }
}

// SAFETY: what is made has the capacity that was asked for, and a guard after it.
unsafe impl MemoryCreator for Revoked {
    fn new_memory(
        &self,
        _: MemoryType,
        bytes: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> std::result::Result<Box<dyn LinearMemory>, String> {
        let reserved = reserved.or(maximum).unwrap_or(bytes).max(bytes) + guard;
        // SAFETY: an anonymous mapping where the kernel chooses touches no other.
        let mapped = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                reserved,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        };
        let base = mapped.map_err(|error| error.to_string())?.cast();
        Ok(Box::new(Unreachable { base, bytes, reserved }))
    }
}

fn config() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .wasm_exceptions(true)
        .wasm_branch_hinting(true)
        .consume_fuel(true)
        .max_wasm_stack(128 << 10)
        .cranelift_debug_verifier(false)
        .parallel_compilation(false)
        .generate_address_map(false);
    config
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(config().cranelift_opt_level(OptLevel::None)).unwrap());
/// The compiler may leave out what touches memory, so this one does what it does for the guest.
static WITHOUT_MEMORY: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(config().with_host_memory(Arc::new(Revoked))).unwrap());

struct Program {
    store: Store<Host>,
    instance: Instance,
}

impl Program {
    fn start(engine: &Engine, wasm: &[u8], host: Host, fuel: u64) -> wasmtime::Result<Program> {
        let module = Module::new(engine, wasm)?;
        let mut store = Store::new(engine, host);
        store.set_fuel(fuel)?;
        let mut imports = Vec::<Extern>::new();
        for import in module.imports() {
            let name = import.name().to_owned();
            let ty = import.ty().unwrap_func().clone();
            let kinds = ty.results().collect::<Vec<_>>();
            let call = move |mut caller: wasmtime::Caller<'_, Host>,
                             given: &[Val],
                             results: &mut [Val]| {
                let host = caller.data_mut();
                match &*name {
                    "refuel" if host.refuelled == host.refuels => {
                        return Err(Trap::Interrupt.into());
                    }
                    "refuel" => {
                        host.refuelled += 1;
                        results[0] = Val::I64(given[0].unwrap_i64() + PORTION);
                        return Ok(());
                    }
                    "settle" => return Ok(()),
                    _ => host.calls.push(format!("{name}{given:?}")),
                }
                if host.stopping {
                    return Err(Trap::Interrupt.into());
                }
                for (result, kind) in results.iter_mut().zip(&kinds) {
                    *result = Val::default_for_ty(kind).expect("the shape has numbers only");
                }
                Ok(())
            };
            imports.push(Func::new(&mut store, ty, call).into());
        }
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Program { store, instance })
    }

    fn memory(&mut self) -> wasmtime::Memory {
        self.instance.get_memory(&mut self.store, "memory").unwrap()
    }

    /// Calls functions until one does not return.
    fn run(&mut self, names: impl Iterator<Item = &'static str>) -> Done {
        let Program { store, instance } = self;
        let mut done = Done::default();
        for name in names {
            let function = instance.get_func(&mut *store, name).unwrap();
            let ty = function.ty(&*store);
            let mut results = vec![Val::I32(0); ty.results().len()];
            let arguments = vec![Val::I32(77); ty.params().len()];
            match function.call(&mut *store, &arguments, &mut results) {
                Ok(()) => done.results.push(format!("{results:?}")),
                Err(error) => {
                    done.trap = Some(error.downcast_ref::<Trap>().copied());
                    break;
                }
            }
        }
        done.calls = std::mem::take(&mut store.data_mut().calls);
        done
    }
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(wasm) = guest(&mut Unstructured::new(bytes)) else { return Corpus::Reject };
    let Ok((by_fuel, memory)) = split(&wasm, Metering::Fuel) else { return Corpus::Reject };
    let (by_clock, same_memory) = split(&wasm, Metering::Clock).expect("its shape is the same");
    assert!(memory == same_memory);
    for rewritten in [&by_fuel, &by_clock] {
        Validator::new().validate_all(rewritten).expect("what was rewritten is valid");
        fumehood_fuzz::assert_nothing_copies(rewritten);
        check_hints(rewritten);
    }

    let Ok(mut before) = Program::start(&ENGINE, &wasm, Host::default(), LONG) else {
        return Corpus::Keep;
    };
    let kept = before.memory();
    assert!(kept.data(&before.store) == memory, "data is elsewhere");
    let mut done = before.run(CALLED.iter().map(|(name, _)| *name));
    let ends = done.trap != Some(Some(Trap::OutOfFuel));

    let refuels = if ends { u64::MAX } else { 20 };
    let host = Host { refuels, ..Host::default() };
    let mut after = Program::start(&ENGINE, &by_fuel, host, STOPPED).expect("it starts as well");
    let kept_after = after.memory();
    kept_after.data_mut(&mut after.store).copy_from_slice(&memory);
    let mut metered = after.run(CALLED.iter().map(|(_, name)| *name));

    let overflows = Some(Some(Trap::StackOverflow));
    if done.trap == overflows || metered.trap == overflows {
        // How deep that is depends on the code.
        return Corpus::Keep;
    }
    if !ends {
        assert!(after.store.data().refuelled > 0, "it does not ask for fuel");
        if !calls_itself(&wasm) {
            let host = Host { stopping: true, ..Host::default() };
            let stopped = Program::start(&WITHOUT_MEMORY, &by_clock, host, STOPPED);
            let stopped = stopped.expect("it starts").run(CALLED.iter().map(|(_, name)| *name));
            assert_ne!(stopped.trap, Some(Some(Trap::OutOfFuel)), "it goes on without memory");
        }
        return Corpus::Keep;
    }
    if done.trap == Some(Some(Trap::MemoryOutOfBounds)) && copies(&wasm) {
        // Copying nothing from or to a place outside of the memory traps as an instruction only.
        return Corpus::Keep;
    }
    if done.trap.is_none() {
        // What copies past the end and traps does so in part.
        done.memory = kept.data(&before.store).to_vec();
        metered.memory = kept_after.data(&after.store).to_vec();
    }
    assert!(done == metered, "{:?} became {:?}", done.without_memory(), metered.without_memory());
    Corpus::Keep
});

impl Done {
    /// For a message.
    fn without_memory(&self) -> impl std::fmt::Debug {
        (self.calls.clone(), self.results.clone(), self.trap)
    }
}

/// Whether a module copies or fills memory.
fn copies(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).any(|payload| {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { return false };
        body.get_operators_reader().unwrap().into_iter().any(|operator| {
            matches!(operator.unwrap(), Operator::MemoryCopy { .. } | Operator::MemoryFill { .. })
        })
    })
}

/// Hints are about conditions.
fn check_hints(wasm: &[u8]) {
    const IF: u8 = 0x04;
    let (mut imported, mut hints, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::ImportSection(section) => imported += section.into_imports().count(),
            Payload::CustomSection(section) => {
                if let KnownCustom::BranchHints(functions) = section.as_known() {
                    for function in functions {
                        let function = function.unwrap();
                        for hint in function.hints {
                            hints
                                .push((function.func as usize, hint.unwrap().func_offset as usize));
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().start),
            _ => {}
        }
    }
    for (function, offset) in hints {
        assert_eq!(wasm[bodies[function - imported] + offset], IF);
    }
}

/// Whether a function may come to call itself.
fn calls_itself(wasm: &[u8]) -> bool {
    let mut callers = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut called = HashSet::new();
        for operator in body.get_operators_reader().unwrap() {
            match operator.unwrap() {
                Operator::Call { function_index } => drop(called.insert(function_index)),
                Operator::CallIndirect { .. } | Operator::CallRef { .. } => return true,
                _ => {}
            }
        }
        callers.push(called);
    }
    // Functions that call only what is gone go, until none does.
    let imported = 2;
    let mut left = (imported..imported + callers.len() as u32).collect::<HashSet<_>>();
    loop {
        let ends = |function: &u32| callers[(*function - imported) as usize].is_disjoint(&left);
        let gone = left.iter().copied().filter(ends).collect::<Vec<_>>();
        if gone.is_empty() {
            return !left.is_empty();
        }
        left.retain(|function| !gone.contains(function));
    }
}

//! What is written into the guest's functions before they are compiled, so that they can be stopped.
//!
//! In both modes `memory.copy` and `memory.fill` become calls of the functions of `bulk.wat`, which
//! says why.
//!
//! * [`Metering::Fuel`]: the guest counts what it does in a global, at every loop and at the beginning
//!   of functions, and asks the host for more when it has used up what it was given; `charges` says
//!   where, and how much. wasmtime has a meter of its own that counts every instruction; counting at
//!   fewer places, out of the way of the registers, costs a fraction of it.
//! * [`Metering::Clock`]: nothing is counted. The host takes the guest's memory away when it has to
//!   stop, so a loop that goes around without touching memory would not notice: `loops` finds those,
//!   and each gets one store.
//!
//! `adapters` does the like for the adapters that the component has beside the guest's module.

pub(crate) mod adapters;
mod charges;
mod loops;

use std::collections::HashSet;

use fumehood::workshop::Metering;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, BranchHint, Function, MemArg, ValType};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

use crate::error::BuildError;
use crate::module::unexpected;

/// The functions of `bulk.wat`, in the order in which they are appended.
pub(crate) const BULK: &str = include_str!("bulk.wat");

/// What a loop counts by itself before it tells.
const BATCH: u32 = 1000;

/// What the rewriting needs to know of the module.
pub(crate) struct Places {
    /// How many functions the module imports.
    pub(crate) imports: u32,
    /// How many functions it has, the imported ones included.
    pub(crate) functions: u32,
    /// How many parameters each function that is not imported has.
    pub(crate) parameters: Vec<u32>,
    /// The functions that can be called by pointer.
    pub(crate) pointed: HashSet<u32>,
    /// How many globals it has, of which the next becomes the fuel.
    pub(crate) globals: u32,
}

/// The imports that metering by fuel adds: the adapter's functions by which the guest gets fuel, and
/// hands back what is left at the end.
pub(crate) const FUEL_IMPORTS: [&str; 2] = ["refuel", "settle"];

/// The types of the functions that are appended: parameters and results.
pub(crate) const TYPES: [(&[ValType], &[ValType]); 5] = [
    (&[ValType::I32; 3], &[]),
    (&[], &[]),
    (&[ValType::I64], &[ValType::I64]),
    (&[ValType::I64], &[]),
    (&[ValType::I32], &[]),
];

/// What was written into a module, for the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Functions that were looked at.
    pub(crate) functions: u32,
    /// Loops that were looked at.
    pub(crate) loops: u32,
    /// Places that count, or stores that were added.
    pub(crate) places: u32,
    /// Copies and fills that were replaced.
    pub(crate) bulk: u32,
}

/// The function bodies of a module, rewritten.
pub(crate) struct Rewritten {
    pub(crate) bodies: Vec<Function>,
    /// Those that are appended after [`Rewritten::bodies`], and the positions of their types in
    /// [`TYPES`].
    pub(crate) appended: Vec<(usize, Function)>,
    /// Which of the added branches are hardly ever taken, by function.
    pub(crate) hints: Vec<(u32, Vec<BranchHint>)>,
    pub(crate) written: Written,
}

/// What to insert at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Insertion {
    Nothing,
    /// Count this much.
    Charge(u32),
    /// Count this much in a variable, and all of it when it has come to [`BATCH`].
    ChargeInBatches(u32),
    /// Store a zero where nothing is.
    Touch,
}

/// What to insert into a function.
struct Plan {
    entry: Insertion,
    /// For each loop in the order in which they begin.
    loops: Vec<Insertion>,
}

/// The index of a function after rewriting.
pub(crate) struct Shifted {
    pub(crate) imports: u32,
    pub(crate) by: u32,
}

impl Reencode for Shifted {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(if index < self.imports { index } else { index + self.by })
    }
}

/// How many imports are added.
pub(crate) fn added_imports(metering: Metering) -> u32 {
    match metering {
        Metering::Fuel => FUEL_IMPORTS.len() as u32,
        _ => 0,
    }
}

/// Rewrites all functions of a module.
pub(crate) fn rewrite(
    metering: Metering,
    places: &Places,
    bodies: &[FunctionBody<'_>],
) -> Result<Rewritten, BuildError> {
    let bulk = wat::parse_str(BULK).map_err(unexpected)?;
    let bulk = bodies_of(&bulk)?;
    let added = added_imports(metering);
    let first = places.functions + added + 1;
    let writer = Writer {
        copy: first,
        fill: first + 2,
        refuel: first + 4,
        charge: first + 5,
        fuel: places.globals,
        imports: places.imports,
    };
    let plans = match metering {
        Metering::Fuel => charges::plan(places.imports, &places.pointed, bodies)?,
        _ => loops::plan(places.imports, bodies)?,
    };
    let mut written = Written { functions: bodies.len() as u32, ..Written::default() };
    let mut rewritten = Vec::with_capacity(bodies.len());
    let mut hints = Vec::new();
    for (position, (body, plan)) in bodies.iter().zip(&plans).enumerate() {
        let mut shifted = Shifted { imports: places.imports, by: added };
        let parameters = places.parameters[position];
        let (function, hinted) =
            writer.function(body, parameters, plan, &mut shifted, &mut written)?;
        if !hinted.is_empty() {
            hints.push((places.imports + added + position as u32, hinted));
        }
        rewritten.push(function);
    }
    let mut appended = Vec::new();
    let plans = match metering {
        Metering::Fuel => charges::plan(0, &HashSet::new(), &bulk)?,
        _ => loops::plan(0, &bulk)?,
    };
    for (position, (body, plan)) in bulk.iter().zip(&plans).enumerate() {
        let mut shifted = Shifted { imports: 0, by: first };
        let (function, hinted) = writer.function(body, 3, plan, &mut shifted, &mut written)?;
        if !hinted.is_empty() {
            hints.push((first + position as u32, hinted));
        }
        appended.push((0, function));
    }
    appended.push((1, writer.hand_back(metering)));
    if metering == Metering::Fuel {
        appended.push((1, writer.refuel()));
        appended.push((4, writer.charge()));
    }
    Ok(Rewritten { bodies: rewritten, appended, hints, written })
}

fn bodies_of(wasm: &[u8]) -> Result<Vec<FunctionBody<'_>>, BuildError> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.map_err(unexpected)? {
            bodies.push(body);
        }
    }
    Ok(bodies)
}

/// A function with the variables of `body`, and the index of one more if it has a counter.
fn with_locals(
    shifted: &mut Shifted,
    body: &FunctionBody<'_>,
    parameters: u32,
    counter: bool,
) -> Result<(Function, u32), BuildError> {
    let mut locals = Vec::new();
    let mut count = parameters;
    for declared in body.get_locals_reader().map_err(unexpected)? {
        let (many, ty) = declared.map_err(unexpected)?;
        locals.push((many, shifted.val_type(ty).map_err(unexpected)?));
        count += many;
    }
    if counter {
        locals.push((1, ValType::I32));
    }
    Ok((Function::new(locals), count))
}

/// Knows the indices after rewriting.
struct Writer {
    copy: u32,
    fill: u32,
    refuel: u32,
    charge: u32,
    /// The global.
    fuel: u32,
    imports: u32,
}

impl Writer {
    /// For a module that does not count, to which the functions of `bulk.wat` are appended.
    fn for_bulk(first: u32, imports: u32) -> Writer {
        let none = u32::MAX;
        Writer { copy: first, fill: first + 2, refuel: none, charge: none, fuel: none, imports }
    }

    fn function(
        &self,
        body: &FunctionBody<'_>,
        parameters: u32,
        plan: &Plan,
        shifted: &mut Shifted,
        written: &mut Written,
    ) -> Result<(Function, Vec<BranchHint>), BuildError> {
        let batches = plan.loops.iter().any(|at| matches!(at, Insertion::ChargeInBatches(_)));
        let (mut function, counter) = with_locals(shifted, body, parameters, batches)?;
        let mut hints = Vec::new();
        self.insert(plan.entry, counter, &mut function, &mut hints, written);
        let mut loops = plan.loops.iter();
        let mut reader = body.get_operators_reader().map_err(unexpected)?;
        while !reader.eof() {
            match reader.read().map_err(unexpected)? {
                Operator::MemoryCopy { dst_mem: 0, src_mem: 0 } => {
                    function.instructions().call(self.copy);
                    written.bulk += 1;
                }
                Operator::MemoryFill { mem: 0 } => {
                    function.instructions().call(self.fill);
                    written.bulk += 1;
                }
                operator => {
                    let is_loop = matches!(operator, Operator::Loop { .. });
                    let instruction = shifted.instruction(operator).map_err(unexpected)?;
                    function.instruction(&instruction);
                    if is_loop {
                        written.loops += 1;
                        let insertion =
                            loops.next().ok_or_else(|| unexpected("a loop without a plan"))?;
                        self.insert(*insertion, counter, &mut function, &mut hints, written);
                    }
                }
            }
        }
        Ok((function, hints))
    }

    fn insert(
        &self,
        insertion: Insertion,
        counter: u32,
        function: &mut Function,
        hints: &mut Vec<BranchHint>,
        written: &mut Written,
    ) {
        match insertion {
            Insertion::Nothing => return,
            Insertion::Charge(amount) => {
                function
                    .instructions()
                    .global_get(self.fuel)
                    .i64_const(amount.into())
                    .i64_sub()
                    .global_set(self.fuel)
                    .global_get(self.fuel)
                    .i64_const(0)
                    .i64_lt_s();
                hints.push(BranchHint {
                    branch_func_offset: function.byte_len() as u32,
                    branch_hint_value: 0,
                });
                function.instructions().if_(BlockType::Empty).call(self.refuel).end();
            }
            Insertion::ChargeInBatches(amount) => {
                function
                    .instructions()
                    .local_get(counter)
                    .i32_const(amount as i32)
                    .i32_add()
                    .local_tee(counter)
                    .i32_const(BATCH as i32)
                    .i32_gt_u();
                hints.push(BranchHint {
                    branch_func_offset: function.byte_len() as u32,
                    branch_hint_value: 0,
                });
                function
                    .instructions()
                    .if_(BlockType::Empty)
                    .local_get(counter)
                    .call(self.charge)
                    .i32_const(0)
                    .local_set(counter)
                    .end();
            }
            Insertion::Touch => {
                // Nothing is ever at address 0: there is where null pointers point.
                let at = MemArg { offset: 0, align: 2, memory_index: 0 };
                function.instructions().i32_const(0).i32_const(0).i32_store(at);
            }
        }
        written.places += 1;
    }

    /// Asks the host for fuel.
    fn refuel(&self) -> Function {
        let mut function = Function::new([]);
        function
            .instructions()
            .global_get(self.fuel)
            .call(self.imports)
            .global_set(self.fuel)
            .end();
        function
    }

    /// Counts what a loop has counted by itself.
    fn charge(&self) -> Function {
        let mut function = Function::new([]);
        function
            .instructions()
            .global_get(self.fuel)
            .local_get(0)
            .i64_extend_i32_u()
            .i64_sub()
            .global_set(self.fuel)
            .global_get(self.fuel)
            .i64_const(0)
            .i64_lt_s()
            .if_(BlockType::Empty)
            .call(self.refuel)
            .end()
            .end();
        function
    }

    /// Hands back what is left of the fuel, where there is fuel.
    fn hand_back(&self, metering: Metering) -> Function {
        let mut function = Function::new([]);
        let mut body = function.instructions();
        if metering == Metering::Fuel {
            body.global_get(self.fuel).call(self.imports + 1).i64_const(0).global_set(self.fuel);
        }
        body.end();
        function
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

    use super::*;

    struct Bulk {
        store: Store<()>,
        memory: Memory,
        copy: TypedFunc<(i32, i32, i32), ()>,
        fill: TypedFunc<(i32, i32, i32), ()>,
    }

    impl Bulk {
        fn new() -> Bulk {
            let engine = Engine::default();
            let module = Module::new(&engine, wat::parse_str(BULK).unwrap()).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let memory = instance.get_memory(&mut store, "memory").unwrap();
            let copy = instance.get_typed_func(&mut store, "copy").unwrap();
            let fill = instance.get_typed_func(&mut store, "fill").unwrap();
            Bulk { store, memory, copy, fill }
        }

        /// Puts something in the memory, and returns the same.
        fn prepare(&mut self) -> Vec<u8> {
            let bytes = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
            let bytes = bytes.collect::<Vec<_>>();
            self.memory.write(&mut self.store, 0, &bytes).unwrap();
            bytes
        }

        fn contents(&self) -> &[u8] {
            &self.memory.data(&self.store)[..4096]
        }
    }

    #[test]
    fn copies_of_every_length_and_distance_are_those_of_memory_copy() {
        let mut bulk = Bulk::new();
        for length in (0..=200).chain([255, 256, 257, 1000]) {
            for distance in [0_i32, 1, 3, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 500, 1500] {
                for (to, from) in [(1000 + distance, 1000), (1000, 1000 + distance)] {
                    let mut expected = bulk.prepare();
                    expected.copy_within(from as usize..(from + length) as usize, to as usize);
                    bulk.copy.clone().call(&mut bulk.store, (to, from, length)).unwrap();
                    assert!(bulk.contents() == expected, "{length} bytes from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn fills_of_every_length_are_those_of_memory_fill() {
        let mut bulk = Bulk::new();
        for length in 0..300 {
            for at in [1000, 1001, 1007] {
                let mut expected = bulk.prepare();
                expected[at..at + length].fill(0xa5);
                // Only the low byte of the value counts.
                let arguments = (at as i32, 0x1234_56a5, length as i32);
                bulk.fill.clone().call(&mut bulk.store, arguments).unwrap();
                assert!(bulk.contents() == expected, "{length} bytes at {at}");
            }
        }
    }

    #[test]
    fn copying_outside_of_the_memory_traps() {
        let mut bulk = Bulk::new();
        for (to, from, length) in
            [(65_530, 0, 16), (0, 65_530, 16), (0, 60_000, 10_000), (-1, 0, 1)]
        {
            let arguments = (to, from, length);
            assert!(bulk.copy.clone().call(&mut bulk.store, arguments).is_err(), "{arguments:?}");
        }
        assert!(bulk.fill.clone().call(&mut bulk.store, (65_000, 1, 1000)).is_err());
    }
}

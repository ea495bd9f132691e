//! Loops that could go around without touching memory.
//!
//! Once around a loop touches memory for certain if on the way there is
//!
//! * a store, a call of the host, which looks by itself, or a call of a function that touches memory
//!   whatever way it takes;
//! * a load from where a variable points that the loop changes;
//! * any load and any call. The compiler leaves a load out where the same address was read before and
//!   nothing can have written since; across a call it does not.
//!
//! For each function this walks its instructions and knows at each place, for every loop around it,
//! whether there is a way from the loop's beginning to here without that. A loop that such a way leads
//! back to gets a store at its beginning. What is not certain counts as if it touched nothing.

use std::collections::HashSet;

use wasmparser::{Catch, FunctionBody, Operator};

use super::{Insertion, Plan};
use crate::error::BuildError;
use crate::module::unexpected;

/// Loops that are nested deeper are not looked into; they get their store.
const DEEPEST: usize = 128;

/// The ways that lead to a place. For each open loop one bit, the outermost lowest, tells of the ways
/// from its beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    /// There is one without a load.
    without_load: u128,
    /// There is one without a call.
    without_call: u128,
    /// There is one from the beginning of the function that touches nothing.
    untouched: bool,
}

impl Ways {
    fn both(self, other: Ways) -> Ways {
        Ways {
            without_load: self.without_load | other.without_load,
            without_call: self.without_call | other.without_call,
            untouched: self.untouched | other.untouched,
        }
    }

    /// The same without what concerns inner loops that are left.
    fn within(self, loops: usize) -> Ways {
        let kept = if loops >= DEEPEST { u128::MAX } else { (1 << loops) - 1 };
        Ways {
            without_load: self.without_load & kept,
            without_call: self.without_call & kept,
            untouched: self.untouched,
        }
    }

    /// After something that touches memory, as far as the loops in `loops` are concerned.
    fn touched(&mut self, loops: u128) {
        self.without_load &= !loops;
        self.without_call &= !loops;
        self.untouched = false;
    }
}

fn both(one: Option<Ways>, other: Option<Ways>) -> Option<Ways> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.both(other)),
        (one, None) => one,
        (None, other) => other,
    }
}

/// An open block.
struct Block {
    /// How many loops are open inside of it.
    loops: usize,
    /// The position in the plan, of a loop.
    is_loop: Option<usize>,
    /// The ways that branches take to its end.
    to_end: Option<Ways>,
    /// The ways that skip an `if` that has no `else` yet.
    skipping: Option<Ways>,
}

/// Plans which loops get a store.
pub(super) fn plan(imports: u32, bodies: &[FunctionBody<'_>]) -> Result<Vec<Plan>, BuildError> {
    let changed = bodies.iter().map(changed).collect::<Result<Vec<_>, _>>()?;
    let mut touching = vec![false; bodies.len()];
    loop {
        let mut found = false;
        let mut plans = Vec::with_capacity(bodies.len());
        let known = Known { imports, touching: &touching.clone() };
        for (position, body) in bodies.iter().enumerate() {
            let walk = Walk::through(body, &known, &changed[position])?;
            if !walk.untouched_to_end && !touching[position] {
                touching[position] = true;
                found = true;
            }
            plans.push(Plan { entry: Insertion::Nothing, loops: walk.loops });
        }
        // Knowing more functions that touch memory only makes more loops certain.
        if !found {
            return Ok(plans);
        }
    }
}

/// For each loop, in the order in which they begin, the variables that it changes.
fn changed(body: &FunctionBody<'_>) -> Result<Vec<HashSet<u32>>, BuildError> {
    let mut loops = Vec::<HashSet<u32>>::new();
    let mut blocks = Vec::new();
    let mut reader = body.get_operators_reader().map_err(unexpected)?;
    while !reader.eof() {
        match reader.read().map_err(unexpected)? {
            Operator::Loop { .. } => {
                blocks.push(Some(loops.len()));
                loops.push(HashSet::new());
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                blocks.push(None);
            }
            Operator::End => drop(blocks.pop()),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                for position in blocks.iter().flatten() {
                    loops[*position].insert(local_index);
                }
            }
            _ => {}
        }
    }
    Ok(loops)
}

/// What is known of the functions that are called.
struct Known<'a> {
    imports: u32,
    /// Those that touch memory whatever way they take.
    touching: &'a [bool],
}

impl Known<'_> {
    fn touches(&self, function: u32) -> bool {
        match function.checked_sub(self.imports) {
            None => true,
            Some(position) => self.touching[position as usize],
        }
    }
}

struct Walk<'a> {
    known: &'a Known<'a>,
    changed: &'a [HashSet<u32>],
    blocks: Vec<Block>,
    /// The positions of the open loops.
    open: Vec<usize>,
    loops: Vec<Insertion>,
    ways: Option<Ways>,
    /// The variable that is on top of the stack.
    top: Option<u32>,
    /// Some way through the whole function touches nothing.
    untouched_to_end: bool,
}

impl<'a> Walk<'a> {
    fn through(
        body: &FunctionBody<'_>,
        known: &'a Known<'a>,
        changed: &'a [HashSet<u32>],
    ) -> Result<Walk<'a>, BuildError> {
        let mut walk = Walk {
            known,
            changed,
            blocks: Vec::new(),
            open: Vec::new(),
            loops: Vec::new(),
            ways: Some(Ways { untouched: true, ..Ways::default() }),
            top: None,
            untouched_to_end: false,
        };
        walk.begin(None, None);
        let mut reader = body.get_operators_reader().map_err(unexpected)?;
        while !reader.eof() {
            let operator = reader.read().map_err(unexpected)?;
            walk.step(&operator)?;
            walk.top = match operator {
                Operator::LocalGet { local_index } | Operator::LocalTee { local_index } => {
                    Some(local_index)
                }
                _ => None,
            };
        }
        walk.returns();
        Ok(walk)
    }

    fn begin(&mut self, is_loop: Option<usize>, skipping: Option<Ways>) {
        self.open.extend(is_loop);
        self.blocks.push(Block { loops: self.open.len(), is_loop, to_end: None, skipping });
    }

    fn returns(&mut self) {
        self.untouched_to_end |= self.ways.is_some_and(|ways| ways.untouched);
    }

    /// Branches to the block that is `depth` blocks further out.
    fn branch(&mut self, depth: u32) -> Result<(), BuildError> {
        let position = self
            .blocks
            .len()
            .checked_sub(depth as usize + 1)
            .ok_or_else(|| unexpected("a branch to nowhere"))?;
        let Some(ways) = self.ways else { return Ok(()) };
        let block = &mut self.blocks[position];
        match block.is_loop {
            Some(position) => {
                let bit = block.loops - 1;
                let around = (ways.without_load | ways.without_call) >> bit.min(DEEPEST - 1) & 1;
                if bit >= DEEPEST || around != 0 {
                    self.loops[position] = Insertion::Touch;
                }
            }
            None => block.to_end = both(block.to_end, Some(ways.within(block.loops))),
        }
        if position == 0 {
            self.returns();
        }
        Ok(())
    }

    fn step(&mut self, operator: &Operator<'_>) -> Result<(), BuildError> {
        match operator {
            Operator::Block { .. } => self.begin(None, None),
            Operator::If { .. } => self.begin(None, self.ways),
            Operator::TryTable { try_table } => {
                // Something may be thrown before anything is touched. The branches are counted from
                // outside of the block.
                for catch in &try_table.catches {
                    let (Catch::One { label, .. }
                    | Catch::OneRef { label, .. }
                    | Catch::All { label }
                    | Catch::AllRef { label }) = catch;
                    self.branch(*label)?;
                }
                self.begin(None, None);
            }
            Operator::Loop { .. } => {
                self.loops.push(Insertion::Nothing);
                self.begin(Some(self.loops.len() - 1), None);
                if let (Some(ways), Some(bit)) =
                    (&mut self.ways, 1_u128.checked_shl(self.open.len() as u32 - 1))
                {
                    ways.without_load |= bit;
                    ways.without_call |= bit;
                }
            }
            Operator::Else => {
                if let Some(block) = self.blocks.last_mut() {
                    block.to_end = both(block.to_end, self.ways);
                    self.ways = block.skipping.take();
                }
            }
            Operator::End => {
                let block =
                    self.blocks.pop().ok_or_else(|| unexpected("an end without beginning"))?;
                if block.is_loop.is_some() {
                    self.open.pop();
                }
                let ways = both(both(self.ways, block.to_end), block.skipping);
                self.ways = ways.map(|ways| ways.within(self.open.len()));
            }
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth)?;
                self.ways = None;
            }
            Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => self.branch(*relative_depth)?,
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    self.branch(target.map_err(unexpected)?)?;
                }
                self.branch(targets.default())?;
                self.ways = None;
            }
            Operator::Return => {
                self.returns();
                self.ways = None;
            }
            Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef => self.ways = None,
            Operator::Call { function_index } => {
                let touches = self.known.touches(*function_index);
                self.call(touches);
            }
            Operator::CallIndirect { .. } | Operator::CallRef { .. } => self.call(false),
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => return Err(unexpected("a tail call")),
            // The functions of `bulk.wat` may be asked to copy nothing.
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => self.call(false),
            operator => match access(operator) {
                Some(Access::Store) => self.touch(u128::MAX),
                Some(Access::Load) => self.load(),
                None => {}
            },
        }
        Ok(())
    }

    fn touch(&mut self, loops: u128) {
        if let Some(ways) = &mut self.ways {
            ways.touched(loops);
        }
    }

    fn call(&mut self, touches: bool) {
        if touches {
            return self.touch(u128::MAX);
        }
        if let Some(ways) = &mut self.ways {
            ways.without_call = 0;
        }
    }

    fn load(&mut self) {
        let mut moving = 0;
        if let Some(variable) = self.top {
            for (bit, position) in self.open.iter().enumerate().take(DEEPEST) {
                if self.changed[*position].contains(&variable) {
                    moving |= 1 << bit;
                }
            }
        }
        // Within one execution of a function a load may be left out after the same load only.
        self.touch(moving);
        if let Some(ways) = &mut self.ways {
            ways.without_load = 0;
        }
    }
}

enum Access {
    Load,
    Store,
}

/// How an operator uses the memory, if it cannot do without.
fn access(operator: &Operator<'_>) -> Option<Access> {
    match operator {
        Operator::I32Store { .. }
        | Operator::I64Store { .. }
        | Operator::F32Store { .. }
        | Operator::F64Store { .. }
        | Operator::I32Store8 { .. }
        | Operator::I32Store16 { .. }
        | Operator::I64Store8 { .. }
        | Operator::I64Store16 { .. }
        | Operator::I64Store32 { .. }
        | Operator::V128Store { .. } => Some(Access::Store),
        Operator::I32Load { .. }
        | Operator::I64Load { .. }
        | Operator::F32Load { .. }
        | Operator::F64Load { .. }
        | Operator::I32Load8S { .. }
        | Operator::I32Load8U { .. }
        | Operator::I32Load16S { .. }
        | Operator::I32Load16U { .. }
        | Operator::I64Load8S { .. }
        | Operator::I64Load8U { .. }
        | Operator::I64Load16S { .. }
        | Operator::I64Load16U { .. }
        | Operator::I64Load32S { .. }
        | Operator::I64Load32U { .. }
        | Operator::V128Load { .. } => Some(Access::Load),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::bodies_of;

    /// Which loops of a function get a store. The functions that it can call are `$touching`, which
    /// stores, and `$quiet`, which does nothing.
    fn stores(function: &str) -> Vec<bool> {
        let module = format!(
            "(module (import \"host\" \"call\" (func $host)) (memory 1) (tag $thrown)
               (func $touching (i32.store (i32.const 8) (i32.const 1)))
               (func $quiet)
               (func (param $p i32) (param $q i32) {function}))"
        );
        let module = wat::parse_str(module).unwrap();
        let plans = plan(1, &bodies_of(&module).unwrap()).unwrap();
        plans[2].loops.iter().map(|at| *at == Insertion::Touch).collect()
    }

    #[test]
    fn a_loop_that_touches_nothing_gets_a_store() {
        assert_eq!(stores("(loop (br 0))"), [true]);
        assert_eq!(
            stores(
                "(loop (local.set $p (i32.add (local.get $p) (i32.const 1))) (br_if 0 (local.get $p)))"
            ),
            [true]
        );
        assert_eq!(stores("(loop (call $quiet) (br 0))"), [true]);
    }

    #[test]
    fn one_that_touches_memory_whatever_way_it_takes_gets_none() {
        assert_eq!(stores("(loop (i32.store (i32.const 8) (i32.const 1)) (br 0))"), [false]);
        assert_eq!(stores("(loop (call $touching) (br 0))"), [false]);
        assert_eq!(stores("(loop (call $host) (br 0))"), [false]);
        assert_eq!(stores("(loop)"), [false]);
        let both = "(loop (if (local.get $q) (then (call $touching)) (else (call $host))) (br 0))";
        assert_eq!(stores(both), [false]);
    }

    #[test]
    fn one_way_around_without_touching_is_enough() {
        assert_eq!(stores("(loop (if (local.get $q) (then (call $touching))) (br 0))"), [true]);
        assert_eq!(stores("(loop (br_if 0 (local.get $q)) (call $touching) (br 0))"), [true]);
        assert_eq!(
            stores("(loop (block (br_table 0 1 (local.get $q))) (call $touching) (br 0))"),
            [true]
        );
        let thrown =
            "(loop (block (try_table (catch_all 0) (call $quiet) (call $touching))) (br 0))";
        assert_eq!(stores(thrown), [true]);
    }

    #[test]
    fn an_outer_loop_is_touched_by_an_inner_one_only_where_that_always_runs() {
        let inner = "(loop (loop (call $touching) (br_if 0 (local.get $q))) (br 0))";
        assert_eq!(stores(inner), [false, false]);
        let skipped =
            "(loop (block (br_if 0 (local.get $q)) (loop (call $touching) (br 0))) (br 0))";
        assert_eq!(stores(skipped), [true, false]);
    }

    #[test]
    fn a_load_counts_where_it_cannot_be_left_out() {
        // From the same place each time: the compiler may keep what it read.
        let same = "(loop (br_if 0 (i32.load (local.get $p))))";
        assert_eq!(stores(same), [true]);
        let moving = "(loop (local.set $p (i32.add (local.get $p) (i32.const 1)))
                        (br_if 0 (i32.load8_u (local.get $p))))";
        assert_eq!(stores(moving), [false]);
        let across_a_call = "(loop (call $quiet) (br_if 0 (i32.load (local.get $p))))";
        assert_eq!(stores(across_a_call), [false]);
        // The call is on one way around, the load on the other.
        let apart = "(loop (if (local.get $q) (then (call $quiet)) (else (drop (i32.load (local.get $p))))) (br 0))";
        assert_eq!(stores(apart), [true]);
    }
}

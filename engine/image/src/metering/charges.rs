//! Where the guest counts, and how much.
//!
//! What runs without end goes around a loop or calls itself. So it is enough to count
//!
//! * at the beginning of every loop's body;
//! * at the beginning of every function that can be called by pointer, and of every function that is
//!   on a cycle of direct calls between the others.
//!
//! What any other function costs is part of what calling it costs. The loops of a function count in a
//! variable of its own, and only then in the global when that has come to [`BATCH`](super::BATCH); what
//! a function has counted by itself when it returns is let go.
//!
//! A place counts the instructions of its part of the function, that is of the loop without the loops
//! inside of it, or of the function without its loops. Of a long part only some run, as it has
//! branches: [`price`] says what it is taken for.

use std::collections::HashSet;

use wasmparser::{FunctionBody, Operator};

use super::{Insertion, Plan};
use crate::error::BuildError;
use crate::module::unexpected;

/// What a part of a function with so many instructions costs.
fn price(instructions: u32) -> u32 {
    instructions.clamp(1, 64)
}

/// A function as far as its cost depends on it.
#[derive(Default)]
struct Shape {
    /// The instructions outside of loops, then those of each loop.
    parts: Vec<u32>,
    /// Calls of functions of the module, and from which part.
    calls: Vec<(usize, u32)>,
}

impl Shape {
    fn of(imports: u32, body: &FunctionBody<'_>) -> Result<Shape, BuildError> {
        let mut shape = Shape { parts: vec![0], ..Shape::default() };
        // The part that each open block belongs to.
        let mut blocks = vec![0];
        let mut reader = body.get_operators_reader().map_err(unexpected)?;
        while !reader.eof() {
            let part = blocks.last().copied().unwrap_or(0);
            let operator = reader.read().map_err(unexpected)?;
            let counts = !matches!(
                operator,
                Operator::Loop { .. }
                    | Operator::Block { .. }
                    | Operator::TryTable { .. }
                    | Operator::End
                    | Operator::Else
                    | Operator::Nop
            );
            shape.parts[part] += u32::from(counts);
            match operator {
                Operator::Loop { .. } => {
                    blocks.push(shape.parts.len());
                    shape.parts.push(0);
                }
                Operator::Block { .. } | Operator::TryTable { .. } | Operator::If { .. } => {
                    blocks.push(part);
                }
                Operator::End => drop(blocks.pop()),
                Operator::Call { function_index } => {
                    if let Some(callee) = function_index.checked_sub(imports) {
                        shape.calls.push((part, callee));
                    }
                }
                Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. } => return Err(unexpected("a tail call")),
                _ => {}
            }
        }
        Ok(shape)
    }
}

/// Plans where each function counts. The functions in `pointed` can be called by pointer.
pub(super) fn plan(
    imports: u32,
    pointed: &HashSet<u32>,
    bodies: &[FunctionBody<'_>],
) -> Result<Vec<Plan>, BuildError> {
    let shapes =
        bodies.iter().map(|body| Shape::of(imports, body)).collect::<Result<Vec<_>, _>>()?;
    let mut counting = vec![false; shapes.len()];
    for function in pointed {
        if let Some(position) = function.checked_sub(imports) {
            counting[position as usize] = true;
        }
    }
    let order = break_cycles(&shapes, &mut counting);

    // Callees come before their callers, as far as they do not count by themselves.
    let mut costs = vec![0; shapes.len()];
    let mut plans = Vec::new();
    plans.resize_with(shapes.len(), || None);
    for position in order {
        let shape = &shapes[position];
        let mut prices = shape.parts.clone();
        for (part, callee) in &shape.calls {
            prices[*part] = prices[*part].saturating_add(costs[*callee as usize]);
        }
        prices.iter_mut().for_each(|instructions| *instructions = price(*instructions));
        let entry = if counting[position] {
            Insertion::Charge(prices[0])
        } else {
            costs[position] = price(prices.iter().sum());
            Insertion::Nothing
        };
        let loops = prices[1..].iter().copied().map(Insertion::ChargeInBatches).collect();
        plans[position] = Some(Plan { entry, loops });
    }
    plans.into_iter().collect::<Option<_>>().ok_or_else(|| unexpected("a function without a plan"))
}

/// Has one function of each cycle of direct calls count. Returns all functions in an order in which
/// those that do not count come before those that call them.
fn break_cycles(shapes: &[Shape], counting: &mut [bool]) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; shapes.len()];
    let mut order = Vec::with_capacity(shapes.len());
    for first in 0..shapes.len() {
        if seen[first] != Seen::No {
            continue;
        }
        // Depth first, on a stack of our own: chains of calls are long.
        seen[first] = Seen::Open;
        let mut stack = vec![(first, 0)];
        while let Some((position, next)) = stack.last_mut() {
            let Some((_, callee)) = shapes[*position].calls.get(*next) else {
                seen[*position] = Seen::Done;
                order.push(*position);
                stack.pop();
                continue;
            };
            *next += 1;
            let callee = *callee as usize;
            match seen[callee] {
                Seen::No => {
                    seen[callee] = Seen::Open;
                    stack.push((callee, 0));
                }
                // A call back to what is still open closes a cycle.
                Seen::Open => counting[callee] = true,
                Seen::Done => {}
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::bodies_of;

    /// The plans of a module's functions; those in `pointed` can be called by pointer.
    fn plans(pointed: &[u32], functions: &str) -> Vec<Plan> {
        let module = format!("(module (import \"host\" \"call\" (func $host)) {functions})");
        let module = wat::parse_str(module).unwrap();
        let pointed = pointed.iter().copied().collect();
        plan(1, &pointed, &bodies_of(&module).unwrap()).unwrap()
    }

    #[test]
    fn every_loop_counts_the_instructions_of_its_own() {
        let plans = plans(&[], "(func (loop (nop) (drop (i32.const 1)) (loop (br 0)) (br 0)))");
        let of = |amount| Insertion::ChargeInBatches(amount);
        assert_eq!(
            (plans[0].entry, &plans[0].loops[..]),
            (Insertion::Nothing, &[of(3), of(1)][..])
        );
    }

    #[test]
    fn what_can_be_called_by_pointer_counts_and_adds_what_it_calls() {
        let functions = "(func (call $two) (call $two) (call $host))
                         (func $two (drop (i32.const 1)))";
        let plans = plans(&[1], functions);
        assert_eq!(plans[0].entry, Insertion::Charge(3 + 2 + 2));
        assert_eq!(plans[1].entry, Insertion::Nothing);
    }

    #[test]
    fn every_cycle_of_calls_has_a_function_that_counts() {
        let functions = "(func $even (call $odd)) (func $odd (call $even))
                         (func $itself (call $itself)) (func (call $even) (call $itself))";
        let plans = plans(&[], functions);
        let counts = |plan: &Plan| plan.entry != Insertion::Nothing;
        assert!(counts(&plans[0]) || counts(&plans[1]));
        assert!(counts(&plans[2]));
        assert!(!counts(&plans[3]));
    }

    #[test]
    fn a_long_part_costs_no_more_than_a_branch_of_it() {
        let long = "(drop (i32.const 1))".repeat(500);
        let plans = plans(&[1], &format!("(func {long})"));
        assert_eq!(plans[0].entry, Insertion::Charge(64));
    }
}

//! Agents, with a model that says what a test tells it to and everything else real.

mod approval;
mod code;
mod command;
mod eval;
mod examples;
mod files;
mod folders_at_work;
mod import;
mod memory;
mod parity;
mod planning;
mod runs;
mod spans;
mod stored;
mod team;
mod telemetry;
mod terminal;
pub(crate) mod tool_calling;

use fumehood_agent::{ActionStep, Agent, AgentBuilder, RunResult};
use fumehood_model::Scripted;

use crate::builder;

/// A code agent whose model replies like this.
fn coder(replies: &[&str]) -> AgentBuilder {
    Agent::code(Scripted::new(replies.iter().copied()), builder())
}

fn actions(result: &RunResult) -> Vec<&ActionStep> {
    result.memory.actions().collect()
}

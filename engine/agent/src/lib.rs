//! Agents that act by writing Python: a model writes code, the [`fumehood`] sandbox runs it, and the model sees
//! what came of it, until it gives its final answer.
//!
//! An [`Agent`] is a model ([`fumehood_model`]), a sandbox, and how the two work together. It does not change, and
//! can be shared. A [`Run`] is an agent at work on a task: its memory, and its session.
//!
//! ```no_run
//! use fumehood::{Engine, Sandbox};
//! use fumehood_agent::Agent;
//! use fumehood_model::ApiModel;
//!
//! # async fn example(engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
//! let model = ApiModel::named("ollama:llama3.3", &|name| std::env::var(name).ok())?;
//! let agent = Agent::code(model, Sandbox::builder(&engine)).max_steps(8).build()?;
//! let result = agent.run("What is the 100th prime?").await?;
//! println!("{}", result.answer.text());
//! # Ok(())
//! # }
//! ```
//!
//! * `run`: the loop, to be read first; `planning`, `acting_in_code`, `acting_with_tools`: what a step can be
//! * `agent`: what an agent is; `task`, `arguments`: what it is given; `answer`, `result`: what comes of it
//! * `memory`: what a run remembers, and how the model sees it; `budget`: how much of it
//! * `prompts`: what the model is told, as templates; `parse`: what is to be done by what it says;
//!   `observation`: what it is told of what came of it; `marking`: what of that is data and nothing else
//! * `gate`: where each call of a tool goes through; `approval`, `members` (managed agents) and `journal`, which
//!   are met there
//! * `callbacks`, `event`: who else takes part, and who looks on
//! * `checkpoint`: what a run was, to be gone back to; `stored`: runs as bytes and in folders
//! * `spans`: what is traced

#![forbid(unsafe_code)]

mod acting_in_code;
mod acting_with_tools;
mod agent;
mod answer;
mod approval;
mod arguments;
mod budget;
mod callbacks;
mod checkpoint;
mod error;
mod event;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gate;
mod journal;
mod marking;
mod members;
mod memory;
mod observation;
mod parse;
mod planning;
mod prompts;
mod result;
mod run;
mod spans;
mod stored;
mod task;

pub use agent::{Agent, AgentBuilder};
pub use answer::Answer;
pub use approval::{Approve, Approving, Asked, Decision};
pub use callbacks::{Checking, Flow, StepEnd};
pub use checkpoint::RunCheckpoint;
pub use error::{AgentConfigError, AgentError, StoredRunError};
pub use event::{AgentEvent, Listener};
pub use memory::{
    ActionStep, CallRecord, MEMORY_VERSION, MemberRun, Memory, MemoryStep, PlanningStep, StepError,
    StepErrorKind, SummaryStep, TaskStep, Timing,
};
pub use parse::CodeTags;
pub use prompts::{
    FinalAnswerPrompts, ManagedAgentPrompts, PlanningPrompts, PromptError, Prompts, module_stub,
    tool_stub,
};
pub use result::{Prices, RunResult, RunState};
pub use run::{Interrupter, Progress, Run};
pub use stored::StoredRun;
pub use task::{Argument, Task};

//! A code agent: a model writes Python, the [`fumehood`] sandbox runs it, and the model sees what came
//! of it, until it gives its final answer.
//!
//! An [`Agent`] is a model ([`fumehood_model`]) and its instructions; it holds no state and can be shared.
//! [`Agent::run`] works on one task in a sandbox, in a session of its own.
//!
//! ```no_run
//! use fumehood_agent::Agent;
//! use fumehood_model::ApiModel;
//!
//! # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
//! let model = ApiModel::named("ollama:llama3.3", &|name| std::env::var(name).ok())?;
//! let agent = Agent::new(model).with_max_steps(8);
//! let result = agent.run("What is the 100th prime?", &sandbox).await?;
//! println!("{}", result.text);
//! # Ok(())
//! # }
//! ```
//!
//! * `agent`: the loop
//! * `memory`: what a run remembers, and how the model sees it
//! * `prompt`: the system prompt, with tools as Python stubs
//! * `parse`: the code in a reply

#![forbid(unsafe_code)]

mod agent;
#[cfg(fuzzing)]
pub mod fuzzing;
mod memory;
mod parse;
mod prompt;

pub use agent::{Agent, AgentError, AgentEvent, AgentListener, RunResult, RunState};
pub use memory::{Action, Memory};
pub use parse::CodeTags;
pub use prompt::tool_stub;

//! Whoever watches over a sandbox: every step and every call of a tool goes by it, and no path goes around.

use std::fmt;

use crate::calls::ToolCall;
use crate::labels::{Label, Ledger};
use crate::limits::Usage;
use crate::outcome::Outcome;
use crate::tools::ToolFuture;

/// Makes a call: has the tool answer, or whoever stands in for it.
pub type Make<'a> = Box<dyn FnOnce() -> ToolFuture<'a> + Send + 'a>;

/// Stands innermost, right before the tools of a sandbox; see
/// [`SandboxBuilder::guard`](crate::SandboxBuilder::guard).
///
/// Each call passes it: of any step of any session, whatever [interceptors](crate::Interceptor) it has come
/// through; of the program itself, with [`Sandbox::tool_call`](crate::Sandbox::tool_call); and of an agent that
/// another one manages, which answers in the place of a tool ([`ToolCall::run_with`]). What is asked about,
/// written down or limited here is so for all of them. `fumehood-policy` has one that goes by a file.
///
/// # Examples
///
/// ```
/// use fumehood::{Guard, Make, ToolCall, ToolError, ToolFuture};
///
/// /// Nothing is deleted twice.
/// struct Once;
///
/// impl Guard for Once {
///     fn call<'a>(&'a self, call: &'a ToolCall, make: Make<'a>) -> ToolFuture<'a> {
///         Box::pin(async move {
///             if call.name() == "delete" && !call.ledger().count_call("delete", Some(1)) {
///                 return Err(ToolError::refused("it was deleted already"));
///             }
///             make().await
///         })
///     }
/// }
/// ```
pub trait Guard: Send + Sync + 'static {
    /// Has a call made, or answers it with an error. The arguments fit the tool's parameters. The future is
    /// dropped when the step reaches its time limit or is cancelled.
    fn call<'a>(&'a self, call: &'a ToolCall, make: Make<'a>) -> ToolFuture<'a>;

    /// The labels that a session begins with because it has a granted folder, by its path in the guest. The
    /// default is none.
    fn folder(&self, path: &str) -> Vec<Label> {
        let _ = path;
        Vec::new()
    }

    /// A step is about to be run. The default is that it may.
    ///
    /// # Errors
    ///
    /// Why it may not; then it is not run ([`SessionError::Guard`](crate::SessionError::Guard)).
    fn step(&self, step: StepBegun<'_>) -> Result<(), String> {
        let _ = step;
        Ok(())
    }

    /// A step is over. Of one that was abandoned nothing is told.
    fn step_ended(&self, step: StepEnded<'_>) {
        let _ = step;
    }
}

/// A step that is about to be run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StepBegun<'a> {
    /// That of its session.
    pub ledger: &'a Ledger,
    /// Which step of the session it is, from 1.
    pub number: u64,
    /// The code.
    pub source: &'a str,
}

/// A step that is over.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct StepEnded<'a> {
    /// That of its session.
    pub ledger: &'a Ledger,
    /// Which step of the session it was, from 1.
    pub number: u64,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// What it used.
    pub usage: &'a Usage,
}

impl fmt::Debug for StepEnded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepEnded").field("number", &self.number).finish_non_exhaustive()
    }
}

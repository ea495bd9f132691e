//! What is called after steps, and before an answer is given.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use fumehood::Files;

use crate::answer::Answer;
use crate::memory::{ActionStep, Memory, PlanningStep};

/// Called after a step, before it becomes part of the memory. It can change both.
pub(crate) type StepCallback = Arc<dyn Fn(StepEnd<'_>, &mut Memory) -> Flow + Send + Sync>;

/// A step that is done, and can still be changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum StepEnd<'a> {
    /// A plan was made.
    Planning(&'a mut PlanningStep),
    /// The model acted.
    Action {
        /// What it did, and what came of it.
        step: &'a mut ActionStep,
        /// The session's own files, if there is a session: to show the model a chart that its code has drawn,
        /// for example.
        files: Option<Files<'a>>,
    },
    /// The run has an answer.
    FinalAnswer(&'a mut Answer),
}

/// How the run goes on after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// With the next step.
    #[default]
    Continue,
    /// Not by itself: [`Run::finish`](crate::Run::finish) returns
    /// [`AgentError::Interrupted`](crate::AgentError::Interrupted), and goes on when it is called again.
    Interrupt,
}

/// What a check of answers comes to: whether an answer will do, and why not.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Whether an answer will do.
pub(crate) type Check = Arc<dyn for<'a> Fn(&'a Answer, &'a Memory) -> Checking<'a> + Send + Sync>;

//! What happens in a run, as it happens.

use std::sync::Arc;
use std::time::Duration;

use fumehood_model::ModelError;

use crate::memory::{ActionStep, PlanningStep, SummaryStep};
use crate::result::RunResult;

/// Called with what happens in a run, as it happens, from the task that runs it.
pub type Listener = Arc<dyn Fn(&AgentEvent<'_>) + Send + Sync>;

/// Whoever listens to a run, if anybody does.
#[derive(Clone, Default)]
pub(crate) struct Audience(pub(crate) Option<Listener>);

impl Audience {
    pub(crate) fn tell(&self, event: AgentEvent<'_>) {
        if let Some(listener) = &self.0 {
            listener(&event);
        }
    }
}

/// Something that happens in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum AgentEvent<'a> {
    /// A plan is being made.
    PlanningStarted,
    /// A plan was made.
    Planned(&'a PlanningStep),
    /// A step begins.
    StepStarted {
        /// Which step of its task it is, from 1.
        number: u32,
    },
    /// The model says something more.
    Said {
        /// The next part of its reply.
        text: &'a str,
    },
    /// The model thinks something more.
    Thought {
        /// The next part of it.
        text: &'a str,
    },
    /// The model failed, and is asked again: what it said in this step so far does not count.
    Retrying {
        /// Why.
        error: &'a ModelError,
        /// It is asked after this time.
        wait: Duration,
    },
    /// Code is about to run.
    Running {
        /// The code.
        code: &'a str,
    },
    /// Something happens in the sandbox, or a tool is called that the model asked for itself.
    Sandbox(&'a fumehood::Event<'a>),
    /// Something happens in the run of a managed agent.
    Member {
        /// The managed agent.
        name: &'a str,
        /// Which call of a managed agent in this run it is, from 1: those that run at the same time mix.
        call: u64,
        /// What happens.
        event: &'a AgentEvent<'a>,
    },
    /// Steps were summed up, to keep the conversation within its budget.
    SummedUp(&'a SummaryStep),
    /// A step is done.
    StepFinished(&'a ActionStep),
    /// The run is done.
    Finished(&'a RunResult),
}

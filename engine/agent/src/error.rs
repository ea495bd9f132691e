//! Why there is no agent, and why a run has no result.

use std::io;

use fumehood::{ConfigError, DefineError, SavedError, SessionError};
use fumehood_model::ModelError;

use crate::prompts::PromptError;

/// Why an agent cannot be made as it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentConfigError {
    /// Its name is not one that a Python function can have.
    #[error("an agent cannot be named `{name}`: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A managed agent has no name, or no description, by which its manager could know when to call it.
    #[error("a managed agent needs a name and a description; this one has no {missing}")]
    Member {
        /// What is missing.
        missing: &'static str,
    },
    /// Tools, managed agents and the agent itself need names of their own.
    #[error("`{name}` is the name of more than one tool or agent")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// The prompts cannot be used.
    #[error(transparent)]
    Prompts(#[from] PromptError),
    /// The sandbox cannot be made.
    #[error(transparent)]
    Sandbox(#[from] ConfigError),
}

/// Why a run has no result. Errors of the code, of tools and of managed agents are not among them: they are
/// told to the model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The model has no reply. The run is as it was before the step, and can go on.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sandbox cannot start a session, or cannot run a step in it.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// Somebody has interrupted the run. It can go on.
    #[error("the run was interrupted")]
    Interrupted,
    /// A prompt cannot be rendered.
    #[error(transparent)]
    Prompts(#[from] PromptError),
    /// The arguments of a task cannot be put into the session.
    #[error(transparent)]
    Arguments(#[from] DefineError),
    /// An argument is not JSON, and only code can be given others.
    #[error(
        "the argument `{name}` is not JSON, and this agent has no code that it could be given to"
    )]
    ArgumentForCode {
        /// Its name.
        name: String,
    },
    /// The run has no task, or has come to its end and was given no other.
    #[error("there is nothing to do: the run has no task, or has answered it")]
    NothingToDo,
    /// What happens in the run cannot be stored.
    #[error("the run cannot be stored")]
    Store(#[source] io::Error),
}

/// Why a stored run cannot be gone on with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredRunError {
    /// It is not a stored run.
    #[error("this is not a stored run: {reason}")]
    NotARun {
        /// Why not.
        reason: String,
    },
    /// It was written by a later version of this library.
    #[error("the run has version {found} of the form; this library knows versions up to {known}")]
    Newer {
        /// The version of the run.
        found: u32,
        /// The last version that is known here.
        known: u32,
    },
    /// The interpreter's state cannot be gone on from.
    #[error(transparent)]
    Session(#[from] SavedError),
    /// The system refuses.
    #[error("the run cannot be read")]
    Io(#[from] io::Error),
}

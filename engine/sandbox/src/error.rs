//! The errors of this crate, a family for each kind of call.
//!
//! What the code in the sandbox does is never one of these: that it raised, reached a limit or broke
//! its interpreter is an [`Outcome`](crate::Outcome). These errors are about the image, the host and
//! the caller.

use std::io;
use std::path::PathBuf;

use crate::files::Refusal;
use crate::outcome::{Outcome, Step};

/// Why an image cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// There is no image in the directory.
    #[error("there is no guest image in `{}`", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// The image was written by another version of this library.
    #[error(
        "the guest image in `{}` has format {found}, this version reads format {}",
        path.display(),
        crate::image::FORMAT
    )]
    Format {
        /// The directory.
        path: PathBuf,
        /// The format found.
        found: u32,
    },
    /// Somebody other than the user of this process, or root, could have changed a file.
    #[error("`{}` cannot be trusted: {reason}", path.display())]
    Permissions {
        /// The file or directory.
        path: PathBuf,
        /// Who could have.
        reason: String,
    },
    /// A file is not what the manifest says it is.
    #[error("`{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// Reading failed.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why an engine cannot be made of an image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A file of the image cannot be used.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// wasmtime refuses the configuration or the machine code.
    #[error("the guest image cannot be loaded")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a sandbox cannot be made as configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A tool's name is not a Python identifier, or is a keyword or a name that Python itself needs.
    #[error("`{name}` cannot be the name of a tool: {reason}")]
    ToolName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two tools have the same name.
    #[error("two tools are named `{name}`")]
    DuplicateTool {
        /// The name.
        name: String,
    },
    /// A tool's parameters are not a JSON Schema of an object.
    #[error("the parameters of tool `{name}` are not a JSON Schema of an object: {reason}")]
    ToolSchema {
        /// The tool.
        name: String,
        /// What is wrong with them.
        reason: String,
    },
    /// What a tool says of its answers is not a JSON Schema.
    #[error("the schema of what tool `{name}` returns is not a JSON Schema: {reason}")]
    ToolReturns {
        /// The tool.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A module cannot have this name, or what is in it cannot be.
    #[error("there can be no module `{name}`: {reason}")]
    Module {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be one of the [`Packages`](crate::Packages), or what it is imported as has another meaning.
    #[error("`{path}` cannot be among the packages: {reason}")]
    Package {
        /// Where it is, or the name that it is imported by.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder cannot be granted under this path of the guest.
    #[error("`{path}` cannot be granted: {reason}")]
    Grant {
        /// The path in the guest.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit that nothing could run within.
    #[error("{limit} is too small: it is {value}, the least is {least}")]
    LimitTooSmall {
        /// The limit's name.
        limit: &'static str,
        /// The value given.
        value: u64,
        /// The least that makes sense.
        least: u64,
    },
    /// Fuel cannot be limited where the clock meters.
    #[error(
        "fuel cannot be limited: this engine meters by the clock, which counts no instructions"
    )]
    NoFuel,
    /// Nothing is promised to be the same where the clock meters.
    #[error(
        "a sandbox cannot be deterministic where the clock meters: it needs an engine that meters by fuel"
    )]
    DeterministicByClock,
    /// A deterministic clock cannot begin so late.
    #[error("a clock cannot begin {start:?} after 1970: CPython's clocks end in 2262")]
    StartTooLate {
        /// When it was to begin.
        start: std::time::Duration,
    },
    /// Sessions were to begin with a checkpoint of another engine.
    #[error("the checkpoint that sessions are to begin with belongs to another engine")]
    OtherEngine,
    /// An environment variable that no process could have.
    #[error("`{name}` cannot be an environment variable: {reason}")]
    Environment {
        /// The name.
        name: String,
        /// What is wrong with it or its value.
        reason: &'static str,
    },
    /// The system has no threads that could keep sessions ready.
    #[error("the threads of the pool cannot be started")]
    Pool {
        /// What the system said.
        source: io::Error,
    },
}

/// Why a session cannot be started, or cannot run a step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// An earlier step could not be rolled back.
    #[error("the session is lost: {reason}")]
    Lost {
        /// What ended it.
        reason: String,
    },
    /// The first step of a session was abandoned before it was done, and is rolled back with the next one.
    #[error("the first step was abandoned; there is no state to take before another is run")]
    Abandoned,
    /// The code is longer than a step may be.
    #[error("the code has {bytes} bytes, the limit is {limit} bytes")]
    CodeTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The [`Guard`](crate::Guard) of the sandbox does not let the step be run.
    #[error("the step was not run: {reason}")]
    Guard {
        /// Why not.
        reason: String,
    },
    /// A limit given for this step is one that nothing could run within.
    #[error(transparent)]
    Limits(#[from] ConfigError),
    /// The state of the session cannot be taken, or gone back to.
    #[error("{doing}: {source}")]
    State {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A checkpoint of one engine was given to a session of another.
    #[error("the checkpoint belongs to another engine")]
    OtherEngine,
    /// The host cannot provide what a session needs.
    #[error("cannot start a session: {doing}")]
    Start {
        /// What was being done.
        doing: &'static str,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why set-up code has prepared nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The code did not run to its end. The message has its traceback.
    #[error("the set-up code failed: {}", failure(&step.outcome))]
    Failed {
        /// How it ended, and what it printed.
        step: Box<Step>,
    },
    /// There is no session to run it in, or its state cannot be taken.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// Why values cannot be put into a session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DefineError {
    /// A variable cannot have such a name.
    #[error("`{name}` cannot be the name of a variable: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value cannot be written as JSON.
    #[error("the value of `{name}` cannot be written as JSON")]
    Json {
        /// The variable.
        name: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A picture is neither a PNG nor a JPEG file.
    #[error("the picture `{name}` is neither a PNG nor a JPEG file")]
    Image {
        /// The variable.
        name: String,
    },
    /// The guest cannot make the values. The session is as it was.
    #[error("the variables cannot be made: {}", failure(outcome))]
    Failed {
        /// How that ended.
        outcome: Box<Outcome>,
    },
    /// There is no session to put them into.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// How code ended that did not run to its end.
fn failure(outcome: &Outcome) -> String {
    let (how, exception) = match outcome {
        Outcome::Raised(exception) => ("it raised an exception".to_owned(), Some(exception)),
        Outcome::LimitReached(reached, exception) => (reached.to_string(), exception.as_ref()),
        Outcome::Cancelled(exception) => ("it was cancelled".to_owned(), exception.as_ref()),
        Outcome::Failed(failure) => (failure.to_string(), None),
        Outcome::Completed(_) | Outcome::FinalAnswer(_) => ("it did not".to_owned(), None),
    };
    match exception {
        Some(exception) => format!("{how}\n{}", exception.traceback.trim_end()),
        None => how,
    }
}

/// Why something cannot be done with a session's files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// The session's files do not allow it.
    #[error("`{path}`: {reason}")]
    Refused {
        /// The path as it was given, or of what was to be copied there.
        path: String,
        /// Why.
        reason: Refusal,
    },
    /// What was to be copied from the host cannot be read, or what was to be copied to it not be written.
    #[error("cannot copy `{path}`")]
    Host {
        /// The path in the session.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a session cannot be saved, or gone on from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// It cannot be written or read.
    #[error("cannot be written or read")]
    Io(#[from] std::io::Error),
    /// What is read is something else.
    #[error("this is no saved session")]
    NotASession,
    /// What is read has another version, which a newer or an older library has written.
    #[error("the saved session has version {found}, this library reads version {supported}")]
    Version {
        /// Its version.
        found: u32,
        /// The version that is read.
        supported: u32,
    },
    /// The session was one of another image, and without it says nothing.
    #[error("the session was saved with the image {found}, this is {expected}")]
    OtherImage {
        /// The session's image, and the beginning of the SHA-256 of its memory.
        found: String,
        /// The same of the sandbox's.
        expected: String,
    },
    /// The interpreter has functions of tools that the sandbox does not have.
    #[error("the saved session needs tools that are not there: {}", names.join(", "))]
    MissingTools {
        /// Their names.
        names: Vec<String>,
    },
    /// The session's memory is larger than the sandbox allows.
    #[error("the saved session has {bytes} bytes of memory, the limit is {limit} bytes")]
    MemoryLimit {
        /// The size of its memory.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The session's files are more than the sandbox allows.
    #[error("the saved session's files are more than the limits allow: {0}")]
    Files(crate::files::Refusal),
    /// What is read is not what was written: it was cut off or changed.
    #[error("the saved session is damaged: {what}")]
    Damaged {
        /// Where.
        what: String,
    },
    /// The session has no state, or none can be started.
    #[error(transparent)]
    Session(Box<SessionError>),
}

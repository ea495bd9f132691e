//! How a step ended.

use serde_json::value::RawValue;

use crate::answer::FinalAnswer;
use crate::limits::{Reached, Usage};

/// A step that was run: how it ended, what it printed and what it used.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// How it ended.
    pub outcome: Outcome,
    /// What it printed.
    pub output: Output,
    /// What it used.
    pub usage: Usage,
    /// The step was rolled back: the session is what it was before. So it is after a step that had to be
    /// stopped, or in which the interpreter broke down, and after an [atomic](crate::Code::atomic) one
    /// that did not run to its end.
    pub rolled_back: bool,
    /// The session was lost with this step, as the system refused to roll it back; it runs no further
    /// one.
    pub lost: bool,
}

/// How a step ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The code ran to its end. The value is that of its last statement, if that is an expression
    /// and its value is not `None`.
    Completed(Option<Value>),
    /// The code gave a final answer, which ended it.
    FinalAnswer(FinalAnswer),
    /// An exception left the code.
    Raised(Exception),
    /// A limit was reached. There is an exception if it was raised in the code and left it. There is
    /// none if the code had to be stopped, and then the step is rolled back; or if it was not run at all,
    /// as nothing was left of the session's totals.
    LimitReached(Reached, Option<Exception>),
    /// The step was cancelled. The exception is there under the same condition.
    Cancelled(Option<Exception>),
    /// The interpreter broke down, by a stack overflow or by code that destroyed it. The step is rolled
    /// back.
    Failed(Failure),
}

impl Outcome {
    /// Whether the code ran to its end, or to a final answer.
    pub fn is_success(&self) -> bool {
        matches!(self, Outcome::Completed(_) | Outcome::FinalAnswer(_))
    }
}

/// A Python value, rendered in the sandbox.
#[derive(Debug)]
#[non_exhaustive]
pub struct Value {
    /// `repr(value)`
    pub repr: String,
    /// The value as JSON, where it has such a form.
    pub json: Option<Box<RawValue>>,
}

/// A Python exception that left the submitted code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exception {
    /// The name of its class, with the module where CPython prints it: `ValueError`, `json.decoder.JSONDecodeError`.
    pub name: String,
    /// The names of its class and of all base classes, in method resolution order.
    pub mro: Vec<String>,
    /// `str(exception)`
    pub message: String,
    /// The traceback as CPython prints it, with the line numbers of the submitted code.
    pub traceback: String,
}

/// What broke the interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Recursion deeper than the stack, in a place where Python does not count it.
    StackOverflow,
    /// The interpreter gave up: an abort, a use of memory that is not there, `os._exit`.
    Aborted(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::StackOverflow => f.write_str("the interpreter's stack overflowed"),
            Failure::Aborted(how) => write!(f, "the interpreter aborted: {how}"),
        }
    }
}

/// What a step printed, up to its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// What went to `sys.stdout`.
    pub stdout: String,
    /// What went to `sys.stderr`.
    pub stderr: String,
    /// Bytes that were printed after the limit was reached, and dropped.
    pub cut_bytes: u64,
}

/// Something that happens while a step runs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The code printed. The bytes are UTF-8 unless the code wrote something else; a character may
    /// be divided between two events.
    Output {
        /// Where to.
        stream: Stream,
        /// What.
        bytes: &'a [u8],
    },
    /// The code calls a tool; its arguments fit the tool's parameters.
    ToolCalled {
        /// The tool.
        tool: &'a str,
        /// The arguments as a JSON object.
        arguments: &'a str,
    },
    /// The tool says how far it has come.
    ToolProgress {
        /// The tool.
        tool: &'a str,
        /// In words of the tool's, which come from whoever wrote it: they may contain anything.
        message: &'a str,
        /// The share of the whole that is done, from 0 to 1.
        share: Option<f64>,
    },
    /// The tool is done.
    ToolReturned {
        /// The tool.
        tool: &'a str,
        /// The answer as JSON, or the message of the error.
        result: Result<&'a str, &'a str>,
        /// How long it took.
        took: std::time::Duration,
    },
}

/// Called with what happens while a step runs, by the thread that runs it.
pub type Listener = std::sync::Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// The two streams a program prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// `sys.stdout`
    Stdout,
    /// `sys.stderr`
    Stderr,
}

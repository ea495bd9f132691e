//! What the fuzz targets in `tests/fuzz` reach of this crate. No other build has this module.

use std::sync::Arc;

use serde_json::value::RawValue;
use wasmtime_wasi::cli::StdoutStream as _;

use crate::answer::FinalAnswer;
use crate::bindings::fumehood::guest;
pub use crate::bindings::fumehood::guest::answer::{Content, File};
pub use crate::bindings::fumehood::guest::tools::Host as ToolImports;
use crate::console::{Console, Descriptor};
use crate::control::Control;
use crate::error::ConfigError;
use crate::host::{self, Host};
use crate::limits::{Limits, Scope, Scopes};
use crate::outcome::{Listener, Output, Stream};
use crate::tools::{Tool, Tools};
use crate::{wasi, workshop};

/// How deep the host takes a JSON text to be nested.
pub fn nesting_of(json: &str) -> u32 {
    host::nesting_of(json)
}

/// JSON text from the guest, if the host takes it as such.
pub fn checked_json(text: String, nesting: u32) -> Option<Box<RawValue>> {
    host::checked_json(text, nesting)
}

/// The host as a guest meets it during one step: its imports, with any values that they can be called
/// with, and the standard streams.
pub struct Step {
    host: Host,
    console: Arc<Console>,
}

/// What a step leaves on the host.
#[derive(Debug)]
pub struct Left {
    /// The first answer that was given.
    pub answer: Option<FinalAnswer>,
    /// What was printed, and how many bytes that would have been without a limit.
    pub output: (Output, u64),
    /// The account of fuel.
    pub fuel: u64,
    /// The tool calls that were counted.
    pub tool_calls: u64,
}

impl Step {
    /// Begins a step within limits.
    ///
    /// # Errors
    ///
    /// If a tool is refused.
    pub fn begin(
        limits: Limits,
        tools: impl IntoIterator<Item = Arc<dyn Tool>>,
        listener: Option<Listener>,
    ) -> Result<Step, ConfigError> {
        let mut added = Tools::default();
        for tool in tools {
            added.add(tool)?;
        }
        let control = Control::new(Vec::new());
        let console = Arc::new(Console::new(Arc::clone(&control)));
        console.begin(limits.output_bytes, Scope::Step, listener.clone());
        let wasi = wasi::context(&[], &[], &console).expect("nothing has to be opened");
        let mut host = workshop::bare(wasi, control, limits.clone());
        host.step = host::StepIo::new(limits, Scopes::default()).listener(listener);
        host.tools = Arc::new(added);
        Ok(Step { host, console })
    }

    /// The imports that are calls of tools.
    pub fn tools(&mut self) -> &mut impl ToolImports {
        &mut self.host
    }

    /// `answer.give`
    pub fn give(
        &mut self,
        json: Option<String>,
        text: String,
        content: Content,
    ) -> wasmtime::Result<()> {
        guest::answer::Host::give(&mut self.host, json, text, content)
    }

    /// `limits.interruption`
    pub fn interruption(&mut self) -> wasmtime::Result<String> {
        guest::limits::Host::interruption(&mut self.host)
    }

    /// `limits.refuel`
    pub async fn refuel(&mut self, left: i64) -> wasmtime::Result<i64> {
        guest::limits::Host::refuel(&mut self.host, left).await
    }

    /// `limits.settle`
    pub fn settle(&mut self, left: i64) -> wasmtime::Result<()> {
        guest::limits::Host::settle(&mut self.host, left)
    }

    /// Writes to stdout or stderr.
    pub fn print(&mut self, stream: Stream, bytes: Vec<u8>) {
        let mut stream = Descriptor::new(stream, &self.console).p2_stream();
        stream.write(bytes.into()).expect("what is printed is always taken");
    }

    /// Ends the step.
    pub fn end(mut self) -> Left {
        Left {
            answer: self.host.step.take_answer(),
            output: self.console.end(),
            fuel: self.host.step.fuel().used(),
            tool_calls: self.host.step.tool_calls(),
        }
    }
}

//! Tools that the flags give to code and agents.
//!
//! * `source`: where tools come from, by name; `library` has those that need no description
//! * `asking`: the tool that asks the user
//! * `program`: tools that are programs of this machine; `openapi`: operations of a server
//! * `python`: tools that are functions of Python files, and readers of documents
//! * `sql`: databases; `memory`: what is remembered from run to run
//! * `web`: searches, pages, articles and recordings

mod asking;
mod library;
mod memory;
mod openapi;
mod program;
pub(crate) mod python;
mod source;
mod sql;
pub(crate) mod web;

use std::sync::Arc;

use anyhow::Result;
use fumehood::{Module, SandboxBuilder, Tool};
use fumehood_policy::AuditLog;

use crate::printer::Printer;
use crate::sandboxing::ImageFlags;
use source::Making;

/// Which tools there are.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What the code may reach")]
pub(crate) struct ToolFlags {
    /// Give it a tool: the name of one of the library, or a file that describes one. docs/tools.md lists both
    #[arg(long, value_name = "NAME|FILE")]
    tool: Vec<String>,
}

impl ToolFlags {
    /// The tools that were named. Requests that they send are written into the log.
    pub(crate) fn open(
        &self,
        image: &ImageFlags,
        printer: &Arc<Printer>,
        log: Option<Arc<AuditLog>>,
    ) -> Result<Toolset> {
        let making = Making { image, printer, log };
        let mut tools = Toolset::default();
        for named in &self.tool {
            tools.extend(source::open(named, &making)?);
        }
        Ok(tools)
    }
}

/// The tools that are named as by the flag `--tool`.
pub(crate) fn open(named: &str, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Toolset> {
    source::open(named, &Making { image, printer, log: None })
}

/// What code is given to call.
#[derive(Clone, Default)]
pub(crate) struct Toolset {
    /// Functions that are there without being imported.
    pub(crate) tools: Vec<Arc<dyn Tool>>,
    /// What code imports.
    pub(crate) modules: Vec<Module>,
}

impl Toolset {
    /// One tool.
    pub(crate) fn of(tool: impl Tool) -> Toolset {
        Toolset { tools: vec![Arc::new(tool)], modules: Vec::new() }
    }

    pub(crate) fn extend(&mut self, others: impl Into<Toolset>) {
        let Toolset { tools, modules } = others.into();
        self.tools.extend(tools);
        self.modules.extend(modules);
    }

    /// A sandbox that has them.
    pub(crate) fn apply(&self, builder: SandboxBuilder) -> SandboxBuilder {
        let tools = self.tools.iter().cloned();
        let builder = tools.fold(builder, |builder, tool| builder.shared_tool(tool));
        builder.modules(self.modules.iter().cloned())
    }
}

impl From<Vec<Arc<dyn Tool>>> for Toolset {
    fn from(tools: Vec<Arc<dyn Tool>>) -> Toolset {
        Toolset { tools, modules: Vec::new() }
    }
}

//! Agents as files: a folder with an `agent.toml` is an agent.
//!
//! * `file`: the form of `agent.toml`; `mistakes`, what is told of keys that are none
//! * `folder`: a folder that was read, with all that belongs to it; `making`, the agent that follows from it
//! * `checking`: checks of answers, which run in a sandbox of their own; `judging`, Python that judges
//! * `tools`: where tools come from
//! * `init`, `show`, `check`, `import`: the subcommands; `settings`, what an agent is, as a list
//!
//! docs/agent-files.md has every key.

mod check;
mod checking;
mod file;
mod folder;
mod import;
mod init;
mod judging;
mod making;
pub(crate) mod mistakes;
mod settings;
mod show;
mod tools;

use std::sync::Arc;

use anyhow::Result;

use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;

pub(crate) use checking::variables;
pub(crate) use file::Kind;
pub(crate) use folder::AgentFolder;
pub(crate) use judging::{Judge, NoValue};
pub(crate) use making::{Engines, Overrides};
pub(crate) use mistakes::explained;

/// Make, look at, check and import agents that are files
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum AgentCommand {
    Init(init::InitFlags),
    Show(show::ShowFlags),
    Check(check::CheckFlags),
    Import(import::ImportFlags),
}

pub(crate) async fn agent(
    command: AgentCommand,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    match command {
        AgentCommand::Init(flags) => init::init(&flags, printer),
        AgentCommand::Show(flags) => show::show(&flags, image, printer),
        AgentCommand::Check(flags) => check::check(&flags, image, printer),
        AgentCommand::Import(flags) => import::import(&flags, image, printer).await,
    }
}

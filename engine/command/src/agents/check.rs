//! `fumehood agent check`: whether an agent can be made, without asking its model.

use std::path::PathBuf;

use anyhow::Result;
use fumehood_agent::Agent;
use fumehood_model::ProviderError;

use crate::agents::folder::AgentFolder;
use crate::agents::making::Engines;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::units;

/// Load an agent with everything that belongs to it, without asking its model
///
/// Exit status: 0 it can be made, 4 it cannot. Whether a provider's key is set is told and changes nothing.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CheckFlags {
    /// The folder of the agent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn check(flags: &CheckFlags, image: &ImageFlags, printer: &Printer) -> Result<Exit> {
    let folder = AgentFolder::open(&flags.folder)?;
    let mut models = Vec::new();
    look_at_models(&folder, &mut models)?;
    let agent = folder.agent_to_look_at(&Engines::new(image, printer))?;
    look_at_prompts(&agent)?;
    for line in models {
        printer.line(&units::printable(&line))?;
    }
    printer.line(&format!("`{}` can be made", flags.folder.display()))?;
    Ok(Exit::Ok)
}

/// Whether the providers are known, and their keys are there.
fn look_at_models(folder: &AgentFolder, into: &mut Vec<String>) -> Result<()> {
    let shown = folder.path().display();
    match folder.choice()? {
        None => into.push(format!("{shown}: no model of its own")),
        Some(choice) if folder.recording.is_some() => {
            into.push(format!("{shown}: {}, which is there", choice.name));
        }
        Some(choice) => {
            let Some((provider, _)) = choice.provider() else {
                if choice.api_base.is_none() {
                    let unknown = ProviderError::Unknown { name: choice.name };
                    return Err(folder.wrong("model", unknown));
                }
                into.push(format!("{shown}: {}, at an address of its own", choice.name));
                return members(folder, into);
            };
            let is_set = provider.key_in(&|name| std::env::var(name).ok()).is_some();
            let key = match provider.key_variables {
                [] => "which needs no key".to_owned(),
                names if is_set => format!("whose key is set in {}", names.join(" or ")),
                names => format!("whose key is not set in {}", names.join(" or ")),
            };
            into.push(format!("{shown}: {} of {}, {key}", choice.name, provider.name));
        }
    }
    members(folder, into)
}

fn members(folder: &AgentFolder, into: &mut Vec<String>) -> Result<()> {
    folder.members.iter().try_for_each(|member| look_at_models(member, into))
}

/// Whether all system prompts can be rendered.
fn look_at_prompts(agent: &Agent) -> Result<()> {
    agent.system_prompt()?;
    agent.members().try_for_each(look_at_prompts)
}

//! `fumehood agent check`: whether an agent can be made, without asking its model.

use std::path::PathBuf;

use anyhow::Result;
use fumehood_agent::Agent;
use fumehood_model::ProviderError;
use serde::Serialize;
use serde_json::json;

use crate::agents::folder::AgentFolder;
use crate::agents::making::Engines;
use crate::agents::mistakes::{Mistake, Mistakes};
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::units;

/// Load an agent with everything that belongs to it, without asking its model
///
/// All that is wrong is told, with the file and the line. Exit status: 0 it can be made, 4 it cannot. Whether a
/// provider's key is set is told and changes nothing.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CheckFlags {
    /// The folder of the agent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print what was found as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Which model an agent has, and what is known of it.
#[derive(Debug, Serialize)]
struct KnownModel {
    folder: String,
    /// Null if it has none of its own.
    model: Option<String>,
    provider: Option<&'static str>,
    /// Whether the provider's key is set. Null if it needs none.
    key_is_set: Option<bool>,
    #[serde(skip)]
    told: String,
}

pub(super) fn check(flags: &CheckFlags, image: &ImageFlags, printer: &Printer) -> Result<Exit> {
    let mut mistakes = Mistakes::default();
    let mut models = Vec::new();
    if let Some(folder) = AgentFolder::read(&flags.folder, &mut mistakes) {
        look_at_models(&folder, &mut models, &mut mistakes);
        let agent = folder.without_prompts(&Engines::new(image, printer), &mut mistakes)?;
        if let Some(agent) = agent {
            look_at_prompts(&folder, &agent, &mut mistakes);
        }
    }
    let is_fine = mistakes.count() == 0;
    let exit = if is_fine { Exit::Ok } else { Exit::Sandbox };
    let shown = units::printable(&flags.folder.display().to_string());
    if flags.json {
        let (told, more) = (mistakes.told(), mistakes.more());
        let found = json!({
            "folder": shown, "ok": is_fine, "models": models, "mistakes": told, "more_mistakes": more,
        });
        printer.line(&found.to_string())?;
        return Ok(exit);
    }
    for model in &models {
        let line = format!("{}: {}", model.folder, model.told);
        printer.line(&units::printable(&line))?;
    }
    for mistake in mistakes.told() {
        printer.error(&anyhow::Error::from(mistake.clone()));
    }
    if is_fine {
        printer.line(&format!("`{shown}` can be made"))?;
    } else {
        let count = mistakes.count();
        let all = if mistakes.more() > 0 { ", of which the first are told" } else { "" };
        let mistakes = if count == 1 { "mistake" } else { "mistakes" };
        printer.say(&format!("fumehood: `{shown}` cannot be made: {count} {mistakes}{all}"));
    }
    Ok(exit)
}

/// Whether the providers are known, and their keys are there.
fn look_at_models(folder: &AgentFolder, into: &mut Vec<KnownModel>, mistakes: &mut Mistakes) {
    into.extend(mistakes.unless(known_model(folder)));
    folder.members.iter().for_each(|member| look_at_models(member, into, mistakes));
}

fn known_model(folder: &AgentFolder) -> Result<KnownModel, Mistake> {
    let known = |told: &str| KnownModel {
        folder: folder.path().display().to_string(),
        model: None,
        provider: None,
        key_is_set: None,
        told: told.to_owned(),
    };
    let Some(choice) = folder.choice()? else { return Ok(known("no model of its own")) };
    let model = Some(choice.name.clone());
    let name = &choice.name;
    if name.starts_with("replay:") {
        return match folder.replay() {
            Some(replay) => {
                replay.map(|_| KnownModel { model, ..known(&format!("{name}, which is there")) })
            }
            None => Ok(KnownModel { model, ..known(&format!("{name}, which cannot be read")) }),
        };
    }
    let Some((provider, _)) = choice.provider() else {
        if choice.api_base.is_none() {
            let unknown = ProviderError::Unknown { name: name.clone() };
            return Err(folder.wrong("model.name", unknown));
        }
        return Ok(KnownModel { model, ..known(&format!("{name}, at an address of its own")) });
    };
    let is_set = provider.key_in(&|name| std::env::var(name).ok()).is_some();
    let names = provider.key_variables.join(" or ");
    let (key_is_set, key) = match provider.key_variables {
        [] => (None, "which needs no key".to_owned()),
        _ if is_set => (Some(true), format!("whose key is set in {names}")),
        _ => (Some(false), format!("whose key is not set in {names}")),
    };
    let told = format!("{name} of {}, {key}", provider.name);
    Ok(KnownModel { model, provider: Some(provider.name), key_is_set, ..known(&told) })
}

/// Whether all prompts can be rendered.
fn look_at_prompts(folder: &AgentFolder, agent: &Agent, mistakes: &mut Mistakes) {
    let file = folder.file.prompts.as_ref().map(|name| folder.path().join(name));
    if let (Some(file), Some(prompts)) = (file, &folder.prompts) {
        for error in agent.prompt_errors(prompts) {
            mistakes.note(Mistake::new(file.display(), error));
        }
    }
    for member in &folder.members {
        let found = agent.members().find(|agent| agent.name() == member.file.name);
        found.into_iter().for_each(|agent| look_at_prompts(member, agent, mistakes));
    }
}

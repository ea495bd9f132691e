//! `fumehood agent show`: what an agent is.

use std::path::PathBuf;

use anyhow::Result;
use fumehood_agent::Agent;
use serde_json::{Map, Value, json};

use crate::agents::file::AgentFile;
use crate::agents::folder::AgentFolder;
use crate::agents::making::Engines;
use crate::agents::settings::settings;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::units;

/// Show what an agent is: its settings, its tools as its model sees them, and the agents that it manages
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ShowFlags {
    /// The folder of the agent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Show the system prompt too, as its model is told it
    #[arg(long)]
    prompt: bool,
    /// Print it as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn show(flags: &ShowFlags, image: &ImageFlags, printer: &Printer) -> Result<Exit> {
    let folder = AgentFolder::open(&flags.folder)?;
    let agent = folder.agent_to_look_at(&Engines::new(image, printer))?;
    if flags.json {
        printer.line(&described(&folder, &agent, flags.prompt)?.to_string())?;
        return Ok(Exit::Ok);
    }
    let name = if agent.name().is_empty() { "an agent without a name" } else { agent.name() };
    printer.line(&shown(name))?;
    if !agent.description().is_empty() {
        printer.line(&shown(agent.description()))?;
    }
    printer.line("")?;
    let usual = settings(&AgentFile { kind: folder.file.kind, ..AgentFile::default() }, &[]);
    let all = settings(&folder.file, &folder.checks);
    let longest = all.keys().map(String::len).max().unwrap_or(0);
    for (key, value) in &all {
        let default = if usual.get(key) == Some(value) { "  (default)" } else { "" };
        printer.line(&format!("{key:longest$}  {}{default}", in_words(value)))?;
    }
    printer.line("\ntools:")?;
    for stub in agent.tool_stubs() {
        for line in stub.lines() {
            printer.line(format!("  {}", units::printable(line)).trim_end())?;
        }
    }
    if !folder.members.is_empty() {
        printer.line("\nmanages:")?;
        tree(&folder, 1, printer)?;
    }
    if flags.prompt {
        printer.line("\nsystem prompt:")?;
        for line in agent.system_prompt()?.lines() {
            printer.line(&units::printable(line))?;
        }
    }
    Ok(Exit::Ok)
}

fn described(folder: &AgentFolder, agent: &Agent, prompt: bool) -> Result<Value> {
    let mut all = Map::new();
    all.insert("name".to_owned(), json!(agent.name()));
    all.insert("description".to_owned(), json!(agent.description()));
    all.insert("folder".to_owned(), json!(folder.path()));
    all.insert("settings".to_owned(), Value::Object(settings(&folder.file, &folder.checks)));
    all.insert("tools".to_owned(), json!(agent.tool_stubs()));
    let members = folder.members.iter().map(|member| {
        let found = agent.members().find(|agent| agent.name() == member.file.name);
        found.map_or(Ok(Value::Null), |agent| described(member, agent, prompt))
    });
    all.insert("managed".to_owned(), members.collect::<Result<Value>>()?);
    if prompt {
        all.insert("system_prompt".to_owned(), json!(agent.system_prompt()?));
    }
    Ok(Value::Object(all))
}

fn tree(folder: &AgentFolder, depth: usize, printer: &Printer) -> Result<()> {
    for member in &folder.members {
        let AgentFile { name, description, .. } = &member.file;
        let line = format!("{:1$}{name}: {description}", "", 2 * depth);
        printer.line(&shown(&line))?;
        tree(member, depth + 1, printer)?;
    }
    Ok(())
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Object(fields) if fields.is_empty() => "none".to_owned(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Value::String(text) => shown(text),
        other => other.to_string(),
    }
}

/// A text of a file, in a line of a terminal.
fn shown(text: &str) -> String {
    units::printable(&text.split('\n').map(str::trim_end).collect::<Vec<_>>().join(" "))
}

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
        tree(&folder, &agent, "", printer)?;
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

/// The agents that one manages, each with what tells it from others, and below it those that it manages.
fn tree(folder: &AgentFolder, agent: &Agent, before: &str, printer: &Printer) -> Result<()> {
    for (position, member) in folder.members.iter().enumerate() {
        let is_last = position + 1 == folder.members.len();
        let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let AgentFile { name, description, .. } = &member.file;
        printer.line(&format!("{before}{branch}{}", shown(&format!("{name}: {description}"))))?;
        let below = format!("{before}{below}");
        let inner = if member.members.is_empty() { "   " } else { "│  " };
        let found = agent.members().find(|agent| agent.name() == name.as_str());
        for (key, value) in found.map(|agent| in_short(member, agent)).unwrap_or_default() {
            printer.line(format!("{below}{inner}{key:12}  {value}").trim_end())?;
        }
        if let Some(agent) = found {
            tree(member, agent, &below, printer)?;
        }
    }
    Ok(())
}

/// What tells an agent from others.
fn in_short(folder: &AgentFolder, agent: &Agent) -> Vec<(&'static str, String)> {
    let settings = settings(&folder.file, &folder.checks);
    let value = |key: &str| in_words(settings.get(key).unwrap_or(&Value::Null));
    let model = match &folder.file.model {
        Some(_) => value("model.name"),
        None => "that of its manager".to_owned(),
    };
    let limits = settings.iter().filter(|(_, value)| !value.is_null());
    let limits = limits.filter_map(|(key, value)| {
        Some(format!("{} {}", key.strip_prefix("limits.")?, in_words(value)))
    });
    vec![
        ("kind", value("kind")),
        ("model", model),
        ("tools", tools(folder, agent).join(", ")),
        ("max_steps", value("max_steps")),
        ("limits", limits.collect::<Vec<_>>().join(", ")),
        ("instructions", value("instructions")),
    ]
}

/// What its model or its code can call besides the agents that it manages.
fn tools(folder: &AgentFolder, agent: &Agent) -> Vec<String> {
    let mut names = vec!["final_answer".to_owned()];
    if folder.file.python == Some(true) {
        names.push("python_interpreter".to_owned());
    }
    for tool in agent.sandbox().tools() {
        let is_member = agent.members().any(|member| member.name() == tool.name);
        if !is_member && !names.contains(&tool.name) {
            names.push(tool.name.clone());
        }
    }
    names
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

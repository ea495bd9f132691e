//! `fumehood agent import`: a folder that smolagents has saved becomes one of ours.
//!
//! Nothing of it is run but the files of tools, each in a sandbox that reaches nothing. What has no counterpart here is
//! told with the reason.
//!
//! * `model`: classes of models and who runs them; `executor`, what ran the code and within which limits
//! * `needs`: modules and packages, and whether the image has them
//! * `report`: what was taken over, and what was not

mod executor;
mod model;
mod needs;
mod report;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::Sandbox;
use fumehood_agent::Prompts;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::agents::file::FILE;
use crate::agents::folder::read;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::toolbox::python::{self, CallLimits};

use needs::Needs;
use report::Report;

/// No file is longer, in bytes.
const FILE_BYTES: u64 = 4 << 20;
/// How deep managed agents are nested.
const DEPTH: usize = 8;
/// Files of tools that are copied for an agent.
const TOOLS: usize = 256;

/// The first bytes of the SHA-256 of smolagents' own prompts, with the kind that they are of: the eight texts without
/// the blanks around them, with a zero between. Versions 1.16, 1.19 to 1.24, and 1.26.
const OWN_PROMPTS: [(&str, Own); 10] = [
    ("b7f88dd56ee7d84cae5e6fb08a725e19", Own::Plain),
    ("7676b826bd306f632846ca7f1e969dac", Own::Plain),
    ("862fde71a9bd2024d1f0376b143f5b60", Own::Plain),
    ("65f220d3b9c48e1db0ed0a6315218a25", Own::Plain),
    ("5629da936445cfa035bad06c300649e4", Own::Plain),
    ("3fa9f29a7cb7ff7d4f5c31930cb2d459", Own::Structured),
    ("14182455fb97a299f09ececb56c96fb5", Own::Structured),
    ("0b3cdbdf6bb7a5a902a39a0102900803", Own::Plain),
    ("49164f415d930ef58fcc69047ffcc344", Own::Plain),
    ("24501adbd88e7ff0cbfed130d897ddc5", Own::Plain),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Plain,
    /// Of an agent whose replies are JSON.
    Structured,
}

/// Make a folder of an agent out of one that smolagents has saved
///
/// Nothing of it is run, but tools in a sandbox that reaches nothing. What was taken over and what was not, and why, is
/// printed.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ImportFlags {
    /// The folder with the agent.json
    #[arg(value_name = "SMOLAGENTS_DIR")]
    from: PathBuf,
    /// The folder to make
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// Print the report as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn import(
    flags: &ImportFlags,
    image: &ImageFlags,
    printer: &Printer,
) -> Result<Exit> {
    if flags.to.join(FILE).exists() {
        bail!("there is a `{}` already", flags.to.join(FILE).display());
    }
    let from = Dir::open_ambient_dir(&flags.from, ambient_authority())
        .with_context(|| format!("cannot open the folder `{}`", flags.from.display()))?;
    let mut needs = Needs::default();
    let trial = Trial { image, printer };
    let mut report = one(&from, &flags.from, &flags.to, 0, &mut needs, &trial)?;
    needs.look_for(image, printer, &mut report).await?;
    match flags.json {
        true => printer.line(&serde_json::to_string(&report)?)?,
        false => report.print(printer)?,
    }
    Ok(Exit::Ok)
}

/// Finds out whether files of tools can be used.
struct Trial<'a> {
    image: &'a ImageFlags,
    printer: &'a Printer,
}

impl Trial<'_> {
    /// The failure says why it cannot.
    fn of(&self, file: &str, source: &str) -> Result<()> {
        let engine = self.image.engine(self.printer)?;
        let limits = CallLimits::default();
        let tools = python::of_agent(&engine, self.image, file, source, &limits, false)?;
        // What they say of their parameters is checked there.
        tools.apply(Sandbox::builder(&engine)).build()?;
        Ok(())
    }
}

/// One agent and those that it manages, depth by depth.
fn one(
    from: &Dir,
    shown: &Path,
    to: &Path,
    depth: usize,
    needs: &mut Needs,
    trial: &Trial<'_>,
) -> Result<Report> {
    if depth > DEPTH {
        bail!("`{}`: managed agents are nested deeper than {DEPTH}", shown.display());
    }
    let place = shown.join("agent.json");
    let text = read(from, "agent.json", FILE_BYTES)
        .with_context(|| format!("cannot read `{}`", place.display()))?;
    let saved = serde_json::from_str::<Value>(&text)
        .with_context(|| format!("`{}` is not JSON", place.display()))?;
    let kind = match saved["class"].as_str() {
        Some("CodeAgent") => "code",
        Some("ToolCallingAgent") => "tool_calling",
        other => bail!(
            "`{}`, key `class`: only CodeAgent and ToolCallingAgent can be imported, and this is {}",
            place.display(),
            other.unwrap_or("neither")
        ),
    };
    let mut report = Report::new(to);
    let mut lines = vec!["version = 1".to_owned()];
    let (mut model_lines, mut tool_lines) = (Vec::new(), Vec::new());
    report.line(&mut lines, "class", "kind", Value::from(kind));
    for (key, ours) in
        [("name", "name"), ("description", "description"), ("instructions", "instructions")]
    {
        if let Some(text) = saved[key].as_str().filter(|text| !text.is_empty()) {
            report.line(&mut lines, key, ours, Value::from(text));
        }
    }
    for (key, ours) in [
        ("max_steps", "max_steps"),
        ("planning_interval", "planning_interval"),
        ("max_tool_threads", "parallel"),
    ] {
        if let Some(count) =
            saved[key].as_u64().filter(|count| (1..=u64::from(u32::MAX)).contains(count))
        {
            report.line(&mut lines, key, ours, Value::from(count));
        }
    }
    if saved["provide_run_summary"] == true {
        report.line(&mut lines, "provide_run_summary", "run_summary", Value::from(true));
    }
    model::model(&saved["model"], &mut model_lines, &mut report);
    let structured = prompts(from, to, &mut lines, &mut report)?;
    if structured && kind == "code" {
        report.line(
            &mut lines,
            "prompts.yaml, which asks for JSON",
            "structured",
            Value::from(true),
        );
    }
    tools(from, to, &saved, [&mut lines, &mut tool_lines], &mut report, trial)?;
    executor::executor(&saved, &mut model_lines, &mut report);
    needs.note(&saved);
    if !saved["verbosity_level"].is_null() {
        report
            .not("verbosity_level", "what is shown of a run is up to the flags of `fumehood run`");
    }
    report.not(
        "checks and callbacks",
        "smolagents does not save them, nor instructions and code tags; `[[checks]]` and so on say them",
    );
    lines.push(String::new());
    lines.extend(model_lines);
    lines.extend(tool_lines);
    write(&to.join(FILE), &(lines.join("\n") + "\n"))?;
    let members = from.read_dir("managed_agents").into_iter().flatten().flatten();
    let names = members.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names = names.collect::<Vec<_>>();
    names.sort();
    for name in names {
        let inner = format!("managed_agents/{name}");
        if from.is_file(format!("{inner}/agent.json")) {
            let folder = from.open_dir(&inner)?;
            let to = to.join("agents").join(&name);
            report.managed.push(one(&folder, &shown.join(&inner), &to, depth + 1, needs, trial)?);
        }
    }
    Ok(report)
}

/// Copies prompts that are not smolagents' own; says whether they are its own for replies in JSON.
fn prompts(from: &Dir, to: &Path, lines: &mut Vec<String>, report: &mut Report) -> Result<bool> {
    const NAME: &str = "prompts.yaml";
    let Ok(text) = read(from, NAME, FILE_BYTES) else { return Ok(false) };
    let prompts = match Prompts::from_yaml(&text) {
        Ok(prompts) => prompts,
        Err(error) => {
            report.not(NAME, error.to_string());
            return Ok(false);
        }
    };
    let hash = fingerprint(&prompts);
    if let Some((_, own)) = OWN_PROMPTS.iter().find(|(known, _)| *known == hash) {
        report.not(NAME, "they are smolagents' own; ours take their place");
        return Ok(*own == Own::Structured);
    }
    write(&to.join(NAME), &text)?;
    report.line(lines, NAME, "prompts", Value::from(NAME));
    Ok(false)
}

fn fingerprint(prompts: &Prompts) -> String {
    let texts = [
        &prompts.system_prompt,
        &prompts.planning.initial_plan,
        &prompts.planning.update_plan_pre_messages,
        &prompts.planning.update_plan_post_messages,
        &prompts.managed_agent.task,
        &prompts.managed_agent.report,
        &prompts.final_answer.pre_messages,
        &prompts.final_answer.post_messages,
    ];
    let texts = texts.map(|text| text.trim()).join("\0");
    Sha256::digest(texts).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Copies the source of tools as it is, which runs in a sandbox of its own when the agent does; it is not run here.
fn tools(
    from: &Dir,
    to: &Path,
    saved: &Value,
    [lines, tool_lines]: [&mut Vec<String>; 2],
    report: &mut Report,
    trial: &Trial<'_>,
) -> Result<()> {
    let mut copied = BTreeMap::new();
    let files = from.read_dir("tools").into_iter().flatten().flatten();
    let names = files.filter_map(|entry| entry.file_name().into_string().ok());
    let skipped = ["__init__.py", "final_answer.py", "python_interpreter.py"];
    let names = names.filter(|name| name.ends_with(".py") && !skipped.contains(&name.as_str()));
    for name in names.take(TOOLS) {
        match read(from, &format!("tools/{name}"), FILE_BYTES) {
            Ok(text) => {
                write(&to.join("tools").join(&name), &text)?;
                copied.insert(name, text);
            }
            Err(error) => report.not(format!("tools/{name}"), error.to_string()),
        }
    }
    for tool in saved["tools"].as_array().into_iter().flatten() {
        match tool.as_str().or_else(|| tool["name"].as_str()) {
            Some("final_answer") => report.mapped("tool final_answer", "every agent has it"),
            Some("python_interpreter") if saved["class"] == "ToolCallingAgent" => {
                report.line(lines, "tool python_interpreter", "python", Value::from(true));
            }
            Some("python_interpreter") => {
                report.mapped("tool python_interpreter", "the agent writes Python itself");
            }
            Some(name) => {
                let file = format!("{name}.py");
                let Some(source) = copied.get(&file) else {
                    report.not(format!("tool {name}"), "its source was not saved");
                    continue;
                };
                let file = format!("tools/{file}");
                match trial.of(&file, source) {
                    Ok(()) => {
                        let how = "it runs in a sandbox of its own, without files and network";
                        report.mapped(format!("tool {name}"), how);
                        let file = Value::from(file);
                        let entry = format!("\n[[tools]]\nsource = \"python\"\nfile = {file}");
                        tool_lines.push(entry);
                    }
                    Err(error) => {
                        let why =
                            format!("its source is in `{file}`, and does not run here: {error:#}");
                        report.not(format!("tool {name}"), why);
                    }
                }
            }
            None => report.not("a tool", "it has no name"),
        }
    }
    Ok(())
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> Result<()> {
    let write = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        File::create_new(path)?.write_all(text.as_bytes())
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

//! `fumehood run` and `fumehood demo`: an agent at work, shown as it works.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Grant, Sandbox, SandboxBuilder, Tool};
use fumehood_agent::{Agent, RunResult};
use fumehood_model::Replay;
use serde_json::{Value, json};

use crate::display;
use crate::model::ModelFlags;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags};
use crate::telemetry;

/// Where the guest sees the files that are given to an agent.
const DATA: &str = "/data";

/// Have an agent work on a task
///
/// Its thoughts, code and output are shown on stderr as they come, its answer is printed on stdout.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunFlags {
    /// What is to be done
    task: String,
    #[command(flatten)]
    model: ModelFlags,
    /// Give the agent a copy of a file, to read in /data
    #[arg(long, value_name = "PATH")]
    file: Vec<PathBuf>,
    /// Instructions for the system prompt
    #[arg(long, value_name = "TEXT", default_value = "")]
    instructions: String,
    #[command(flatten)]
    showing: ShowingFlags,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
}

/// How a run goes on and is shown.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ShowingFlags {
    /// Steps that the agent may take
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    max_steps: u32,
    /// Print what happens as lines of JSON on stdout
    #[arg(long)]
    json: bool,
}

/// Watch a recorded agent work on real data, without a key
///
/// A model's replies are recorded; everything else runs: the sandbox, the code, the table, the tool.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoFlags {
    #[command(flatten)]
    showing: ShowingFlags,
}

pub(crate) async fn run(
    flags: RunFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let files = Files::copied(&flags.file)?;
    let engine = image.engine(printer)?;
    let builder = Sandbox::builder(&engine).limits(flags.limits.limits());
    let sandbox = image.applied(files.granted(flags.grants.apply(builder)?)?)?;
    let agent = Agent::code(flags.model.model()?, sandbox);
    let agent = agent.max_steps(flags.showing.max_steps).instructions(flags.instructions);
    let agent = agent.capture_content(telemetry::captures_content());
    work(&agent.build()?, &files.described(&flags.task), &flags.showing, printer).await
}

pub(crate) async fn demo(
    flags: DemoFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    const TASK: &str = include_str!("../examples/penguins/task.md");
    const TABLE: &str = include_str!("../examples/penguins/penguins.csv");
    const REPLIES: &str = include_str!("../examples/penguins/replies.jsonl");
    let files = Files::written("penguins.csv", TABLE)?;
    let engine = image.engine(printer)?;
    let builder = files.granted(Sandbox::builder(&engine))?.tool(island_position());
    if !flags.showing.json {
        printer.say(&format!("Task: {}", TASK.trim_end()));
    }
    let agent = Agent::code(Replay::from_text(REPLIES)?, image.applied(builder)?);
    let agent = agent.max_steps(flags.showing.max_steps);
    let agent = agent.capture_content(telemetry::captures_content()).build()?;
    work(&agent, TASK.trim_end(), &flags.showing, printer).await
}

/// Has an agent work on a task, and shows it.
async fn work(
    agent: &Agent,
    task: &str,
    flags: &ShowingFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let mut run = agent.start(task).await?;
    run.listen(if flags.json { display::lines(printer) } else { display::terminal(printer) });
    tokio::select! {
        result = run.finish() => show(result?, flags, printer),
        _ = tokio::signal::ctrl_c() => {
            printer.say("fumehood: the run was interrupted");
            Ok(Exit::Exception)
        }
    }
}

fn show(result: RunResult, flags: &ShowingFlags, printer: &Printer) -> Result<Exit> {
    if !flags.json {
        // Tables and lists are for programs to read on; a text is for people.
        match result.answer.json() {
            Some(json @ (Value::Object(_) | Value::Array(_))) => printer.line(&json.to_string())?,
            _ => printer.line(result.answer.text())?,
        }
    }
    Ok(match result.state {
        fumehood_agent::RunState::Success => Exit::Ok,
        _ => Exit::Limit,
    })
}

/// Where the islands of the penguins are, as the study gives it (Gorman et al. 2014, Methods).
fn island_position() -> impl Tool {
    fumehood::function(
        "island_position",
        "The position of an island of the Palmer Archipelago, as latitude and longitude in degrees.",
        json!({
            "type": "object",
            "properties": {"island": {"type": "string", "description": "The name of the island"}},
            "required": ["island"],
        }),
        |arguments| async move {
            let degrees = |degrees: f64, minutes: f64| -(degrees + minutes / 60.0);
            let (latitude, longitude) = match arguments["island"].as_str() {
                Some("Biscoe") => (degrees(64.0, 48.0), degrees(63.0, 46.0)),
                Some("Dream") => (degrees(64.0, 43.0), degrees(64.0, 14.0)),
                Some("Torgersen") => (degrees(64.0, 46.0), degrees(64.0, 4.0)),
                _ => return Err("the islands are Biscoe, Dream and Torgersen"),
            };
            Ok(json!({"latitude": latitude, "longitude": longitude}))
        },
    )
}

/// Files for an agent, in a folder of their own, so that nothing beside them is granted.
struct Files {
    folder: Option<tempfile::TempDir>,
    names: Vec<String>,
}

impl Files {
    fn copied(paths: &[PathBuf]) -> Result<Files> {
        if paths.is_empty() {
            return Ok(Files { folder: None, names: Vec::new() });
        }
        let folder = tempfile::tempdir().context("cannot make a folder for the files")?;
        let mut names = Vec::new();
        for path in paths {
            let shown = path.display();
            let Some(name) = path.file_name() else {
                bail!("`{shown}` is not a file");
            };
            let target = folder.path().join(name);
            if target.exists() {
                bail!("two files are named `{}`", name.to_string_lossy());
            }
            std::fs::copy(path, target).with_context(|| format!("cannot read `{shown}`"))?;
            names.push(name.to_string_lossy().into_owned());
        }
        Ok(Files { folder: Some(folder), names })
    }

    fn written(name: &str, contents: &str) -> Result<Files> {
        let folder = tempfile::tempdir().context("cannot make a folder for the files")?;
        std::fs::write(folder.path().join(name), contents).context("cannot write the files")?;
        Ok(Files { folder: Some(folder), names: vec![name.to_owned()] })
    }

    fn granted(&self, builder: SandboxBuilder) -> Result<SandboxBuilder> {
        let Some(folder) = &self.folder else {
            return Ok(builder);
        };
        let folder = Dir::open_ambient_dir(folder.path(), ambient_authority())
            .context("cannot open the folder of the files")?;
        Ok(builder.grant(Grant::read_only(folder, DATA)))
    }

    /// The task, with the files named.
    fn described(&self, task: &str) -> String {
        if self.names.is_empty() {
            return task.to_owned();
        }
        let paths = self.names.iter().map(|name| format!("{DATA}/{name}")).collect::<Vec<_>>();
        format!("{task}\nThese files are given: {}", paths.join(", "))
    }
}

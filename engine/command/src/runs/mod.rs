//! Runs that are stored, so that they can be looked at, gone on with, and finished after the process that worked on
//! them has ended.
//!
//! * `mod`: `fumehood runs`, `replay` and `resume`
//! * `store`: where they are
//! * `stored_run`: what is kept of each

mod store;
mod stored_run;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use fumehood_agent::{RunState, StoredRun};
use serde_json::{Value, json};

use crate::display;
use crate::printer::Printer;
use crate::report::Exit;
use crate::units;

pub(crate) use store::RunStore;
pub(crate) use stored_run::{Invocation, RunFolder};

/// Where runs are stored.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunsFlags {
    /// Store runs in this directory instead of the user's data directory
    #[arg(long, value_name = "DIR", env = "FUMEHOOD_RUNS")]
    runs: Option<PathBuf>,
}

impl RunsFlags {
    pub(crate) fn store(&self) -> Result<RunStore> {
        match &self.runs {
            Some(folder) => Ok(RunStore::at(folder)),
            None => RunStore::of_user(),
        }
    }
}

/// List the runs that are stored, or remove some
///
/// Each line has a run's name, when it was last worked on, how far it has come, and its task.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ListFlags {
    /// Print a line of JSON for each
    #[arg(long)]
    json: bool,
    /// Remove these runs
    #[arg(long, value_name = "RUN", num_args = 1..)]
    remove: Vec<String>,
    #[command(flatten)]
    runs: RunsFlags,
}

/// Show a stored run as it was seen when it ran
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ReplayFlags {
    /// The run: its name, the beginning of it, its folder, or `last`
    run: String,
    /// Print its memory as JSON
    #[arg(long)]
    json: bool,
    /// Print all code that was run
    #[arg(long, conflicts_with = "json")]
    code: bool,
    #[command(flatten)]
    runs: RunsFlags,
}

pub(crate) fn list(flags: &ListFlags, printer: &Printer) -> Result<Exit> {
    let store = flags.runs.store()?;
    if !flags.remove.is_empty() {
        let runs = flags.remove.iter().map(|name| store.find(name)).collect::<Result<Vec<_>>>()?;
        for run in runs {
            let name = run.name();
            run.remove()?;
            printer.say(&format!("fumehood: removed the run {name}"));
        }
        return Ok(Exit::Ok);
    }
    for run in store.all()? {
        let line = match flags.json {
            true => described(&run).to_string(),
            false => line(&run),
        };
        printer.line(&line)?;
    }
    Ok(Exit::Ok)
}

pub(crate) fn replay(flags: &ReplayFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let run = flags.runs.store()?.find(&flags.run)?;
    let StoredRun { memory, answered, .. } = run.stored()?;
    if flags.json {
        printer.line(&serde_json::to_string(&memory).context("cannot write the memory")?)?;
        return Ok(Exit::Ok);
    }
    if flags.code {
        printer.line(&memory.code())?;
        return Ok(Exit::Ok);
    }
    display::memory(&memory, printer);
    match answered {
        Some((state, answer)) => {
            printer.say("\n--- Answer ---");
            crate::run::print_answer(&answer, printer)?;
            Ok(crate::run::exit(state))
        }
        None => {
            printer.say("\nfumehood: there is no answer yet");
            Ok(Exit::Ok)
        }
    }
}

/// How far a run has come, in a word or two.
fn progress(run: &RunFolder, stored: &StoredRun) -> String {
    match stored.answered {
        Some((RunState::Success, _)) => "answered".to_owned(),
        Some(_) => "out of steps".to_owned(),
        None if run.is_worked_on() => "at work".to_owned(),
        None => "unfinished".to_owned(),
    }
}

fn line(run: &RunFolder) -> String {
    let when = units::moment(run.changed());
    let name = run.name();
    match run.stored() {
        Ok(stored) => {
            let progress = progress(run, &stored);
            let steps = stored.memory.actions().count();
            let task = stored.memory.task().map_or("", |task| task.task.as_str());
            let task = units::printable(&task.split_whitespace().collect::<Vec<_>>().join(" "));
            let task = task.chars().take(60).collect::<String>();
            format!("{name}  {when}  {progress:12}  {steps:3} steps  {task}")
        }
        Err(error) => format!("{name}  {when}  cannot be read: {error:#}"),
    }
}

fn described(run: &RunFolder) -> Value {
    let seconds =
        run.changed().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (name, folder) = (run.name(), run.path().display().to_string());
    match run.stored() {
        Ok(stored) => json!({
            "name": name,
            "folder": folder,
            "changed": seconds,
            "progress": progress(run, &stored),
            "agent": stored.agent,
            "task": stored.memory.task().map(|task| &task.task),
            "steps": stored.memory.actions().count(),
            "usage": stored.memory.usage(),
            "answer": stored.answered.as_ref().map(|(_, answer)| answer.text()),
        }),
        Err(error) => {
            json!({"name": name, "folder": folder, "changed": seconds, "error": format!("{error:#}")})
        }
    }
}

/// The run that a name means, if it can be gone on with.
pub(crate) fn to_resume(flags: &RunsFlags, name: &str) -> Result<(RunFolder, Invocation)> {
    let run = flags.store()?.find(name)?;
    let invocation = run.invocation()?;
    if !run.has_state() {
        bail!("the run {} has ended before its first step; run it again", run.name());
    }
    Ok((run, invocation))
}

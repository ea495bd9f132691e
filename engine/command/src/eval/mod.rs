//! `fumehood eval`: an agent at many tasks, and how often it is right.
//!
//! * `mod`: the flags, what is to be done of what, and doing it, several tasks at a time
//! * `tasks`: the file of tasks; `scoring`, whether an answer is right
//! * `systems`: the agent, and the one that it is compared with
//! * `work`: a task from its beginning to its end
//! * `results`: the file of results, from which a run that was ended goes on
//! * `report`: what is told at the end; `statistics`, how sure that is
//!
//! docs/eval.md says what holds.

mod report;
mod results;
mod scoring;
mod statistics;
mod systems;
mod tasks;
mod work;

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood::Sandbox;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::agents::Engines;
use crate::model::ModelFlags;
use crate::printer::Printer;
use crate::report::Exit;
use crate::run::Files;
use crate::sandboxing::ImageFlags;
use crate::toolbox::ToolFlags;
use crate::units;
use report::Report;
use results::{Outcome, Record, Results, System};
use scoring::Scorer;
use systems::Systems;
use tasks::{Task, Tasks};
use work::Job;

/// Have an agent work on each task of a file, and report how often it is right
///
/// What came of a task is kept when it has ended: the same command again goes on with what is missing. The report is
/// printed on stdout, and is beside the results. docs/eval.md has the form of tasks, and what the figures mean.
#[derive(Clone, Debug, clap::Args)]
#[command(mut_arg("record", |flag| flag
    .value_name("DIR")
    .help("Write the replies to DIR/SYSTEM/TASK.jsonl, for --model replay:DIR")))]
pub(crate) struct EvalFlags {
    /// The tasks, a JSON object on each line
    #[arg(value_name = "TASKS")]
    tasks: PathBuf,
    /// The folder of the agent
    #[arg(long, value_name = "DIR")]
    agent: PathBuf,
    /// Have the same agent work on each task as one of the other kind, and compare them
    #[arg(long, value_enum)]
    baseline: Option<Baseline>,
    #[command(flatten)]
    model: ModelFlags,
    #[command(flatten)]
    tools: ToolFlags,
    /// The folder that the files of tasks are in [default: that of TASKS]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many tasks are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: u16,
    /// Steps for a task that does not say [default: those of the agent]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_steps: Option<u32>,
    /// Time for a task that does not say
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = units::time)]
    timeout: Duration,
    /// The folder of the results [default: ./TASKS-AGENT, of the two names]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Run tasks anew that have a result
    #[arg(long, value_enum)]
    again: Vec<Again>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// The kind that an agent is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Baseline {
    /// It writes code
    Code,
    /// It calls tools, one of which runs Python
    ToolCalling,
}

/// Which tasks are run anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Again {
    /// Those that are not right, for whatever reason
    Failed,
    /// Those that ended by an error or in time, or whose answer could not be scored
    Errors,
    /// Those whose task or agent is another one
    Changed,
}

pub(crate) async fn eval(
    flags: EvalFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let tasks = Tasks::open(&flags.tasks, flags.data.as_deref())?;
    let tools = flags.tools.open(image, printer, None)?;
    let engines = Engines::new(image, printer);
    let systems = Systems::open(&flags, tools, &engines)?;
    let folder = flags.out.clone().unwrap_or_else(|| folder_of(&flags));
    let results = Results::open(&folder)?;
    let mut eval = Eval { flags, tasks, systems, engines, results, printer };
    eval.look_at_checks().await?;
    let waiting = eval.waiting();
    let is_whole = eval.work(waiting).await?;
    let report = Report::of(&eval.tasks, &eval.systems, &eval.results);
    let json = serde_json::to_string_pretty(&report.json())?;
    let text = report.markdown();
    for (name, contents) in [("report.json", &format!("{json}\n")), ("report.md", &text)] {
        let path = folder.join(name);
        fs::write(&path, contents).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    printer.line(if eval.flags.json { json.as_str() } else { text.trim_end() })?;
    if is_whole {
        return Ok(Exit::Ok);
    }
    let missing = report.missing();
    printer.say(&format!(
        "fumehood: interrupted; {missing} are missing, and the same command again goes on with them"
    ));
    Ok(Exit::Exception)
}

/// Where results are if nobody says.
fn folder_of(flags: &EvalFlags) -> PathBuf {
    let tasks = flags.tasks.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let agent = flags.agent.canonicalize().unwrap_or_else(|_| flags.agent.clone());
    match agent.file_name() {
        Some(agent) => PathBuf::from(format!("{tasks}-{}", agent.to_string_lossy())),
        None => PathBuf::from(tasks),
    }
}

/// Everything at work.
struct Eval<'a> {
    flags: EvalFlags,
    tasks: Tasks,
    systems: Systems,
    engines: Engines<'a>,
    results: Results,
    printer: &'a Arc<Printer>,
}

impl Eval<'_> {
    /// What the compiler says against checks, before anything runs.
    async fn look_at_checks(&self) -> Result<()> {
        let nothing = Files::of_folder(&self.tasks.folder, &[])?;
        for task in &self.tasks.all {
            let Scorer::Python(check) = &task.scorer else { continue };
            let Some(sandbox) = self.checks(task, &nothing).map_err(|error| {
                self.tasks.wrong(task.line, format!("`check_limits`: {error:#}"))
            })?
            else {
                continue;
            };
            if let Some(mistake) = check.mistake(&sandbox).await {
                return Err(self.tasks.wrong(task.line, format!("`check`: {mistake}")));
            }
        }
        Ok(())
    }

    /// The sandbox that the check of a task runs in, if it has one: with the task's files, and without tools.
    fn checks(&self, task: &Task, files: &Files) -> Result<Option<Sandbox>> {
        let Scorer::Python(check) = &task.scorer else { return Ok(None) };
        let (engine, image) = self.engines.of(None)?;
        let builder = files.granted(Sandbox::builder(&engine).limits(check.limits()))?;
        Ok(Some(image.applied(builder)?.build()?))
    }

    /// What is to be done, in the order of the tasks. What is kept of another task or agent is told.
    fn waiting(&self) -> VecDeque<(System, usize)> {
        let mut waiting = VecDeque::new();
        let (mut kept, mut of_other_tasks, mut of_other_agents) = (0_u64, 0_u64, 0_u64);
        let systems = self.systems.all().map(|system| (system, self.systems.hash(system)));
        let systems = systems.collect::<Vec<_>>();
        for (position, task) in self.tasks.all.iter().enumerate() {
            for (system, hash) in &systems {
                let Some(record) = self.results.last(*system, &task.id) else {
                    waiting.push_back((*system, position));
                    continue;
                };
                let is_other_task = record.task_hash != task.hash;
                let is_other_agent = record.agent_hash != *hash;
                let again = self.flags.again.iter().any(|again| match again {
                    Again::Failed => record.outcome != Outcome::Right,
                    Again::Errors => record.outcome.is_error(),
                    Again::Changed => is_other_task || is_other_agent,
                });
                if again {
                    waiting.push_back((*system, position));
                    continue;
                }
                kept += 1;
                of_other_tasks += u64::from(is_other_task);
                of_other_agents += u64::from(is_other_agent);
            }
        }
        if self.results.cut > 0 {
            self.printer.say("fumehood: the last result was not whole, and is taken away");
        }
        if kept > 0 {
            let left = waiting.len();
            self.printer.say(&format!("fumehood: {kept} results are there, {left} are to be made"));
        }
        for (count, what) in [
            (of_other_tasks, "are of a task that was another one, or had other files"),
            (of_other_agents, "are of another agent, or another model"),
        ] {
            if count > 0 {
                self.printer.say(&format!(
                    "fumehood: {count} of the results that are there {what}; --again changed makes them anew"
                ));
            }
        }
        waiting
    }

    /// Works on what is waiting, several at a time. Whether it came to the end: the first Ctrl-C begins no more
    /// tasks, the second also ends those that are worked on, of which nothing is kept.
    async fn work(&mut self, mut waiting: VecDeque<(System, usize)>) -> Result<bool> {
        let mut interrupts = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let mut at_work = JoinSet::new();
        let mut is_interrupted = false;
        loop {
            while !is_interrupted && at_work.len() < usize::from(self.flags.workers) {
                let Some((system, position)) = waiting.pop_front() else { break };
                let task = self.tasks.all[position].clone();
                match self.job(system, &task) {
                    Ok(job) => {
                        at_work.spawn(job.done());
                    }
                    Err(error) => self.keep(Job::not_begun(system, &task, &error))?,
                }
            }
            if at_work.is_empty() {
                return Ok(waiting.is_empty());
            }
            self.show(at_work.len(), waiting.len());
            tokio::select! {
                ended = at_work.join_next() => {
                    if let Some(record) = ended {
                        self.keep(record.context("a task broke down")?)?;
                    }
                }
                _ = interrupts.recv() => {
                    if is_interrupted {
                        return Ok(false);
                    }
                    is_interrupted = true;
                    self.printer.say(
                        "\nfumehood: no more tasks are begun; Ctrl-C again also ends those that are worked on",
                    );
                }
            }
        }
    }

    /// All that it takes to work on a task.
    fn job(&self, system: System, task: &Task) -> Result<Job> {
        let files = Files::of_folder(&self.tasks.folder, &task.files)?;
        Ok(Job {
            system,
            agent: self.systems.agent(system, task, &files, &self.engines)?,
            checks: self.checks(task, &files)?,
            prices: self.systems.prices(system),
            timeout: task.timeout.unwrap_or(self.flags.timeout),
            task: task.clone(),
            files,
        })
    }

    /// Keeps what came of a task, and says it where somebody looks on.
    fn keep(&mut self, mut record: Record) -> Result<()> {
        record.agent_hash = self.systems.hash(record.system);
        let task = self.tasks.all.iter().find(|task| task.id == record.task);
        record.task_hash = task.map(|task| task.hash.clone()).unwrap_or_default();
        if self.printer.is_terminal() {
            self.printer.say(&format!(
                "{} {}: {}, {} steps, {:.1} s",
                record.system.name(),
                record.task,
                record.outcome.name(),
                record.steps,
                record.took_us as f64 / 1e6,
            ));
        }
        self.results.add(record)
    }

    /// How far it is, in a line that moves.
    fn show(&self, at_work: usize, waiting: usize) {
        let all = self.tasks.all.len() * self.systems.all().count();
        let done = all - at_work - waiting;
        let right = self.results.all().filter(|record| record.outcome == Outcome::Right).count();
        self.printer.wait_for(&format!("{done} of {all} done, {right} right, {at_work} at work"));
    }
}

//! `fumehood run`, `demo` and `resume`: an agent at work, shown as it works.
//!
//! * `mod`: the flags, the agent that follows from them, and the run that it works on
//! * `work`: working until there is an answer
//! * `files`: what the agent is given
//! * `wizard`: asking for what was not said
//! * `demo`: the recorded one

mod demo;
mod files;
mod wizard;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use fumehood::Sandbox;
use fumehood_agent::Agent;
use fumehood_policy::AuditLog;

use crate::agents::{AgentFolder, Engines, Overrides};
use crate::approval::{Asking, Person};
use crate::mcp::{Answering, McpServerFlags, Servers};
use crate::model::ModelFlags;
use crate::policy::{PolicyFlags, Watch};
use crate::printer::Printer;
use crate::report::Exit;
use crate::runs::{self, Invocation, RunFolder, RunsFlags};
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags};
use crate::toolbox::ToolFlags;
use crate::{Arguments, Command, chat, telemetry};

pub(crate) use demo::{DemoFlags, demo};
pub(crate) use files::Files;
pub(crate) use work::{Outlet, Work, exit, finish, print_answer};

/// Have an agent work on a task
///
/// Its thoughts, code and output are shown on stderr as they come, its answer is printed on stdout. The run is stored
/// as it goes on: `fumehood resume` goes on with one that was interrupted or killed. Without a task, in a terminal,
/// what is needed is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunFlags {
    /// What is to be done
    task: Option<String>,
    #[command(flatten)]
    agent: AgentFlags,
    /// Print what happens as lines of JSON on stdout
    #[arg(long)]
    json: bool,
    /// Write the answer to a file: a picture or a file as it is, a table as JSON
    #[arg(long, value_name = "PATH")]
    answer: Option<PathBuf>,
    #[command(flatten)]
    storing: StoringFlags,
}

/// The agent, and what it may do.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AgentFlags {
    /// The folder of an agent; what the flags say comes before what is said there
    #[arg(long, value_name = "DIR")]
    agent: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
    /// Give the agent a copy of a file, to read in /data
    #[arg(long, value_name = "PATH")]
    file: Vec<PathBuf>,
    /// Instructions for the system prompt
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,
    /// Steps that the agent may take for a task [default: 20]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_steps: Option<u32>,
    /// Have a plan made before the first step, and again after so many
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(1..))]
    planning_interval: Option<u32>,
    /// Keep the conversation within so many tokens
    #[arg(long, value_name = "TOKENS")]
    context_tokens: Option<u64>,
    /// Ask before something is done
    #[arg(long, value_enum, default_value = "never")]
    approve: Asking,
    #[command(flatten)]
    policy: PolicyFlags,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
    #[command(flatten)]
    tools: ToolFlags,
    #[command(flatten)]
    mcp: McpServerFlags,
}

/// Whether a run is stored, and where.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct StoringFlags {
    /// Do not store the run
    #[arg(long)]
    no_store: bool,
    #[command(flatten)]
    runs: RunsFlags,
}

/// Go on with a stored run, in the step in which it was interrupted
///
/// What was answered in that step already, by the model, by tools and by whoever approves, is not asked for again.
/// The agent is the one that the run began with; its model's key is looked for anew.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ResumeFlags {
    /// The run: its name, the beginning of it, its folder, or `last`
    #[arg(default_value = "last")]
    run: String,
    /// The key for the model's server; without it, the one in the provider's environment variable
    #[arg(long, value_name = "KEY", value_parser = crate::model::secret)]
    api_key: Option<fumehood_model::SecretString>,
    /// Print what happens as lines of JSON on stdout
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    runs: RunsFlags,
}

impl AgentFlags {
    /// Who watches over what the agent's tools are used for.
    pub(crate) fn watch(&self, printer: &Arc<Printer>) -> Result<Watch> {
        self.policy.watch(self.approve, printer)
    }

    /// The MCP servers whose tools the agent gets.
    pub(crate) async fn servers(&self, printer: &Arc<Printer>) -> Result<Servers> {
        let model = match self.mcp.allows_sampling() {
            true => Some(self.model.model_to_ask()?),
            false => None,
        };
        let folders = self.grants.folders()?;
        self.mcp.start(Answering { folders, terminal: true, model }, printer).await
    }

    /// The agent, with these files to read.
    pub(crate) fn agent(
        &self,
        files: &Files,
        servers: &Servers,
        watch: &Watch,
        image: &ImageFlags,
        printer: &Arc<Printer>,
    ) -> Result<Agent> {
        let mut tools = self.tools.open(image, printer, watch.log())?;
        tools.extend(servers.tools());
        let mut agent = match &self.agent {
            Some(folder) => {
                let Self { model, limits, grants, .. } = self;
                let (files, tools) = (Some(files), &tools);
                let (asks_models, own_prompts) = (true, true);
                let overrides = Overrides {
                    model,
                    limits,
                    grants,
                    files,
                    tools,
                    watch,
                    warden: None,
                    asks_models,
                    own_prompts,
                };
                AgentFolder::open(folder)?.agent(&Engines::new(image, printer), &overrides)?
            }
            None => {
                // What is wrong with it should not cost the building of an image.
                let model = self.model.model()?;
                let builder = Sandbox::builder(&image.engine(printer)?);
                let builder = builder.guard(watch.warden(None)?);
                let builder = builder.limits(self.limits.limits());
                let builder = self.grants.apply_over(None, builder, image, watch.log())?;
                let builder = files.granted(tools.apply(builder))?;
                Agent::code(model, image.applied(builder)?)
            }
        };
        agent = agent.capture_content(telemetry::captures_content());
        if let Some(instructions) = &self.instructions {
            agent = agent.instructions(instructions);
        }
        if let Some(steps) = self.max_steps {
            agent = agent.max_steps(steps);
        }
        if let Some(steps) = self.planning_interval {
            agent = agent.planning_interval(steps);
        }
        if let Some(tokens) = self.context_tokens {
            agent = agent.context_tokens(tokens);
        }
        if let Some(person) = Person::who_is_asked(self.approve, printer) {
            agent = agent.approve(person);
        }
        Ok(agent.build()?)
    }

    /// Whether it is known which model works.
    fn has_model(&self) -> bool {
        self.model.is_given() || self.agent.is_some()
    }

    /// Copies of the files that were named, where the run is stored if it is.
    pub(crate) fn files(&self, folder: Option<&RunFolder>) -> Result<Files> {
        Files::copied(&self.file, folder.map(RunFolder::files))
    }
}

impl StoringFlags {
    /// A folder for a run that was asked for like this, if it is to be stored.
    pub(crate) fn folder(&self, arguments: &[String]) -> Result<Option<RunFolder>> {
        if self.no_store {
            return Ok(None);
        }
        Ok(Some(self.another(&Invocation::of(arguments)?)?))
    }

    /// A folder for another run of an invocation.
    pub(crate) fn another(&self, invocation: &Invocation) -> Result<RunFolder> {
        self.runs.store()?.make(invocation)
    }
}

pub(crate) async fn run(
    mut flags: RunFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let task = match flags.task.take() {
        Some(task) => task,
        None => {
            let wishes = wizard::ask(flags.agent.has_model(), printer)?;
            let asked = wishes.arguments();
            arguments.retain(|argument| argument != "run");
            let rest = std::mem::replace(&mut arguments, asked);
            let end = arguments.iter().position(|argument| argument == "--").unwrap_or_default();
            arguments.splice(end..end, rest);
            flags.agent.model.take(wishes.model);
            flags.agent.file.extend(wishes.files.iter().map(PathBuf::from));
            wishes.task
        }
    };
    let servers = flags.agent.servers(printer).await?;
    let folder = flags.storing.folder(&arguments)?;
    let begun = begin(&flags.agent, &task, folder.as_ref(), &servers, image, printer).await;
    let done = match begun {
        // The copies of files are there for as long as the agent works.
        Ok((run, _files, audit)) => {
            let outlet = Outlet { json: flags.json, answer: flags.answer };
            Work { run, folder, audit, outlet, printer }.finish_and_tell().await
        }
        Err(error) => {
            // Nothing has happened in it yet.
            if let Some(folder) = folder.filter(|folder| !folder.has_state()) {
                folder.remove().ok();
            }
            Err(error)
        }
    };
    servers.end().await;
    done
}

async fn begin(
    flags: &AgentFlags,
    task: &str,
    folder: Option<&RunFolder>,
    servers: &Servers,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<(fumehood_agent::Run, Files, Option<Arc<AuditLog>>)> {
    let watch = flags.watch(printer)?;
    let files = flags.files(folder)?;
    let agent = flags.agent(&files, servers, &watch, image, printer)?;
    let mut run = agent.start(files.described(task)).await?;
    if let Some(folder) = folder {
        run.keep_in(folder.state()).await?;
    }
    Ok((run, files, watch.log()))
}

pub(crate) async fn resume(flags: ResumeFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let (folder, invocation) = runs::to_resume(&flags.runs, &flags.run)?;
    let path = folder.path().canonicalize().context("cannot find the folder of the run")?;
    let folder = RunFolder::open(path).context("the run is not there any more")?;
    // Paths of the invocation are relative to where it was made.
    std::env::set_current_dir(&invocation.directory)
        .with_context(|| format!("cannot go to `{}`", invocation.directory.display()))?;
    let given = std::iter::once("fumehood").chain(invocation.arguments.iter().map(String::as_str));
    let Arguments { command, image } =
        Arguments::try_parse_from(given).context("the run was stored by another version")?;
    let (mut agent, answer) = match command {
        Command::Run(flags) => (flags.agent, flags.answer),
        Command::Chat(mut chat) => {
            chat.agent.model.take_key(flags.api_key);
            return chat::resume(chat, folder, &image, printer).await;
        }
        _ => bail!("the run {} was stored by another version", folder.name()),
    };
    agent.model.take_key(flags.api_key);
    let servers = agent.servers(printer).await?;
    let watch = agent.watch(printer)?;
    let agent = agent.agent(&Files::kept(folder.files()), &servers, &watch, &image, printer)?;
    let run = agent.resume_from(folder.state()).await?;
    let result = run.result();
    let outlet = Outlet { json: flags.json, answer };
    let work = Work { run, folder: Some(folder), audit: watch.log(), outlet, printer };
    let done = match result {
        Some(result) => {
            printer.say("fumehood: the run has its answer already");
            work.tell(&result)
        }
        None => work.finish_and_tell().await,
    };
    servers.end().await;
    done
}

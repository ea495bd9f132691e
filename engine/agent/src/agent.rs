//! What an agent is: everything that stays the same from run to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use fumehood::{Sandbox, SandboxBuilder};
use fumehood_model::{Model, Traced};

use crate::answer::Answer;
use crate::approval::Approve;
use crate::callbacks::{Check, Checking, Flow, StepCallback, StepEnd};
use crate::error::{AgentConfigError, AgentError};
use crate::members::{MemberTool, TogetherTool};
use crate::memory::Memory;
use crate::parse::CodeTags;
use crate::prompts::{Member, PromptError, Prompts, Scene, Templates};
use crate::result::{Prices, RunResult};
use crate::run::Run;
use crate::task::Task;

/// A model, the sandbox that its code runs in, and how it is to work. An agent does not change and can be
/// shared; copies are cheap, and the same agent. What a run remembers is in the [`Run`].
///
/// # Examples
///
/// ```no_run
/// use fumehood::{Engine, Sandbox};
/// use fumehood_agent::Agent;
/// use fumehood_model::ApiModel;
///
/// # async fn example(engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let model = ApiModel::named("ollama:llama3.3", &|name| std::env::var(name).ok())?;
/// let agent = Agent::code(model, Sandbox::builder(&engine)).max_steps(8).build()?;
/// let result = agent.run("What is the 100th prime?").await?;
/// println!("{}", result.answer.text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Agent(Arc<Settings>);

/// What an agent is.
pub(crate) struct Settings {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) model: Traced<Arc<dyn Model>>,
    pub(crate) sandbox: Sandbox,
    pub(crate) members: BTreeMap<String, Agent>,
    pub(crate) templates: Templates,
    pub(crate) scene: Scene,
    pub(crate) max_steps: u32,
    /// How many of the tools and managed agents that are asked for at once work at a time.
    pub(crate) parallel: usize,
    pub(crate) planning_interval: Option<u32>,
    pub(crate) run_summary: bool,
    pub(crate) checks: Vec<(String, Check)>,
    pub(crate) callbacks: Vec<StepCallback>,
    pub(crate) approve: Option<Arc<dyn Approve>>,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) prices: Option<Prices>,
    pub(crate) capture_content: bool,
}

/// How an agent acts.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The model writes code.
    Code {
        tags: CodeTags,
        /// As JSON, with its thoughts.
        structured: bool,
    },
    /// The model calls tools.
    ToolCalling {
        /// One of them runs code.
        python: bool,
    },
}

impl Kind {
    /// Whether its model can have code run.
    pub(crate) fn has_code(&self) -> bool {
        matches!(self, Kind::Code { .. } | Kind::ToolCalling { python: true })
    }
}

impl Agent {
    /// An agent whose model acts by writing Python, which runs in the sandbox. The sandbox's tools, and managed
    /// agents, are functions there.
    pub fn code(model: impl Model, sandbox: SandboxBuilder) -> AgentBuilder {
        let kind = Kind::Code { tags: CodeTags::default(), structured: false };
        AgentBuilder::new(kind, Arc::new(model), sandbox)
    }

    /// An agent whose model acts by calling the sandbox's tools, and managed agents, one by one or several at
    /// a time.
    pub fn tool_calling(model: impl Model, sandbox: SandboxBuilder) -> AgentBuilder {
        let kind = Kind::ToolCalling { python: false };
        AgentBuilder::new(kind, Arc::new(model), sandbox)
    }

    /// Works on a task, in a run of its own, until there is an answer.
    ///
    /// # Errors
    ///
    /// Those of [`Run::finish`].
    pub async fn run(&self, task: impl Into<Task>) -> Result<RunResult, AgentError> {
        let mut run = self.start(task).await?;
        run.finish().await
    }

    /// Begins a run with a task. Nothing is done yet: [`Run::finish`] and [`Run::step`] do it.
    ///
    /// # Errors
    ///
    /// * [`AgentError::Prompts`] if the system prompt cannot be rendered
    /// * those of [`Run::give`]
    pub async fn start(&self, task: impl Into<Task>) -> Result<Run, AgentError> {
        let mut run = self.idle()?;
        run.give(task).await?;
        Ok(run)
    }

    /// A run that has no task yet, and waits to be [given](Run::give) one.
    ///
    /// # Errors
    ///
    /// [`AgentError::Prompts`] if the system prompt cannot be rendered.
    pub fn idle(&self) -> Result<Run, AgentError> {
        Run::new(self)
    }

    /// Its name; empty if it has none.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What it does, for the agent that manages it.
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// What its code runs in, with its tools.
    pub fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    /// The agents that it manages, by name.
    pub fn members(&self) -> impl Iterator<Item = &Agent> {
        self.0.members.values()
    }

    /// What its model is told before everything else.
    ///
    /// # Errors
    ///
    /// [`AgentError::Prompts`] if it cannot be rendered.
    pub fn system_prompt(&self) -> Result<String, AgentError> {
        Ok(self.0.templates.system(&self.0.scene)?)
    }

    /// Its tools as Python functions, as prompts show them, with the one that gives the final answer. Those of
    /// managed agents are not among them.
    pub fn tool_stubs(&self) -> Vec<String> {
        self.0.scene.stubs()
    }

    /// What its prompts are made of.
    pub fn prompts(&self) -> &Prompts {
        self.0.templates.prompts()
    }

    /// What would be wrong with these prompts for this agent: all that are no templates, and all that cannot be
    /// rendered. Those that only a run asks for are rendered with an example of a task, an answer and so on. The
    /// list is empty if nothing is wrong.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use fumehood_agent::{Agent, Prompts};
    ///
    /// # fn example(agent: &Agent, file: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// for error in agent.prompt_errors(&Prompts::from_yaml(file)?) {
    ///     println!("{error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn prompt_errors(&self, prompts: &Prompts) -> Vec<PromptError> {
        Templates::errors(prompts, &self.0.scene)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("name", &self.0.name)
            .field("kind", &self.0.kind)
            .field("members", &self.0.members)
            .finish_non_exhaustive()
    }
}

/// How an agent is to be.
///
/// # Defaults
///
/// * no name and no description, which managed agents need
/// * no instructions beyond the system prompt
/// * at most 20 steps for a task, and no plans
/// * code between `<code>` and `</code>`; for tool-calling agents no tool that runs code
/// * at most 8 tools or managed agents at a time
/// * the library's own prompts
/// * no managed agents, no checks, no callbacks; nobody is asked for approval
/// * the whole conversation is sent with each step, however long it is
/// * no prices
/// * nothing of what is said and done is in the spans of a run
#[must_use]
pub struct AgentBuilder {
    kind: Kind,
    name: String,
    description: String,
    model: Arc<dyn Model>,
    sandbox: SandboxBuilder,
    members: Vec<Agent>,
    prompts: Option<Prompts>,
    instructions: String,
    max_steps: u32,
    parallel: usize,
    planning_interval: Option<u32>,
    run_summary: bool,
    checks: Vec<(String, Check)>,
    callbacks: Vec<StepCallback>,
    approve: Option<Arc<dyn Approve>>,
    context_tokens: Option<u64>,
    prices: Option<Prices>,
    capture_content: bool,
}

impl AgentBuilder {
    fn new(kind: Kind, model: Arc<dyn Model>, sandbox: SandboxBuilder) -> AgentBuilder {
        AgentBuilder {
            kind,
            name: String::new(),
            description: String::new(),
            model,
            sandbox,
            members: Vec::new(),
            prompts: None,
            instructions: String::new(),
            max_steps: 20,
            parallel: 8,
            planning_interval: None,
            run_summary: false,
            checks: Vec::new(),
            callbacks: Vec::new(),
            approve: None,
            context_tokens: None,
            prices: None,
            capture_content: false,
        }
    }

    /// Names the agent. A managed agent is a Python function of this name. The default is none.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Says what the agent does, for the one that manages it. The default is nothing.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds instructions to the system prompt. The default is none.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = instructions.into();
        self
    }

    /// Sets how many steps a task may take, at least one. Plans are no steps. The default is 20.
    pub fn max_steps(mut self, steps: u32) -> Self {
        self.max_steps = steps.max(1);
        self
    }

    /// Has a plan made before the first step, and looked at again after each so many. The default is never.
    pub fn planning_interval(mut self, steps: u32) -> Self {
        self.planning_interval = Some(steps.max(1));
        self
    }

    /// Sets what stands around the code of a code agent. The default is `<code>` and `</code>`.
    pub fn tags(mut self, tags: CodeTags) -> Self {
        if let Kind::Code { tags: usual, .. } = &mut self.kind {
            *usual = tags;
        }
        self
    }

    /// Has the model of a code agent reply in JSON, with its thought and its code, which it is held to by a
    /// schema. The default is plain text with tags.
    pub fn structured(mut self, structured: bool) -> Self {
        if let Kind::Code { structured: usual, .. } = &mut self.kind {
            *usual = structured;
        }
        self
    }

    /// Gives a tool-calling agent the tool `python_interpreter`, which runs code in the run's session. The
    /// default is none.
    pub fn python(mut self, python: bool) -> Self {
        if let Kind::ToolCalling { python: usual } = &mut self.kind {
            *usual = python;
        }
        self
    }

    /// Sets how many work at a time, at least one, of the tools that the model of a tool-calling agent asks for
    /// in one step, and of the managed agents that code gives tasks to together. The default is 8.
    pub fn parallel(mut self, calls: usize) -> Self {
        self.parallel = calls.max(1);
        self
    }

    /// Sets all prompts. The default are those of [`Prompts::code_agent`],
    /// [`Prompts::structured_code_agent`] and [`Prompts::tool_calling_agent`].
    pub fn prompts(mut self, prompts: Prompts) -> Self {
        self.prompts = Some(prompts);
        self
    }

    /// Adds an agent that this one can call: a function of the agent's name in code, a tool for tool-calling
    /// agents. Each call is a run of its own, with a session of its own; they can run at the same time. For
    /// that, code has the function `ask_together`, which takes a list of tasks; that of tool-calling agents with
    /// [`python`](AgentBuilder::python), too.
    pub fn managed(mut self, agent: Agent) -> Self {
        self.members.push(agent);
        self
    }

    /// Has what this agent did told to the one that manages it, besides its answer. The default is the
    /// answer alone.
    pub fn run_summary(mut self, summary: bool) -> Self {
        self.run_summary = summary;
        self
    }

    /// Adds a check of final answers. An answer that fails it is none: the model is told why, and takes
    /// another step. Checks are made in the order in which they were added.
    pub fn check(
        self,
        name: impl Into<String>,
        check: impl Fn(&Answer, &Memory) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.check_async(name, move |answer, memory| {
            Box::pin(std::future::ready(check(answer, memory)))
        })
    }

    /// Adds a check of final answers that takes its time: it asks a server, or runs code in a sandbox. It is
    /// dropped with the step if that is cancelled.
    pub fn check_async(
        mut self,
        name: impl Into<String>,
        check: impl for<'a> Fn(&'a Answer, &'a Memory) -> Checking<'a> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push((name.into(), Arc::new(check)));
        self
    }

    /// Has a function called after each step, before it becomes part of the memory. It can change the step and
    /// the memory, and interrupt the run.
    pub fn on_step(
        mut self,
        callback: impl Fn(StepEnd<'_>, &mut Memory) -> Flow + Send + Sync + 'static,
    ) -> Self {
        self.callbacks.push(Arc::new(callback));
        self
    }

    /// Has somebody asked before code runs and before tools are called. The default is nobody.
    pub fn approve(mut self, approve: impl Approve) -> Self {
        self.approve = Some(Arc::new(approve));
        self
    }

    /// Keeps the conversation within so many tokens: what came of old steps is shortened, and if that is not
    /// enough, they are summed up by the model. Tasks and the last two steps stay as they are. Tokens are
    /// estimated by what the model said that earlier requests had. The default is no bound.
    pub fn context_tokens(mut self, tokens: u64) -> Self {
        self.context_tokens = Some(tokens);
        self
    }

    /// Sets what the model's tokens cost, for [`RunResult::cost`]. The default is unknown.
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = Some(prices);
        self
    }

    /// Sets whether the spans of a run, which whoever has installed a subscriber of `tracing` gets, hold what is
    /// said and done: tasks, messages, code, arguments and answers of tools, each up to
    /// [`TEXT_BYTES`](fumehood_model::semconv::TEXT_BYTES). Managed agents have a setting of their own. The
    /// default is no.
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.capture_content = capture;
        self
    }

    /// Makes the agent.
    ///
    /// # Errors
    ///
    /// * [`AgentConfigError::Name`], [`AgentConfigError::Member`] and [`AgentConfigError::DuplicateName`]
    /// * [`AgentConfigError::Prompts`] if the prompts are no templates, or cannot be rendered
    /// * [`AgentConfigError::Sandbox`] if the sandbox cannot be made
    pub fn build(self) -> Result<Agent, AgentConfigError> {
        let AgentBuilder { kind, name, description, model, mut sandbox, .. } = self;
        let mut members = BTreeMap::new();
        for member in self.members {
            let (name, description) = (member.name().to_owned(), member.description());
            if name.is_empty() || description.is_empty() {
                let missing = if name.is_empty() { "name" } else { "description" };
                return Err(AgentConfigError::Member { missing });
            }
            sandbox = sandbox.tool(MemberTool::new(&member));
            if members.insert(name.clone(), member).is_some() {
                return Err(AgentConfigError::DuplicateName { name });
            }
        }
        // Those that call tools without code call several at a time as it is.
        if kind.has_code() && !members.is_empty() {
            sandbox = sandbox.tool(TogetherTool::of(members.keys()));
        }
        let sandbox = sandbox.build()?;
        if !name.is_empty() {
            if let Some(reason) = fumehood::unusable_name(&name) {
                return Err(AgentConfigError::Name { name, reason });
            }
            if sandbox.tools().iter().any(|tool| tool.name == name) {
                return Err(AgentConfigError::DuplicateName { name });
            }
        }
        let prompts = self.prompts.unwrap_or_else(|| match &kind {
            Kind::Code { structured: false, .. } => Prompts::code_agent(),
            Kind::Code { structured: true, .. } => Prompts::structured_code_agent(),
            Kind::ToolCalling { .. } => Prompts::tool_calling_agent(),
        });
        let templates = Templates::new(prompts)?;
        let tags = match &kind {
            Kind::Code { tags, .. } => tags.clone(),
            Kind::ToolCalling { .. } => CodeTags::default(),
        };
        let mut scene = Scene::of(&sandbox, &tags);
        scene.tools.retain(|tool| !members.contains_key(&tool.name));
        scene.members = members.values().map(Member::of).collect();
        scene.instructions = self.instructions;
        // A prompt that cannot be rendered is found here, and not in the middle of a run.
        templates.system(&scene)?;
        Ok(Agent(Arc::new(Settings {
            kind,
            name,
            description,
            model: Traced::new(model).with_content(self.capture_content),
            sandbox,
            members,
            templates,
            scene,
            max_steps: self.max_steps,
            parallel: self.parallel,
            planning_interval: self.planning_interval,
            run_summary: self.run_summary,
            checks: self.checks,
            callbacks: self.callbacks,
            approve: self.approve,
            context_tokens: self.context_tokens,
            prices: self.prices,
            capture_content: self.capture_content,
        })))
    }
}

impl std::fmt::Debug for AgentBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentBuilder")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

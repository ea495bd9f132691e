//! The agent that follows from a folder.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood::{Determinism, Engine, Sandbox, SandboxBuilder, Tool};
use fumehood_agent::{Agent, AgentBuilder};
use fumehood_model::{Model, Rates, Replay, Scripted};
use serde_json::Value;

use crate::agents::file::{Kind, ModelFields};
use crate::agents::folder::AgentFolder;
use crate::agents::tools::{BuiltIn, ToolSource};
use crate::model::{Choice, ModelFlags};
use crate::printer::Printer;
use crate::run::Files;
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, granted};

/// The engines that agents run on: one for each image that they name.
pub(crate) struct Engines<'a> {
    flags: &'a ImageFlags,
    printer: &'a Printer,
    made: RefCell<Vec<(Option<String>, Engine)>>,
}

impl<'a> Engines<'a> {
    pub(crate) fn new(flags: &'a ImageFlags, printer: &'a Printer) -> Engines<'a> {
        Engines { flags, printer, made: RefCell::default() }
    }

    /// The engine for the prepared image of this name, and the flags that say it.
    pub(crate) fn of(&self, image: Option<&str>) -> Result<(Engine, ImageFlags)> {
        let flags = self.flags.or_image(image)?;
        let mut made = self.made.borrow_mut();
        if let Some((_, engine)) = made.iter().find(|(name, _)| name.as_deref() == image) {
            return Ok((engine.clone(), flags));
        }
        let engine = flags.engine(self.printer)?;
        made.push((image.map(str::to_owned), engine.clone()));
        Ok((engine, flags))
    }
}

/// What comes before what the folder says. Managed agents are as their folders say.
pub(crate) struct Overrides<'a> {
    pub(crate) model: &'a ModelFlags,
    pub(crate) limits: &'a LimitFlags,
    pub(crate) grants: &'a GrantFlags,
    pub(crate) files: Option<&'a Files>,
    /// Besides those of the folder.
    pub(crate) tools: &'a [Arc<dyn Tool>],
    /// Whether the models are to be asked. If not, one that has no key does for looking at the agent.
    pub(crate) asks_models: bool,
}

/// Flags that say nothing.
#[derive(Default)]
struct Nothing {
    model: ModelFlags,
    limits: LimitFlags,
    grants: GrantFlags,
}

impl Nothing {
    fn overrides(&self) -> Overrides<'_> {
        let Nothing { model, limits, grants } = self;
        Overrides { model, limits, grants, files: None, tools: &[], asks_models: false }
    }
}

impl AgentFolder {
    /// The agent, which can still be changed.
    pub(crate) fn agent(
        &self,
        engines: &Engines<'_>,
        overrides: &Overrides<'_>,
    ) -> Result<AgentBuilder> {
        // What is wrong with it should not cost the building of an image.
        let model = self.model(overrides.model)?;
        let Some(model) = model else {
            bail!(
                self.wrong(
                    "model",
                    "there is none; say it there, with --model, or in FUMEHOOD_MODEL"
                )
            )
        };
        self.made(engines, &model, overrides)
    }

    /// The same with a model that is there already.
    pub(crate) fn agent_with(
        &self,
        model: &Arc<dyn Model>,
        engines: &Engines<'_>,
        overrides: &Overrides<'_>,
    ) -> Result<AgentBuilder> {
        self.made(engines, model, overrides)
    }

    /// The agent with a model that is never asked, to be looked at.
    pub(crate) fn agent_to_look_at(&self, engines: &Engines<'_>) -> Result<Agent> {
        let nobody: Arc<dyn Model> = Arc::new(Scripted::new(Vec::<String>::new()));
        self.built(self.made(engines, &nobody, &Nothing::default().overrides())?)
    }

    /// The model that is chosen, where the flags say no other.
    pub(crate) fn choice(&self) -> Result<Option<Choice>> {
        let Some(table) = &self.file.model else { return Ok(None) };
        let ModelFields { name, api_base, extra, without, requests_per_minute, tokens_per_minute } =
            &table.0;
        let mut rates = Rates::default();
        rates.requests_per_minute = requests_per_minute.map(u32::from);
        rates.tokens_per_minute = tokens_per_minute.map(u32::from);
        let mut fields =
            without.iter().map(|field| (field.clone(), Value::Null)).collect::<Vec<_>>();
        for (field, value) in extra {
            let json = json_of(value).ok_or_else(|| {
                self.wrong(&format!("model.extra.{field}"), "it has a number that JSON cannot say")
            })?;
            fields.push((field.clone(), json));
        }
        let (name, api_base) = (name.clone(), api_base.clone());
        Ok(Some(Choice { name, api_base, extra: fields, rates, ..Choice::default() }))
    }

    /// The model that the flags choose, or the folder.
    pub(crate) fn model(&self, flags: &ModelFlags) -> Result<Option<Arc<dyn Model>>> {
        let own = self.choice()?;
        let Some(choice) = flags.over(own.clone()) else { return Ok(None) };
        let is_own = own.is_some_and(|own| own.name == choice.name);
        if let Some(recording) = self.recording.as_ref().filter(|_| is_own) {
            return Ok(Some(Arc::new(
                Replay::from_text(recording).with_context(|| self.place("model"))?,
            )));
        }
        let model = choice.model();
        Ok(Some(if is_own { model.with_context(|| self.place("model"))? } else { model? }))
    }

    fn made(
        &self,
        engines: &Engines<'_>,
        model_of_manager: &Arc<dyn Model>,
        overrides: &Overrides<'_>,
    ) -> Result<AgentBuilder> {
        let file = &self.file;
        let engine = engines.of(file.image.as_deref()).with_context(|| self.place("image"));
        let (engine, image) = engine?;
        let limits = overrides.limits.over(file.limits.limits());
        let begun = Sandbox::builder(&engine).limits(limits);
        let mut sandbox = self.surroundings(begun.clone(), overrides, true)?;
        for tool in &self.tools {
            match tool {
                // It is there without being added.
                ToolSource::BuiltIn(BuiltIn::FinalAnswer) => {}
            }
        }
        for tool in overrides.tools {
            sandbox = sandbox.shared_tool(Arc::clone(tool));
        }
        sandbox = overrides.grants.apply(sandbox)?;
        if let Some(files) = overrides.files {
            sandbox = files.granted(sandbox)?;
        }
        let sandbox = image.applied(sandbox).with_context(|| self.place("image"))?;
        let model = Arc::clone(model_of_manager);
        let mut agent = match file.kind {
            Kind::Code => {
                let agent =
                    Agent::code(model, sandbox).structured(file.structured.unwrap_or(false));
                match &file.code_tags {
                    Some(tags) => agent.tags(tags.0.clone()),
                    None => agent,
                }
            }
            Kind::ToolCalling => {
                let agent = Agent::tool_calling(model, sandbox);
                let agent = agent.python(file.python.unwrap_or(false));
                match file.parallel_tools {
                    Some(tools) => agent.parallel(tools.get()),
                    None => agent,
                }
            }
        };
        agent = agent.name(&file.name).description(&file.description);
        agent = agent.instructions(&file.instructions).run_summary(file.run_summary);
        if let Some(steps) = file.max_steps {
            agent = agent.max_steps(steps.get());
        }
        if let Some(steps) = file.planning_interval {
            agent = agent.planning_interval(steps.get());
        }
        if let Some(tokens) = file.context_tokens {
            agent = agent.context_tokens(tokens);
        }
        if let Some(prices) = &file.prices {
            agent = agent.prices(prices.prices());
        }
        if let Some(prompts) = &self.prompts {
            agent = agent.prompts(prompts.clone());
        }
        if !self.checks.is_empty() {
            let sandbox = image.applied(self.surroundings(begun, overrides, false)?)?.build();
            let sandbox = sandbox.with_context(|| self.place("checks"))?;
            for check in &self.checks {
                agent = check.add_to(agent, &sandbox);
            }
        }
        let nothing = Nothing::default();
        for member in &self.members {
            let model = match overrides.asks_models && member.file.model.is_some() {
                true => member.model(&nothing.model)?,
                false => None,
            };
            let model = model.unwrap_or_else(|| Arc::clone(model_of_manager));
            let asks_models = overrides.asks_models;
            let overrides = Overrides { asks_models, ..nothing.overrides() };
            agent = agent.managed(member.built(member.made(engines, &model, &overrides)?)?);
        }
        Ok(agent)
    }

    /// The agent, with the folder named if it cannot be made.
    fn built(&self, agent: AgentBuilder) -> Result<Agent> {
        let shown = self.path().display();
        agent.build().with_context(|| format!("the agent in `{shown}` cannot be made"))
    }

    /// Folders, variables and clocks, as the file says. Checks only read.
    fn surroundings(
        &self,
        mut sandbox: SandboxBuilder,
        overrides: &Overrides<'_>,
        may_write: bool,
    ) -> Result<SandboxBuilder> {
        for grant in &self.file.grants {
            let host = self.path().join(&grant.folder);
            let grant = granted(&host, grant.at.as_deref(), grant.write && may_write);
            sandbox = sandbox.grant(grant.with_context(|| self.place("grants.folder"))?);
        }
        for (name, value) in &self.file.env {
            if !overrides.grants.sets(name) {
                sandbox = sandbox.env(name, value);
            }
        }
        match (self.file.deterministic, self.file.clock_start) {
            (Some(seed), start) => {
                let mut determinism = Determinism::with_seed(seed);
                if let Some(seconds) = start {
                    determinism = determinism.with_start(Duration::from_secs(seconds));
                }
                sandbox = sandbox.deterministic(determinism);
            }
            (None, Some(_)) => {
                bail!(
                    self.wrong("clock_start", "only a sandbox with `deterministic = SEED` has it")
                )
            }
            (None, None) => {}
        }
        Ok(sandbox)
    }
}

/// A value of TOML as JSON; nothing if it has a number that JSON has not. Dates are texts.
fn json_of(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::Number(serde_json::Number::from_f64(*number)?),
        toml::Value::Boolean(value) => Value::from(*value),
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        toml::Value::Array(items) => {
            Value::Array(items.iter().map(json_of).collect::<Option<_>>()?)
        }
        toml::Value::Table(fields) => {
            let fields = fields.iter().map(|(key, value)| Some((key.clone(), json_of(value)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
    })
}

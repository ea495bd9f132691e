//! The agent that follows from a folder.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fumehood::{Determinism, Engine, Sandbox, SandboxBuilder};
use fumehood_agent::{Agent, AgentBuilder, AgentConfigError};
use fumehood_model::{Model, Rates, Replay, Scripted};
use fumehood_policy::Warden;
use fumehood_tools::egress::Egress;
use serde_json::Value;

use crate::agents::file::{FILE, Kind, ModelFields};
use crate::agents::folder::AgentFolder;
use crate::agents::mistakes::{Mistake, Mistakes};
use crate::agents::tools::{BuiltIn, ToolSource};
use crate::http;
use crate::model::{Choice, ModelFlags};
use crate::policy::Watch;
use crate::printer::Printer;
use crate::run::Files;
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, granted};
use crate::toolbox::{Toolset, web};

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
    pub(crate) tools: &'a Toolset,
    /// Who watches over what its tools are used for.
    pub(crate) watch: &'a Watch,
    /// The guard of its manager, which is that of agents without a policy of their own.
    pub(crate) warden: Option<&'a Arc<Warden>>,
    /// Whether the models are to be asked. If not, one that has no key does for looking at the agent.
    pub(crate) asks_models: bool,
    /// Whether prompts are those of the folder. If not, the usual ones do for looking at the agent.
    pub(crate) own_prompts: bool,
}

/// Flags that say nothing.
struct Nothing {
    model: ModelFlags,
    limits: LimitFlags,
    grants: GrantFlags,
    tools: Toolset,
    watch: Watch,
}

impl Default for Nothing {
    fn default() -> Nothing {
        let (model, limits, grants, tools) = Default::default();
        Nothing { model, limits, grants, tools, watch: Watch::of_nobody() }
    }
}

impl Nothing {
    fn overrides(&self) -> Overrides<'_> {
        let Nothing { model, limits, grants, tools, watch } = self;
        Overrides {
            model,
            limits,
            grants,
            files: None,
            tools,
            watch,
            warden: None,
            asks_models: false,
            own_prompts: true,
        }
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
        let model = model.ok_or_else(|| {
            self.wrong("model", "there is none; say it there, with --model, or in FUMEHOOD_MODEL")
        });
        self.agent_with(&model?, engines, overrides)
    }

    /// The same with a model that is there already.
    pub(crate) fn agent_with(
        &self,
        model: &Arc<dyn Model>,
        engines: &Engines<'_>,
        overrides: &Overrides<'_>,
    ) -> Result<AgentBuilder> {
        let mut mistakes = Mistakes::default();
        let made = self.made(engines, model, overrides, &mut mistakes)?;
        Ok(mistakes.of(made)?)
    }

    /// The agent with a model that is never asked, to be looked at.
    pub(crate) fn agent_to_look_at(&self, engines: &Engines<'_>) -> Result<Agent> {
        let mut mistakes = Mistakes::default();
        let made = self.looked_at(engines, true, &mut mistakes)?;
        Ok(mistakes.of(made)?)
    }

    /// The same with the usual prompts in the place of its own, as far as it can be made. What is wrong is noted.
    pub(super) fn without_prompts(
        &self,
        engines: &Engines<'_>,
        mistakes: &mut Mistakes,
    ) -> Result<Option<Agent>> {
        self.looked_at(engines, false, mistakes)
    }

    fn looked_at(
        &self,
        engines: &Engines<'_>,
        own_prompts: bool,
        mistakes: &mut Mistakes,
    ) -> Result<Option<Agent>> {
        let nobody: Arc<dyn Model> = Arc::new(Scripted::new(Vec::<String>::new()));
        let nothing = Nothing::default();
        let overrides = Overrides { own_prompts, ..nothing.overrides() };
        let made = self.made(engines, &nobody, &overrides, mistakes)?;
        Ok(made.and_then(|agent| self.built(agent, mistakes)))
    }

    /// The model that is chosen, where the flags say no other.
    pub(crate) fn choice(&self) -> Result<Option<Choice>, Mistake> {
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
        if let Some(replay) = self.replay().filter(|_| is_own) {
            return Ok(Some(Arc::new(replay?)));
        }
        let model = choice.model();
        Ok(Some(if is_own {
            model.map_err(|error| self.because("model", &error))?
        } else {
            model?
        }))
    }

    /// The recording that is its model, if that is one.
    pub(super) fn replay(&self) -> Option<Result<Replay, Mistake>> {
        let replay = Replay::from_text(self.recording.as_ref()?);
        Some(replay.map_err(|error| self.because("model", &error.into())))
    }

    /// What is wrong with a key of the file, as something else says.
    fn because(&self, key: &str, error: &anyhow::Error) -> Mistake {
        self.wrong(key, format!("{error:#}"))
    }

    /// The agent as far as it can be made. What is wrong with the folder is noted; an error is about what comes
    /// before it.
    fn made(
        &self,
        engines: &Engines<'_>,
        model_of_manager: &Arc<dyn Model>,
        overrides: &Overrides<'_>,
        mistakes: &mut Mistakes,
    ) -> Result<Option<AgentBuilder>> {
        let file = &self.file;
        let engine = engines.of(file.image.as_deref());
        let engine = mistakes.unless(engine.map_err(|error| self.because("image", &error)));
        let Overrides { watch, warden, .. } = *overrides;
        let warden = match (warden, &self.policy) {
            (None, own) => watch.warden(own.as_ref())?,
            (Some(_), Some(own)) => watch.going_by(own.clone())?,
            (Some(warden), None) => Arc::clone(warden),
        };
        let overrides = &Overrides { warden: Some(&warden), ..*overrides };
        let members = self.members_made(engines, model_of_manager, overrides, mistakes)?;
        let Some((engine, image)) = engine else { return Ok(None) };
        let limits = overrides.limits.over(file.limits.limits());
        let begun = Sandbox::builder(&engine).limits(limits);
        let mut sandbox = self.surroundings(begun.clone(), overrides, true, mistakes);
        sandbox = sandbox.guard(Arc::<Warden>::clone(&warden));
        for tool in &self.tools {
            match tool {
                // It is there without being added.
                ToolSource::BuiltIn(BuiltIn::FinalAnswer) => {}
                ToolSource::BuiltIn(BuiltIn::Web(name)) => {
                    let client = http::logged(Egress::builder(), watch.log());
                    let tools = web::keyless(name, &engine, client).transpose();
                    let tools = tools.map_err(|error| self.because("tools", &error));
                    if let Some(tools) = mistakes.unless(tools).flatten() {
                        sandbox = tools.apply(sandbox);
                    }
                }
                ToolSource::Component(component) => {
                    let modules = component.modules(&image);
                    let modules = modules.map_err(|error| self.because("tools", &error));
                    sandbox = sandbox.modules(mistakes.unless(modules).unwrap_or_default());
                }
                ToolSource::Python(python) => {
                    let tools = python.tools(&engine, &image);
                    let tools = tools.map_err(|error| self.because("tools", &error));
                    sandbox = mistakes.unless(tools).unwrap_or_default().apply(sandbox);
                }
            }
        }
        sandbox = overrides.tools.apply(sandbox);
        sandbox = overrides.grants.apply_over(file.http.as_ref(), sandbox, &image, watch.log())?;
        if let Some(files) = overrides.files {
            sandbox = files.granted(sandbox)?;
        }
        let applied = image.applied(sandbox).map_err(|error| self.because("image", &error));
        let Some(sandbox) = mistakes.unless(applied) else { return Ok(None) };
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
                Agent::tool_calling(model, sandbox).python(file.python.unwrap_or(false))
            }
        };
        agent = agent.name(&file.name).description(&file.description);
        agent = agent.instructions(&file.instructions).run_summary(file.run_summary);
        if let Some(calls) = file.parallel {
            agent = agent.parallel(calls.get());
        }
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
        if let Some(prompts) = self.prompts.as_ref().filter(|_| overrides.own_prompts) {
            agent = agent.prompts(prompts.clone());
        }
        if !self.checks.is_empty() {
            // What is wrong with its surroundings was noted of the agent's.
            let mut again = Mistakes::default();
            let sandbox = self.surroundings(begun, overrides, false, &mut again);
            let sandbox = image.applied(sandbox).and_then(|sandbox| Ok(sandbox.build()?));
            let sandbox = sandbox.map_err(|error| self.because("checks", &error));
            if let Some(sandbox) = mistakes.unless(sandbox) {
                for check in &self.checks {
                    agent = check.add_to(agent, &sandbox);
                }
            }
        }
        Ok(Some(members.into_iter().fold(agent, AgentBuilder::managed)))
    }

    /// The managed agents, as their folders say.
    fn members_made(
        &self,
        engines: &Engines<'_>,
        model_of_manager: &Arc<dyn Model>,
        overrides: &Overrides<'_>,
        mistakes: &mut Mistakes,
    ) -> Result<Vec<Agent>> {
        let nothing = Nothing::default();
        let Overrides { asks_models, own_prompts, watch, warden, .. } = *overrides;
        let mut members = Vec::new();
        for member in &self.members {
            let model = match asks_models && member.file.model.is_some() {
                true => member.model(&nothing.model)?,
                false => None,
            };
            let model = model.unwrap_or_else(|| Arc::clone(model_of_manager));
            let overrides =
                Overrides { asks_models, own_prompts, watch, warden, ..nothing.overrides() };
            let made = member.made(engines, &model, &overrides, mistakes)?;
            members.extend(made.and_then(|agent| member.built(agent, mistakes)));
        }
        Ok(members)
    }

    /// The agent. One whose file has more to say than could be read is not made.
    fn built(&self, agent: AgentBuilder, mistakes: &mut Mistakes) -> Option<Agent> {
        if !self.is_whole() {
            return None;
        }
        let built = agent.build().map_err(|error| {
            let key = match error {
                AgentConfigError::Name { .. } => Some("name"),
                AgentConfigError::Prompts(_) => Some("prompts"),
                _ => None,
            };
            let what = format!("the agent cannot be made: {:#}", anyhow::Error::from(error));
            match key {
                Some(key) => self.wrong(key, what),
                None => Mistake::new(self.path().join(FILE).display(), what),
            }
        });
        mistakes.unless(built)
    }

    /// Folders, variables and clocks, as the file says. Checks only read.
    fn surroundings(
        &self,
        mut sandbox: SandboxBuilder,
        overrides: &Overrides<'_>,
        may_write: bool,
        mistakes: &mut Mistakes,
    ) -> SandboxBuilder {
        for (number, grant) in self.file.grants.iter().enumerate() {
            let host = self.path().join(&grant.folder);
            let granted = granted(&host, grant.at.as_deref(), grant.write && may_write);
            let granted =
                granted.map_err(|error| self.because(&format!("grants.{number}.folder"), &error));
            if let Some(grant) = mistakes.unless(granted) {
                sandbox = sandbox.grant(grant);
            }
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
            // The seed may be what could not be read.
            (None, Some(_)) if self.is_whole() => {
                let what = "only a sandbox with `deterministic = SEED` has it";
                mistakes.note(self.wrong("clock_start", what));
            }
            (None, _) => {}
        }
        sandbox
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

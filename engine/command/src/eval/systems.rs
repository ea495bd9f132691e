//! Who works on the tasks: the agent, and the same agent as one of the other kind, with the models that they ask.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use fumehood_agent::Agent;
use fumehood_model::{Model, Replay};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::agents::{AgentFolder, Engines, Kind, Overrides};
use crate::eval::results::System;
use crate::eval::tasks::Task;
use crate::eval::{Baseline, EvalFlags};
use crate::model::{Choice, ModelFlags};
use crate::policy::Watch;
use crate::run::Files;
use crate::sandboxing::GrantFlags;
use crate::telemetry;
use crate::toolbox::Toolset;

/// All that is there to make the agent for a task.
pub(super) struct Systems {
    systems: Vec<(System, AgentFolder)>,
    replies: Replies,
    /// A folder in which what models reply is written down.
    record: Option<PathBuf>,
    model: ModelFlags,
    grants: GrantFlags,
    tools: Toolset,
    max_steps: Option<u32>,
}

/// Where what models say comes from.
enum Replies {
    /// A model that all runs ask, so that what it is asked in a minute is counted together.
    Model(Choice, Arc<dyn Model>),
    /// A folder with a recording for each system and task.
    Recordings(PathBuf),
    /// A recording, which each run begins anew.
    Recording,
}

impl Systems {
    /// Reads the agent. What cannot be made is told.
    pub(super) fn open(
        flags: &EvalFlags,
        tools: Toolset,
        engines: &Engines<'_>,
    ) -> Result<Systems> {
        let mut model = flags.model.clone();
        let record = model.take_record();
        let agent = AgentFolder::open(&flags.agent)?;
        let kind = agent.file.kind;
        let mut systems = vec![(System::Agent, agent)];
        if let Some(baseline) = flags.baseline {
            if baseline.kind() == kind {
                bail!(
                    "the agent in `{}` is of the kind `{}` already; --baseline takes the other one",
                    flags.agent.display(),
                    name_of(kind)
                );
            }
            let other = systems[0].1.of_other_kind();
            systems.push((System::Baseline, other));
        }
        let [(_, agent), ..] = systems.as_slice() else { bail!("there is no agent") };
        let chosen = model.over(agent.choice()?);
        let own = agent.recording.is_some() && !flags.model.is_given_by_flag();
        let recording = chosen.as_ref().and_then(Choice::recording).filter(|_| !own);
        let replies = match (recording, &chosen) {
            (Some(path), _) if path.is_dir() => Replies::Recordings(path.to_owned()),
            (_, Some(choice)) if choice.recording().is_none() => {
                let made = agent.model(&model)?.context("there is no model")?;
                Replies::Model(choice.clone(), made)
            }
            // It says what is wrong with it, or that there is none.
            _ => {
                agent.model(&model)?.with_context(|| {
                    agent.wrong(
                        "model",
                        "there is none; say it there, with --model, or in FUMEHOOD_MODEL",
                    )
                })?;
                Replies::Recording
            }
        };
        for (_, folder) in &systems {
            folder.agent_to_look_at(engines)?;
        }
        if record.is_some() && !matches!(replies, Replies::Model(..)) {
            bail!("the replies of a recording are recorded already: leave out --record");
        }
        let (grants, max_steps) = (GrantFlags::default(), flags.max_steps);
        Ok(Systems { systems, replies, record, model, grants, tools, max_steps })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = System> + '_ {
        self.systems.iter().map(|(system, _)| *system)
    }

    /// How a system acts.
    pub(super) fn kind(&self, system: System) -> &'static str {
        self.folder(system).map_or("", |folder| name_of(folder.file.kind))
    }

    fn folder(&self, system: System) -> Option<&AgentFolder> {
        let found = self.systems.iter().find(|(other, _)| *other == system);
        found.map(|(_, folder)| folder)
    }

    /// What its tokens cost.
    pub(super) fn prices(&self, system: System) -> Option<fumehood_agent::Prices> {
        self.folder(system)?.file.prices.map(|prices| prices.prices())
    }

    /// What the results of a system have in common, as long as nobody changes the agent or takes another model.
    pub(super) fn hash(&self, system: System) -> String {
        let folder = self.folder(system);
        let chosen = folder.and_then(|folder| self.model.over(folder.choice().ok()?));
        let tools = self
            .tools
            .tools
            .iter()
            .map(|tool| json!([tool.name(), tool.description(), tool.parameters()]));
        let said = json!({
            "folder": folder.map(AgentFolder::digest),
            "kind": self.kind(system),
            "model": chosen.as_ref().map(|choice| [Some(&choice.name), choice.api_base.as_ref()]),
            "max_steps": self.max_steps,
            "tools": tools.collect::<Vec<_>>(),
        });
        let hash = Sha256::digest(said.to_string());
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The agent for a task, with its files.
    pub(super) fn agent(
        &self,
        system: System,
        task: &Task,
        files: &Files,
        engines: &Engines<'_>,
    ) -> Result<Agent> {
        let folder = self.folder(system).context("there is no such system")?;
        let model = self.replies_for(system, task, folder)?;
        // Nobody sits there and approves calls.
        let watch = Watch::of_nobody();
        let overrides = Overrides {
            model: &self.model,
            limits: &task.limits,
            grants: &self.grants,
            files: Some(files),
            tools: &self.tools,
            watch: &watch,
            warden: None,
            asks_models: true,
            own_prompts: true,
        };
        let agent = folder.agent_with(&model, engines, &overrides)?;
        let agent = agent.capture_content(telemetry::captures_content());
        let agent = match task.max_steps.map(u32::from).or(self.max_steps) {
            Some(steps) => agent.max_steps(steps),
            None => agent,
        };
        Ok(agent.build()?)
    }

    fn replies_for(
        &self,
        system: System,
        task: &Task,
        folder: &AgentFolder,
    ) -> Result<Arc<dyn Model>> {
        let file = PathBuf::from(system.name()).join(format!("{}.jsonl", task.id));
        match &self.replies {
            Replies::Recordings(recordings) => Ok(Arc::new(Replay::open(recordings.join(file))?)),
            Replies::Recording => folder.model(&self.model)?.context("there is no model"),
            Replies::Model(choice, model) => match &self.record {
                None => Ok(Arc::clone(model)),
                Some(record) => {
                    let path = record.join(file);
                    let parent = path.parent().unwrap_or(record);
                    fs::create_dir_all(parent).with_context(|| {
                        format!("cannot make the folder `{}`", parent.display())
                    })?;
                    choice.recorded(Arc::clone(model), &path)
                }
            },
        }
    }
}

impl Baseline {
    fn kind(self) -> Kind {
        match self {
            Baseline::Code => Kind::Code,
            Baseline::ToolCalling => Kind::ToolCalling,
        }
    }
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Code => "code",
        Kind::ToolCalling => "tool_calling",
    }
}

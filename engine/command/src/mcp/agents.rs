//! Agents that clients can call.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fumehood_agent::{Agent, AgentEvent, Answer, RunState};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use serde_json::json;

use crate::agents::{AgentFolder, Engines, Overrides};
use crate::mcp::files;
use crate::mcp::telling::{Teller, Telling};

/// An agent, and the tool that it is.
pub(super) struct OfferedAgent {
    tool: String,
    description: String,
    agent: Agent,
}

impl OfferedAgent {
    /// The agent of a folder.
    pub(super) fn open(
        path: &Path,
        engines: &Engines<'_>,
        overrides: &Overrides<'_>,
    ) -> Result<OfferedAgent> {
        let folder = AgentFolder::open(path)?;
        let agent = folder.agent(engines, overrides)?.build();
        let agent =
            agent.with_context(|| format!("the agent in `{}` cannot be made", path.display()))?;
        let of_folder = path.canonicalize()?;
        let of_folder = of_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = if agent.name().is_empty() { of_folder } else { agent.name().to_owned() };
        let is_good = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let name = name.replace(|character| !is_good(character), "_");
        if name.len() > 50 {
            bail!("the name of the agent in `{}` is too long for a tool", path.display());
        }
        let description = match agent.description() {
            "" => format!("Has the agent {name} work on a task, and returns its answer."),
            description => description.to_owned(),
        };
        Ok(OfferedAgent { tool: format!("run_agent_{name}"), description, agent })
    }

    /// The name of its tool.
    pub(super) fn tool(&self) -> &str {
        &self.tool
    }

    pub(super) fn description(&self) -> &str {
        &self.description
    }

    /// Has it work until it has an answer. If the client gives up, the run ends.
    pub(super) async fn run(
        &self,
        task: String,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult> {
        let mut run = self.agent.start(task).await?;
        let (teller, telling) = Telling::of(context);
        run.listen(Arc::new(move |event| tell(&teller, event)));
        let finished = tokio::select! {
            finished = run.finish() => Some(finished),
            () = context.ct.cancelled() => None,
        };
        drop(run);
        if let Some(telling) = telling {
            telling.end().await;
        }
        let Some(finished) = finished else { bail!("the run was cancelled") };
        let result = finished?;
        let mut contents = vec![ContentBlock::text(result.answer.text().to_owned())];
        match &result.answer {
            Answer::Image { image, .. } => {
                contents
                    .push(ContentBlock::image(STANDARD.encode(image.data()), image.media_type()));
            }
            Answer::File { name, bytes, .. } => {
                contents.push(files::content(&self.tool, name, bytes.clone()));
            }
            _ => {}
        }
        let state = match result.state {
            RunState::Success => "success",
            _ => "max_steps",
        };
        let mut told = CallToolResult::success(contents);
        told.structured_content = Some(json!({
            "state": state,
            "answer": result.answer.json().unwrap_or_else(|| result.answer.text().into()),
            "steps": result.memory.actions().count(),
            "input_tokens": result.usage.input_tokens,
            "output_tokens": result.usage.output_tokens,
        }));
        Ok(told)
    }
}

/// Tells what matters of what happens.
fn tell(teller: &Teller, event: &AgentEvent<'_>) {
    match event {
        AgentEvent::PlanningStarted => teller.tell("makes a plan"),
        AgentEvent::StepStarted { number } => teller.tell(&format!("step {number}")),
        AgentEvent::Running { .. } => teller.tell("runs code"),
        AgentEvent::Sandbox(fumehood::Event::ToolCalled { tool, .. }) => {
            teller.tell(&format!("calls {tool}"));
        }
        AgentEvent::Retrying { .. } => teller.tell("asks its model again"),
        AgentEvent::Member { name, event: AgentEvent::StepStarted { number }, .. } => {
            teller.tell(&format!("{name}: step {number}"));
        }
        _ => {}
    }
}

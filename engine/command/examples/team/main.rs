//! A manager whose code gives tasks to two agents at the same time, and asks one of them again.
//!
//! `README.md` beside it says more.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood::{Engine, Sandbox, Tool};
use fumehood_agent::{Agent, AgentEvent, RunResult};
use fumehood_model::{Line, ModelError, Scripted};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<()> {
    let image =
        fumehood_image::ImageStore::of_user()?.open_or_build(|stage| eprintln!("{stage}"))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    let result = run(&Engine::new(&image)?, &folder).await?;
    println!("{}", result.answer.text());
    Ok(())
}

/// Has the team of a folder work on its task.
pub(crate) async fn run(engine: &Engine, folder: &Path) -> Result<RunResult> {
    let surveyor = |gauge: &str| -> Result<Agent> {
        let readings = readings(&folder.join(format!("{gauge}.csv")))?;
        let agent = Agent::code(recorded(folder, gauge)?, Sandbox::builder(engine).tool(readings));
        let description = format!("Knows the readings of the gauge in the {gauge}.");
        Ok(agent.name(gauge).description(description).build()?)
    };
    let manager = Agent::code(recorded(folder, "manager")?, Sandbox::builder(engine));
    let manager = manager.managed(surveyor("north")?).managed(surveyor("south")?).build()?;

    let mut run =
        manager.start(std::fs::read_to_string(folder.join("task.md"))?.trim_end()).await?;
    run.listen(Arc::new(show));
    Ok(run.finish().await?)
}

/// Says what each agent of the team does.
fn show(event: &AgentEvent<'_>) {
    match event {
        AgentEvent::Running { code } => eprintln!("The manager runs:\n{code}\n"),
        AgentEvent::Member { name, call, event: AgentEvent::Running { code } } => {
            eprintln!("{name}, in call {call}, runs:\n{code}\n");
        }
        AgentEvent::StepFinished(step) => eprintln!("The manager is told:\n{}", step.observation),
        _ => {}
    }
}

/// A tool that returns the rows of a table of levels.
fn readings(table: &Path) -> Result<impl Tool + use<>> {
    let table = std::fs::read_to_string(table)?;
    let row = |line: &str| {
        let (date, level) = line.split_once(',').context("a row has two fields")?;
        anyhow::Ok(json!({"date": date, "level_cm": level.parse::<i64>()?}))
    };
    let rows = table.lines().skip(1).map(row).collect::<Result<Vec<_>>>()?;
    let answer = move |_| std::future::ready(Ok::<_, String>(rows.clone()));
    let tool = fumehood::function(
        "readings",
        "All readings of the gauge.",
        json!({"type": "object"}),
        answer,
    );
    Ok(tool.returning(json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"date": {"type": "string"}, "level_cm": {"type": "integer"}},
        },
    })))
}

/// A model that says what a file of replies says, each after a while, and fails where it says so.
fn recorded(folder: &Path, name: &str) -> Result<Scripted> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.jsonl")))?;
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line)?;
        let said = match (line["content"].as_str(), line["error"].as_str()) {
            (Some(said), None) => Line::from(said),
            (None, Some(told)) => Line::from(ModelError::Script(told.to_owned())),
            _ => anyhow::bail!("a line has `content` or `error`"),
        };
        Ok(said.after(Duration::from_millis(50)))
    };
    Ok(Scripted::new(text.lines().map(line).collect::<Result<Vec<_>>>()?))
}

//! An agent with a plan, which a callback reads and changes.
//!
//! `README.md` beside it says more.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::path::Path;

use anyhow::Result;
use fumehood::{Engine, Sandbox};
use fumehood_agent::{Agent, Flow, RunResult, StepEnd};
use fumehood_model::Replay;

#[tokio::main]
async fn main() -> Result<()> {
    let image =
        fumehood_image::ImageStore::of_user()?.open_or_build(|stage| eprintln!("{stage}"))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/plan");
    let result = run(&Engine::new(&image)?, &folder).await?;
    println!("{}", result.answer.text());
    Ok(())
}

/// Has the agent of a folder work on its task.
pub(crate) async fn run(engine: &Engine, folder: &Path) -> Result<RunResult> {
    let model = Replay::open(folder.join("replies.jsonl"))?;
    let agent =
        Agent::code(model, Sandbox::builder(engine)).planning_interval(1).on_step(|end, _| {
            if let StepEnd::Planning(step) = end {
                step.plan = without_the_web(&step.plan);
                eprintln!("{}\n", step.plan);
            }
            // `Flow::Interrupt` would have the run wait for somebody who has to agree.
            Flow::Continue
        });
    let task = std::fs::read_to_string(folder.join("task.md"))?;
    Ok(agent.build()?.run(task.trim_end()).await?)
}

/// A plan in which nothing is searched for on the web, which cannot be reached.
fn without_the_web(plan: &str) -> String {
    let line = |line: &str| match line.split_once(". Search the web") {
        Some((number, _)) => format!("{number}. Go through the months with the module datetime."),
        None => line.to_owned(),
    };
    plan.lines().map(line).collect::<Vec<_>>().join("\n")
}

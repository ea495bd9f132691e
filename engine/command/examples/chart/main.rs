//! An agent that is shown a picture, and the chart that its code draws.
//!
//! `README.md` beside it says more.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::path::Path;

use anyhow::Result;
use fumehood::{Engine, Sandbox};
use fumehood_agent::{Agent, Flow, RunResult, StepEnd, Task};
use fumehood_model::{Image, Replay};

#[tokio::main]
async fn main() -> Result<()> {
    let image =
        fumehood_image::ImageStore::of_user()?.open_or_build(|stage| eprintln!("{stage}"))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/chart");
    let result = run(&Engine::new(&image)?, &folder).await?;
    println!("{}", result.answer.text());
    Ok(())
}

/// Has the agent of a folder work on its task.
pub(crate) async fn run(engine: &Engine, folder: &Path) -> Result<RunResult> {
    let model = Replay::open(folder.join("replies.jsonl"))?;
    let agent = Agent::code(model, Sandbox::builder(engine)).on_step(|end, _| {
        if let StepEnd::Action { step, files: Some(mut files) } = end
            && let Ok(chart) = files.read("chart.png")
        {
            step.images.push(Image::new("image/png", chart));
            // It is shown once.
            files.remove("chart.png").ok();
        }
        Flow::Continue
    });
    let picture = Image::new("image/png", std::fs::read(folder.join("bars.png"))?);
    let task = Task::new(std::fs::read_to_string(folder.join("task.md"))?.trim_end());
    Ok(agent.build()?.run(task.image(picture.clone()).argument("picture", picture)).await?)
}

//! `fumehood demo`: a recorded agent at work on real data.

use std::sync::Arc;

use anyhow::Result;
use fumehood::{Sandbox, Tool};
use fumehood_agent::Agent;
use fumehood_model::Replay;
use serde_json::json;

use super::files::Files;
use super::work::{Outlet, Work};
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::telemetry;

/// Watch a recorded agent work on real data, without a key
///
/// A model's replies are recorded; everything else runs: the sandbox, the code, the table, the tool.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DemoFlags {
    /// Steps that the agent may take
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    max_steps: u32,
    /// Print what happens as lines of JSON on stdout
    #[arg(long)]
    json: bool,
}

pub(crate) async fn demo(
    flags: DemoFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    const TASK: &str = include_str!("../../examples/penguins/task.md");
    const TABLE: &str = include_str!("../../examples/penguins/penguins.csv");
    const REPLIES: &str = include_str!("../../examples/penguins/replies.jsonl");
    let files = Files::written("penguins.csv", TABLE)?;
    let engine = image.engine(printer)?;
    let builder = files.granted(Sandbox::builder(&engine))?.tool(island_position());
    if !flags.json {
        printer.say(&format!("Task: {}", TASK.trim_end()));
    }
    let agent = Agent::code(Replay::from_text(REPLIES)?, image.applied(builder)?);
    let agent = agent.max_steps(flags.max_steps);
    let agent = agent.capture_content(telemetry::captures_content()).build()?;
    let run = agent.start(files.described(TASK.trim_end())).await?;
    let outlet = Outlet { json: flags.json, answer: None };
    Work { run, folder: None, audit: None, outlet, printer }.finish_and_tell().await
}

/// Where the islands of the penguins are, as the study gives it (Gorman et al. 2014, Methods).
fn island_position() -> impl Tool {
    fumehood::function(
        "island_position",
        "The position of an island of the Palmer Archipelago, as latitude and longitude in degrees.",
        json!({
            "type": "object",
            "properties": {"island": {"type": "string", "description": "The name of the island"}},
            "required": ["island"],
        }),
        |arguments| async move {
            let degrees = |degrees: f64, minutes: f64| -(degrees + minutes / 60.0);
            let (latitude, longitude) = match arguments["island"].as_str() {
                Some("Biscoe") => (degrees(64.0, 48.0), degrees(63.0, 46.0)),
                Some("Dream") => (degrees(64.0, 43.0), degrees(64.0, 14.0)),
                Some("Torgersen") => (degrees(64.0, 46.0), degrees(64.0, 4.0)),
                _ => return Err("the islands are Biscoe, Dream and Torgersen"),
            };
            Ok(json!({"latitude": latitude, "longitude": longitude}))
        },
    )
}

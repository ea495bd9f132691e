//! What the loop of an agent adds to a step.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fumehood::Sandbox;
use fumehood_agent::{Agent, Run};
use fumehood_model::{Line, Scripted};

use super::Bench;
use super::measuring::{Samples, microseconds};

/// Steps that the conversation has when it is measured.
const HISTORY: usize = 100;
const SAMPLES: usize = 50;

/// A step as a model takes it: a thought, and some lines that print something.
const REPLY: &str = "Thought: I look at the next value, and keep what I have seen so far in a list, so that I can \
                     compare them later.\n<code>\nseen = [*globals().get('seen', []), 1]\nprint('seen', len(seen))\n\
                     print('the last ones', seen[-20:])\n</code>";

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    if !bench.wants(&["agent_step_us", "agent_step_stored_us"]) {
        return Ok(());
    }
    let mut run = begun(bench).await?;
    let samples = steps(&mut run).await?;
    bench.add(
        "agent_step_us",
        "what an agent's loop adds to a step, with a hundred steps before",
        "µs",
        vec![("fumehood", samples)],
    )?;
    let folder = tempfile::tempdir().context("cannot make a folder for a run")?;
    run.keep_in(folder.path()).await?;
    let samples = steps(&mut run).await?;
    bench.add(
        "agent_step_stored_us",
        "the same, if the run is stored after each step",
        "µs",
        vec![("fumehood", samples)],
    )
}

/// A run that has taken so many steps.
async fn begun(bench: &Bench<'_>) -> Result<Run> {
    let model = Scripted::from_fn(|_| Line::from(REPLY));
    let agent = Agent::code(model, Sandbox::builder(&bench.engine)).max_steps(u32::MAX).build()?;
    let mut run = agent.start("Look at everything.").await?;
    while run.memory().actions().count() < HISTORY {
        run.step().await?;
    }
    Ok(run)
}

/// What steps take, less the time in the model, in the code and in tools.
async fn steps(run: &mut Run) -> Result<Samples> {
    let mut samples = Samples::default();
    for _ in 0..SAMPLES {
        let began = Instant::now();
        run.step().await?;
        let took = began.elapsed();
        let timing = run.memory().actions().next_back().map(|step| step.timing);
        let timing = timing.context("a step left nothing in the memory")?;
        let elsewhere: Duration = timing.model + timing.sandbox + timing.tools;
        samples.push(microseconds(took.saturating_sub(elsewhere)));
        // The conversation stays as long as it is.
        run.memory_mut().steps.pop();
    }
    Ok(samples)
}

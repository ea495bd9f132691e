//! Working on a task until it has ended, in whatever way, and having its answer judged.

use std::time::{Duration, Instant};

use fumehood::Sandbox;
use fumehood_agent::{
    ActionStep, Agent, AgentError, Memory, Prices, RunResult, RunState, StepErrorKind,
};
use tokio::time::timeout;

use crate::eval::results::{Outcome, Record, System};
use crate::eval::scoring::{Verdict, kept};
use crate::eval::tasks::Task;
use crate::run::Files;
use crate::units;

/// Bytes of an answer, and of why it is none, that are kept.
const ANSWER_BYTES: usize = 10_000;
const TOLD_BYTES: usize = 1_000;

/// A task that is to be worked on, with all that it takes.
pub(super) struct Job {
    pub(super) system: System,
    pub(super) task: Task,
    pub(super) agent: Agent,
    /// They are there as long as somebody works.
    pub(super) files: Files,
    pub(super) prices: Option<Prices>,
    /// What a check runs in.
    pub(super) checks: Option<Sandbox>,
    pub(super) timeout: Duration,
}

/// How a run ended.
enum End {
    Answered(Box<RunResult>),
    Failed(AgentError),
    TimeOver,
}

impl Job {
    /// Works on it.
    pub(super) async fn done(self) -> Record {
        let began = Instant::now();
        let (end, memory) = self.run().await;
        let took = began.elapsed();
        let mut record = self.judged(end, &memory).await;
        record.steps = steps(&memory).count() as u64;
        record.usage = memory.usage();
        record.cost = memory.cost(self.prices.as_ref());
        let timing = memory.timing();
        record.took_us = microseconds(took);
        record.model_us = microseconds(timing.model);
        record.sandbox_us = microseconds(timing.sandbox);
        record.tools_us = microseconds(timing.tools);
        record
    }

    /// How the run ended, and what is remembered of it. A step in which the time is over leaves nothing.
    async fn run(&self) -> (End, Memory) {
        let mut run = match self.agent.start(self.files.described(&self.task.text)).await {
            Ok(run) => run,
            Err(error) => return (End::Failed(error), Memory::new("")),
        };
        let end = match timeout(self.timeout, run.finish()).await {
            Ok(Ok(result)) => End::Answered(Box::new(result)),
            Ok(Err(error)) => End::Failed(error),
            Err(_) => End::TimeOver,
        };
        (end, run.memory().clone())
    }

    async fn judged(&self, end: End, memory: &Memory) -> Record {
        let record = |outcome| Record::of(&self.task.id, self.system, outcome);
        match end {
            End::Failed(error) => {
                Record { told: Some(told(&chain(&error))), ..record(Outcome::Error) }
            }
            End::TimeOver => Record {
                told: Some(format!("it took longer than {:?}", self.timeout)),
                ..record(Outcome::Timeout)
            },
            End::Answered(result) => {
                let scored = self.task.scorer.score(&result.answer, self.checks.as_ref()).await;
                let (outcome, why) = match scored {
                    Verdict::Right => (Outcome::Right, None),
                    Verdict::Wrong(why) => (failure(&result, memory), why),
                    Verdict::Unknown(why) => (Outcome::NotScored, Some(why)),
                };
                let answer = kept(&result.answer, ANSWER_BYTES);
                Record { answer, told: why.as_deref().map(told), ..record(outcome) }
            }
        }
    }

    /// A task that could not be begun.
    pub(super) fn not_begun(system: System, task: &Task, error: &anyhow::Error) -> Record {
        Record {
            told: Some(told(&format!("{error:#}"))),
            cost: Some(0.0),
            ..Record::of(&task.id, system, Outcome::Error)
        }
    }
}

/// What kind of failure a wrong answer is.
fn failure(result: &RunResult, memory: &Memory) -> Outcome {
    if result.state == RunState::Success {
        return Outcome::WrongAnswer;
    }
    let last = steps(memory).next_back().and_then(|step| step.error.as_ref());
    match last.map(|error| error.kind) {
        Some(StepErrorKind::Limit) => Outcome::Limit,
        _ => Outcome::MaxSteps,
    }
}

/// The steps in which the model acted, without what it said when there were none left.
fn steps(memory: &Memory) -> impl DoubleEndedIterator<Item = &ActionStep> {
    let is_last_words = |step: &ActionStep| {
        step.error.as_ref().is_some_and(|error| error.kind == StepErrorKind::MaxSteps)
    };
    memory.actions().filter(move |step| !is_last_words(step))
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text
}

/// What a table and a terminal can show.
fn told(text: &str) -> String {
    let end = text.floor_char_boundary(TOLD_BYTES);
    units::printable(&text[..end])
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

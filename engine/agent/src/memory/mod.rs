//! What a run remembers: one struct for each kind of step.
//!
//! Memory is plain data. It can be changed between steps, by callbacks or by whoever runs an agent by hand,
//! and it is written as JSON and read back without loss; `docs/agents.md` lists the fields. How the model
//! sees it is in `messages`.

mod messages;
mod shorter;
mod time;

use std::time::Duration;

use fumehood_model::{Image, Part, ToolResult, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use messages::View;
pub(crate) use shorter::shortened;
pub(crate) use time::Stopwatch;
pub use time::Timing;

use crate::answer::Answer;
use crate::result::Prices;

/// The version of the form that memory has as JSON. It is counted up when a reader of this version would
/// misread what is written; a new field that may be missing is no reason.
pub const MEMORY_VERSION: u32 = 1;

/// What a run remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Memory {
    /// [`MEMORY_VERSION`]
    pub version: u32,
    /// What the model is told before everything else.
    pub system_prompt: String,
    /// What happened, in order.
    pub steps: Vec<MemoryStep>,
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "nearly all steps are the largest")]
pub enum MemoryStep {
    /// A task was given.
    Task(TaskStep),
    /// A plan was made.
    Planning(PlanningStep),
    /// The model acted.
    Action(ActionStep),
    /// Steps were summed up, so that the conversation stays within its budget.
    Summary(SummaryStep),
}

/// A task was given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskStep {
    /// The task, with its arguments described.
    pub task: String,
    /// What the model is shown with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// A plan was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanningStep {
    /// The plan, as the model sees it from here on.
    pub plan: String,
    /// What the request has cost, if the model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When, and how long it took.
    pub timing: Timing,
}

/// The model acted: it wrote code, or called tools.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActionStep {
    /// Which step of its task it is, from 1.
    pub number: u32,
    /// What the model said, and thought if its server wants to be told again.
    pub reply: Vec<Part>,
    /// The code that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The calls of tools and of managed agents, in the order in which they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallRecord>,
    /// What the model is told of each tool that it called itself, and not in code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<ToolResult>,
    /// What the model is told of what came of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub observation: String,
    /// What the model is shown of what came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
    /// The final answer, if the step gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// What the model's reply has cost, if the model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Fuel that the code took.
    #[serde(default)]
    pub fuel: u64,
    /// When, and how long it took.
    pub timing: Timing,
}

impl ActionStep {
    /// What the model said.
    pub fn said(&self) -> String {
        let texts = self.reply.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

/// Steps were summed up. The model sees this instead of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SummaryStep {
    /// What was done and found out in them.
    pub summary: String,
    /// How many of the steps of the memory come before what the model still sees in full.
    pub covers: usize,
    /// What the request has cost, if the model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When, and how long it took.
    pub timing: Timing,
}

/// A call of a tool or of a managed agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// The tool, or the managed agent.
    pub name: String,
    /// What it was called with.
    pub arguments: Value,
    /// What it answered, shortened: code has the whole answer, and the observation says what the model sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took.
    #[serde(with = "time::nanoseconds", rename = "took_ns")]
    pub took: Duration,
    /// What a managed agent has done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Box<MemberRun>>,
}

/// What a managed agent has done in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberRun {
    /// What it remembers.
    pub memory: Memory,
    /// What its requests have cost, with those of its own managed agents.
    pub usage: Usage,
    /// What that is in money, if all prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// What went wrong in a step, as the model is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepError {
    /// Of what kind it is.
    pub kind: StepErrorKind,
    /// What the model is told.
    pub message: String,
}

impl StepError {
    pub(crate) fn new(kind: StepErrorKind, message: impl Into<String>) -> StepError {
        StepError { kind, message: message.into() }
    }
}

/// Of what kind an error of a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepErrorKind {
    /// There was no code, or no tool call, in what the model said.
    Parsing,
    /// The code raised an exception.
    Execution,
    /// The code was ended by a limit.
    Limit,
    /// The code broke the interpreter.
    Sandbox,
    /// A tool was called with arguments that do not fit.
    ToolArguments,
    /// A tool failed.
    Tool,
    /// Somebody did not approve.
    Denied,
    /// A check of the final answer failed.
    Check,
    /// There were no steps left.
    MaxSteps,
}

impl Memory {
    /// The memory of a run that has not begun.
    pub fn new(system_prompt: impl Into<String>) -> Memory {
        Memory { version: MEMORY_VERSION, system_prompt: system_prompt.into(), steps: Vec::new() }
    }

    /// The steps in which the model acted.
    pub fn actions(&self) -> impl DoubleEndedIterator<Item = &ActionStep> {
        self.steps.iter().filter_map(|step| match step {
            MemoryStep::Action(action) => Some(action),
            _ => None,
        })
    }

    /// The task that was given last.
    pub fn task(&self) -> Option<&TaskStep> {
        self.steps.iter().rev().find_map(|step| match step {
            MemoryStep::Task(task) => Some(task),
            _ => None,
        })
    }

    /// All code that was run, one step after the other.
    pub fn code(&self) -> String {
        let code = self.actions().filter_map(|action| action.code.as_deref());
        code.collect::<Vec<_>>().join("\n\n")
    }

    /// What all requests have cost, those of planning, summing up and managed agents included.
    pub fn usage(&self) -> Usage {
        let mut usage = self.own_usage();
        self.member_runs().for_each(|member| usage += member.usage);
        usage
    }

    /// What that is in money at these prices, if all prices are known: managed agents have their own.
    pub fn cost(&self, prices: Option<&Prices>) -> Option<f64> {
        let members = self.member_runs().map(|member| member.cost).sum::<Option<f64>>()?;
        Some(prices?.of(&self.own_usage()) + members)
    }

    /// What the requests have cost without those of managed agents.
    fn own_usage(&self) -> Usage {
        let used = self.steps.iter().filter_map(|step| match step {
            MemoryStep::Task(_) => None,
            MemoryStep::Planning(step) => step.usage,
            MemoryStep::Action(step) => step.usage,
            MemoryStep::Summary(step) => step.usage,
        });
        used.fold(Usage::default(), |mut sum, usage| {
            sum += usage;
            sum
        })
    }

    /// What managed agents have done.
    pub fn member_runs(&self) -> impl Iterator<Item = &MemberRun> {
        let calls = self.actions().flat_map(|action| &action.calls);
        calls.filter_map(|call| call.run.as_deref())
    }

    /// What all steps took, together.
    pub fn timing(&self) -> Timing {
        let mut timing = Timing::default();
        for step in &self.steps {
            timing += match step {
                MemoryStep::Task(_) => continue,
                MemoryStep::Planning(step) => step.timing,
                MemoryStep::Action(step) => step.timing,
                MemoryStep::Summary(step) => step.timing,
            };
        }
        timing
    }
}

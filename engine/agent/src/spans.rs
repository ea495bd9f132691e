//! The spans of a run: the run, its steps, the code and the tools that run in them.
//!
//! What is told in them, and by which names, is in [`fumehood_model::semconv`]; the spans of requests are those of
//! [`fumehood_model::Traced`]. Whoever listens gets them through `tracing`; if nobody does, they cost a look at
//! whether somebody does.

use std::time::Duration;

use fumehood::{Arguments, Outcome, Step, ToolError, ToolOutput};
use fumehood_model::Usage;
use fumehood_model::semconv::{self, clipped};
use serde_json::{Value, json};
use tracing::{Span, field};

use crate::agent::{Agent, Kind, Settings};
use crate::error::AgentError;
use crate::gate::Gate;
use crate::memory::{ActionStep, PlanningStep, StepErrorKind};
use crate::result::RunResult;
use crate::run::Run;

/// The tool that code is run by, as it is called in spans and by tool-calling agents.
pub(crate) const PYTHON: &str = "python_interpreter";

/// Bytes of the name of an exception's class.
const CLASS_BYTES: usize = 200;

/// The span of a run, from the first step of a task to the answer.
#[derive(Clone, Debug)]
pub(crate) struct RunSpan {
    span: Span,
    /// What the run had cost before.
    before: Usage,
}

impl RunSpan {
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    fn begin(run: &Run) -> RunSpan {
        let Settings { name, description, kind, sandbox, members, .. } = run.agent.settings();
        let most = run.course.goal.as_ref().map(|goal| goal.most);
        let shown = match (name.as_str(), kind) {
            ("", Kind::Code { .. }) => "CodeAgent",
            ("", Kind::ToolCalling { .. }) => "ToolCallingAgent",
            (name, _) => name,
        };
        let names = |names: Vec<&str>| Value::from(names).to_string();
        let tools = || sandbox.tools().iter().map(|tool| tool.name.as_str());
        let tools = || names(tools().filter(|tool| !members.contains_key(*tool)).collect());
        let span = tracing::info_span!(
            "invoke_agent",
            { semconv::NAME } = format!("{shown}.run"),
            { semconv::STATUS } = field::Empty,
            { semconv::STATUS_TEXT } = field::Empty,
            { semconv::ERROR_TYPE } = field::Empty,
            { semconv::OPERATION } = "invoke_agent",
            { semconv::SPAN_KIND } = "AGENT",
            { semconv::AGENT } = shown,
            { semconv::AGENT_DESCRIPTION } = (!description.is_empty()).then_some(description),
            { semconv::MAX_STEPS } = most.map(semconv::figure),
            { semconv::TOOLS } = tools(),
            { semconv::MEMBERS } = names(members.keys().map(String::as_str).collect()),
            { semconv::STATE } = field::Empty,
            { semconv::INPUT_TOKENS } = field::Empty,
            { semconv::LLM_PROMPT_TOKENS } = field::Empty,
            { semconv::OUTPUT_TOKENS } = field::Empty,
            { semconv::LLM_COMPLETION_TOKENS } = field::Empty,
            { semconv::LLM_TOTAL_TOKENS } = field::Empty,
            { semconv::TASK } = field::Empty,
            { semconv::INPUT } = field::Empty,
            { semconv::INPUT_TYPE } = field::Empty,
            { semconv::OUTPUT } = field::Empty,
            { semconv::OUTPUT_TYPE } = field::Empty,
        );
        let before = match span.is_disabled() {
            true => Usage::default(),
            false => run.memory.usage(),
        };
        if run.agent.captures(&span)
            && let Some(task) = run.memory.task()
        {
            span.record(semconv::TASK, clipped(&task.task).as_ref());
            input(&span, &task.task, "text/plain");
        }
        RunSpan { span, before }
    }

    fn spent(&self, usage: Usage) {
        let input = usage.input_tokens.saturating_sub(self.before.input_tokens);
        let output = usage.output_tokens.saturating_sub(self.before.output_tokens);
        for (name, tokens) in [
            (semconv::INPUT_TOKENS, input),
            (semconv::LLM_PROMPT_TOKENS, input),
            (semconv::OUTPUT_TOKENS, output),
            (semconv::LLM_COMPLETION_TOKENS, output),
            (semconv::LLM_TOTAL_TOKENS, input.saturating_add(output)),
        ] {
            self.span.record(name, semconv::figure(tokens));
        }
    }
}

impl Run {
    /// The span of the run, which begins with the first step of a task. A run that goes on after an error has
    /// another one.
    pub(crate) fn traced(&mut self) -> Span {
        if self.course.goal.is_none() {
            return Span::none();
        }
        let traced = self.trace.take().unwrap_or_else(|| RunSpan::begin(self));
        self.trace.insert(traced).span()
    }

    /// The run has its answer.
    pub(crate) fn answered_in_trace(&mut self, result: &RunResult) {
        let Some(trace) = self.trace.take() else { return };
        let span = &trace.span;
        if span.is_disabled() {
            return;
        }
        let state = serde_json::to_value(result.state).unwrap_or_default();
        span.record(semconv::STATE, state.as_str());
        trace.spent(result.usage);
        if self.agent.captures(span) {
            output(span, result.answer.text(), "text/plain");
        }
    }

    /// The run cannot go on.
    pub(crate) fn failed_in_trace(&mut self, error: &AgentError) {
        let Some(trace) = self.trace.take() else { return };
        if trace.span.is_disabled() {
            return;
        }
        trace.spent(self.memory.usage());
        failed(&trace.span, error, self.agent.settings().capture_content);
    }
}

impl Agent {
    /// Whether a span is to hold what is said and done.
    fn captures(&self, span: &Span) -> bool {
        self.settings().capture_content && !span.is_disabled()
    }
}

/// Something of a run has failed with this error.
fn failed(span: &Span, error: &AgentError, content: bool) {
    let (kind, told) = match error {
        AgentError::Model(error) => (semconv::kind(error), semconv::told(error, content)),
        AgentError::Session(_) => ("session".to_owned(), error.to_string()),
        AgentError::Interrupted => ("interrupted".to_owned(), error.to_string()),
        AgentError::Prompts(_) => ("prompts".to_owned(), error.to_string()),
        AgentError::Store(_) => ("store".to_owned(), error.to_string()),
        _ => (semconv::OTHER.to_owned(), error.to_string()),
    };
    semconv::failed(span, &kind, &told);
}

fn input(span: &Span, text: &str, media_type: &str) {
    span.record(semconv::INPUT, clipped(text).as_ref());
    span.record(semconv::INPUT_TYPE, media_type);
}

fn output(span: &Span, text: &str, media_type: &str) {
    span.record(semconv::OUTPUT, clipped(text).as_ref());
    span.record(semconv::OUTPUT_TYPE, media_type);
}

/// The span of a step in which the model acts.
pub(crate) fn step(number: u32) -> Span {
    tracing::info_span!(
        "step",
        { semconv::NAME } = format!("Step {number}"),
        { semconv::STATUS } = field::Empty,
        { semconv::STATUS_TEXT } = field::Empty,
        { semconv::ERROR_TYPE } = field::Empty,
        { semconv::SPAN_KIND } = "CHAIN",
        { semconv::STEP } = semconv::figure(number),
        { semconv::OUTPUT } = field::Empty,
        { semconv::OUTPUT_TYPE } = field::Empty,
    )
}

/// The span of a step in which a plan is made.
pub(crate) fn plan() -> Span {
    tracing::info_span!(
        "plan",
        { semconv::NAME } = "Plan",
        { semconv::STATUS } = field::Empty,
        { semconv::STATUS_TEXT } = field::Empty,
        { semconv::ERROR_TYPE } = field::Empty,
        { semconv::OPERATION } = "plan",
        { semconv::SPAN_KIND } = "CHAIN",
        { semconv::OUTPUT } = field::Empty,
        { semconv::OUTPUT_TYPE } = field::Empty,
    )
}

/// A plan was made, or not.
pub(crate) fn planned(span: &Span, agent: &Agent, step: Result<&PlanningStep, &AgentError>) {
    if span.is_disabled() {
        return;
    }
    match step {
        Ok(step) if agent.captures(span) => output(span, &step.plan, "text/plain"),
        Ok(_) => {}
        Err(error) => failed(span, error, agent.settings().capture_content),
    }
}

/// A step could not be taken.
pub(crate) fn not_taken(span: &Span, agent: &Agent, error: &AgentError) {
    if !span.is_disabled() {
        failed(span, error, agent.settings().capture_content);
    }
}

/// A step is done.
pub(crate) fn acted(span: &Span, agent: &Agent, step: &ActionStep) {
    if span.is_disabled() {
        return;
    }
    if let Some(error) = &step.error {
        let (kind, told) = kind_of(error.kind);
        let told = if agent.captures(span) { &error.message } else { told };
        semconv::failed(span, kind, told);
    }
    if agent.captures(span) {
        let results = step.results.iter().map(|result| result.text.as_str());
        let told = std::iter::once(step.observation.as_str()).chain(results);
        let told = told.filter(|text| !text.is_empty()).collect::<Vec<_>>();
        output(span, &told.join("\n"), "text/plain");
    }
}

/// The kind of an error in a word, and what can be said of it without saying what was said.
fn kind_of(kind: StepErrorKind) -> (&'static str, &'static str) {
    match kind {
        StepErrorKind::Parsing => ("parsing", "the model's reply has nothing that could be done"),
        StepErrorKind::Execution => ("execution", "the code raised an exception"),
        StepErrorKind::Limit => ("limit", "the code was ended by a limit"),
        StepErrorKind::Sandbox => ("sandbox", "the code broke the interpreter"),
        StepErrorKind::ToolArguments => {
            ("tool_arguments", "a tool was called with arguments that do not fit")
        }
        StepErrorKind::Tool => ("tool", "a tool failed"),
        StepErrorKind::Denied => ("denied", "somebody did not approve"),
        StepErrorKind::Check => ("check", "a check of the final answer failed"),
        StepErrorKind::MaxSteps => ("max_steps", "there were no steps left"),
    }
}

/// The span of code that runs.
pub(crate) fn execution(agent: &Agent, code: &str) -> Span {
    let span = tracing::info_span!(
        "execute_code",
        { semconv::NAME } = PYTHON,
        { semconv::STATUS } = field::Empty,
        { semconv::STATUS_TEXT } = field::Empty,
        { semconv::ERROR_TYPE } = field::Empty,
        { semconv::OPERATION } = "execute_tool",
        { semconv::SPAN_KIND } = "TOOL",
        { semconv::TOOL } = PYTHON,
        { semconv::TOOL_NAME } = PYTHON,
        { semconv::TOOL_TYPE } = "extension",
        { semconv::OUTCOME } = field::Empty,
        { semconv::LIMIT } = field::Empty,
        { semconv::FUEL } = field::Empty,
        { semconv::WALL } = field::Empty,
        { semconv::CPU } = field::Empty,
        { semconv::MEMORY } = field::Empty,
        { semconv::OUTPUT_BYTES } = field::Empty,
        { semconv::TOOL_CALLS } = field::Empty,
        { semconv::ROLLED_BACK } = field::Empty,
        { semconv::LOST } = field::Empty,
        { semconv::CALL_ARGUMENTS } = field::Empty,
        { semconv::INPUT } = field::Empty,
        { semconv::INPUT_TYPE } = field::Empty,
        { semconv::CALL_RESULT } = field::Empty,
        { semconv::OUTPUT } = field::Empty,
        { semconv::OUTPUT_TYPE } = field::Empty,
    );
    if agent.captures(&span) {
        let arguments = json!({"code": clipped(code)});
        span.record(semconv::CALL_ARGUMENTS, arguments.to_string());
        input(&span, code, "text/x-python");
    }
    span
}

/// Code has run. `told` is what the model is told of it.
pub(crate) fn executed(span: &Span, agent: &Agent, ran: &Step, told: &str) {
    if span.is_disabled() {
        return;
    }
    let usage = &ran.usage;
    for (name, figure) in [
        (semconv::FUEL, usage.fuel),
        (semconv::WALL, microseconds(usage.wall)),
        (semconv::CPU, microseconds(usage.cpu)),
        (semconv::MEMORY, usage.memory_bytes),
        (semconv::OUTPUT_BYTES, usage.output_bytes),
        (semconv::TOOL_CALLS, usage.tool_calls),
    ] {
        span.record(name, semconv::figure(figure));
    }
    span.record(semconv::ROLLED_BACK, ran.rolled_back);
    span.record(semconv::LOST, ran.lost);
    let content = agent.captures(span);
    let outcome = match &ran.outcome {
        Outcome::Completed(_) => "completed",
        Outcome::FinalAnswer(_) => "final_answer",
        Outcome::Raised(exception) => {
            // The code may have named it.
            let name = &exception.name[..exception.name.floor_char_boundary(CLASS_BYTES)];
            let told = match content {
                true => format!("{name}: {}", exception.message),
                false => format!("the code raised {name}"),
            };
            semconv::failed(span, name, &told);
            "raised"
        }
        Outcome::LimitReached(reached, _) => {
            span.record(semconv::LIMIT, reached.limit.name());
            semconv::failed(span, reached.limit.name(), &reached.to_string());
            "limit_reached"
        }
        Outcome::Cancelled(_) => {
            semconv::failed(span, "cancelled", "the step was cancelled");
            "cancelled"
        }
        Outcome::Failed(failure) => {
            semconv::failed(span, "failed", &failure.to_string());
            "failed"
        }
        _ => semconv::OTHER,
    };
    span.record(semconv::OUTCOME, outcome);
    if content {
        span.record(semconv::CALL_RESULT, clipped(told).as_ref());
        output(span, told, "text/plain");
    }
}

impl Gate {
    /// The span of a call of a tool, or of a managed agent. The parent is said: calls that are made at the same
    /// time are siblings, wherever they are polled.
    pub(crate) fn call_span(&self, tool: &str, arguments: &Arguments, id: Option<&str>) -> Span {
        let declared = || self.agent.sandbox().tools().iter().find(|other| other.name == tool);
        let description = || declared().map(|tool| clipped(&tool.description));
        let parameters = || declared().map(|tool| tool.parameters.to_string());
        let span = tracing::info_span!(
            parent: &self.span,
            "execute_tool",
            { semconv::NAME } = tool,
            { semconv::STATUS } = field::Empty,
            { semconv::STATUS_TEXT } = field::Empty,
            { semconv::ERROR_TYPE } = field::Empty,
            { semconv::OPERATION } = "execute_tool",
            { semconv::SPAN_KIND } = "TOOL",
            { semconv::TOOL } = tool,
            { semconv::TOOL_NAME } = tool,
            { semconv::TOOL_TYPE } = "function",
            { semconv::TOOL_DESCRIPTION } = description().as_deref(),
            { semconv::TOOL_DESCRIPTION_TOO } = description().as_deref(),
            { semconv::TOOL_PARAMETERS } = parameters().map(|text| clipped(&text).into_owned()),
            { semconv::CALL } = id,
            { semconv::CALL_ARGUMENTS } = field::Empty,
            { semconv::INPUT } = field::Empty,
            { semconv::INPUT_TYPE } = field::Empty,
            { semconv::CALL_RESULT } = field::Empty,
            { semconv::OUTPUT } = field::Empty,
            { semconv::OUTPUT_TYPE } = field::Empty,
        );
        if self.agent.captures(&span) {
            let arguments = Value::Object(arguments.clone()).to_string();
            span.record(semconv::CALL_ARGUMENTS, clipped(&arguments).as_ref());
            input(&span, &arguments, "application/json");
        }
        span
    }

    /// A tool has answered, or failed.
    pub(crate) fn answered_in(&self, span: &Span, answer: &Result<ToolOutput, ToolError>) {
        if span.is_disabled() {
            return;
        }
        let content = self.agent.captures(span);
        match answer {
            Ok(answer) if content => {
                let answer = answer.value.to_string();
                span.record(semconv::CALL_RESULT, clipped(&answer).as_ref());
                output(span, &answer, "application/json");
            }
            Ok(_) => {}
            Err(error) => {
                let told = if content { error.to_string() } else { "the tool failed".to_owned() };
                semconv::failed(span, "tool", &told);
            }
        }
    }
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

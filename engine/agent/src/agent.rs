//! The loop: the model writes code, the sandbox runs it, the model sees what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fumehood::{Code, FinalAnswer, Outcome, Sandbox, Session, SessionError, Step};
use fumehood_model::{Delta, Message, Model, ModelError, Reply, Request, Usage};
use serde::Serialize;

use crate::memory::{Action, Memory};
use crate::parse::{CodeTags, code_of};
use crate::prompt;

/// Characters of an observation that the model is shown: the first and the last half of it.
const OBSERVATION_CHARACTERS: usize = 20_000;

/// A code agent: a model, and how it is to work. It holds no state of a run and can be shared.
///
/// # Defaults
///
/// * at most 20 steps
/// * code between `<code>` and `</code>`
/// * no instructions beyond the system prompt
#[derive(Clone)]
pub struct Agent {
    model: Arc<dyn Model>,
    max_steps: u32,
    tags: CodeTags,
    instructions: String,
    listener: Option<AgentListener>,
}

/// Called with what happens in a run, as it happens.
pub type AgentListener = Arc<dyn Fn(AgentEvent<'_>) + Send + Sync>;

/// Something that happens in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum AgentEvent<'a> {
    /// A step begins.
    StepStarted {
        /// Counts from 1.
        number: u32,
    },
    /// The model says something more.
    Said {
        /// The next part of its reply.
        text: &'a str,
    },
    /// The model failed, and is asked again: what it said in this step so far does not count.
    Retrying {
        /// Why.
        error: &'a ModelError,
        /// It is asked after this time.
        wait: Duration,
    },
    /// Code is about to run.
    Running {
        /// The code.
        code: &'a str,
    },
    /// Something happens in the sandbox while the code runs.
    Sandbox(&'a fumehood::Event<'a>),
    /// A step is done.
    StepFinished(&'a Action),
    /// The run is done.
    Finished(&'a RunResult),
}

/// What came of a run.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RunResult {
    /// How the run ended.
    pub state: RunState,
    /// The answer as JSON, where it has such a form.
    pub answer: Option<Box<serde_json::value::RawValue>>,
    /// The answer as text.
    pub text: String,
    /// Everything that was said and done.
    pub memory: Memory,
    /// What the model's replies cost together, if it says.
    pub tokens: Option<Usage>,
    /// How long it took.
    pub took: Duration,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// With a final answer.
    Success,
    /// There were no steps left; the answer is what the model said when it was asked for one.
    MaxSteps,
}

/// Why a run has no result. Errors of the code are not among them: they are told to the model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The model has no reply.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sandbox cannot start a session.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl Agent {
    /// An agent that works with `model`.
    pub fn new(model: impl Model) -> Agent {
        Agent {
            model: Arc::new(model),
            max_steps: 20,
            tags: CodeTags::default(),
            instructions: String::new(),
            listener: None,
        }
    }

    /// Sets how many steps a run may take; at least one. The default is 20.
    #[must_use]
    pub fn with_max_steps(mut self, steps: u32) -> Agent {
        self.max_steps = steps.max(1);
        self
    }

    /// Sets the tags around code. The default is `<code>` and `</code>`.
    #[must_use]
    pub fn with_tags(mut self, tags: CodeTags) -> Agent {
        self.tags = tags;
        self
    }

    /// Adds instructions to the end of the system prompt. The default is none.
    #[must_use]
    pub fn with_instructions(mut self, instructions: impl Into<String>) -> Agent {
        self.instructions = instructions.into();
        self
    }

    /// Has `listener` called with what happens. The default is nobody.
    #[must_use]
    pub fn with_listener(mut self, listener: AgentListener) -> Agent {
        self.listener = Some(listener);
        self
    }

    /// Works on a task until there is a final answer, in a session of its own in `sandbox`.
    ///
    /// # Errors
    ///
    /// * [`AgentError::Model`] if the model has no reply
    /// * [`AgentError::Session`] if the sandbox cannot start a session
    pub async fn run(&self, task: &str, sandbox: &Sandbox) -> Result<RunResult, AgentError> {
        let started = Instant::now();
        let system_prompt = prompt::code_agent(sandbox, &self.tags, &self.instructions);
        let mut memory = Memory { system_prompt, task: task.to_owned(), steps: Vec::new() };
        let mut session = sandbox.session().await?;

        for number in 1..=self.max_steps {
            self.tell(AgentEvent::StepStarted { number });
            let (action, answer) = self.step(number, &memory, &mut session).await?;
            self.tell(AgentEvent::StepFinished(&action));
            memory.steps.push(action);
            if let Some(answer) = answer {
                return Ok(self.finish(RunState::Success, answer, memory, None, started));
            }
        }

        let (text, tokens) = self.last_words(&memory).await?;
        let answer = FinalAnswer::from_text(text);
        Ok(self.finish(RunState::MaxSteps, answer, memory, tokens, started))
    }

    /// One step: a reply of the model, its code run.
    async fn step(
        &self,
        number: u32,
        memory: &Memory,
        session: &mut Session,
    ) -> Result<(Action, Option<FinalAnswer>), AgentError> {
        let thinking = Instant::now();
        let stop = [self.tags.close.clone(), "Observation:".to_owned()];
        let reply = self.generate(Request::new(memory.messages()).with_stop(stop)).await?;
        let thinking = thinking.elapsed();
        let mut content = reply.text();
        // The closing tag stopped the model; it belongs to what it said.
        if content.contains(&self.tags.open) && !content.trim_end().ends_with(&self.tags.close) {
            content.push_str(&self.tags.close);
        }
        let mut action = Action {
            number,
            code: None,
            observation: String::new(),
            error: None,
            tokens: reply.usage,
            fuel: 0,
            thinking,
            running: Duration::ZERO,
            reply: content,
        };
        let code = match code_of(&action.reply, &self.tags) {
            Ok(code) => action.code.insert(code),
            Err(told) => {
                action.error = Some(told);
                return Ok((action, None));
            }
        };
        self.tell(AgentEvent::Running { code });
        let mut code = Code::new(code.as_str());
        if let Some(listener) = self.listener.clone() {
            code = code.listener(Arc::new(move |event| listener(AgentEvent::Sandbox(&event))));
        }
        let step = session.run(code).await?;
        action.fuel = step.usage.fuel;
        action.running = step.usage.wall;
        action.observation = observation(&step);
        action.error = error(&step);
        let answer = match step.outcome {
            Outcome::FinalAnswer(answer) => Some(answer),
            _ => None,
        };
        Ok((action, answer))
    }

    /// Asks for an answer when there are no steps left.
    async fn last_words(&self, memory: &Memory) -> Result<(String, Option<Usage>), AgentError> {
        let mut messages = memory.messages();
        let task = &memory.task;
        messages.push(Message::user(format!(
            "There are no steps left. From what has been found out so far, answer the task in \
             plain words, without code:\n{task}"
        )));
        let reply = self.generate(Request::new(messages)).await?;
        Ok((reply.text().trim().to_owned(), reply.usage))
    }

    async fn generate(&self, request: Request) -> Result<Reply, ModelError> {
        let listener = |delta: Delta<'_>| match delta {
            Delta::Text(text) => self.tell(AgentEvent::Said { text }),
            Delta::Restarted { error, wait } => self.tell(AgentEvent::Retrying { error, wait }),
            _ => {}
        };
        self.model.generate(&request, &listener).await
    }

    fn finish(
        &self,
        state: RunState,
        answer: FinalAnswer,
        memory: Memory,
        last: Option<Usage>,
        started: Instant,
    ) -> RunResult {
        let mut tokens = last;
        for used in memory.steps.iter().filter_map(|step| step.tokens) {
            *tokens.get_or_insert_default() += used;
        }
        let result = RunResult {
            state,
            answer: answer.json,
            text: answer.text,
            memory,
            tokens,
            took: started.elapsed(),
        };
        self.tell(AgentEvent::Finished(&result));
        result
    }

    fn tell(&self, event: AgentEvent<'_>) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("max_steps", &self.max_steps)
            .field("tags", &self.tags)
            .finish_non_exhaustive()
    }
}

/// What the model is told of a step that ran.
fn observation(step: &Step) -> String {
    let mut told = String::new();
    let fumehood::Output { stdout, stderr, .. } = &step.output;
    for (stream, text) in [("Printed", stdout), ("Printed to stderr", stderr)] {
        if !text.trim_end().is_empty() {
            told.push_str(&format!("{stream}:\n{}\n", text.trim_end()));
        }
    }
    if step.output.cut_bytes > 0 {
        told.push_str(&format!("[{} more bytes were cut]\n", step.output.cut_bytes));
    }
    match &step.outcome {
        Outcome::Completed(Some(value)) => {
            told.push_str(&format!("Value of the last line:\n{}\n", value.repr));
        }
        Outcome::Completed(None) if told.is_empty() => told.push_str("The code printed nothing.\n"),
        _ => {}
    }
    shortened(told)
}

/// What the model is told of a step that did not run to its end.
fn error(step: &Step) -> Option<String> {
    let left = match step.rolled_back {
        true => "It was rolled back: nothing of it is left, and what was there before still is.",
        false => "What it had stored in variables is still there.",
    };
    match &step.outcome {
        Outcome::Raised(exception) => Some(exception.traceback.clone()),
        Outcome::LimitReached(reached, Some(exception)) => Some(format!(
            "{}\nThe step was ended: {reached}. {left}",
            exception.traceback.trim_end()
        )),
        Outcome::LimitReached(reached, None) => {
            Some(format!("The step was ended: {reached}. {left}"))
        }
        Outcome::Cancelled(_) => Some(format!("The step was cancelled. {left}")),
        Outcome::Failed(failure) => Some(format!("The step was ended: {failure}. {left}")),
        _ => None,
    }
    .map(shortened)
}

/// A text without its middle, if it is long.
fn shortened(text: String) -> String {
    let count = text.chars().count();
    if count <= OBSERVATION_CHARACTERS {
        return text;
    }
    let half = OBSERVATION_CHARACTERS / 2;
    let at = |position| text.char_indices().nth(position).map_or(text.len(), |(byte, _)| byte);
    format!(
        "{}\n[{} characters were cut here]\n{}",
        &text[..at(half)],
        count - 2 * half,
        &text[at(count - half)..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        let text = shortened("é".repeat(30_000));
        assert!(text.contains("[10000 characters were cut here]"));
        assert_eq!(text.matches('é').count(), 20_000);
        assert_eq!(shortened("short".to_owned()), "short");
    }
}

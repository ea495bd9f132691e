//! The loop: the model acts, the sandbox runs it, the model sees what came of it.
//!
//! A [`Run`] is all that changes while an agent works: its memory, its session, and how far it has come.
//! Read [`Run::finish`] first, then [`Run::step`]; `planning`, `acting_in_code` and `acting_with_tools` are
//! what a step can be, and `gate` is where every call of a tool goes through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fumehood::{Label, Ledger, Session};
use fumehood_model::{Delta, Message, Model as _, Reply, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tracing::{Instrument as _, Span};

use crate::agent::{Agent, Kind, Settings};
use crate::answer::Answer;
use crate::arguments;
use crate::callbacks::{Flow, StepCallback, StepEnd};
use crate::error::AgentError;
use crate::event::{AgentEvent, Audience, Listener};
use crate::journal::Journal;
use crate::marking::Boundary;
use crate::memory::{
    ActionStep, Memory, MemoryStep, StepError, StepErrorKind, Stopwatch, TaskStep,
};
use crate::result::{RunResult, RunState};
use crate::spans::{self, RunSpan};
use crate::stored::Folder;
use crate::task::Task;

/// An agent at work. It can be run to its end, or step by step; looked at and changed in between; forked,
/// saved, and gone on with in another process.
///
/// A future that is dropped before it is done cancels the step: the run is then what it was before it.
///
/// # Examples
///
/// ```no_run
/// # async fn example(agent: fumehood_agent::Agent) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood_agent::Progress;
///
/// let mut run = agent.start("What is the 100th prime?").await?;
/// let result = loop {
///     match run.step().await? {
///         Progress::Done(result) => break *result,
///         progress => eprintln!("{progress:?}"),
///     }
/// };
/// run.give("And the 101st?").await?;
/// let next = run.finish().await?;
/// # Ok(())
/// # }
/// ```
pub struct Run {
    pub(crate) agent: Agent,
    pub(crate) memory: Memory,
    /// What code runs in. It is started when it is first needed.
    pub(crate) session: Option<Session>,
    /// What the run has come into contact with. Its session and its calls are entered there.
    pub(crate) ledger: Ledger,
    pub(crate) course: Course,
    pub(crate) audience: Audience,
    interrupted: Arc<AtomicBool>,
    /// What was said and answered in the step that runs.
    pub(crate) journal: Arc<Journal>,
    /// Where the run is stored after each step.
    pub(crate) folder: Option<Folder>,
    /// The span of the task that is worked on.
    pub(crate) trace: Option<RunSpan>,
}

/// How far a run has come, besides its memory and its session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Course {
    /// What it works on.
    pub(crate) goal: Option<Goal>,
    /// The answer to the task before, if there is no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<(RunState, Answer)>,
    /// How many calls of managed agents there were.
    #[serde(default)]
    pub(crate) member_calls: u64,
    /// The arguments of tasks, which tools can be called with by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) arguments: Map<String, Value>,
    /// Tokens that a byte of a request has had, by what the model said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokens_per_byte: Option<f64>,
    /// What stands around data that may be somebody else's, once there is some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) boundary: Option<Boundary>,
}

/// A task that has no answer yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Goal {
    /// The task in words.
    pub(crate) task: String,
    /// How many steps it may take.
    pub(crate) most: u32,
    /// How many it has taken.
    pub(crate) steps: u32,
    /// How many it had taken when the last plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) planned: Option<u32>,
}

/// How far a step has brought a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress {
    /// A plan was made. It is the last step of the memory.
    Planned,
    /// The model acted. That is the last step of the memory.
    Acted,
    /// There is an answer.
    Done(Box<RunResult>),
}

impl Run {
    pub(crate) fn new(agent: &Agent) -> Result<Run, AgentError> {
        let memory = Memory::new(agent.system_prompt()?);
        Ok(Run::of(agent, memory, None, Course::default(), agent.sandbox().ledger()))
    }

    pub(crate) fn of(
        agent: &Agent,
        memory: Memory,
        mut session: Option<Session>,
        course: Course,
        ledger: Ledger,
    ) -> Run {
        if let Some(session) = &mut session {
            session.share_ledger(&ledger);
        }
        Run {
            agent: agent.clone(),
            memory,
            session,
            ledger,
            course,
            audience: Audience::default(),
            interrupted: Arc::default(),
            journal: Arc::default(),
            folder: None,
            trace: None,
        }
    }

    /// Gives the run a task, which is worked on from here on. Everything that was said and done before, and
    /// the session with its variables, stays.
    ///
    /// # Errors
    ///
    /// * [`AgentError::Arguments`] and [`AgentError::ArgumentForCode`] if an argument cannot be given
    /// * [`AgentError::Session`] if there are arguments, and the sandbox cannot start a session for them
    /// * [`AgentError::Store`] if the run is stored, and cannot be
    pub async fn give(&mut self, task: impl Into<Task>) -> Result<(), AgentError> {
        let Task { text, images, arguments, max_steps } = task.into();
        let described = arguments::described(&text, &arguments);
        self.take_arguments(arguments).await?;
        self.memory.steps.push(MemoryStep::Task(TaskStep { task: described, images }));
        let most = max_steps.unwrap_or(self.agent.settings().max_steps);
        self.course.goal = Some(Goal { task: text, most, steps: 0, planned: None });
        self.course.answered = None;
        // Whoever has interrupted the task before has not meant this one.
        self.interrupted.store(false, Ordering::Relaxed);
        self.store().await
    }

    /// Goes on until there is an answer.
    ///
    /// # Errors
    ///
    /// * [`AgentError::Model`] if the model has no reply
    /// * [`AgentError::Session`] if the sandbox cannot start a session, or cannot run a step
    /// * [`AgentError::Interrupted`] if somebody has interrupted it
    /// * [`AgentError::Prompts`] if a prompt cannot be rendered
    /// * [`AgentError::NothingToDo`] if there is no task without an answer
    /// * [`AgentError::Store`] if the run is stored, and cannot be
    ///
    /// In all cases the run is what it was after the last step that was done, and can go on.
    pub async fn finish(&mut self) -> Result<RunResult, AgentError> {
        loop {
            if self.interrupted.swap(false, Ordering::Relaxed) {
                self.failed_in_trace(&AgentError::Interrupted);
                return Err(AgentError::Interrupted);
            }
            if let Progress::Done(result) = self.step().await? {
                return Ok(*result);
            }
        }
    }

    /// Does what is next: makes a plan, has the model act, or has it give an answer if there are no steps left.
    ///
    /// # Errors
    ///
    /// Those of [`Run::finish`], without [`AgentError::Interrupted`].
    pub async fn step(&mut self) -> Result<Progress, AgentError> {
        let span = self.traced();
        let progress = self.next().instrument(span).await;
        match &progress {
            Ok(Progress::Done(result)) => self.answered_in_trace(result),
            Ok(_) => {}
            Err(error) => self.failed_in_trace(error),
        }
        progress
    }

    async fn next(&mut self) -> Result<Progress, AgentError> {
        let goal = self.course.goal.as_ref().ok_or(AgentError::NothingToDo)?;
        let every = self.agent.settings().planning_interval;
        let due = every.is_some_and(|steps| goal.steps.is_multiple_of(steps));
        let progress = if due && goal.steps < goal.most && goal.planned != Some(goal.steps) {
            self.plan().await?;
            Progress::Planned
        } else if goal.steps < goal.most {
            match self.act().await? {
                Some(answer) => Progress::Done(Box::new(self.done(RunState::Success, answer))),
                None => Progress::Acted,
            }
        } else {
            let answer = self.last_words().await?;
            Progress::Done(Box::new(self.done(RunState::MaxSteps, answer)))
        };
        self.store().await?;
        if let Progress::Done(result) = &progress {
            self.audience.tell(AgentEvent::Finished(result));
        }
        Ok(progress)
    }

    /// Has the model act, and runs what it wants to be run.
    async fn act(&mut self) -> Result<Option<Answer>, AgentError> {
        let number = self.course.goal.as_ref().map_or(0, |goal| goal.steps) + 1;
        let span = spans::step(number);
        let acted = self.take_step(number, &span).instrument(span.clone()).await;
        acted.inspect_err(|error| spans::not_taken(&span, &self.agent, error))
    }

    async fn take_step(&mut self, number: u32, span: &Span) -> Result<Option<Answer>, AgentError> {
        self.audience.tell(AgentEvent::StepStarted { number });
        let watch = Stopwatch::start();
        let mut step = ActionStep { number, ..ActionStep::default() };
        let messages = self.conversation().await?;
        let answer = match self.agent.settings().kind {
            Kind::Code { .. } => self.act_in_code(&mut step, messages).await?,
            Kind::ToolCalling { .. } => self.act_with_tools(&mut step, messages).await?,
        };
        step.answer = match answer {
            Some(answer) => self.checked(answer, &mut step.error).await,
            None => None,
        };
        watch.stop(&mut step.timing);
        spans::acted(span, &self.agent, &step);
        Ok(self.acted(step))
    }

    /// An answer that all checks agree with. If one does not, the model is told why.
    async fn checked(&mut self, answer: Answer, error: &mut Option<StepError>) -> Option<Answer> {
        let agent = self.agent.clone();
        for (name, check) in &agent.settings().checks {
            if let Err(reason) = check(&answer, &self.memory).await {
                let told = format!("Check {name} failed with error: {reason}");
                *error = Some(StepError::new(StepErrorKind::Check, told));
                return None;
            }
        }
        Some(answer)
    }

    /// A step is done, and becomes part of the memory.
    fn acted(&mut self, mut step: ActionStep) -> Option<Answer> {
        self.call_back(|callback, memory, session| {
            let files = session.map(Session::files);
            callback(StepEnd::Action { step: &mut step, files }, memory)
        });
        self.audience.tell(AgentEvent::StepFinished(&step));
        let answer = step.answer.clone();
        self.memory.steps.push(MemoryStep::Action(step));
        if let Some(goal) = &mut self.course.goal {
            goal.steps += 1;
        }
        answer
    }

    /// Asks for an answer when there are no steps left.
    async fn last_words(&mut self) -> Result<Answer, AgentError> {
        let number = self.course.goal.as_ref().map_or(0, |goal| goal.steps) + 1;
        let span = spans::step(number);
        let said = self.say_last_words(number, &span).instrument(span.clone()).await;
        said.inspect_err(|error| spans::not_taken(&span, &self.agent, error))
    }

    async fn say_last_words(&mut self, number: u32, span: &Span) -> Result<Answer, AgentError> {
        let task = self.course.goal.as_ref().map(|goal| goal.task.clone()).unwrap_or_default();
        let watch = Stopwatch::start();
        let mut step = ActionStep { number, ..ActionStep::default() };
        let mut messages = self.conversation().await?;
        let Settings { templates, .. } = self.agent.settings();
        messages.retain(|message| message.role != fumehood_model::Role::System);
        messages.insert(0, Message::system(templates.last_words_before()));
        messages.push(Message::user(templates.last_words_after(&task)?));
        let reply = self.ask(Request::new(messages), &mut step.timing.model).await?;
        let answer = Answer::words(reply.text().trim());
        step.usage = reply.usage;
        step.reply = reply.parts;
        step.error = Some(StepError::new(StepErrorKind::MaxSteps, "There are no steps left."));
        step.answer = Some(answer.clone());
        watch.stop(&mut step.timing);
        spans::acted(span, &self.agent, &step);
        Ok(self.acted(step).unwrap_or(answer))
    }

    /// The task has an answer.
    fn done(&mut self, state: RunState, mut answer: Answer) -> RunResult {
        self.course.goal = None;
        self.call_back(|callback, memory, _| callback(StepEnd::FinalAnswer(&mut answer), memory));
        // What is done cannot be interrupted any more, and what comes next was not.
        self.interrupted.store(false, Ordering::Relaxed);
        self.course.answered = Some((state, answer.clone()));
        self.result_of(state, answer)
    }

    fn result_of(&self, state: RunState, answer: Answer) -> RunResult {
        RunResult {
            state,
            answer,
            usage: self.memory.usage(),
            cost: self.memory.cost(self.agent.settings().prices.as_ref()),
            timing: self.memory.timing(),
            memory: self.memory.clone(),
        }
    }

    /// What came of the task that was given last, if it has an answer.
    pub fn result(&self) -> Option<RunResult> {
        let (state, answer) = self.course.answered.clone()?;
        Some(self.result_of(state, answer))
    }

    /// Has all callbacks look at something.
    pub(crate) fn call_back(
        &mut self,
        mut call: impl FnMut(&StepCallback, &mut Memory, Option<&mut Session>) -> Flow,
    ) {
        for callback in &self.agent.settings().callbacks {
            if call(callback, &mut self.memory, self.session.as_mut()) == Flow::Interrupt {
                self.interrupted.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Asks the model, if it was not asked before in this step, when the step was not done.
    pub(crate) async fn ask(
        &mut self,
        request: Request,
        took: &mut Duration,
    ) -> Result<Reply, AgentError> {
        if let Some(reply) = self.journal.reply() {
            return Ok(reply);
        }
        let watch = Stopwatch::start();
        let audience = self.audience.clone();
        let listener = |delta: Delta<'_>| match delta {
            Delta::Text(text) => audience.tell(AgentEvent::Said { text }),
            Delta::Reasoning(text) => audience.tell(AgentEvent::Thought { text }),
            Delta::Restarted { error, wait } => audience.tell(AgentEvent::Retrying { error, wait }),
            _ => {}
        };
        let agent = self.agent.clone();
        let reply = agent.settings().model.generate(&request, &listener).await?;
        *took += watch.elapsed();
        if let Some(usage) = &reply.usage {
            self.learn(&request.messages, usage.input_tokens);
        }
        self.journal.note_reply(&reply).map_err(AgentError::Store)?;
        Ok(reply)
    }

    /// The session that code runs in.
    pub(crate) async fn session(&mut self) -> Result<&mut Session, AgentError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let mut session = self.agent.settings().sandbox.session().await?;
                session.share_ledger(&self.ledger);
                session
            }
        };
        Ok(self.session.insert(session))
    }

    /// Has the run, and its session, be entered in this ledger from here on, with all that is in its own.
    pub(crate) fn share_ledger(&mut self, ledger: Ledger) {
        ledger.take_over(&self.ledger.entries());
        if let Some(session) = &mut self.session {
            session.share_ledger(&ledger);
        }
        self.ledger = ledger;
    }

    /// What the run has come into contact with, and how often it has called tools.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What marks as data what the model is shown, if some of it may be untrusted.
    pub(crate) fn boundary(&mut self) -> Option<Boundary> {
        let is_needed = self.ledger.labels().has(Label::Untrusted);
        is_needed.then(|| self.course.boundary.get_or_insert_with(Boundary::random).clone())
    }

    /// Whether there is a task that has no answer yet.
    pub fn is_busy(&self) -> bool {
        self.course.goal.is_some()
    }

    /// What was said and done so far.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What was said and done so far, to be changed: the model believes it.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The agent that works.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The session that code runs in, if it was started yet.
    pub fn session_mut(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Has `listener` called with what happens from here on. The default is nobody.
    pub fn listen(&mut self, listener: Listener) {
        self.audience = Audience(Some(listener));
    }

    /// Interrupts the run from elsewhere: [`Run::finish`] returns after the step that runs.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.interrupted))
    }

    /// A second run that goes on from the same state: of the memory, the interpreter and its files. From here
    /// on the two have nothing to do with each other. It is stored nowhere, and nobody listens to it.
    ///
    /// # Errors
    ///
    /// [`AgentError::Session`] if the host has no room for another session.
    pub async fn fork(&mut self) -> Result<Run, AgentError> {
        self.session_state()?;
        let session = match &mut self.session {
            Some(session) => Some(session.fork().await?),
            None => None,
        };
        let ledger = self.ledger.fork();
        Ok(Run::of(&self.agent, self.memory.clone(), session, self.course.clone(), ledger))
    }
}

/// Interrupts a run from elsewhere.
#[derive(Clone, Debug)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// Has the run return after the step that runs. Nothing is lost: it can be gone on with.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("agent", &self.agent)
            .field("course", &self.course)
            .field("steps", &self.memory.steps.len())
            .finish_non_exhaustive()
    }
}

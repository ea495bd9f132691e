//! Where each call of a tool goes through, whether code makes it or the model itself.
//!
//! In this order: what was answered before the process ended is answered again; whoever approves is asked;
//! then the tool runs, or the managed agent works, as far as the guard of the sandbox lets it; and what came of it
//! is written down before anybody sees it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fumehood::{
    Arguments, Interceptor, Labels, Ledger, ToolCall, ToolError, ToolFuture, ToolOutput,
};
use serde_json::Value;
use tracing::{Instrument as _, Span};

use crate::agent::{Agent, Settings};
use crate::approval::{Asked, Decision};
use crate::event::Audience;
use crate::journal::{Answered, Journal};
use crate::members;
use crate::memory::{CallRecord, shortened};
use crate::run::Run;
use crate::stored::Folder;

/// Characters of an answer that memory keeps.
const ANSWER: usize = 2_000;

/// What the calls of one step go through.
pub(crate) struct Gate {
    pub(crate) agent: Agent,
    pub(crate) audience: Audience,
    pub(crate) folder: Option<Folder>,
    journal: Arc<Journal>,
    /// That of the run.
    pub(crate) ledger: Ledger,
    step: u32,
    /// How many calls of managed agents there were in the run.
    member_calls: AtomicU64,
    /// What the calls are part of.
    pub(crate) span: Span,
    passed: Mutex<Passed>,
}

/// A call of a managed agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberCall<'a> {
    pub(crate) member: &'a Agent,
    pub(crate) arguments: &'a Arguments,
    /// Which call of a managed agent in the run it is, from 1.
    pub(crate) number: u64,
    /// Which of those in the step that are the same.
    pub(crate) occurrence: u64,
}

/// What has gone through.
#[derive(Default)]
struct Passed {
    calls: Vec<CallRecord>,
    /// The tools of which a call was not allowed.
    refused: Vec<String>,
    /// How many calls are under way, and since when there is one.
    under_way: usize,
    since: Option<Instant>,
    /// How long there was one.
    waited: Duration,
    /// How often each call was made.
    made: HashMap<String, u64>,
}

impl Gate {
    pub(crate) fn new(run: &Run, step: u32, span: Span) -> Gate {
        Gate {
            agent: run.agent.clone(),
            audience: run.audience.clone(),
            folder: run.folder.clone(),
            journal: Arc::clone(&run.journal),
            ledger: run.ledger.clone(),
            step,
            member_calls: AtomicU64::new(run.course.member_calls),
            span,
            passed: Mutex::default(),
        }
    }

    /// Runs a call, which a model that makes it itself calls by an id.
    pub(crate) async fn pass(
        &self,
        call: ToolCall,
        id: Option<&str>,
    ) -> Result<ToolOutput, ToolError> {
        if members::is_together(&self.agent, call.name()) {
            // Each of the calls that it stands for goes through here.
            let _untimed = call.untimed();
            return members::together(self, call.arguments()).await;
        }
        let call = call.with_ledger(&self.ledger);
        let (name, asked) = (call.name().to_owned(), self.told_apart(&call));
        let occurrence = self.count(&name, &asked);
        if let Some(answered) = self.journal.answer(&name, &asked) {
            self.ledger.merge(&answered.labels);
            self.record(&name, &asked, &answered, Duration::ZERO);
            return answered.answer.map_err(ToolError::new);
        }
        let call = self.approved(call).await?;
        let arguments = call.arguments().clone();
        let span = self.call_span(&name, &arguments, id);
        let began = self.enter();
        let mut run = None;
        let answer = match self.agent.settings().members.get(&name) {
            None => call.run().instrument(span.clone()).await,
            Some(member) => {
                let number = self.member_calls.fetch_add(1, Ordering::Relaxed) + 1;
                // It has limits of its own.
                let _untimed = call.untimed();
                let member_call = MemberCall { member, arguments: &arguments, number, occurrence };
                let member_run = &mut run;
                let work = || async move {
                    let (answer, worked) = members::work(self, member_call).await?;
                    *member_run = Some(Box::new(worked));
                    Ok(Value::String(answer).into())
                };
                call.run_with(work).instrument(span.clone()).await
            }
        };
        self.answered_in(&span, &answer);
        let took = self.leave(began);
        let refused = answer.as_ref().is_err_and(ToolError::is_refused);
        if refused {
            self.passed().refused.push(name.clone());
        }
        let labels = self.ledger.labels();
        let answered = Answered { answer: answer.map_err(|error| error.to_string()), run, labels };
        self.journal.note_answer(&name, &asked, &answered).map_err(unstored)?;
        self.record(&name, &arguments, &answered, took);
        answered.answer.map_err(if refused { ToolError::refused } else { ToolError::new })
    }

    /// What the journal knows the call by. Bytes that go with it are told apart by their hash.
    fn told_apart(&self, call: &ToolCall) -> Arguments {
        let mut arguments = Value::Object(call.arguments().clone());
        if self.folder.is_some() {
            for attachment in call.attachments() {
                if let Some(place) = arguments.pointer_mut(&attachment.at) {
                    *place = Value::String(attachment.digest());
                }
            }
        }
        match arguments {
            Value::Object(arguments) => arguments,
            _ => Arguments::new(),
        }
    }

    /// The call as somebody has allowed it.
    async fn approved(&self, call: ToolCall) -> Result<ToolCall, ToolError> {
        let Settings { approve: Some(approve), name, .. } = self.agent.settings() else {
            return Ok(call);
        };
        let (tool, arguments) = (call.name().to_owned(), call.arguments().clone());
        let decision = match self.journal.decision_about_call(&tool, &arguments) {
            Some(decision) => decision,
            None => {
                let asked = Asked { agent: name, step: self.step };
                // Whoever is asked may take their time.
                let _untimed = call.untimed();
                let decision = approve.call(asked, &tool, &arguments).await;
                let noted = self.journal.note_decision_about_call(&tool, &arguments, &decision);
                noted.map_err(unstored)?;
                decision
            }
        };
        match decision {
            Decision::Allow => Ok(call),
            Decision::Edit(arguments) => call.with_arguments(arguments),
            Decision::Deny(reason) => {
                let told = format!("the call was not made, as it was not approved: {reason}");
                let labels = Labels::default();
                let denied = Answered { answer: Err(told.clone()), run: None, labels };
                self.record(&tool, &arguments, &denied, Duration::ZERO);
                Err(ToolError::new(told))
            }
        }
    }

    /// Which of the calls that are the same this one is.
    fn count(&self, name: &str, arguments: &Arguments) -> u64 {
        let mut passed = self.passed();
        let made = passed.made.entry(key(name, arguments)).or_default();
        *made += 1;
        *made
    }

    fn enter(&self) -> Instant {
        let began = Instant::now();
        let mut passed = self.passed();
        passed.under_way += 1;
        passed.since.get_or_insert(began);
        began
    }

    fn leave(&self, began: Instant) -> Duration {
        let mut passed = self.passed();
        passed.under_way -= 1;
        if passed.under_way == 0
            && let Some(since) = passed.since.take()
        {
            passed.waited += since.elapsed();
        }
        began.elapsed()
    }

    fn record(&self, name: &str, arguments: &Arguments, answered: &Answered, took: Duration) {
        let Answered { answer, run, .. } = answered;
        let text = |value: &Value| match value {
            Value::String(text) => shortened(text.clone(), ANSWER),
            value => shortened(value.to_string(), ANSWER),
        };
        self.passed().calls.push(CallRecord {
            name: name.to_owned(),
            arguments: Value::Object(arguments.clone()),
            answer: answer.as_ref().ok().map(|answer| text(&answer.value)),
            error: answer.as_ref().err().cloned(),
            took,
            run: run.clone(),
        });
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        // Nothing panics while it is held.
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has gone through the gate of a step that is over.
pub(crate) struct Left {
    pub(crate) calls: Vec<CallRecord>,
    /// The tools of which a call was not allowed.
    pub(crate) refused: Vec<String>,
    /// How long something was under way.
    pub(crate) waited: Duration,
}

/// What tells calls apart.
pub(crate) fn key(name: &str, arguments: &Arguments) -> String {
    format!("{name} {}", Value::Object(arguments.clone()))
}

fn unstored(error: std::io::Error) -> ToolError {
    ToolError::new(format!("the run cannot be stored: {error}"))
}

impl Interceptor for Gate {
    fn call<'a>(&'a self, call: ToolCall) -> ToolFuture<'a> {
        Box::pin(self.pass(call, None))
    }
}

impl Run {
    /// The step is over: what went through the gate, and how long something was under way there.
    pub(crate) fn leave(&mut self, gate: &Gate) -> Left {
        self.course.member_calls = gate.member_calls.load(Ordering::Relaxed);
        let Passed { calls, refused, waited, since, .. } = std::mem::take(&mut *gate.passed());
        // What was under way when the step was ended has not left.
        let waited = waited + since.map_or(Duration::ZERO, |since| since.elapsed());
        Left { calls, refused, waited }
    }
}

//! A step of a code agent: the model writes code, and the sandbox runs it.

use std::sync::Arc;

use fumehood::{Code, Outcome};
use fumehood_model::{Finish, Message, OutputSchema, Part, Request};
use tracing::Instrument as _;

use crate::agent::{Kind, Settings};
use crate::answer::Answer;
use crate::approval::{Asked, Decision};
use crate::error::AgentError;
use crate::event::AgentEvent;
use crate::gate::{Gate, Left};
use crate::memory::{ActionStep, StepError, StepErrorKind};
use crate::observation;
use crate::parse;
use crate::run::Run;
use crate::spans;

/// What the model would go on with by itself, if it was let.
pub(crate) const STOPS: [&str; 2] = ["Observation:", "Calling tools:"];

impl Run {
    pub(crate) async fn act_in_code(
        &mut self,
        step: &mut ActionStep,
        messages: Vec<Message>,
    ) -> Result<Option<Answer>, AgentError> {
        let Some(code) = self.written(step, messages).await? else { return Ok(None) };
        let Some(code) = self.approved(step, code).await? else { return Ok(None) };
        self.run_code(step, code).await
    }

    /// The code that the model writes. If there is none in its reply, the step says so.
    async fn written(
        &mut self,
        step: &mut ActionStep,
        messages: Vec<Message>,
    ) -> Result<Option<String>, AgentError> {
        let agent = self.agent.clone();
        let Kind::Code { tags, structured } = &agent.settings().kind else { return Ok(None) };
        let request = Request::new(messages);
        let request = match structured {
            true => request.with_stop(STOPS).with_schema(OutputSchema::new(
                "thought_and_code",
                parse::thought_and_code_schema(),
            )),
            false => request.with_stop(STOPS.map(str::to_owned).into_iter().chain(tags.stop())),
        };
        let reply = self.ask(request, &mut step.timing.model).await?;
        (step.usage, step.reply) = (reply.usage, reply.parts);
        let said = step.said();
        let is_cut = reply.finish == Finish::Length;
        let parsed = match structured {
            true => parse::structured_code_of(&said, tags).map(|(_, code)| code),
            // Half of the code is not what the model meant to be run.
            false if is_cut && parse::is_open(&said, tags) => {
                Err(format!("Write {} after less code, and take several steps.", tags.close))
            }
            false => {
                if reply.finish == Finish::Stop {
                    close(step, &said, tags);
                }
                parse::code_of(&said, tags)
            }
        };
        match parsed {
            Ok(code) => Ok(Some(code)),
            Err(told) => {
                let told = match is_cut {
                    true => format!("Your reply was cut, as it was too long.\n{told}"),
                    false => told,
                };
                step.error = Some(StepError::new(StepErrorKind::Parsing, told));
                Ok(None)
            }
        }
    }

    /// The code as somebody has allowed it. If nobody does, the step says so.
    pub(crate) async fn approved(
        &mut self,
        step: &mut ActionStep,
        code: String,
    ) -> Result<Option<String>, AgentError> {
        let agent = self.agent.clone();
        let Settings { approve: Some(approve), name, .. } = agent.settings() else {
            return Ok(Some(code));
        };
        let asked = Asked { agent: name, step: step.number };
        let decision = match self.journal.decision_about_code() {
            Some(decision) => decision,
            None => {
                let decision = approve.code(asked, &code).await;
                self.journal.note_decision_about_code(&decision).map_err(AgentError::Store)?;
                decision
            }
        };
        Ok(match decision {
            Decision::Allow => Some(code),
            Decision::Edit(edited) => {
                step.observation = format!("The code was changed before it was run:\n{edited}\n");
                Some(edited)
            }
            Decision::Deny(reason) => {
                let told = format!("The code was not run, as it was not approved: {reason}");
                step.code = Some(code);
                step.error = Some(StepError::new(StepErrorKind::Denied, told));
                None
            }
        })
    }

    /// Runs code in the run's session, and says in the step what came of it.
    pub(crate) async fn run_code(
        &mut self,
        step: &mut ActionStep,
        code: String,
    ) -> Result<Option<Answer>, AgentError> {
        self.audience.tell(AgentEvent::Running { code: &code });
        let span = spans::execution(&self.agent, &code);
        let gate = Arc::new(Gate::new(self, step.number, span.clone()));
        // Tracebacks name the step by its number in the run: steps in which no code ran count, too.
        let file = format!("<step {}>", self.memory.actions().count() + 1);
        let mut submitted = Code::new(code.as_str()).file(file).interceptor(gate.clone());
        if let Some(listener) = self.audience.0.clone() {
            submitted =
                submitted.listener(Arc::new(move |event| listener(&AgentEvent::Sandbox(&event))));
        }
        step.code = Some(code);
        let ran = self.session().await?.run(submitted).instrument(span.clone()).await?;
        let Left { calls, refused, waited } = self.leave(&gate);
        step.calls.extend(calls);
        step.fuel += ran.usage.fuel;
        step.timing.tools += waited;
        step.timing.sandbox += ran.usage.wall.saturating_sub(waited);
        let boundary = self.boundary();
        let mark = |text: String| match &boundary {
            Some(boundary) => boundary.around(&text),
            None => text,
        };
        let told = mark(observation::told(&ran));
        spans::executed(&span, &self.agent, &ran, &told);
        step.observation.push_str(&told);
        step.observation.push_str(&observation::refused(&refused));
        step.error = observation::error(&ran);
        if let Some(error) = &mut step.error {
            error.message = mark(std::mem::take(&mut error.message));
        }
        Ok(match ran.outcome {
            Outcome::FinalAnswer(answer) => Some(Answer::from(answer)),
            _ => None,
        })
    }
}

/// Puts the closing tag, which has stopped the model, where the model would have written it: it believes what
/// it sees of itself.
fn close(step: &mut ActionStep, said: &str, tags: &parse::CodeTags) {
    if !parse::is_open(said, tags) {
        return;
    }
    let text = step.reply.iter_mut().rev().find_map(|part| match part {
        Part::Text { text } => Some(text),
        _ => None,
    });
    if let Some(text) = text {
        text.push_str(&tags.close);
    }
}

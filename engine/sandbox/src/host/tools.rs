//! Calls of tools that the guest makes: one at a time, or several that are under way together.
//!
//! Either way a call is checked by [`Host::admit`] before anything runs, and told of by [`Host::settle_call`] when
//! it is done. A call that was begun runs as a task of its own, which the end of the step ends.

use std::mem::take;
use std::time::{Duration, Instant};

use super::under_way::{Done, UnderWay};
use super::{Host, attached, nesting_of};
use crate::answer::FinalAnswer;
use crate::bindings::fumehood::guest;
use crate::calls::ToolCall;
use crate::context::CallContext;
use crate::control::Reason;
use crate::limits::{Limit, Limits, Reached};
use crate::outcome::Event;
use crate::tools::{FINAL_ANSWER, ToolError, ToolOutput};

/// What came of a call: the answer, and its value as JSON.
pub(super) type Answered = Result<(ToolOutput, String), ToolError>;

/// The calls of a step with these limits. All answers that are there to be taken may have as many bytes as one.
pub(super) fn none_under_way(limits: &Limits) -> UnderWay {
    UnderWay::with_answers(limits.answer_bytes.saturating_add(limits.attached_bytes))
}

impl Host {
    /// Counts a call and checks it, and tells of it. The failure is what the guest raises.
    fn admit(
        &mut self,
        name: &str,
        arguments: &str,
        attached: &str,
        contents: Vec<u8>,
    ) -> Result<ToolCall, String> {
        let step = &mut self.step;
        step.tool_calls = step.tool_calls.saturating_add(1);
        if step.tool_calls > step.limits.tool_calls {
            return Err(self.control.note(Reason::Limit(Reached {
                limit: Limit::ToolCalls,
                scope: step.scopes.tool_calls,
                value: step.limits.tool_calls,
                used: step.tool_calls,
            })));
        }
        let limits = &step.limits;
        let too_long = |what: &str, bytes: usize, limit: u64| {
            format!(
                "ToolArgumentError: {name}: the {what} are {bytes} bytes, the limit is {limit} bytes"
            )
        };
        let request = arguments.len() + attached.len();
        if request as u64 > limits.request_bytes {
            return Err(too_long("arguments", request, limits.request_bytes));
        }
        if contents.len() as u64 > limits.attached_bytes {
            return Err(too_long("attached values", contents.len(), limits.attached_bytes));
        }
        if nesting_of(arguments) > limits.nesting {
            return Err(format!("ToolArgumentError: {name}: the arguments are nested too deeply"));
        }
        let call = self.tools.call_of_guest(name, arguments, attached, contents);
        let call = call.map_err(|error| raised(&error.into()))?;
        step.tell(Event::ToolCalled { tool: name, arguments });
        let listener = step.listener.clone();
        let files = &self.files.tree;
        Ok(call.made_in(CallContext::of_step(&self.control, listener, &step.ledger, files)))
    }

    /// Tells of a call that is done. The answer as the guest gets it, or what it raises.
    fn settle_call(
        &mut self,
        name: &str,
        answered: Result<(ToolOutput, String), String>,
        took: Duration,
    ) -> Result<Vec<u8>, String> {
        let step = &mut self.step;
        let mut shown = String::new();
        let result = answered.and_then(|(mut output, told)| {
            let too_long = |what: &str, bytes: u64, limit: u64| {
                format!("ToolError: {name}: {what} {bytes} bytes, the limit is {limit} bytes")
            };
            let (json, limits) = (told.len() as u64, &step.limits);
            if json > limits.answer_bytes {
                return Err(too_long("the answer is", json, limits.answer_bytes));
            }
            let bytes = output.attachments.iter().map(|one| one.bytes.len() as u64).sum::<u64>();
            if bytes > limits.attached_bytes {
                let what = "the values attached to the answer are";
                return Err(too_long(what, bytes, limits.attached_bytes));
            }
            let answer = attached::answer(&told, &output)
                .map_err(|place| format!("ToolError: {name}: its answer has no place {place}"))?;
            let is_final = name == FINAL_ANSWER && step.answer.is_none();
            step.contents = match is_final {
                true => output.attachments.iter().map(|one| one.bytes.clone()).collect(),
                false => output.attachments.iter_mut().map(|one| take(&mut one.bytes)).collect(),
            };
            if is_final {
                step.answer = Some(FinalAnswer::returned(output, &told));
            }
            shown = told;
            Ok(answer)
        });
        step.tell(Event::ToolReturned {
            tool: name,
            result: result.as_ref().map(|_| shown.as_str()).map_err(String::as_str),
            took,
        });
        result
    }
}

impl guest::tools::Host for Host {
    async fn call(
        &mut self,
        name: String,
        arguments: String,
        attached: String,
        contents: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        let call = self.admit(&name, &arguments, &attached, contents)?;
        let started = Instant::now();
        let answered = {
            let _wait = self.control.wait();
            tokio::select! {
                biased;
                () = self.control.interruption() => {
                    // Whoever interrupted has noted why; the exception is raised from the call.
                    Err(self.control.take_interruption().unwrap_or_default())
                }
                answered = call.run_through(self.step.interceptor.as_deref()) => {
                    answered.map(with_json).map_err(|error| raised(&error))
                }
            }
        };
        self.settle_call(&name, answered, started.elapsed())
    }

    async fn begin(
        &mut self,
        name: String,
        arguments: String,
        attached: String,
        contents: Vec<u8>,
    ) -> Result<u32, String> {
        if name == FINAL_ANSWER {
            // It ends the step, which there is nothing beside.
            return Err(format!("ToolError: {name} can only be called by itself"));
        }
        let call = self.admit(&name, &arguments, &attached, contents)?;
        let sent = call.attachments().iter().map(|one| one.bytes.len() as u64).sum::<u64>();
        loop {
            let (running, already_sent) = self.step.under_way.running();
            let Limits { calls_at_once, attached_bytes, .. } = self.step.limits;
            let full = running as u64 >= calls_at_once.into();
            if !full && (running == 0 || already_sent + sent <= attached_bytes) {
                break;
            }
            let _wait = self.control.wait();
            tokio::select! {
                biased;
                () = self.control.interruption() => {
                    return Err(self.control.take_interruption().unwrap_or_default());
                }
                () = self.step.under_way.next_is_done() => {}
            }
        }
        let interceptor = self.step.interceptor.clone();
        let call = async move { call.run_through(interceptor.as_deref()).await.map(with_json) };
        Ok(self.step.under_way.begin(name, sent, call))
    }

    async fn wait(&mut self, nanoseconds: i64) -> Vec<u32> {
        let time = u64::try_from(nanoseconds).ok().map(Duration::from_nanos);
        let in_order = self.ambience.is_computed();
        let under_way = &mut self.step.under_way;
        let alone = under_way.running().0 == 0;
        let ready = if in_order { Vec::new() } else { under_way.newly_done() };
        if !ready.is_empty() || time == Some(Duration::ZERO) {
            return ready;
        }
        let _wait = self.control.wait();
        let passed = async {
            match time {
                // How long a call takes is not computed, so it is not compared with a time that is.
                Some(time) if !in_order || alone => {
                    tokio::time::sleep(time).await;
                }
                _ => std::future::pending().await,
            }
        };
        let under_way = &mut self.step.under_way;
        tokio::select! {
            biased;
            // The guest raises what it is interrupted with as soon as it goes on.
            () = self.control.interruption() => Vec::new(),
            done = under_way.some_are_done(in_order) => done,
            () = passed => Vec::new(),
        }
    }

    fn take(&mut self, number: u32) -> wasmtime::Result<Result<Vec<u8>, String>> {
        Ok(match self.step.under_way.take(number) {
            Some(Done { name, answered, took }) => {
                self.settle_call(&name, answered.map_err(|error| raised(&error)), took)
            }
            None => Err(format!("ToolError: there is no call {number} that is done")),
        })
    }

    fn content(&mut self, position: u32, most: u32) -> wasmtime::Result<Vec<u8>> {
        let Some(rest) = self.step.contents.get_mut(position as usize) else {
            return Ok(Vec::new());
        };
        Ok(rest.split_to(rest.len().min(most as usize)).to_vec())
    }

    fn abandon(&mut self, number: u32) -> wasmtime::Result<()> {
        if let Some(name) = self.step.under_way.abandon(number) {
            self.step.tell(Event::ToolReturned {
                tool: &name,
                result: Err("the code no longer wants the answer"),
                took: Duration::ZERO,
            });
        }
        Ok(())
    }
}

fn with_json(output: ToolOutput) -> (ToolOutput, String) {
    let json = output.value.to_string();
    (output, json)
}

/// What the guest raises when a call has no answer.
fn raised(error: &ToolError) -> String {
    let name = if error.is_about_arguments() { "ToolArgumentError" } else { "ToolError" };
    format!("{name}: {error}")
}

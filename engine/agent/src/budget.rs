//! Keeping the conversation within its budget.

use fumehood_model::{Message, Part, Request};

use crate::error::AgentError;
use crate::event::AgentEvent;
use crate::memory::{MemoryStep, Stopwatch, SummaryStep, View};
use crate::run::Run;

/// Characters that are left of an old observation.
const OLD_OBSERVATION: usize = 600;

/// Tokens that a byte of English text and code has, about, before a model has said anything about it:
/// tokenizers of today make three to four bytes one token.
const TOKENS_PER_BYTE: f64 = 0.3;

/// Tokens that a picture is taken for. Providers count between some hundreds and 1,600 for one of a
/// megapixel.
const TOKENS_OF_IMAGE: f64 = 1_500.0;

const SHORTENED: View = View { summary: false, observation: Some(OLD_OBSERVATION) };

const SUM_UP: &str = "The conversation has become too long. Sum up what was done so far in these steps and what \
                      was found out: facts, figures, names of variables and functions that exist and what they \
                      hold, files, what did not work and why. Leave out nothing that is needed to go on. Write \
                      plain text, no code, and do not go on with the task.";

impl Run {
    /// The conversation that the model continues, within its budget if it has one.
    pub(crate) async fn conversation(&mut self) -> Result<Vec<Message>, AgentError> {
        let messages = self.memory.messages();
        let Some(budget) = self.agent.settings().context_tokens else { return Ok(messages) };
        if self.tokens(&messages) <= budget {
            return Ok(messages);
        }
        let shortened = self.memory.seen(SHORTENED);
        if self.tokens(&shortened) <= budget {
            return Ok(shortened);
        }
        let last = self.memory.first_of_last_steps();
        let covered = self.memory.summed_up().1;
        let done = self.memory.steps.get(covered..last).unwrap_or_default();
        if !done.iter().any(|step| matches!(step, MemoryStep::Action(_) | MemoryStep::Planning(_)))
        {
            // There is nothing left that could be summed up.
            return Ok(shortened);
        }
        self.sum_up(last).await?;
        Ok(self.memory.seen(SHORTENED))
    }

    /// Has the model sum up the steps before one.
    async fn sum_up(&mut self, before: usize) -> Result<(), AgentError> {
        let watch = Stopwatch::start();
        let mut step = SummaryStep { covers: before, ..SummaryStep::default() };
        let mut old = self.memory.clone();
        let is_summary = |step: &&MemoryStep| matches!(step, MemoryStep::Summary(_));
        // What was summed up already is told as that, wherever that was done.
        let summary = old.steps.iter().rfind(is_summary).cloned();
        old.steps.truncate(before);
        old.steps.extend(summary);
        let mut messages = old.seen(SHORTENED);
        messages.push(Message::user(SUM_UP));
        let reply = self.ask(Request::new(messages), &mut step.timing.model).await?;
        step.summary = reply.text().trim().to_owned();
        step.usage = reply.usage;
        watch.stop(&mut step.timing);
        self.audience.tell(AgentEvent::SummedUp(&step));
        self.memory.steps.push(MemoryStep::Summary(step));
        Ok(())
    }

    /// What a conversation costs, about.
    fn tokens(&self, messages: &[Message]) -> u64 {
        let Size { bytes, images } = Size::of(messages);
        let tokens_per_byte = self.course.tokens_per_byte.unwrap_or(TOKENS_PER_BYTE);
        (bytes as f64 * tokens_per_byte + images as f64 * TOKENS_OF_IMAGE) as u64
    }

    /// Learns from what the model says that a conversation has cost.
    pub(crate) fn learn(&mut self, messages: &[Message], tokens: u64) {
        if self.agent.settings().context_tokens.is_none() {
            return;
        }
        let size = Size::of(messages);
        let tokens = tokens as f64 - size.images as f64 * TOKENS_OF_IMAGE;
        if size.bytes > 0 && tokens > 0.0 {
            self.course.tokens_per_byte = Some(tokens / size.bytes as f64);
        }
    }
}

/// How much a conversation is.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    bytes: usize,
    images: usize,
}

impl Size {
    fn of(messages: &[Message]) -> Size {
        let mut size = Size::default();
        for part in messages.iter().flat_map(|message| &message.parts) {
            match part {
                Part::Text { text } => size.bytes += text.len(),
                Part::Image(_) => size.images += 1,
                Part::ToolCall(call) => {
                    size.bytes += call.name.len() + call.arguments.as_str().len();
                }
                Part::ToolResult(result) => {
                    size.bytes += result.text.len();
                    size.images += result.images.len();
                }
                Part::Reasoning(reasoning) => size.bytes += reasoning.text.len(),
                _ => {}
            }
        }
        size
    }
}

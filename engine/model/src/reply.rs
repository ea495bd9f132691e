//! What a model says.

use serde::{Deserialize, Serialize};

use crate::message::{Message, Part, Role, ToolCall, text_of, tool_calls_of};
use crate::model::{Delta, Listener};
use crate::wire::Stops;

/// What a model said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reply {
    /// What it said, in order. The text is without the stop sequence that ended it.
    pub parts: Vec<Part>,
    /// Why it said no more.
    pub finish: Finish,
    /// What it cost, if the model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The name of the model that replied, if the server says; often more exact than the one that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Reply {
    /// A reply that came to its end, without a word of what it cost.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Reply {
        let parts = parts.into_iter().collect::<Vec<_>>();
        let finish = match tool_calls_of(&parts).next() {
            Some(_) => Finish::ToolCalls,
            None => Finish::Stop,
        };
        Reply { parts, finish, usage: None, model: None }
    }

    /// A reply that is text.
    pub fn saying(text: impl Into<String>) -> Reply {
        Reply::new([Part::text(text)])
    }

    /// Sets what the reply cost.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Reply {
        self.usage = Some(usage);
        self
    }

    /// Sets why the reply ended.
    #[must_use]
    pub fn with_finish(mut self, finish: Finish) -> Reply {
        self.finish = finish;
        self
    }

    /// The texts of the reply, one after the other: what the listener was told.
    pub fn text(&self) -> String {
        text_of(&self.parts)
    }

    /// The tool calls of the reply, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        tool_calls_of(&self.parts)
    }

    /// The reply as the next message of the conversation, thoughts included.
    pub fn into_message(self) -> Message {
        Message::new(Role::Assistant, self.parts)
    }

    /// The reply as far as a model would have said it that ends before any of the stop sequences.
    pub(crate) fn stopped(mut self, stop: &[String]) -> Reply {
        for position in 0..self.parts.len() {
            let Some(Part::Text { text }) = self.parts.get_mut(position) else { continue };
            let mut stops = Stops::new(stop);
            let said = stops.push(text);
            if stops.stopped() {
                *text = said;
                self.parts.truncate(position + 1);
                self.finish = Finish::Stop;
                break;
            }
        }
        self
    }

    /// Tells the listener the whole reply, in pieces of at most `piece` characters.
    pub(crate) fn tell(&self, listener: &Listener<'_>, piece: usize) {
        let mut calls = 0;
        for part in &self.parts {
            match part {
                Part::Text { text } => {
                    pieces(text, piece).for_each(|text| listener(Delta::Text(text)));
                }
                Part::Reasoning(reasoning) => {
                    pieces(&reasoning.text, piece)
                        .for_each(|text| listener(Delta::Reasoning(text)));
                }
                Part::ToolCall(ToolCall { id, name, arguments }) => {
                    let mut rest = pieces(arguments.as_str(), piece);
                    let first = rest.next().unwrap_or("");
                    for arguments in std::iter::once(first).chain(rest) {
                        listener(Delta::ToolCall { index: calls, id, name, arguments });
                    }
                    calls += 1;
                }
                Part::Image(_) | Part::ToolResult(_) => {}
            }
        }
        if let Some(usage) = self.usage {
            listener(Delta::Usage(usage));
        }
    }
}

/// A text in pieces of at most `size` characters.
fn pieces(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.char_indices().nth(size.max(1)).map_or(rest.len(), |(position, _)| position);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Why a reply ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finish {
    /// The model had nothing more to say, or came to a stop sequence.
    Stop,
    /// There was no room for more.
    Length,
    /// The model waits for its tool calls.
    ToolCalls,
    /// The provider, or the model, would not have it said.
    ContentFilter,
    /// For another reason, in the provider's words.
    Other(String),
}

/// Tokens of one or several replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens read, those from a cache and those written to it included.
    pub input_tokens: u64,
    /// Tokens written, thoughts included.
    pub output_tokens: u64,
    /// Of the tokens read, those that the provider had kept from an earlier request; they cost less.
    pub cached_input_tokens: u64,
    /// Of the tokens read, those that the provider keeps for later requests; they can cost more.
    pub cache_write_input_tokens: u64,
    /// Of the tokens written, those that were thoughts, if the provider says.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// So many tokens read and written, and nothing known about either.
    pub fn new(input_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, output_tokens, ..Usage::default() }
    }

    /// Tokens read and written.
    pub fn total_tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        let Usage {
            input_tokens,
            output_tokens,
            cached_input_tokens,
            cache_write_input_tokens,
            reasoning_tokens,
        } = other;
        for (sum, more) in [
            (&mut self.input_tokens, input_tokens),
            (&mut self.output_tokens, output_tokens),
            (&mut self.cached_input_tokens, cached_input_tokens),
            (&mut self.cache_write_input_tokens, cache_write_input_tokens),
            (&mut self.reasoning_tokens, reasoning_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

//! The span around each request to a model.

use serde_json::{Map, Value, json};
use tracing::{Instrument as _, Level, Span, field};

use crate::error::ModelError;
use crate::message::{Message, Part, Role, ToolCall, ToolResult};
use crate::model::{Delta, Description, Listener, Model, ModelFuture};
use crate::reply::{Finish, Reply, Usage};
use crate::request::Request;
use crate::semconv::{self, clipped};

/// A model whose requests are spans of `tracing`, with what [`semconv`] names. Put it around
/// retries, and a request is one span however often it was tried; each time is an event of it.
///
/// Agents do this with their models: theirs need no other.
///
/// # Defaults
///
/// * nothing of what is said is in the spans
///
/// # Examples
///
/// ```
/// use fumehood_model::{ApiModel, Retry, Traced};
///
/// let model = ApiModel::named("ollama:llama3.3", &|_| None)?;
/// let model = Traced::new(Retry::new(model)).with_content(true);
/// # Ok::<(), fumehood_model::ProviderError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Traced<M> {
    model: M,
    content: bool,
}

impl<M: Model> Traced<M> {
    /// Has the requests to `model` traced.
    pub fn new(model: M) -> Traced<M> {
        Traced { model, content: false }
    }

    /// Sets whether spans hold what is said, up to [`semconv::MESSAGES_BYTES`]. The default is no.
    #[must_use]
    pub fn with_content(mut self, content: bool) -> Traced<M> {
        self.content = content;
        self
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        // What nobody wants to know is not asked: a description is made anew each time.
        if !tracing::span_enabled!(Level::INFO) {
            return self.model.generate(request, listener).await;
        }
        let span = began(&self.model.description(), request);
        if self.content {
            asked(&span, request);
        }
        let following = |delta: Delta<'_>| {
            if let Delta::Restarted { error, wait } = &delta {
                let wait_ms = semconv::figure(wait.as_millis());
                let (kind, told) = (semconv::kind(error), semconv::told(error, self.content));
                tracing::warn!(
                    parent: &span,
                    { error.type = kind, reason = told, wait_ms },
                    "the model is asked again"
                );
            }
            listener(delta);
        };
        let reply = self.model.generate(request, &following).instrument(span.clone()).await;
        match &reply {
            Ok(reply) => {
                replied(&span, reply);
                if self.content {
                    said(&span, reply);
                }
            }
            Err(error) => {
                let told = semconv::told(error, self.content);
                semconv::failed(&span, &semconv::kind(error), &told);
            }
        }
        reply
    }
}

impl<M: Model> Model for Traced<M> {
    fn description(&self) -> Description {
        self.model.description()
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

fn began(model: &Description, request: &Request) -> Span {
    let Description { id, provider, .. } = model;
    let mut parameters = Map::new();
    parameters.extend(request.temperature.map(|most| ("temperature".to_owned(), json!(most))));
    parameters.extend(request.max_tokens.map(|most| ("max_tokens".to_owned(), json!(most))));
    if !request.stop.is_empty() {
        parameters.insert("stop".to_owned(), json!(request.stop));
    }
    let parameters = Value::Object(parameters).to_string();
    tracing::info_span!(
        "chat",
        { semconv::NAME } = format!("{id}.generate"),
        otel.kind = "client",
        { semconv::STATUS } = field::Empty,
        { semconv::STATUS_TEXT } = field::Empty,
        { semconv::ERROR_TYPE } = field::Empty,
        { semconv::OPERATION } = "chat",
        { semconv::SPAN_KIND } = "LLM",
        { semconv::PROVIDER } = provider,
        { semconv::LLM_PROVIDER } = provider,
        { semconv::REQUEST_MODEL } = id,
        { semconv::LLM_MODEL } = id,
        { semconv::TEMPERATURE } = request.temperature,
        { semconv::MAX_TOKENS } = request.max_tokens.map(semconv::figure),
        { semconv::LLM_PARAMETERS } = parameters,
        { semconv::RESPONSE_MODEL } = field::Empty,
        { semconv::FINISH_REASONS } = field::Empty,
        { semconv::INPUT_TOKENS } = field::Empty,
        { semconv::LLM_PROMPT_TOKENS } = field::Empty,
        { semconv::OUTPUT_TOKENS } = field::Empty,
        { semconv::LLM_COMPLETION_TOKENS } = field::Empty,
        { semconv::LLM_TOTAL_TOKENS } = field::Empty,
        { semconv::CACHE_READ_TOKENS } = field::Empty,
        { semconv::LLM_CACHE_READ_TOKENS } = field::Empty,
        { semconv::CACHE_WRITE_TOKENS } = field::Empty,
        { semconv::LLM_CACHE_WRITE_TOKENS } = field::Empty,
        { semconv::REASONING_TOKENS } = field::Empty,
        { semconv::LLM_REASONING_TOKENS } = field::Empty,
        { semconv::INPUT_MESSAGES } = field::Empty,
        { semconv::TOOL_DEFINITIONS } = field::Empty,
        { semconv::INPUT } = field::Empty,
        { semconv::INPUT_TYPE } = field::Empty,
        { semconv::OUTPUT_MESSAGES } = field::Empty,
        { semconv::OUTPUT } = field::Empty,
        { semconv::OUTPUT_TYPE } = field::Empty,
    )
}

fn replied(span: &Span, reply: &Reply) {
    span.record(semconv::FINISH_REASONS, json!([reason(&reply.finish)]).to_string());
    if let Some(model) = &reply.model {
        span.record(semconv::RESPONSE_MODEL, model.as_str());
    }
    let Some(usage) = reply.usage else { return };
    let Usage { cached_input_tokens, cache_write_input_tokens, reasoning_tokens, .. } = usage;
    for (name, tokens) in [
        (semconv::INPUT_TOKENS, usage.input_tokens),
        (semconv::LLM_PROMPT_TOKENS, usage.input_tokens),
        (semconv::OUTPUT_TOKENS, usage.output_tokens),
        (semconv::LLM_COMPLETION_TOKENS, usage.output_tokens),
        (semconv::LLM_TOTAL_TOKENS, usage.total_tokens()),
        (semconv::CACHE_READ_TOKENS, cached_input_tokens),
        (semconv::LLM_CACHE_READ_TOKENS, cached_input_tokens),
        (semconv::CACHE_WRITE_TOKENS, cache_write_input_tokens),
        (semconv::LLM_CACHE_WRITE_TOKENS, cache_write_input_tokens),
        (semconv::REASONING_TOKENS, reasoning_tokens),
        (semconv::LLM_REASONING_TOKENS, reasoning_tokens),
    ] {
        span.record(name, semconv::figure(tokens));
    }
}

fn reason(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter => "content_filter",
        Finish::Other(reason) => reason,
    }
}

fn asked(span: &Span, request: &Request) {
    let messages = newest(request.messages.iter().map(shown));
    span.record(semconv::INPUT_MESSAGES, messages.as_str());
    span.record(semconv::INPUT, messages.as_str());
    span.record(semconv::INPUT_TYPE, "application/json");
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({
                "type": "function",
                "name": tool.name,
                "description": clipped(&tool.description),
                "parameters": tool.parameters,
            })
        });
        span.record(semconv::TOOL_DEFINITIONS, newest(tools));
    }
}

fn said(span: &Span, reply: &Reply) {
    let message = json!({
        "role": "assistant",
        "parts": parts(&reply.parts),
        "finish_reason": reason(&reply.finish),
    });
    span.record(semconv::OUTPUT_MESSAGES, newest(std::iter::once(message)));
    span.record(semconv::OUTPUT, clipped(&reply.text()).as_ref());
    span.record(semconv::OUTPUT_TYPE, "text/plain");
}

/// The last of the values that fit into a span, as the text of an array.
fn newest(values: impl DoubleEndedIterator<Item = Value>) -> String {
    let mut left = semconv::MESSAGES_BYTES;
    let mut texts = Vec::new();
    for value in values.rev() {
        let text = value.to_string();
        let Some(rest) = left.checked_sub(text.len()) else { break };
        left = rest;
        texts.push(text);
    }
    texts.reverse();
    format!("[{}]", texts.join(","))
}

fn shown(message: &Message) -> Value {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    json!({"role": role, "parts": parts(&message.parts)})
}

fn parts(parts: &[Part]) -> Vec<Value> {
    let part = |part: &Part| match part {
        Part::Text { text } => json!({"type": "text", "content": clipped(text)}),
        // Pictures are large, and nobody looks for them here.
        Part::Image(image) => {
            json!({"type": "blob", "modality": "image", "mime_type": image.media_type()})
        }
        Part::ToolCall(ToolCall { id, name, arguments }) => json!({
            "type": "tool_call",
            "id": id,
            "name": name,
            "arguments": match arguments.as_str().len() {
                ..=semconv::TEXT_BYTES => arguments.to_object(),
                _ => Value::from(clipped(arguments.as_str())),
            },
        }),
        Part::ToolResult(ToolResult { call, text, .. }) => {
            json!({"type": "tool_call_response", "id": call, "response": clipped(text)})
        }
        Part::Reasoning(thought) => {
            json!({"type": "reasoning", "content": clipped(&thought.text)})
        }
    };
    parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_conversation_the_newest_messages_are_kept_and_texts_are_clipped() {
        let messages = (0..100).map(|number| {
            let text = format!("{number} {}", "x".repeat(2 * semconv::TEXT_BYTES));
            shown(&Message::user(text))
        });
        let kept = newest(messages);
        assert!(kept.len() <= semconv::MESSAGES_BYTES + 1_000, "{}", kept.len());
        let kept: Vec<Value> = serde_json::from_str(&kept).unwrap();
        assert!((2..10).contains(&kept.len()), "{}", kept.len());
        let text = kept.last().unwrap()["parts"][0]["content"].as_str().unwrap();
        assert!(text.starts_with("99 x") && text.ends_with("more bytes]"));
    }
}

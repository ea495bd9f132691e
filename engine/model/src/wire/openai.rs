//! OpenAI's chat completions, and what other servers make of them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::assembly::Assembly;
use super::turns::{Conversation, Dialect, Turn};
use super::{Format, Settings, Trouble, lenient};
use crate::error::ModelError;
use crate::message::{Part, Reasoning, Role, ToolCall};
use crate::reply::{Finish, Usage};
use crate::request::{Request, ToolChoice};

pub(super) const PATH: &str = "chat/completions";

/// A request with more stop sequences is refused. The text is cut at the others when it has come.
const STOPS: usize = 4;

/// [`Origin::kind`](crate::Origin::kind) of thoughts that go back as text.
const CONTENT: &str = "reasoning_content";
/// [`Origin::kind`](crate::Origin::kind) of thoughts that go back as the JSON that came.
const DETAILS: &str = "reasoning_details";
/// Pieces of such thoughts that are taken of a reply.
const MOST_DETAILS: usize = 4096;

/// How a server differs from OpenAI's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OpenAiDialect {
    /// What the reply has cost is only told if it is asked for; some servers refuse to be asked.
    pub(crate) usage_is_asked_for: bool,
    /// The field that limits the length of a reply.
    pub(crate) max_tokens: &'static str,
    /// Thoughts before a tool call go back, as text; a conversation without them is refused.
    pub(crate) thoughts_go_back: bool,
}

impl OpenAiDialect {
    /// What most servers understand.
    pub(crate) const COMMON: OpenAiDialect = OpenAiDialect {
        usage_is_asked_for: true,
        max_tokens: "max_tokens",
        thoughts_go_back: false,
    };
}

/// Whether a model takes stop sequences. Those of OpenAI and xAI that think first refuse them.
pub(crate) fn accepts_stop(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let thinks = ["o3", "o4", "gpt-5", "grok-"].iter().any(|prefix| name.starts_with(prefix));
    !thinks || name.starts_with("o3-mini")
}

pub(super) fn body(
    settings: &Settings,
    request: &Request,
    stop: bool,
) -> Result<Value, ModelError> {
    let dialect = Dialect {
        provider: &settings.provider,
        model: &settings.model,
        capabilities: settings.capabilities,
        system_apart: false,
        tools_are_user: false,
        images_in_results: false,
    };
    let conversation = Conversation::of(request, &dialect)?;
    let turns = conversation.turns.iter().flat_map(|turn| messages(turn, settings));
    let mut body = json!({
        "model": settings.model,
        "messages": turns.collect::<Vec<_>>(),
        "stream": true,
    });
    if settings.dialect.usage_is_asked_for {
        body["stream_options"] = json!({"include_usage": true});
    }
    let stops = request.stop.iter().filter(|stop| !stop.is_empty()).take(STOPS);
    let stops = stops.collect::<Vec<_>>();
    if stop && !stops.is_empty() {
        body["stop"] = json!(stops);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| json!({"type": "function", "function": tool}));
        body["tools"] = tools.collect();
        body["tool_choice"] = match &request.tool_choice {
            ToolChoice::Auto => json!("auto"),
            ToolChoice::None => json!("none"),
            ToolChoice::Required => json!("required"),
            ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
        };
    }
    if let Some(schema) = &request.schema {
        let schema = json!({"name": schema.name, "schema": schema.schema, "strict": true});
        body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(tokens) = request.max_tokens {
        body[settings.dialect.max_tokens] = json!(tokens);
    }
    Ok(body)
}

/// A turn as messages: one, but for tools, of which each result is a message.
fn messages(turn: &Turn, settings: &Settings) -> Vec<Value> {
    match turn.role {
        Role::System => vec![json!({"role": "system", "content": turn.text()})],
        Role::User => vec![json!({"role": "user", "content": user_content(turn)})],
        Role::Assistant => vec![assistant(turn, settings)],
        Role::Tool => {
            let results = turn.parts.iter().filter_map(|part| match part {
                Part::ToolResult(result) => Some(result),
                _ => None,
            });
            let messages = results.map(|result| {
                // There is no field that says so.
                let prefix = if result.is_error { "Error: " } else { "" };
                let content = format!("{prefix}{}", result.text);
                json!({"role": "tool", "tool_call_id": result.call, "content": content})
            });
            messages.collect()
        }
    }
}

/// Text, or parts where there is more than text: many servers know text only.
fn user_content(turn: &Turn) -> Value {
    if turn.parts.iter().all(|part| matches!(part, Part::Text { .. })) {
        return json!(turn.text());
    }
    let parts = turn.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(json!({"type": "text", "text": text})),
        Part::Image(image) => {
            let url = format!("data:{};base64,{}", image.media_type(), image.base64());
            Some(json!({"type": "image_url", "image_url": {"url": url}}))
        }
        _ => None,
    });
    parts.collect()
}

fn assistant(turn: &Turn, settings: &Settings) -> Value {
    let calls = turn.parts.iter().filter_map(|part| match part {
        Part::ToolCall(ToolCall { id, name, arguments }) => {
            let arguments = arguments.to_object().to_string();
            let function = json!({"name": name, "arguments": arguments});
            Some(json!({"id": id, "type": "function", "function": function}))
        }
        _ => None,
    });
    let calls = calls.collect::<Vec<_>>();
    let mut message = json!({"role": "assistant", "content": turn.text()});
    let thoughts = turn.parts.iter().filter_map(|part| match part {
        Part::Reasoning(Reasoning { text, origin: Some(origin) }) => Some((text, origin)),
        _ => None,
    });
    let mut text = String::new();
    for (thought, origin) in thoughts {
        text.push_str(thought);
        if origin.kind == DETAILS
            && let Ok(details) = serde_json::from_str::<Value>(&origin.data)
        {
            message[DETAILS] = details;
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
        if settings.dialect.thoughts_go_back {
            message[CONTENT] = json!(text);
        }
    } else if message["content"].is_null() {
        message["content"] = json!("");
    }
    message
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default, deserialize_with = "lenient::optional")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional")]
    model: Option<String>,
    #[serde(default, deserialize_with = "lenient::first")]
    choices: Option<Choice>,
    #[serde(default, deserialize_with = "lenient::optional")]
    usage: Option<Tokens>,
    error: Option<Box<RawValue>>,
    /// There are servers whose errors have no field `error`, but one of these at the top.
    message: Option<Box<RawValue>>,
    detail: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Words>,
    /// In place of the other in a reply that does not stream, and beside it from some servers.
    message: Option<Words>,
    #[serde(default, deserialize_with = "lenient::optional")]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Words {
    content: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient::text")]
    reasoning_content: String,
    #[serde(default, deserialize_with = "lenient::text")]
    reasoning: String,
    #[serde(default, deserialize_with = "lenient::text")]
    refusal: String,
    #[serde(default, deserialize_with = "lenient::few")]
    reasoning_details: Vec<Detail>,
    #[serde(default, deserialize_with = "lenient::few")]
    tool_calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default, deserialize_with = "lenient::optional")]
    index: Option<u64>,
    #[serde(default, deserialize_with = "lenient::text")]
    id: String,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default, deserialize_with = "lenient::text")]
    name: String,
    #[serde(default, deserialize_with = "lenient::arguments")]
    arguments: String,
}

/// A content that is not text alone.
#[derive(Deserialize)]
struct Content(#[serde(deserialize_with = "lenient::few")] Vec<ContentPart>);

#[derive(Deserialize)]
struct ContentPart {
    #[serde(default, deserialize_with = "lenient::text")]
    text: String,
    #[serde(default, deserialize_with = "lenient::few")]
    thinking: Vec<ContentPart>,
}

/// A piece of thoughts in the form in which they go back.
#[derive(Deserialize, Serialize)]
struct Detail {
    r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
}

impl Detail {
    /// Takes what goes on from here; gives it back if it is a piece of its own.
    fn take(&mut self, next: Detail) -> Option<Detail> {
        let goes_on = self.r#type == next.r#type
            && self.index == next.index
            && self.data.is_none()
            && next.data.is_none();
        if !goes_on {
            return Some(next);
        }
        for (text, more) in [(&mut self.text, next.text), (&mut self.summary, next.summary)] {
            if let Some(more) = more {
                text.get_or_insert_default().push_str(&more);
            }
        }
        let known = [&mut self.signature, &mut self.id, &mut self.format];
        for (known, more) in known.into_iter().zip([next.signature, next.id, next.format]) {
            *known = more.or(known.take());
        }
        None
    }

    /// Whether it would be taken back. Thoughts of Claude without their signature are not.
    fn is_valid(&self) -> bool {
        let signed = self.signature.as_ref().is_some_and(|signature| !signature.is_empty());
        let claude = self.format.as_ref().is_none_or(|format| format.starts_with("anthropic"));
        signed || !claude || self.r#type != "reasoning.text"
    }
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default, deserialize_with = "lenient::count")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    total_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::optional")]
    prompt_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "lenient::optional")]
    completion_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "lenient::count")]
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "lenient::count")]
    cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    cache_write_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    reasoning_tokens: Option<u64>,
}

impl Tokens {
    fn usage(self) -> Usage {
        let read = self.prompt_tokens_details.unwrap_or_default();
        let written = self.completion_tokens_details.unwrap_or_default();
        let input = self.prompt_tokens.unwrap_or(0);
        let output = self.completion_tokens.unwrap_or(0);
        let reasoning = written.reasoning_tokens.unwrap_or(0);
        // One provider counts thoughts beside the tokens written; its sum tells.
        let beside = input.saturating_add(output).saturating_add(reasoning);
        let beside = self.total_tokens == Some(beside);
        Usage {
            input_tokens: input,
            output_tokens: if beside { output.saturating_add(reasoning) } else { output },
            cached_input_tokens: read.cached_tokens.or(self.prompt_cache_hit_tokens).unwrap_or(0),
            cache_write_input_tokens: read.cache_write_tokens.unwrap_or(0),
            reasoning_tokens: reasoning,
        }
    }
}

/// The chunks of a reply.
pub(super) struct Chunks {
    dialect: OpenAiDialect,
    details: Vec<Detail>,
    refused: bool,
}

impl Chunks {
    pub(super) fn new(dialect: OpenAiDialect) -> Chunks {
        Chunks { dialect, details: Vec::new(), refused: false }
    }

    fn chunk(&mut self, chunk: Chunk, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        let explains = chunk.message.is_some() || chunk.detail.is_some();
        if chunk.error.is_some() || (chunk.choices.is_none() && explains) {
            return Err(Trouble::Refused);
        }
        reply.names(chunk.model.as_deref(), chunk.id.as_deref());
        if let Some(tokens) = chunk.usage {
            reply.usage(tokens.usage());
        }
        let Some(choice) = chunk.choices else { return Ok(()) };
        if let Some(words) = choice.delta.or(choice.message) {
            self.words(words, reply)?;
        }
        if let Some(reason) = choice.finish_reason.filter(|reason| !reason.is_empty()) {
            reply.finish(match reason.as_str() {
                "stop" | "eos" | "end_turn" | "stop_sequence" if self.refused => {
                    Finish::ContentFilter
                }
                "stop" | "eos" | "end_turn" | "stop_sequence" => Finish::Stop,
                "length" | "max_tokens" | "model_length" => Finish::Length,
                "tool_calls" | "function_call" => Finish::ToolCalls,
                "content_filter" => Finish::ContentFilter,
                _ => Finish::Other(reason),
            });
        }
        Ok(())
    }

    fn words(&mut self, words: Words, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        // Some servers give the same thoughts in both fields.
        let thought = match words.reasoning_content.is_empty() {
            true => words.reasoning,
            false => words.reasoning_content,
        };
        reply.reasoning(&thought);
        for detail in words.reasoning_details {
            if self.details.len() == MOST_DETAILS {
                let (what, limit) = ("pieces of thoughts", MOST_DETAILS);
                return Err(ModelError::TooMuch { what, limit }.into());
            }
            let piece = match self.details.last_mut() {
                Some(last) => last.take(detail),
                None => Some(detail),
            };
            self.details.extend(piece);
        }
        if let Some(said) = words.content {
            content(said.get(), reply)?;
        }
        if !words.refusal.is_empty() {
            self.refused = true;
            reply.text(&words.refusal);
        }
        for (position, call) in (0..).zip(words.tool_calls) {
            let Call { index, id, function } = call;
            let Function { name, arguments } =
                function.unwrap_or(Function { name: String::new(), arguments: String::new() });
            reply.tool_call(index.unwrap_or(position), &id, &name, &arguments)?;
        }
        Ok(())
    }
}

/// A content is text, or parts of which some are thoughts.
fn content(content: &str, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
    if content.starts_with('"') {
        reply.text(&serde_json::from_str::<String>(content)?);
    } else if content.starts_with('[') {
        for part in serde_json::from_str::<Content>(content)?.0 {
            for thought in part.thinking {
                reply.reasoning(&thought.text);
            }
            reply.text(&part.text);
        }
    }
    Ok(())
}

impl Format for Chunks {
    fn event(&mut self, data: &str, reply: &mut Assembly<'_>) -> Result<bool, Trouble> {
        match data.trim() {
            "[DONE]" => {
                // Whoever says that it is done need not have said why.
                if !reply.is_finished() {
                    reply.finish(Finish::Stop);
                }
                Ok(true)
            }
            "" => Ok(false),
            data => {
                self.chunk(serde_json::from_str(data)?, reply)?;
                Ok(false)
            }
        }
    }

    fn whole(&mut self, body: &str, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        let chunk = serde_json::from_str::<Chunk>(body)?;
        if chunk.choices.is_none() {
            return Err(Trouble::Refused);
        }
        self.chunk(chunk, reply)
    }

    fn end(&mut self, reply: &mut Assembly<'_>) {
        let details = self.details.drain(..).filter(Detail::is_valid).collect::<Vec<_>>();
        if !details.is_empty()
            && let Ok(details) = serde_json::to_string(&details)
        {
            reply.origin_of_all(DETAILS, &details);
        } else if self.dialect.thoughts_go_back {
            reply.origin_of_thoughts(CONTENT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_think_first_refuse_stop_sequences() {
        for model in ["o3", "o4-mini", "openai/gpt-5.1", "grok-4"] {
            assert!(!accepts_stop(model), "{model}");
        }
        for model in ["gpt-4o", "o3-mini", "llama3.3", "Qwen/Qwen3"] {
            assert!(accepts_stop(model), "{model}");
        }
    }

    #[test]
    fn thoughts_that_are_counted_beside_the_reply_are_added_to_it() {
        let usage = |text| serde_json::from_str::<Tokens>(text).unwrap().usage();
        let beside = r#"{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115, "completion_tokens_details": {"reasoning_tokens": 100}}"#;
        let within = r#"{"prompt_tokens": 10, "completion_tokens": 105, "total_tokens": 115, "completion_tokens_details": {"reasoning_tokens": 100}}"#;
        for text in [beside, within] {
            let usage = usage(text);
            assert_eq!((usage.output_tokens, usage.reasoning_tokens), (105, 100), "{text}");
        }
    }

    #[test]
    fn counts_that_are_none_do_not_spoil_a_reply() {
        let text = r#"{"prompt_tokens": 12.0, "completion_tokens": "many", "prompt_tokens_details": 7, "total_tokens": -1}"#;
        let usage = serde_json::from_str::<Tokens>(text).unwrap().usage();
        assert_eq!(usage, Usage::new(12, 0));
    }
}

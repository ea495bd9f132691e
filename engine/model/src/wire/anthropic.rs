//! Anthropic's messages.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::assembly::Assembly;
use super::turns::{Conversation, Dialect};
use super::{Format, Settings, Trouble, lenient};
use crate::error::ModelError;
use crate::message::{Image, Origin, Part, Reasoning, Role, ToolCall, ToolResult};
use crate::reply::{Finish, Usage};
use crate::request::{Request, ToolChoice};

pub(super) const PATH: &str = "messages";

/// The length of a reply has to be limited; this is what the models of some years have in common.
const MAX_TOKENS: u32 = 8192;

/// [`Origin::kind`] of thoughts that go back with a signature.
const SIGNATURE: &str = "signature";
/// [`Origin::kind`] of thoughts that only the provider can read.
const REDACTED: &str = "redacted_thinking";

pub(super) fn body(
    settings: &Settings,
    request: &Request,
    stop: bool,
) -> Result<Value, ModelError> {
    let dialect = Dialect {
        provider: &settings.provider,
        model: &settings.model,
        capabilities: settings.capabilities,
        system_apart: true,
        tools_are_user: true,
        images_in_results: true,
    };
    let conversation = Conversation::of(request, &dialect)?;
    let messages = conversation.turns.iter().map(|turn| {
        let role = if turn.role == Role::Assistant { "assistant" } else { "user" };
        json!({"role": role, "content": turn.parts.iter().filter_map(block).collect::<Vec<_>>()})
    });
    let mut body = json!({
        "model": settings.model,
        "max_tokens": request.max_tokens.unwrap_or(MAX_TOKENS),
        "messages": messages.collect::<Vec<_>>(),
        "stream": true,
    });
    if !conversation.system.is_empty() {
        body["system"] = json!(conversation.system);
    }
    // A sequence of white space only is refused. The text is cut at it when it has come.
    let stops = request.stop.iter().filter(|stop| !stop.trim().is_empty()).collect::<Vec<_>>();
    if stop && !stops.is_empty() {
        body["stop_sequences"] = json!(stops);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool.parameters,
            })
        });
        body["tools"] = tools.collect();
        body["tool_choice"] = match &request.tool_choice {
            ToolChoice::Auto => json!({"type": "auto"}),
            ToolChoice::None => json!({"type": "none"}),
            ToolChoice::Required => json!({"type": "any"}),
            ToolChoice::Named(name) => json!({"type": "tool", "name": name}),
        };
    }
    if let Some(schema) = &request.schema {
        let format = json!({"type": "json_schema", "schema": schema.schema});
        body["output_config"] = json!({"format": format});
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    Ok(body)
}

fn block(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text { text } => json!({"type": "text", "text": text}),
        Part::Image(image) => picture(image),
        Part::ToolCall(ToolCall { id, name, arguments }) => {
            json!({"type": "tool_use", "id": id, "name": name, "input": arguments.to_object()})
        }
        Part::ToolResult(ToolResult { call, text, images, is_error, .. }) => {
            let text = (!text.is_empty()).then(|| json!({"type": "text", "text": text}));
            let content = text.into_iter().chain(images.iter().map(picture)).collect::<Value>();
            let mut block = json!({"type": "tool_result", "tool_use_id": call, "content": content});
            if *is_error {
                block["is_error"] = json!(true);
            }
            block
        }
        Part::Reasoning(Reasoning { text, origin: Some(Origin { kind, data, .. }) }) => {
            match kind.as_str() {
                SIGNATURE => json!({"type": "thinking", "thinking": text, "signature": data}),
                REDACTED => json!({"type": "redacted_thinking", "data": data}),
                _ => return None,
            }
        }
        Part::Reasoning(Reasoning { origin: None, .. }) => return None,
    })
}

fn picture(image: &Image) -> Value {
    let source =
        json!({"type": "base64", "media_type": image.media_type(), "data": image.base64()});
    json!({"type": "image", "source": source})
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    #[serde(default)]
    index: u64,
    message: Option<Message>,
    content_block: Option<Block>,
    delta: Option<Change>,
    #[serde(default, deserialize_with = "lenient::optional")]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default, deserialize_with = "lenient::optional")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional")]
    model: Option<String>,
    #[serde(default, deserialize_with = "lenient::few")]
    content: Vec<Block>,
    #[serde(default, deserialize_with = "lenient::optional")]
    stop_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional")]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Block {
    r#type: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    thinking: String,
    #[serde(default, deserialize_with = "lenient::text")]
    signature: String,
    #[serde(default)]
    data: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    input: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    text: String,
    #[serde(default)]
    partial_json: String,
    #[serde(default)]
    thinking: String,
    #[serde(default, deserialize_with = "lenient::text")]
    signature: String,
    #[serde(default, deserialize_with = "lenient::optional")]
    stop_reason: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Tokens {
    #[serde(default, deserialize_with = "lenient::count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient::optional")]
    output_tokens_details: Option<Written>,
}

#[derive(Clone, Copy, Deserialize)]
struct Written {
    #[serde(default, deserialize_with = "lenient::count")]
    thinking_tokens: Option<u64>,
}

/// The blocks of a reply.
#[derive(Default)]
pub(super) struct Blocks {
    /// What the block that comes is: of those that nobody asked for, nothing is taken.
    kind: Kind,
    signature: String,
    /// What is told later replaces what was told before, field by field.
    tokens: Tokens,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Other,
    Text,
    Thinking,
    Tool,
}

impl Blocks {
    fn start(&mut self, index: u64, block: Block, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        self.stop(reply);
        self.kind = match block.r#type.as_str() {
            "text" => {
                reply.text(&block.text);
                Kind::Text
            }
            "thinking" => {
                reply.reasoning(&block.thinking);
                self.signature = block.signature;
                Kind::Thinking
            }
            "redacted_thinking" => {
                reply.origin(REDACTED, &block.data);
                Kind::Other
            }
            "tool_use" => {
                // It is filled in by what follows; in a reply in one piece it is all that there is.
                let input = block.input.as_ref().map_or("", |input| input.get());
                let input = if input == "{}" { "" } else { input };
                reply.tool_call(index, &block.id, &block.name, input)?;
                Kind::Tool
            }
            _ => Kind::Other,
        };
        Ok(())
    }

    fn change(
        &mut self,
        index: u64,
        change: &Change,
        reply: &mut Assembly<'_>,
    ) -> Result<(), Trouble> {
        match self.kind {
            Kind::Text => reply.text(&change.text),
            Kind::Thinking => {
                reply.reasoning(&change.thinking);
                self.signature.push_str(&change.signature);
            }
            Kind::Tool if !change.partial_json.is_empty() => {
                reply.tool_call(index, "", "", &change.partial_json)?;
            }
            Kind::Tool | Kind::Other => {}
        }
        Ok(())
    }

    fn stop(&mut self, reply: &mut Assembly<'_>) {
        let signature = std::mem::take(&mut self.signature);
        if std::mem::take(&mut self.kind) == Kind::Thinking && !signature.is_empty() {
            reply.origin(SIGNATURE, &signature);
        }
    }

    fn tokens(&mut self, tokens: Option<Tokens>, reply: &mut Assembly<'_>) {
        let Some(tokens) = tokens else { return };
        let known = &mut self.tokens;
        known.input_tokens = tokens.input_tokens.or(known.input_tokens);
        known.cache_read_input_tokens =
            tokens.cache_read_input_tokens.or(known.cache_read_input_tokens);
        known.cache_creation_input_tokens =
            tokens.cache_creation_input_tokens.or(known.cache_creation_input_tokens);
        known.output_tokens = tokens.output_tokens.or(known.output_tokens);
        known.output_tokens_details = tokens.output_tokens_details.or(known.output_tokens_details);
        let read = known.cache_read_input_tokens.unwrap_or(0);
        let written = known.cache_creation_input_tokens.unwrap_or(0);
        let thoughts = known.output_tokens_details.and_then(|details| details.thinking_tokens);
        let new = known.input_tokens.unwrap_or(0);
        reply.usage(Usage {
            input_tokens: new.saturating_add(read).saturating_add(written),
            output_tokens: known.output_tokens.unwrap_or(0),
            cached_input_tokens: read,
            cache_write_input_tokens: written,
            reasoning_tokens: thoughts.unwrap_or(0),
        });
    }

    fn finish(reason: Option<String>, reply: &mut Assembly<'_>) {
        let Some(reason) = reason else { return };
        reply.finish(match reason.as_str() {
            "end_turn" | "stop_sequence" => Finish::Stop,
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "tool_use" => Finish::ToolCalls,
            "refusal" => Finish::ContentFilter,
            _ => Finish::Other(reason),
        });
    }

    fn message(&mut self, message: Message, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        reply.names(message.model.as_deref(), message.id.as_deref());
        self.tokens(message.usage, reply);
        for (index, block) in (0..).zip(message.content) {
            self.start(index, block, reply)?;
            self.stop(reply);
        }
        Blocks::finish(message.stop_reason, reply);
        Ok(())
    }
}

impl Format for Blocks {
    fn event(&mut self, data: &str, reply: &mut Assembly<'_>) -> Result<bool, Trouble> {
        let event = serde_json::from_str::<Event>(data)?;
        match (event.r#type.as_str(), event.message, event.content_block, event.delta) {
            ("message_start", Some(message), ..) => self.message(message, reply)?,
            ("content_block_start", _, Some(block), _) => self.start(event.index, block, reply)?,
            ("content_block_delta", .., Some(change)) => {
                self.change(event.index, &change, reply)?
            }
            ("content_block_stop", ..) => self.stop(reply),
            ("message_delta", .., change) => {
                self.tokens(event.usage, reply);
                Blocks::finish(change.and_then(|change| change.stop_reason), reply);
            }
            ("message_stop", ..) => return Ok(true),
            ("error", ..) => return Err(Trouble::Refused),
            // There are pings, and there may be more kinds of events one day.
            _ => {}
        }
        Ok(false)
    }

    fn whole(&mut self, body: &str, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        #[derive(Deserialize)]
        struct Whole {
            #[serde(default)]
            r#type: String,
        }
        match serde_json::from_str::<Whole>(body)?.r#type.as_str() {
            "message" => self.message(serde_json::from_str(body)?, reply),
            _ => Err(Trouble::Refused),
        }
    }

    fn end(&mut self, reply: &mut Assembly<'_>) {
        // The last block of a reply that was too long need not have an end.
        self.stop(reply);
    }
}

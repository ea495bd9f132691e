//! Gemini's `generateContent`.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::assembly::Assembly;
use super::turns::{Conversation, Dialect, Turn};
use super::{Format, Settings, Trouble, lenient};
use crate::error::ModelError;
use crate::message::{Image, Part, Reasoning, Role, ToolCall, ToolResult};
use crate::reply::{Finish, Usage};
use crate::request::{Request, ToolChoice};

/// A request with more stop sequences is refused. The text is cut at the others when it has come.
const STOPS: usize = 5;

/// [`Origin::kind`](crate::Origin::kind): the signature of a part of thoughts.
const OF_THOUGHT: &str = "signature_of_thought";
/// [`Origin::kind`](crate::Origin::kind): the signature of a part of text, which is empty when it streams.
const OF_TEXT: &str = "signature_of_text";
/// [`Origin::kind`](crate::Origin::kind): the signature of the tool call that follows.
const OF_CALL: &str = "signature_of_call";

/// What stands for the signature of a tool call that has none because another model made it.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

pub(super) fn path(model: &str) -> String {
    let folder = if model.contains('/') { "" } else { "models/" };
    format!("{folder}{model}:streamGenerateContent")
}

/// Whether a model is of the generations that sign nothing and see no images in results.
fn is_old(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    ["gemini-1", "gemini-2", "gemma"].iter().any(|prefix| name.starts_with(prefix))
}

pub(super) fn body(
    settings: &Settings,
    request: &Request,
    stop: bool,
) -> Result<Value, ModelError> {
    let old = is_old(&settings.model);
    let dialect = Dialect {
        provider: &settings.provider,
        model: &settings.model,
        capabilities: settings.capabilities,
        system_apart: true,
        tools_are_user: true,
        images_in_results: !old,
    };
    let conversation = Conversation::of(request, &dialect)?;
    let contents = conversation.turns.iter().map(|turn| content(turn, old)).collect::<Vec<_>>();
    let mut body = json!({"contents": contents});
    if !conversation.system.is_empty() {
        body["systemInstruction"] = json!({"parts": [{"text": conversation.system}]});
    }
    if !request.tools.is_empty() {
        let functions = request.tools.iter().map(|tool| {
            let mut function = json!({"name": tool.name, "description": tool.description});
            // An object without fields is refused.
            let fields = tool.parameters["properties"].as_object();
            if fields.is_some_and(|fields| !fields.is_empty()) {
                function["parametersJsonSchema"] = tool.parameters.clone();
            }
            function
        });
        body["tools"] = json!([{"functionDeclarations": functions.collect::<Vec<_>>()}]);
        let calling = match &request.tool_choice {
            ToolChoice::Auto => json!({"mode": "AUTO"}),
            ToolChoice::None => json!({"mode": "NONE"}),
            ToolChoice::Required => json!({"mode": "ANY"}),
            ToolChoice::Named(name) => json!({"mode": "ANY", "allowedFunctionNames": [name]}),
        };
        body["toolConfig"] = json!({"functionCallingConfig": calling});
    }
    let mut generation = Map::new();
    let stops = request.stop.iter().filter(|stop| !stop.is_empty()).take(STOPS);
    let stops = stops.collect::<Vec<_>>();
    if stop && !stops.is_empty() {
        generation.insert("stopSequences".to_owned(), json!(stops));
    }
    if let Some(schema) = &request.schema {
        generation.insert("responseMimeType".to_owned(), json!("application/json"));
        generation.insert("responseJsonSchema".to_owned(), schema.schema.clone());
    }
    if let Some(temperature) = request.temperature {
        generation.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(tokens) = request.max_tokens {
        generation.insert("maxOutputTokens".to_owned(), json!(tokens));
    }
    if !generation.is_empty() {
        body["generationConfig"] = Value::Object(generation);
    }
    Ok(body)
}

fn content(turn: &Turn, old: bool) -> Value {
    let is_model = turn.role == Role::Assistant;
    let mut parts = Vec::new();
    // The signature of the next call. Of calls that come together only the first is signed, and that
    // has to be.
    let mut signature = (is_model && !old).then_some(NO_SIGNATURE);
    for part in &turn.parts {
        match part {
            Part::Text { text } => parts.push(json!({"text": text})),
            Part::Image(image) => parts.push(picture(image)),
            Part::ToolCall(ToolCall { id, name, arguments }) => {
                let call = json!({"id": id, "name": name, "args": arguments.to_object()});
                let mut part = json!({"functionCall": call});
                if let Some(signature) = signature.take() {
                    part["thoughtSignature"] = json!(signature);
                }
                parts.push(part);
            }
            Part::ToolResult(ToolResult { call, name, text, images, is_error }) => {
                let said = if *is_error { "error" } else { "output" };
                let mut answer = json!({"id": call, "name": name, "response": {said: text}});
                if !images.is_empty() {
                    answer["parts"] = images.iter().map(picture).collect();
                }
                parts.push(json!({"functionResponse": answer}));
            }
            Part::Reasoning(Reasoning { text, origin }) => {
                let Some(origin) = origin else { continue };
                let data = origin.data.as_str();
                match origin.kind.as_str() {
                    OF_CALL => signature = Some(data),
                    OF_TEXT => parts.push(json!({"text": "", "thoughtSignature": data})),
                    OF_THOUGHT => {
                        let thought = json!({
                            "text": text,
                            "thought": true,
                            "thoughtSignature": data,
                        });
                        parts.push(thought);
                    }
                    _ => {}
                }
            }
        }
    }
    json!({"role": if is_model { "model" } else { "user" }, "parts": parts})
}

fn picture(image: &Image) -> Value {
    json!({"inlineData": {"mimeType": image.media_type(), "data": image.base64()}})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    #[serde(default, deserialize_with = "lenient::first")]
    candidates: Option<Candidate>,
    #[serde(default, deserialize_with = "lenient::optional")]
    prompt_feedback: Option<Feedback>,
    #[serde(default, deserialize_with = "lenient::optional")]
    usage_metadata: Option<Tokens>,
    #[serde(default, deserialize_with = "lenient::optional")]
    model_version: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional")]
    response_id: Option<String>,
    error: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: String,
    #[serde(default, deserialize_with = "lenient::text")]
    block_reason_message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    #[serde(default, deserialize_with = "lenient::optional")]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default, deserialize_with = "lenient::few")]
    parts: Vec<Piece>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Piece {
    #[serde(default)]
    text: String,
    #[serde(default)]
    thought: bool,
    #[serde(default, deserialize_with = "lenient::text")]
    thought_signature: String,
    function_call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default, deserialize_with = "lenient::text")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default, deserialize_with = "lenient::arguments")]
    args: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tokens {
    #[serde(default, deserialize_with = "lenient::count")]
    prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    tool_use_prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    candidates_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    thoughts_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    cached_content_token_count: Option<u64>,
}

impl Tokens {
    fn usage(self) -> Usage {
        let sum = |a: Option<u64>, b: Option<u64>| a.unwrap_or(0).saturating_add(b.unwrap_or(0));
        Usage {
            input_tokens: sum(self.prompt_token_count, self.tool_use_prompt_token_count),
            output_tokens: sum(self.candidates_token_count, self.thoughts_token_count),
            cached_input_tokens: self.cached_content_token_count.unwrap_or(0),
            cache_write_input_tokens: 0,
            reasoning_tokens: self.thoughts_token_count.unwrap_or(0),
        }
    }
}

/// The pieces of a reply.
#[derive(Default)]
pub(super) struct Candidates {
    calls: u64,
}

impl Candidates {
    fn chunk(&mut self, chunk: Chunk, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        if chunk.error.is_some() {
            return Err(Trouble::Refused);
        }
        reply.names(chunk.model_version.as_deref(), chunk.response_id.as_deref());
        if let Some(tokens) = chunk.usage_metadata {
            reply.usage(tokens.usage());
        }
        if let Some(feedback) = chunk.prompt_feedback {
            let Feedback { block_reason, block_reason_message } = feedback;
            return Err(Trouble::Filtered(format!("{block_reason} {block_reason_message}")));
        }
        let Some(candidate) = chunk.candidates else { return Ok(()) };
        for piece in candidate.content.into_iter().flat_map(|content| content.parts) {
            self.piece(piece, reply)?;
        }
        if let Some(reason) = candidate.finish_reason {
            reply.finish(match reason.as_str() {
                "STOP" => Finish::Stop,
                "MAX_TOKENS" => Finish::Length,
                "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT"
                | "SPII" | "IMAGE_SAFETY" => Finish::ContentFilter,
                _ => Finish::Other(reason),
            });
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        let signature = piece.thought_signature.as_str();
        let sign = |kind, reply: &mut Assembly<'_>| {
            if !signature.is_empty() {
                reply.origin(kind, signature);
            }
        };
        if let Some(call) = piece.function_call {
            sign(OF_CALL, reply);
            reply.tool_call(self.calls, &call.id, &call.name, &call.args)?;
            self.calls += 1;
        } else if piece.thought {
            reply.reasoning(&piece.text);
            sign(OF_THOUGHT, reply);
        } else {
            reply.text(&piece.text);
            sign(OF_TEXT, reply);
        }
        Ok(())
    }
}

impl Format for Candidates {
    fn event(&mut self, data: &str, reply: &mut Assembly<'_>) -> Result<bool, Trouble> {
        self.chunk(serde_json::from_str(data)?, reply)?;
        Ok(false)
    }

    fn whole(&mut self, body: &str, reply: &mut Assembly<'_>) -> Result<(), Trouble> {
        // Without streaming there is one; without events, they are in a list.
        if !body.trim_ascii_start().starts_with('[') {
            return self.chunk(serde_json::from_str(body)?, reply);
        }
        for chunk in serde_json::from_str::<Vec<Box<RawValue>>>(body)? {
            self.chunk(serde_json::from_str(chunk.get())?, reply)?;
        }
        Ok(())
    }
}

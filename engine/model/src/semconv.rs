//! The names that spans give to what they tell, and how much of what was said they hold.
//!
//! Two vocabularies are in use for what models and agents do: OpenTelemetry's conventions for generative AI
//! (`gen_ai`), and OpenInference (`llm`, `tool`, `input`, `output`), which tools for looking at agents
//! read. Spans speak both. What has a name in neither begins with `fumehood`.
//!
//! `tracing` has no lists: those whose names are in [`LISTS`] are the text of a JSON array, and so are the
//! messages in [`INPUT_MESSAGES`] and [`OUTPUT_MESSAGES`].

use std::borrow::Cow;

use tracing::Span;

use crate::error::{ModelError, Refusal};

/// What is done: `chat`, `plan`, `invoke_agent` or `execute_tool`.
pub const OPERATION: &str = "gen_ai.operation.name";
/// What a span is for OpenInference: `AGENT`, `CHAIN`, `LLM` or `TOOL`.
pub const SPAN_KIND: &str = "openinference.span.kind";
/// Of what kind an error is, in a word of which there are few.
pub const ERROR_TYPE: &str = "error.type";
/// The [`ERROR_TYPE`] of what has no word of its own.
pub const OTHER: &str = "_OTHER";
/// The name of a span, if it is not that in the program's text.
pub const NAME: &str = "otel.name";
/// `ERROR`, if something went wrong.
pub const STATUS: &str = "otel.status_code";
/// What went wrong.
pub const STATUS_TEXT: &str = "otel.status_description";

/// Content: what went in.
pub const INPUT: &str = "input.value";
/// The media type of [`INPUT`].
pub const INPUT_TYPE: &str = "input.mime_type";
/// Content: what came out.
pub const OUTPUT: &str = "output.value";
/// The media type of [`OUTPUT`].
pub const OUTPUT_TYPE: &str = "output.mime_type";

/// Who runs a model.
pub const PROVIDER: &str = "gen_ai.provider.name";
/// The same for OpenInference.
pub const LLM_PROVIDER: &str = "llm.provider";
/// The model that is asked.
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
/// The same for OpenInference.
pub const LLM_MODEL: &str = "llm.model_name";
/// The temperature that is asked for.
pub const TEMPERATURE: &str = "gen_ai.request.temperature";
/// How long the reply may be, in tokens.
pub const MAX_TOKENS: &str = "gen_ai.request.max_tokens";
/// Both, and the stop sequences, as a JSON object, for OpenInference.
pub const LLM_PARAMETERS: &str = "llm.invocation_parameters";
/// The model that replied.
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why the reply ended; a list.
pub const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Tokens read.
pub const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// The same for OpenInference.
pub const LLM_PROMPT_TOKENS: &str = "llm.token_count.prompt";
/// Tokens written.
pub const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// The same for OpenInference.
pub const LLM_COMPLETION_TOKENS: &str = "llm.token_count.completion";
/// Tokens read and written, for OpenInference.
pub const LLM_TOTAL_TOKENS: &str = "llm.token_count.total";
/// Of the tokens read, those from a cache.
pub const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// The same for OpenInference.
pub const LLM_CACHE_READ_TOKENS: &str = "llm.token_count.prompt_details.cache_read";
/// Of the tokens read, those written to a cache.
pub const CACHE_WRITE_TOKENS: &str = "gen_ai.usage.cache_write.input_tokens";
/// The same for OpenInference.
pub const LLM_CACHE_WRITE_TOKENS: &str = "llm.token_count.prompt_details.cache_write";
/// Of the tokens written, thoughts.
pub const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// The same for OpenInference.
pub const LLM_REASONING_TOKENS: &str = "llm.token_count.completion_details.reasoning";
/// Content: what a model was told, as a JSON array of messages.
pub const INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// Content: what a model said, as a JSON array with one message.
pub const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// Content: what a model could call, as a JSON array.
pub const TOOL_DEFINITIONS: &str = "gen_ai.tool.definitions";

/// The name of an agent, if it has one.
pub const AGENT: &str = "gen_ai.agent.name";
/// What an agent does.
pub const AGENT_DESCRIPTION: &str = "gen_ai.agent.description";
/// Content: the task of a run.
pub const TASK: &str = "smolagents.task";
/// Steps that a task may take.
pub const MAX_STEPS: &str = "smolagents.max_steps";
/// What an agent can call; a list.
pub const TOOLS: &str = "smolagents.tools_names";
/// The agents that an agent manages; a list.
pub const MEMBERS: &str = "fumehood.managed_agents";
/// How a run ended.
pub const STATE: &str = "fumehood.state";
/// Which step of its task it is, from 1.
pub const STEP: &str = "fumehood.step";

/// The name of a tool.
pub const TOOL: &str = "gen_ai.tool.name";
/// The same for OpenInference.
pub const TOOL_NAME: &str = "tool.name";
/// `function`, or `extension` for code that is run.
pub const TOOL_TYPE: &str = "gen_ai.tool.type";
/// What a tool does.
pub const TOOL_DESCRIPTION: &str = "gen_ai.tool.description";
/// The same for OpenInference.
pub const TOOL_DESCRIPTION_TOO: &str = "tool.description";
/// The JSON schema of a tool's arguments, for OpenInference.
pub const TOOL_PARAMETERS: &str = "tool.parameters";
/// What a model calls a call by.
pub const CALL: &str = "gen_ai.tool.call.id";
/// Content: what a tool was called with, as a JSON object.
pub const CALL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// Content: what a tool has answered.
pub const CALL_RESULT: &str = "gen_ai.tool.call.result";

/// How code that was run ended.
pub const OUTCOME: &str = "fumehood.outcome";
/// The limit that was reached, by its name.
pub const LIMIT: &str = "fumehood.limit";
/// Fuel that code took; 0 where the clock meters.
pub const FUEL: &str = "fumehood.fuel";
/// How long code took, with the tools that it called, in microseconds.
pub const WALL: &str = "fumehood.wall_us";
/// How long code computed, in microseconds.
pub const CPU: &str = "fumehood.cpu_us";
/// The sandbox's memory in bytes.
pub const MEMORY: &str = "fumehood.memory_bytes";
/// Bytes that code printed.
pub const OUTPUT_BYTES: &str = "fumehood.output_bytes";
/// Calls of tools that code made.
pub const TOOL_CALLS: &str = "fumehood.tool_calls";
/// Whether the session is what it was before the code.
pub const ROLLED_BACK: &str = "fumehood.rolled_back";
/// Whether the session is gone.
pub const LOST: &str = "fumehood.session_lost";

/// The attributes that are lists.
pub const LISTS: [&str; 3] = [FINISH_REASONS, TOOLS, MEMBERS];

/// Bytes of a text that a span holds.
pub const TEXT_BYTES: usize = 16 * 1024;
/// Bytes of a conversation that a span holds: messages that do not fit, the oldest first, are left out.
pub const MESSAGES_BYTES: usize = 128 * 1024;

/// The beginning of a text, as much of it as a span holds.
///
/// # Examples
///
/// ```
/// use fumehood_model::semconv::{TEXT_BYTES, clipped};
///
/// assert_eq!(clipped("all of it"), "all of it");
/// let much = clipped(&"é".repeat(TEXT_BYTES)).into_owned();
/// assert!(much.len() < TEXT_BYTES + 40 && much.ends_with("é[16384 more bytes]"));
/// ```
pub fn clipped(text: &str) -> Cow<'_, str> {
    let kept = text.floor_char_boundary(TEXT_BYTES);
    match text.len() - kept {
        0 => Cow::Borrowed(text),
        more => Cow::Owned(format!("{}[{more} more bytes]", &text[..kept])),
    }
}

/// A figure as spans have it. OpenTelemetry's integers are signed; unsigned ones arrive there as text.
pub fn figure(figure: impl TryInto<i64>) -> i64 {
    figure.try_into().unwrap_or(i64::MAX)
}

/// Says in a span that something went wrong: of which kind, and what.
pub fn failed(span: &Span, kind: &str, what: &str) {
    span.record(ERROR_TYPE, kind);
    span.record(STATUS, "ERROR");
    span.record(STATUS_TEXT, clipped(what).as_ref());
}

/// The kind of an error, for [`ERROR_TYPE`].
pub fn kind(error: &ModelError) -> String {
    match error {
        ModelError::Connection(_) => "connection".to_owned(),
        ModelError::Timeout { .. } => "timeout".to_owned(),
        ModelError::Refused(refusal) => refusal.status.to_string(),
        ModelError::Protocol(_) => "protocol".to_owned(),
        ModelError::TooMuch { .. } => "too_much".to_owned(),
        ModelError::Cut { .. } => "cut".to_owned(),
        ModelError::Unsupported { .. } => "unsupported".to_owned(),
        _ => OTHER.to_owned(),
    }
}

/// What went wrong. Servers quote what they were sent: without `content`, nothing of what they say is in it.
pub fn told(error: &ModelError, content: bool) -> String {
    match error {
        error if content => error.to_string(),
        ModelError::Refused(refusal) => {
            Refusal { message: String::new(), ..refusal.clone() }.to_string()
        }
        ModelError::Protocol(_) => "the model's server sent something else than a reply".to_owned(),
        ModelError::Recording { .. } => "the recording cannot be used".to_owned(),
        ModelError::NoneReplied(_) => "no model has a reply".to_owned(),
        error => error.to_string(),
    }
}

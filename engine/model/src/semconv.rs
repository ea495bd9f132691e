//! The span around each request to a model, in the words of OpenTelemetry's conventions for generative AI.
//!
//! Nothing of what is said is in it.

use std::future::Future;

use tracing::{Instrument as _, Span, field};

use crate::error::ModelError;
use crate::reply::{Finish, Reply};
use crate::request::Request;

const OPERATION: &str = "gen_ai.operation.name";
const PROVIDER: &str = "gen_ai.provider.name";
const REQUEST_MODEL: &str = "gen_ai.request.model";
const TEMPERATURE: &str = "gen_ai.request.temperature";
const MAX_TOKENS: &str = "gen_ai.request.max_tokens";
const RESPONSE_MODEL: &str = "gen_ai.response.model";
const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
const CACHE_WRITE_TOKENS: &str = "gen_ai.usage.cache_write.input_tokens";
const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
const ERROR_TYPE: &str = "error.type";

/// Runs a request in its span.
pub(crate) async fn inference(
    model: &str,
    provider: &str,
    request: &Request,
    reply: impl Future<Output = Result<Reply, ModelError>>,
) -> Result<Reply, ModelError> {
    let span = tracing::info_span!(
        "chat",
        otel.name = format_args!("chat {model}"),
        otel.kind = "client",
        { OPERATION } = "chat",
        { PROVIDER } = provider,
        { REQUEST_MODEL } = model,
        { TEMPERATURE } = request.temperature,
        { MAX_TOKENS } = request.max_tokens,
        { RESPONSE_MODEL } = field::Empty,
        { FINISH_REASONS } = field::Empty,
        { INPUT_TOKENS } = field::Empty,
        { OUTPUT_TOKENS } = field::Empty,
        { CACHE_READ_TOKENS } = field::Empty,
        { CACHE_WRITE_TOKENS } = field::Empty,
        { REASONING_TOKENS } = field::Empty,
        { ERROR_TYPE } = field::Empty,
    );
    let reply = reply.instrument(span.clone()).await;
    match &reply {
        Ok(reply) => replied(&span, reply),
        Err(error) => {
            span.record(ERROR_TYPE, kind(error));
        }
    }
    reply
}

fn replied(span: &Span, reply: &Reply) {
    let finish = match &reply.finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter => "content_filter",
        Finish::Other(reason) => reason,
    };
    span.record(FINISH_REASONS, finish);
    if let Some(model) = &reply.model {
        span.record(RESPONSE_MODEL, model.as_str());
    }
    if let Some(usage) = reply.usage {
        span.record(INPUT_TOKENS, usage.input_tokens);
        span.record(OUTPUT_TOKENS, usage.output_tokens);
        span.record(CACHE_READ_TOKENS, usage.cached_input_tokens);
        span.record(CACHE_WRITE_TOKENS, usage.cache_write_input_tokens);
        span.record(REASONING_TOKENS, usage.reasoning_tokens);
    }
}

/// What went wrong, in a word of which there are few.
fn kind(error: &ModelError) -> String {
    match error {
        ModelError::Connection(_) => "connection".to_owned(),
        ModelError::Timeout { .. } => "timeout".to_owned(),
        ModelError::Refused(refusal) => refusal.status.to_string(),
        ModelError::Protocol(_) => "protocol".to_owned(),
        ModelError::TooMuch { .. } => "too_much".to_owned(),
        ModelError::Cut { .. } => "cut".to_owned(),
        ModelError::Unsupported { .. } => "unsupported".to_owned(),
        _ => "_OTHER".to_owned(),
    }
}

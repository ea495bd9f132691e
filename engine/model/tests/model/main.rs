//! What models do, each against a server on this machine that does what it is told.

mod conversations;
mod failures;
mod keys;
mod providers;
mod server;
mod stored;
mod transcripts;
mod wrappers;

use std::sync::Mutex;

use fumehood_model::{Delta, Message, Model, ModelError, Reply, Request};

/// Asks a model; returns its reply, and what was told as it came, a line for each delta.
pub(crate) async fn ask(
    model: &dyn Model,
    request: &Request,
) -> (Result<Reply, ModelError>, Vec<String>) {
    let told = Mutex::new(Vec::new());
    let listener = |delta: Delta<'_>| told.lock().unwrap().push(line(&delta));
    let reply = model.generate(request, &listener).await;
    (reply, told.into_inner().unwrap())
}

fn line(delta: &Delta<'_>) -> String {
    match delta {
        Delta::Text(text) => format!("text {text:?}"),
        Delta::Reasoning(text) => format!("reasoning {text:?}"),
        Delta::ToolCall { index, id, name, arguments } => {
            format!("call {index} {id} {name} {arguments:?}")
        }
        Delta::Usage(usage) => format!("usage {} {}", usage.input_tokens, usage.output_tokens),
        Delta::Restarted { error, .. } => format!("restarted: {error}"),
        other => format!("{other:?}"),
    }
}

/// A request that says hello.
pub(crate) fn hello() -> Request {
    Request::new([Message::user("Hello")])
}

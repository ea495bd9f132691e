//! What a model is.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// What [`Model::generate`] returns.
pub type ModelFuture<'a> = Pin<Box<dyn Future<Output = Result<Reply, ModelError>> + Send + 'a>>;

/// Something that continues a conversation.
pub trait Model: Send + Sync + 'static {
    /// Generates the next message. `delta` is called with its text as it comes, if it comes in parts.
    fn generate<'a>(
        &'a self,
        request: Request<'a>,
        delta: &'a (dyn Fn(&str) + Send + Sync),
    ) -> ModelFuture<'a>;
}

/// A conversation to continue.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// What has been said.
    pub messages: &'a [Message],
    /// Generation ends before any of these texts.
    pub stop: &'a [String],
}

impl<'a> Request<'a> {
    /// A request to continue `messages`, ending before any text of `stop`.
    pub fn new(messages: &'a [Message], stop: &'a [String]) -> Request<'a> {
        Request { messages, stop }
    }
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The program.
    System,
    /// The user, or the program on the user's behalf.
    User,
    /// The model.
    Assistant,
}

/// What a model said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The text, without the stop sequence that ended it.
    pub content: String,
    /// What it cost, if the model says.
    pub usage: Option<TokenUsage>,
}

/// Tokens of one or several calls of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, other: TokenUsage) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
    }
}

/// Why a model has no reply.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The server could not be reached, or the connection broke.
    #[error("the model's server cannot be reached")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server refused.
    #[error("the model's server answered {status}: {body}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of what the server said.
        body: String,
    },
    /// The server said something that is not a chat completion.
    #[error("the model's server sent something else than a chat completion: {0}")]
    Protocol(String),
    /// The stream ended before the reply did.
    #[error("the model's reply was cut off after {received} bytes")]
    Cut {
        /// Bytes of text that had come.
        received: usize,
    },
    /// The recording cannot be used.
    #[error("the recording `{path}` cannot be used: {reason}")]
    Recording {
        /// The file, or what stands for it.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

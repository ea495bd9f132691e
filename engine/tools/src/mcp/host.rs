//! What servers may ask of whoever uses them, and who answers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

/// What [`Elicit`] and [`Sample`] return.
pub type HostFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Asks the user what a server wants to know.
pub trait Elicit: Send + Sync + 'static {
    /// Asks. What the user has entered is sent to the server, and to nobody else. The future is dropped when the
    /// server is gone, or does not want to know any more.
    fn elicit(&self, question: Elicitation) -> HostFuture<'_, ElicitationAnswer>;
}

/// What a server wants to know of the user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Elicitation {
    /// The server.
    pub server: String,
    /// Its words, without characters that hide.
    pub message: String,
    /// A JSON Schema of type `object`, whose properties are texts, numbers and flags.
    pub schema: Value,
}

/// What the user says to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ElicitationAnswer {
    /// What was asked for.
    Accept(Map<String, Value>),
    /// No.
    Decline,
    /// Neither yes nor no: nobody was there, or the question was put away.
    Cancel,
}

/// Has a model answer what a server asks it.
pub trait Sample: Send + Sync + 'static {
    /// Asks the model. The error is for the server.
    fn sample(&self, asked: Sampling) -> HostFuture<'_, Result<Sampled, String>>;
}

/// What a server asks the model.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sampling {
    /// The server.
    pub server: String,
    /// What the model is told first.
    pub system: Option<String>,
    /// The conversation, of texts alone.
    pub messages: Vec<SamplingMessage>,
    /// The reply ends before any of these texts.
    pub stop: Vec<String>,
    /// How much chance there is in the reply.
    pub temperature: Option<f64>,
    /// The reply is no longer, in tokens.
    pub max_tokens: u32,
}

/// A message of the conversation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Who says it.
    pub speaker: SamplingSpeaker,
    /// What.
    pub text: String,
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SamplingSpeaker {
    /// Whoever talks to the model.
    User,
    /// The model.
    Assistant,
}

/// What the model says.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The name of the model.
    pub model: String,
    /// Its reply.
    pub text: String,
    /// Whether the reply was cut at the limit of its tokens.
    pub cut: bool,
}

/// Something that happened to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The server has other tools than those that it was started with. Sandboxes keep those.
    ToolsChanged {
        /// The server.
        server: String,
    },
    /// The server had ended, and was started again.
    Restarted {
        /// The server.
        server: String,
        /// Why it had ended.
        reason: String,
    },
    /// The server has asked for what it may not have.
    Refused {
        /// The server.
        server: String,
        /// What it wanted.
        what: &'static str,
    },
}

/// Called with what happens to servers.
pub type NoticeListener = Arc<dyn Fn(&Notice) + Send + Sync>;

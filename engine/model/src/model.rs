//! What a model is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::ModelError;
use crate::reply::{Reply, Usage};
use crate::request::Request;

/// What [`Model::generate`] returns.
pub type ModelFuture<'a> = Pin<Box<dyn Future<Output = Result<Reply, ModelError>> + Send + 'a>>;

/// Who is told a reply as it comes.
pub type Listener<'a> = dyn Fn(Delta<'_>) + Send + Sync + 'a;

/// Something that continues a conversation.
///
/// Models can be put around models: [`Retry`](crate::Retry), [`Paced`](crate::Paced),
/// [`Router`](crate::Router), [`Recorder`](crate::Recorder).
///
/// # Examples
///
/// ```
/// use fumehood_model::{Delta, Message, Model, Request, Scripted};
/// use std::sync::Mutex;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fumehood_model::ModelError> {
/// let model = Scripted::new(["Hello!"]);
/// let said = Mutex::new(String::new());
/// let listener = |delta: Delta<'_>| match delta {
///     Delta::Text(text) => said.lock().unwrap().push_str(text),
///     Delta::Restarted { .. } => said.lock().unwrap().clear(),
///     _ => {}
/// };
/// let reply = model.generate(&Request::new([Message::user("Hi")]), &listener).await?;
/// assert_eq!((reply.text(), said.into_inner().unwrap()), ("Hello!".into(), "Hello!".into()));
/// # Ok(())
/// # }
/// ```
pub trait Model: Send + Sync + 'static {
    /// What the model is and can do. It does not change.
    fn description(&self) -> Description;

    /// Generates the next message. `listener` is told its parts as they come, if they come one after the
    /// other, and nothing after the future has ended.
    ///
    /// Dropping the future cancels the request; the connection is closed.
    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a>;
}

impl<M: Model + ?Sized> Model for Arc<M> {
    fn description(&self) -> Description {
        (**self).description()
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        (**self).generate(request, listener)
    }
}

impl<M: Model + ?Sized> Model for Box<M> {
    fn description(&self) -> Description {
        (**self).description()
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        (**self).generate(request, listener)
    }
}

/// What a model is and can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Description {
    /// The model's name at its provider.
    pub id: String,
    /// Who runs it: the name of one of the [`providers`](crate::providers), or of the server.
    pub provider: String,
    /// What it can do.
    pub capabilities: Capabilities,
}

impl Description {
    /// A model that can do everything.
    pub fn new(id: impl Into<String>, provider: impl Into<String>) -> Description {
        Description {
            id: id.into(),
            provider: provider.into(),
            capabilities: Capabilities::default(),
        }
    }
}

/// What a model can do, as far as is known before it is asked.
///
/// # Defaults
///
/// Everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    /// It takes stop sequences. For those that do not, the text is cut when it has come.
    pub stop: bool,
    /// It calls tools. For those that do not, tool calls and results in a conversation become text, and a
    /// request that declares tools is an error.
    pub tools: bool,
    /// It replies in the form of a JSON schema.
    pub schema: bool,
    /// It sees images.
    pub images: bool,
}

impl Default for Capabilities {
    fn default() -> Capabilities {
        Capabilities { stop: true, tools: true, schema: true, images: true }
    }
}

impl Capabilities {
    /// What both can do.
    pub(crate) fn and(self, other: Capabilities) -> Capabilities {
        Capabilities {
            stop: self.stop && other.stop,
            tools: self.tools && other.tools,
            schema: self.schema && other.schema,
            images: self.images && other.images,
        }
    }
}

/// Something more of a reply.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delta<'a> {
    /// More text. It is never taken back for a stop sequence: what could be the beginning of one is told
    /// when it turns out not to be.
    Text(&'a str),
    /// More of what the model thinks.
    Reasoning(&'a str),
    /// More of a tool call. Calls can come interleaved.
    ToolCall {
        /// Which of the reply's tool calls, from 0.
        index: usize,
        /// The call's id, as far as it is known.
        id: &'a str,
        /// The tool, as far as it is known.
        name: &'a str,
        /// More of the arguments' text; it can be empty.
        arguments: &'a str,
    },
    /// What the reply has cost so far, altogether.
    Usage(Usage),
    /// What was told of the reply so far is not part of it: it did not come to its end, and begins anew.
    Restarted {
        /// Why.
        error: &'a ModelError,
        /// It begins anew after this time.
        wait: Duration,
    },
}

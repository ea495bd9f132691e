//! Language models behind one interface.
//!
//! A [`Model`] continues a conversation: it is given a [`Request`], tells a listener what comes as it comes,
//! and returns a [`Reply`].
//!
//! ```no_run
//! use fumehood_model::{ApiModel, Delta, Message, Model, Request, Retry};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let model = ApiModel::named("anthropic:claude-sonnet-4-5", &|name| std::env::var(name).ok())?;
//! let model = Retry::new(model);
//! let request = Request::new([Message::user("What is the 100th prime?")]);
//! let listener = |delta: Delta<'_>| {
//!     if let Delta::Text(text) = delta {
//!         eprint!("{text}");
//!     }
//! };
//! let reply = model.generate(&request, &listener).await?;
//! println!("{}", reply.text());
//! # Ok(())
//! # }
//! ```
//!
//! * `model`: what a model is; `message`, `request`, `reply`, `error`: what is said to it and what it says
//! * `api`: models behind HTTP; `providers`, the table of those who run them; `wire`, what their servers speak
//! * `retry`, `pace`, `router`, `traced`: models around models
//! * `record`, `scripted`: models for tests and demonstrations
//! * [`semconv`]: the names of what spans tell

#![forbid(unsafe_code)]

mod api;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod message;
mod model;
mod pace;
mod providers;
mod record;
mod reply;
mod request;
mod retry;
mod router;
mod scripted;
pub mod semconv;
mod traced;
mod wire;

pub use api::{ApiModel, Timeouts};
pub use error::{ModelError, Refusal, RefusalKind};
pub use message::{Arguments, Image, Message, Origin, Part, Reasoning, Role, ToolCall, ToolResult};
pub use model::{Capabilities, Delta, Description, Listener, Model, ModelFuture};
pub use pace::{Paced, Rates};
pub use providers::{Environment, Provider, ProviderError, providers};
pub use record::{Recorder, Replay};
pub use reply::{Finish, Reply, Usage};
pub use request::{OutputSchema, Request, ToolChoice, ToolSpec};
pub use retry::Retry;
pub use router::Router;
pub use scripted::{Line, Scripted};
pub use secrecy::SecretString;
pub use traced::Traced;
pub use wire::{ReplyLimits, Wire};

//! Why a model has no reply.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a model has no reply. That somebody dropped the future is not among it.
///
/// No message holds a key: where a server echoes one, it is left out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The server could not be reached, or the connection broke before the reply began.
    #[error("the model's server cannot be reached")]
    Connection(#[source] Box<dyn Error + Send + Sync>),
    /// The server, or the reply, took too long.
    #[error("{}", timed_out(*waited, *total))]
    Timeout {
        /// How long was waited.
        waited: Duration,
        /// Whether that was the whole reply; otherwise, nothing at all came for so long.
        total: bool,
    },
    /// The server refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The server said something that is not a reply.
    #[error("the model's server sent something else than a reply: {0}")]
    Protocol(String),
    /// The server sent more than is taken.
    #[error("the model's server sent more than {limit} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much is taken.
        limit: usize,
    },
    /// The stream ended before the reply did.
    #[error("the model's reply was cut off after {received} bytes of text")]
    Cut {
        /// Bytes of text that had come.
        received: usize,
        /// What broke, if the stream did not simply end.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The model cannot do what it is asked.
    #[error("the model `{model}` does not take {what}")]
    Unsupported {
        /// The model.
        model: String,
        /// What it does not take.
        what: &'static str,
    },
    /// The recording cannot be used.
    #[error("the recording `{path}` cannot be used: {reason}")]
    Recording {
        /// The file, or what stands for it.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A script has come to its end, or says so.
    #[error("{0}")]
    Script(String),
    /// None of a router's models has a reply.
    #[error("{}", none_replied(.0))]
    NoneReplied(Vec<(String, ModelError)>),
}

impl ModelError {
    /// Whether the same request can succeed a little later: the connection failed, the server is overloaded
    /// or failed itself, requests came too fast, nothing came for too long, or the reply was cut off. A reply
    /// that is not complete when its time is up would not be the next time either.
    pub fn is_transient(&self) -> bool {
        match self {
            ModelError::Connection(_) | ModelError::Cut { .. } => true,
            ModelError::Timeout { total, .. } => !total,
            ModelError::Refused(refusal) => refusal.is_transient(),
            ModelError::NoneReplied(errors) => errors.iter().any(|(_, error)| error.is_transient()),
            _ => false,
        }
    }

    /// When the server wants to be asked again, if it says.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ModelError::Refused(refusal) => refusal.retry_after,
            ModelError::NoneReplied(errors) => {
                errors.iter().filter_map(|(_, error)| error.retry_after()).min()
            }
            _ => None,
        }
    }

    /// What was refused, if the server refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            ModelError::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

fn timed_out(waited: Duration, total: bool) -> String {
    match total {
        true => format!("the model's reply was not complete after {waited:?}"),
        false => format!("the model's server has sent nothing for {waited:?}"),
    }
}

fn none_replied(errors: &[(String, ModelError)]) -> String {
    let errors = errors.iter().map(|(model, error)| format!("{model}: {error}"));
    format!("no model has a reply ({})", errors.collect::<Vec<_>>().join("; "))
}

/// What a server said when it refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status; 200 if the server refused in the middle of a reply.
    pub status: u16,
    /// Why.
    pub kind: RefusalKind,
    /// The beginning of what the server said, at most 2000 bytes. Keys and control characters are left out.
    pub body: String,
    /// What the server said in words, if that was found in the body; otherwise the body.
    pub message: String,
    /// When the server wants to be asked again, if it says.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with a message, as a server would have said it.
    pub fn new(status: u16, kind: RefusalKind, message: impl Into<String>) -> Refusal {
        let message = message.into();
        Refusal { status, kind, body: message.clone(), message, retry_after: None }
    }

    /// Sets when the server wants to be asked again.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Refusal {
        self.retry_after = Some(wait);
        self
    }

    fn is_transient(&self) -> bool {
        match self.kind {
            RefusalKind::RateLimited | RefusalKind::Overloaded => true,
            RefusalKind::Other => {
                matches!(self.status, 408 | 409 | 425 | 500..) && self.status != 501
            }
            _ => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the model's server answered {}", self.status)?;
        if let Some(meaning) = self.kind.meaning() {
            write!(f, " ({meaning}")?;
            if let Some(wait) = self.retry_after {
                write!(f, "; it asks to wait {wait:?}")?;
            }
            f.write_str(")")?;
        }
        match self.message.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.message),
        }
    }
}

/// Why a server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// There is no key, it is wrong, or it may not do this.
    Authentication,
    /// The account has no money left, or has used up what it may use.
    Quota,
    /// There is no such model, or no such address.
    NotFound,
    /// Requests or tokens come too fast.
    RateLimited,
    /// The conversation is longer than the model, or the server, takes.
    TooLong,
    /// The provider would not have it said.
    ContentFilter,
    /// The server has too much to do.
    Overloaded,
    /// Another reason; the status and the message say more.
    Other,
}

impl RefusalKind {
    fn meaning(self) -> Option<&'static str> {
        Some(match self {
            RefusalKind::Authentication => "the key is missing, wrong, or not allowed to do this",
            RefusalKind::Quota => "the account has used up what it may use",
            RefusalKind::NotFound => "there is no such model or address",
            RefusalKind::RateLimited => "too many requests or tokens",
            RefusalKind::TooLong => "the conversation is too long",
            RefusalKind::ContentFilter => "a content filter",
            RefusalKind::Overloaded => "overloaded",
            RefusalKind::Other => return None,
        })
    }
}

impl From<Refusal> for ModelError {
    fn from(refusal: Refusal) -> ModelError {
        ModelError::Refused(refusal)
    }
}

//! What is told about each request, to whoever keeps a record.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::EgressError;

/// Gets to know of each request, when it is over.
pub(super) type Listener = Arc<dyn Fn(&HttpReport<'_>) + Send + Sync>;

/// A request that is over, whether it was sent or not. Each redirect that is followed is one of its own.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpReport<'a> {
    /// The method.
    pub method: &'a str,
    /// The URL, as it was asked for if it is refused. It has none of the credentials that the host adds.
    pub url: &'a str,
    /// What came of it.
    pub outcome: HttpOutcome<'a>,
    /// Whether the host added a credential.
    pub credential: bool,
    /// Bytes of the body that was sent.
    pub sent: u64,
    /// Bytes of the body that came.
    pub received: u64,
    /// How long it took.
    pub took: Duration,
}

/// What came of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpOutcome<'a> {
    /// It was allowed, and the server has answered with this status.
    Answered(u16),
    /// It has no answer: it was refused, which is [`EgressError::Refused`], or something failed.
    Failed(&'a EgressError),
    /// Whoever made it does not want the answer any more.
    Abandoned,
}

impl fmt::Display for HttpReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.url)?;
        match &self.outcome {
            HttpOutcome::Answered(status) => {
                write!(f, "{status}, {} bytes in {:?}", self.received, self.took)
            }
            HttpOutcome::Failed(error) => write!(f, "{error}"),
            HttpOutcome::Abandoned => write!(f, "abandoned after {:?}", self.took),
        }
    }
}

/// A request that is not over. When it is dropped, it was abandoned.
pub(super) struct Reporting {
    listener: Option<Listener>,
    method: String,
    url: String,
    began: Instant,
    pub(super) credential: bool,
    pub(super) sent: u64,
    pub(super) received: u64,
}

impl Reporting {
    pub(super) fn begin(listener: Option<&Listener>, method: &str, url: &str) -> Reporting {
        Reporting {
            listener: listener.cloned(),
            method: cut(method),
            url: cut(url),
            began: Instant::now(),
            credential: false,
            sent: 0,
            received: 0,
        }
    }

    /// It is over.
    pub(super) fn end(mut self, result: Result<u16, &EgressError>) {
        self.tell(match result {
            Ok(status) => HttpOutcome::Answered(status),
            Err(error) => HttpOutcome::Failed(error),
        });
        self.listener = None;
    }

    fn tell(&self, outcome: HttpOutcome<'_>) {
        let Some(listener) = &self.listener else { return };
        listener(&HttpReport {
            method: &self.method,
            url: &self.url,
            outcome,
            credential: self.credential,
            sent: self.sent,
            received: self.received,
            took: self.began.elapsed(),
        });
    }
}

impl Drop for Reporting {
    fn drop(&mut self) {
        self.tell(HttpOutcome::Abandoned);
    }
}

/// Characters of a method or URL that is told.
const SHOWN: usize = 2_000;

/// One line of text, whatever code wrote.
fn cut(text: &str) -> String {
    text.chars().take(SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

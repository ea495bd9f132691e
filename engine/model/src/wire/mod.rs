//! What is said to servers and what they say: requests as JSON, replies as streams of events.
//!
//! * `openai`, `anthropic`, `gemini`: the three wires, each with the body of a request and a [`Format`]
//! * `turns`: a conversation in the form that servers take
//! * `sse`, `stop`, `assembly`: how a reply is put together, in terms that all wires share
//! * `refusal`: what a server means when it refuses
//! * `secrets`: what is left out of everything that a server says
//!
//! Nothing here waits or connects; [`Reading`] is given bytes.

mod anthropic;
mod assembly;
mod gemini;
mod lenient;
mod openai;
mod refusal;
mod secrets;
mod sse;
mod stop;
mod turns;

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::assembly::Assembly;
use self::sse::Events;
use crate::error::{ModelError, Refusal, RefusalKind};
use crate::model::{Capabilities, Listener};
use crate::reply::Reply;
use crate::request::Request;

pub(crate) use self::openai::{OpenAiDialect, accepts_stop};
pub(crate) use self::secrets::Secrets;
pub(crate) use self::stop::Stops;

/// The language that a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Wire {
    /// OpenAI's chat completions, which nearly all servers speak.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Gemini's `generateContent`.
    Gemini,
}

/// How much is taken of a reply. A server that sends more has lost its mind, or means harm.
///
/// JSON that is nested more than 127 levels deep is taken from nobody.
///
/// # Defaults
///
/// * 4 MiB an event, or a reply that comes in one piece
/// * 64 MiB a reply, with all that is around its text
/// * 256 tool calls
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyLimits {
    /// Bytes of one event of a stream, or of a reply that comes in one piece.
    pub event_bytes: usize,
    /// Bytes of a whole stream.
    pub reply_bytes: usize,
    /// Tool calls of a reply.
    pub tool_calls: usize,
}

impl Default for ReplyLimits {
    fn default() -> ReplyLimits {
        ReplyLimits { event_bytes: 4 << 20, reply_bytes: 64 << 20, tool_calls: 256 }
    }
}

/// What the body of a request depends on, besides the request.
pub(crate) struct Settings {
    pub(crate) wire: Wire,
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) capabilities: Capabilities,
    pub(crate) dialect: OpenAiDialect,
    pub(crate) extra: Map<String, Value>,
    pub(crate) limits: ReplyLimits,
    pub(crate) secrets: Secrets,
}

impl Settings {
    /// Where a request goes, below the address at which the API begins. Its query stays.
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        let path = match self.wire {
            Wire::OpenAi => openai::PATH.to_owned(),
            Wire::Anthropic => anthropic::PATH.to_owned(),
            Wire::Gemini => {
                url.query_pairs_mut().append_pair("alt", "sse");
                gemini::path(&self.model)
            }
        };
        // People paste whole addresses.
        if !base.path().trim_end_matches('/').ends_with(&format!("/{path}"))
            && let Ok(mut segments) = url.path_segments_mut()
        {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }

    /// The body of a request. `stop` says whether the model is given the stop sequences.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unsupported`] if there is something in it that the model does not take
    pub(crate) fn body(&self, request: &Request, stop: bool) -> Result<Value, ModelError> {
        let unsupported = |what| {
            let model = self.model.clone();
            Err(ModelError::Unsupported { model, what })
        };
        if !request.tools.is_empty() && !self.capabilities.tools {
            return unsupported("tools");
        }
        if request.schema.is_some() && !self.capabilities.schema {
            return unsupported("a schema for its reply");
        }
        let body = match self.wire {
            Wire::OpenAi => openai::body,
            Wire::Anthropic => anthropic::body,
            Wire::Gemini => gemini::body,
        };
        let mut body = body(self, request, stop)?;
        merge(&mut body, &self.extra);
        merge(&mut body, &request.extra);
        Ok(body)
    }

    /// What an HTTP response other than a success means.
    pub(crate) fn refusal(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Refusal {
        let cut = body.len() > refusal::READ_BYTES;
        let body = String::from_utf8_lossy(&body[..body.len().min(refusal::READ_BYTES)]);
        refusal::of_response(status, headers, &body, cut, &self.secrets)
    }
}

/// Bytes of a refusal's body that are worth reading.
pub(crate) const REFUSAL_BYTES: usize = refusal::READ_BYTES + 1;

/// Changes an object as RFC 7396 says.
fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => {
                fields.shift_remove(name);
            }
            Value::Object(patch) => merge(fields.entry(name).or_insert(Value::Null), patch),
            value => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

/// What one wire makes of what its servers send.
trait Format: Send {
    /// Takes the data of an event. Returns whether it was the last.
    fn event(&mut self, data: &str, reply: &mut Assembly<'_>) -> Result<bool, Trouble>;

    /// Takes a reply that comes in one piece, because the server does not stream.
    fn whole(&mut self, body: &str, reply: &mut Assembly<'_>) -> Result<(), Trouble>;

    /// Takes the end of the stream.
    fn end(&mut self, _reply: &mut Assembly<'_>) {}
}

/// What is wrong with an event.
enum Trouble {
    /// It is something else than the wire's.
    Json(serde_json::Error),
    /// It says that the server refuses.
    Refused,
    /// It says that the provider will not have it said, for this reason.
    Filtered(String),
    /// Anything else.
    Other(ModelError),
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Trouble {
        Trouble::Json(error)
    }
}

impl From<ModelError> for Trouble {
    fn from(error: ModelError) -> Trouble {
        Trouble::Other(error)
    }
}

impl Trouble {
    fn explained(self, data: &str, secrets: &Secrets) -> ModelError {
        match self {
            Trouble::Json(error) => {
                let error = refusal::excerpt(&secrets.hide(&error.to_string()));
                ModelError::Protocol(format!("{error} in `{}`", beginning(&secrets.hide(data))))
            }
            Trouble::Refused => ModelError::Refused(refusal::of_event(data, secrets)),
            Trouble::Filtered(reason) => {
                let message = refusal::excerpt(secrets.hide(&reason).trim_end());
                let refusal = refusal::of_event(data, secrets);
                Refusal { kind: RefusalKind::ContentFilter, message, ..refusal }.into()
            }
            Trouble::Other(error) => error,
        }
    }
}

/// Enough of what a server sent to see what it is, on one line.
fn beginning(data: &str) -> String {
    let shown = refusal::excerpt(data);
    let mut shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown.len() > 200 {
        shown.truncate(shown.floor_char_boundary(200));
        shown.push('…');
    }
    shown
}

/// A reply as it is read.
pub(crate) struct Reading<'a> {
    body: Body,
    limits: ReplyLimits,
    secrets: &'a Secrets,
    format: Box<dyn Format + 'a>,
    reply: Assembly<'a>,
    taken: usize,
    done: bool,
}

/// What the body of a response is. Its first letter says it more reliably than the header.
enum Body {
    Unknown,
    Events(Events),
    /// JSON in one piece.
    Whole(Vec<u8>),
    /// A page for people: there is no API at the address.
    Page(Vec<u8>),
}

/// Bytes of a page that are enough to see what it is.
const PAGE_BYTES: usize = 300;

impl<'a> Reading<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        stop: &[String],
        listener: &'a Listener<'a>,
    ) -> Reading<'a> {
        let format: Box<dyn Format> = match settings.wire {
            Wire::OpenAi => Box::new(openai::Chunks::new(settings.dialect)),
            Wire::Anthropic => Box::new(anthropic::Blocks::default()),
            Wire::Gemini => Box::new(gemini::Candidates::default()),
        };
        Reading {
            body: Body::Unknown,
            limits: settings.limits,
            secrets: &settings.secrets,
            format,
            reply: Assembly::new(&settings.provider, stop, settings.limits, listener),
            taken: 0,
            done: false,
        }
    }

    /// Takes a piece of the body. Returns whether it was the last that says something.
    ///
    /// # Errors
    ///
    /// * [`ModelError::Protocol`], [`ModelError::Refused`]
    /// * [`ModelError::TooMuch`]
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<bool, ModelError> {
        self.taken += bytes.len();
        if self.taken > self.limits.reply_bytes {
            return Err(ModelError::TooMuch { what: "bytes", limit: self.limits.reply_bytes });
        }
        let mut bytes = bytes;
        if let Body::Unknown = self.body {
            bytes = bytes.trim_ascii_start();
            match bytes.first() {
                None => return Ok(false),
                Some(b'{' | b'[') => self.body = Body::Whole(Vec::new()),
                Some(b'<') => self.body = Body::Page(Vec::new()),
                Some(_) => self.body = Body::Events(Events::new(self.limits.event_bytes)),
            }
        }
        match &mut self.body {
            Body::Whole(body) => {
                body.extend_from_slice(bytes);
                if body.len() > self.limits.event_bytes {
                    let (what, limit) = ("bytes in one piece", self.limits.event_bytes);
                    return Err(ModelError::TooMuch { what, limit });
                }
            }
            Body::Page(page) => {
                let room = PAGE_BYTES - page.len();
                page.extend_from_slice(&bytes[..bytes.len().min(room)]);
                self.done = page.len() == PAGE_BYTES;
            }
            Body::Events(events) => {
                let (format, reply, secrets) = (&mut self.format, &mut self.reply, self.secrets);
                let done = &mut self.done;
                events.push(bytes, |data| take(data, format, reply, secrets, done))?;
            }
            Body::Unknown => {}
        }
        Ok(self.done)
    }

    /// Whether the server has said that the reply is complete, though more may come of what it cost.
    pub(crate) fn is_finished(&self) -> bool {
        self.reply.is_finished()
    }

    /// Bytes of text that have come.
    pub(crate) fn text_bytes(&self) -> usize {
        self.reply.text_bytes()
    }

    /// Takes the end of the body.
    ///
    /// # Errors
    ///
    /// * [`ModelError::Cut`] if the reply is not complete
    /// * those of [`Reading::piece`]
    pub(crate) fn finish(mut self) -> Result<Reply, ModelError> {
        let (format, reply, secrets) = (&mut self.format, &mut self.reply, self.secrets);
        match &mut self.body {
            Body::Whole(body) => {
                let body = String::from_utf8_lossy(body);
                let taken = format.whole(&body, reply);
                taken.map_err(|trouble| trouble.explained(&body, secrets))?;
            }
            Body::Events(events) if !self.done => {
                let done = &mut self.done;
                events.end(|data| take(data, format, reply, secrets, done))?;
            }
            Body::Page(page) => {
                let page = beginning(&secrets.hide_cut(&String::from_utf8_lossy(page)));
                return Err(ModelError::Protocol(format!("a page, `{page}`")));
            }
            Body::Events(_) | Body::Unknown => {}
        }
        format.end(reply);
        let received = self.reply.text_bytes();
        self.reply.complete().ok_or(ModelError::Cut { received, source: None })
    }
}

fn take(
    data: &str,
    format: &mut Box<dyn Format + '_>,
    reply: &mut Assembly<'_>,
    secrets: &Secrets,
    done: &mut bool,
) -> Result<(), ModelError> {
    if !*done {
        *done = format.event(data, reply).map_err(|trouble| trouble.explained(data, secrets))?;
    }
    Ok(())
}

//! Replies that are kept in a file, and said again from there.
//!
//! A recording has a JSON object on each line. [`Recorder`] writes
//! `{"request": HASH, "messages": [HASH…], "reply": {…}}`: of a request nothing is kept but the hash of all of
//! it, and a short one of each message, by which the message can be named that is another one. What people
//! write by hand is shorter: `{"content": TEXT}`, and optionally `input_tokens` and `output_tokens`.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ModelError;
use crate::message::Message;
use crate::model::{Description, Listener, Model, ModelFuture};
use crate::reply::{Reply, Usage};
use crate::request::Request;
use crate::wire::Secrets;

/// A model whose replies are written to a file, for a [`Replay`].
///
/// Failures are not recorded. Put it around retries, and they are not in the recording either.
///
/// # Examples
///
/// ```
/// use fumehood_model::{Message, Model, Recorder, Replay, Request, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fumehood_model::ModelError> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("replies.jsonl");
/// let request = Request::new([Message::user("Hi")]);
/// let model = Recorder::create(Scripted::new(["Hello!"]), &path)?;
/// model.generate(&request, &|_| ()).await?;
///
/// let model = Replay::open(&path)?;
/// assert_eq!(model.generate(&request, &|_| ()).await?.text(), "Hello!");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Recorder<M> {
    model: M,
    path: String,
    file: Mutex<File>,
    secrets: Secrets,
}

impl<M: Model> Recorder<M> {
    /// Writes what `model` replies to a file, which only its owner can read. A file that is there is
    /// replaced.
    ///
    /// # Errors
    ///
    /// [`ModelError::Recording`] if it cannot be written
    pub fn create(model: M, path: impl AsRef<Path>) -> Result<Recorder<M>, ModelError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let name = path.as_ref().display().to_string();
        let file = options.open(path).map_err(|error| unusable(&name, error.to_string()))?;
        Ok(Recorder { model, path: name, file: Mutex::new(file), secrets: Secrets::default() })
    }

    /// Leaves a text out of everything that is recorded. Keys are not sent as part of a conversation, so
    /// they are only in it if somebody said them.
    #[must_use]
    pub fn hiding(mut self, secret: impl Into<SecretString>) -> Recorder<M> {
        self.secrets.add(secret.into());
        self
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let reply = self.model.generate(request, listener).await?;
        let line = Recorded {
            request: Some(hash_of_request(request)),
            messages: request.messages.iter().map(hash_of_message).collect(),
            reply: Some(reply),
            ..Recorded::default()
        };
        let unusable = |reason: String| unusable(&self.path, reason);
        let text = serde_json::to_string(&line).map_err(|error| unusable(error.to_string()))?;
        let text = self.secrets.hide(&text) + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(text.as_bytes()).map_err(|error| unusable(error.to_string()))?;
        line.reply.ok_or_else(|| unusable("there is no reply".to_owned()))
    }
}

impl<M: Model> Model for Recorder<M> {
    fn description(&self) -> Description {
        self.model.description()
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

/// Says the replies of a recording.
///
/// A reply of a [`Recorder`] is only said to the request to which it was recorded, hash by hash; of several,
/// the first that was not said yet. Replies that were written by hand are said in their order, to whatever
/// is asked, and so are all with [`Replay::in_order`]. The whole loop around the replies runs for real: only
/// the model's words are recorded.
///
/// # Examples
///
/// ```
/// use fumehood_model::Replay;
///
/// let replay = Replay::from_text(r#"{"content": "Thought: done.\n<code>\nfinal_answer(1)\n</code>"}"#)?;
/// # Ok::<(), fumehood_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Replay {
    path: String,
    in_order: bool,
    /// Those that were not said yet have their line.
    lines: Mutex<Vec<Option<Recorded>>>,
}

/// A line of a recording.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
}

impl Recorded {
    fn parse(line: &str) -> Result<Recorded, String> {
        // serde also takes an array of the fields in their order.
        if !line.trim_start().starts_with('{') {
            return Err("it is not a JSON object".to_owned());
        }
        let mut recorded: Recorded =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        let Recorded { reply, content, input_tokens, output_tokens, .. } = &mut recorded;
        match (reply.is_some(), content.take()) {
            (true, None) => {}
            (false, Some(content)) => {
                let usage = input_tokens.zip(*output_tokens);
                let mut written = Reply::saying(content);
                written.usage = usage.map(|(input, output)| Usage::new(input, output));
                *reply = Some(written);
            }
            _ => return Err("it has neither `reply` nor `content`, or both".to_owned()),
        }
        Ok(recorded)
    }
}

impl Replay {
    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// [`ModelError::Recording`]
    pub fn open(path: impl AsRef<Path>) -> Result<Replay, ModelError> {
        let name = path.as_ref().display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| unusable(&name, error.to_string()))?;
        Replay::parse(name, &text)
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    ///
    /// [`ModelError::Recording`]
    pub fn from_text(text: &str) -> Result<Replay, ModelError> {
        Replay::parse("<text>".to_owned(), text)
    }

    /// Says the replies in their order, whatever is asked.
    #[must_use]
    pub fn in_order(mut self) -> Replay {
        self.in_order = true;
        self
    }

    fn parse(path: String, text: &str) -> Result<Replay, ModelError> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let lines = lines.map(|(number, line)| {
            let wrong = |reason| unusable(&path, format!("line {number}: {reason}"));
            Recorded::parse(line).map(Some).map_err(wrong)
        });
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        Ok(Replay { path, in_order: false, lines: Mutex::new(lines) })
    }

    fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let reply = self.find(request)?.stopped(&request.stop);
        reply.tell(listener, usize::MAX);
        Ok(reply)
    }

    fn find(&self, request: &Request) -> Result<Reply, ModelError> {
        let hash = hash_of_request(request);
        let fits = |line: &Recorded| {
            self.in_order || line.request.as_ref().is_none_or(|request| *request == hash)
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lines.iter_mut().find(|line| line.as_ref().is_some_and(fits));
        if let Some(reply) = found.and_then(Option::take).and_then(|line| line.reply) {
            return Ok(reply);
        }
        let reason = match lines.iter().flatten().next() {
            Some(line) => format!("the next request is another one: {}", difference(line, request)),
            None => format!("it has {} replies, and one more is needed", lines.len()),
        };
        Err(unusable(&self.path, reason))
    }
}

impl Model for Replay {
    fn description(&self) -> Description {
        Description::new(self.path.clone(), "replay")
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(async move { self.reply(request, listener) })
    }
}

/// In what a request differs from the one that was recorded.
fn difference(recorded: &Recorded, request: &Request) -> String {
    let mut messages = request.messages.iter().enumerate();
    let other = messages.find(|(position, message)| {
        recorded.messages.get(*position).is_none_or(|hash| *hash != hash_of_message(message))
    });
    match other {
        Some((position, message)) => {
            let text = message.text();
            let text = text.chars().take(80).collect::<String>();
            format!("message {}, which begins with {text:?}, was not recorded", position + 1)
        }
        None if request.messages.len() < recorded.messages.len() => {
            format!("{} messages were recorded", recorded.messages.len())
        }
        None => "the messages are the same, and something else is not".to_owned(),
    }
}

fn hash_of_request(request: &Request) -> String {
    hash(serde_json::to_vec(request), 32)
}

fn hash_of_message(message: &Message) -> String {
    hash(serde_json::to_vec(message), 4)
}

/// The first bytes of a hash. What is no JSON, which is only a number that is none, has the hash of nothing.
fn hash(json: serde_json::Result<Vec<u8>>, bytes: usize) -> String {
    let hash = Sha256::digest(json.unwrap_or_default());
    hash.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

fn unusable(path: &str, reason: String) -> ModelError {
    ModelError::Recording { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_object() {
        assert!(Replay::from_text("{\"content\": \"a\"}\n\n {\"content\": \"b\"}").is_ok());
        for line in [
            r#"["a", 1, 2]"#,
            r#"{"content": 1}"#,
            r#"{"content": "a", "more": 1}"#,
            r#"{"content": "a", "reply": {"parts": [], "finish": "stop"}}"#,
            "{}",
            "x",
        ] {
            let refused = Replay::from_text(&format!("\n{line}")).unwrap_err().to_string();
            assert!(refused.contains("line 2: "), "{refused}");
        }
    }
}

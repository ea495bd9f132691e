//! Any server that speaks OpenAI's chat completions, which nearly all do.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;

use crate::model::{Model, ModelError, ModelFuture, Reply, Request, TokenUsage};
use crate::sse::Events;

/// How long to wait for a connection.
const CONNECTING: Duration = Duration::from_secs(20);
/// How long to wait for the next piece of a reply; models that think first say nothing for minutes.
const SILENCE: Duration = Duration::from_secs(600);
/// Bytes of an error's body that are shown.
const ERROR_BYTES: usize = 2000;

/// A model behind a server that speaks OpenAI's chat completions.
///
/// # Defaults
///
/// * no key
/// * 20 seconds to connect, 10 minutes of silence within a reply
/// * no retries
///
/// # Examples
///
/// ```
/// use fumehood_agent::OpenAi;
///
/// let model = OpenAi::new("http://localhost:11434/v1", "llama3.3").with_key("not needed here");
/// ```
pub struct OpenAi {
    base: String,
    model: String,
    key: Option<String>,
    client: reqwest::Client,
}

impl OpenAi {
    /// The model named `model` at the server whose API begins at `base`, such as
    /// `https://api.openai.com/v1`.
    pub fn new(base: impl Into<String>, model: impl Into<String>) -> OpenAi {
        // Whoever embeds this may have chosen another provider before; then that one is used.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECTING)
            .read_timeout(SILENCE)
            .build()
            .expect("a client without files or proxies of its own can always be made");
        OpenAi { base: base.into(), model: model.into(), key: None, client }
    }

    /// Sets the key that the server wants. It is sent to the server and shown nowhere.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> OpenAi {
        self.key = Some(key.into());
        self
    }

    async fn generate(
        &self,
        request: Request<'_>,
        delta: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Reply, ModelError> {
        let url = format!("{}/chat/completions", self.base.trim_end_matches('/'));
        let mut body = json!({
            "model": self.model,
            "messages": request.messages,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        if !request.stop.is_empty() && accepts_stop(&self.model) {
            body["stop"] = json!(request.stop);
        }
        let mut sending = self.client.post(url).json(&body);
        if let Some(key) = &self.key {
            sending = sending.bearer_auth(key);
        }
        let response = sending.send().await.map_err(connection)?;
        let status = response.status();
        if !status.is_success() {
            let mut body = response.text().await.unwrap_or_default();
            body.truncate(body.floor_char_boundary(ERROR_BYTES));
            return Err(ModelError::Refused { status: status.as_u16(), body });
        }
        let mut reading = Reading::new(request.stop, delta);
        let mut bytes = response.bytes_stream();
        while let Some(piece) = bytes.next().await {
            if reading.piece(&piece.map_err(connection)?)? {
                break;
            }
        }
        reading.finish()
    }
}

impl Model for OpenAi {
    fn generate<'a>(
        &'a self,
        request: Request<'a>,
        delta: &'a (dyn Fn(&str) + Send + Sync),
    ) -> ModelFuture<'a> {
        Box::pin(OpenAi::generate(self, request, delta))
    }
}

impl std::fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAi")
            .field("base", &self.base)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

fn connection(error: reqwest::Error) -> ModelError {
    // The URL may hold a key; the causes say enough.
    ModelError::Connection(error.without_url().into())
}

/// Whether a model takes stop sequences. Those that think first refuse them.
fn accepts_stop(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let thinks = ["o3", "o4", "gpt-5", "grok-"].iter().any(|prefix| name.starts_with(prefix));
    !thinks || name.starts_with("o3-mini")
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

/// A reply as it comes.
pub(crate) struct Reading<'a> {
    events: Events,
    stop: &'a [String],
    delta: &'a (dyn Fn(&str) + Send + Sync),
    content: String,
    usage: Option<TokenUsage>,
    /// The server has said that the text is complete.
    finished: bool,
    /// A stop sequence came that the server did not stop at.
    stopped: bool,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(stop: &'a [String], delta: &'a (dyn Fn(&str) + Send + Sync)) -> Reading<'a> {
        Reading {
            events: Events::default(),
            stop,
            delta,
            content: String::new(),
            usage: None,
            finished: false,
            stopped: false,
        }
    }

    /// Takes a piece of the stream; whether it was the last.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<bool, ModelError> {
        let complete = self
            .events
            .push(bytes)
            .map_err(|_| ModelError::Protocol("an event without an end".to_owned()))?;
        for data in complete {
            if data == "[DONE]" {
                self.finished = true;
                return Ok(true);
            }
            self.chunk(&data)?;
        }
        Ok(false)
    }

    fn chunk(&mut self, data: &str) -> Result<(), ModelError> {
        let chunk: Chunk = serde_json::from_str(data)
            .map_err(|error| ModelError::Protocol(format!("{error} in {data:.200}")))?;
        if let Some(error) = chunk.error {
            return Err(ModelError::Protocol(error.to_string()));
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(TokenUsage {
                input_tokens: usage.prompt_tokens,
                output_tokens: usage.completion_tokens,
            });
        }
        if let Some(choice) = chunk.choices.into_iter().next() {
            self.finished |= choice.finish_reason.is_some();
            if let Some(text) = choice.delta.content {
                self.text(&text);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.stopped || text.is_empty() {
            return;
        }
        let before = self.content.len();
        self.content.push_str(text);
        if let Some(end) = self.stop.iter().filter_map(|stop| self.content.find(stop)).min() {
            self.content.truncate(end);
            self.stopped = true;
        }
        // What comes before a stop sequence is part of the reply; a part of the sequence may have been
        // told already.
        if let Some(said) = self.content.get(before..).filter(|said| !said.is_empty()) {
            (self.delta)(said);
        }
    }

    pub(crate) fn finish(self) -> Result<Reply, ModelError> {
        if !self.finished {
            return Err(ModelError::Cut { received: self.content.len() });
        }
        Ok(Reply { content: self.content, usage: self.usage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use crate::model::{Message, Role};

    /// Serves one request with `response`, a few bytes at a time; returns the request.
    async fn serve(listener: TcpListener, response: String, size: usize) -> String {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = connection.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()
            });
            if length.is_none_or(|length: usize| body.len() >= length) {
                break;
            }
        }
        for piece in response.as_bytes().chunks(size) {
            connection.write_all(piece).await.unwrap();
            connection.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        String::from_utf8_lossy(&request).into_owned()
    }

    async fn ask(response: &str, size: usize) -> (Result<Reply, ModelError>, String, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let serving = tokio::spawn(serve(listener, response.to_owned(), size));
        let said = Mutex::new(String::new());
        let delta = |text: &str| said.lock().unwrap().push_str(text);
        let messages = [Message { role: Role::User, content: "hi".to_owned() }];
        let stop = ["</code>".to_owned()];
        let model = OpenAi::new(base, "some-model").with_key("k3y");
        let reply = Model::generate(&model, Request::new(&messages, &stop), &delta).await;
        let request = serving.await.unwrap();
        (reply, said.into_inner().unwrap(), request)
    }

    fn stream(events: &[&str]) -> String {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let events = events.iter().map(|data| format!("data: {data}\r\n\r\n"));
        head.to_owned() + &events.collect::<String>()
    }

    #[tokio::test]
    async fn a_reply_is_put_together_from_pieces_of_any_size() {
        let response = stream(&[
            r#"{"choices": [{"delta": {"role": "assistant", "content": ""}}]}"#,
            r#"{"choices": [{"delta": {"content": "Grüße, "}}]}"#,
            r#"{"choices": [{"delta": {"content": "Welt"}, "finish_reason": "stop"}]}"#,
            r#"{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}"#,
            "[DONE]",
        ]);
        for size in [1, 2, 3, 7, 1000] {
            let (reply, said, request) = ask(&response, size).await;
            let reply = reply.unwrap();
            assert_eq!(reply.content, "Grüße, Welt");
            assert_eq!(said, "Grüße, Welt");
            assert_eq!(reply.usage, Some(TokenUsage { input_tokens: 7, output_tokens: 3 }));
            assert!(request.starts_with("POST /v1/chat/completions"), "{request}");
            assert!(request.contains("authorization: Bearer k3y"), "{request}");
            assert!(request.contains(r#""stop":["</code>"]"#), "{request}");
        }
    }

    #[tokio::test]
    async fn text_after_a_stop_sequence_is_not_part_of_the_reply() {
        let response = stream(&[
            r#"{"choices": [{"delta": {"content": "<code>1</co"}}]}"#,
            r#"{"choices": [{"delta": {"content": "de> and more"}, "finish_reason": "stop"}]}"#,
            "[DONE]",
        ]);
        assert_eq!(ask(&response, 1000).await.0.unwrap().content, "<code>1");
    }

    #[tokio::test]
    async fn text_before_a_stop_sequence_is_told_though_they_come_together() {
        let response = stream(&[
            r#"{"choices": [{"delta": {"content": "<code>"}}]}"#,
            r#"{"choices": [{"delta": {"content": "1</code> and more"}, "finish_reason": "stop"}]}"#,
            "[DONE]",
        ]);
        let (reply, said, _) = ask(&response, 1000).await;
        assert_eq!((reply.unwrap().content, said), ("<code>1".to_owned(), "<code>1".to_owned()));
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_apart() {
        let refused = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 7\r\n\r\nno key!";
        let (reply, ..) = ask(refused, 1000).await;
        assert!(
            matches!(reply, Err(ModelError::Refused { status: 401, ref body }) if body == "no key!"),
            "{reply:?}"
        );
        let cut = stream(&[r#"{"choices": [{"delta": {"content": "half a"}}]}"#]);
        let (reply, ..) = ask(&cut, 1000).await;
        assert!(matches!(reply, Err(ModelError::Cut { received: 6 })), "{reply:?}");
        let (reply, ..) = ask(&stream(&["not JSON"]), 1000).await;
        assert!(matches!(reply, Err(ModelError::Protocol(_))), "{reply:?}");
        let (reply, ..) = ask(&stream(&[r#"{"error": {"message": "overloaded"}}"#]), 1000).await;
        assert!(reply.unwrap_err().to_string().contains("overloaded"));
    }

    #[test]
    fn models_that_think_first_refuse_stop_sequences() {
        for model in ["o3", "o4-mini", "openai/gpt-5.1", "grok-4"] {
            assert!(!accepts_stop(model), "{model}");
        }
        for model in ["gpt-4o", "o3-mini", "llama3.3", "Qwen/Qwen3"] {
            assert!(accepts_stop(model), "{model}");
        }
    }
}

//! What is said in recordings, by a server with OpenAI's interface for it.

use std::hash::BuildHasher as _;
use std::time::Duration;

use bytes::Bytes;
use fumehood::{CallContext, Tool, ToolError, ToolFuture, ToolInput, ToolLabels};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments;
use super::error::WebError;
use super::server::{self, Asked, Server};
use crate::egress::{
    Egress, EgressBuilder, EgressLimits, HttpCredential, HttpRequest, HttpResponse,
};
use crate::texts;

const OPENAI: &str = "https://api.openai.com/v1";
const KEY_VARIABLE: &str = "OPENAI_API_KEY";
/// Bytes of a form beside the recording.
const FORM: u64 = 16 << 10;
/// Bytes of a text that is given for a recording: some hundred hours of speech.
const TEXT: usize = 8 << 20;
/// Pieces of a recording that are given with their times.
const SEGMENTS: usize = 50_000;

/// Writes down what is said in a recording: `transcriber(audio, language=None, timestamps=False)`.
///
/// The recording is bytes: MP3, WAV, FLAC, OGG, MP4 (M4A) or WebM. The answer is the text, or with `timestamps` a list
/// of objects with `start` and `end`, in seconds, and `text`.
///
/// # Defaults
///
/// * the model `whisper-1` at OpenAI's server
/// * recordings of at most 25 MiB, which is how long OpenAI's may be
/// * 5 minutes for an answer; the time of the step counts as well
///
/// # Examples
///
/// ```no_run
/// use fumehood_tools::web::Transcriber;
///
/// # fn example(engine: &fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// // A server of one's own needs no key.
/// let transcriber = Transcriber::builder().url("http://localhost:8000/v1").model("large-v3").build()?;
/// let sandbox = fumehood::Sandbox::builder(engine).tool(transcriber).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Transcriber {
    server: Server,
    model: String,
    bytes: u64,
}

impl Transcriber {
    /// The name of the function.
    pub const NAME: &str = "transcriber";
    /// The environment variable in which the key usually is.
    pub const KEY_VARIABLE: &str = KEY_VARIABLE;

    /// Begins the configuration of a tool that writes down what is said.
    pub fn builder() -> TranscriberBuilder {
        TranscriberBuilder {
            url: None,
            key: None,
            model: "whisper-1".to_owned(),
            time: Duration::from_secs(300),
            bytes: 25 << 20,
            client: Egress::builder(),
        }
    }

    async fn transcribe(
        &self,
        context: &CallContext,
        audio: &Bytes,
        language: Option<&str>,
        timestamps: bool,
    ) -> Result<Value, ToolError> {
        if audio.len() as u64 > self.bytes {
            let (bytes, limit) = (audio.len(), self.bytes);
            return Err(ToolError::about_arguments(format!(
                "the recording has {bytes} bytes, and at most {limit} can be sent; cut it into pieces"
            )));
        }
        let format = Format::of(audio).ok_or_else(|| {
            let told =
                "the bytes are no recording that is known here: MP3, WAV, FLAC, OGG, MP4 or WebM";
            ToolError::about_arguments(told)
        })?;
        let mut form = Form::new();
        form.field("model", &self.model);
        if let Some(language) = language {
            form.field("language", language);
        }
        form.field("response_format", if timestamps { "verbose_json" } else { "json" });
        if timestamps {
            form.field("timestamp_granularities[]", "segment");
        }
        form.file("file", format, audio);
        let (content_type, body) = form.end();
        let request = HttpRequest::new("POST", self.server.url.as_str())
            .with_header("content-type", content_type)
            .with_header("accept", "application/json")
            .with_body(body);
        context.progress("sending the recording", None);
        let answer = self.server.ask(context, request).await;
        let answer =
            answer.map_err(|error| server::failed("the recording cannot be sent", &error))?;
        if !answer.is_success() {
            return Err(ToolError::new(refusal(&answer)));
        }
        let said = serde_json::from_slice::<Said>(&answer.body).map_err(|error| {
            ToolError::new(format!("what the server says is no transcript: {error}"))
        })?;
        match (timestamps, said.segments) {
            (false, _) => Ok(texts::cleaned(&said.text, TEXT).into()),
            (true, Some(segments)) => {
                Ok(segments.iter().take(SEGMENTS).map(Segment::value).collect())
            }
            (true, None) => {
                let told = "the server gives no times with this model; call without timestamps";
                Err(ToolError::new(told))
            }
        }
    }
}

/// What a server answers with.
#[derive(Deserialize)]
struct Said {
    text: String,
    segments: Option<Vec<Segment>>,
}

#[derive(Deserialize)]
struct Segment {
    start: f64,
    end: f64,
    text: String,
}

impl Segment {
    fn value(&self) -> Value {
        let text = texts::cleaned(self.text.trim(), TEXT);
        json!({"start": self.start, "end": self.end, "text": text})
    }
}

/// Why a server gives no transcript.
fn refusal(answer: &HttpResponse) -> String {
    let said = server::complaint(answer);
    let said = said.map_or_else(String::new, |said| format!(" (\"{said}\")"));
    match answer.status {
        401 | 403 => format!(
            "the server refuses the key{said}; trying again is of no use, as the operator has to look at it"
        ),
        404 => format!("the server knows no such model, or has no transcripts{said}"),
        413 => format!("the recording is too long for the server{said}; cut it into pieces"),
        429 => format!(
            "the server has had too much to do, or the account is used up{said}; try again in a minute"
        ),
        status => format!("the server answered with the status {status}{said}"),
    }
}

/// How a recording is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Flac,
    Mp3,
    Mp4,
    Ogg,
    Wav,
    WebM,
}

impl Format {
    /// What bytes say of themselves.
    fn of(bytes: &[u8]) -> Option<Format> {
        match bytes {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Format::Wav),
            [b'I', b'D', b'3', ..] => Some(Format::Mp3),
            // Eleven bits that say so, and a layer; without one it is AAC.
            [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some(Format::Mp3),
            [b'f', b'L', b'a', b'C', ..] => Some(Format::Flac),
            [b'O', b'g', b'g', b'S', ..] => Some(Format::Ogg),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Format::Mp4),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Format::WebM),
            _ => None,
        }
    }

    /// The name of a file, by which servers tell formats, and the media type.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Format::Flac => ("audio.flac", "audio/flac"),
            Format::Mp3 => ("audio.mp3", "audio/mpeg"),
            Format::Mp4 => ("audio.mp4", "audio/mp4"),
            Format::Ogg => ("audio.ogg", "audio/ogg"),
            Format::Wav => ("audio.wav", "audio/wav"),
            Format::WebM => ("audio.webm", "audio/webm"),
        }
    }
}

/// A form with a file, as `multipart/form-data`. Names and values are ours, an operator's, or checked before.
struct Form {
    /// Nobody can guess it, so no recording has it.
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    fn new() -> Form {
        let random = || std::hash::RandomState::new().hash_one(0);
        Form { boundary: format!("{:016x}{:016x}", random(), random()), body: Vec::new() }
    }

    fn part(&mut self, head: &str, bytes: &[u8]) {
        self.body.extend_from_slice(format!("--{}\r\n{head}\r\n\r\n", self.boundary).as_bytes());
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
    }

    fn field(&mut self, name: &str, value: &str) {
        self.part(&format!("content-disposition: form-data; name=\"{name}\""), value.as_bytes());
    }

    fn file(&mut self, name: &str, format: Format, bytes: &[u8]) {
        let (file, media_type) = format.names();
        let disposition = format!("form-data; name=\"{name}\"; filename=\"{file}\"");
        self.part(
            &format!("content-disposition: {disposition}\r\ncontent-type: {media_type}"),
            bytes,
        );
    }

    /// The type of the content, and the content.
    fn end(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }
}

impl Tool for Transcriber {
    fn name(&self) -> &str {
        Transcriber::NAME
    }

    fn description(&self) -> &str {
        "Writes down what is said in a recording: MP3, WAV, FLAC, OGG, MP4 or WebM, as bytes."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "audio": {
                    "type": "string",
                    "contentMediaType": "audio/*",
                    "description": "The bytes of the recording.",
                },
                "language": {
                    "type": ["string", "null"],
                    "pattern": "^[a-z]{2,3}$",
                    "default": null,
                    "description": "The language that is spoken, such as `en`; found out where it is not said.",
                },
                "timestamps": {
                    "type": "boolean",
                    "default": false,
                    "description": "Whether to give a list of dicts with `start` and `end`, in seconds, and `text`.",
                },
            },
            "required": ["audio"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({"description": "The text, or with `timestamps` its pieces."}))
    }

    /// Whoever speaks says what they like, and the recording goes to others.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let audio = input.attachment("/audio");
            let audio = audio.ok_or_else(|| ToolError::about_arguments("`audio` is no bytes"))?;
            let language = input.arguments.get("language").and_then(Value::as_str);
            let is_name = |language: &&str| {
                (2..=3).contains(&language.len())
                    && language.bytes().all(|byte| byte.is_ascii_lowercase())
            };
            if language.is_some_and(|language| !is_name(&language)) {
                let told = "`language` is the name of one, such as `en`";
                return Err(ToolError::about_arguments(told));
            }
            let timestamps = arguments::flag(&input.arguments, "timestamps");
            let said = self.transcribe(&input.context, &audio.bytes, language, timestamps).await?;
            Ok(said.into())
        })
    }
}

/// The configuration of a tool that writes down what is said; see [`Transcriber::builder`].
#[derive(Debug)]
#[must_use]
pub struct TranscriberBuilder {
    url: Option<String>,
    key: Option<SecretString>,
    model: String,
    time: Duration,
    bytes: u64,
    client: EgressBuilder,
}

impl TranscriberBuilder {
    /// Sets the server, as the address of its interface, such as `http://localhost:8000/v1`. It may be in a private
    /// network.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the key, which goes to the server alone. OpenAI's needs one.
    pub fn key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the model. The default is `whisper-1`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// Sets how long an answer may take. The default is 5 minutes.
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Sets how many bytes a recording may have. The default is 25 MiB.
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets the client: who looks names up, who is told of requests, which authorities are trusted. What it may
    /// reach, and its limits, are set by the tool.
    pub fn client(mut self, client: EgressBuilder) -> Self {
        self.client = client;
        self
    }

    /// Makes the tool.
    ///
    /// # Errors
    ///
    /// [`WebError`] if the address is none, or OpenAI's server is meant and there is no key for it
    pub fn build(self) -> Result<Transcriber, WebError> {
        let TranscriberBuilder { url, key, model, time, bytes, client } = self;
        let named = url.is_some();
        if !named && key.is_none() {
            return Err(WebError::NoKey { whose: "OpenAI", variable: KEY_VARIABLE });
        }
        let base = url.unwrap_or_else(|| OPENAI.to_owned());
        let url = format!("{}/audio/transcriptions", base.trim_end_matches('/'));
        let limits = EgressLimits::default()
            .with_time(time)
            .with_request_bytes(bytes.saturating_add(FORM))
            .with_redirects(0);
        let asked = Asked { url: &url, named, method: "POST", limits };
        let server = Server::new(client, &asked, |place| {
            let credential =
                key.map(|key| HttpCredential::new(place, "authorization", "Bearer ", key));
            Ok(credential.transpose()?)
        })?;
        Ok(Transcriber { server, model, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_say_what_they_are() {
        for (bytes, format) in [
            (&b"RIFF\x24\0\0\0WAVEfmt "[..], Some(Format::Wav)),
            (b"ID3\x04", Some(Format::Mp3)),
            (b"\xff\xfb\x90\x64", Some(Format::Mp3)),
            (b"\xff\xf1\x50\x80", None),
            (b"fLaC\0", Some(Format::Flac)),
            (b"OggS\0", Some(Format::Ogg)),
            (b"\0\0\0\x20ftypM4A ", Some(Format::Mp4)),
            (b"\x1a\x45\xdf\xa3", Some(Format::WebM)),
            (b"RIFF\x24\0\0\0AVI fmt ", None),
            (b"MZ", None),
            (b"", None),
        ] {
            assert_eq!(Format::of(bytes), format, "{bytes:?}");
        }
    }
}

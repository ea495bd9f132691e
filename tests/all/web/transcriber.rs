//! Recordings, by a server that speaks as OpenAI's does.

use fumehood::{Tool as _, ToolLabels};
use fumehood_tools::web::{Transcriber, TranscriberBuilder, WebError};
use serde_json::json;

use super::here;
use super::session;
use super::site::{Answer, Asked, Site};
use crate::{raised, repr};

/// A second of a recording, as code of the guest makes it.
const RECORD: &str = "
import io, wave
def record(frames):
    file = io.BytesIO()
    with wave.open(file, 'wb') as audio:
        audio.setnchannels(1); audio.setsampwidth(2); audio.setframerate(8000)
        audio.writeframes(b'\\x01\\x02' * frames)
    return file.getvalue()
";

fn hearing() -> Site {
    Site::serving(|asked: &Asked| {
        let said = asked.body();
        let is_verbose = said.contains("\r\n\r\nverbose_json\r\n");
        let segments = json!([
            {"id": 0, "start": 0.0, "end": 1.5, "text": " Turn left,", "avg_logprob": -0.2},
            {"id": 1, "start": 1.5, "end": 2.25, "text": " then right.\u{1b}[2J", "avg_logprob": -0.3},
        ]);
        match () {
            () if said.contains("\r\n\r\nxx\r\n") => {
                let error =
                    json!({"message": "Invalid language 'xx'.", "type": "invalid_request_error"});
                Answer::json(400, json!({"error": error}).to_string())
            }
            () if asked.header("authorization").is_none() => {
                let error = json!({"message": "You didn't provide an API key.", "code": null});
                Answer::json(401, json!({"error": error}).to_string())
            }
            () if is_verbose => {
                let answer = json!({"task": "transcribe", "language": "english", "duration": 2.25,
                                    "text": "Turn left, then right.", "segments": segments});
                Answer::json(200, answer.to_string())
            }
            () => Answer::json(200, json!({"text": "Turn left, then right."}).to_string()),
        }
    })
}

fn transcriber(site: &Site) -> TranscriberBuilder {
    Transcriber::builder().url(site.url("/v1/")).bytes(100_000).client(here())
}

#[tokio::test]
async fn a_recording_becomes_text() {
    let site = hearing();
    let mut session = session(transcriber(&site).key("s3cret-key").build().unwrap()).await;
    session.run(RECORD).await.unwrap();
    for (code, told) in [
        ("transcriber(record(8000))", "'Turn left, then right.'"),
        ("transcriber(audio=record(8000), language='en')", "'Turn left, then right.'"),
        (
            "transcriber(record(8000), timestamps=True)",
            "[{'start': 0.0, 'end': 1.5, 'text': 'Turn left,'}, {'start': 1.5, 'end': 2.25, 'text': 'then right.[2J'}]",
        ),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    let asked = site.asked();
    assert_eq!(asked[0].line, "POST /v1/audio/transcriptions");
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret-key"));
    let boundary = asked[1]
        .header("content-type")
        .unwrap()
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = asked[1].body();
    let parts = body.split(&format!("--{boundary}")).collect::<Vec<_>>();
    assert_eq!(parts.len(), 6, "{parts:?}");
    assert_eq!(parts[1], "\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n");
    assert_eq!(parts[2], "\r\ncontent-disposition: form-data; name=\"language\"\r\n\r\nen\r\n");
    let file = "\r\ncontent-disposition: form-data; name=\"file\"; filename=\"audio.wav\"\r\ncontent-type: audio/wav\r\n\r\nRIFF";
    assert!(parts[4].starts_with(file), "{}", &parts[4][..100]);
    assert_eq!(parts[5], "--\r\n");
    assert!(asked[1].body.windows(4).any(|bytes| bytes == [1, 2, 1, 2]));
}

#[tokio::test]
async fn what_is_no_recording_and_what_the_server_refuses_is_told_apart() {
    let site = hearing();
    let mut session = session(transcriber(&site).build().unwrap()).await;
    session.run(RECORD).await.unwrap();
    for (code, told) in [
        ("transcriber(b'MZ...')", "the bytes are no recording that is known here"),
        ("transcriber(b'')", "the bytes are no recording"),
        ("transcriber('talk.mp3')", "audio: bytes are wanted (audio/*)"),
        ("transcriber(record(60_000))", "has 120044 bytes, and at most 100000 can be sent; cut it"),
        ("transcriber(record(8), language='English')", "language"),
        (
            "transcriber(record(8))",
            "the server refuses the key (\"You didn't provide an API key.\")",
        ),
        ("transcriber(record(8), language='xx')", "the status 400 (\"Invalid language 'xx'.\")"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
    for (status, body, told) in [
        (413, "", "the recording is too long for the server; cut it into pieces"),
        (429, "", "the server has had too much to do"),
        (
            404,
            r#"{"detail": "no model"}"#,
            "the server knows no such model, or has no transcripts (\"no model\")",
        ),
        (200, "Turn left", "what the server says is no transcript"),
        (200, r#"{"text": "a"}"#, "gives no times with this model"),
    ] {
        let site = Site::saying(status, "application/json", body);
        let mut session = super::session(transcriber(&site).build().unwrap()).await;
        session.run(RECORD).await.unwrap();
        let code = "transcriber(record(8), timestamps=True)";
        let exception = raised(session.run(code).await.unwrap());
        assert!(exception.message.contains(told), "{status}: {}", exception.message);
    }
}

#[test]
fn the_server_of_openai_needs_a_key() {
    assert!(matches!(Transcriber::builder().build(), Err(WebError::NoKey { .. })));
    let tool = Transcriber::builder().key("s3cret-key").build().unwrap();
    assert!(!format!("{tool:?}").contains("s3cret-key"));
    assert_eq!(tool.labels(), ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS));
}

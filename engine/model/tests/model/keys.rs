//! A key is sent to the server, and found nowhere else. What is traced is in `traced.rs`.

use std::error::Error;
use std::fmt::Write as _;

use fumehood_model::{
    ApiModel, Finish, Message, Provider, ProviderError, Recorder, Request, Retry, Wire, providers,
};

use crate::ask;
use crate::server::{Answer, Server};

/// It has letters in it that JSON and URLs write in another way.
const KEY: &str = "sk-S3cr3t/+\"7890123456";
const PARTS: [&str; 3] = ["S3cr3t", "7890123456", "sk-S"];

#[track_caller]
fn assert_hidden(text: &str) {
    for part in PARTS {
        assert!(!text.contains(part), "{part} is in {text}");
    }
}

/// All that an error says in any way.
fn everything(error: &impl Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, " {error} {error:?}").unwrap();
        source = error.source();
    }
    text
}

/// Answers in which a server echoes the key, in each of its forms, in every place where errors are made of
/// what servers say.
fn echoes() -> Vec<Answer> {
    let in_json = serde_json::to_string(KEY).unwrap();
    let in_url = "sk-S3cr3t%2F%2B%227890123456";
    let error =
        format!(r#"{{"error": {{"message": {in_json}, "type": {in_json}, "at": "{in_url}"}}}}"#);
    let padded = format!("{}{KEY}", "x".repeat(64 * 1024 - 10));
    vec![
        Answer::refusal("401 Unauthorized", KEY),
        Answer::refusal("401 Unauthorized", error.as_str()),
        Answer::refusal("400 Bad Request", format!("{}{KEY}", "x".repeat(1990))),
        Answer::refusal("400 Bad Request", padded),
        Answer::refusal("400 Bad Request", KEY.repeat(10_000)),
        Answer::refusal("302 Found", KEY).header("location", &format!("http://127.0.0.1:1/?key={in_url}")),
        Answer::ok(error.as_str()),
        Answer::ok(format!("<html>{KEY}</html>")),
        Answer::ok(format!("<html>{}{KEY}</html>", "x".repeat(185))),
        Answer::events([error.as_str()]),
        Answer::events([KEY]),
        Answer::events([format!(r#"{{"choices": {in_json}, "candidates": {in_json}, "type": {in_json}, "delta": {in_json}}}"#).as_str()]),
        Answer::events([format!(r#"{{"choices": "{}", "x": {in_json}}}"#, "y".repeat(175)).as_str()]),
        Answer::events([format!(r#"{{"promptFeedback": {{"blockReason": {in_json}, "blockReasonMessage": {in_json}}}, "error": {in_json}}}"#).as_str()]),
        Answer::ok("x").header("content-encoding", "sk-S3cr3t/+\"7890123456"),
    ]
}

#[tokio::test]
async fn a_key_that_a_server_echoes_is_in_no_error() {
    for answer in echoes() {
        for name in ["openai", "anthropic", "gemini", "azure"] {
            let server = Server::start([answer.clone()]).await;
            let provider = Provider::named(name).unwrap();
            let model = ApiModel::of(provider, &server.base(), "m").unwrap().with_key(KEY).unwrap();
            let (reply, told) = ask(&model, &Request::new([Message::user("Hi")])).await;
            match reply {
                Err(error) => assert_hidden(&everything(&error)),
                // Not an echo that this wire looks at.
                Ok(reply) => assert_eq!(reply.finish, Finish::Stop, "{name}: {told:?}"),
            }
            let (_, told) = ask(&Retry::new(model).with_retries(0), &Request::default()).await;
            assert_hidden(&told.join(" "));
        }
    }
}

#[tokio::test]
async fn a_key_is_sent_in_the_header_of_its_provider() {
    for provider in providers() {
        let server = Server::start([Answer::refusal("400 Bad Request", "")]).await;
        let model = ApiModel::of(provider, &server.base(), "m").unwrap();
        // As it comes out of a file.
        let model = model.with_key(" key-123\n").unwrap();
        ask(&model, &Request::new([Message::user("Hi")])).await.0.unwrap_err();
        let head = server.asked().remove(0).head;
        let header = match provider.name {
            "anthropic" => "x-api-key: key-123\r\n",
            "gemini" => "x-goog-api-key: key-123\r\n",
            "azure" => "api-key: key-123\r\n",
            _ => "authorization: bearer key-123\r\n",
        };
        assert!(head.contains(header), "{}: {head}", provider.name);
        let (first, _) = head.split_once("\r\n").unwrap();
        assert!(!first.contains("key-123"), "{first}");
        assert!(!server.asked()[0].body.to_string().contains("key-123"));
    }
}

#[tokio::test]
async fn a_model_shows_neither_its_key_nor_a_password_in_its_address() {
    let base = "https://me:S3cr3t@example.com/v1?key=7890123456";
    let model = ApiModel::at(Wire::OpenAi, base, "m").unwrap().with_key(KEY).unwrap();
    let model = model.with_header("x-proxy-auth", KEY).unwrap();
    assert_hidden(&format!("{model:?} {model:#?}"));
    assert_eq!(fumehood_model::Model::description(&model).provider, "example.com");
    let retry = Retry::new(model);
    assert_hidden(&format!("{retry:?}"));
}

#[test]
fn a_key_that_no_header_can_hold_is_refused_and_not_shown() {
    let model = || ApiModel::at(Wire::OpenAi, "http://localhost/v1", "m").unwrap();
    for key in ["sk-S3cr3t\n7890123456", "S3cr3t\u{0}7890123456"] {
        let error = model().with_key(key).unwrap_err();
        assert!(matches!(error, ProviderError::Header { .. }));
        assert_hidden(&everything(&error));
    }
    let error = model().with_header("no name", KEY).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the header `no name` cannot be sent: it holds what no header can hold"
    );
}

#[tokio::test]
async fn a_recording_has_no_key_even_if_somebody_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replies.jsonl");
    let server = Server::start([Answer::text(&format!("The key is {KEY}."))]).await;
    let model = server.model(Wire::OpenAi).with_key(KEY).unwrap();
    let model = Recorder::create(model, &path).unwrap().hiding(KEY);
    let request = Request::new([Message::user(format!("My key is {KEY}."))]);
    ask(&model, &request).await.0.unwrap();
    let recorded = std::fs::read_to_string(&path).unwrap();
    assert!(recorded.contains("The key is [hidden]."), "{recorded}");
    assert_hidden(&recorded);
    assert_hidden(&format!("{model:?}"));
}

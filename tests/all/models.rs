//! The command with models behind HTTP: which server is asked, and with which key.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread::{self, JoinHandle};

use serde_json::json;

use crate::command::fumehood;

/// Answers one request after the other with these; returns the heads of the requests, in small letters.
fn server(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        let answer = |answer: &String| {
            let (mut connection, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(connection.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            connection.write_all(answer.as_bytes()).unwrap();
            head
        };
        answers.iter().map(answer).collect()
    });
    (base, serving)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\nretry-after-ms: 1\r\n\r\n{body}")
}

const CODE: &str = "<code>final_answer(6 * 7)";

fn openai() -> String {
    let said = json!({"choices": [{"delta": {"content": CODE}, "finish_reason": "stop"}]});
    answer("200 OK", &format!("data: {said}\n\ndata: [DONE]\n\n"))
}

fn anthropic() -> String {
    let message = json!({"type": "message", "content": [{"type": "text", "text": CODE}], "stop_reason": "end_turn"});
    answer("200 OK", &message.to_string())
}

fn stdout(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_model_without_a_provider_is_at_the_given_address() {
    let (base, serving) = server(vec![openai(), openai()]);
    let run = ["run", "x", "--model", "openai/gpt-oss-120b"];
    let mut command = fumehood(&run);
    let command = command.args(["--api-base", &base]).env("OPENAI_API_KEY", "s3cr3t-1");
    assert_eq!(stdout(command), "42\n");
    let mut command = fumehood(&["run", "x", "--model", "some-model", "--api-key", "s3cr3t-2"]);
    assert_eq!(stdout(command.env("OPENAI_API_BASE", &base)), "42\n");
    let heads = serving.join().unwrap();
    for (head, key) in heads.iter().zip(["s3cr3t-1", "s3cr3t-2"]) {
        assert!(head.starts_with("post /v1/chat/completions"), "{head}");
        assert!(head.contains(&format!("authorization: bearer {key}\r\n")), "{head}");
    }
}

#[test]
fn a_providers_model_is_asked_in_its_language_with_its_key() {
    let (base, serving) = server(vec![anthropic()]);
    let mut command = fumehood(&["run", "x", "--model", "anthropic:some-model"]);
    let command = command.args(["--api-base", &base]).env("ANTHROPIC_API_KEY", "s3cr3t-1");
    // Those of another provider are not for this one.
    let command =
        command.env("OPENAI_API_KEY", "other").env("OPENAI_API_BASE", "http://127.0.0.1:1");
    assert_eq!(stdout(command), "42\n");
    let heads = serving.join().unwrap();
    assert!(heads[0].starts_with("post /v1/messages"), "{}", heads[0]);
    assert!(heads[0].contains("x-api-key: s3cr3t-1\r\n"), "{}", heads[0]);
}

#[test]
fn a_failure_that_may_pass_is_tried_again_and_replies_can_be_recorded() {
    let (base, serving) = server(vec![answer("503 Busy", "s3cr3t-1 is welcome later"), openai()]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replies.jsonl");
    let mut command = fumehood(&["run", "x", "--model", "m", "--api-key", "s3cr3t-1"]);
    let command = command.args(["--api-base", &base, "--record"]).arg(&path);
    assert_eq!(stdout(command), "42\n");
    assert_eq!(serving.join().unwrap().len(), 2);
    let model = format!("replay:{}", path.display());
    assert_eq!(stdout(&mut fumehood(&["run", "x", "--model", &model])), "42\n");
    let other = fumehood(&["run", "another task", "--model", &model]).output().unwrap();
    let shown = String::from_utf8_lossy(&other.stderr);
    assert_eq!(other.status.code(), Some(4), "{shown}");
    assert!(shown.contains("message 2, which begins with \"New task:\\nanother task\""), "{shown}");
}

#[test]
fn what_is_missing_is_said() {
    for (model, said) in [
        ("gpt-4o", "`gpt-4o` does not begin with a provider"),
        ("xai:grok-4", "xai needs a key, in the environment variable XAI_API_KEY for instance"),
        ("azure:x", "azure has no address of its own"),
        ("replay:/nowhere", "the recording `/nowhere` cannot be used"),
    ] {
        let output = fumehood(&["run", "x", "--model", model]).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{shown}");
        assert!(shown.contains(said), "{shown}");
    }
}

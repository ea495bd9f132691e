//! Traces that the command sends to a collector, which is a server here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::command::fumehood;

/// A request: its head in small letters, and its body.
type Received = (String, Vec<u8>);

/// A server that keeps what it is sent, and answers with a status.
struct Collector {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

fn read(connection: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

impl Collector {
    fn answering(status: &'static str) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                if let Some(request) = read(&connection) {
                    kept.lock().unwrap().push(request);
                    let answer = format!(
                        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
                    );
                    connection.write_all(answer.as_bytes()).ok();
                }
            }
        });
        Collector { address, received }
    }

    fn spans(&self) -> Spans {
        let mut spans = Vec::new();
        for (_, body) in self.received.lock().unwrap().iter() {
            let body: Value = serde_json::from_slice(body).unwrap();
            for resource in body["resourceSpans"].as_array().unwrap() {
                for scope in resource["scopeSpans"].as_array().unwrap() {
                    spans.extend(scope["spans"].as_array().unwrap().iter().cloned());
                }
            }
        }
        spans.sort_by_key(|span| {
            span["startTimeUnixNano"].as_str().unwrap().parse::<u128>().unwrap()
        });
        Spans(spans)
    }

    fn everything(&self) -> String {
        let received = self.received.lock().unwrap();
        received.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect()
    }
}

struct Spans(Vec<Value>);

impl Spans {
    fn tree(&self) -> String {
        let mut tree = String::new();
        self.add("", 0, &mut tree);
        tree
    }

    fn add(&self, parent: &str, depth: usize, tree: &mut String) {
        let id = |span: &Value, name: &str| span[name].as_str().unwrap_or_default().to_owned();
        for span in self.0.iter().filter(|span| id(span, "parentSpanId") == parent) {
            let kind = attribute(span, "openinference.span.kind");
            let (name, indent) = (span["name"].as_str().unwrap(), "  ".repeat(depth));
            tree.push_str(&format!("{indent}{name} {}\n", kind.as_str().unwrap()));
            self.add(&id(span, "spanId"), depth + 1, tree);
        }
    }

    fn named(&self, name: &str) -> Vec<&Value> {
        self.0.iter().filter(|span| span["name"] == name).collect()
    }
}

/// The value of an attribute, as plain JSON.
fn attribute(span: &Value, name: &str) -> Value {
    fn plain(value: &Value) -> Value {
        let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "intValue" => {
                value.as_str().map_or(value.clone(), |text| json!(text.parse::<i64>().unwrap()))
            }
            "arrayValue" => value["values"].as_array().unwrap().iter().map(plain).collect(),
            _ => value.clone(),
        }
    }
    let attributes = span["attributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["key"] == name);
    found.map_or(Value::Null, |attribute| plain(&attribute["value"]))
}

/// The command with a collector, which takes JSON.
fn traced(arguments: &[&str], collector: &str) -> Command {
    let mut command = fumehood(arguments);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    command
}

/// A recording with these replies, and the name of its model.
fn recorded(folder: &tempfile::TempDir, replies: &[Value]) -> String {
    let path = folder.path().join("replies.jsonl");
    let lines = replies.iter().map(|reply| format!("{reply}\n")).collect::<String>();
    std::fs::write(&path, lines).unwrap();
    format!("replay:{}", path.display())
}

const STEP: &str = "  STEP CHAIN\n    MODEL LLM\n    python_interpreter TOOL\n";

#[test]
fn a_run_is_a_tree_of_spans_without_what_was_said() {
    let collector = Collector::answering("200 OK");
    let output = traced(&["demo"], &collector.address).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let spans = collector.spans();
    let mut expected = "CodeAgent.run AGENT\n".to_owned();
    for (number, tools) in [(1, 0), (2, 0), (3, 0), (4, 2), (5, 2)] {
        expected +=
            &STEP.replace("STEP", &format!("Step {number}")).replace("MODEL", "<text>.generate");
        expected += &"      island_position TOOL\n".repeat(tools);
    }
    assert_eq!(spans.tree(), expected);
    let traces = spans.0.iter().map(|span| &span["traceId"]).collect::<Vec<_>>();
    assert!(traces.iter().all(|trace| trace == &traces[0]));

    let run = spans.named("CodeAgent.run")[0];
    assert_eq!(attribute(run, "gen_ai.operation.name"), "invoke_agent");
    assert_eq!(attribute(run, "smolagents.max_steps"), 20);
    assert_eq!(attribute(run, "smolagents.tools_names"), json!(["island_position"]));
    assert_eq!(attribute(run, "fumehood.state"), "success");
    let failed = spans.named("python_interpreter")[1];
    assert_eq!(attribute(failed, "error.type"), "KeyError");
    assert_eq!(failed["status"]["code"], 2);
    assert_eq!(failed["status"]["message"], "the code raised KeyError");
    let tool = spans.named("island_position")[0];
    assert_eq!(attribute(tool, "gen_ai.tool.name"), "island_position");
    assert_eq!(attribute(tool, "tool.name"), "island_position");
    for span in spans.named("python_interpreter") {
        for figure in ["fuel", "wall_us", "cpu_us", "memory_bytes"] {
            let value = attribute(span, &format!("fumehood.{figure}"));
            assert!(value.as_i64().is_some_and(|value| value > 0), "{figure}: {value}");
        }
        assert_eq!(attribute(span, "fumehood.rolled_back"), false);
    }
    // Digits alone would be found in times and identifiers as well, now and then.
    for hidden in ["There are 344 birds", "read_csv", "4716.0", "heaviest", "-64.8"] {
        assert!(!collector.everything().contains(hidden), "{hidden}");
    }
    let (head, body) = collector.received.lock().unwrap()[0].clone();
    assert!(head.starts_with("post /v1/traces "), "{head}");
    assert!(String::from_utf8_lossy(&body).contains("\"stringValue\": \"fumehood\""));
}

#[test]
fn what_was_said_is_in_the_spans_if_that_is_asked_for() {
    let collector = Collector::answering("200 OK");
    let folder = tempfile::tempdir().unwrap();
    let said = "Thought: easy.\n<code>\nfinal_answer(6 * 7)\n</code>";
    let reply = json!({"content": said, "input_tokens": 1200, "output_tokens": 34});
    let model = recorded(&folder, &[reply]);
    let mut command = traced(&["run", "Six times seven?", "--model", &model], &collector.address);
    command.env("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true");
    command.env("OTEL_SERVICE_NAME", "tests").env("OTEL_RESOURCE_ATTRIBUTES", "team=blue");
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=s3cr3t");
    assert!(command.status().unwrap().success());
    let spans = collector.spans();
    let model = spans.0.iter().find(|span| attribute(span, "openinference.span.kind") == "LLM");
    let model = model.unwrap();
    assert_eq!(model["kind"], 3);
    for (name, value) in [
        ("gen_ai.operation.name", json!("chat")),
        ("gen_ai.provider.name", json!("replay")),
        ("llm.provider", json!("replay")),
        ("gen_ai.usage.input_tokens", json!(1200)),
        ("llm.token_count.prompt", json!(1200)),
        ("gen_ai.usage.output_tokens", json!(34)),
        ("llm.token_count.total", json!(1234)),
        ("gen_ai.response.finish_reasons", json!(["stop"])),
        ("llm.input_messages.0.message.role", json!("system")),
        ("llm.output_messages.0.message.role", json!("assistant")),
    ] {
        assert_eq!(attribute(model, name), value, "{name}");
    }
    let said = attribute(model, "llm.output_messages.0.message.content");
    assert!(said.as_str().unwrap().contains("final_answer(6 * 7)"), "{said}");
    let run = spans.named("CodeAgent.run")[0];
    assert_eq!(attribute(run, "smolagents.task"), "Six times seven?");
    assert_eq!(attribute(run, "output.value"), "42");
    assert_eq!(attribute(run, "llm.token_count.completion"), 34);
    let ran = spans.named("python_interpreter")[0];
    assert_eq!(attribute(ran, "input.value"), "final_answer(6 * 7)");
    let (head, body) = collector.received.lock().unwrap()[0].clone();
    assert!(head.contains("x-key: s3cr3t\r\n"), "{head}");
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("\"tests\"") && body.contains("\"blue\"") && !body.contains("s3cr3t"));
}

#[test]
fn protobuf_is_what_is_sent_without_another_word() {
    let collector = Collector::answering("200 OK");
    let mut command = fumehood(&["demo"]);
    let traces = format!("{}/here", collector.address);
    command.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces);
    command.env("OTEL_EXPORTER_OTLP_COMPRESSION", "none");
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(!shown.contains("fumehood:"), "{shown}");
    let (head, _) = collector.received.lock().unwrap()[0].clone();
    assert!(head.starts_with("post /here "), "{head}");
    assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    assert!(collector.everything().contains("CodeAgent.run"));
}

#[test]
fn a_collector_that_is_down_slow_or_unwilling_changes_nothing_of_the_run() {
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It takes connections, and never answers.
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let unwilling = Collector::answering("401 No");
    let plain = fumehood(&["demo"]).output().unwrap();
    for (address, reason) in [
        (format!("http://user:s3cr3t@{down}"), "the collector cannot be reached ("),
        (format!("http://{}", slow.local_addr().unwrap()), "the collector is too slow"),
        (unwilling.address.clone(), "the collector answered 401"),
    ] {
        let output = traced(&["demo"], &address).output().unwrap();
        assert_eq!((output.status, &output.stdout), (plain.status, &plain.stdout));
        let shown = String::from_utf8_lossy(&output.stderr);
        let last = shown.lines().last().unwrap();
        assert!(
            last.starts_with("fumehood: 20 spans were not sent: ") && last.contains(reason),
            "{last}"
        );
        assert_eq!(shown.matches("fumehood: ").count(), 1, "{shown}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[test]
fn nothing_is_sent_if_that_is_not_wanted_or_cannot_be() {
    for (name, value, said) in [
        ("OTEL_SDK_DISABLED", "true", None),
        ("OTEL_TRACES_EXPORTER", "none", None),
        ("OTEL_TRACES_SAMPLER", "always_off", None),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", Some("http/protobuf or http/json, and not `grpc`")),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", Some("a number of milliseconds, and not `soon`")),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not an address", Some("no traces are sent: ")),
    ] {
        let collector = Collector::answering("200 OK");
        let output = traced(&["demo"], &collector.address).env(name, value).output().unwrap();
        assert!(output.status.success());
        let shown = String::from_utf8_lossy(&output.stderr);
        assert_eq!(shown.contains("no traces are sent"), said.is_some(), "{name}: {shown}");
        assert!(shown.contains(said.unwrap_or_default()), "{name}: {shown}");
        assert!(collector.received.lock().unwrap().is_empty(), "{name}");
    }
}

/// A model's server that does this with the one request that it gets.
fn server(answer: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        read(&connection);
        answer(connection);
    });
    base
}

#[test]
fn a_run_that_fails_is_sent_with_the_reason() {
    let collector = Collector::answering("200 OK");
    let base = server(|mut connection| {
        let refusal = "HTTP/1.1 400 No\r\nconnection: close\r\n\r\nnot with a Private task";
        connection.write_all(refusal.as_bytes()).unwrap();
    });
    let arguments =
        ["run", "a Private task", "--model", "m", "--api-base", &base, "--api-key", "s3cr3t"];
    let output = traced(&arguments, &collector.address).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let spans = collector.spans();
    assert_eq!(spans.tree(), "CodeAgent.run AGENT\n  Step 1 CHAIN\n    m.generate LLM\n");
    for span in &spans.0 {
        let status = json!({"code": 2, "message": "the model's server answered 400"});
        assert_eq!(span["status"], status);
        assert_eq!(attribute(span, "error.type"), "400");
    }
    for hidden in ["Private", "s3cr3t"] {
        assert!(!collector.everything().contains(hidden), "{hidden}");
    }
}

#[test]
fn a_run_that_is_interrupted_is_sent_as_far_as_it_came() {
    let collector = Collector::answering("200 OK");
    let (asked, waiting) = std::sync::mpsc::channel();
    // The model never answers.
    let base = server(move |connection| {
        asked.send(connection).unwrap();
    });
    let arguments = ["run", "x", "--model", "m", "--api-base", &base, "--api-key", "k"];
    let mut command = traced(&arguments, &collector.address);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _connection = waiting.recv_timeout(Duration::from_secs(120)).unwrap();
    // As people do it: again, as long as it does not end.
    while child.try_wait().unwrap().is_none() {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let tree = collector.spans().tree();
    assert_eq!(tree, "CodeAgent.run AGENT\n  Step 1 CHAIN\n    m.generate LLM\n");
}

//! The official server that has everything, and Python's client.
//!
//! Both are fetched from package registries, with `scripts/mcp-peers`, into the folder for what tests make. Where there
//! is no npm, or no `venv` for Python, which nothing else needs, these tests say that they were not run; where the
//! registries cannot be reached, `FUMEHOOD_TEST_WITHOUT_PEERS=1` has them do the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fumehood_tools::mcp::{
    Elicit, Elicitation, ElicitationAnswer, HostFuture, Sample, Sampled, Sampling,
};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::{call, settings, start};
use crate::{builder, repr};

/// Whether a program is there, and does this.
fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Where the peers are; nothing if they are not wanted, or there is nothing to run them with.
fn peers() -> Option<PathBuf> {
    if !works("npm", &["--version"]) || !works("python3", &["-c", "import ensurepip, venv"]) {
        eprintln!("NOT RUN: there is no npm, or no venv for Python, for the peers of MCP");
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp-peers");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/mcp-peers");
    let fetched = Command::new(script).arg(&folder).stdout(Stdio::null()).status();
    if fetched.is_ok_and(|status| status.success()) {
        return Some(folder);
    }
    if std::env::var_os("FUMEHOOD_TEST_WITHOUT_PEERS").is_some() {
        eprintln!("NOT RUN: the peers of MCP could not be fetched");
        return None;
    }
    panic!(
        "the peers of MCP could not be fetched; see above why, or set FUMEHOOD_TEST_WITHOUT_PEERS=1 to leave these \
         tests out"
    )
}

fn everything(folder: &Path) -> PathBuf {
    folder.join("node_modules/@modelcontextprotocol/server-everything/dist/index.js")
}

/// Whoever is asked.
struct Asked;

impl Elicit for Asked {
    fn elicit(&self, question: Elicitation) -> HostFuture<'_, ElicitationAnswer> {
        Box::pin(async move {
            let required = question.schema["required"].as_array().cloned().unwrap_or_default();
            let content = required.iter().filter_map(Value::as_str);
            let content =
                content.map(|name| (name.to_owned(), json!("Ada"))).collect::<Map<_, _>>();
            ElicitationAnswer::Accept(content)
        })
    }
}

impl Sample for Asked {
    fn sample(&self, asked: Sampling) -> HostFuture<'_, Result<Sampled, String>> {
        Box::pin(async move {
            let text = format!("heard: {}", asked.messages[0].text);
            Ok(Sampled { model: "parrot".to_owned(), text, cut: false })
        })
    }
}

/// Arguments for each tool, and what its answer has to contain.
fn calls() -> Vec<(&'static str, Value, &'static str)> {
    let gzip = json!({"data": "data:text/plain,hello", "outputType": "resource"});
    vec![
        ("echo", json!({"message": "hi"}), "Echo: hi"),
        (
            "get_annotated_message",
            json!({"messageType": "error", "includeImage": true}),
            "image/png",
        ),
        ("get_env", json!({}), "PATH"),
        ("get_resource_links", json!({"count": 2}), "demo://resource/dynamic"),
        ("get_resource_reference", json!({"resourceType": "Blob", "resourceId": 2}), "media_type"),
        ("get_roots_list", json!({}), "file:///srv/data"),
        ("get_structured_content", json!({"location": "Chicago"}), "temperature"),
        ("get_sum", json!({"a": 1, "b": 2}), "The sum of 1 and 2 is 3"),
        ("get_tiny_image", json!({}), "image/png"),
        ("gzip_file_as_resource", gzip, "application/gzip"),
        ("toggle_simulated_logging", json!({}), "simulated"),
        ("toggle_subscriber_updates", json!({}), "simulated"),
        ("trigger_elicitation_request", json!({}), "Ada"),
        ("trigger_long_running_operation", json!({"duration": 0.2, "steps": 2}), "completed"),
        ("trigger_sampling_request", json!({"prompt": "2 + 2?"}), "heard: "),
        ("list_resources", json!({}), "demo://resource/static"),
        ("read_resource", json!({"uri": "demo://resource/dynamic/text/1"}), "plaintext"),
        ("list_prompts", json!({}), "simple-prompt"),
        ("get_prompt", json!({"name": "args-prompt", "arguments": {"city": "Paris"}}), "Paris"),
    ]
}

/// Calls every tool of a server that has everything.
async fn call_everything(mut server: Value) {
    server["prompts"] = json!(true);
    let mut settings = settings();
    settings.roots = Some(vec![("data".to_owned(), "/srv/data".into())]);
    settings.elicit = Some(Arc::new(Asked));
    settings.sample = Some(Arc::new(Asked));
    let servers = start(&json!({"every": server}), settings).await.unwrap();
    assert!(servers.left_out().is_empty(), "{:?}", servers.left_out());
    let mut uncalled =
        servers.tools().iter().map(|tool| tool.name().to_owned()).collect::<BTreeSet<_>>();
    for (name, arguments, told) in calls() {
        let name = format!("every_{name}");
        let output = call(&servers, &name, arguments)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(output.value.to_string().contains(told), "{name}: {}", output.value);
        assert!(uncalled.remove(&name), "{name} was called twice");
    }
    // It wants to be called in a way that the protocol has given up since.
    let research = "every_simulate_research_query";
    if uncalled.remove(research) {
        let error = call(&servers, research, json!({"topic": "x"})).await.unwrap_err().to_string();
        assert!(error.contains("requires task augmentation"), "{error}");
    }
    assert_eq!(uncalled, BTreeSet::new());
    let tools = servers.tools().into_iter();
    let sandbox = tools.fold(builder(), |builder, tool| builder.shared_tool(tool)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code =
        "every_get_structured_content('New York')['humidity'] + len(every_get_resource_links(3))";
    let sum = repr(session.run(code).await.unwrap()).parse::<f64>().unwrap();
    assert!(sum > 4.0, "{sum}");
    // Pillow does not take this picture, one part of which does not have the checksum that it says.
    let picture = session.run("every_get_tiny_image()[1][:4]").await.unwrap();
    assert_eq!(repr(picture), "b'\\x89PNG'");
    servers.close().await;
}

#[tokio::test]
async fn every_tool_of_the_server_that_has_everything_can_be_called() {
    let Some(folder) = peers() else { return };
    call_everything(json!({"command": "node", "args": [everything(&folder), "stdio"]})).await;
}

#[tokio::test]
async fn every_tool_of_that_server_can_be_called_over_http() {
    let Some(folder) = peers() else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = tokio::process::Command::new("node");
    server.arg(everything(&folder)).arg("streamableHttp").env("PORT", port.to_string());
    server.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut server = server.spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains("listening") {
            break;
        }
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    call_everything(json!({"url": format!("http://127.0.0.1:{port}/mcp")})).await;
}

/// Has Python's client call every tool of ours.
async fn call_ours(folder: &Path, arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/all/mcp/client.py");
    let mut python = tokio::process::Command::new(folder.join("venv/bin/python"));
    python.arg(script).args(arguments).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(300), python.output()).await;
    let output = output.expect("it has not ended").unwrap();
    let (told, wrong) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{wrong}");
    assert!(told.ends_with("every tool was called\n"), "{told}\n{wrong}");
}

/// A folder with an agent that knows what to say.
fn agent(folder: &Path) -> PathBuf {
    let agent = folder.join("adder");
    std::fs::create_dir_all(&agent).unwrap();
    let file = "version = 1\nname = \"adder\"\ndescription = \"Adds.\"\nmodel = \"replay:replies.jsonl\"\n";
    std::fs::write(agent.join("agent.toml"), file).unwrap();
    let reply =
        json!({"content": "Thought: easy\n<code>\nprint('adding')\nfinal_answer(2 + 2)\n</code>"});
    std::fs::write(agent.join("replies.jsonl"), format!("{reply}\n")).unwrap();
    agent
}

#[tokio::test]
async fn every_tool_of_ours_can_be_called_by_the_client_of_python() {
    let Some(peers) = peers() else { return };
    crate::image();
    for mode in ["legacy", "auto"] {
        let folder = tempfile::tempdir().unwrap();
        let agent = agent(folder.path());
        let program = env!("CARGO_BIN_EXE_fumehood");
        call_ours(&peers, &[mode, program, "mcp", "--agent", agent.to_str().unwrap()]).await;
    }
}

#[tokio::test]
async fn every_tool_of_ours_can_be_called_over_http() {
    let Some(peers) = peers() else { return };
    crate::image();
    for mode in ["legacy", "auto"] {
        let folder = tempfile::tempdir().unwrap();
        let agent = agent(folder.path());
        let server = super::server::Http::start(&["--agent", agent.to_str().unwrap()], None);
        call_ours(&peers, &[mode, &server.url]).await;
    }
}

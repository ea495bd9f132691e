//! Folders that smolagents has saved.

use std::fs;
use std::path::Path;

use fumehood_agent::Prompts;
use serde_json::{Value, json};

use crate::command::fumehood;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A tool as smolagents saves it.
const CATALOGUE: &str = r#"from typing import Any, Optional
from smolagents.tools import Tool
import math

class CatalogueTool(Tool):
    name = "catalogue"
    description = "Looks an article up."
    inputs = {'article': {'type': 'string', 'description': 'Its name.'}}
    output_type = "string"

    def forward(self, article: str) -> str:
        return f"{article} {math.pi:.2f}"

    def __init__(self, *args, **kwargs):
        self.is_initialized = False
"#;

/// A team as smolagents saves it.
fn saved(folder: &Path) {
    let boss = json!({
        "class": "CodeAgent",
        "tools": ["web_search", "catalogue", "final_answer", "lost"],
        "model": {"class": "LiteLLMModel", "data": {
            "model_id": "ollama_chat/llama3.3", "api_base": "http://localhost:11434",
            "temperature": 0.5, "organization": null,
        }},
        "managed_agents": {"reader": "ToolCallingAgent"},
        "prompt_templates": {},
        "max_steps": 7,
        "verbosity_level": 1,
        "planning_interval": 3,
        "name": "boss",
        "description": "Says \"yes\".\nAnd no.",
        "requirements": ["smolagents", "Pandas>=2", "duckdb==1.0"],
        "max_tool_threads": 3,
        "authorized_imports": ["math", "numpy.*", "no_such_module"],
        "executor_type": "docker",
        "executor_kwargs": {
            "timeout_seconds": 12,
            "dockerfile_content": "FROM x",
            "container_run_kwargs": {"mem_limit": "512m", "cpu_quota": 50000, "network_mode": "none", "x": 1},
        },
        "max_print_outputs_length": null,
    });
    write(folder, "agent.json", &boss.to_string());
    write(folder, "tools/web_search.py", "import os\nos.abort()\n");
    write(folder, "tools/catalogue.py", CATALOGUE);
    write(folder, "tools/final_answer.py", "");
    let mut prompts = Prompts::code_agent();
    prompts.system_prompt.push_str("\nBe kind.");
    write(folder, "prompts.yaml", &prompts.to_yaml().unwrap());
    let reader = json!({
        "class": "ToolCallingAgent",
        "tools": ["final_answer", "python_interpreter"],
        "model": {"class": "TransformersModel", "data": {"model_id": "a/b"}},
        "name": "reader",
        "description": "Reads.",
    });
    write(folder, "managed_agents/reader/agent.json", &reader.to_string());
}

#[test]
fn what_has_a_counterpart_is_taken_over_and_the_rest_is_told() {
    let place = tempfile::tempdir().unwrap();
    let (from, to) = (place.path().join("from"), place.path().join("to"));
    saved(&from);
    let paths = [&from, &to].map(|path| path.display().to_string());
    let import = ["agent", "import", &paths[0], &paths[1], "--json"];
    let output = fumehood(&import).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let not = |report: &Value| {
        let all = report["not_mapped"].as_array().unwrap().iter();
        all.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        not(&report),
        [
            "tool web_search",
            "tool lost",
            "executor_kwargs.dockerfile_content",
            "executor_kwargs.container_run_kwargs.mem_limit",
            "executor_kwargs.container_run_kwargs.cpu_quota",
            "executor_kwargs.container_run_kwargs.network_mode",
            "executor_kwargs.container_run_kwargs.x",
            "verbosity_level",
            "checks and callbacks",
            "requirement duckdb==1.0",
            "import no_such_module",
        ]
    );
    assert_eq!(not(&report["managed"][0]), ["model TransformersModel a/b", "checks and callbacks"]);
    // Each with what to do.
    let why = |what: &str| {
        let all = report["not_mapped"].as_array().unwrap().iter();
        let found = all.filter(|entry| entry["what"].as_str().unwrap().ends_with(what));
        found.map(|entry| entry["why"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert!(why("mem_limit").contains("say `memory = \"512MiB\"` in `[limits]`"));
    assert!(why("cpu_quota").contains("say `limits.cpu`"));
    assert!(why("dockerfile_content").contains("`fumehood image prepare NAME`"));
    assert!(why("tool web_search").contains("does not run here: the tools in `web_search.py`"));
    assert!(why("tool lost").contains("its source was not saved"));
    assert!(why("duckdb==1.0").contains("the image has no such package"));
    let mapped = report["mapped"].as_array().unwrap().iter();
    let mapped = mapped.map(|entry| {
        (entry["what"].as_str().unwrap().to_owned(), entry["to"].as_str().unwrap().to_owned())
    });
    let mapped = mapped.collect::<std::collections::BTreeMap<_, _>>();
    assert_eq!(mapped["requirement smolagents"], "fumehood takes its place");
    assert!(mapped["requirement Pandas>=2"].starts_with("the image has pandas "), "{mapped:?}");
    assert_eq!(mapped["max_tool_threads"], "parallel = 3");
    assert!(mapped["tool catalogue"].starts_with("it runs in a sandbox of its own"));
    // The source of tools is as it was.
    let tool = fs::read_to_string(to.join("tools/web_search.py")).unwrap();
    assert_eq!(tool, "import os\nos.abort()\n");
    assert!(!to.join("tools/final_answer.py").exists());

    let output = fumehood(&["agent", "show", &paths[1], "--json", "--prompt"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = &shown["settings"];
    assert!(shown["tools"].to_string().contains("def catalogue(article: str) -> str:"));
    assert_eq!(shown["description"], "Says \"yes\".\nAnd no.");
    assert!(shown["system_prompt"].as_str().unwrap().ends_with("Be kind."));
    assert_eq!(settings["model.name"], "ollama:llama3.3");
    assert_eq!(settings["model.api_base"], "http://localhost:11434/v1");
    assert_eq!(settings["model.extra"], json!({"temperature": 0.5}));
    assert_eq!((&settings["max_steps"], &settings["planning_interval"]), (&json!(7), &json!(3)));
    assert_eq!(settings["limits.time"], "12s");
    assert_eq!(shown["managed"][0]["settings"]["python"], true);

    // Nothing is overwritten.
    let output = fumehood(&import).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn what_is_no_saved_agent_is_refused() {
    for (json, told) in [
        ("{", "is not JSON"),
        (
            r#"{"class": "VisionAgent"}"#,
            "only CodeAgent and ToolCallingAgent can be imported, and this is VisionAgent",
        ),
        ("[]", "key `class`"),
    ] {
        let place = tempfile::tempdir().unwrap();
        write(place.path(), "agent.json", json);
        let from = place.path().display().to_string();
        let to = place.path().join("to");
        let output =
            fumehood(&["agent", "import", &from, &to.display().to_string()]).output().unwrap();
        assert_eq!(output.status.code(), Some(4));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(told), "{told} in {stderr}");
        assert!(!to.exists());
    }
}

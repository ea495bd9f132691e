//! Agents that are files, through the command.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::command::fumehood;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn agent(command: &str, folder: &Path, flags: &[&str]) -> Output {
    let folder = folder.display().to_string();
    fumehood(&["agent", command, &folder]).args(flags).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Replies that are code.
fn replies(codes: &[&str]) -> String {
    let line = |code: &&str| json!({"content": format!("<code>\n{code}\n</code>")}).to_string();
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn work(folder: &Path, flags: &[&str]) -> Output {
    let folder = folder.display().to_string();
    let arguments = ["run", "Do it.", "--no-store", "--agent", &folder];
    fumehood(&arguments).args(flags).output().unwrap()
}

fn shown(folder: &Path, flags: &[&str]) -> Value {
    let output = agent("show", folder, &[&["--json"], flags].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_the_file_says_holds_when_the_agent_works() {
    let folder = folder(&[
        (
            "agent.toml",
            "version = 1\nmodel = 'replay:replies.jsonl'\ndeterministic = 7\n[limits]\ntool_calls = 3\n\
             [env]\nUNIT = 'km'\n[[grants]]\nfolder = 'numbers'\nat = '/data'\n",
        ),
        ("numbers/all.txt", "1\n2\n3\n"),
        (
            "replies.jsonl",
            &replies(&["import os, time\n\
                 final_answer([sum(map(int, open('/data/all.txt'))), os.environ['UNIT'], time.gmtime().tm_year])"]),
        ),
    ]);
    let output = work(folder.path(), &[]);
    assert_eq!(text(&output.stdout), "[6,\"km\",2025]\n", "{}", text(&output.stderr));
    // Flags come first.
    let output = work(folder.path(), &["--env", "UNIT=miles"]);
    assert_eq!(text(&output.stdout), "[6,\"miles\",2025]\n", "{}", text(&output.stderr));
}

#[test]
fn an_answer_that_fails_a_check_is_none_and_the_model_is_told_why() {
    let checks = "version = 1\nmodel = 'replay:replies.jsonl'\n[[checks]]\nname = 'positive'\n\
                  python = 'answer > 0'\nmessage = 'It has to be positive.'\n[[checks]]\nfile = 'small.py'\n";
    let folder = folder(&[
        ("agent.toml", checks),
        ("small.py", "if answer > 10:\n    raise ValueError(f'{answer} is too large')\n"),
        (
            "replies.jsonl",
            &replies(&[
                "final_answer(-1)",
                "final_answer(99)",
                "final_answer('x')",
                "final_answer(7)",
            ]),
        ),
    ]);
    let output = work(folder.path(), &[]);
    let told = text(&output.stderr);
    assert_eq!(text(&output.stdout), "7\n", "{told}");
    for part in [
        "Check positive failed with error: It has to be positive.",
        "Check small.py failed with error: ValueError: 99 is too large",
        "It has to be positive. (TypeError: '>' not supported",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn managed_agents_are_folders_inside() {
    let team = [
        ("agent.toml", "version = 1\nname = 'boss'\nmodel = 'replay:replies.jsonl'\n"),
        ("replies.jsonl", &replies(&["final_answer(counter('Count.').split()[-1])"])),
        (
            "agents/counter/agent.toml",
            "version = 1\nname = 'counter'\ndescription = 'Counts.'\nmodel = 'replay:said.jsonl'\n",
        ),
        ("agents/counter/said.jsonl", &replies(&["final_answer(42)"])),
        ("agents/not_one/notes.txt", ""),
    ];
    let folder = folder(&team);
    let output = work(folder.path(), &[]);
    assert_eq!(text(&output.stdout), "42\n", "{}", text(&output.stderr));
    let shown = shown(folder.path(), &["--prompt"]);
    assert_eq!(shown["managed"][0]["name"], "counter");
    assert_eq!(shown["managed"].as_array().unwrap().len(), 1);
    assert!(shown["system_prompt"].as_str().unwrap().contains("counter"));
    fs::write(folder.path().join("agents/counter/agent.toml"), "version = 1\nname = 'counter'\n")
        .unwrap();
    let output = agent("check", folder.path(), &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(
        text(&output.stderr).contains("agent.toml`, key `description`: a managed agent needs one")
    );
}

#[test]
fn what_is_shown_are_the_settings_with_their_defaults_and_the_tools() {
    let folder = folder(&[(
        "agent.toml",
        "version = 1\nname = 'a'\nkind = 'tool_calling'\nmodel = 'ollama:llama3.3'\nmax_steps = 3\n",
    )]);
    let output = agent("show", folder.path(), &[]);
    let told = text(&output.stdout);
    let line = |key: &str| {
        let line = told.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("max_steps"), "max_steps 3");
    assert_eq!(line("parallel_tools"), "parallel_tools 8 (default)");
    assert_eq!(line("limits.time"), "limits.time 30s (default)");
    assert!(told.contains("def final_answer("), "{told}");
    assert!(!told.contains("code_tags"), "{told}");
    assert_eq!(shown(folder.path(), &[])["settings"]["model.name"], "ollama:llama3.3");
}

#[test]
fn what_was_begun_with_can_be_made_and_is_not_overwritten() {
    let place = tempfile::tempdir().unwrap();
    for (name, flags) in
        [("one", &["--prompts"][..]), ("two", &["--tool-calling", "--prompts"]), ("three", &[])]
    {
        let folder = place.path().join(name);
        let output = agent("init", &folder, flags);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(folder.join("prompts.yaml").exists(), flags.contains(&"--prompts"));
        let output = agent("check", &folder, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("whose key is not set in OPENAI_API_KEY"));
        let output = agent("init", &folder, flags);
        assert_eq!(output.status.code(), Some(4));
        assert!(text(&output.stderr).contains("there is a `"), "{}", text(&output.stderr));
    }
}

#[test]
fn what_cannot_be_made_is_told_with_file_and_key() {
    for (file, told) in [
        (
            "max_stpes = 3",
            "agent.toml`, line 2: there is no key `max_stpes`; it may be meant for `max_steps`",
        ),
        ("prompts = '../prompts.yaml'", "key `prompts`: cannot use `../prompts.yaml`"),
        ("prompts = 'bad.yaml'", "these prompts are missing: system_prompt"),
        ("model = 'replay:/etc/passwd'", "key `model`: cannot read `/etc/passwd`"),
        ("managed = ['.']", "managed agents are nested at most 8 deep"),
        ("managed = ['away']", "key `managed`: cannot open the folder `away`"),
        ("image = 'no-such-image'", "there is no prepared image `no-such-image`"),
        ("model = 'oponai:gpt-4o'", "key `model`: `oponai:gpt-4o` does not begin with a provider"),
        ("python = true", "key `python`: only agents with `kind = \"tool_calling\"` have it"),
        ("clock_start = 3", "key `clock_start`: only a sandbox with `deterministic = SEED` has it"),
        ("name = 'class'", "an agent cannot be named `class`"),
        ("[[grants]]\nfolder = 'nowhere'\nat = '/x'", "key `grants.folder`"),
        ("[[checks]]\nname = 'x'", "check 1 needs either `python`, an expression, or `file`"),
        ("[[tools]]\nsource = 'mcp'", "there is no source `mcp`"),
        ("[env]\n'A=B' = 'x'", "A=B"),
    ] {
        let folder =
            folder(&[("agent.toml", &format!("version = 1\n{file}\n")), ("bad.yaml", "a: b\n")]);
        std::os::unix::fs::symlink("/", folder.path().join("away")).unwrap();
        let output = agent("check", folder.path(), &[]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{file}: {stderr}");
        assert!(stderr.contains(told), "{file}: {told} in {stderr}");
    }
}

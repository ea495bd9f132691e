//! Agents that are files, through the command.

use std::fs;
use std::path::Path;
use std::process::Output;

use fumehood_agent::Prompts;
use insta::assert_snapshot;
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
    assert_eq!(line("parallel"), "parallel 8 (default)");
    assert_eq!(line("limits.time"), "limits.time 30s (default)");
    assert!(told.contains("def final_answer("), "{told}");
    assert!(!told.contains("code_tags"), "{told}");
    assert_eq!(shown(folder.path(), &[])["settings"]["model.name"], "ollama:llama3.3");
}

#[test]
fn how_many_work_at_a_time_is_said_alike_for_both_kinds() {
    for kind in ["code", "tool_calling"] {
        let file = format!("version = 1\nkind = '{kind}'\nparallel = 3\n");
        let folder = folder(&[("agent.toml", &file)]);
        assert_eq!(shown(folder.path(), &[])["settings"]["parallel"], 3);
    }
}

#[test]
fn managed_agents_are_shown_as_a_tree_with_what_tells_them_apart() {
    let member = |name: &str, rest: &str| {
        format!("version = 1\nname = '{name}'\ndescription = 'Is {name}.'\n{rest}")
    };
    let reader = "model = 'ollama:small'\nmax_steps = 4\ninstructions = \"Read\\nall.\"\n\
                  [limits]\ntime = '5s'\ncpu = '2s'\n";
    let folder = folder(&[
        ("agent.toml", "version = 1\nname = 'boss'\nmodel = 'ollama:big'\n"),
        ("agents/reader/agent.toml", &member("reader", reader)),
        ("agents/reader/agents/counter/agent.toml", &member("counter", "")),
        ("agents/writer/agent.toml", &member("writer", "kind = 'tool_calling'\npython = true\n")),
    ]);
    let output = agent("show", folder.path(), &[]);
    let told = text(&output.stdout);
    let tree = told.split_once("manages:\n").unwrap().1;
    assert_snapshot!(tree, @r###"
    ├─ reader: Is reader.
    │  │  kind          code
    │  │  model         ollama:small
    │  │  tools         final_answer, ask_together
    │  │  max_steps     4
    │  │  limits        time 5s, memory 1GiB, cpu 2s, output 1MiB, tool_calls 1000
    │  │  instructions  Read all.
    │  └─ counter: Is counter.
    │        kind          code
    │        model         that of its manager
    │        tools         final_answer
    │        max_steps     20
    │        limits        time 30s, memory 1GiB, output 1MiB, tool_calls 1000
    │        instructions  none
    └─ writer: Is writer.
          kind          tool_calling
          model         that of its manager
          tools         final_answer, python_interpreter
          max_steps     20
          limits        time 30s, memory 1GiB, output 1MiB, tool_calls 1000
          instructions  none
    "###);
}

/// A mistake in one place hides none in another.
#[test]
fn all_that_is_wrong_with_a_folder_is_told_at_once() {
    let mut prompts = Prompts::code_agent();
    prompts.system_prompt = "{{ wich }}".to_owned();
    let mut of_member = Prompts::code_agent();
    of_member.planning.update_plan_pre_messages = "{{ name }}".to_owned();
    of_member.managed_agent.report = "one\n{{ final_anwser }}".to_owned();
    of_member.final_answer.post_messages = "{{ remaining_steps }}".to_owned();
    let file = "version = 1\nmodel = 'oponai:gpt-4o'\nprompts = 'prompts.yaml'\npython = true\n\
                clock_start = 3\nmanaged = ['agents/reader', 'nowhere', 'agents/broken', 'agents/other']\n\
                [[grants]]\nfolder = 'here'\nat = '/here'\n[[grants]]\nfolder = 'nowhere'\nat = '/x'\n\
                [[checks]]\nname = 'x'\n[[checks]]\nfile = 'none.py'\n\
                [[tools]]\nsource = 'mcp'\n\
                [[tools]]\nsource = 'component'\nfile = 'x.wasm'\nfolders = {'/x' = '/'}\n";
    let broken = "version = 1\nmax_stpes = 3\nname = 3\n[limits]\ntime = 'x'\n";
    let folder = folder(&[
        ("agent.toml", file),
        ("prompts.yaml", &prompts.to_yaml().unwrap()),
        ("here/x.txt", ""),
        (
            "agents/reader/agent.toml",
            "version = 1\nname = 'reader'\nmodel = 'replay:said.jsonl'\nprompts = 'own.yaml'\n",
        ),
        ("agents/reader/said.jsonl", "{"),
        ("agents/reader/own.yaml", &of_member.to_yaml().unwrap()),
        ("agents/broken/agent.toml", broken),
        ("agents/other/agent.toml", "version = 1\nname = = 'other'\n"),
    ]);
    let output = agent("check", folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["ok"], &found["more_mistakes"]), (&json!(false), &json!(0)));
    let base = format!("{}/", folder.path().display());
    let places = found["mistakes"].as_array().unwrap().iter().map(|mistake| {
        let said = |key: &str| match &mistake[key] {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.replace(&base, ""),
            number => number.to_string(),
        };
        let what = said("what").chars().take(60).collect::<String>();
        format!("{} {} {}: {what}", said("file"), said("line"), said("key"))
    });
    let mut places = places.collect::<Vec<_>>();
    places.sort();
    assert_snapshot!(places.join("\n"), @r###"
    agent.toml - -: the agent cannot be made: a managed agent needs a name and a
    agent.toml 11 grants.folder: cannot grant `nowhere`: No such file or directory (os error 
    agent.toml 13 checks: check 1 needs either `python`, an expression, or `file`
    agent.toml 16 checks.file: cannot read `none.py`: No such file or directory (os error 2
    agent.toml 17 tools: there is no source `mcp`; there are `built_in`, `component`,
    agent.toml 19 tools: `folders`, `variables` and `labels` are not for an agent's f
    agent.toml 2 model.name: `oponai:gpt-4o` does not begin with a provider, as `openai:g
    agent.toml 4 python: only agents with `kind = "tool_calling"` have it
    agent.toml 5 clock_start: only a sandbox with `deterministic = SEED` has it
    agent.toml 6 managed: cannot open the folder `nowhere`: No such file or directory 
    agents/broken/agent.toml 2 -: there is no key `max_stpes`; it may be meant for `max_steps`
    agents/broken/agent.toml 3 -: invalid type: integer `3`, expected a string
    agents/broken/agent.toml 5 -: `x` does not begin with a number
    agents/other/agent.toml 2 -: extra `=`, expected nothing
    agents/other/agent.toml 2 -: unexpected key or value, expected newline, `#`
    agents/reader/agent.toml - description: a managed agent needs one
    agents/reader/agent.toml 3 model: the recording `<text>` cannot be used: line 1: EOF while par
    "###);

    // The same in words, each with its place.
    let output = agent("check", folder.path(), &[]);
    assert_eq!(output.status.code(), Some(4));
    let told = text(&output.stderr);
    assert_eq!(told.matches("error: `").count(), places.len(), "{told}");
    assert!(told.contains(&format!("cannot be made: {} mistakes", places.len())), "{told}");
}

#[test]
fn what_is_checked_is_told_as_json() {
    let folder = folder(&[("agent.toml", "version = 1\nmodel = 'openai:gpt-4o'\n")]);
    let output = agent("check", folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = folder.path().display().to_string();
    let model = json!({"folder": shown, "model": "openai:gpt-4o", "provider": "openai", "key_is_set": false});
    assert_eq!(
        found,
        json!({
            "folder": shown, "ok": true, "mistakes": [], "more_mistakes": 0, "models": [model],
        })
    );
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
        (
            "parallel_tools = 3",
            "agent.toml`, line 2: there is no key `parallel_tools`; it may be meant for `parallel`",
        ),
        ("prompts = '../prompts.yaml'", "key `prompts`: cannot use `../prompts.yaml`"),
        ("prompts = 'bad.yaml'", "these prompts are missing: system_prompt"),
        ("model = 'replay:/etc/passwd'", "key `model`: cannot read `/etc/passwd`"),
        ("managed = ['.']", "managed agents are nested at most 8 deep"),
        ("managed = ['away']", "key `managed`: cannot open the folder `away`"),
        ("image = 'no-such-image'", "there is no prepared image `no-such-image`"),
        (
            "model = 'oponai:gpt-4o'",
            "key `model.name`: `oponai:gpt-4o` does not begin with a provider",
        ),
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

//! Runs that the command stores: gone on with after a kill, shown again, talked on with and taken back.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};

use crate::WORK;
use crate::command::fumehood;

/// A folder for what a test stores, with a model's replies.
pub(super) struct Place(tempfile::TempDir);

impl Place {
    pub(super) fn with(replies: &[&str]) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        place.reply(replies);
        place
    }

    /// What the model has to say from here on.
    fn reply(&self, replies: &[&str]) {
        let lines = replies.iter().map(|reply| json!({"content": reply}).to_string() + "\n");
        fs::write(self.path("replies.jsonl"), lines.collect::<String>()).unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command, with what it stores here, and started here.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = fumehood(arguments);
        command.current_dir(self.0.path()).env("FUMEHOOD_RUNS", self.path("runs"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(super) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The same with lines to read.
    pub(super) fn told(&self, arguments: &[&str], lines: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn script(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A tool that notes each of its calls, and waits in one of them until it may go on.
    pub(super) fn counter(&self) {
        self.script(
            "count.sh",
            "#!/bin/sh\nread arguments\necho \"$arguments\" >> calls\ncase \"$arguments\" in\n\
             *wait*) for n in $(seq 600); do [ -e go ] && break; sleep 0.05; done;;\nesac\n\
             wc -l < calls\n",
        );
        fs::write(
            self.path("count.toml"),
            "name = 'count'\ndescription = 'Counts calls.'\nprogram = ['./count.sh']\n\
             [parameters]\ntype = 'object'\nrequired = ['what']\n\
             [parameters.properties.what]\ntype = 'string'\n",
        )
        .unwrap();
    }

    pub(super) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let what = |line: &str| serde_json::from_str::<Value>(line).unwrap()["what"].clone();
        calls.lines().map(|line| what(line).as_str().unwrap().to_owned()).collect()
    }
}

const MODEL: [&str; 2] = ["--model", "replay:replies.jsonl"];

pub(super) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits for what another process does.
pub(super) fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) fn signal(child: &Child, signal: Signal) {
    rustix::process::kill_process(Pid::from_child(child), signal).unwrap();
}

/// The process is killed in the middle of the third step of five: the model has replied, one of the step's two calls
/// was answered, and a variable was changed.
#[test]
fn a_run_that_was_killed_goes_on_and_repeats_no_call() {
    let replies = [
        "<code>n = count('one')</code>",
        "<code>n += count('two')</code>",
        "<code>n += count('three')\nn += count('wait')</code>",
        "<code>n += count('four')</code>",
        "<code>final_answer([n, count('five')])</code>",
    ];
    let answered = |killed: bool| {
        let place = Place::with(&replies);
        place.counter();
        let arguments = [&["run", "Count.", "--tool", "count.toml"], MODEL.as_slice()].concat();
        if !killed {
            fs::write(place.path("go"), "").unwrap();
            return (stdout(&place.output(&arguments)), place.calls());
        }
        let mut child = place.command(&arguments).spawn().unwrap();
        until("the third step waits", || place.calls().iter().any(|what| what == "wait"));
        child.kill().unwrap();
        child.wait().unwrap();
        let listed = stdout(&place.output(&["runs"]));
        assert!(listed.contains("unfinished") && listed.contains("2 steps  Count."), "{listed}");
        fs::write(place.path("go"), "").unwrap();
        // The model is not asked for its third reply again.
        place.reply(&replies[3..]);
        let resumed = place.output(&["resume"]);
        assert_eq!(resumed.status.code(), Some(0), "{}", stderr(&resumed));
        (stdout(&resumed), place.calls())
    };
    let (expected, calls) = answered(false);
    assert_eq!(calls, ["one", "two", "three", "wait", "four", "five"]);
    let (answer, calls) = answered(true);
    // The call that was under way when the process was killed is made again: nobody knows what became of it.
    assert_eq!(calls, ["one", "two", "three", "wait", "wait", "four", "five"]);
    let numbers = |answer: &str| serde_json::from_str::<Vec<i64>>(answer).unwrap();
    let (expected, answer) = (numbers(&expected), numbers(&answer));
    assert_eq!(expected, [1 + 2 + 3 + 4 + 5, 6]);
    // The counter has counted that call twice; nothing else is different.
    assert_eq!(answer, [1 + 2 + 3 + 5 + 6, 7]);
}

#[test]
fn a_run_that_was_interrupted_says_how_to_go_on() {
    let place = Place::with(&["<code>n = count('wait')</code>", "<code>final_answer(n)</code>"]);
    place.counter();
    let arguments = [&["run", "Count.", "--tool", "count.toml"], MODEL.as_slice()].concat();
    let child = place.command(&arguments).spawn().unwrap();
    until("the step waits", || !place.calls().is_empty());
    signal(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(100));
    fs::write(place.path("go"), "").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("the run ends after this step"), "{told}");
    let name = told.split("`fumehood resume ").nth(1).unwrap().split('`').next().unwrap();
    place.reply(&["<code>final_answer(n)</code>"]);
    let resumed = place.output(&["resume", name]);
    assert_eq!(stdout(&resumed), "1\n", "{}", stderr(&resumed));
    assert_eq!(place.calls(), ["wait"]);
}

#[test]
fn a_run_is_shown_again_and_removed() {
    let place = Place::with(&[
        "Look:\n<code>x = 6\nprint('six')</code>",
        "<code>final_answer(x * 7)</code>",
    ]);
    let output = place.output(&[&["run", "Multiply."], MODEL.as_slice()].concat());
    assert_eq!(stdout(&output), "42\n");
    let replayed = place.output(&["replay", "last"]);
    assert_eq!(stdout(&replayed), "42\n");
    let shown = stderr(&replayed);
    for part in
        ["--- Task ---\nMultiply.", "--- Step 1 ---\nLook:\n<code>x = 6", "six", "--- Step 2 ---"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert_eq!(
        stdout(&place.output(&["replay", "last", "--code"])),
        "x = 6\nprint('six')\n\nfinal_answer(x * 7)\n"
    );
    let memory: Value =
        serde_json::from_slice(&place.output(&["replay", "last", "--json"]).stdout).unwrap();
    assert_eq!(memory["steps"][2]["answer"]["value"], 42);
    let listed: Value = serde_json::from_slice(&place.output(&["runs", "--json"]).stdout).unwrap();
    assert_eq!((&listed["progress"], &listed["steps"]), (&json!("answered"), &json!(2)));
    let folder = Path::new(listed["folder"].as_str().unwrap());
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    let again = place.output(&["resume"]);
    assert_eq!((stdout(&again).as_str(), again.status.code()), ("42\n", Some(0)));
    place.output(&["runs", "--remove", "last"]);
    assert!(place.output(&["runs"]).stdout.is_empty());
    let missing = place.output(&["replay", "last"]);
    assert_eq!(
        (missing.status.code(), stderr(&missing).as_str()),
        (Some(4), "error: no run is stored\n")
    );
}

#[test]
fn a_run_is_not_stored_if_that_is_not_wanted() {
    let place = Place::with(&["<code>final_answer(1)</code>"]);
    place.output(&[&["run", "x", "--no-store"], MODEL.as_slice()].concat());
    assert!(!place.path("runs").exists());
}

#[test]
fn keys_are_not_stored() {
    let place = Place::with(&["<code>final_answer(1)</code>"]);
    place.output(&[&["run", "x", "--api-key", "sk-unmistakable"], MODEL.as_slice()].concat());
    let mut folders = vec![place.path("runs")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(12).any(|part| part == b"unmistakable"), "{}", path.display());
        }
    }
    assert!(files > 1);
}

#[test]
fn code_and_tools_are_asked_about() {
    let replies = [
        "<code>import os</code>",
        "<code>n = count('x')\nm = count('y')</code>",
        "<code>final_answer(n)</code>",
    ];
    let place = Place::with(&replies);
    place.counter();
    let arguments =
        [&["run", "x", "--tool", "count.toml", "--approve", "all"], MODEL.as_slice()].concat();
    // No to the first code, with a reason; yes to the second; its first call always; the last code without an answer.
    let output = place.told(&arguments, "what?\nn not the system\ny\na\ny\n");
    let told = stderr(&output);
    assert_eq!(stdout(&output), "1\n", "{told}");
    for part in [
        "This code would run in step 1:\nimport os\nRun it? [y]es",
        "y, n, a or e",
        "was not approved: not the system",
        "count would be called in step 2: {\"what\":\"x\"}",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("{\"what\":\"y\"}\nCall it?"), "{told}");
    assert_eq!(place.calls(), ["x", "y"]);
}

#[test]
fn where_nobody_answers_nothing_is_allowed() {
    let place = Place::with(&["<code>final_answer(1)</code>", "I may not."]);
    let arguments =
        [&["run", "x", "--approve", "code", "--max-steps", "1"], MODEL.as_slice()].concat();
    let output = place.output(&arguments);
    assert_eq!((stdout(&output).as_str(), output.status.code()), ("I may not.\n", Some(3)));
    assert!(stderr(&output).contains("nobody is there to approve it"));
}

#[test]
fn code_is_changed_in_an_editor() {
    let place = Place::with(&["<code>final_answer('a')</code>"]);
    place.script("editor.sh", "#!/bin/sh\nsed -i \"s/'a'/'b'/\" \"$1\"\n");
    let arguments = [&["run", "x", "--approve", "code"], MODEL.as_slice()].concat();
    let mut command = place.command(&arguments);
    command.env("EDITOR", place.path("editor.sh")).env_remove("VISUAL").stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"e\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(stdout(&output), "b\n", "{}", stderr(&output));
}

#[test]
fn a_turn_is_undone_with_its_variables_and_files() {
    let write = |n: u32| {
        format!(
            "<code>\nx = {n}\nopen('n.txt', 'w').write('{n}')\nfinal_answer('it is {n}')\n</code>"
        )
    };
    let look = "<code>final_answer([x, open('n.txt').read()])</code>";
    let place = Place::with(&[&write(1), &write(2), look, look]);
    let lines = "Take one.\nTake\\\ntwo.\n/undo\nWhat is it?\n/steps\n/files\n/fork\n/nothing\n/save kept\n";
    let output = place.told(&[&["chat"], MODEL.as_slice()].concat(), lines);
    let (said, told) = (stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{told}");
    let expected = "it is 1\nit is 2\n[1,\"1\"]\nyou: Take one.\n  1. answer: it is 1\nyou: What is it?\n  1. answer: [1, '1']\n        1B  WORK/n.txt\n";
    assert_eq!(said.replace(WORK, "WORK"), expected);
    assert!(told.contains("the last turn is undone"), "{told}");
    assert!(told.contains("there is no command /nothing"), "{told}");
    // The copy goes on by itself; `replay:` begins anew with the recorded replies.
    assert_eq!(stdout(&place.output(&["runs"])).lines().count(), 2);
    let copy = told.split("kept as ").nth(1).unwrap().split(';').next().unwrap();
    let resumed = place.told(&["resume", copy], "Once more.\n/undo\n/undo\n");
    assert_eq!(stdout(&resumed), "it is 1\n", "{}", stderr(&resumed));
    assert!(stderr(&resumed).contains("there is no turn that can be undone"));
    let resumed = place.told(&["resume", "./kept"], "/code\n");
    assert_eq!(stdout(&resumed), "# step 1\nfinal_answer([x, open('n.txt').read()])\n");
}

#[test]
fn an_answer_is_written_to_a_file() {
    let code = "<code>\nfrom PIL import Image\nfinal_answer(Image.new('RGB', (2, 1)))\n</code>";
    let place = Place::with(&[code]);
    let output = place.output(&[&["run", "x", "--answer", "out.png"], MODEL.as_slice()].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::read(place.path("out.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_program_that_fails_is_a_tool_error() {
    let replies = [
        "<code>\ntry:\n    count('x')\nexcept Exception as error:\n    print(type(error).__name__, error)\n</code>",
        "<code>final_answer(slow())</code>",
        "<code>final_answer('end')</code>",
    ];
    let place = Place::with(&replies);
    place.counter();
    place.script("count.sh", "#!/bin/sh\necho 'no counting today' >&2\nexit 3\n");
    let slow =
        "name = 'slow'\ndescription = 'Sleeps.'\nprogram = ['sleep', '60']\ntime = '200ms'\n";
    fs::write(place.path("slow.toml"), slow).unwrap();
    let arguments =
        [&["run", "x", "--tool", "count.toml", "--tool", "slow.toml"], MODEL.as_slice()].concat();
    let output = place.output(&arguments);
    assert_eq!(stdout(&output), "end\n");
    let told = stderr(&output);
    assert!(told.contains("ToolError no counting today"), "{told}");
    assert!(told.contains("ToolError: it took longer than 200ms"), "{told}");
}

#[test]
fn a_program_answers_with_sixteen_mebibytes_at_most() {
    let replies = ["<code>print(long())</code>", "<code>final_answer('end')</code>"];
    let place = Place::with(&replies);
    let long =
        "name = 'long'\ndescription = 'Much.'\nprogram = ['head', '-c', '16777217', '/dev/zero']\n";
    fs::write(place.path("long.toml"), long).unwrap();
    let output = place.output(&[&["run", "x", "--tool", "long.toml"], MODEL.as_slice()].concat());
    assert_eq!(stdout(&output), "end\n");
    let told = stderr(&output);
    assert!(told.contains("the answer is longer than 16777216 bytes"), "{told:.600}");
}

#[test]
fn descriptions_of_tools_that_cannot_be_used_are_told_why() {
    let place = Place::with(&[]);
    for (text, reason) in [
        ("name = 'a'\ndescription = ''\nprogram = []", "the tool `a` has no program"),
        ("name = 'a'\nprogram = ['x']", "missing field `description`"),
        ("name = 'a'\ndescription = ''\nprogram = ['x']\nkey = 1", "there is no key `key`"),
        ("name = 'class'\ndescription = ''\nprogram = ['x']", "keyword"),
    ] {
        fs::write(place.path("tool.toml"), text).unwrap();
        let output =
            place.output(&[&["run", "x", "--tool", "tool.toml"], MODEL.as_slice()].concat());
        assert_eq!(output.status.code(), Some(4));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

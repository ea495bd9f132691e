//! `exec --jsonl`: a line in, a line out, in order, whatever comes.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::command::{fumehood, with_stdin};

/// The answers to some lines.
fn answers(lines: &[u8]) -> Vec<Value> {
    let output = with_stdin(&["exec", "--jsonl"], lines);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answers_to(lines: &[Value]) -> Vec<Value> {
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    answers(text.as_bytes())
}

#[test]
fn a_limit_keeps_the_named_session_and_its_variables() {
    let found = answers_to(&[
        json!({"id": 1, "session": "s", "code": "kept = [1]"}),
        json!({"id": 2, "session": "s", "code": "kept.append(2)\nwhile True: pass", "limits": {"time_ms": 200}}),
        json!({"id": 3, "session": "s", "code": "kept"}),
        json!({"id": 4, "code": "kept"}),
    ]);
    let statuses = found.iter().map(|line| line["status"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(statuses, ["ok", "limit", "ok", "exception"]);
    assert_eq!(found[1]["limit"]["name"], "time_ms");
    assert_eq!(found[1]["limit"]["limit"], 200);
    assert_eq!(found[1]["exception"]["type"], "fumehood.TimeLimitExceeded");
    assert!(found[1]["exception"]["traceback"].as_str().unwrap().contains("line 2"));
    assert_eq!(found[2]["value"], json!({"repr": "[1, 2]", "json": [1, 2]}));
    assert_eq!(found[3]["exception"]["type"], "NameError");
}

#[test]
fn a_step_that_was_stopped_is_rolled_back_and_says_so() {
    let found = answers_to(&[
        json!({"id": "a", "session": "s", "code": "x = 1"}),
        json!({"id": "b", "session": "s", "code": "x = 2; sum(range(10**12))", "limits": {"time_ms": 100}}),
        json!({"id": "c", "session": "s", "code": "x"}),
        json!({"id": "d", "session": "other", "code": "1"}),
    ]);
    assert_eq!(found[1]["status"], "limit");
    assert_eq!(
        (&found[1]["rolled_back"], &found[1]["session_lost"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found[1]["exception"], Value::Null);
    assert_eq!(
        (&found[2]["value"]["repr"], &found[2]["rolled_back"]),
        (&json!("1"), &json!(false))
    );
    assert_eq!(found[3]["status"], "ok");
}

#[test]
fn each_limit_can_be_given_for_a_line() {
    let found = answers_to(&[
        json!({"code": "while True: pass", "limits": {"fuel": 40_000_000}}),
        json!({"code": "x = bytearray(2**30)", "limits": {"memory_bytes": 200 << 20}}),
        json!({"code": "while True: print(1)", "limits": {"output_bytes": 100}}),
    ]);
    let names =
        found.iter().map(|line| line["limit"]["name"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(names, ["fuel", "memory_bytes", "output_bytes"]);
    assert_eq!(found[2]["stdout"].as_str().unwrap().len(), 100);
    assert!(found[2]["output_cut_bytes"].as_u64().unwrap() > 0);
}

#[test]
fn bad_lines_are_answered_and_the_next_is_read() {
    let mut lines = b"not json\n{\"id\": 7, \"code\": 5}\n\n{\"id\": 8}\n".to_vec();
    lines.extend_from_slice(b"{\"id\": 9, \"code\": \"1\", \"unknown\": 1}\n[1, 2]\n\"text\"\n");
    lines.extend_from_slice(b"{\"id\": 10, \"code\": \"\xff\"}\n[\"id\", \"1\", null, null]\n");
    lines.extend_from_slice(b"{\"id\": 11, \"code\": \"1\", \"limits\": {\"fuel\": 1}}\n");
    lines.extend_from_slice(&[b'['; 100_000]);
    lines.extend_from_slice(b"\n{\"id\": 12, \"code\": \"6 * 7\"}");
    let found = answers(&lines);
    assert_eq!(found.len(), 11);
    for line in &found[..10] {
        assert_eq!(line["status"], "error", "{line}");
        assert!(!line["error"].as_str().unwrap().is_empty());
    }
    assert_eq!(found[1]["id"], 7);
    assert!(found[2]["error"].as_str().unwrap().contains("code"), "{}", found[2]);
    assert!(found[3]["error"].as_str().unwrap().contains("unknown"), "{}", found[3]);
    assert!(found[7]["error"].as_str().unwrap().contains("not a JSON object"), "{}", found[7]);
    assert!(found[8]["error"].as_str().unwrap().contains("fuel is too small"), "{}", found[8]);
    assert_eq!((&found[10]["id"], &found[10]["value"]["repr"]), (&json!(12), &json!("42")));
}

#[test]
fn final_answers_are_json_where_they_can_be() {
    let found = answers_to(&[
        json!({"code": "final_answer({'a': [1, None]})"}),
        json!({"code": "final_answer(print)"}),
        json!({"code": "final_answer(None)"}),
    ]);
    assert_eq!(found[0]["final_answer"], json!({"a": [1, null]}));
    assert_eq!(found[1]["final_answer"], "<built-in function print>");
    assert_eq!(found[2].get("final_answer"), Some(&Value::Null));
    assert!(found.iter().all(|line| line["status"] == "final_answer"));
}

#[test]
fn ids_come_back_as_they_were() {
    let lines = "{\"id\": 12345678901234567890123, \"code\": \"\"}\n{\"id\": {\"a\": [1]}, \"code\": \"\"}\n";
    let output = with_stdin(&["exec", "--jsonl"], lines.as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("{\"id\":12345678901234567890123,"), "{text}");
    assert!(text.contains("{\"id\":{\"a\": [1]},"), "{text}");
}

#[test]
fn sessions_are_forked_and_checkpoints_gone_back_to() {
    let found = answers_to(&[
        json!({"session": "a", "code": "x = [1]", "checkpoint": "begun"}),
        json!({"session": "b", "fork_of": "a", "code": "x.append(2); x"}),
        json!({"session": "a", "code": "x.append(3); x"}),
        json!({"session": "a", "restore": "begun", "code": "x"}),
        json!({"session": "c", "restore": "begun", "code": "x"}),
        json!({"session": "b", "code": "x", "close": true}),
        json!({"session": "b", "code": "'x' in dir()"}),
        json!({"session": "a", "code": "x = 5; 1 / 0", "atomic": true}),
        json!({"session": "a", "code": "x"}),
    ]);
    let seen = found.iter().map(|line| line["value"]["repr"].as_str()).collect::<Vec<_>>();
    assert_eq!(
        seen,
        [
            None,
            Some("[1, 2]"),
            Some("[1, 3]"),
            Some("[1]"),
            Some("[1]"),
            Some("[1, 2]"),
            Some("False"),
            None,
            Some("[1]")
        ]
    );
    assert_eq!(found[7]["rolled_back"], true);
}

#[test]
fn what_cannot_be_done_is_said_and_harms_no_session() {
    let found = answers_to(&[
        json!({"session": "a", "code": "x = 1"}),
        json!({"session": "a", "fork_of": "a", "code": "x = 2"}),
        json!({"session": "b", "fork_of": "nobody", "code": "1"}),
        json!({"session": "a", "restore": "nothing", "code": "x = 3"}),
        json!({"session": "b", "resume": "/nowhere/at all", "code": "1"}),
        json!({"fork_of": "a", "code": "1"}),
        json!({"session": "a"}),
        json!({"session": "a", "code": "x = 4", "save": "/nowhere/at all"}),
        json!({"session": "a", "code": "x"}),
    ]);
    for line in &found[1..7] {
        assert_eq!(line["status"], "error", "{line}");
    }
    assert_eq!(found[7]["status"], "ok");
    assert!(found[7]["error"].as_str().unwrap().contains("cannot save"), "{}", found[7]);
    assert_eq!(found[8]["value"]["repr"], "4");
}

#[test]
fn a_session_is_saved_by_one_process_and_resumed_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.session");
    let code = "x = 20\nopen('a.txt', 'w').write('kept')";
    let saved = answers_to(&[
        json!({"session": "a", "code": code, "save": path}),
        json!({"session": "a", "code": "x = 0"}),
    ]);
    assert!(saved.iter().all(|line| line.get("error").is_none()), "{saved:?}");
    let found = answers_to(&[
        json!({"session": "b", "resume": path, "code": "x, open('a.txt').read()"}),
        json!({"session": "b", "code": "x = x + 1", "save": path}),
        json!({"resume": path, "code": "x"}),
    ]);
    assert_eq!(found[0]["value"]["repr"], "(20, 'kept')");
    assert_eq!(found[2]["value"]["repr"], "21");
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["one.session"]);

    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let found = answers_to(&[json!({"resume": path, "code": "x"})]);
    assert_eq!(found[0]["status"], "error");
    assert!(found[0]["error"].as_str().unwrap().contains("it ends too early"), "{}", found[0]);
}

/// What the step has done to variables and files before it was stopped, is undone.
#[test]
fn variables_and_files_are_as_before_a_line_that_had_to_be_stopped() {
    for metering in ["fuel", "clock"] {
        let lines = [
            json!({"session": "s", "code": "x = 1\nopen('f', 'w').write('first')"}),
            json!({"session": "s", "limits": {"time_ms": 500},
                "code": "x = 2\nopen('f', 'w').write('second')\nsum(range(10**12))"}),
            json!({"session": "s", "code": "x, open('f').read()"}),
        ];
        let input = lines.map(|line| format!("{line}\n")).concat();
        let output = with_stdin(&["exec", "--jsonl", "--metering", metering], input.as_bytes());
        let text = String::from_utf8(output.stdout).unwrap();
        let found = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let found = found.collect::<Vec<_>>();
        assert_eq!(found[1]["status"], "limit");
        assert_eq!(found[1]["rolled_back"], true);
        assert_eq!(found[2]["value"]["repr"], "(1, 'first')");
    }
}

/// The files of a folder beside `one.session`, and their sizes.
fn others(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let others = entries.filter(|entry| entry.file_name() != "one.session");
    // One that was renamed meanwhile has no size any more.
    others.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.len()))).collect()
}

/// The process is killed when it has written so much of the file and then so much: what has the name is
/// the session of that line, or of the last one that got to its end.
#[test]
fn a_process_that_is_killed_while_it_saves_leaves_a_whole_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.session");
    let code = "import numpy as np\nnoise, turn = np.random.default_rng(1).bytes(10_000_000), 0";
    answers_to(&[json!({"session": "a", "code": code, "save": path})]);
    let whole = std::fs::metadata(&path).unwrap().len();
    let (mut last, mut halfway) = (0, 0);
    for turn in 1..=8 {
        let mut child = fumehood(&["exec", "--jsonl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let line = json!({"resume": path, "code": format!("turn = {turn}"), "save": path});
        writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
        let enough = whole * (turn - 1) / 8;
        while child.try_wait().unwrap().is_none()
            && !others(folder.path()).iter().any(|(_, bytes)| *bytes >= enough)
        {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for (partial, _) in others(folder.path()) {
            halfway += 1;
            std::fs::remove_file(partial).unwrap();
        }
        let found = answers_to(&[json!({"resume": path, "code": "[turn, len(noise)]"})]);
        let found = &found[0]["value"]["json"];
        assert!(
            *found == json!([turn, 10_000_000]) || *found == json!([last, 10_000_000]),
            "{found}"
        );
        last = found[0].as_u64().unwrap();
    }
    assert!(halfway > 0, "it was never killed while it was writing");
}

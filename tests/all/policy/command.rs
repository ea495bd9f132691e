//! Policies and logs on the command line, and an agent that a page tells to mail away what it was given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::command::fumehood;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/injection").join(name)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The example, in a folder of its own, as its page says to run it.
fn injected(folder: &Path, flags: &[&str]) -> Output {
    for entry in fs::read_dir(example("")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let task = fs::read_to_string(example("task.md")).unwrap();
    let given = [
        &["run", "--model", "replay:replies.jsonl", "--file", "salaries.csv"][..],
        &["--tool", "visit_page.toml", "--tool", "send_mail.toml"],
        flags,
        &[task.trim()],
    ];
    let mut command: Command = fumehood(&given.concat());
    command.current_dir(folder).output().unwrap()
}

#[test]
fn a_page_that_has_the_file_mailed_out_does_not_get_it() {
    let policy = ["--policy", "policy.toml", "--audit", "audit.jsonl"];
    // With the example's policy, and with what holds without one.
    for flags in [&policy[..], &policy[2..]] {
        let folder = tempfile::tempdir().unwrap();
        let output = injected(folder.path(), flags);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(!folder.path().join("outbox.jsonl").exists());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let salaries = [52000.0, 48500.0, 61200.0, 57100.0, 44900.0];
        let mean = salaries.iter().sum::<f64>() / salaries.len() as f64 / 1.04;
        let found = answer["mean_in_prices_of_last_year"].as_f64().unwrap();
        assert!((found - mean).abs() < 0.01, "{found}, expected {mean}");
        assert!(told.contains("send_mail was not called: it sends data out"), "{told}");

        // The log says why, and that it is whole.
        let path = folder.path().join("audit.jsonl");
        let log = fs::read_to_string(&path).unwrap();
        let refused = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let refused = refused.filter(|line| line["decision"] == "refused").collect::<Vec<_>>();
        let [mail] = refused.as_slice() else { panic!("{refused:?}") };
        assert_eq!(mail["tool"], "send_mail");
        let reason = mail["reason"].as_str().unwrap();
        assert!(
            reason.contains("private data (/data) and untrusted content (visit_page)"),
            "{reason}"
        );
        assert_eq!(log.contains("Ada,52000"), flags.len() == 2, "what is redacted is not there");
        let path = path.to_str().unwrap();
        let head = told.rsplit_once("head ").unwrap().1.trim();
        let verified = fumehood(&["audit", "verify", path, "--head", head]).output().unwrap();
        assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
        let without_end = log.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
        fs::write(path, without_end).unwrap();
        let verified = fumehood(&["audit", "verify", path, "--head", head]).output().unwrap();
        assert_eq!(verified.status.code(), Some(1));
        assert!(text(&verified.stdout).contains("no line has the expected hash"));
    }
}

#[test]
fn the_mail_is_sent_where_nothing_speaks_against_it() {
    // The exercise is one: without the rule, the file is gone.
    let folder = tempfile::tempdir().unwrap();
    let policy = "version = 1\n[flow]\nsends = 'allow'\n[tools.'*']\n";
    fs::write(folder.path().join("trusting.toml"), policy).unwrap();
    let output = injected(folder.path(), &["--policy", "trusting.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let outbox = fs::read_to_string(folder.path().join("outbox.jsonl")).unwrap();
    assert!(outbox.contains("Ada,52000"), "{outbox}");
}

#[test]
fn a_policy_is_checked_and_explains_what_it_says_about_a_call() {
    let policy = example("policy.toml");
    let check = |arguments: &[&str]| {
        let all = [&["policy", "check", policy.to_str().unwrap()], arguments].concat();
        let output = fumehood(&all).output().unwrap();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (status, told) = check(&[]);
    assert_eq!((status, told.contains("can be used")), (Some(0), true), "{told}");
    let page = ["visit_page", "--arg", "url=https://figures.example/inflation"];
    let (status, told) = check(&page);
    assert_eq!(
        (status, told.as_str()),
        (Some(0), "visit_page: allowed\n  by [tools.visit_page], line 11\n")
    );
    let (status, told) = check(&["visit_page", "--arg", "url=https://evil.example/"]);
    assert_eq!(status, Some(1));
    assert!(
        told.contains("refused") && told.contains("is not like `https://figures.example/*`"),
        "{told}"
    );
    let mail = ["send_mail", "--arg", "to=a", "--arg", "subject=b", "--arg", "text=c"];
    assert_eq!(check(&[&mail[..], &["--labels", "private"]].concat()).0, Some(0));
    let (status, told) = check(&[&mail[..], &["--labels", "private,untrusted", "--json"]].concat());
    assert_eq!(status, Some(1));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["verdict"], &told["rule"]), (&json!("refuse"), &json!("send_mail")));
    assert_eq!(told["reasons"][0]["kind"], "flow");
    assert_eq!(told["labels"], json!(["sends"]));
    let (status, told) = check(&["delete"]);
    assert_eq!((status, told.contains("by no rule")), (Some(1), true), "{told}");
    assert_eq!(check(&["x", "--labels", "secret"]).0, Some(2));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, "version = 1\n[tools.search]\nrate = 'often'\n").unwrap();
    let output = fumehood(&["policy", "check", path.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("line 3: `often` is not of the form CALLS/TIME"));
}

#[test]
fn a_log_that_was_changed_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    drop(fumehood_policy::AuditLog::open(&path).unwrap());
    drop(fumehood_policy::AuditLog::open(&path).unwrap());
    let whole = fs::read_to_string(&path).unwrap();
    let verify = |text_of_log: &str| {
        fs::write(&path, text_of_log).unwrap();
        let output =
            fumehood(&["audit", "verify", path.to_str().unwrap(), "--json"]).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), told)
    };
    let (status, told) = verify(&whole);
    assert_eq!((status, &told["ok"], &told["lines"]), (Some(0), &json!(true), &json!(2)));
    let (first, second) = whole.split_once('\n').unwrap();
    for (changed, damage, line) in [
        (whole.replacen("\"n\":1", "\"n\":3", 1), "changed", json!(1)),
        (second.to_owned(), "moved", json!(1)),
        (format!("{second}{first}\n"), "moved", json!(1)),
        (format!("{first}\n{whole}"), "moved", json!(2)),
        (whole[..whole.len() - 9].to_owned(), "torn", json!(2)),
        (String::new(), "empty", Value::Null),
    ] {
        let (status, told) = verify(&changed);
        assert_eq!(
            (status, &told["damage"], &told["line"]),
            (Some(1), &json!(damage), &line),
            "{changed}"
        );
    }
    let missing = fumehood(&["audit", "verify", "no such file"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(4));
}

#[test]
fn the_policy_of_an_agents_folder_holds_and_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("agent.toml", "version = 1\nmodel = 'replay:replies.jsonl'\npolicy = 'policy.toml'\n");
    write(
        "replies.jsonl",
        &(json!({"content": "<code>send_mail('a', 'b', 'c')</code>"}).to_string()
            + "\n"
            + &json!({"content": "<code>final_answer('end')</code>"}).to_string()
            + "\n"),
    );
    write("policy.toml", "version = 1\n[tools.visit_page]\n");
    let run = |flags: &[&str]| {
        let tool = example("send_mail.toml");
        let given = [
            "run",
            "x",
            "--no-store",
            "--agent",
            folder.path().to_str().unwrap(),
            "--tool",
            tool.to_str().unwrap(),
        ];
        fumehood(&[&given[..], flags].concat()).output().unwrap()
    };
    let told = text(&run(&[]).stderr);
    assert!(told.contains("send_mail was not called: the policy does not name it"), "{told}");
    write("policy.toml", "version = 1\n[tols.x]\n");
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(4));
    let told = text(&output.stderr);
    assert!(
        told.contains("key `policy`: cannot use `policy.toml`")
            && told.contains("line 2: unknown field `tols`"),
        "{told}"
    );
}

//! `fumehood eval`: agents at many tasks, with recorded replies and everything else real.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::runs::signal;
use crate::command::fumehood;

/// A folder with an agent, tasks, and what a model replies to each.
struct Place(tempfile::TempDir);

impl Place {
    /// With tasks, and a reply of the agent for each, which is code.
    fn with(tasks: &[(Value, &str)]) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        place.write("agent/agent.toml", "version = 1\nmax_steps = 3\n[limits]\ntime = '2m'\n");
        let lines = tasks.iter().map(|(task, _)| task.to_string() + "\n");
        place.write("tasks.jsonl", &lines.collect::<String>());
        for (task, code) in tasks {
            place.reply(task["id"].as_str().unwrap(), &[code]);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What the model has to say to a task.
    fn reply(&self, task: &str, codes: &[&str]) {
        let line = |code: &&str| json!({"content": format!("<code>\n{code}\n</code>"), "input_tokens": 100, "output_tokens": 10});
        let lines = codes.iter().map(|code| line(code).to_string() + "\n");
        self.write(&format!("replies/agent/{task}.jsonl"), &lines.collect::<String>());
    }

    fn command(&self, flags: &[&str]) -> Command {
        let arguments = ["eval", "tasks.jsonl", "--agent", "agent", "--model", "replay:replies"];
        let mut command = fumehood(&arguments);
        command.args(["--json", "--out", "out"]).args(flags).current_dir(self.0.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn output(&self, flags: &[&str]) -> Output {
        self.command(flags).output().unwrap()
    }

    /// The report, of a command that came to its end.
    fn report(&self, flags: &[&str]) -> Value {
        let output = self.output(flags);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The lines of results.
    fn results(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("out/results.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Has the tool `wait` wait until there is the file `go`, and note each call.
    fn waiting(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        self.write(
            "wait.sh",
            "#!/bin/sh\necho >> calls\nfor n in $(seq 1200); do [ -e go ] && break; sleep 0.05; done\necho 1\n",
        );
        fs::set_permissions(self.path("wait.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        self.write(
            "wait.toml",
            "name = 'wait'\ndescription = 'Waits.'\nprogram = ['./wait.sh']\ntime = '60s'\n",
        );
    }

    fn calls(&self) -> usize {
        fs::read_to_string(self.path("calls")).unwrap_or_default().lines().count()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A task whose answer is this number.
fn number(id: &str, expected: i64) -> Value {
    json!({"id": id, "task": "Compute.", "scorer": "numeric", "expected": expected})
}

/// Outcomes by task, of the agent.
fn outcomes(report: &Value) -> BTreeMap<String, String> {
    let tasks = report["tasks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    tasks.map(|task| (text(&task["id"]), text(&task["agent"]))).collect()
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn jsonl(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What is expected of the example's tasks, computed here from the table and by other ways than the agents'.
fn expected() -> BTreeMap<&'static str, Value> {
    let table = fs::read_to_string(examples().join("penguins/penguins.csv")).unwrap();
    let rows = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let rows = rows.collect::<Vec<_>>();
    let of = |species: &str| rows.iter().filter(|row| row[0] == species).collect::<Vec<_>>();
    let numbers = |rows: &[&Vec<&str>], column: usize| {
        rows.iter().filter_map(|row| row[column].parse::<f64>().ok()).collect::<Vec<_>>()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
    };
    let rounded =
        |value: f64, digits: i32| (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    let pairs = rows
        .iter()
        .filter_map(|row| Some((row[4].parse::<f64>().ok()?, row[5].parse::<f64>().ok()?)));
    let (flippers, masses): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let (flipper, mass) = (mean(&flippers), mean(&masses));
    let both = flippers.iter().zip(&masses).map(|(a, b)| (a - flipper) * (b - mass)).sum::<f64>();
    let spread = |values: &[f64], mean: f64| values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    let correlation = both / (spread(&flippers, flipper) * spread(&masses, mass)).sqrt();
    let heaviest =
        rows.iter().filter(|row| row[5] != "NA").max_by_key(|row| row[5].parse::<u32>().unwrap());
    let heaviest = heaviest.unwrap();
    let dream = rows.iter().filter(|row| row[1] == "Dream").map(|row| row[0]);
    // By the congruence of Zeller, in which Friday is 6.
    let is_friday = |year: i64, month: i64| {
        let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
        (13 + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7 == 6
    };
    let fridays = |year: &i64| (1..13).filter(|month| is_friday(*year, *month)).count();
    let collatz = |start: u64| {
        let next = |n: &u64| (*n != 1).then(|| if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 });
        std::iter::successors(Some(start), next).count()
    };
    BTreeMap::from([
        ("adelie-count", json!(of("Adelie").len())),
        ("gentoo-mean-mass", json!(rounded(mean(&numbers(&of("Gentoo"), 5)), 1))),
        ("sex-unknown", json!(rows.iter().filter(|row| row[6] == "NA").count())),
        ("flipper-and-mass", json!(rounded(correlation, 3))),
        (
            "bill-medians",
            ["Adelie", "Chinstrap", "Gentoo"]
                .map(|species| (species.to_owned(), json!(median(numbers(&of(species), 2)))))
                .into_iter()
                .collect::<serde_json::Map<_, _>>()
                .into(),
        ),
        ("species-of-dream", json!(dream.collect::<BTreeSet<_>>())),
        (
            "heaviest-bird",
            json!({
                "species": heaviest[0],
                "island": heaviest[1],
                "body_mass_g": heaviest[5].parse::<u32>().unwrap(),
            }),
        ),
        ("one-friday", json!((2020..2030).filter(|year| fridays(year) == 1).collect::<Vec<_>>())),
        ("power-of-two", json!((1_u128 << 100).to_string())),
        ("longest-collatz", json!((1..10_000).max_by_key(|n| collatz(*n)).unwrap())),
    ])
}

#[test]
fn an_agent_and_its_baseline_work_on_the_example_and_the_report_is_right() {
    let examples = examples();
    let tasks = jsonl(&examples.join("eval/tasks.jsonl"));
    let mut computed = expected();
    for task in &tasks {
        let id = task["id"].as_str().unwrap();
        match computed.remove(id) {
            Some(expected) => assert_eq!(task["expected"], expected, "{id}"),
            None => assert_eq!(task["scorer"], "python", "{id}"),
        }
    }
    assert!(computed.is_empty(), "{computed:?}");

    let out = tempfile::tempdir().unwrap();
    let arguments = [
        "eval",
        "eval/tasks.jsonl",
        "--data",
        ".",
        "--agent",
        "eval/agent",
        "--baseline",
        "tool-calling",
        "--model",
        "replay:eval/replies",
        "--workers",
        "3",
        "--json",
        "--out",
    ];
    let mut command = fumehood(&arguments);
    let output = command.arg(out.path()).current_dir(&examples).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "nothing is told to nobody");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    let wrong: [(&str, BTreeMap<&str, &str>); 2] = [
        ("agent", BTreeMap::from([("sex-unknown", "wrong_answer"), ("one-friday", "max_steps")])),
        (
            "baseline",
            BTreeMap::from([
                ("gentoo-mean-mass", "wrong_answer"),
                ("bill-medians", "wrong_answer"),
                ("one-friday", "wrong_answer"),
                ("power-of-two", "error"),
                ("longest-collatz", "limit"),
                ("magic-square", "wrong_answer"),
            ]),
        ),
    ];
    for (system, wrong) in &wrong {
        for task in report["tasks"].as_array().unwrap() {
            let id = task["id"].as_str().unwrap();
            assert_eq!(task[system], *wrong.get(id).unwrap_or(&"right"), "{system}, {id}");
        }
        let figures = &report["systems"][system];
        assert_eq!(figures["tasks"], 11);
        assert_eq!(figures["right"], 11 - wrong.len());
        for kind in ["wrong_answer", "max_steps", "limit", "timeout", "error"] {
            let count = wrong.values().filter(|other| **other == kind).count();
            assert_eq!(figures["failures"][kind], count, "{system}, {kind}");
        }
        // Every reply was said, each in a step but for the words after the last one.
        let replies = tasks.iter().flat_map(|task| {
            let id = task["id"].as_str().unwrap();
            jsonl(&examples.join("eval/replies").join(system).join(format!("{id}.jsonl")))
        });
        let replies = replies.collect::<Vec<_>>();
        let sum = |key: &str| replies.iter().map(|reply| reply[key].as_u64().unwrap()).sum::<u64>();
        let last_words =
            wrong.values().filter(|kind| matches!(**kind, "max_steps" | "limit")).count();
        assert_eq!(figures["steps"], replies.len() - last_words, "{system}");
        assert_eq!(figures["usage"]["input_tokens"], sum("input_tokens"), "{system}");
        assert_eq!(figures["usage"]["output_tokens"], sum("output_tokens"), "{system}");
        let cost = (sum("input_tokens") as f64 * 2.5 + sum("output_tokens") as f64 * 10.0) / 1e6;
        assert!((figures["cost"].as_f64().unwrap() - cost).abs() < 1e-9, "{system}: {figures}");
        assert!(figures["sandbox_us"].as_u64().unwrap() > 0);
        assert!(figures["took_us"].as_u64() >= figures["sandbox_us"].as_u64(), "{figures}");
    }

    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 5e-5;
    // 9 and 5 of 11, computed from the formula elsewhere.
    let of = |system: &str, end: usize| report["systems"][system]["success_95"][end].clone();
    assert!(near(&of("agent", 0), 0.5230) && near(&of("agent", 1), 0.9486), "{report}");
    assert!(near(&of("baseline", 0), 0.2127) && near(&of("baseline", 1), 0.7199), "{report}");
    let paired = &report["paired"];
    let counts = ["tasks", "both", "only_agent", "only_baseline", "neither"]
        .map(|key| paired[key].as_u64().unwrap());
    assert_eq!(counts, [11, 4, 5, 1, 1]);
    assert!(near(&paired["difference"], 4.0 / 11.0));
    // Heads at most once or at least five times, of six.
    assert!(near(&paired["mcnemar_exact_p"], 14.0 / 64.0));

    let text = fs::read_to_string(out.path().join("report.md")).unwrap();
    for part in [
        "|  | agent (code) | baseline (tool_calling) |",
        "| success, with its 95 % interval | 81.8 % (52.3–94.9) | 45.5 % (21.3–72.0) |",
        "| one-friday | max steps | wrong answer |",
        "the exact test of McNemar has p = 0.2188",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let written = fs::read(out.path().join("report.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), report);
}

#[test]
fn tasks_that_cannot_be_read_are_told_with_their_line_before_anything_runs() {
    let good = number("good", 1).to_string();
    for (line, told) in [
        ("x", "line 2: it is not a JSON object"),
        ("[1]", "line 2: it is not a JSON object"),
        (r#"{"id": "a""#, "line 2: EOF while parsing an object"),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "max_stpes": 3}"#,
            "line 2: there is no key `max_stpes`; it may be meant for `max_steps`",
        ),
        (r#"{"task": "b", "scorer": "exact", "expected": 1}"#, "line 2: missing field `id`"),
        (
            r#"{"id": "a/b", "task": "b", "scorer": "exact", "expected": 1}"#,
            "line 2: `id`: `a/b` is none",
        ),
        (
            r#"{"id": "..", "task": "b", "scorer": "exact", "expected": 1}"#,
            "line 2: `id`: `..` is none",
        ),
        (
            r#"{"id": "good", "task": "b", "scorer": "exact", "expected": 1}"#,
            "line 1 has the task `good` already",
        ),
        (r#"{"id": "a", "task": " ", "scorer": "exact", "expected": 1}"#, "`task`: it is empty"),
        (r#"{"id": "a", "task": "b", "scorer": "exact"}"#, "`expected`: it is not there"),
        (
            r#"{"id": "a", "task": "b", "scorer": "vague", "expected": 1}"#,
            "unknown variant `vague`, expected one of `exact`",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "tolerance": 1}"#,
            "only the scorer `numeric` has it",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "check": "x"}"#,
            "only the scorer `python` has it",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "numeric", "expected": "many"}"#,
            "the scorer `numeric` needs a number",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "numeric", "expected": 1, "tolerance": -1}"#,
            "`tolerance` is a number from 0 on",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "contains", "expected": [" "]}"#,
            "the scorer `contains` needs a text",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "python"}"#,
            "`check`: the scorer `python` needs it",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "python", "check": "answer =="}"#,
            "line 2: `check`: SyntaxError",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "files": ["none.csv"]}"#,
            "`files`: cannot read `none.csv`",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "files": ["../secret"]}"#,
            "`files`: cannot read `../secret`",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "files": ["link"]}"#,
            "`files`: cannot read `link`",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "limits": {"seconds": 1}}"#,
            "there is no key `seconds`",
        ),
        (
            r#"{"id": "a", "task": "b", "scorer": "exact", "expected": 1, "timeout": "1 parsec"}"#,
            "`parsec` is not a unit of time",
        ),
    ] {
        let place = Place::with(&[(number("good", 1), "final_answer(1)")]);
        place.write("tasks.jsonl", &format!("{good}\n{line}\n"));
        std::os::unix::fs::symlink("/etc/passwd", place.path("link")).unwrap();
        let output = place.output(&[]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(4), "{line}: {said}");
        assert!(said.contains("tasks.jsonl") && said.contains(told), "{told} in {said}");
        assert!(place.results().is_empty(), "{line}");
    }
}

#[test]
fn a_killed_run_goes_on_with_what_is_missing() {
    let place = Place::with(&[
        (number("first", 1), "final_answer(1)"),
        (number("second", 2), "final_answer(3)"),
        (number("third", 1), "final_answer(wait())"),
        (number("fourth", 4), "final_answer(4)"),
    ]);
    place.waiting();
    let tool = ["--tool", "wait.toml"];
    let mut child = place.command(&tool).spawn().unwrap();
    until("the third task does not wait", || place.calls() == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = place.results();
    let names = |results: &[Value]| {
        results.iter().map(|result| result["task"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&kept), ["first", "second"]);

    // As if it had been killed while it wrote.
    let path = place.path("out/results.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{}", &text[..40])).unwrap();
    place.write("go", "");
    let output = place.output(&tool);
    let told = stderr(&output);
    assert!(told.contains("the last result was not whole"), "{told}");
    assert!(told.contains("2 results are there, 2 are to be made"), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(names(&place.results()), ["first", "second", "third", "fourth"]);
    assert_eq!(place.results()[..2], kept);
    let figures = &report["systems"]["agent"];
    assert_eq!((&figures["right"], &figures["failures"]["wrong_answer"]), (&json!(3), &json!(1)));

    // There is nothing left to do.
    let calls = place.calls();
    assert_eq!(place.report(&tool), report);
    assert_eq!((place.calls(), place.results().len()), (calls, 4));
}

#[test]
fn what_failed_is_run_again_if_that_is_asked_for() {
    let place = Place::with(&[
        (number("right", 1), "final_answer(1)"),
        (number("wrong", 2), "final_answer(1)"),
        (number("failing", 3), "final_answer(3)"),
    ]);
    fs::remove_file(place.path("replies/agent/failing.jsonl")).unwrap();
    let found = outcomes(&place.report(&[]));
    let expected = [("right", "right"), ("wrong", "wrong_answer"), ("failing", "error")];
    let expected = expected.map(|(id, outcome)| (id.to_owned(), outcome.to_owned()));
    assert_eq!(found, BTreeMap::from(expected));
    let last = place.results().pop().unwrap();
    assert!(last["told"].as_str().unwrap().contains("failing.jsonl"), "{last}");

    place.reply("right", &["final_answer('it would be wrong now')"]);
    place.reply("wrong", &["final_answer(2)"]);
    place.reply("failing", &["final_answer(3)"]);
    let report = place.report(&["--again", "errors"]);
    assert_eq!(outcomes(&report)["failing"], "right");
    assert_eq!(outcomes(&report)["wrong"], "wrong_answer");
    let report = place.report(&["--again", "failed"]);
    assert!(outcomes(&report).values().all(|outcome| outcome == "right"), "{report}");
    assert_eq!(report["systems"]["agent"]["replaced"], 2);
    assert_eq!(place.results().len(), 5);
}

#[test]
fn results_of_another_task_or_agent_are_told_and_made_anew_if_that_is_asked_for() {
    let place = Place::with(&[
        (number("one", 1), "final_answer(1)"),
        (
            json!({"id": "two", "task": "Read.", "scorer": "numeric", "expected": 2, "files": ["two.txt"]}),
            "final_answer(open('/data/two.txt').read())",
        ),
    ]);
    place.write("two.txt", "3");
    assert_eq!(outcomes(&place.report(&[]))["two"], "wrong_answer");
    place.write("two.txt", "2");
    let output = place.output(&[]);
    assert!(
        stderr(&output)
            .contains("1 of the results that are there are of a task that was another one"),
        "{}",
        stderr(&output)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["systems"]["agent"]["changed"], 1);
    let report = place.report(&["--again", "changed"]);
    assert_eq!((&outcomes(&report)["two"][..], place.results().len()), ("right", 3));

    place.write("agent/agent.toml", "version = 1\nmax_steps = 3\ninstructions = 'Be careful.'\n");
    let output = place.output(&[]);
    assert!(
        stderr(&output).contains("2 of the results that are there are of another agent"),
        "{}",
        stderr(&output)
    );
    assert_eq!(place.results().len(), 3);
    let report = place.report(&["--again", "changed"]);
    assert_eq!((&report["systems"]["agent"]["changed"], place.results().len()), (&json!(0), 5));
}

#[test]
fn a_check_that_loops_is_stopped_and_is_no_failure_of_the_agent() {
    let check = |id: &str, check: &str| {
        json!({
            "id": id, "task": "Compute.", "scorer": "python", "check": check, "expected": 6,
            "check_limits": {"time": "300ms"},
        })
    };
    let code = "final_answer(6)";
    let place = Place::with(&[
        (check("loops", "while True: pass"), code),
        (check("has_a_mistake", "answr == 6"), code),
        (check("says_nothing", "answer"), code),
        (check("asserts", "assert answer == 7, 'not seven'\nTrue"), code),
        (check("compares", "answer == expected and answer_text == '6'"), code),
        (check("reads", "import os\nos.path.exists('/data')"), code),
    ]);
    let report = place.report(&["--workers", "2"]);
    let expected = [
        ("loops", "not_scored"),
        ("has_a_mistake", "not_scored"),
        ("says_nothing", "not_scored"),
        ("asserts", "wrong_answer"),
        ("compares", "right"),
        ("reads", "wrong_answer"),
    ];
    let expected = expected.map(|(id, outcome)| (id.to_owned(), outcome.to_owned()));
    assert_eq!(outcomes(&report), BTreeMap::from(expected));
    let figures = &report["systems"]["agent"];
    assert_eq!(
        ["done", "scored", "not_scored", "right"].map(|key| figures[key].as_u64().unwrap()),
        [6, 3, 3, 1]
    );
    assert_eq!(
        figures["failures"],
        json!({"wrong_answer": 2, "max_steps": 0, "limit": 0, "timeout": 0, "error": 0})
    );
    let told = place.results().into_iter().map(|result| {
        (
            result["task"].as_str().unwrap().to_owned(),
            result["told"].as_str().unwrap_or_default().to_owned(),
        )
    });
    let told = told.collect::<BTreeMap<_, _>>();
    assert!(told["loops"].contains("time"), "{told:?}");
    assert!(told["has_a_mistake"].starts_with("NameError: "), "{told:?}");
    assert_eq!(told["asserts"], "AssertionError: not seven");
}

#[test]
fn a_task_ends_by_its_own_limits_and_time() {
    let with = |id: &str, more: Value| {
        let mut task = number(id, 1);
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    };
    let place = Place::with(&[
        (
            with("sleeps", json!({"timeout": "300ms"})),
            "import time\ntime.sleep(25)\nfinal_answer(1)",
        ),
        (with("computes", json!({"limits": {"fuel": "100M"}, "max_steps": 1})), "while True: pass"),
        (with("dithers", json!({"max_steps": 2})), "print(1)"),
        (with("late", json!({"max_steps": 1})), "print(1)"),
    ]);
    place.reply("computes", &["while True: pass", "x = 1"]);
    place.reply("dithers", &["print(1)", "print(2)", "x = 1"]);
    place.write(
        "replies/agent/late.jsonl",
        &[json!({"content": "<code>print(1)</code>"}), json!({"content": " 1 "})]
            .map(|line| format!("{line}\n"))
            .concat(),
    );
    let report = place.report(&[]);
    let expected =
        [("sleeps", "timeout"), ("computes", "limit"), ("dithers", "max_steps"), ("late", "right")];
    let expected = expected.map(|(id, outcome)| (id.to_owned(), outcome.to_owned()));
    assert_eq!(outcomes(&report), BTreeMap::from(expected));
}

#[test]
fn tasks_are_worked_on_at_the_same_time() {
    let tasks = ["a", "b", "c"].map(|id| (number(id, 1), "final_answer(wait())"));
    let place = Place::with(&tasks);
    place.waiting();
    let child = place.command(&["--tool", "wait.toml", "--workers", "3"]).spawn().unwrap();
    // None of them ends before all three wait.
    until("three tasks do not wait together", || place.calls() == 3);
    assert!(place.results().is_empty());
    place.write("go", "");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(place.results().len(), 3);
}

/// Interrupts a command that works on a task that waits.
fn interrupted(place: &Place, child: Child, times: u32) -> Output {
    for _ in 0..times {
        signal(&child, Signal::INT);
        // Two signals that come together are one.
        std::thread::sleep(Duration::from_millis(300));
    }
    if times == 1 {
        place.write("go", "");
    }
    child.wait_with_output().unwrap()
}

#[test]
fn what_has_ended_is_kept_when_a_run_is_interrupted() {
    for (times, kept) in [(1, 2), (2, 1)] {
        let place = Place::with(&[
            (number("first", 1), "final_answer(1)"),
            (number("second", 1), "final_answer(wait())"),
            (number("third", 1), "final_answer(1)"),
        ]);
        place.waiting();
        let child = place.command(&["--tool", "wait.toml"]).spawn().unwrap();
        until("the second task does not wait", || place.calls() == 1);
        let output = interrupted(&place, child, times);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(&format!("{} are missing", 3 - kept)), "{told}");
        assert_eq!(place.results().len(), kept, "{told}");
        place.write("go", "");
        let report = place.report(&["--tool", "wait.toml"]);
        assert_eq!(report["systems"]["agent"]["right"], 3);
    }
}

#[test]
fn two_processes_do_not_write_the_same_results() {
    let place = Place::with(&[(number("waits", 1), "final_answer(wait())")]);
    place.waiting();
    let child = place.command(&["--tool", "wait.toml"]).spawn().unwrap();
    until("the task does not wait", || place.calls() == 1);
    let output = place.output(&["--tool", "wait.toml"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("another process adds to"), "{}", stderr(&output));
    place.write("go", "");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn an_agent_is_compared_with_the_other_kind_only() {
    let place = Place::with(&[(number("one", 1), "final_answer(1)")]);
    let output = place.output(&["--baseline", "code"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("is of the kind `code` already"), "{}", stderr(&output));
}

//! The command as a process: exit status, stdout and stderr.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::Value;

use crate::WORK;

/// Runs the command with an image that is there.
pub(crate) fn fumehood(arguments: &[&str]) -> Command {
    crate::engine();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fumehood"));
    command.args(arguments).stdin(Stdio::null());
    let variables = fumehood_model::providers()
        .iter()
        .flat_map(|provider| provider.base_variables.iter().chain(provider.key_variables));
    for name in variables.chain(&["FUMEHOOD_MODEL"]) {
        command.env_remove(name);
    }
    // Not those of whoever runs the tests.
    command.env("FUMEHOOD_RUNS", concat!(env!("CARGO_TARGET_TMPDIR"), "/runs"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OTEL_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a process did, to compare with a snapshot.
pub(crate) fn shown(output: &Output) -> String {
    let status = output.status.code().map_or("none".to_owned(), |code| code.to_string());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    format!(
        "status: {status}\n--- stdout\n{}\n--- stderr\n{}",
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn run(arguments: &[&str]) -> String {
    shown(&fumehood(arguments).output().unwrap())
}

pub(crate) fn with_stdin(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = fumehood(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

#[test]
fn code_that_runs_to_its_end() {
    assert_snapshot!(run(&["exec", "-c", "import sys; print('out'); print('err', file=sys.stderr)"]), @r"
    status: 0
    --- stdout
    out
    --- stderr
    err
    ");
}

#[test]
fn code_that_raises() {
    assert_snapshot!(run(&["exec", "-c", "print('before')\n1 / 0"]), @r#"
    status: 1
    --- stdout
    before
    --- stderr
    Traceback (most recent call last):
      File "<string>", line 2, in <module>
        1 / 0
        ~~^~~
    ZeroDivisionError: division by zero
    "#);
}

#[test]
fn a_final_answer_is_printed() {
    assert_snapshot!(run(&["exec", "-c", "final_answer({'n': 1})"]), @r"
    status: 0
    --- stdout
    {'n': 1}
    --- stderr
    ");
}

#[test]
fn a_loop_meets_its_time_limit_and_is_named() {
    let started = Instant::now();
    let shown = run(&["exec", "-c", "while True: pass", "--time", "1s"]);
    let took = started.elapsed();
    assert_snapshot!(shown, @r#"
    status: 3
    --- stdout

    --- stderr
    Traceback (most recent call last):
      File "<string>", line 1, in <module>
        while True: pass
                    ^^^^
    fumehood.TimeLimitExceeded: the step's time limit of 1s was reached
    fumehood: the step's time limit of 1s was reached
    "#);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_long_operation_meets_the_second_wall() {
    assert_snapshot!(run(&["exec", "-c", "sum(range(10**12))", "--time", "300ms"]), @r"
    status: 3
    --- stdout

    --- stderr
    fumehood: the step's time limit of 300ms was reached
    ");
}

#[test]
fn each_limit_has_a_flag() {
    for (flags, code, limit) in [
        (["--fuel", "60M"], "while True: pass", "fuel limit of 60000000"),
        (["--memory", "200MiB"], "x = bytearray(2**30)", "memory limit of 209715200 bytes"),
        (
            ["--output", "10B"],
            "print('x' * 100)\nfor _ in range(9): pass",
            "output limit of 10 bytes",
        ),
    ] {
        let output = fumehood(&["exec", "-c", code]).args(flags).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{flags:?}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(limit), "{stderr}");
    }
}

#[test]
fn output_that_is_cut_is_marked() {
    let output = fumehood(&["exec", "-c", "while True: print('x' * 99)", "--output", "1000"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 1000);
    assert!(String::from_utf8_lossy(&output.stderr).contains("fumehood: output cut, "));
}

#[test]
fn programs_come_from_files_and_from_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program.py");
    std::fs::write(&path, "import sys\nprint(sys.argv[1:])\nraise SystemExit('bye')").unwrap();
    let mut command = fumehood(&["exec", "program.py", "--", "-a", "b"]);
    assert_snapshot!(shown(&command.current_dir(folder.path()).output().unwrap()), @r#"
    status: 1
    --- stdout
    ['-a', 'b']
    --- stderr
    Traceback (most recent call last):
      File "program.py", line 3, in <module>
        raise SystemExit('bye')
    SystemExit: bye
    "#);
    assert_snapshot!(shown(&with_stdin(&["exec", "-"], b"print(6 * 7)\nx")), @r#"
    status: 1
    --- stdout
    42
    --- stderr
    Traceback (most recent call last):
      File "<stdin>", line 2, in <module>
        x
    NameError: name 'x' is not defined
    "#);
}

#[test]
fn wrong_usage_is_told_before_anything_is_built() {
    for arguments in [
        &["exec"][..],
        &["exec", "-c", "1", "file.py"],
        &["exec", "-c", "1", "--time", "soon"],
        &["exec", "-c", "1", "--memory", "5 parsecs"],
        &["exec", "-c", "1", "--env", "NAME"],
        &["exec", "--jsonl", "--out", "folder"],
        &["no-such-command"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_fumehood")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    assert_snapshot!(run(&["exec", "no-such-file.py"]), @r"
    status: 4
    --- stdout

    --- stderr
    error: cannot read `no-such-file.py`
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn folders_and_variables_are_granted_by_flags() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.txt"), "data").unwrap();
    let path = folder.path().display().to_string();
    let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    let read = format!("import os; print(open('/{name}/in.txt').read(), os.environ['MODE'])");
    let output =
        fumehood(&["exec", "-c", &read, "--grant", &path, "--env", "MODE=x=y"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "data x=y\n");
    let write = "open('/out/new.txt', 'w').write('made')";
    let grant = format!("{path}:/out");
    let refused = fumehood(&["exec", "-c", write, "--grant", &grant]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let grant = format!("{path}:/out:rw");
    let allowed = fumehood(&["exec", "-c", write, "--grant", &grant]).output().unwrap();
    assert_eq!(allowed.status.code(), Some(0), "{}", shown(&allowed));
    assert_eq!(std::fs::read_to_string(folder.path().join("new.txt")).unwrap(), "made");
}

#[test]
fn what_the_code_leaves_is_collected() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/results");
    let path = out.display().to_string();
    let said = |output: &Output| shown(output).replace(&path, "DIR").replace(WORK, "WORK");
    let code = "
import os
os.makedirs('sub')
open('table.csv', 'w').write('a,b\\n')
open('sub/numbers', 'w').write('1' * 2000)
open('/tmp/of_no_use', 'w').write('x')
os.symlink('table.csv', 'link')
os.symlink('..', 'sub/li\\x1bnk')
";
    assert_snapshot!(said(&fumehood(&["exec", "-c", code, "--out", &path]).output().unwrap()), @r#"
    status: 0
    --- stdout

    --- stderr
    fumehood: 2 files, 2.0KiB, in `DIR`
    fumehood: links are left out: "WORK/link" and 1 more
    "#);
    assert_eq!(std::fs::read_to_string(out.join("table.csv")).unwrap(), "a,b\n");
    assert_eq!(std::fs::read(out.join("sub/numbers")).unwrap(), [b'1'; 2000]);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 2);
    // However it ends, and in the place of what was there.
    let code = "open('table.csv', 'w').write('c')\n1 / 0";
    let output = fumehood(&["exec", "--json", "-c", code, "--out", &path]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert!(said(&output).ends_with("fumehood: 1 file, 1B, in `DIR`"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(out.join("table.csv")).unwrap(), "c");
    let code = "open('left', 'w').close(); import os; os.abort()";
    let output = fumehood(&["exec", "-c", code, "--out", &path]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", shown(&output));
    // What was rolled back has left nothing.
    assert!(!out.join("left").exists());
}

#[test]
fn what_cannot_be_collected_is_told_before_the_code_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let (file, path) = (file.display().to_string(), folder.path().display().to_string());
    let said = shown(&fumehood(&["exec", "-c", "print(1)", "--out", &file]).output().unwrap());
    assert_snapshot!(said.replace(&file, "FILE"), @r"
    status: 4
    --- stdout

    --- stderr
    error: cannot make the folder `FILE`
      caused by: File exists (os error 17)
    ");
    let grant = format!("{path}:/work:rw");
    let arguments = ["exec", "-c", "print(1)", "--out", &path, "--grant", &grant];
    assert_snapshot!(shown(&fumehood(&arguments).output().unwrap()), @r"
    status: 4
    --- stdout

    --- stderr
    error: --out copies `/work` of the session, and a folder was granted there
    ");
    // A folder in the way of a file is told afterwards.
    std::fs::create_dir(folder.path().join("way")).unwrap();
    let output = fumehood(&["exec", "-c", "open('way', 'w')", "--out", &path]).output().unwrap();
    assert_snapshot!(shown(&output).replace(&path, "DIR").replace(WORK, "WORK"), @r"
    status: 4
    --- stdout

    --- stderr
    error: cannot copy the files to `DIR`
      caused by: cannot copy `WORK/way`
      caused by: Is a directory (os error 21)
    ");
}

#[test]
fn json_tells_all_of_a_step() {
    let output = fumehood(&["exec", "--json", "-c", "print('hi')\n[1, 'a']"]).output().unwrap();
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let usage = report["usage"].take();
    for key in ["fuel", "wall_us", "memory_bytes"] {
        assert!(usage[key].as_u64().unwrap() > 0, "{key}: {usage}");
    }
    assert_eq!((&usage["output_bytes"], &usage["tool_calls"]), (&Value::from(3), &Value::from(0)));
    assert_snapshot!(report.to_string(), @r#"{"status":"ok","stdout":"hi\n","stderr":"","value":{"repr":"[1, 'a']","json":[1,"a"]},"exception":null,"limit":null,"usage":null,"output_cut_bytes":0,"rolled_back":false,"session_lost":false}"#);
}

#[test]
fn output_streams_while_the_code_runs() {
    use std::io::{BufRead as _, BufReader};
    let mut child =
        fumehood(&["exec", "-c", "import time\nprint('first')\ntime.sleep(30)", "--time", "60s"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "first\n");
    assert!(child.try_wait().unwrap().is_none(), "the code is still running");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn interrupting_cancels_the_step() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut child = fumehood(&["exec", "-c", "print('ready')\nwhile True: pass"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(stderr.contains("fumehood.Cancelled: the step was cancelled"), "{stderr}");
}

#[test]
fn bench_prints_its_figures_under_the_keys_that_are_documented() {
    let documented = include_str!("../../docs/command.md");
    for (only, expected) in [
        (
            "step_",
            &[
                "step_empty_us",
                "step_expression_us",
                "step_print_us",
                "agent_step_us",
                "agent_step_stored_us",
            ][..],
        ),
        ("roll_back_us", &["roll_back_us"]),
    ] {
        let output = fumehood(&["bench", "--json", "--only", only]).output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let figures = report["figures"].as_object().unwrap();
        let keys = figures.keys().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(keys, expected);
        for figure in figures.values() {
            let measured = &figure["measured"]["fumehood"];
            assert!(measured["median"].as_f64().unwrap() > 0.0, "{figure}");
            assert!(measured["n"].as_u64().unwrap() >= 50, "{figure}");
        }
        assert_eq!(report["metering"], "fuel");
        assert!(keys.iter().all(|key| documented.contains(&format!("`{key}`"))));
    }
    let output = fumehood(&["bench", "--only", "nothing_of_this_name"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", shown(&output));
}

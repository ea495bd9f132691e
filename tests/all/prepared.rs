//! Set-up code that is run once, for sessions that begin with what it leaves.

use std::collections::HashSet;
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Checkpoint, Code, ConfigError, Grant, Limits, Outcome, PrepareError, Session, Totals,
};
use fumehood_agent::Agent;
use fumehood_model::Scripted;
use serde_json::json;

use crate::{builder, clock, printed, repr};

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

async fn prepare(code: &str) -> Checkpoint {
    builder().build().unwrap().prepare(code).await.unwrap()
}

fn stopped(code: &str) -> Code {
    let limits = Limits::default().with_time(Duration::from_millis(50));
    Code::new(format!("{code}\nsum(range(10**12))")).limits(limits)
}

#[tokio::test]
async fn every_session_begins_with_what_the_set_up_code_has_left() {
    for builder in [builder(), clock::builder()] {
        let code = "import colorsys, random\nnumbers = list(range(1000))\n\
                    def total(): return sum(numbers)\nopen('notes.txt', 'w').write('kept')";
        let prepared = builder.clone().build().unwrap().prepare(code).await.unwrap();
        let sandbox = builder.prepared(&prepared).build().unwrap();
        drop(prepared);
        let mut drawn = HashSet::new();
        for _ in 0..3 {
            let mut session = sandbox.session().await.unwrap();
            let seen = "import sys\ntotal(), open('notes.txt').read(), 'colorsys' in sys.modules";
            assert_eq!(value(&mut session, seen).await, "(499500, 'kept', True)");
            drawn.insert(value(&mut session, "random.random()").await);
            session.run("numbers.clear()\nopen('notes.txt', 'w').close()").await.unwrap();
        }
        assert_eq!(drawn.len(), 3, "what is random is the same");
    }
}

#[tokio::test]
async fn nothing_of_the_set_up_counts_as_used() {
    let totals = Totals::default().with_output_bytes(Some(1000));
    let limits = Limits::default().with_session(totals);
    let begun = builder().limits(limits);
    let sandbox = begun.clone().build().unwrap();
    let prepared = sandbox.prepare("print('x' * 900)").await.unwrap();
    let mut session = begun.prepared(&prepared).build().unwrap().session().await.unwrap();
    assert_eq!(session.usage().output_bytes, 0);
    assert_eq!(printed(session.run("print('y' * 900)").await.unwrap()).len(), 901);
    let mut saved = Vec::new();
    prepared.save(&sandbox, &mut saved).unwrap();
    assert_eq!(sandbox.resume(saved.as_slice()).await.unwrap().usage().output_bytes, 0);
}

#[tokio::test]
async fn set_up_code_that_fails_prepares_nothing_and_says_why() {
    let sandbox = builder().build().unwrap();
    for (code, told) in [
        (
            Code::new("x = 1\n1 / 0"),
            &[
                "it raised an exception\nTraceback",
                "File \"<set-up>\", line 2",
                "ZeroDivisionError",
            ][..],
        ),
        (
            Code::new("while True: pass")
                .file("set_up.py")
                .limits(Limits::default().with_time(Duration::from_millis(50))),
            &["time limit of 50ms was reached\nTraceback", "File \"set_up.py\", line 1"],
        ),
        (stopped(""), &["the set-up code failed: the step's time limit of 50ms was reached"]),
        (Code::new("import os; os.abort()"), &["the interpreter aborted"]),
    ] {
        let error = sandbox.prepare(code).await.unwrap_err();
        assert!(matches!(&error, PrepareError::Failed { step } if !step.outcome.is_success()));
        for part in told {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    // One that gives its answer has run.
    sandbox.prepare("final_answer(1)").await.unwrap();
}

#[tokio::test]
async fn tools_environment_arguments_and_folder_are_those_of_the_sandbox_of_the_session() {
    let tool = |name: &'static str| {
        let run = move |_| async move { Ok::<_, String>(format!("{name} was called")) };
        fumehood::function(name, "", json!({"type": "object"}), run)
    };
    let set_up = builder().tool(tool("old")).env("OLD", "1").args(["set_up.py"]).build().unwrap();
    let code =
        "import os\nfirst = old()\nos.environ['MADE'] = '1'\nos.mkdir('inner')\nos.chdir('inner')";
    let prepared = set_up.prepare(code).await.unwrap();
    let sandbox = builder()
        .tool(tool("new"))
        .env("NEW", "2")
        .args(["program.py", "-v"])
        .prepared(&prepared)
        .build()
        .unwrap();
    let mut session = sandbox.session().await.unwrap();
    // Also after the first step had to be stopped.
    for _ in 0..2 {
        assert_eq!(
            value(&mut session, "first, new()").await,
            "('old was called', 'new was called')"
        );
        let seen = "import sys\nsorted(os.environ), sys.argv, os.getcwd()";
        assert_eq!(
            value(&mut session, seen).await,
            "(['HOME', 'NEW', 'TMPDIR'], ['program.py', '-v'], '/work')"
        );
        let step = session.run("old()").await.unwrap();
        let Outcome::Raised(exception) = step.outcome else { panic!("{step:?}") };
        assert_eq!(exception.name, "fumehood.ToolError");
        session = sandbox.session().await.unwrap();
        assert!(session.run(stopped("del new; os.environ.clear()")).await.unwrap().rolled_back);
    }
}

#[tokio::test]
async fn a_first_step_that_is_rolled_back_leaves_the_session_as_it_began() {
    let prepared = prepare("import random\nx = [1]\nf = open('a.txt', 'w')").await;
    let sandbox = builder().prepared(&prepared).build().unwrap();
    let mut drawn = HashSet::new();
    for _ in 0..2 {
        let mut session = sandbox.session().await.unwrap();
        let mut child = session.fork().await.unwrap();
        for session in [&mut session, &mut child] {
            let step = session.run(stopped("x.append(2)")).await.unwrap();
            assert!(step.rolled_back && !step.lost);
            assert_eq!(value(session, "x, f.closed").await, "([1], True)");
        }
        let random = value(&mut session, "random.random()").await;
        assert_eq!(value(&mut child, "random.random()").await, random);
        drawn.insert(random);
    }
    assert_eq!(drawn.len(), 2, "what is random is the same after a roll-back");
}

#[tokio::test]
async fn folders_granted_to_the_set_up_are_not_there_unless_they_are_granted_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.txt"), "data").unwrap();
    let grant = |path| {
        Grant::read_only(Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap(), path)
    };
    let set_up = builder().grant(grant("/data")).build().unwrap();
    let code =
        "import shutil\ntext = open('/data/in.txt').read()\nshutil.copy('/data/in.txt', '/work')";
    let prepared = set_up.prepare(code).await.unwrap();
    let seen = "import os\ntext, open('in.txt').read(), os.path.exists('/data/in.txt')";
    let without = builder().prepared(&prepared).build().unwrap();
    let with = builder().grant(grant("/data")).prepared(&prepared).build().unwrap();
    for (sandbox, there) in [(without, "False"), (with, "True")] {
        let mut session = sandbox.session().await.unwrap();
        assert_eq!(value(&mut session, seen).await, format!("('data', 'data', {there})"));
    }
}

/// A folder in place of `/work` is none of the session's own, which was missing where it was not granted
/// again: nothing could be written there, and code began in a folder that was none.
#[tokio::test]
async fn a_session_has_its_own_folder_where_the_set_up_was_granted_another() {
    let folder = tempfile::tempdir().unwrap();
    let granted = || {
        let folder = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        builder().grant(Grant::read_write(folder, "/work"))
    };
    let code = "open('granted.txt', 'w').close()\nopen('/tmp/own.txt', 'w').close()";
    let prepared = granted().build().unwrap().prepare(code).await.unwrap();
    let seen = "import os\nos.listdir(), os.listdir('/tmp'), os.getcwd()";
    let mut session = builder().prepared(&prepared).build().unwrap().session().await.unwrap();
    assert_eq!(value(&mut session, seen).await, "([], ['own.txt'], '/work')");
    assert_eq!(value(&mut session, "open('mine.txt', 'w').write('1')").await, "1");
    // And the other way round, it takes the place of the session's own.
    let prepared = prepare("open('own.txt', 'w').close()").await;
    let mut session = granted().prepared(&prepared).build().unwrap().session().await.unwrap();
    assert_eq!(value(&mut session, seen).await, "(['granted.txt'], [], '/work')");
}

#[tokio::test]
async fn limits_are_those_of_the_sandbox_of_the_session() {
    let code = "import os\nopen('a', 'w').write('a' * 100_000)\nbig = bytearray(100_000_000)";
    let prepared = prepare(code).await;
    let with = |limits: Limits| builder().limits(limits).prepared(&prepared).build();
    for (limits, name) in [
        (Limits::default().with_memory_bytes(150 << 20), "memory_bytes"),
        (Limits::default().with_file_bytes(50_000), "file_bytes"),
        (Limits::default().with_files(0), "files"),
    ] {
        let error = with(limits).unwrap_err();
        assert!(
            matches!(&error, ConfigError::LimitTooSmall { limit, .. } if *limit == name),
            "{error}"
        );
    }
    let limits = Limits::default().with_file_bytes(150_000).with_files(2);
    let mut session = with(limits).unwrap().session().await.unwrap();
    let code = "
import errno
def refused(name, size):
    try:
        with open(name, 'w') as file: file.write('b' * size)
    except OSError as error:
        return errno.errorcode[error.errno]
refused('b', 100_000), refused('c', 1)";
    let seen = value(&mut session, code).await;
    assert_eq!(seen, "('ENOSPC', 'EDQUOT')");
}

#[tokio::test]
async fn a_checkpoint_of_another_engine_is_refused() {
    let prepared = clock::builder().build().unwrap().prepare("x = 1").await.unwrap();
    let error = builder().prepared(&prepared).build().unwrap_err();
    assert!(matches!(error, ConfigError::OtherEngine), "{error}");
}

#[tokio::test]
async fn what_is_prepared_can_be_prepared_further() {
    let first = prepare("x = [1]\ndef shown(): return x").await;
    let second = builder().prepared(&first).build().unwrap();
    let second = second.prepare("x.append(2)").await.unwrap();
    for (prepared, expected) in [(&first, "[1]"), (&second, "[1, 2]")] {
        let sandbox = builder().build().unwrap();
        let mut session = sandbox.session_from(prepared).await.unwrap();
        assert_eq!(value(&mut session, "shown()").await, expected);
    }
}

#[tokio::test]
async fn an_exception_in_a_function_of_the_set_up_shows_its_lines() {
    let prepared = prepare("def divide(n):\n    return n / 0").await;
    let mut session = builder().prepared(&prepared).build().unwrap().session().await.unwrap();
    let step = session.run("divide(1)").await.unwrap();
    let Outcome::Raised(exception) = step.outcome else { panic!("{step:?}") };
    let shown = "File \"<set-up>\", line 2, in divide\n    return n / 0";
    assert!(exception.traceback.contains(shown), "{}", exception.traceback);
}

#[tokio::test]
async fn an_agent_begins_each_run_with_what_is_prepared() {
    let prepared = prepare("def secret(): return 41").await;
    let reply = "Thought: call it.\n<code>\nfinal_answer(secret() + 1)\n</code>";
    let agent = Agent::code(Scripted::new([reply, reply]), builder().prepared(&prepared));
    let agent = agent.build().unwrap();
    for _ in 0..2 {
        assert_eq!(agent.run("what is it?").await.unwrap().answer.text(), "42");
    }
}

#[tokio::test]
async fn preparing_can_be_done_on_another_thread() {
    let sandbox = builder().build().unwrap();
    let preparing = tokio::spawn(async move { sandbox.prepare("x = 1").await.map(drop) });
    preparing.await.unwrap().unwrap();
}

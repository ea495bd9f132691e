//! Deterministic sandboxes: the same steps come to the same, whenever, wherever and however often they run.
//! `tests/cases.rs` runs every case twice.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Code, ConfigError, Determinism, Grant, Limits, Outcome, Sandbox, Session, Step, function,
};
use serde_json::json;

use crate::command::{fumehood, with_stdin};
use crate::session_format::Saved;
use crate::{builder, clock, printed, repr};

fn sandbox(seed: u64) -> Sandbox {
    builder().deterministic(Determinism::with_seed(seed)).build().unwrap()
}

fn digest(session: &mut Session, sandbox: &Sandbox) -> String {
    session.checkpoint().unwrap().digest(sandbox).unwrap()
}

/// What a step came to, but for how long it took.
fn told(step: &Step) -> String {
    let Step { outcome, output, usage, rolled_back, .. } = step;
    format!("{outcome:?} {output:?} {} {} {rolled_back}", usage.fuel, usage.memory_bytes)
}

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

/// Everything by which Python gets something random.
const RANDOM: &str = "
import os, random, secrets, tempfile, uuid
import numpy as np
[random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4().hex, uuid.uuid1().hex,
 os.urandom(8).hex(), secrets.token_hex(8), tempfile.mktemp(), random.Random().random(),
 random.SystemRandom().random()]
";

#[tokio::test]
async fn everything_random_follows_from_the_seed() {
    let mut of_seeds = Vec::new();
    for seed in [0, 1, u64::MAX] {
        let sandbox = sandbox(seed);
        let mut sessions = Vec::new();
        for _ in 0..3 {
            let mut session = sandbox.session().await.unwrap();
            let values = [value(&mut session, RANDOM).await, value(&mut session, RANDOM).await];
            assert_ne!(values[0], values[1]);
            sessions.push((values, digest(&mut session, &sandbox)));
        }
        assert!(sessions.iter().all(|session| *session == sessions[0]), "{sessions:#?}");
        let values = sessions[0].0[0].trim_matches(['[', ']']);
        of_seeds.push(values.split(", ").map(str::to_owned).collect::<Vec<_>>());
    }
    for (position, value) in of_seeds[0].iter().enumerate() {
        assert!(!of_seeds[1..].iter().any(|other| other[position] == *value), "{value}");
    }
}

#[tokio::test]
async fn the_clocks_begin_where_they_are_told() {
    let start = Determinism::default().with_start(Duration::from_secs(1_000_000_000));
    let sandbox = builder().deterministic(start).build().unwrap();
    assert_eq!(sandbox.determinism(), Some(start));
    let mut session = sandbox.session().await.unwrap();
    let code = "import datetime as dt, os, time; open('f', 'w').close(); \
                (str(dt.datetime.now(dt.UTC))[:21], os.stat('f').st_mtime, os.stat('/tmp').st_mtime)";
    let expected = "('2001-09-09 01:46:40.0', 1000000000.0, 1000000000.0)";
    assert_eq!(value(&mut session, code).await, expected);
    let seconds = "time.monotonic() < 1, time.perf_counter() < 1, time.process_time() < 1";
    assert_eq!(value(&mut session, seconds).await, "(True, True, True)");
}

#[tokio::test]
async fn the_clocks_go_on_by_what_the_code_does() {
    let sandbox = sandbox(0);
    let mut session = sandbox.session().await.unwrap();
    let code = "
import time, asyncio, os
def took(what):
    begun = time.time_ns(), time.monotonic_ns(), time.perf_counter_ns()
    what()
    ended = time.time_ns(), time.monotonic_ns(), time.perf_counter_ns()
    return [(after - before) / 1e9 for before, after in zip(begun, ended)]
def written():
    open('f', 'w').close()
    return os.stat('f').st_mtime_ns
";
    session.run(code).await.unwrap();
    // No two readings are the same.
    let code = "all(0 < t < 0.001 for t in took(lambda: None))";
    assert_eq!(value(&mut session, code).await, "True");
    // However long that is, nobody waits for it.
    let code = "all(86_400 <= t < 86_400.001 for t in took(lambda: time.sleep(86_400)))";
    assert_eq!(value(&mut session, code).await, "True");
    let code = "all(3_600 <= t < 3_601 for t in took(lambda: asyncio.run(asyncio.sleep(3_600))))";
    assert_eq!(value(&mut session, code).await, "True");
    let code = "all(0.01 < t < 60 for t in took(lambda: sum(range(10**7))))";
    assert_eq!(value(&mut session, code).await, "True");
    let code =
        "a = written(); time.sleep(2); b = written(); a + 2_000_000_000 <= b <= time.time_ns()";
    assert_eq!(value(&mut session, code).await, "True");
}

/// Whoever waits by looking at the clock, or measures until enough time has passed, comes to an end.
#[tokio::test]
async fn code_that_waits_for_time_to_pass_ends() {
    let mut session = sandbox(0).session().await.unwrap();
    let code = "
import asyncio, select, time, timeit
end = time.monotonic() + 0.05
while time.monotonic() < end:
    pass
end = time.time() + 0.2
while time.time() < end:
    sum(range(100_000))
assert timeit.Timer('sum(range(10_000))').autorange()[0] < 1_000_000
async def slow():
    try:
        await asyncio.wait_for(asyncio.sleep(1000), 1)
    except TimeoutError:
        return 'timed out'
begun = time.monotonic()
assert asyncio.run(slow()) == 'timed out'
assert 1 <= time.monotonic() - begun < 2
# A file is ready at once, so no time passes.
file = open('f', 'w')
begun = time.monotonic()
assert select.select([], [file], [], 10)[1]
assert time.monotonic() - begun < 1
";
    printed(session.run(code).await.unwrap());
}

#[tokio::test]
async fn the_end_of_all_clocks_is_an_error_of_python_at_most() {
    let late = Duration::from_nanos(i64::MAX as u64);
    let determinism = Determinism::default().with_start(late - Duration::from_secs(3600));
    let sandbox = builder().deterministic(determinism).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
import time
for _ in range(4):
    try:
        time.sleep(9e9)
    except (OverflowError, OSError) as error:
        print(error)
time.monotonic() > 9e9, int(time.time())
";
    assert_eq!(value(&mut session, code).await, "(True, 9223372036)");
    let refused = |start| builder().deterministic(Determinism::default().with_start(start)).build();
    assert!(matches!(refused(late * 2), Err(ConfigError::StartTooLate { .. })));
    assert!(refused(late).is_ok());
}

/// Steps of which each depends on the state that those before it have left, addresses included.
const STEPS: [&str; 8] = [
    "import os, random, time, uuid, sqlite3; import numpy as np\nseen = []",
    "seen.append((random.random(), os.urandom(3), uuid.uuid4(), np.random.rand(), time.time()))",
    "class Thing: pass\nthings = {Thing() for _ in range(300)}\nprint([id(thing) for thing in things])",
    "open('a', 'w').write(str(seen)); time.sleep(1.5)\nos.stat('a')",
    "db = sqlite3.connect(':memory:'); db.execute('create table t (x)')\n\
     db.executemany('insert into t values (?)', [(random.random(),) for _ in range(500)])\n\
     db.execute('select sum(x), random() from t').fetchone()",
    "'a' * 100_000",
    "{}['nothing']",
    "print(seen, [id(thing) for thing in things], object(), time.monotonic(), os.urandom(9))\n\
     np.random.default_rng().permutation(50).tolist()",
];

/// What comes of a session whatever is done with it between its steps.
async fn steps_between(
    seed: u64,
    mut between: impl AsyncFnMut(&Sandbox, &mut Session),
) -> (Vec<String>, String) {
    let sandbox = sandbox(seed);
    let mut session = sandbox.session().await.unwrap();
    let mut all = Vec::new();
    for source in STEPS {
        between(&sandbox, &mut session).await;
        all.push(told(&session.run(Code::new(source).file("step.py")).await.unwrap()));
    }
    (all, digest(&mut session, &sandbox))
}

const WASTED: &str = "import os, random, time\nseen = [random.random(), os.urandom(99)]\n\
                      open('wasted', 'w').close(); time.sleep(5); 1 / 0";

#[tokio::test]
async fn a_session_that_is_saved_and_resumed_goes_on_as_if_it_were_not() {
    let plain = steps_between(5, async |_, _| ()).await;
    let saved = async |sandbox: &Sandbox, session: &mut Session| {
        let mut bytes = Vec::new();
        session.save(&mut bytes).unwrap();
        *session = sandbox.resume(bytes.as_slice()).await.unwrap();
    };
    assert_eq!(steps_between(5, saved).await, plain);
    // What was saved says where it was, not the sandbox that resumes it.
    let other = sandbox(6);
    let saved = async |_: &Sandbox, session: &mut Session| {
        let mut bytes = Vec::new();
        session.save(&mut bytes).unwrap();
        *session = other.resume(bytes.as_slice()).await.unwrap();
    };
    assert_eq!(steps_between(5, saved).await, plain);
    assert_ne!(steps_between(6, async |_, _| ()).await, plain);
}

#[tokio::test]
async fn what_is_rolled_back_leaves_nothing_behind() {
    let plain = steps_between(5, async |_, _| ()).await;
    let rolled_back = async |_: &Sandbox, session: &mut Session| {
        let step = session.run(Code::new(WASTED).atomic(true)).await.unwrap();
        assert!(step.rolled_back);
    };
    assert_eq!(steps_between(5, rolled_back).await, plain);
    let stopped = async |_: &Sandbox, session: &mut Session| {
        let limits = Limits::default().with_fuel(10_000_000);
        let code = Code::new("import time; time.sleep(9); sum(range(10**12))").limits(limits);
        let step = session.run(code).await.unwrap();
        assert!(step.rolled_back && matches!(step.outcome, Outcome::LimitReached(_, None)));
    };
    assert_eq!(steps_between(5, stopped).await, plain);
    let restored = async |_: &Sandbox, session: &mut Session| {
        let checkpoint = session.checkpoint().unwrap();
        session.run(WASTED).await.unwrap();
        session.restore(&checkpoint).await.unwrap();
    };
    assert_eq!(steps_between(5, restored).await, plain);
}

#[tokio::test]
async fn a_fork_goes_on_as_its_parent_does() {
    let plain = steps_between(5, async |_, _| ()).await;
    let forked = async |_: &Sandbox, session: &mut Session| {
        let mut child = session.fork().await.unwrap();
        child.run(WASTED).await.unwrap();
        *session = session.fork().await.unwrap();
    };
    assert_eq!(steps_between(5, forked).await, plain);
    let sandbox = sandbox(5);
    let mut parent = sandbox.session().await.unwrap();
    parent.run("import random, time").await.unwrap();
    let mut child = parent.fork().await.unwrap();
    let code = "random.random(), time.time()";
    assert_eq!(value(&mut parent, code).await, value(&mut child, code).await);
}

/// What a saved session says of its clock and its generator may be anything.
#[tokio::test]
async fn any_course_that_was_saved_can_be_gone_on_from() {
    let sandbox = sandbox(0);
    let mut session = sandbox.session().await.unwrap();
    session.run("import os, random, time").await.unwrap();
    let mut bytes = Vec::new();
    session.save(&mut bytes).unwrap();
    for number in [0, 1 << 63, u64::MAX - 1, u64::MAX] {
        let mut forged = Saved::read(&bytes);
        forged.header["deterministic"] = json!({
            "seed": number, "start_ns": number, "elapsed_ns": number, "drawn_bytes": number,
        });
        let mut resumed = sandbox.resume(forged.write().as_slice()).await.unwrap();
        let code = "open('f', 'w').close(); time.sleep(1); os.stat('f')\n\
                    time.time() >= 0, time.monotonic() >= 0, len(os.urandom(100))";
        assert_eq!(value(&mut resumed, code).await, "(True, True, 100)", "{number}");
    }
}

/// What was run once is there in any number of sessions, all alike; their random numbers are others than
/// those that were drawn before, and their clocks go on.
#[tokio::test]
async fn sessions_from_a_checkpoint_are_alike_and_follow_their_own_seed() {
    let code =
        "random.random(), np.random.rand(), os.urandom(4), time.monotonic() > 60, time.time()";
    let (one, two) = (sandbox(1), sandbox(2));
    let mut session = one.session().await.unwrap();
    session.run("import os, random, time; import numpy as np; time.sleep(60)").await.unwrap();
    let checkpoint = session.checkpoint().unwrap();
    let before = value(&mut session, code).await;
    let from = async |sandbox: &Sandbox| {
        let mut session = sandbox.session_from(&checkpoint).await.unwrap();
        let value = value(&mut session, code).await;
        (value, digest(&mut session, sandbox))
    };
    let ours = from(&one).await;
    assert_eq!(from(&one).await, ours);
    assert_ne!(ours.0, before);
    assert!(ours.0.contains("True"), "{ours:?}");
    assert_ne!(from(&two).await.0, ours.0);
    // Where nothing is computed, it begins with nothing computed.
    let usual = builder().build().unwrap();
    assert_ne!(from(&usual).await.0, from(&usual).await.0);
}

#[tokio::test]
async fn the_files_of_the_host_are_the_same_on_every_machine() {
    let code = "
import glob, os
def all_of(path):
    stat = os.stat(path, follow_symlinks=False)
    return path, [getattr(stat, name) for name in dir(stat) if name.startswith('st_')]
seen = []
for folder, folders, files in os.walk('/data'):
    seen.append((folder, folders, files, all_of(folder), [all_of(os.path.join(folder, f)) for f in files]))
seen.append(list(os.scandir('/data/sub')))
with open('/data/sub/../sub/9') as file:
    assert os.fstat(file.fileno()).st_ino == os.stat('/data/sub/9').st_ino
assert os.path.samefile('/data/link', '/data/sub/7') and not os.path.samefile('/data/0', '/data/sub/7')
assert os.path.samefile('/data/folder/7', '/data/sub/7')
assert os.listdir('/data') == sorted(os.listdir('/data'))
open('/data/written', 'w').write('x')
seen.append(os.stat('/data/written'))
seen.append(os.stat('/usr/local/lib/python315.zip'))
seen
";
    let run = async |folder: &Path| {
        let dir = Dir::open_ambient_dir(folder, ambient_authority()).unwrap();
        let builder = builder().deterministic(Determinism::default());
        let sandbox = builder.grant(Grant::read_write(dir, "/data")).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        (value(&mut session, code).await, digest(&mut session, &sandbox))
    };
    let fill = |folder: &Path, names: &mut dyn Iterator<Item = u32>| {
        std::fs::create_dir(folder.join("sub")).unwrap();
        for name in names {
            std::fs::write(folder.join(format!("{name}")), "outer").unwrap();
            std::fs::write(folder.join(format!("sub/{name}")), "inner").unwrap();
        }
        std::os::unix::fs::symlink("sub/7", folder.join("link")).unwrap();
        std::os::unix::fs::symlink("sub", folder.join("folder")).unwrap();
    };
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(one.path(), &mut (0..60));
    fill(other.path(), &mut (0..60).rev());
    // Folders that have been larger stay so in many file systems, and a file may have other names.
    for number in 0..500 {
        std::fs::write(other.path().join(format!("{number:0200}")), "").unwrap();
        std::fs::remove_file(other.path().join(format!("{number:0200}"))).unwrap();
    }
    let elsewhere = tempfile::tempdir_in(other.path().parent().unwrap()).unwrap();
    std::fs::hard_link(other.path().join("5"), elsewhere.path().join("5")).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::open(other.path().join("6")).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(run(one.path()).await, run(other.path()).await);
}

#[tokio::test]
async fn tools_take_no_time_of_the_clock() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let tool = function("tool", "", json!({"type": "object"}), |_| async {
        // Each session's calls take another time.
        let calls = CALLS.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(calls * 7 % 40)).await;
        Ok::<_, String>("answer")
    });
    let builder = builder().deterministic(Determinism::default()).tool(tool);
    let sandbox = builder.build().unwrap();
    let mut runs = Vec::new();
    for _ in 0..3 {
        let mut session = sandbox.session().await.unwrap();
        let code = "import time\n[(tool(), time.time()) for _ in range(5)]";
        let told = told(&session.run(code).await.unwrap());
        runs.push((told, digest(&mut session, &sandbox)));
    }
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:#?}");
}

#[tokio::test]
async fn limits_but_those_of_time_are_reached_alike() {
    let limits = Limits::default()
        .with_fuel(300_000_000)
        .with_memory_bytes(120 << 20)
        .with_output_bytes(1000)
        .with_file_bytes(100_000);
    let builder = builder().deterministic(Determinism::default()).limits(limits);
    let sandbox = builder.build().unwrap();
    for code in [
        "while True: pass",
        "n = []\ntry:\n  while True: n.append(len(n))\nexcept BaseException: print(len(n))",
        "sum(range(10**12))",
        "x = []\nwhile True: x.append(bytearray(1_000_000))",
        "while True: print('x')",
        "while True: open('f', 'a').write('x' * 1000)",
        "import sys; sys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\nf(0)",
    ] {
        let mut runs = Vec::new();
        for _ in 0..2 {
            let mut session = sandbox.session().await.unwrap();
            let told = told(&session.run(code).await.unwrap());
            runs.push((told, digest(&mut session, &sandbox)));
        }
        assert_eq!(runs[0], runs[1], "{code}");
        assert!(!runs[0].0.starts_with("Completed(Some"), "{}", runs[0].0);
    }
}

#[tokio::test]
async fn files_stay_open_from_step_to_step() {
    let sandbox = sandbox(0);
    let mut session = sandbox.session().await.unwrap();
    session.run("file = open('f', 'w+'); file.write('abc')").await.unwrap();
    session.run("import random; x = random.random()").await.unwrap();
    assert_eq!(value(&mut session, "file.seek(1); file.read()").await, "'bc'");
    session.run("file.close()").await.unwrap();
    assert_eq!(value(&mut session, "open('f').read()").await, "'abc'");
}

#[tokio::test]
async fn a_digest_tells_states_apart() {
    let sandbox = sandbox(0);
    let mut session = sandbox.session().await.unwrap();
    session.run("import os, random, time; x = bytearray(10)").await.unwrap();
    let checkpoint = session.checkpoint().unwrap();
    let begun = checkpoint.digest(&sandbox).unwrap();
    assert_eq!(begun.len(), 64);
    assert_eq!(checkpoint.digest(&sandbox).unwrap(), begun);
    assert_eq!(digest(&mut session, &sandbox), begun);
    let mut seen = vec![begun];
    for code in ["x[5] = 1", "pass", "os.urandom(1)", "time.sleep(1)"] {
        session.restore(&checkpoint).await.unwrap();
        session.run(Code::new(code).file("step.py")).await.unwrap();
        seen.push(digest(&mut session, &sandbox));
    }
    session.restore(&checkpoint).await.unwrap();
    session.files().write("/work/f", b"").unwrap();
    seen.push(digest(&mut session, &sandbox));
    session.files().write("/work/f", b"x").unwrap();
    seen.push(digest(&mut session, &sandbox));
    let different = seen.iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(different.len(), seen.len(), "{seen:#?}");
}

#[tokio::test]
async fn metering_by_the_clock_is_refused() {
    let refused = clock::builder().deterministic(Determinism::default()).build();
    assert!(matches!(refused, Err(ConfigError::DeterministicByClock)), "{refused:?}");
}

#[test]
fn the_command_runs_alike_with_a_seed() {
    let code = "import random, time; print(random.random(), time.time())";
    let run = |flags: &[&str]| {
        let arguments = [&["exec"], flags, &["-c", code]].concat();
        let output = fumehood(&arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let usual = run(&["--deterministic"]);
    assert!(usual.ends_with(" 1735689600.000001\n"), "{usual}");
    assert_eq!(run(&["--deterministic=0"]), usual);
    assert_ne!(run(&["--deterministic=1"]), usual);
    assert_ne!(run(&[]), run(&[]));
    let later = run(&["--deterministic", "--clock-start", "2000000000"]);
    assert!(later.ends_with(" 2000000000.000001\n"), "{later}");
    let parsed =
        |flags: &[&str]| -> serde_json::Value { serde_json::from_str(&run(flags)).unwrap() };
    let (one, other) =
        (parsed(&["--json", "--deterministic"]), parsed(&["--json", "--deterministic"]));
    for key in ["stdout", "digest"] {
        assert!(one[key].is_string() && one[key] == other[key], "{key}");
    }
    assert_eq!(one["usage"]["fuel"], other["usage"]["fuel"]);
    assert_eq!(parsed(&["--json"])["digest"], json!(null));
    let lines = "{\"session\":\"a\",\"code\":\"x = 1\"}\n{\"session\":\"a\",\"digest\":true}\n";
    let answers = || {
        let output = with_stdin(&["exec", "--jsonl", "--deterministic"], lines.as_bytes()).stdout;
        let answers = String::from_utf8(output).unwrap();
        let answers = answers.lines().map(|line| serde_json::from_str(line).unwrap());
        answers.map(|answer: serde_json::Value| answer["digest"].clone()).collect::<Vec<_>>()
    };
    let digests = answers();
    assert!(digests[0].is_null() && digests[1].is_string(), "{digests:?}");
    assert_eq!(answers(), digests);
    let refused = fumehood(&["exec", "--metering", "clock", "--deterministic", "-c", "1"]).output();
    let said = String::from_utf8(refused.unwrap().stderr).unwrap();
    assert!(said.contains("deterministic"), "{said}");
}

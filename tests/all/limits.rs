//! Every limit at its number, and what is left of the session after it.

use std::sync::Arc;
use std::time::Duration;

use fumehood::{
    Code, ConfigError, ENTRY_BYTES, FUEL_GRACE_LEAST, Limit, Limits, Outcome, Reached, Scope,
    SessionError, Step, TIME_GRACE_LEAST, ToolCall, Totals,
};
use serde_json::json;

use crate::{builder, printed, repr, session};

/// The limit that was reached, and the name of the exception if the code could raise it.
#[track_caller]
fn reached(step: &Step) -> (&Reached, Option<&str>) {
    match &step.outcome {
        Outcome::LimitReached(reached, exception) => {
            (reached, exception.as_ref().map(|exception| exception.name.as_str()))
        }
        other => panic!("expected a limit, got {other:?}"),
    }
}

fn limited(code: &str, limits: Limits) -> Code {
    Code::new(code).limits(limits)
}

#[tokio::test]
async fn fuel_ends_a_loop_at_its_limit_and_the_session_goes_on() {
    let mut session = session().await;
    session.run("n = 0").await.unwrap();
    for fuel in [50_000_000, 300_000_000] {
        let code = limited("while True:\n    n += 1", Limits::default().with_fuel(fuel));
        let step = session.run(code).await.unwrap();
        let (limit, exception) = reached(&step);
        assert_eq!((limit.limit, limit.value), (Limit::Fuel, fuel));
        assert_eq!(exception, Some("fumehood.FuelLimitExceeded"));
        assert!(
            step.usage.fuel >= fuel && step.usage.fuel < fuel + FUEL_GRACE_LEAST,
            "{:?}",
            step.usage
        );
        assert!(!step.lost);
    }
    assert_eq!(repr(session.run("n > 1000").await.unwrap()), "True");
}

#[tokio::test]
async fn fuel_ends_a_long_operation_in_c_within_its_grace() {
    let mut session = session().await;
    let code = limited("sum(range(10**12))", Limits::default().with_fuel(50_000_000));
    let step = session.run(code).await.unwrap();
    let (limit, exception) = reached(&step);
    assert_eq!((limit.limit, exception), (Limit::Fuel, None));
    assert_eq!(step.usage.fuel, 50_000_000 + FUEL_GRACE_LEAST);
    assert!(step.rolled_back && !step.lost);
    assert_eq!(repr(session.run("1").await.unwrap()), "1");
}

#[tokio::test]
async fn the_same_code_uses_nearly_the_same_fuel() {
    let sandbox = builder().build().unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let mut session = sandbox.session().await.unwrap();
        seen.push(session.run("sum(i for i in range(10000))").await.unwrap().usage.fuel);
    }
    // What differs is the length of the random numbers that a session begins with.
    let (least, most) = (seen.iter().min().unwrap(), seen.iter().max().unwrap());
    assert!(most - least < least / 1000, "{seen:?}");
}

#[tokio::test]
async fn time_ends_a_loop_at_its_limit_and_names_the_line() {
    let mut session = session().await;
    session.run("kept = 'yes'").await.unwrap();
    let time = Duration::from_millis(200);
    let code = limited("while True: pass", Limits::default().with_time(time));
    let step = session.run(code).await.unwrap();
    let (limit, exception) = reached(&step);
    assert_eq!((limit.limit, limit.value), (Limit::Time, 200));
    assert_eq!(exception, Some("fumehood.TimeLimitExceeded"));
    assert!(step.usage.wall >= time && !step.lost, "{:?}", step.usage);
    let Outcome::LimitReached(_, Some(exception)) = &step.outcome else { unreachable!() };
    assert!(exception.traceback.contains("line 1, in <module>"), "{}", exception.traceback);
    let ancestry = ["fumehood.LimitExceeded", "KeyboardInterrupt", "BaseException", "object"];
    assert_eq!(exception.mro[1..], ancestry);
    assert_eq!(repr(session.run("kept").await.unwrap()), "'yes'");
}

#[tokio::test]
async fn time_spent_asleep_or_in_a_tool_counts() {
    let slow = fumehood::function("slow", "", json!({"type": "object"}), |_| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, String>(())
    });
    let sandbox = builder()
        .tool(slow)
        .limits(Limits::default().with_time(Duration::from_millis(100)))
        .build()
        .unwrap();
    let mut session = sandbox.session().await.unwrap();
    for code in [
        "import time; time.sleep(60)",
        "slow()",
        "import asyncio; asyncio.run(asyncio.sleep(60))",
        "import select; select.select([], [], [], 60)",
    ] {
        let step = session.run(code).await.unwrap();
        let (limit, exception) = reached(&step);
        assert_eq!(limit.limit, Limit::Time, "{code}");
        assert_eq!(exception, Some("fumehood.TimeLimitExceeded"), "{code}");
        assert!(step.usage.wall < Duration::from_secs(10), "{code}: {:?}", step.usage);
    }
    assert_eq!(repr(session.run("1").await.unwrap()), "1");
}

/// What an agent or a person needs is no reason to end the code that waits for it; what the code needs
/// besides counts as ever. So it is in both ways of metering.
#[tokio::test]
async fn time_does_not_count_where_whoever_answers_a_call_says_so() {
    for builder in [builder, crate::clock::builder] {
        let slow = fumehood::function("slow", "", json!({"type": "object"}), |_| async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            Ok::<_, String>(1)
        });
        let limits = Limits::default().with_time(Duration::from_millis(300));
        let sandbox = builder().tool(slow).limits(limits).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        let patient = |call: ToolCall| async move {
            let _untimed = (call.untimed(), call.untimed());
            call.run().await
        };
        let code = |source: &str| Code::new(source).interceptor(Arc::new(patient));
        let step = session.run(code("slow() + slow()")).await.unwrap();
        assert!(step.usage.wall > Duration::from_millis(1200), "{:?}", step.usage);
        assert_eq!(repr(step), "2");
        // Code that sees the limit, and code that is stopped by the second wall.
        for source in ["slow()\nwhile True: pass", "slow()\nsum(range(10**12))"] {
            let step = session.run(code(source)).await.unwrap();
            let (limit, _) = reached(&step);
            assert_eq!((limit.limit, limit.value), (Limit::Time, 300), "{source}");
            assert!((300..3000).contains(&limit.used), "{source}: {limit:?}");
            assert!(step.usage.wall > Duration::from_millis(900), "{source}: {:?}", step.usage);
        }
        let handle = session.cancel_handle();
        let cancelled = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            handle.cancel();
        };
        let (step, ()) = tokio::join!(session.run(code("slow()")), cancelled);
        assert!(matches!(step.unwrap().outcome, Outcome::Cancelled(_)));
    }
}

/// asyncio's own `finally` fails like this when its event loop was interrupted in a bad moment.
#[tokio::test]
async fn failing_to_tidy_up_after_a_limit_is_told_as_the_limit() {
    let mut session = session().await;
    let limits = Limits::default().with_time(Duration::from_millis(100));
    let code = "try:\n    while True: pass\nfinally:\n    {}['not there']";
    let step = session.run(limited(code, limits.clone())).await.unwrap();
    let (limit, exception) = reached(&step);
    assert_eq!((limit.limit, exception), (Limit::Time, Some("fumehood.TimeLimitExceeded")));
    let Outcome::LimitReached(_, Some(exception)) = &step.outcome else { unreachable!() };
    let (limit, then) = exception.traceback.split_once("\nDuring handling of").unwrap();
    assert!(limit.contains("line 2, in <module>"), "{limit}");
    assert!(then.ends_with("KeyError: 'not there'\n"), "{then}");

    let code = "import fumehood\ntry:\n    while True: pass\n\
                except fumehood.TimeLimitExceeded:\n    raise ValueError('too slow') from None";
    let step = session.run(limited(code, limits)).await.unwrap();
    assert!(matches!(&step.outcome, Outcome::Raised(raised) if raised.name == "ValueError"));
}

/// A loop that was interrupted a second time, in the `finally` that says that it does not run any more,
/// refused to let another one run in all steps after it.
#[tokio::test]
async fn an_event_loop_that_was_interrupted_is_not_in_the_way_of_the_next() {
    let mut session = session().await;
    let code = "import asyncio\nloop = asyncio.new_event_loop()\n\
                asyncio.events._set_running_loop(loop)\nraise KeyboardInterrupt";
    assert!(matches!(session.run(code).await.unwrap().outcome, Outcome::Raised(_)));
    let code =
        "async def answer():\n    await asyncio.sleep(0)\n    return 42\nasyncio.run(answer())";
    assert_eq!(repr(session.run(code).await.unwrap()), "42");
}

#[tokio::test]
async fn swallowing_the_exception_in_a_loop_meets_the_second_wall() {
    let time = Duration::from_millis(150);
    for code in [
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    ] {
        let mut session = session().await;
        let step = session.run(limited(code, Limits::default().with_time(time))).await.unwrap();
        let (limit, exception) = reached(&step);
        assert_eq!((limit.limit, exception), (Limit::Time, None), "{code}");
        assert!(step.usage.wall >= time + TIME_GRACE_LEAST, "{:?}", step.usage);
        assert!(step.rolled_back);
    }
}

#[tokio::test]
async fn except_exception_does_not_catch_a_limit() {
    let code = "while True:\n    try:\n        while True: pass\n    except Exception: pass";
    let limits = Limits::default().with_time(Duration::from_millis(100));
    let step = session().await.run(limited(code, limits)).await.unwrap();
    assert_eq!(reached(&step).1, Some("fumehood.TimeLimitExceeded"));
    assert!(!step.lost);
}

#[tokio::test]
async fn code_can_clean_up_within_the_grace() {
    let code = "
state = 'running'
try:
    while True: pass
finally:
    state = 'cleaned up'
";
    let mut session = session().await;
    let limits = Limits::default().with_time(Duration::from_millis(100));
    let step = session.run(limited(code, limits)).await.unwrap();
    assert_eq!(reached(&step).1, Some("fumehood.TimeLimitExceeded"));
    assert_eq!(repr(session.run("state").await.unwrap()), "'cleaned up'");
}

#[tokio::test]
async fn memory_past_the_limit_is_a_memory_error() {
    let limit = 200 << 20;
    let sandbox = builder().limits(Limits::default().with_memory_bytes(limit)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for code in [
        "x = bytearray(300 * 2**20)",
        "x = []\nwhile True: x.append(' ' * 2**20 + str(len(x)))",
        "import numpy as np; np.ones(5 * 10**7)",
    ] {
        let step = session.run(code).await.unwrap();
        let (reached, exception) = reached(&step);
        assert_eq!((reached.limit, reached.value), (Limit::Memory, limit), "{code}");
        assert!(reached.used > limit, "{code}: {reached:?}");
        assert!(exception.unwrap().ends_with("MemoryError"), "{code}: {exception:?}");
        assert!(step.usage.memory_bytes <= limit, "{code}: {:?}", step.usage);
        session.run("x = None").await.unwrap();
    }
    let code = "try:\n    bytearray(300 * 2**20)\nexcept MemoryError:\n    print('caught')";
    assert_eq!(printed(session.run(code).await.unwrap()), "caught\n");
}

#[tokio::test]
async fn filling_memory_to_the_last_byte_is_told_as_that() {
    let limits = Limits::default().with_memory_bytes(200 << 20);
    for code in [
        "l = []\nwhile True: l.append(bytearray(100))",
        "l = []\nwhile True: l.append(object())",
        "l = []\ntry:\n    while True: l.append(bytearray(10))\nexcept MemoryError:\n    raise ValueError('x' * 10**6)",
    ] {
        let step = session().await.run(limited(code, limits.clone())).await.unwrap();
        assert_eq!(reached(&step).0.limit, Limit::Memory, "{code}");
    }
}

#[tokio::test]
async fn of_several_limits_the_one_that_ended_the_step_is_told() {
    let code = "try: print('x' * 2000)\nexcept BaseException: pass\nwhile True: pass";
    let limits = Limits::default().with_output_bytes(10).with_time(Duration::from_millis(200));
    let step = session().await.run(limited(code, limits)).await.unwrap();
    assert_eq!(reached(&step).0.limit, Limit::Time);
}

#[tokio::test]
async fn a_limit_is_told_whatever_the_code_did_to_the_handler_and_the_streams() {
    let limits = || Limits::default().with_time(Duration::from_millis(200));
    for code in [
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nwhile True: pass",
        "import sys\nclass S:\n    def flush(self):\n        while True: pass\nsys.stdout = S()",
    ] {
        let step = session().await.run(limited(code, limits())).await.unwrap();
        assert_eq!(reached(&step).0.limit, Limit::Time, "{code}");
    }
    let limits = Limits::default().with_output_bytes(10);
    let code = "print('x' * 100, end=''); final_answer(1)";
    let step = session().await.run(limited(code, limits)).await.unwrap();
    assert_eq!(reached(&step).0.limit, Limit::Output);
    assert!(!step.lost);
}

#[tokio::test]
async fn a_session_that_has_used_up_its_totals_runs_no_step() {
    let totals = Totals::default().with_fuel(Some(50_000_000));
    let sandbox = builder().limits(Limits::default().with_session(totals)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("while True: pass").await.unwrap();
    let code = limited("open('/tmp/made', 'w')", Limits::default());
    let step = session.run(code).await.unwrap();
    assert_eq!((reached(&step).0.scope, reached(&step).1), (Scope::Session, None));
    assert_eq!(step.usage.fuel, 0);
}

#[tokio::test]
async fn output_past_the_limit_is_cut_and_interrupts() {
    let mut session = session().await;
    for limit in [0, 10, 100_000] {
        let code =
            limited("while True: print('12345678')", Limits::default().with_output_bytes(limit));
        let step = session.run(code).await.unwrap();
        let (reached, exception) = reached(&step);
        assert_eq!((reached.limit, reached.value), (Limit::Output, limit));
        assert_eq!(exception, Some("fumehood.OutputLimitExceeded"));
        assert_eq!(step.output.stdout.len() as u64, limit);
        assert!(step.output.cut_bytes > 0);
        assert_eq!(step.output.cut_bytes + limit, step.usage.output_bytes);
    }
    let code = limited("print('1234567')", Limits::default().with_output_bytes(8));
    assert_eq!(printed(session.run(code).await.unwrap()), "1234567\n");
}

#[tokio::test]
async fn both_streams_count_as_output() {
    let code = "import sys\nsys.stdout.write('x' * 60)\nsys.stderr.write('y' * 60)\nsys.stderr.flush()\nfor _ in range(9): pass";
    let step =
        session().await.run(limited(code, Limits::default().with_output_bytes(100))).await.unwrap();
    assert_eq!(step.usage.output_bytes, 120);
    assert_eq!(step.output.stdout.len() + step.output.stderr.len(), 100);
    assert_eq!(step.output.cut_bytes, 20);
}

#[tokio::test]
async fn writing_to_files_past_the_limit_is_an_os_error() {
    let limits = Limits::default().with_file_bytes(100_000);
    let sandbox = builder().limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("open('/tmp/a', 'wb').write(b'x' * 60_000)").await.unwrap();
    let code = "
import errno, os
left = 0
try:
    with open('/tmp/b', 'ab', buffering=0) as file:
        while True: left += file.write(b'y' * 500)
except OSError as error:
    print(error.errno == errno.ENOSPC, left)
";
    // The two names count as well.
    assert_eq!(2 * ENTRY_BYTES, 1024);
    assert_eq!(printed(session.run(code).await.unwrap()), "True 38500\n");
    let exception = crate::raised(session.run("open('/tmp/c', 'w')").await.unwrap());
    assert_eq!(exception.name, "OSError");
    // What is removed is given back.
    let code = "os.remove('/tmp/a'); open('/tmp/c', 'wb').write(b'z' * 60_000)";
    assert_eq!(repr(session.run(code).await.unwrap()), "60000");
    let mut fresh = sandbox.session().await.unwrap();
    assert_eq!(repr(fresh.run("open('/tmp/c', 'w').write('z')").await.unwrap()), "1");
}

#[tokio::test]
async fn bytes_written_to_granted_folders_count_on_their_own_and_stay_counted() {
    let folder = tempfile::tempdir().unwrap();
    let dir = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority());
    let grant = fumehood::Grant::read_write(dir.unwrap(), "/out");
    let limits = Limits::default().with_file_bytes(100_000);
    let sandbox = builder().limits(limits).grant(grant).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
import errno, os
open('/work/mine', 'wb').write(b'x' * 90_000)
written = 0
try:
    while True:
        with open('/out/f', 'wb', buffering=0) as file: written += file.write(b'y' * 1000)
        os.remove('/out/f')
except OSError as error:
    print(error.errno == errno.ENOSPC, written)
";
    assert_eq!(printed(session.run(code).await.unwrap()), "True 100000\n");
}

#[tokio::test]
async fn a_file_is_as_large_as_it_may_be() {
    let limits = Limits::default().with_file_size(10_000);
    let mut session = builder().limits(limits).build().unwrap().session().await.unwrap();
    let code = "
import errno, os
def refused(do):
    try:
        do()
    except OSError as error:
        return errno.errorcode[error.errno]
fd = os.open('f', os.O_RDWR | os.O_CREAT)
os.ftruncate(fd, 10_000)
[refused(lambda: os.ftruncate(fd, 10_001)), refused(lambda: os.pwrite(fd, b'xx', 9_999)),
 refused(lambda: os.pwrite(fd, b'x', 2**62)), refused(lambda: os.pwrite(fd, b'x', 9_999)),
 refused(lambda: (os.lseek(fd, 0, 2), os.write(fd, b'x'))), os.fstat(fd).st_size]
";
    let expected = "['EFBIG', 'EFBIG', 'EFBIG', None, 'EFBIG', 10000]";
    assert_eq!(repr(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn folders_are_nested_as_deep_as_they_may_be() {
    let limits = Limits::default().with_path_depth(10);
    let mut session = builder().limits(limits).build().unwrap().session().await.unwrap();
    let code = "
import errno, os
os.makedirs('/work/' + 'a/' * 8)
refused = []
for do in (lambda: os.mkdir('/work/' + 'a/' * 9 + 'b'), lambda: open('/work/' + 'a/' * 8 + 'b/c', 'w'),
           lambda: os.renames('/work/a', '/work/b/a'), lambda: os.rename('/work/a', '/tmp/c/a')):
    os.makedirs('/work/' + 'a/' * 8 + 'b', exist_ok=True)
    os.makedirs('/tmp/c', exist_ok=True)
    try:
        do()
        refused.append(None)
    except OSError as error:
        refused.append(errno.errorcode[error.errno])
refused
";
    let expected = "['ENOENT', 'ENAMETOOLONG', 'ENAMETOOLONG', 'ENAMETOOLONG']";
    assert_eq!(repr(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn files_open_at_a_time_are_limited() {
    let sandbox = builder().limits(Limits::default().with_open_files(20)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
import errno
def fill():
    files = []
    try:
        while True: files.append(open(f'/tmp/{len(files)}', 'w'))
    except OSError as error:
        return len(files), error.errno == errno.EDQUOT
fill()
";
    // The library, the data of matplotlib, /tmp and /work are open as well.
    assert_eq!(repr(session.run(code).await.unwrap()), "(16, True)");
    assert_eq!(repr(session.run("import gc; gc.collect(); fill()").await.unwrap()), "(16, True)");
}

#[tokio::test]
async fn tool_calls_past_the_limit_raise() {
    let tool = fumehood::function("tick", "", json!({"type": "object"}), |_| async {
        Ok::<_, String>(true)
    });
    let sandbox =
        builder().tool(tool).limits(Limits::default().with_tool_calls(3)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let step = session.run("made = 0\nwhile tick(): made += 1").await.unwrap();
    let (reached, exception) = reached(&step);
    assert_eq!((reached.limit, reached.value, reached.used), (Limit::ToolCalls, 3, 4));
    assert_eq!(exception, Some("fumehood.ToolCallLimitExceeded"));
    assert_eq!(repr(session.run("made").await.unwrap()), "3");
    assert_eq!(repr(session.run("tick()").await.unwrap()), "True");
}

#[tokio::test]
async fn requests_and_answers_have_a_size() {
    let echo = fumehood::function(
        "echo",
        "",
        json!({"type": "object", "properties": {"text": {}, "times": {"type": "integer", "default": 1}}}),
        |arguments| async move {
            let text = arguments["text"].as_str().unwrap_or_default();
            let times = arguments.get("times").and_then(|times| times.as_u64()).unwrap_or(1);
            Ok::<_, String>(text.repeat(usize::try_from(times).unwrap_or(0)))
        },
    );
    let limits = Limits::default().with_request_bytes(1000).with_answer_bytes(2000);
    let sandbox = builder().tool(echo).limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run("len(echo('x' * 900))").await.unwrap()), "900");
    let exception = crate::raised(session.run("echo('x' * 1000)").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolArgumentError");
    assert!(exception.message.ends_with("the limit is 1000 bytes"), "{}", exception.message);
    let exception = crate::raised(session.run("echo('x' * 900, times=3)").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolError");
    assert!(exception.message.ends_with("the limit is 2000 bytes"), "{}", exception.message);
}

#[tokio::test]
async fn values_nested_deeper_than_the_limit_have_no_json() {
    let sandbox = builder().limits(Limits::default().with_nesting(3)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for (code, has_json) in [("[[[1]]]", true), ("[[[[1]]]]", false)] {
        let Outcome::Completed(Some(value)) = session.run(code).await.unwrap().outcome else {
            panic!("{code} has a value")
        };
        assert_eq!(value.json.is_some(), has_json, "{code}");
        assert_eq!(value.repr, code);
    }
}

#[tokio::test]
async fn a_sessions_totals_hold_over_all_its_steps() {
    let totals =
        Totals::default().with_output_bytes(Some(10)).with_time(Some(Duration::from_millis(300)));
    let sandbox = builder().limits(Limits::default().with_session(totals)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(printed(session.run("print('12345')").await.unwrap()), "12345\n");
    let step = session.run("print('12345')\nfor _ in range(9): pass").await.unwrap();
    let (reached_limit, _) = reached(&step);
    assert_eq!((reached_limit.scope, reached_limit.value), (Scope::Session, 4));
    let step = session.run("while True: pass").await.unwrap();
    let (reached_limit, exception) = reached(&step);
    assert_eq!((reached_limit.limit, reached_limit.scope), (Limit::Time, Scope::Session));
    assert_eq!(exception, Some("fumehood.TimeLimitExceeded"));
    assert!(session.usage().wall >= Duration::from_millis(300));
}

#[tokio::test]
async fn raising_a_limits_exception_oneself_reaches_no_limit() {
    let code = "import fumehood; raise fumehood.TimeLimitExceeded('not really')";
    let exception = crate::raised(session().await.run(code).await.unwrap());
    assert_eq!(exception.name, "fumehood.TimeLimitExceeded");
}

#[tokio::test]
async fn limits_without_end_are_no_limits() {
    let limits = Limits::default()
        .with_fuel(u64::MAX)
        .with_time(Duration::MAX)
        .with_memory_bytes(u64::MAX)
        .with_output_bytes(u64::MAX)
        .with_tool_calls(u64::MAX)
        .with_request_bytes(u64::MAX)
        .with_answer_bytes(u64::MAX)
        .with_file_bytes(u64::MAX)
        .with_open_files(u32::MAX)
        .with_nesting(u32::MAX);
    let sandbox = builder().limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "import time; time.sleep(0.01); print(sum(range(10**6)))";
    assert_eq!(printed(session.run(code).await.unwrap()), "499999500000\n");
}

#[tokio::test]
async fn limits_that_nothing_could_run_within_are_refused() {
    let error = builder().limits(Limits::default().with_fuel(5)).build().unwrap_err();
    assert!(matches!(error, ConfigError::LimitTooSmall { limit: "fuel", .. }), "{error:?}");
    let error = builder().limits(Limits::default().with_memory_bytes(1 << 20)).build().unwrap_err();
    assert!(error.to_string().starts_with("memory_bytes is too small"), "{error}");
    let code = limited("1", Limits::default().with_time(Duration::ZERO));
    assert!(matches!(session().await.run(code).await, Err(SessionError::Limits(_))));
}

//! Sessions as values: rolled back, forked, kept and gone back to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fumehood::{
    Code, Engine, Limit, Limits, Metering, Outcome, Sandbox, SandboxBuilder, Session, SessionError,
    Step,
};
use serde_json::json;

use crate::{builder, clock, image, printed, repr, session, store};

fn with(metering: Metering) -> SandboxBuilder {
    match metering {
        Metering::Clock => clock::builder(),
        _ => builder(),
    }
}

fn limited(code: &str, time: Duration) -> Code {
    Code::new(code).limits(Limits::default().with_time(time))
}

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

fn rolled_back(step: &Step) -> bool {
    assert!(!step.lost, "{step:?}");
    step.rolled_back
}

#[tokio::test]
async fn a_step_that_has_to_be_stopped_is_rolled_back_in_both_ways_of_metering() {
    for metering in [Metering::Fuel, Metering::Clock] {
        let sandbox = with(metering).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        session.run("import textwrap\nx = [1]\nnumbers = list(range(100_000))").await.unwrap();
        for _ in 0..3 {
            let code = "x.append(2)\nnumbers.clear()\ndel textwrap\nimport colorsys\n\
                        big = bytearray(50_000_000)\nsum(range(10**12))";
            let step = session.run(limited(code, Duration::from_millis(500))).await.unwrap();
            assert!(
                matches!(&step.outcome, Outcome::LimitReached(reached, None) if reached.limit == Limit::Time)
            );
            assert!(rolled_back(&step) && !session.is_lost());
            let seen =
                value(&mut session, "x, len(numbers), textwrap.dedent(' a'), 'big' in dir()").await;
            assert_eq!(seen, "([1], 100000, 'a', False)");
            assert_eq!(value(&mut session, "import sys; 'colorsys' in sys.modules").await, "False");
            session.run("x.append(3); x.pop()").await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_first_step_is_rolled_back_to_the_beginning() {
    let mut session = session().await;
    for _ in 0..2 {
        let step = session.run(limited("x = 1\nsum(range(10**12))", Duration::from_millis(50)));
        assert!(rolled_back(&step.await.unwrap()));
    }
    assert_eq!(
        value(&mut session, "'x' in dir(), final_answer.__name__").await,
        "(False, 'final_answer')"
    );
}

#[tokio::test]
async fn an_interpreter_that_breaks_is_rolled_back() {
    let mut session = session().await;
    session.run("x = 1").await.unwrap();
    for code in ["x = 2\nimport os; os.abort()", "x = 3\nimport os; os._exit(0)"] {
        let step = session.run(code).await.unwrap();
        assert!(matches!(step.outcome, Outcome::Failed(_)), "{step:?}");
        assert!(rolled_back(&step));
        assert_eq!(value(&mut session, "x").await, "1");
    }
}

#[tokio::test]
async fn an_exception_leaves_what_was_done_unless_the_step_is_atomic() {
    let mut session = session().await;
    session.run("x = 1").await.unwrap();
    assert!(!rolled_back(&session.run("x = 2; 1 / 0").await.unwrap()));
    assert_eq!(value(&mut session, "x").await, "2");
    let step = session.run(Code::new("x = 3; 1 / 0").atomic(true)).await.unwrap();
    assert!(matches!(&step.outcome, Outcome::Raised(_)));
    assert!(rolled_back(&step));
    assert_eq!(value(&mut session, "x").await, "2");
    assert!(!rolled_back(&session.run(Code::new("x = 4").atomic(true)).await.unwrap()));
    assert_eq!(value(&mut session, "x").await, "4");
}

#[tokio::test]
async fn a_step_whose_future_is_dropped_is_rolled_back_before_the_next() {
    let mut session = session().await;
    session.run("x = 1").await.unwrap();
    for code in ["x = 2\nwhile True: pass", "x = 3\nimport time; time.sleep(100)"] {
        let step = session.run(code);
        assert!(tokio::time::timeout(Duration::from_millis(100), step).await.is_err());
        assert_eq!(value(&mut session, "x").await, "1");
    }
}

#[tokio::test]
async fn a_session_whose_step_was_abandoned_is_seen_without_it() {
    let abandoned = async |session: &mut Session, code: &str| {
        let step = session.run(format!("{code}\nsum(range(10**12))"));
        tokio::time::timeout(Duration::from_millis(100), step).await.unwrap_err();
    };
    let mut session = session().await;
    let written = "open('seen', 'w').close()";
    abandoned(&mut session, written).await;
    assert!(matches!(session.checkpoint(), Err(SessionError::Abandoned)));
    assert!(session.files().read("seen").is_err());
    session.run("x = 1").await.unwrap();
    abandoned(&mut session, &format!("x = 2\n{written}")).await;
    session.files().write("given", b"kept").unwrap();
    let mut other = session.fork().await.unwrap();
    for session in [&mut session, &mut other] {
        assert_eq!(value(session, "import os; x, os.listdir()").await, "(1, ['given'])");
    }
}

#[tokio::test]
async fn what_the_program_has_written_is_part_of_a_checkpoint() {
    let mut session = session().await;
    session.files().write("a", b"1").unwrap();
    let first = session.checkpoint().unwrap();
    session.files().write("a", b"2").unwrap();
    let second = session.checkpoint().unwrap();
    for (checkpoint, expected) in [(&first, b"1"), (&second, b"2")] {
        session.restore(checkpoint).await.unwrap();
        assert_eq!(session.files().read("a").unwrap(), expected);
    }
}

#[tokio::test]
async fn a_session_that_is_forked_goes_on_apart() {
    let mut parent = session().await;
    parent.run("import random\nx = [1]\nrandom.seed(5)").await.unwrap();
    let mut child = parent.fork().await.unwrap();
    child.run("x.append(2)").await.unwrap();
    parent.run("x.append(3)").await.unwrap();
    let mut grandchild = child.fork().await.unwrap();
    grandchild.run("x.append(4)").await.unwrap();
    drop(child);
    assert_eq!(value(&mut parent, "x").await, "[1, 3]");
    assert_eq!(value(&mut grandchild, "x").await, "[1, 2, 4]");
    let random = "random.random()";
    assert_eq!(value(&mut parent, random).await, value(&mut grandchild, random).await);
}

#[tokio::test]
async fn a_fork_outlives_its_parent_its_sandbox_and_its_engine() {
    let mut child = {
        let engine = Engine::new(&image()).unwrap();
        let sandbox = Sandbox::builder(&engine).build().unwrap();
        let mut parent = sandbox.session().await.unwrap();
        parent.run("import numpy as np\nx = np.arange(1_000_000, dtype='int64')").await.unwrap();
        parent.fork().await.unwrap()
    };
    assert_eq!(value(&mut child, "int(x.sum())").await, "499999500000");
    let step = child.run(limited("x[:] = 0\nsum(range(10**12))", Duration::from_millis(50)));
    assert!(rolled_back(&step.await.unwrap()));
    assert_eq!(value(&mut child, "int(x[-1])").await, "999999");
}

/// A line of a thousand generations takes no more than one of a hundred, as nobody has the others.
#[tokio::test]
async fn a_thousand_forks_each_of_the_one_before() {
    let engine = Engine::new(&image()).unwrap();
    let mut session = Sandbox::builder(&engine).build().unwrap().session().await.unwrap();
    session.run("x = []").await.unwrap();
    let mut a_hundred = 0;
    for generation in 0..1000 {
        session.run(format!("x.append({generation})")).await.unwrap();
        session = session.fork().await.unwrap();
        if generation == 100 {
            a_hundred = engine.state_bytes();
        }
    }
    assert_eq!(value(&mut session, "x == list(range(1000))").await, "True");
    let bytes = engine.state_bytes();
    // Each step leaves its source, which tracebacks show.
    assert!(bytes < a_hundred + (4 << 20), "{a_hundred} bytes became {bytes}");
    drop(session);
    assert_eq!(engine.state_bytes(), 0);
}

/// What a child does on its own thread: it changes what it has, forks, is stopped and goes back.
async fn live(mut child: Session, number: usize) {
    for turn in 0..10 {
        let change = format!("seen.append({turn}); data[{turn} * 100_000] = {number}");
        let kept = child.checkpoint().unwrap();
        child.run(change.as_str()).await.unwrap();
        let mut other = child.fork().await.unwrap();
        other.run("seen.clear(); data.clear()").await.unwrap();
        if turn % 3 == 0 {
            other.restore(&kept).await.unwrap();
            other.run(change).await.unwrap();
            child = other;
        }
        let step = child.run("seen.clear(); data.clear(); import os; os.abort()").await.unwrap();
        assert!(rolled_back(&step));
        let seen =
            format!("seen == list(range({turn} + 1)), list(data[:{turn} * 100_000 + 1:100_000])");
        assert_eq!(value(&mut child, &seen).await, format!("(True, {:?})", vec![number; turn + 1]));
    }
}

#[test]
fn children_of_one_parent_live_on_threads_of_their_own() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for image in [image(), store().with_metering(Metering::Clock).open().unwrap()] {
        let engine = Engine::new(&image).unwrap();
        let children = runtime().block_on(async {
            let sandbox = Sandbox::builder(&engine).build().unwrap();
            let mut parent = sandbox.session().await.unwrap();
            parent.run("seen, data = [], bytearray(1_000_000)").await.unwrap();
            let mut children = Vec::new();
            for _ in 0..4 {
                children.push(parent.fork().await.unwrap());
            }
            children
        });
        std::thread::scope(|scope| {
            for (number, child) in children.into_iter().enumerate() {
                scope.spawn(move || runtime().block_on(live(child, number)));
            }
        });
        assert_eq!(engine.state_bytes(), 0);
    }
}

#[tokio::test]
async fn many_children_of_one_parent() {
    let mut parent = session().await;
    parent.run("data = list(range(10_000))").await.unwrap();
    let mut children = Vec::new();
    for _ in 0..100 {
        children.push(parent.fork().await.unwrap());
    }
    for (position, child) in children.iter_mut().enumerate() {
        child.run(format!("data[0] = {position}")).await.unwrap();
    }
    for (position, child) in children.iter_mut().enumerate() {
        assert_eq!(value(child, "data[0], len(data)").await, format!("({position}, 10000)"));
    }
    assert_eq!(value(&mut parent, "data[0]").await, "0");
}

#[tokio::test]
async fn checkpoints_are_gone_back_to_in_any_order() {
    let mut session = session().await;
    let mut checkpoints = vec![session.checkpoint().unwrap()];
    for position in 1..6 {
        session.run(format!("x = {position}; y = bytes({position} * 1_000_000)")).await.unwrap();
        checkpoints.push(session.checkpoint().unwrap());
    }
    for position in [3, 5, 1, 4, 4, 2] {
        session.restore(&checkpoints[position]).await.unwrap();
        assert_eq!(
            value(&mut session, "x, len(y)").await,
            format!("({position}, {position}000000)")
        );
        session.run("x = 'changed'; y = None").await.unwrap();
    }
    session.restore(&checkpoints[0]).await.unwrap();
    assert_eq!(value(&mut session, "'x' in dir()").await, "False");
}

#[tokio::test]
async fn any_number_of_sessions_start_from_a_checkpoint_and_differ_in_what_is_random() {
    let sandbox = builder().build().unwrap();
    let mut prepared = sandbox.session().await.unwrap();
    prepared.run("import random, numpy as np\ndef double(x): return 2 * x").await.unwrap();
    let checkpoint = prepared.checkpoint().unwrap();
    drop(prepared);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..4 {
        let mut session = sandbox.session_from(&checkpoint).await.unwrap();
        assert_eq!(value(&mut session, "double(21)").await, "42");
        seen.insert(value(&mut session, "random.random(), np.random.random()").await);
    }
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn checkpoints_of_another_engine_are_refused() {
    let mut one = with(Metering::Fuel).build().unwrap().session().await.unwrap();
    let sandbox: Sandbox = with(Metering::Clock).build().unwrap();
    let mut other = sandbox.session().await.unwrap();
    let checkpoint = other.checkpoint().unwrap();
    assert!(matches!(one.restore(&checkpoint).await, Err(SessionError::OtherEngine)));
    assert_eq!(value(&mut one, "1").await, "1");
}

#[tokio::test]
async fn files_that_were_open_are_closed_where_a_session_goes_on() {
    let mut parent = session().await;
    parent.run("f = open('a.txt', 'w+'); f.write('one'); f.flush()").await.unwrap();
    let mut child = parent.fork().await.unwrap();
    parent.run("f.write('two'); f.close()").await.unwrap();
    let step = child.run("f.write('three')").await.unwrap();
    let Outcome::Raised(exception) = &step.outcome else { panic!("{step:?}") };
    assert!(exception.message.contains("closed file"), "{}", exception.message);
    let step = child.run("with open('b.txt', 'w') as g: g.write('x')\nprint(open('b.txt').read())");
    assert_eq!(printed(step.await.unwrap()), "x\n");
}

#[tokio::test]
async fn cancelling_goes_on_working_after_a_roll_back() {
    let mut session = session().await;
    session.run(limited("sum(range(10**12))", Duration::from_millis(50))).await.unwrap();
    let handle = session.cancel_handle();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        handle.cancel();
    });
    let step = session.run("while True: pass").await.unwrap();
    assert!(matches!(step.outcome, Outcome::Cancelled(Some(_))), "{step:?}");
}

#[tokio::test]
async fn files_are_rolled_back_and_forked_with_the_session() {
    let mut parent = session().await;
    parent
        .run("import os\nopen('a.txt', 'w').write('one')\nos.mkdir('/tmp/folder')")
        .await
        .unwrap();
    let begun = parent.checkpoint().unwrap();
    let code = "open('a.txt', 'w').write('two')\nopen('b.txt', 'w')\nos.rmdir('/tmp/folder')\n\
                sum(range(10**12))";
    assert!(rolled_back(&parent.run(limited(code, Duration::from_millis(300))).await.unwrap()));
    let seen = "open('a.txt').read(), os.listdir('.'), os.listdir('/tmp')";
    assert_eq!(value(&mut parent, seen).await, "('one', ['a.txt'], ['folder'])");
    let mut child = parent.fork().await.unwrap();
    child.run("open('a.txt', 'a').write('!')").await.unwrap();
    assert_eq!(child.files().read("a.txt").unwrap(), b"one!");
    assert_eq!(parent.files().read("a.txt").unwrap(), b"one");
    parent.run("os.remove('a.txt')").await.unwrap();
    assert_eq!(value(&mut child, "open('a.txt').read()").await, "'one!'");
    parent.restore(&begun).await.unwrap();
    assert_eq!(value(&mut parent, seen).await, "('one', ['a.txt'], ['folder'])");
}

/// Code for what sets an interpreter up, which is in its memory, where code can change it. It runs again
/// where files were open.
fn changing_the_setup(code: &str) -> String {
    format!(
        "kept_open = open('/tmp/open', 'w')\nimport fumehood.sessions\ndef start(setup):\n    {code}\n    return steps.run\n\
         fumehood.sessions.start.__code__ = start.__code__"
    )
}

#[tokio::test]
async fn a_session_that_cannot_be_set_up_again_is_lost_and_a_checkpoint_brings_it_back() {
    let mut session = session().await;
    session.run("x = 1").await.unwrap();
    let checkpoint = session.checkpoint().unwrap();
    session.run(changing_the_setup("1 / 0")).await.unwrap();
    assert!(matches!(session.fork().await, Err(SessionError::Start { .. })));
    assert_eq!(value(&mut session, "x").await, "1");
    let step = session.run("x = 2; import os; os.abort()").await.unwrap();
    assert!(matches!(step.outcome, Outcome::Failed(_)));
    assert!(step.lost && !step.rolled_back && session.is_lost(), "{step:?}");
    assert!(matches!(session.run("x").await, Err(SessionError::Lost { .. })));
    session.restore(&checkpoint).await.unwrap();
    assert_eq!(value(&mut session, "x").await, "1");
}

#[tokio::test]
async fn what_is_set_up_calls_no_tool_and_prints_nothing() {
    let called = Arc::new(AtomicBool::new(false));
    let note = {
        let called = Arc::clone(&called);
        move |_| {
            called.store(true, Ordering::Relaxed);
            async { Ok::<_, String>(1) }
        }
    };
    let tool = fumehood::function("note", "", json!({"type": "object"}), note);
    let mut session = builder().tool(tool).build().unwrap().session().await.unwrap();
    let code = "\n    try:\n        import __main__; __main__.note()\n    except BaseException as error:\n        \
                __main__.error = type(error).__name__\n    print('printed' * 1000, flush=True)";
    session.run(changing_the_setup(code)).await.unwrap();
    let mut child = session.fork().await.unwrap();
    let step = child.run("print(error)").await.unwrap();
    assert_eq!(printed(step), "ToolCallLimitExceeded\n");
    assert!(!called.load(Ordering::Relaxed));
}

#[tokio::test]
async fn going_back_is_neither_cancelled_nor_left_half_done() {
    let mut session = session().await;
    let slowly = changing_the_setup("import time; time.sleep(0.2)");
    session.run(format!("{slowly}\nx = 1\nopen('f', 'w').write('1')")).await.unwrap();
    let checkpoint = session.checkpoint().unwrap();
    let seen = "x, open('f').read()";
    session.run("x = 2; open('f', 'w').write('2')").await.unwrap();
    let handle = session.cancel_handle();
    let cancelling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        handle.cancel();
    });
    session.restore(&checkpoint).await.unwrap();
    cancelling.await.unwrap();
    assert_eq!(value(&mut session, seen).await, "(1, '1')");
    session.run("x = 3; open('f', 'w').write('3')").await.unwrap();
    let abandoned = tokio::time::timeout(Duration::from_millis(50), session.restore(&checkpoint));
    abandoned.await.unwrap_err();
    assert_eq!(value(&mut session, seen).await, "(1, '1')");
}

/// Each time another instance goes on in the memory, which has to use what the one before it has left.
#[tokio::test]
async fn going_back_again_and_again_takes_no_memory() {
    for metering in [Metering::Fuel, Metering::Clock] {
        let mut session = with(metering).build().unwrap().session().await.unwrap();
        let mut used = Vec::new();
        for _ in 0..40 {
            assert!(rolled_back(&session.run(Code::new("1 / 0").atomic(true)).await.unwrap()));
            used.push(session.run("x = 1").await.unwrap().usage.memory_bytes);
        }
        assert_eq!(used.first(), used.last(), "{metering}: {used:?}");
    }
}

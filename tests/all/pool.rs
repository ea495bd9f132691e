//! Sessions that are made before they are asked for: nobody can tell, and nobody has had them before.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;
use fumehood::{
    Code, Engine, Grant, Limits, Metering, Outcome, Pool, Sandbox, Session, SessionError, Usage,
    function, workshop,
};
use serde_json::json;

use crate::{builder, clock, repr, store};

/// Waits until as many sessions are ready as there should be.
async fn ready(sandbox: &Sandbox, sessions: usize) {
    let started = Instant::now();
    while sandbox.ready() < sessions {
        assert!(started.elapsed() < Duration::from_secs(120), "{} are ready", sandbox.ready());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

/// What code can find out about the session that it is in, without what is random.
const DESCRIBED: &str = "
import gc, os, sys, time
here = sorted(name for name in globals() if not name.startswith('_'))
def files(path):
    for folder, folders, names in os.walk(path):
        for name in [folder] + [os.path.join(folder, name) for name in names]:
            status = os.stat(name)
            yield name, status.st_ino, status.st_size
(here, hash(tuple(sorted(sys.modules))), dict(os.environ), sys.argv, sys.path, os.getcwd(), list(files('/work')),
 list(files('/tmp')), gc.get_count(), gc.isenabled(), sys.getrecursionlimit(), len(gc.get_objects()),
 exchange(1), sys._getframe().f_code.co_filename, sys._current_frames().keys())
";

#[tokio::test]
async fn a_session_from_the_pool_is_like_any_other() {
    for builder in [builder, clock::builder] {
        let configured = || {
            let exchange = function(
                "exchange",
                "Doubles.",
                json!({"type": "object", "properties": {"n": {"type": "integer"}}}),
                |arguments| async move { Ok::<_, String>(arguments["n"].as_i64().unwrap_or(0) * 2) },
            );
            builder().tool(exchange).env("GREETING", "hei").args(["prog", "-x"])
        };
        let sandbox = configured().pool(Pool::new(2)).build().unwrap();
        ready(&sandbox, 2).await;
        let mut pooled = sandbox.session().await.unwrap();
        let mut fresh = configured().build().unwrap().session().await.unwrap();
        assert_eq!(pooled.usage(), &Usage::default());
        let (one, other) =
            (pooled.run(DESCRIBED).await.unwrap(), fresh.run(DESCRIBED).await.unwrap());
        assert_eq!(one.usage.fuel, other.usage.fuel);
        assert_eq!(one.usage.memory_bytes, other.usage.memory_bytes);
        assert_eq!(repr(one), repr(other));
    }
}

#[tokio::test]
async fn the_clock_of_a_session_begins_when_it_is_taken() {
    let sandbox = builder().pool(Pool::new(1)).build().unwrap();
    ready(&sandbox, 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let taken = Instant::now();
    let mut session = sandbox.session().await.unwrap();
    let seconds = value(&mut session, "import time; time.monotonic()").await;
    let elapsed = taken.elapsed().as_secs_f64();
    let seconds = seconds.parse::<f64>().unwrap();
    assert!((0.0..elapsed).contains(&seconds), "{seconds} s of {elapsed} s");
}

#[tokio::test]
async fn what_is_random_differs_in_each_session_of_a_pool() {
    let sandbox = builder().pool(Pool::new(6)).build().unwrap();
    ready(&sandbox, 6).await;
    let code = "import os, random, numpy as np\nrandom.random(), np.random.random(), os.urandom(9)";
    let mut seen = HashSet::new();
    for _ in 0..12 {
        let mut session = sandbox.session().await.unwrap();
        assert!(seen.insert(value(&mut session, code).await));
    }
}

#[tokio::test]
async fn a_pool_fills_again_and_nobody_waits_for_it() {
    let sandbox = builder().pool(Pool::new(3).threads(2)).build().unwrap();
    ready(&sandbox, 3).await;
    let mut sessions = Vec::new();
    for number in 0..10 {
        let mut session = sandbox.session().await.unwrap();
        assert_eq!(value(&mut session, &format!("x = {number}; x")).await, number.to_string());
        sessions.push(session);
    }
    for (number, session) in sessions.iter_mut().enumerate() {
        assert_eq!(value(session, "x").await, number.to_string());
    }
    drop(sessions);
    ready(&sandbox, 3).await;
    assert_eq!(sandbox.ready(), 3);
    let copy = sandbox.clone();
    drop(sandbox);
    assert_eq!(copy.ready(), 3);
}

#[tokio::test]
async fn a_pool_can_be_filled_before_anything_else() {
    let sandbox = builder().pool(Pool::new(4)).build().unwrap();
    sandbox.fill().await.unwrap();
    assert_eq!(sandbox.ready(), 4);
    let sandbox = builder().build().unwrap();
    sandbox.fill().await.unwrap();
    assert_eq!(sandbox.ready(), 0);
}

/// The threads of a pool, and the sessions in it, know their sandbox; it is gone all the same when nobody
/// has it any more. Sessions that were taken go on.
#[tokio::test]
async fn a_pool_ends_with_its_sandbox_and_sessions_outlive_it() {
    let known = Arc::new(());
    let knows = Arc::clone(&known);
    let tool = function("tool", "Knows.", json!({"type": "object"}), move |_| {
        let knows = Arc::clone(&knows);
        async move { Ok::<_, String>(Arc::strong_count(&knows)) }
    });
    let sandbox = builder().tool(tool).pool(Pool::new(3).threads(3)).build().unwrap();
    ready(&sandbox, 2).await;
    let mut session = sandbox.session().await.unwrap();
    drop(sandbox);
    assert_eq!(value(&mut session, "x = 1; tool()").await, "3");
    let mut fork = session.fork().await.unwrap();
    drop(session);
    assert_eq!(value(&mut fork, "x").await, "1");
    drop(fork);
    assert_eq!(Arc::strong_count(&known), 1);
}

#[tokio::test]
async fn whoever_asks_is_told_why_no_session_can_be_made() {
    let file = Dir::from_std_file(tempfile::tempfile().unwrap());
    let sandbox =
        builder().grant(Grant::read_only(file, "/data")).pool(Pool::new(2)).build().unwrap();
    for _ in 0..3 {
        let error = sandbox.session().await.unwrap_err();
        assert!(matches!(error, SessionError::Start { .. }), "{error:?}");
        assert_eq!(sandbox.ready(), 0);
    }
    assert!(matches!(sandbox.fill().await, Err(SessionError::Start { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_take_from_a_pool_at_once() {
    let sandbox = builder().pool(Pool::new(4).threads(2)).build().unwrap();
    let running = (0..64).map(|number| {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            let mut session = sandbox.session().await.unwrap();
            let code =
                format!("import json; json.mine = {number}; open('mine', 'w').write('{number}')");
            session.run(code).await.unwrap();
            let code = "json.mine, int(open('mine').read())";
            assert_eq!(value(&mut session, code).await, format!("({number}, {number})"));
        })
    });
    for session in running.collect::<Vec<_>>() {
        session.await.unwrap();
    }
    ready(&sandbox, 4).await;
}

/// What tenants write, everywhere they can.
const MARK: &str = "the tenant was here;";

/// Fills memory and files in several steps, so that states are taken and rolled back to in between, and
/// rows of pages mapped from them.
const TENANT: [&str; 4] = [
    "import numpy as np\nmark = b'the tenant ' + b'was here;'\nblocks = [bytearray(mark * 3000) for _ in range(700)]",
    "for number, block in enumerate(blocks):\n    block[:] = (mark + b'%8d' % number) * 2000",
    "blocks[::3] = [None] * len(blocks[::3])\nmany = [mark.decode() + str(n) for n in range(200_000)]\ndel many[::2]",
    "for n in range(40):\n    open(f'/work/{n}', 'wb').write(mark * 10_000)\n    open(f'/tmp/{n}', 'wb').write(mark * 999)",
];

/// How a tenant goes.
#[derive(Clone, Copy, Debug)]
enum End {
    Plain,
    Forked,
    GoneBack,
    Stopped,
    Broken,
    Abandoned,
}

async fn tenant(sandbox: &Sandbox, end: End) -> usize {
    let mut session = sandbox.session().await.unwrap();
    let checkpoint = session.checkpoint().unwrap();
    for code in TENANT {
        value(&mut session, &format!("{code}\n0")).await;
    }
    let (address, contents) = workshop::memory(&session).unwrap();
    assert!(contains_mark(&contents));
    let endless =
        |code: &str| Code::new(code).limits(Limits::default().with_time(Duration::from_millis(50)));
    match end {
        End::Plain => {}
        End::Forked => {
            let mut fork = session.fork().await.unwrap();
            value(&mut fork, "len(blocks)").await;
        }
        End::GoneBack => session.restore(&checkpoint).await.unwrap(),
        End::Stopped => {
            let step = session.run(endless("sum(range(10**12))")).await.unwrap();
            assert!(step.rolled_back);
        }
        End::Broken => {
            let step = session.run("import os; os.abort()").await.unwrap();
            assert!(matches!(step.outcome, Outcome::Failed(_)), "{step:?}");
        }
        End::Abandoned => {
            let step = session.run("import asyncio; asyncio.run(asyncio.sleep(1000))");
            tokio::time::timeout(Duration::from_millis(50), step).await.unwrap_err();
        }
    }
    address
}

fn contains_mark(bytes: &[u8]) -> bool {
    let first = MARK.as_bytes()[..8].try_into().map(u64::from_ne_bytes).unwrap();
    bytes.windows(8).any(|word| u64::from_ne_bytes(word.try_into().unwrap()) == first)
}

/// Memories are used again. Whatever a session has written, and however it has ended, those that come after
/// it find nothing of it: in all of their memory, in what they take besides, or in their files.
#[tokio::test]
async fn no_byte_of_a_session_is_left_for_those_that_follow() {
    for metering in [Metering::Fuel, Metering::Clock] {
        // Of an engine of its own, nobody else uses the memories.
        let image = store().with_metering(metering).open_or_build(|_| ()).unwrap();
        let engine = Engine::new(&image).unwrap();
        let sandbox = Sandbox::builder(&engine).pool(Pool::new(2)).build().unwrap();
        for end in
            [End::Plain, End::Forked, End::GoneBack, End::Stopped, End::Broken, End::Abandoned]
        {
            let address = tenant(&sandbox, end).await;
            let mut reused = false;
            for _ in 0..6 {
                ready(&sandbox, 2).await;
                let mut session = sandbox.session().await.unwrap();
                let (at, contents) = workshop::memory(&session).unwrap();
                reused |= at == address;
                assert!(!contains_mark(&contents), "{metering}, {end:?}");
                let code = "import os, numpy as np\n\
                            more = np.empty(40_000_000, dtype='u1')\n\
                            with open('holes', 'w+b') as file:\n\
                            \x20   file.truncate(1 << 20)\n\
                            \x20   file.seek(1000)\n\
                            \x20   file.write(b'x')\n\
                            \x20   file.seek(0)\n\
                            \x20   held = file.read().strip(b'\\0')\n\
                            os.listdir('/work'), os.listdir('/tmp'), held";
                assert_eq!(value(&mut session, code).await, "(['holes'], [], b'x')");
                let (_, contents) = workshop::memory(&session).unwrap();
                assert!(!contains_mark(&contents), "{metering}, {end:?}");
                if reused {
                    break;
                }
            }
            let exact = engine.changes_found_by() != "comparison";
            assert!(reused || !exact, "{metering}, {end:?}: the memory was not used again");
        }
    }
}

//! Sessions that are idle: parked, and on a shelf that keeps most of them in files.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Code, Engine, Grant, Limits, Metering, Outcome, Sandbox, SavedError, Session, SessionError,
    Shelf, ShelfStatus, Totals, workshop,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

use crate::{builder, clock, image, raised, repr, store};

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

fn open(folder: &Path) -> Dir {
    Dir::open_ambient_dir(folder, ambient_authority()).unwrap()
}

/// Paths of all files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in open(&folder).entries().unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found
}

/// Waits until a shelf is as it should be.
async fn until(shelf: &Shelf<u32>, is: impl Fn(ShelfStatus) -> bool) {
    let started = Instant::now();
    while !is(shelf.status()) {
        assert!(started.elapsed() < Duration::from_secs(120), "{:?}", shelf.status());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An engine that nobody else has, whose states are only those of a test.
fn own_engine() -> Engine {
    Engine::new(&image()).unwrap()
}

// Parked ----------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_session_that_is_parked_is_the_same_session() {
    for builder in [builder, clock::builder] {
        let sandbox = builder().build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        let cancel = session.cancel_handle();
        session
            .run("import random, time, colorsys\nrandom.seed(3)\nx = list(range(100_000))\nopen('a', 'w').write('b')")
            .await
            .unwrap();
        let clock = value(&mut session, "begun = time.monotonic(); random.getstate()[1][-1]").await;
        let usage = session.usage().clone();
        let awake = session.footprint();
        assert!(workshop::memory(&session).is_some());

        session.park().unwrap();
        session.park().unwrap();
        assert!(workshop::memory(&session).is_none());
        assert_eq!(session.usage(), &usage);
        assert_eq!(session.files().read("/work/a").unwrap(), b"b");
        let parked = session.footprint();
        assert!(parked.private_bytes < awake.private_bytes, "{parked:?}, {awake:?}");
        assert!(parked.private_bytes > 800_000, "{parked:?}");

        assert_eq!(value(&mut session, "random.getstate()[1][-1]").await, clock);
        let seen =
            "sum(x), open('a').read(), colorsys.rgb_to_hsv(0, 0, 0), time.monotonic() > begun";
        assert_eq!(value(&mut session, seen).await, "(4999950000, 'b', (0.0, 0.0, 0), True)");
        assert!(session.usage().wall > usage.wall);

        session.park().unwrap();
        let running = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            cancel.cancel();
        });
        let step = session.run("import time\ntime.sleep(100)").await.unwrap();
        assert!(matches!(step.outcome, Outcome::Cancelled(Some(_))), "{step:?}");
        running.await.unwrap();
    }
}

#[tokio::test]
async fn whatever_can_be_done_with_a_session_can_be_done_while_it_is_parked() {
    let sandbox = builder().build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.park().unwrap();
    assert_eq!(value(&mut session, "x = 1; x").await, "1");
    let one = session.checkpoint().unwrap();
    session.run("x = 2").await.unwrap();
    session.park().unwrap();

    let mut fork = session.fork().await.unwrap();
    assert_eq!(value(&mut fork, "x").await, "2");
    let mut saved = Vec::new();
    session.save(&mut saved).unwrap();
    let mut resumed = sandbox.resume(saved.as_slice()).await.unwrap();
    assert_eq!(value(&mut resumed, "x").await, "2");
    session.files().write("/work/late", b"written").unwrap();
    session.park().unwrap();
    assert_eq!(value(&mut session, "x, open('late').read()").await, "(2, 'written')");
    session.park().unwrap();
    session.restore(&one).await.unwrap();
    assert_eq!(value(&mut session, "import os; x, os.listdir()").await, "(1, [])");

    // What has to be stopped is rolled back to what the session was when it was parked.
    session.run("x = 3").await.unwrap();
    session.park().unwrap();
    let limits = Limits::default().with_time(Duration::from_millis(50));
    let step = session.run(Code::new("x = 4\nsum(range(10**12))").limits(limits)).await.unwrap();
    assert!(step.rolled_back);
    assert_eq!(value(&mut session, "x").await, "3");
    session.park().unwrap();
    drop(session);
}

#[tokio::test]
async fn files_that_are_open_are_closed_when_a_session_is_parked() {
    let mut session = crate::session().await;
    session.run("f = open('a', 'w'); f.write('x'); f.flush()").await.unwrap();
    session.park().unwrap();
    let exception = raised(session.run("f.write('y')").await.unwrap());
    assert!(exception.message.contains("closed file"), "{}", exception.message);
    assert_eq!(value(&mut session, "open('a').read()").await, "'x'");
}

#[tokio::test]
async fn a_session_whose_first_step_was_abandoned_can_be_parked() {
    let mut session = crate::session().await;
    let step = session.run("open('a', 'w').write('b'); x = 1; import time; time.sleep(1000)");
    tokio::time::timeout(Duration::from_millis(100), step).await.unwrap_err();
    session.park().unwrap();
    assert_eq!(value(&mut session, "import os; 'x' in dir(), os.listdir()").await, "(False, [])");
}

/// A session in which the runtime was destroyed cannot be brought back, if that has to be told that files are
/// no longer open. The session is no more lost than it was, and can go back to what it was before.
#[tokio::test]
async fn a_session_that_cannot_be_brought_back_stays_as_it_is() {
    let mut session = crate::session().await;
    session.run("x = 1").await.unwrap();
    let good = session.checkpoint().unwrap();
    session
        .run("import fumehood.sessions\nfumehood.sessions.start.__code__ = (lambda setup: 1 / 0).__code__\nopened = open('a', 'w', 1)\nopened.write('b\\n')")
        .await
        .unwrap();
    session.park().unwrap();
    for _ in 0..2 {
        let error = session.run("x").await.unwrap_err();
        assert!(matches!(error, SessionError::Start { .. }), "{error:?}");
        assert!(!session.is_lost());
        assert_eq!(session.files().read("/work/a").unwrap(), b"b\n");
        session.park().unwrap();
    }
    session.restore(&good).await.unwrap();
    assert_eq!(value(&mut session, "x").await, "1");
}

#[tokio::test]
async fn totals_and_quotas_go_on_when_a_session_was_parked() {
    let folder = TempDir::new().unwrap();
    let totals = Totals::default().with_output_bytes(Some(1000));
    let limits = Limits::default().with_session(totals).with_file_bytes(10_000);
    let grant = Grant::read_write(open(folder.path()), "/data");
    let sandbox = builder().limits(limits).grant(grant).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("open('/data/a', 'wb', 0).write(bytes(6000)); print('x' * 600)").await.unwrap();
    session.park().unwrap();
    let step = session.run("print('x' * 600)").await.unwrap();
    assert!(matches!(step.outcome, Outcome::LimitReached(..)), "{step:?}");
    session.park().unwrap();
    let exception =
        raised(session.run("open('/data/b', 'wb', 0).write(bytes(6000))").await.unwrap());
    assert!(exception.message.contains("No space"), "{}", exception.message);
}

#[tokio::test]
async fn what_sessions_begin_with_is_not_counted_as_theirs() {
    let engine = own_engine();
    let sandbox = Sandbox::builder(&engine).build().unwrap();
    let prepared = sandbox.prepare("data = bytearray(b'x') * 20_000_000").await.unwrap();
    let sandbox = Sandbox::builder(&engine).prepared(&prepared).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("y = 1").await.unwrap();
    session.park().unwrap();
    let one = session.footprint();
    assert!((20_000_000..25_000_000).contains(&one.shared_bytes), "{one:?}");
    assert!((100_000..5_000_000).contains(&one.private_bytes), "{one:?}");
    session.run("data[::4096] = bytes(len(data[::4096]))").await.unwrap();
    session.files().write("/work/a", &[1; 3_000_000]).unwrap();
    session.park().unwrap();
    let other = session.footprint();
    assert!(other.shared_bytes < 5_000_000, "{other:?}");
    assert!(other.private_bytes > one.private_bytes + 22_000_000, "{other:?}");
}

// On a shelf ------------------------------------------------------------------------------------------

const SET: &str = "
import random
random.seed(NUMBER)
mine = {'number': NUMBER, 'data': random.randbytes(300_000)}
open('note', 'w').write('of NUMBER')
";
const SEEN: &str = "mine['number'], mine['data'] == random.Random(mine['number']).randbytes(300_000), open('note').read(), mine.setdefault('visits', 0)";

async fn filled(sandbox: &Sandbox, number: u32) -> Session {
    let mut session = sandbox.session().await.unwrap();
    session.run(SET.replace("NUMBER", &number.to_string())).await.unwrap();
    session
}

/// Many sessions of which most are idle, with memory for some of them, used again and again from several
/// threads: each is what it was, and the shelf keeps within its memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_sessions_are_right_when_they_come_back_and_the_budget_holds() {
    const SESSIONS: u32 = 200;
    const MEMORY: u64 = 64 << 20;
    let folder = TempDir::new().unwrap();
    let engine = own_engine();
    let sandbox = Sandbox::builder(&engine).build().unwrap();
    let shelf = Shelf::builder().awake(8).folder(open(folder.path()), MEMORY).build().unwrap();
    let shelf = Arc::new(shelf);
    let workers = (0..4).map(|worker| {
        let (shelf, sandbox) = (Arc::clone(&shelf), sandbox.clone());
        tokio::spawn(async move {
            for number in (worker..SESSIONS).step_by(4) {
                assert!(shelf.insert(number, filled(&sandbox, number).await).await.is_none());
                let status = shelf.status();
                // What waits to be parked, and what was brought since the keeper looked.
                assert!(status.memory_bytes < MEMORY + (64 << 20), "{status:?}");
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    // The keeper may be about to store another when there is memory enough.
    let is_stored = |status: ShelfStatus| files(folder.path()).len() == status.stored;
    until(&shelf, |s| s.memory_bytes <= MEMORY && s.awake <= 8 && is_stored(s)).await;
    let status = shelf.status();
    assert_eq!((status.sessions, status.errors), (200, 0));
    assert!(status.stored > 100, "{status:?}");
    assert_eq!(shelf.keys().into_iter().collect::<HashSet<_>>(), (0..SESSIONS).collect());

    let workers = (0..4).map(|worker| {
        let shelf = Arc::clone(&shelf);
        tokio::spawn(async move {
            // In an order that has nothing to do with the one in which they were used.
            for visit in 0..100 {
                let number = (visit * 67 + worker * 31) % SESSIONS;
                let mut session = shelf.get(&number).await.unwrap().unwrap();
                let seen = value(&mut session, SEEN).await;
                let expected = format!("({number}, True, 'of {number}', ");
                assert!(seen.starts_with(&expected), "{seen}");
                session.run("mine['visits'] += 1").await.unwrap();
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let mut visits = 0;
    for number in 0..SESSIONS {
        let mut session = shelf.get(&number).await.unwrap().unwrap();
        visits += value(&mut session, "mine.get('visits', 0)").await.parse::<u32>().unwrap();
    }
    assert_eq!(visits, 400);
    until(&shelf, |status| status.memory_bytes <= MEMORY).await;
    drop(shelf);
    assert!(files(folder.path()).is_empty());
    assert_eq!(open(folder.path()).entries().unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_has_one_user_at_a_time() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    // There is memory for none, so it goes to a file whenever nobody has it.
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    let shelf = Arc::new(shelf);
    let mut session = sandbox.session().await.unwrap();
    session.run("count = 0").await.unwrap();
    assert!(shelf.insert(1, session).await.is_none());
    let workers = (0..8).map(|_| {
        let shelf = Arc::clone(&shelf);
        tokio::spawn(async move {
            for _ in 0..10 {
                let mut session = shelf.get(&1).await.unwrap().unwrap();
                session.run("before = count").await.unwrap();
                session.run("count = before + 1").await.unwrap();
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(value(&mut shelf.get(&1).await.unwrap().unwrap(), "count").await, "80");
}

#[tokio::test]
async fn the_session_that_was_used_longest_ago_goes_to_a_file_first() {
    let folder = TempDir::new().unwrap();
    let engine = own_engine();
    let sandbox = Sandbox::builder(&engine).build().unwrap();
    let measured = Shelf::builder().awake(0).build().unwrap();
    for number in 0..3 {
        assert!(measured.insert(number, filled(&sandbox, number).await).await.is_none());
    }
    until(&measured, |status| status.parked == 3).await;
    let all = measured.status().memory_bytes;
    drop(measured);
    assert_eq!(engine.state_bytes(), 0);

    let memory = all - all / 6;
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), memory).build().unwrap();
    for number in 0..2 {
        assert!(shelf.insert(number, filled(&sandbox, number).await).await.is_none());
    }
    until(&shelf, |status| status.parked == 2).await;
    value(&mut shelf.get(&0).await.unwrap().unwrap(), "1").await;
    until(&shelf, |status| status.parked == 2).await;
    assert!(shelf.insert(2, filled(&sandbox, 2).await).await.is_none());
    until(&shelf, |status| (status.parked, status.stored) == (2, 1)).await;
    for (number, stored) in [(0, 1), (2, 1), (1, 0)] {
        let session = shelf.get(&number).await.unwrap().unwrap();
        assert_eq!(shelf.status().stored, stored, "{number}");
        drop(session);
        until(&shelf, |status| status.parked + status.stored == 3).await;
    }
}

#[tokio::test]
async fn sessions_are_found_by_their_keys_until_they_are_removed() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let shelf = Shelf::builder().awake(1).folder(open(folder.path()), 1).build().unwrap();
    assert!(shelf.get(&7).await.unwrap().is_none());
    assert!(!shelf.remove(&7));
    for number in [7, 8] {
        assert!(shelf.insert(number, filled(&sandbox, number).await).await.is_none());
    }
    let other = filled(&sandbox, 9).await;
    let mut refused = shelf.insert(7, other).await.unwrap();
    assert_eq!(value(&mut refused, "mine['number']").await, "9");
    until(&shelf, |status| status.stored == 2).await;
    assert!(shelf.remove(&8));
    assert!(shelf.get(&8).await.unwrap().is_none());
    assert_eq!(files(folder.path()).len(), 1);

    // Whoever has one that is removed keeps it.
    let mut session = shelf.get(&7).await.unwrap().unwrap();
    assert!(files(folder.path()).is_empty());
    assert!(shelf.remove(&7));
    assert_eq!(value(&mut session, "mine['number']").await, "7");
    drop(session);
    let status = shelf.status();
    assert_eq!((status.sessions, status.stored, status.file_bytes), (0, 0, 0));
}

#[tokio::test]
async fn a_session_that_is_waited_for_and_removed_is_not_there() {
    let sandbox = builder().build().unwrap();
    let shelf = Arc::new(Shelf::builder().build().unwrap());
    assert!(shelf.insert(1, filled(&sandbox, 1).await).await.is_none());
    let session = shelf.get(&1).await.unwrap().unwrap();
    let waiting = Arc::clone(&shelf);
    let waiting = tokio::spawn(async move { waiting.get(&1).await.unwrap().is_none() });
    tokio::task::yield_now().await;
    shelf.remove(&1);
    drop(session);
    assert!(waiting.await.unwrap());
}

#[tokio::test]
async fn sessions_that_are_stored_can_be_forked_and_outlive_the_shelf() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let shelf = Shelf::builder().folder(open(folder.path()), 1).build().unwrap();
    assert!(shelf.insert(1, filled(&sandbox, 1).await).await.is_none());
    until(&shelf, |status| status.stored == 1).await;
    let mut session = shelf.get(&1).await.unwrap().unwrap();
    let mut fork = session.fork().await.unwrap();
    fork.run("mine['visits'] = 5").await.unwrap();
    assert!(shelf.insert(2, fork).await.is_none());
    drop(shelf);
    assert_eq!(open(folder.path()).entries().unwrap().count(), 0);
    assert_eq!(value(&mut session, SEEN).await, "(1, True, 'of 1', 0)");
    let mut fork = session.fork().await.unwrap();
    drop(session);
    assert_eq!(value(&mut fork, SEEN).await, "(1, True, 'of 1', 0)");
}

/// Files hold what sessions do not have in common with all others, and coming back they have it in common
/// again.
#[tokio::test]
async fn what_sessions_begin_with_stays_in_memory_once() {
    let folder = TempDir::new().unwrap();
    let engine = own_engine();
    let mut set_up = Sandbox::builder(&engine).build().unwrap().session().await.unwrap();
    let code = "import random\ndata = random.randbytes(20_000_000)\nopen('table', 'wb').write(random.randbytes(10_000_000))\nopen('other', 'w').write('other')\n0";
    value(&mut set_up, code).await;
    let prepared = set_up.checkpoint().unwrap();
    drop(set_up);
    let sandbox = Sandbox::builder(&engine).prepared(&prepared).build().unwrap();
    let before = engine.state_bytes();
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    for number in 0..4 {
        let mut session = sandbox.session().await.unwrap();
        session
            .run(format!("mine = {number}\nopen('other', 'w').write('{number}')"))
            .await
            .unwrap();
        if number == 3 {
            session = session.fork().await.unwrap();
        }
        assert!(shelf.insert(number, session).await.is_none());
    }
    until(&shelf, |status| status.stored == 4).await;
    assert!(engine.state_bytes() <= before);
    assert!(shelf.status().file_bytes < 20_000_000, "{:?}", shelf.status());
    let mut sessions = Vec::new();
    let seen = "mine, len(data), len(open('table', 'rb').read()), open('other').read()";
    for number in 0..4 {
        let mut session = shelf.get(&number).await.unwrap().unwrap();
        let expected = format!("({number}, 20000000, 10000000, '{number}')");
        assert_eq!(value(&mut session, seen).await, expected);
        sessions.push(session);
    }
    assert!(engine.state_bytes() < before + 40_000_000, "{} bytes", engine.state_bytes());
}

/// A session that has gone back to a state that is not one after what it began with.
#[tokio::test]
async fn a_state_of_another_line_is_stored_whole() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let fresh = sandbox.session().await.unwrap().checkpoint().unwrap();
    let prepared = sandbox.prepare("data = bytearray(b'x') * 5_000_000").await.unwrap();
    let sandbox = builder().prepared(&prepared).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.restore(&fresh).await.unwrap();
    session.run("y = 1").await.unwrap();
    let shelf = Shelf::builder().folder(open(folder.path()), 1).build().unwrap();
    assert!(shelf.insert(1, session).await.is_none());
    until(&shelf, |status| status.stored == 1).await;
    let mut session = shelf.get(&1).await.unwrap().unwrap();
    assert_eq!(value(&mut session, "'data' in dir(), y").await, "(False, 1)");
}

#[tokio::test]
async fn sessions_of_several_engines_are_on_one_shelf() {
    let folder = TempDir::new().unwrap();
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    let metered = |metering| {
        let image = store().with_metering(metering).open_or_build(|_| ()).unwrap();
        Engine::new(&image).unwrap()
    };
    for (number, metering) in [(0, Metering::Fuel), (1, Metering::Clock)] {
        let sandbox = Sandbox::builder(&metered(metering)).build().unwrap();
        assert!(shelf.insert(number, filled(&sandbox, number).await).await.is_none());
    }
    until(&shelf, |status| status.stored == 2).await;
    for number in 0..2 {
        let mut session = shelf.get(&number).await.unwrap().unwrap();
        let expected = format!("({number}, True, 'of {number}', 0)");
        assert_eq!(value(&mut session, SEEN).await, expected);
    }
}

/// What a file holds is used if it is what was written, and not otherwise.
#[tokio::test]
async fn a_file_that_was_changed_is_refused_and_nothing_else_is_harmed() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    assert!(shelf.insert(1, filled(&sandbox, 1).await).await.is_none());
    until(&shelf, |status| status.stored == 1).await;
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    assert!(shelf.insert(2, filled(&sandbox, 2).await).await.is_none());
    until(&shelf, |status| status.stored == 2).await;

    let good = open(folder.path()).read(file.strip_prefix(folder.path()).unwrap()).unwrap();
    let write = |bytes: &[u8]| {
        open(folder.path()).write(file.strip_prefix(folder.path()).unwrap(), bytes).unwrap();
    };
    for position in [0, 100, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[position] ^= 1;
        write(&bad);
        let error = shelf.get(&1).await.unwrap_err();
        assert!(
            matches!(error, SavedError::Damaged { .. } | SavedError::NotASession),
            "{position}: {error:?}"
        );
    }
    write(&good[..good.len() - 1]);
    assert!(matches!(shelf.get(&1).await, Err(SavedError::Damaged { .. })));
    assert_eq!(shelf.status().sessions, 2);
    let mut other = shelf.get(&2).await.unwrap().unwrap();
    assert_eq!(value(&mut other, SEEN).await, "(2, True, 'of 2', 0)");
    write(&good);
    let mut session = shelf.get(&1).await.unwrap().unwrap();
    assert_eq!(value(&mut session, SEEN).await, "(1, True, 'of 1', 0)");
}

#[tokio::test]
async fn when_there_is_no_folder_for_files_any_more_sessions_stay_in_memory() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    let [only] = &open(folder.path()).entries().unwrap().collect::<Vec<_>>()[..] else {
        panic!("one folder")
    };
    let name = only.as_ref().unwrap().file_name();
    open(folder.path()).remove_dir_all(name).unwrap();
    for number in 0..3 {
        assert!(shelf.insert(number, filled(&sandbox, number).await).await.is_none());
    }
    until(&shelf, |status| status.errors > 0).await;
    assert!(matches!(shelf.take_error(), Some(SavedError::Io(_))));
    assert_eq!(shelf.status().stored, 0);
    for number in 0..3 {
        let mut session = shelf.get(&number).await.unwrap().unwrap();
        let expected = format!("({number}, True, 'of {number}', 0)");
        assert_eq!(value(&mut session, SEEN).await, expected);
    }
}

/// Says to a child of this process that it is one.
const CHILD: &str = "FUMEHOOD_TEST_OF_A_FULL_DISK";

/// A file may not grow past a few megabytes, as on a disk that is full. The limit is one of the whole
/// process, so the test is one of its own.
#[test]
fn when_the_disk_is_full_nothing_is_lost_and_it_goes_on_when_there_is_room() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    if std::env::var_os(CHILD).is_some() {
        runtime.block_on(with_a_full_disk());
        return;
    }
    let name = "shelf::when_the_disk_is_full_nothing_is_lost_and_it_goes_on_when_there_is_room";
    // The signal that comes with the limit is ignored, as it is inherited by what a shell starts.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let [said, complained] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success() && said.contains("1 passed"), "{said}{complained}");
}

async fn with_a_full_disk() {
    let folder = TempDir::new().unwrap();
    let sandbox = builder().build().unwrap();
    let mut large = filled(&sandbox, 1).await;
    large
        .run("import os\nlarge = os.urandom(40_000_000)\nsum_of_large = sum(large)")
        .await
        .unwrap();
    let mut small = filled(&sandbox, 2).await;
    // From here on their states are in memory.
    large.park().unwrap();
    small.park().unwrap();
    let usual = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: Some(8 << 20), maximum: usual.maximum }).unwrap();

    let shelf = Shelf::builder().awake(0).folder(open(folder.path()), 1).build().unwrap();
    assert!(shelf.insert(1, large).await.is_none());
    until(&shelf, |status| status.errors > 0).await;
    let error = shelf.take_error();
    assert!(matches!(error, Some(SavedError::Io(_))), "{error:?}");
    let status = shelf.status();
    assert_eq!((status.sessions, status.stored, status.file_bytes), (1, 0, 0));
    assert!(status.memory_bytes > 40_000_000, "{status:?}");
    assert!(files(folder.path()).is_empty());
    // Another one that fits goes to a file, though the large one is there before it.
    assert!(shelf.insert(2, small).await.is_none());
    until(&shelf, |status| status.stored == 1).await;
    {
        let mut session = shelf.get(&1).await.unwrap().unwrap();
        assert_eq!(value(&mut session, "sum(large) == sum_of_large").await, "True");
    }

    setrlimit(Resource::Fsize, usual).unwrap();
    until(&shelf, |status| status.stored == 2).await;
    let mut session = shelf.get(&1).await.unwrap().unwrap();
    assert_eq!(value(&mut session, "sum(large) == sum_of_large").await, "True");
    let mut session = shelf.get(&2).await.unwrap().unwrap();
    assert_eq!(value(&mut session, SEEN).await, "(2, True, 'of 2', 0)");
}

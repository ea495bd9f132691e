//! What sessions take that wait to be used again, and how long it takes until they are.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Sandbox, Session, Shelf};

use super::Bench;
use super::latency::{step, with_tools};
use super::measuring::{Samples, microseconds, sample_times};

/// What the key of a figure begins with that takes minutes and gigabytes. It is measured only if it is
/// asked for by that.
const MANY: &str = "idle_10k";
const SESSIONS: u32 = 10_000;
/// One in so many is used again.
const USED: u32 = 10;
/// Bytes of memory for the states of all of them.
const MEMORY: u64 = 8 << 30;

/// What each session has done before it is idle.
const WORK: &str =
    "import json\nnotes = [f'note {n}' for n in range(1000)]\nprint(json.dumps(notes[:3]))";

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let sandbox = bench.image.sandbox(with_tools(&bench.engine, 0))?;
    const PARK: &str = "park_us";
    const PARKED: &str = "parked_print_us";
    if bench.wants(&[PARK, PARKED]) {
        let mut worked = worked(&sandbox).await?;
        let mut parking = Samples::default();
        let waking = sample_times(300, async || {
            let mut session = worked.fork().await?;
            step(&mut session, "print(1)").await?;
            let started = Instant::now();
            session.park()?;
            parking.push(microseconds(started.elapsed()));
            let started = Instant::now();
            step(&mut session, "print(1)").await?;
            Ok(started.elapsed())
        })
        .await?;
        for (key, what, samples) in
            [(PARK, "parking a session", parking), (PARKED, "print in a parked session", waking)]
        {
            if bench.wants(&[key]) {
                bench.add(key, what, "µs", vec![("fumehood", samples)])?;
            }
        }
    }
    const STORED: &str = "stored_print_us";
    if bench.wants(&[STORED]) {
        let mut worked = worked(&sandbox).await?;
        let place = tempfile::tempdir()?;
        let shelf = Shelf::builder().awake(0).folder(open(place.path())?, 1).build()?;
        let mut number = 0;
        let samples = sample_times(100, async || {
            number += 1;
            put(&shelf, number, worked.fork().await?).await?;
            while shelf.status().stored == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let took = use_again(&shelf, number).await?;
            shelf.remove(&number);
            Ok(took)
        })
        .await?;
        let what = "print in a session whose state is in a file";
        bench.add(STORED, what, "µs", vec![("fumehood", samples)])?;
    }
    if bench.asks_for(MANY) {
        many(bench).await?;
    }
    Ok(())
}

/// Ten thousand sessions on a shelf, of which there is not memory for all.
async fn many(bench: &mut Bench<'_>) -> Result<()> {
    let sandbox = bench.image.sandbox(with_tools(&bench.engine, 0))?;
    drop(worked(&sandbox).await?);
    let states = bench.engine.state_bytes();
    let before = anonymous_kib()?;
    let place = tempfile::tempdir()?;
    let shelf = Shelf::builder().folder(open(place.path())?, MEMORY).build()?;
    let started = Instant::now();
    for number in 0..SESSIONS {
        put(&shelf, number, worked(&sandbox).await?).await?;
    }
    let made = f64::from(SESSIONS) / started.elapsed().as_secs_f64();
    let status = loop {
        let status = shelf.status();
        if status.memory_bytes <= MEMORY {
            break status;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let states_kib = (bench.engine.state_bytes() - states) as f64 / 1024.0;
    let memory = anonymous_kib()?.saturating_sub(before) as f64 + states_kib;
    let in_memory = (status.awake + status.parked) as f64;

    // A tenth of them, in an order that has nothing to do with when they were used.
    let mut waking = Samples::default();
    for turn in 0..SESSIONS / USED {
        let number = (turn * 7919 + 3) % SESSIONS;
        waking.push(use_again(&shelf, number).await?.as_secs_f64() * 1e3);
    }
    let stored_kib = status.file_bytes as f64 / 1024.0 / status.stored.max(1) as f64;
    for (key, what, unit, samples) in [
        ("idle_10k_made_per_second", "10 000 sessions put on a shelf", "/s", Samples::single(made)),
        (
            "idle_10k_private_kib",
            "memory for each of them that is in memory",
            "KiB",
            Samples::single(memory / in_memory.max(1.0)),
        ),
        (
            "idle_10k_stored",
            "of them in files, as there are 8 GiB for all",
            "sessions",
            Samples::single(status.stored as f64),
        ),
        ("idle_10k_file_kib", "file of each of these", "KiB", Samples::single(stored_kib)),
        ("idle_10k_resume_ms", "print in one of ten of them", "ms", waking),
    ] {
        bench.add(key, what, unit, vec![("fumehood", samples)])?;
    }
    Ok(())
}

fn open(place: &std::path::Path) -> Result<Dir> {
    Ok(Dir::open_ambient_dir(place, ambient_authority())?)
}

async fn worked(sandbox: &Sandbox) -> Result<Session> {
    let mut session = sandbox.session().await?;
    step(&mut session, WORK).await?;
    Ok(session)
}

async fn put(shelf: &Shelf<u32>, number: u32, session: Session) -> Result<()> {
    let refused = shelf.insert(number, session).await;
    anyhow::ensure!(refused.is_none(), "there are two sessions {number}");
    Ok(())
}

/// The memory of this process that is in no file. States are in files, which are in memory.
fn anonymous_kib() -> Result<u64> {
    let path = "/proc/self/status";
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.with_context(|| format!("{path} does not say how much memory is anonymous"))
}

/// From asking for a session to what it prints.
async fn use_again(shelf: &Shelf<u32>, number: u32) -> Result<Duration> {
    let started = Instant::now();
    let mut session = shelf.get(&number).await?.context("a session is gone")?;
    step(&mut session, "print(len(notes))").await?;
    Ok(started.elapsed())
}

//! How many sessions there can be: the memory of one, and how many can be started.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fumehood::{Pool, Sandbox};

use super::Bench;
use super::latency::{fresh, with_tools};
use super::measuring::Samples;

/// Idle sessions whose memory is taken together.
const IDLE: usize = 100;

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    const MEMORY: &str = "idle_session_private_kib";
    if bench.wants(&[MEMORY]) {
        // An engine of its own, that has kept nothing of sessions before.
        let engine = bench.image.engine(bench.printer)?;
        let samples = idle(&bench.image.sandbox(with_tools(&engine, 0))?).await?;
        let what = "private memory of an idle fresh session";
        bench.add(MEMORY, what, "KiB", vec![("fumehood", samples)])?;
    }
    const ONE: &str = "fresh_per_second_one_core";
    const ALL: &str = "fresh_per_second_all_cores";
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    const POOLED: &str = "fresh_pooled_per_second_all_cores";
    for (key, what, threads, pool) in [
        (ONE, "fresh sessions to a printed result a second, one core", 1, 0),
        (ALL, "fresh sessions to a printed result a second, all cores", cores, 0),
        (POOLED, "the same with a pool", cores, 8),
    ] {
        if bench.wants(&[key]) {
            let builder = with_tools(&bench.engine, 0).pool(Pool::new(pool).threads(cores));
            let sandbox = bench.image.sandbox(builder)?;
            let samples = rate(&sandbox, threads)?;
            bench.add(key, what, "/s", vec![("fumehood", samples)])?;
        }
    }
    Ok(())
}

async fn idle(sandbox: &Sandbox) -> Result<Samples> {
    let mut sessions = vec![sandbox.session().await?];
    let before = private_kib()?;
    for _ in 0..IDLE {
        sessions.push(sandbox.session().await?);
    }
    let after = private_kib()?;
    Ok(Samples::single(after.saturating_sub(before) as f64 / IDLE as f64))
}

/// The memory that only this process has.
fn private_kib() -> Result<u64> {
    let path = "/proc/self/smaps_rollup";
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    Ok(of("Private_Clean:") + of("Private_Dirty:"))
}

/// Sessions a second on so many threads, each with a runtime of its own.
fn rate(sandbox: &Sandbox, threads: usize) -> Result<Samples> {
    const PERIOD: Duration = Duration::from_millis(700);
    let mut samples = Samples::default();
    for _ in 0..5 {
        let started = Instant::now();
        let run = || -> Result<u64> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
            runtime.block_on(async {
                let mut count = 0;
                while started.elapsed() < PERIOD {
                    fresh(sandbox, "print(1 + 1)").await?;
                    count += 1;
                }
                Ok(count)
            })
        };
        let counts = std::thread::scope(|scope| {
            let running = (0..threads).map(|_| scope.spawn(run)).collect::<Vec<_>>();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a thread panicked")))
                .sum::<Result<u64>>()
        })?;
        samples.push(counts as f64 / started.elapsed().as_secs_f64());
    }
    Ok(samples)
}

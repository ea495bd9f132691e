//! What it takes to keep, copy and put back the state of a session, with heaps from small to large.
//!
//! Each figure is of one session that is made ready once: the heap is filled by `benches/states/state.py`,
//! and really written. What is timed is the call alone; what it leaves to be taken down, a child or a
//! checkpoint, is taken down while nobody looks, unless the figure says otherwise.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fumehood::{Engine, Limits, Outcome, Sandbox, SandboxBuilder, Session, workshop};

use super::Bench;
use super::latency::step;
use super::measuring::{self, Samples, microseconds, sample_times};

const STATE: &str = include_str!("../../../../benches/states/state.py");
const NATIVELY: &str = include_str!("../../../../benches/states/natively.py");

/// Changes a MiB of memory in place.
const CHANGE: &str = "block[::4096] = bytes((byte + 1) % 256 for byte in block[::4096])";
/// About a millisecond of work that takes and frees memory.
const WORK: &str = "len(sorted(str(n * 7919 % 10007) for n in range(1600)))";
/// Ends the interpreter, which cannot go on.
const BREAK: &str = "import os; os.abort()";

/// Ten megabytes that cannot be packed.
const RANDOM: &str = "import numpy; numbers = numpy.random.default_rng().random(1_250_000)";

/// What a session holds.
#[derive(Clone, Copy)]
struct Heap {
    name: &'static str,
    /// The program that fills it.
    program: &'static str,
    /// MiB of blocks, besides the records; none for nothing but what every session has.
    blocks: u32,
    figures: &'static [(&'static str, &'static str, Measure)],
}

/// What is measured of it.
#[derive(Clone, Copy)]
enum Measure {
    /// A fork, without the child's end.
    Fork,
    /// A fork and the child's end.
    ForkEnded,
    /// Copying the state within one process with `pickle`.
    Pickle,
    /// A checkpoint after a MiB was changed.
    Checkpoint,
    /// Everything `run` does after the step itself, which has changed a MiB, has ended in a trap.
    RollBack,
    /// What a step takes, less what it takes when the one before was not committed.
    Commit(&'static str),
    /// A session from a checkpoint to a printed result, ended.
    Prepared,
    /// Saving to memory what was changed since the image.
    Save,
    /// The length of what is saved.
    SavedSize,
    /// From what was saved to a session that can go on.
    Resume,
}

impl Measure {
    fn unit(self) -> &'static str {
        match self {
            Measure::SavedSize => "KiB",
            _ => "µs",
        }
    }
}

const HEAPS: [Heap; 4] = [
    Heap {
        name: "small",
        program: STATE,
        blocks: 0,
        figures: &[
            ("fork_us", "fork of a session", Measure::Fork),
            ("checkpoint_1mib_us", "checkpoint after a MiB was changed", Measure::Checkpoint),
            ("roll_back_us", "roll-back after a MiB was changed", Measure::RollBack),
            ("commit_empty_us", "what being committed adds to an empty step", Measure::Commit("")),
            ("commit_1ms_us", "what it adds to a step of a millisecond", Measure::Commit(WORK)),
            (
                "prepared_print_us",
                "session from a checkpoint to a printed result, ended",
                Measure::Prepared,
            ),
        ],
    },
    Heap {
        name: "10 MB of random numbers",
        program: RANDOM,
        blocks: 0,
        figures: &[
            ("save_10mb_us", "saving a session with 10 MB of random numbers", Measure::Save),
            ("saved_10mb_kib", "what is saved of it", Measure::SavedSize),
            ("resume_10mb_us", "resuming it", Measure::Resume),
        ],
    },
    Heap {
        name: "100 MB",
        program: STATE,
        blocks: 85,
        figures: &[
            ("fork_100mb_us", "fork with a heap of 100 MB", Measure::Fork),
            ("fork_100mb_ended_us", "the same and the child's end", Measure::ForkEnded),
            ("pickle_100mb_us", "copying the same with pickle", Measure::Pickle),
            (
                "prepared_100mb_print_us",
                "session from a checkpoint of 100 MB to a printed result, ended",
                Measure::Prepared,
            ),
        ],
    },
    Heap {
        name: "1 GiB",
        program: STATE,
        blocks: 1010,
        figures: &[
            ("fork_1gib_us", "fork with a heap of 1 GiB", Measure::Fork),
            (
                "checkpoint_1mib_1gib_us",
                "checkpoint after a MiB of 1 GiB was changed",
                Measure::Checkpoint,
            ),
            ("roll_back_1gib_us", "roll-back after a MiB of 1 GiB was changed", Measure::RollBack),
            (
                "commit_empty_1gib_us",
                "what being committed adds to an empty step, 1 GiB",
                Measure::Commit(""),
            ),
            (
                "commit_1ms_1gib_us",
                "what it adds to a step of a millisecond, 1 GiB",
                Measure::Commit(WORK),
            ),
        ],
    },
];

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    for heap in HEAPS {
        let keys = heap.figures.iter().map(|(key, ..)| *key).collect::<Vec<_>>();
        if !bench.wants(&keys) {
            continue;
        }
        // The session's memory, as much in the store, and room to go from one to the other.
        let needed = u64::from(heap.blocks) * 3;
        if available_mib()? < needed {
            let name = heap.name;
            bench.printer.say(&format!(
                "fumehood: figures with a heap of {name} are left out: {needed} MiB are not available"
            ));
            continue;
        }
        let sandbox = bench.image.sandbox(roomy(&bench.engine))?;
        let mut session = sandbox.session().await?;
        step(&mut session, &state(heap)).await?;
        for (key, what, measure) in heap.figures {
            if bench.wants(&[key]) {
                let native = bench.python.as_deref();
                let measured = measured(*measure, &sandbox, &mut session, heap, native).await?;
                bench.add(key, what, measure.unit(), measured)?;
            }
        }
    }
    Ok(())
}

/// The memory that programs can have.
fn available_mib() -> Result<u64> {
    let path = "/proc/meminfo";
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.unwrap_or(0) / 1024)
}

/// A sandbox with room for every heap.
fn roomy(engine: &Engine) -> SandboxBuilder {
    Sandbox::builder(engine).limits(Limits::default().with_memory_bytes(2 << 30))
}

/// The program that fills a heap.
fn state(heap: Heap) -> String {
    format!("BLOCKS = {}\n{}", heap.blocks, heap.program)
}

async fn measured(
    measure: Measure,
    sandbox: &Sandbox,
    session: &mut Session,
    heap: Heap,
    native: Option<&str>,
) -> Result<Vec<(&'static str, Samples)>> {
    let ours = match measure {
        Measure::Fork => {
            sample_times(100, async || {
                let started = Instant::now();
                let child = session.fork().await?;
                let took = started.elapsed();
                drop(child);
                Ok(took)
            })
            .await?
        }
        Measure::ForkEnded => return forks_in_turn(session, heap, native).await,
        Measure::Pickle => {
            let Some(python) = native else { return Ok(Vec::new()) };
            let samples = natively(python, heap, "pickle_round_trip", 10)?;
            return Ok(vec![("python3", samples)]);
        }
        Measure::Checkpoint => {
            sample_times(100, async || {
                step(session, CHANGE).await?;
                let started = Instant::now();
                session.checkpoint()?;
                Ok(started.elapsed())
            })
            .await?
        }
        Measure::Save => {
            sample_times(20, async || {
                let started = Instant::now();
                saved(session)?;
                Ok(started.elapsed())
            })
            .await?
        }
        Measure::SavedSize => Samples::single(saved(session)?.len() as f64 / 1024.0),
        Measure::Resume => {
            let saved = saved(session)?;
            sample_times(20, async || {
                let started = Instant::now();
                let resumed = sandbox.resume(saved.as_slice()).await?;
                let took = started.elapsed();
                drop(resumed);
                Ok(took)
            })
            .await?
        }
        Measure::RollBack => sample_times(100, async || roll_back(session).await).await?,
        Measure::Commit(code) => return committing(session, code).await,
        Measure::Prepared => {
            let prepared = session.checkpoint()?;
            sample_times(200, async || {
                let started = Instant::now();
                let mut session = sandbox.session_from(&prepared).await?;
                step(&mut session, "print(len(block))").await?;
                drop(session);
                Ok(started.elapsed())
            })
            .await?
        }
    };
    Ok(vec![("fumehood", ours)])
}

fn saved(session: &mut Session) -> Result<Vec<u8>> {
    let mut saved = Vec::new();
    session.save(&mut saved)?;
    Ok(saved)
}

/// Forks here and of a CPython with the same heap, in turn.
async fn forks_in_turn(
    session: &mut Session,
    heap: Heap,
    native: Option<&str>,
) -> Result<Vec<(&'static str, Samples)>> {
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..4 {
        ours.extend(
            sample_times(25, async || {
                let started = Instant::now();
                drop(session.fork().await?);
                Ok(started.elapsed())
            })
            .await?,
        );
        if let Some(python) = native {
            theirs.extend(natively(python, heap, "fork", 25)?);
        }
    }
    let mut measured = vec![("fumehood", ours)];
    if native.is_some() {
        measured.push(("python3", theirs));
    }
    Ok(measured)
}

/// What a function of `benches/states/natively.py` takes.
fn natively(python: &str, heap: Heap, function: &str, rounds: usize) -> Result<Samples> {
    let code = format!("{}\n{NATIVELY}\nmeasured({function}, {rounds})", state(heap));
    let mut samples = Samples::default();
    for line in measuring::printed(python, &["-c", &code])?.lines() {
        samples.push(line.parse().with_context(|| format!("`{line}` is not a time"))?);
    }
    Ok(samples)
}

/// From the end of a step that breaks the interpreter to a session that can go on.
///
/// `run` ends with that; what the step itself took is in its usage, and there is nothing for `run` to
/// commit before.
async fn roll_back(session: &mut Session) -> Result<Duration> {
    session.checkpoint()?;
    let code = format!("{CHANGE}\n{BREAK}");
    let started = Instant::now();
    let step = session.run(code).await?;
    let took = started.elapsed();
    if !(matches!(step.outcome, Outcome::Failed(_)) && step.rolled_back) {
        bail!("a step that aborts ended like this: {:?}", step.outcome);
    }
    Ok(took.saturating_sub(step.usage.wall))
}

/// Steps of a session that commits each before the next, less what they take, `step`, in one that does not.
/// It is more than the time of committing itself, if pages have to be faulted in again after it.
async fn committing(session: &mut Session, code: &str) -> Result<Vec<(&'static str, Samples)>> {
    let mut other = session.fork().await?;
    let (mut committed, mut uncommitted) = (Samples::default(), Samples::default());
    for position in 0..330 {
        let started = Instant::now();
        step(session, code).await?;
        let ours = started.elapsed();
        workshop::forgo_commit(&mut other);
        let started = Instant::now();
        step(&mut other, code).await?;
        if position >= 30 {
            committed.push(microseconds(ours));
            uncommitted.push(microseconds(started.elapsed()));
        }
    }
    Ok(vec![("fumehood", committed.less(uncommitted.median(), 1.0)), ("step", uncommitted)])
}

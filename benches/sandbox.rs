//! The paths that everything else waits for, one group for each way of metering and each level of
//! contention.
//!
//! `cargo bench -p fumehood-cli` runs them; the guest images are built before, if they have to be. Set-up
//! is lazy, so a filter on the command line costs nothing for what it leaves out. `fumehood bench` takes
//! the figures of the documentation; these find out what a change has changed.

use std::cell::LazyCell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use fumehood::{Engine, Metering, Outcome, Sandbox, Session, Step};
use fumehood_image::ImageStore;
use serde_json::json;
use tokio::runtime::Runtime;

static FUEL: LazyLock<Engine> = LazyLock::new(|| engine(Metering::Fuel));
static CLOCK: LazyLock<Engine> = LazyLock::new(|| engine(Metering::Clock));

/// The ways of metering.
const MODES: [(&str, &LazyLock<Engine>); 2] = [("fuel", &FUEL), ("clock", &CLOCK)];

fn engine(metering: Metering) -> Engine {
    let store = ImageStore::of_user().expect("benches run for a user with a home");
    let store = store.with_metering(metering);
    let image = store.open_or_build(|_| ()).expect("the guest image can be built");
    Engine::new(&image).expect("the image can be loaded")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts")
}

fn sandbox(engine: &Engine) -> Sandbox {
    let add = fumehood::function(
        "add",
        "Adds three numbers.",
        json!({
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}, "c": {"type": "number"}},
            "required": ["a", "b", "c"],
        }),
        |arguments| async move {
            let number = |name: &str| arguments[name].as_f64().unwrap_or(0.0);
            Ok::<_, String>(number("a") + number("b") + number("c"))
        },
    );
    Sandbox::builder(engine).tool(add).build().expect("the configuration is valid")
}

async fn step(session: &mut Session, code: &str) -> Step {
    let step = session.run(code).await.expect("the session lives");
    assert!(matches!(step.outcome, Outcome::Completed(_)), "{:?}", step.outcome);
    step
}

/// A session from its beginning to its end, with one step.
async fn whole(sandbox: &Sandbox, code: &str) {
    let mut session = sandbox.session().await.expect("it starts");
    step(&mut session, code).await;
}

/// From nothing to the printed result, teardown included.
fn fresh(criterion: &mut Criterion) {
    let runtime = runtime();
    for (mode, engine) in MODES {
        let sandbox = LazyCell::new(|| sandbox(engine));
        let mut group = criterion.benchmark_group(format!("fresh, {mode}"));
        let start = || runtime.block_on(async { sandbox.session().await.expect("it starts") });
        group.bench_function("session", |bencher| bencher.iter(start));
        group.bench_function("session, its end not counted", |bencher| {
            bencher.iter_batched(|| (), |()| start(), BatchSize::PerIteration);
        });
        for (name, code) in [
            ("print", "print(1 + 1)"),
            (
                "eight imports",
                "import json, re, math, random, statistics, datetime, collections, itertools\nprint(1)",
            ),
            (
                "pandas group-by",
                "import pandas as pd\nprint(pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]}).groupby('k').v.mean())",
            ),
        ] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| runtime.block_on(whole(&sandbox, code)));
            });
        }
        group.finish();
    }
}

/// Fresh sessions on several threads at once, the time of each.
fn contention(criterion: &mut Criterion) {
    for (mode, engine) in MODES {
        for threads in [1_u32, 2, 8] {
            let sandbox = LazyCell::new(|| sandbox(engine));
            let mut group =
                criterion.benchmark_group(format!("at once, {mode}, {threads} threads"));
            group.bench_function("print", |bencher| {
                let sandbox = &*sandbox;
                bencher.iter_custom(|count| {
                    let each = || {
                        let runtime = runtime();
                        let started = Instant::now();
                        for _ in 0..count {
                            runtime.block_on(whole(sandbox, "print(1 + 1)"));
                        }
                        started.elapsed()
                    };
                    let total = std::thread::scope(|scope| {
                        let running = (0..threads).map(|_| scope.spawn(each)).collect::<Vec<_>>();
                        let times =
                            running.into_iter().map(|thread| thread.join().expect("it ends"));
                        times.sum::<Duration>()
                    });
                    total / threads
                });
            });
            group.finish();
        }
    }
}

/// A step in a live session, and tool calls, a thousand in a step.
fn live(criterion: &mut Criterion) {
    let runtime = runtime();
    for (mode, engine) in MODES {
        let mut group = criterion.benchmark_group(format!("step, {mode}"));
        for (name, code) in [
            ("empty", ""),
            ("expression", "1 + 1"),
            ("print", "print(1)"),
            ("exception", "1 / 0"),
            ("a thousand tool calls", "for _ in range(1000): add(1, 2.5, 3)"),
            ("the loop of these alone", "for _ in range(1000): pass"),
        ] {
            let mut session = None;
            group.bench_function(name, |bencher| {
                let session = session.get_or_insert_with(|| {
                    let sandbox = sandbox(engine);
                    runtime.block_on(async { sandbox.session().await.expect("it starts") })
                });
                bencher.iter(|| {
                    runtime.block_on(async { session.run(code).await.expect("it lives") })
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, fresh, contention, live);
criterion_main!(benches);

//! The paths that everything else waits for, one group each.
//!
//! `cargo bench -p fumehood-cli` runs them; the guest image is built before, if it has to be. Set-up is
//! lazy, so a filter on the command line costs nothing for what it leaves out.

use std::cell::LazyCell;
use std::sync::LazyLock;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use fumehood::{Engine, Outcome, Sandbox, Session, Step};
use fumehood_image::ImageStore;
use serde_json::json;
use tokio::runtime::Runtime;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let store = ImageStore::of_user().expect("benches run for a user with a home");
    let image = store.open_or_build(|_| ()).expect("the guest image can be built");
    Engine::new(&image).expect("the image can be loaded")
});

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts")
}

fn sandbox() -> Sandbox {
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
    Sandbox::builder(&ENGINE).tool(add).build().expect("the configuration is valid")
}

async fn step(session: &mut Session, code: &str) -> Step {
    let step = session.run(code).await.expect("the session lives");
    assert!(matches!(step.outcome, Outcome::Completed(_)), "{:?}", step.outcome);
    step
}

/// From nothing to the printed result, teardown included.
fn fresh(criterion: &mut Criterion) {
    let runtime = runtime();
    let sandbox = LazyCell::new(sandbox);
    let mut group = criterion.benchmark_group("fresh");
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
            bencher.iter(|| {
                runtime.block_on(async {
                    let mut session = sandbox.session().await.expect("it starts");
                    step(&mut session, code).await
                })
            });
        });
    }
    group.finish();
}

/// A step in a live session.
fn steps(criterion: &mut Criterion) {
    in_a_live_session(
        criterion,
        "step",
        &[("empty", ""), ("expression", "1 + 1"), ("print", "print(1)"), ("exception", "1 / 0")],
    );
}

/// Tool calls, a thousand in a step.
fn tools(criterion: &mut Criterion) {
    in_a_live_session(
        criterion,
        "thousand tool calls",
        &[
            ("function with three arguments", "for _ in range(1000): add(1, 2.5, 3)"),
            ("empty loop", "for _ in range(1000): pass"),
        ],
    );
}

fn in_a_live_session(criterion: &mut Criterion, group: &str, steps: &[(&str, &str)]) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group(group);
    for (name, code) in steps {
        let mut session = None;
        group.bench_function(*name, |bencher| {
            let session = session.get_or_insert_with(|| {
                runtime.block_on(async { sandbox().session().await.expect("it starts") })
            });
            bencher
                .iter(|| runtime.block_on(async { session.run(*code).await.expect("it lives") }));
        });
    }
    group.finish();
}

criterion_group!(benches, fresh, steps, tools);
criterion_main!(benches);

//! How long it takes until something happens.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fumehood::{
    Attachment, Engine, Outcome, Pool, Sandbox, SandboxBuilder, Session, Step, ToolOutput, workshop,
};
use serde_json::json;

use super::Bench;
use super::measuring::{self, Samples, microseconds, sample, sample_times};

const EIGHT_IMPORTS: &str =
    "import json, re, math, random, statistics, datetime, collections, itertools\nprint(1 + 1)";
const GROUP_BY: &str = "import pandas as pd\nprint(pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]}).groupby('k').v.mean())";

/// Calls of the tool in one step.
const CALLS: usize = 1000;

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    instantiating(bench).await?;
    starting(bench).await?;
    pooled(bench).await?;
    steps(bench).await?;
    tools(bench).await?;
    large_values(bench).await?;
    together(bench).await?;
    processes(bench)
}

/// A sandbox with so many tools, each of which adds three numbers.
pub(crate) fn with_tools(engine: &Engine, tools: usize) -> SandboxBuilder {
    let mut builder = Sandbox::builder(engine);
    for position in 0..tools {
        let name = if position == 0 { "add".to_owned() } else { format!("add_{position}") };
        builder = builder.tool(fumehood::function(
            name,
            "Adds three numbers.",
            json!({
                "type": "object",
                "properties": {
                    "a": {"type": "number"}, "b": {"type": "number"}, "c": {"type": "number"},
                },
                "required": ["a", "b", "c"],
            }),
            |arguments| async move {
                let number = |name: &str| arguments[name].as_f64().unwrap_or(0.0);
                Ok::<_, String>(number("a") + number("b") + number("c"))
            },
        ));
    }
    builder
}

pub(crate) async fn step(session: &mut Session, code: &str) -> Result<Step> {
    let step = session.run(code).await?;
    match step.outcome {
        Outcome::Completed(_) => Ok(step),
        other => bail!("a step of the benchmark ended like this: {other:?}"),
    }
}

/// A session from its beginning to its end, with one step.
pub(crate) async fn fresh(sandbox: &Sandbox, code: &str) -> Result<()> {
    let mut session = sandbox.session().await?;
    step(&mut session, code).await?;
    drop(session);
    Ok(())
}

async fn instantiating(bench: &mut Bench<'_>) -> Result<()> {
    const KEY: &str = "instantiate_us";
    if !bench.wants(&[KEY]) {
        return Ok(());
    }
    let mut samples = Samples::default();
    for position in 0..330 {
        let took = workshop::instantiating(&bench.engine).await.map_err(anyhow::Error::from)?;
        if position >= 30 {
            samples.push(microseconds(took));
        }
    }
    bench.add(KEY, "instantiate the guest", "µs", vec![("fumehood", samples)])
}

async fn starting(bench: &mut Bench<'_>) -> Result<()> {
    let plain = bench.image.sandbox(with_tools(&bench.engine, 0))?;
    let with_tools = bench.image.sandbox(with_tools(&bench.engine, 10))?;
    if bench.wants(&["fresh_us"]) {
        let samples = sample(300, async || {
            plain.session().await?;
            Ok(())
        })
        .await?;
        bench.add("fresh_us", "fresh session, ended again", "µs", vec![("fumehood", samples)])?;
    }
    for (key, what, sandbox, code, native) in [
        (
            "fresh_print_us",
            "fresh session to a printed result, ended",
            &plain,
            "print(1 + 1)",
            true,
        ),
        (
            "fresh_tools_imports_us",
            "the same with ten tools and eight imports",
            &with_tools,
            EIGHT_IMPORTS,
            true,
        ),
        (
            "fresh_import_pandas_us",
            "the same with `import pandas` alone",
            &plain,
            "import pandas; print(pandas.__name__)",
            false,
        ),
        ("fresh_group_by_us", "the same with a pandas group-by", &plain, GROUP_BY, false),
    ] {
        if !bench.wants(&[key]) {
            continue;
        }
        let mut ours = sample(300, async || fresh(sandbox, code).await).await?;
        let mut measured = Vec::new();
        if let Some(python) = bench.python.as_deref().filter(|_| native) {
            // In turn from here on.
            ours = Samples::default();
            let mut theirs = Samples::default();
            for _ in 0..40 {
                for _ in 0..5 {
                    let started = Instant::now();
                    fresh(sandbox, code).await?;
                    ours.push(microseconds(started.elapsed()));
                }
                let started = Instant::now();
                measuring::printed(python, &["-c", code])?;
                theirs.push(microseconds(started.elapsed()));
            }
            measured.push(("python3", theirs));
        }
        measured.insert(0, ("fumehood", ours));
        bench.add(key, what, "µs", measured)?;
    }
    Ok(())
}

/// A session that is ready, from being taken to its end, when the pool is full.
async fn pooled(bench: &mut Bench<'_>) -> Result<()> {
    const KEY: &str = "fresh_pooled_print_us";
    const SESSIONS: usize = 8;
    if !bench.wants(&[KEY]) {
        return Ok(());
    }
    let builder = with_tools(&bench.engine, 0).pool(Pool::new(SESSIONS));
    let sandbox = bench.image.sandbox(builder)?;
    let samples = sample_times(300, async || {
        while sandbox.ready() < SESSIONS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let started = Instant::now();
        fresh(&sandbox, "print(1 + 1)").await?;
        Ok(started.elapsed())
    })
    .await?;
    let what = "session from a full pool to a printed result, ended";
    bench.add(KEY, what, "µs", vec![("fumehood", samples)])
}

async fn steps(bench: &mut Bench<'_>) -> Result<()> {
    let sandbox = bench.image.sandbox(with_tools(&bench.engine, 0))?;
    for (key, what, code) in [
        ("step_empty_us", "step in a live session: nothing", ""),
        ("step_expression_us", "step in a live session: an expression", "1 + 1"),
        ("step_print_us", "step in a live session: print", "print(1)"),
    ] {
        if bench.wants(&[key]) {
            let mut session = sandbox.session().await?;
            let samples = sample(1000, async || step(&mut session, code).await.map(drop)).await?;
            bench.add(key, what, "µs", vec![("fumehood", samples)])?;
        }
    }
    Ok(())
}

async fn tools(bench: &mut Bench<'_>) -> Result<()> {
    const RAW: &str = "tool_call_raw_us";
    const TYPED: &str = "tool_call_us";
    if !bench.wants(&[RAW, TYPED]) {
        return Ok(());
    }
    let sandbox = bench.image.sandbox(with_tools(&bench.engine, 1))?;
    let mut session = sandbox.session().await?;
    // What the function of the tool says to the host, without the function.
    step(
        &mut session,
        "import _host, struct\narguments = b'{\"a\": 1, \"b\": 2.5, \"c\": 3}'\n\
         request = struct.pack('<BIIIII', 1, 3, len(arguments), 0, 0, 0) + b'add' + arguments\ncall = _host.call",
    )
    .await?;
    let loop_of = |body: &str| format!("for _ in range({CALLS}): {body}");
    let mut times = Vec::new();
    for body in ["pass", "call(request)", "add(1, 2.5, 3)"] {
        let code = loop_of(body);
        times.push(sample(60, async || step(&mut session, &code).await.map(drop)).await?);
    }
    let empty = times[0].median();
    for (key, what, samples) in [
        (RAW, "tool call, raw", &times[1]),
        (TYPED, "tool call through its Python function, three arguments", &times[2]),
    ] {
        let samples = samples.less(empty, CALLS as f64);
        bench.add(key, what, "µs", vec![("fumehood", samples)])?;
    }
    Ok(())
}

/// Bytes that cross to a tool, and from one.
async fn large_values(bench: &mut Bench<'_>) -> Result<()> {
    const LARGE: usize = 50_000_000;
    const SENT: &str = "tool_send_50mb_ms";
    const RECEIVED: &str = "tool_receive_50mb_ms";
    if !bench.wants(&[SENT, RECEIVED]) {
        return Ok(());
    }
    let send = fumehood::function_of_input(
        "send",
        "Takes bytes.",
        json!({
            "type": "object",
            "properties": {"data": {"type": "string", "contentMediaType": Attachment::BYTES}},
            "required": ["data"],
        }),
        |input| async move {
            let bytes = input.attachments.iter().map(|one| one.bytes.len()).sum::<usize>();
            Ok(json!(bytes).into())
        },
    );
    let held = bytes::Bytes::from(vec![7; LARGE]);
    let receive = fumehood::function_of_input(
        "receive",
        "Answers bytes.",
        json!({"type": "object"}),
        move |_| std::future::ready(Ok(ToolOutput::bytes(Attachment::BYTES, held.clone()))),
    );
    let sandbox = bench.image.sandbox(Sandbox::builder(&bench.engine).tool(send).tool(receive))?;
    let mut session = sandbox.session().await?;
    let prepared =
        format!("import time\ndata = bytes({LARGE})\nassert send(data) == len(receive())");
    step(&mut session, &prepared).await?;
    for (key, what, call) in [
        (SENT, "50 MB of bytes to a tool", "send(data)"),
        (RECEIVED, "50 MB of bytes from a tool", "receive()"),
    ] {
        let samples = timed(&mut session, call, 30, 1e3).await?;
        bench.add(key, what, "ms", vec![("fumehood", samples)])?;
    }
    Ok(())
}

/// How long code takes in a session that has imported `time`, in seconds times `scale`. It is timed inside, as the end
/// of a step and the beginning of the next deal with the memory that it has written.
pub(crate) async fn timed(
    session: &mut Session,
    code: &str,
    rounds: usize,
    scale: f64,
) -> Result<Samples> {
    let timed = format!("began = time.perf_counter()\n{code}\ntime.perf_counter() - began");
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let Outcome::Completed(Some(value)) = step(session, &timed).await?.outcome else {
            bail!("a step that measures has no value");
        };
        samples.push(value.repr.parse::<f64>()? * scale);
    }
    Ok(samples)
}

/// Tools that take their time, at the same time.
async fn together(bench: &mut Bench<'_>) -> Result<()> {
    const KEY: &str = "parallel_ten_ms";
    if !bench.wants(&[KEY]) {
        return Ok(());
    }
    let parameters = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    let nap = fumehood::function("nap", "Takes 50 ms.", parameters, |_| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok::<_, String>(())
    });
    let sandbox = bench.image.sandbox(Sandbox::builder(&bench.engine).tool(nap))?;
    let mut session = sandbox.session().await?;
    let samples =
        sample(20, async || step(&mut session, "parallel(nap, range(10))").await.map(drop));
    let samples = samples.await?.less(0.0, 1e3);
    bench.add(KEY, "ten tools of 50 ms at the same time", "ms", vec![("fumehood", samples)])
}

/// Whole processes.
fn processes(bench: &mut Bench<'_>) -> Result<()> {
    const KEY: &str = "process_us";
    if !bench.wants(&[KEY]) {
        return Ok(());
    }
    let ourselves = std::env::current_exe()?.display().to_string();
    let flags = bench.image.arguments();
    let mut command = flags.iter().map(String::as_str).collect::<Vec<_>>();
    command.extend(["exec", "-c", "print(1)"]);
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for position in 0..24 {
        let started = Instant::now();
        measuring::printed(&ourselves, &command)?;
        let our_time = started.elapsed();
        let started = Instant::now();
        if let Some(python) = &bench.python {
            measuring::printed(python, &["-c", "print(1)"])?;
        }
        if position >= 3 {
            ours.push(microseconds(our_time));
            theirs.push(microseconds(started.elapsed()));
        }
    }
    let mut measured = vec![("fumehood", ours)];
    if bench.python.is_some() {
        measured.push(("python3", theirs));
    }
    bench.add(KEY, "whole process that prints", "µs", measured)
}

//! Calls of tools that are under way at the same time, and asyncio.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fumehood::{
    Attachment, Determinism, Event, Limits, Outcome, Session, ToolCall, ToolError, ToolFuture,
    ToolInput, ToolOutput,
};
use serde_json::{Value, json};

use crate::{builder, printed, raised, repr};

/// What the tools of these tests have seen.
#[derive(Default)]
struct Seen {
    under_way: AtomicU32,
    most: AtomicU32,
    begun: AtomicU32,
    ended: AtomicU32,
}

/// Counts a call for as long as it is under way, however it ends.
struct UnderWay(Arc<Seen>);

impl UnderWay {
    fn of(seen: &Arc<Seen>) -> UnderWay {
        seen.begun.fetch_add(1, Ordering::SeqCst);
        let now = seen.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most.fetch_max(now, Ordering::SeqCst);
        UnderWay(Arc::clone(seen))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

/// Answers its argument after some milliseconds; fails if it is negative.
fn nap(seen: &Arc<Seen>) -> impl fumehood::Tool + use<> {
    let seen = Arc::clone(seen);
    let parameters = json!({
        "type": "object",
        "properties": {"value": {}, "ms": {"type": "integer", "default": 20}},
        "required": ["value"],
    });
    fumehood::function("nap", "Answers later.", parameters, move |arguments| {
        let under_way = UnderWay::of(&seen);
        async move {
            let _under_way = under_way;
            let ms = arguments.get("ms").and_then(Value::as_u64).unwrap_or(20);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            match arguments["value"].as_i64() {
                Some(value) if value < 0 => Err(format!("{value} is too small")),
                _ => Ok(arguments["value"].clone()),
            }
        }
    })
}

async fn napping(limits: Limits) -> (Session, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let sandbox = builder().tool(nap(&seen)).limits(limits).build().unwrap();
    (sandbox.session().await.unwrap(), seen)
}

#[tokio::test]
async fn parallel_answers_in_order_and_runs_all_at_once() {
    let (mut session, seen) = napping(Limits::default()).await;
    let step = session.run("parallel(nap, [3, 1, 2], [90, 60, 30])").await.unwrap();
    assert_eq!(step.usage.tool_calls, 3);
    assert_eq!(repr(step), "[3, 1, 2]");
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
    assert_eq!(repr(session.run("parallel(nap, [])").await.unwrap()), "[]");
    // A call by itself is as it was.
    assert_eq!(repr(session.run("nap('x')").await.unwrap()), "'x'");
}

#[tokio::test]
async fn the_first_failure_of_parallel_raises_and_the_others_are_given_up() {
    let (mut session, seen) = napping(Limits::default()).await;
    let exception = raised(session.run("parallel(nap, [1, -2, 3], [1, 1, 60_000])").await.unwrap());
    assert_eq!(
        (exception.name.as_str(), exception.message.as_str()),
        ("fumehood.ToolError", "-2 is too small")
    );
    assert!(
        exception.traceback.contains("line 1") && !exception.traceback.contains("concurrency"),
        "{}",
        exception.traceback
    );
    let step = session.run("parallel(nap, [1, -2, 3], return_exceptions=True)").await.unwrap();
    assert_eq!(repr(step), "[1, ToolError('-2 is too small'), 3]");
    // The one that would have taken a minute has ended as well.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(seen.under_way.load(Ordering::SeqCst), 0);
    assert_eq!(seen.ended.load(Ordering::SeqCst), seen.begun.load(Ordering::SeqCst));
}

#[tokio::test]
async fn parallel_wants_a_tool_and_as_many_of_each_argument() {
    let (mut session, _) = napping(Limits::default()).await;
    let exception = raised(session.run("parallel(len, ['a'])").await.unwrap());
    assert_eq!(exception.message, "parallel() calls tools, and <built-in function len> is none");
    let exception = raised(session.run("parallel(nap, [1, 2], [1])").await.unwrap());
    assert_eq!(exception.name, "ValueError");
    let exception = raised(session.run("parallel(nap, [1], [1], [1])").await.unwrap());
    assert_eq!(exception.name, "TypeError");
}

#[tokio::test]
async fn awaited_calls_are_gathered_and_may_be_awaited_outside_of_functions() {
    let (mut session, seen) = napping(Limits::default()).await;
    let code = "
import asyncio
first = await nap.aio('alone')
both = await asyncio.gather(nap.aio(1, ms=60), nap.aio(2, ms=30))
(first, both)";
    assert_eq!(repr(session.run(code).await.unwrap()), "('alone', [1, 2])");
    assert_eq!(seen.most.load(Ordering::SeqCst), 2);
    assert_eq!(repr(session.run("both[0] + await nap.aio(4)").await.unwrap()), "5");
    assert_eq!(
        repr(
            session
                .run("[await nap.aio(i) async for i in asyncio.as_completed([])]")
                .await
                .unwrap()
        ),
        "[]"
    );
}

#[tokio::test]
async fn task_groups_timeouts_and_sleep_work_beside_tools() {
    let (mut session, seen) = napping(Limits::default()).await;
    let code = "
import asyncio
async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(nap.aio(i, ms=40 - 10 * i)) for i in range(3)]
        await asyncio.sleep(0.001)
    print([task.result() for task in tasks])
    try:
        async with asyncio.timeout(0.05):
            await nap.aio('late', ms=60_000)
    except TimeoutError:
        print('timed out')
    done, pending = await asyncio.wait(
        [asyncio.create_task(nap.aio(i, ms=i)) for i in (10, 60_000)],
        return_when=asyncio.FIRST_COMPLETED)
    print([task.result() for task in done], len(pending))
asyncio.run(main())";
    let told = printed(session.run(code).await.unwrap());
    assert_eq!(told, "[0, 1, 2]\ntimed out\n[10] 1\n");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(seen.under_way.load(Ordering::SeqCst), 0, "what was given up has ended");
}

#[tokio::test]
async fn what_fails_in_an_awaited_call_is_told_without_the_frames_of_the_loop() {
    let (mut session, _) = napping(Limits::default()).await;
    let exception = raised(session.run("x = 1\nawait nap.aio(-1)").await.unwrap());
    assert_eq!(
        exception.traceback,
        "Traceback (most recent call last):\n  File \"<step 1>\", line 2, in <module>\n    await nap.aio(-1)\n\
         fumehood.ToolError: -1 is too small\n"
    );
}

#[tokio::test]
async fn the_end_of_a_step_ends_calls_that_nobody_waits_for() {
    let (mut session, seen) = napping(Limits::default()).await;
    session
        .run("from fumehood import tools\ntools.begin('nap', {'value': 1, 'ms': 60_000})")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(seen.under_way.load(Ordering::SeqCst), 0);
    assert_eq!(repr(session.run("nap(2)").await.unwrap()), "2");
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_may_be() {
    let (mut session, seen) = napping(Limits::default().with_calls_at_once(3)).await;
    let step = session.run("sum(parallel(nap, range(20), [5] * 20))").await.unwrap();
    assert_eq!(repr(step), "190");
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
    let step =
        session.run("import asyncio\nlen(await asyncio.gather(*[nap.aio(i) for i in range(9)]))");
    assert_eq!(repr(step.await.unwrap()), "9");
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
}

/// What calls under way have the host keep is bounded, whatever each of them has with it.
#[tokio::test]
async fn calls_with_many_bytes_wait_for_each_other() {
    let seen = Arc::new(Seen::default());
    let counted = Arc::clone(&seen);
    let parameters = json!({
        "type": "object",
        "properties": {"data": {"type": "string", "contentMediaType": Attachment::BYTES}},
        "required": ["data"],
    });
    let weigh = fumehood::function_of_input("weigh", "", parameters, move |input: ToolInput| {
        let under_way = UnderWay::of(&counted);
        async move {
            let _under_way = under_way;
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(json!(input.attachments[0].bytes.len()).into())
        }
    });
    let limits = Limits::default().with_attached_bytes(1000);
    let sandbox = builder().tool(weigh).limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let step = session.run("parallel(weigh, [bytes(600), bytes(600), bytes(1000)])").await.unwrap();
    assert_eq!(repr(step), "[600, 600, 1000]");
    assert_eq!(seen.most.load(Ordering::SeqCst), 1);
    let step = session.run("parallel(weigh, [bytes(300)] * 3)").await.unwrap();
    assert_eq!(repr(step), "[300, 300, 300]");
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn calls_that_were_begun_count_as_calls() {
    let (mut session, seen) = napping(Limits::default().with_tool_calls(4)).await;
    let step = session.run("parallel(nap, range(10))").await.unwrap();
    assert!(
        matches!(&step.outcome, Outcome::LimitReached(reached, _) if reached.value == 4),
        "{:?}",
        step.outcome
    );
    // Those that were begun are given up, some before they have done anything.
    assert!(seen.begun.load(Ordering::SeqCst) <= 4);
    assert_eq!(repr(session.run("nap(1)").await.unwrap()), "1");
}

/// In both ways of metering: the clock of a guest that waits for several tools is looked at by the host alone.
#[tokio::test]
async fn the_time_limit_ends_calls_that_are_under_way() {
    for builder in [builder(), crate::clock::builder()] {
        let seen = Arc::new(Seen::default());
        let limits = Limits::default().with_time(Duration::from_millis(300));
        let sandbox = builder.tool(nap(&seen)).limits(limits).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        for code in [
            "parallel(nap, range(3), [60_000] * 3)",
            "import asyncio\nawait asyncio.gather(nap.aio(1, 60_000), nap.aio(2, 60_000))",
        ] {
            let step = session.run(code).await.unwrap();
            assert!(
                matches!(step.outcome, Outcome::LimitReached(..)),
                "{code}: {:?}",
                step.outcome
            );
            assert!(!step.rolled_back, "{code}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(seen.under_way.load(Ordering::SeqCst), 0);
        assert_eq!(repr(session.run("nap(1)").await.unwrap()), "1");
    }
}

/// While a person is asked, or a managed agent works, the clock of the step stands still. Code that goes on beside
/// such a call must not have its own computing for nothing.
#[tokio::test]
async fn computing_beside_a_call_that_is_not_timed_is_timed() {
    let seen = Arc::new(Seen::default());
    let limits = Limits::default().with_time(Duration::from_millis(400));
    let sandbox = builder().tool(nap(&seen)).limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let untimed = |call: ToolCall| async move {
        let _untimed = call.untimed();
        call.run().await
    };
    let untimed: Arc<dyn fumehood::Interceptor> = Arc::new(untimed);
    let waiting = "parallel(nap, [1, 2], [900, 900])";
    let step =
        session.run(fumehood::Code::new(waiting).interceptor(Arc::clone(&untimed))).await.unwrap();
    assert_eq!(repr(step), "[1, 2]");
    let computing = "from fumehood import tools\ntools.begin('nap', {'value': 1, 'ms': 60_000})\nwhile True: pass";
    let step = session.run(fumehood::Code::new(computing).interceptor(untimed)).await.unwrap();
    assert!(matches!(step.outcome, Outcome::LimitReached(..)), "{:?}", step.outcome);
}

#[tokio::test]
async fn progress_is_told_while_a_call_is_under_way() {
    let tool = fumehood::function_of_input(
        "work",
        "Works.",
        json!({"type": "object"}),
        |input: ToolInput| async move {
            assert!(input.context.deadline().is_some());
            input.context.progress("half of it", Some(0.5));
            input.context.progress(&"x".repeat(5000), Some(f64::NAN));
            Ok::<_, ToolError>(ToolOutput::from(json!(1)))
        },
    );
    let mut session = builder().tool(tool).build().unwrap().session().await.unwrap();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let listening = Arc::clone(&told);
    let code = fumehood::Code::new("work()\nparallel(work)").listener(Arc::new(move |event| {
        if let Event::ToolProgress { tool, message, share } = event {
            listening.lock().unwrap().push((tool.to_owned(), message.len(), share));
        }
    }));
    session.run(code).await.unwrap();
    let told = told.lock().unwrap();
    assert_eq!(told[0], ("work".to_owned(), 10, Some(0.5)));
    assert_eq!(told[1], ("work".to_owned(), 1000, None));
}

/// What a deterministic session sees of calls is the order in which it has begun them, whatever they take.
#[tokio::test]
async fn a_deterministic_session_gets_answers_in_the_order_of_its_calls() {
    let code = "
import asyncio
order = []
async def one(i, ms):
    order.append(await nap.aio(i, ms))
async def main():
    await asyncio.gather(one(0, 40), one(1, 20), one(2, 0))
asyncio.run(main())
order";
    let seen = Arc::new(Seen::default());
    let sandbox =
        builder().tool(nap(&seen)).deterministic(Determinism::with_seed(7)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run(code).await.unwrap()), "[0, 1, 2]");
    let (mut session, _) = napping(Limits::default()).await;
    assert_eq!(repr(session.run(code).await.unwrap()), "[2, 1, 0]");
}

/// A tool that panics while others are under way.
#[tokio::test]
async fn a_call_that_panics_is_an_error_of_that_call_alone() {
    struct Panicking;
    impl fumehood::Tool for Panicking {
        fn name(&self) -> &str {
            "panic"
        }
        fn description(&self) -> &str {
            ""
        }
        fn parameters(&self) -> Value {
            json!({"type": "object", "properties": {"n": {"type": "integer"}}})
        }
        fn call(&self, input: ToolInput) -> ToolFuture<'_> {
            assert!(input.arguments["n"] != json!(1), "one");
            Box::pin(async { Ok(json!("fine").into()) })
        }
    }
    let mut session = builder().tool(Panicking).build().unwrap().session().await.unwrap();
    let step = session.run("[str(x) for x in parallel(panic, [0, 1, 2], return_exceptions=True)]");
    assert_eq!(
        repr(step.await.unwrap()),
        "['fine', 'the tool stopped because of a bug in it', 'fine']"
    );
}

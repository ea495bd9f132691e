//! Runs that are forked, saved, and gone on with in the middle of a step.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Arguments;
use fumehood_agent::{Agent, Approve, Approving, Asked, Decision, Progress, StoredRunError};
use fumehood_model::{Line, Reply, Scripted};
use serde_json::json;

use super::coder;
use crate::builder;

/// Counts how often it is called; `wait` takes a minute at its third call.
fn counter(calls: &Arc<AtomicU64>) -> impl fumehood::Tool {
    let calls = Arc::clone(calls);
    fumehood::function(
        "count",
        "Counts.",
        json!({"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]}),
        move |arguments| {
            let calls = Arc::clone(&calls);
            async move {
                if arguments["what"] == "wait" && calls.load(Ordering::Relaxed) < 10 {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
                Ok::<_, String>(calls.fetch_add(1, Ordering::Relaxed) + 1)
            }
        },
    )
}

#[tokio::test]
async fn a_fork_goes_on_from_the_same_memory_and_variables() {
    let script = |request: &fumehood_model::Request| {
        let task = request.messages.iter().rev().find(|message| message.text().contains("task"));
        let code = match task.unwrap().text().as_str() {
            "New task:\nadd" => "<code>x += 1\nfinal_answer(x)</code>",
            "New task:\ndouble" => "<code>x *= 2\nfinal_answer(x)</code>",
            _ => "<code>x = 10\nfinal_answer(x)</code>",
        };
        Line::from(code)
    };
    let agent = Agent::code(Scripted::from_fn(script), builder()).build().unwrap();
    let mut run = agent.start("begin").await.unwrap();
    run.finish().await.unwrap();
    let mut other = run.fork().await.unwrap();
    run.give("add").await.unwrap();
    other.give("double").await.unwrap();
    let (one, two) = tokio::join!(run.finish(), other.finish());
    assert_eq!((one.unwrap().answer.text(), two.unwrap().answer.text()), ("11", "20"));
}

#[tokio::test]
async fn a_run_is_saved_between_steps_and_gone_on_with() {
    let replies = ["<code>x = 41\nopen('a', 'w').write('kept')</code>"];
    let agent = coder(&replies).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    assert!(matches!(run.step().await.unwrap(), Progress::Acted));
    let mut saved = Vec::new();
    run.save(&mut saved).unwrap();
    drop(run);
    let code = "<code>final_answer([x + 1, open('a').read()])</code>";
    let agent = coder(&[code]).build().unwrap();
    let mut run = agent.resume(saved.as_slice()).await.unwrap();
    let result = run.finish().await.unwrap();
    assert_eq!(result.answer.json(), Some(json!([42, "kept"])));
    assert_eq!(result.memory.actions().count(), 2);
}

#[tokio::test]
async fn what_is_no_saved_run_is_refused() {
    let agent = coder(&["<code>x = 1</code>"]).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.step().await.unwrap();
    let mut saved = Vec::new();
    run.save(&mut saved).unwrap();
    for cut in [0, 5, 13, 60, saved.len() - 1] {
        assert!(agent.resume(&saved[..cut]).await.is_err(), "{cut} bytes");
    }
    let newer = String::from_utf8_lossy(&saved[..60]).replace("\"version\":1", "\"version\":9");
    let newer = [newer.as_bytes(), &saved[60..]].concat();
    let refused = agent.resume(newer.as_slice()).await.unwrap_err();
    assert!(matches!(refused, StoredRunError::Newer { found: 9, known: 2 }), "{refused:?}");
    let refused = agent.resume(&b"something else\n{}\n"[..]).await.unwrap_err();
    assert!(matches!(refused, StoredRunError::NotARun { .. }), "{refused:?}");
}

/// The process ends in the middle of the second step, after two calls of three. When the step is taken again the
/// model is not asked for it, and no call that has an answer is made again.
#[tokio::test]
async fn a_step_that_was_not_done_is_taken_again_without_repeating_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let first = ["<code>a = 1</code>", "<code>b = [count('x'), count('x'), count('wait')]</code>"];
    let sandbox = || builder().tool(counter(&calls));
    let agent = Agent::code(Scripted::new(first), sandbox()).build().unwrap();
    {
        let mut run = agent.start("x").await.unwrap();
        run.keep_in(folder.path().join("run")).await.unwrap();
        run.step().await.unwrap();
        tokio::time::timeout(Duration::from_millis(500), run.step()).await.unwrap_err();
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }
    calls.store(10, Ordering::Relaxed);
    let agent = Agent::code(Scripted::new(["<code>final_answer([a, b])</code>"]), sandbox());
    let agent = agent.build().unwrap();
    let mut run = agent.resume_from(folder.path().join("run")).await.unwrap();
    assert_eq!(run.memory().actions().count(), 1);
    let result = run.finish().await.unwrap();
    assert_eq!(result.answer.json(), Some(json!([1, [1, 2, 11]])));
    drop(run);
    // What is done is there for whoever asks again.
    let run = agent.resume_from(folder.path().join("run")).await.unwrap();
    assert_eq!(run.result().unwrap().answer.json(), Some(json!([1, [1, 2, 11]])));
}

/// A managed agent that was at work goes on where it was, too.
#[tokio::test]
async fn members_that_were_at_work_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let team = |of_member: Vec<&'static str>, of_manager: Vec<&'static str>| {
        let sandbox = builder().tool(counter(&calls));
        let member =
            Agent::code(Scripted::new(of_member), sandbox).name("helper").description("Helps.");
        let manager = Agent::code(Scripted::new(of_manager), builder());
        manager.managed(member.build().unwrap()).build().unwrap()
    };
    let both = "<code>r = [helper('x')[-1], helper('x')[-1]]</code>";
    let member = vec![
        "<code>final_answer(count('a'))</code>",
        "<code>n = count('b')</code>",
        "<code>final_answer(count('b') + count('wait'))</code>",
    ];
    {
        let agent = team(member, vec![both]);
        let mut run = agent.start("x").await.unwrap();
        run.keep_in(folder.path().join("run")).await.unwrap();
        tokio::time::timeout(Duration::from_millis(1000), run.step()).await.unwrap_err();
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }
    calls.store(10, Ordering::Relaxed);
    let agent = team(vec![], vec!["<code>final_answer(r)</code>"]);
    let mut run = agent.resume_from(folder.path().join("run")).await.unwrap();
    let result = run.finish().await.unwrap();
    let answers = result.memory.member_runs().map(|run| {
        run.memory
            .actions()
            .last()
            .and_then(|step| step.answer.clone())
            .and_then(|answer| answer.json())
            .unwrap()
    });
    // The first had its answer before; the second was in its second step, with one call of two answered.
    assert_eq!(answers.collect::<Vec<_>>(), [json!(1), json!(14)]);
    assert_eq!(result.answer.json(), Some(json!(["1", "4"])));
}

#[tokio::test]
async fn a_run_is_worked_on_by_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let agent = coder(&["<code>1</code>"]).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.keep_in(folder.path()).await.unwrap();
    let StoredRunError::Io(busy) = agent.resume_from(folder.path()).await.unwrap_err() else {
        panic!("it was refused for something else");
    };
    assert_eq!(busy.kind(), std::io::ErrorKind::WouldBlock);
    drop(run);
    agent.resume_from(folder.path()).await.unwrap();
    let mut other = agent.start("y").await.unwrap();
    assert!(other.keep_in(folder.path()).await.is_err(), "it has taken the place of another run");
}

#[tokio::test]
async fn nobody_is_asked_twice_for_the_same() {
    struct Asking(Arc<Mutex<Vec<String>>>);
    impl Approve for Asking {
        fn code<'a>(&'a self, _: Asked<'a>, code: &'a str) -> Approving<'a, String> {
            self.0.lock().unwrap().push(code.to_owned());
            Box::pin(std::future::ready(Decision::Allow))
        }
        fn call<'a>(
            &'a self,
            _: Asked<'a>,
            tool: &'a str,
            arguments: &'a Arguments,
        ) -> Approving<'a, Arguments> {
            self.0.lock().unwrap().push(format!("{tool} {}", arguments["what"]));
            Box::pin(std::future::ready(Decision::Allow))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (calls, asked) = (Arc::new(AtomicU64::new(0)), Arc::default());
    let agent = |replies: Vec<&'static str>| {
        Agent::code(
            Scripted::new(replies.into_iter().map(Reply::saying)),
            builder().tool(counter(&calls)),
        )
        .approve(Asking(Arc::clone(&asked)))
        .build()
        .unwrap()
    };
    {
        let mut run =
            agent(vec!["<code>count('x')\ncount('wait')</code>"]).start("x").await.unwrap();
        run.keep_in(folder.path()).await.unwrap();
        tokio::time::timeout(Duration::from_millis(500), run.step()).await.unwrap_err();
    }
    calls.store(10, Ordering::Relaxed);
    let mut run =
        agent(vec!["<code>final_answer(1)</code>"]).resume_from(folder.path()).await.unwrap();
    run.finish().await.unwrap();
    let expected =
        ["count('x')\ncount('wait')", "count \"x\"", "count \"wait\"", "final_answer(1)"];
    assert_eq!(*asked.lock().unwrap(), expected);
}

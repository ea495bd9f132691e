//! Code agents.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Limits;
use fumehood_agent::{Agent, AgentError, AgentEvent, RunResult, RunState, StepErrorKind};
use fumehood_model::{Line, Message, ModelError, Retry, Role, Scripted};
use serde_json::json;

use super::{actions, coder};
use crate::builder;

async fn run(replies: &[&str]) -> RunResult {
    coder(replies).max_steps(4).build().unwrap().run("Do it.").await.unwrap()
}

/// What the model was told after its first reply.
fn told(result: &RunResult) -> String {
    let messages: Vec<Message> = result.memory.messages();
    assert_eq!(messages[3].role, Role::User);
    messages[3].text()
}

#[tokio::test]
async fn code_runs_and_what_it_printed_and_its_value_are_told() {
    let result = run(&[
        "Thought: look.\n<code>\nx = 20\nprint('hello')\nx + 1\n</code>",
        "Thought: done.\n<code>\nfinal_answer(x * 2)\n</code>",
    ])
    .await;
    assert_eq!(told(&result), "Observation:\nPrinted:\nhello\nValue of the last line:\n21");
    assert_eq!((result.state, result.answer.text()), (RunState::Success, "40"));
    assert_eq!(actions(&result).len(), 2);
    let messages = result.memory.messages();
    assert_eq!((messages[0].role, messages[1].role), (Role::System, Role::User));
    assert_eq!(messages[1].text(), "New task:\nDo it.");
    assert_eq!(
        messages[2].text(),
        "Thought: look.\n<code>\nx = 20\nprint('hello')\nx + 1\n</code>"
    );
}

#[tokio::test]
async fn what_went_to_stderr_is_told_as_that() {
    let code = "<code>import sys\nprint('careful', file=sys.stderr)</code>";
    let result = run(&[code, "<code>final_answer(1)</code>"]).await;
    assert_eq!(told(&result), "Observation:\nPrinted to stderr:\ncareful");
}

#[tokio::test]
async fn an_exception_is_told_with_its_traceback_and_the_run_goes_on() {
    let result =
        run(&["<code>\nx = 1\nprint('so far')\nx / 0\n</code>", "<code>final_answer(x)</code>"])
            .await;
    let told = told(&result);
    assert!(told.starts_with("Observation:\nPrinted:\nso far\nError:\nTraceback"), "{told}");
    assert!(told.contains("File \"<step 1>\", line 3, in <module>"), "{told}");
    assert!(told.contains("ZeroDivisionError: division by zero\nTake another step"), "{told}");
    assert_eq!(result.answer.text(), "1");
}

#[tokio::test]
async fn a_reply_without_code_is_told_what_to_write() {
    let result = run(&["I will think about it.", "```python\nfinal_answer('ok')\n```"]).await;
    let told = told(&result);
    assert!(told.starts_with("Error:\nThere is no code between <code> and </code>"), "{told}");
    assert_eq!(result.answer.text(), "ok");
    assert_eq!(actions(&result)[0].said(), "I will think about it.");
}

#[tokio::test]
async fn a_limit_is_told_and_variables_are_kept_where_they_can_be() {
    let limits = Limits::default().with_time(Duration::from_millis(200));
    let replies = [
        "<code>n = 5\nwhile True: pass</code>",
        "<code>print(n)\nm = 6\nsum(range(10**12))</code>",
        "<code>print('n' in globals(), 'm' in globals())\nfinal_answer('end')</code>",
    ];
    let agent = Agent::code(Scripted::new(replies), builder().limits(limits)).build().unwrap();
    let result = agent.run("x").await.unwrap();
    let steps = actions(&result);
    let first = &steps[0].error.as_ref().unwrap().message;
    let told = "time limit of 200ms was reached. Do less in one step, or do it in a way that takes less. \
                What it had stored";
    assert!(first.contains(told), "{first}");
    assert_eq!(steps[1].observation, "Printed:\n5\n");
    let second = &steps[1].error.as_ref().unwrap().message;
    assert!(second.contains("It was rolled back: nothing of it is left"), "{second}");
    assert_eq!(steps[2].observation, "Printed:\nTrue False\n");
}

#[tokio::test]
async fn when_there_are_no_steps_left_the_model_is_asked_for_an_answer() {
    let result = run(&[
        "<code>1</code>",
        "<code>2</code>",
        "<code>3</code>",
        "<code>4</code>",
        "It is probably four.",
    ])
    .await;
    assert_eq!((result.state, result.answer.text()), (RunState::MaxSteps, "It is probably four."));
    assert_eq!(actions(&result).len(), 5);
    let last = actions(&result)[4].error.as_ref().unwrap();
    assert_eq!(last.kind, StepErrorKind::MaxSteps);
}

#[tokio::test]
async fn a_model_without_a_reply_ends_the_run() {
    let error = coder(&[]).build().unwrap().run("x").await.unwrap_err();
    assert!(matches!(error, AgentError::Model(_)), "{error:?}");
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&seen);
    let agent = coder(&["Thought\n<code>\nprint(1)\nfinal_answer(2)\n</code>"]).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.listen(Arc::new(move |event| {
        let what = match event {
            AgentEvent::StepStarted { number } => format!("step {number}"),
            AgentEvent::Said { text } => format!("said {text:?}"),
            AgentEvent::Running { code } => format!("running {code:?}"),
            AgentEvent::Sandbox(event) => format!("{event:?}"),
            AgentEvent::StepFinished(action) => format!("did {}", action.number),
            AgentEvent::Finished(result) => format!("answer {}", result.answer.text()),
            _ => return,
        };
        collected.lock().unwrap().push(what);
    }));
    run.finish().await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "step 1",
            r#"said "Thought\n<code>\nprint(1)\nfinal_answer(2)\n""#,
            r#"running "print(1)\nfinal_answer(2)""#,
            "Output { stream: Stdout, bytes: [49, 10] }",
            "did 1",
            "answer 2",
        ]
    );
}

/// What was said before the connection was cut is not part of the reply.
#[tokio::test]
async fn what_a_model_said_before_it_failed_is_taken_back() {
    let said = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&said);
    let cut = ModelError::Cut { received: 4, source: None };
    let model = Scripted::new([Line::from("half").failing(cut), "<code>final_answer(2)".into()]);
    let model = Retry::new(model).with_first_wait(Duration::from_millis(1));
    let agent = Agent::code(model, builder()).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.listen(Arc::new(move |event| match event {
        AgentEvent::Said { text } => collected.lock().unwrap().push_str(text),
        AgentEvent::Retrying { .. } => collected.lock().unwrap().clear(),
        _ => {}
    }));
    let result = run.finish().await.unwrap();
    assert_eq!(result.answer.text(), "2");
    assert_eq!(*said.lock().unwrap(), "<code>final_answer(2)");
}

#[tokio::test]
async fn the_prompt_says_what_there_is() {
    let tool = fumehood::function(
        "lookup",
        "Looks it up.",
        json!({"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}),
        |_| async { Ok::<_, String>(1) },
    );
    let agent = Agent::code(Scripted::new(["x"]), builder().tool(tool)).instructions("Be brief.");
    let prompt = agent.build().unwrap().system_prompt().unwrap();
    assert!(prompt.contains("def lookup(key: str)"), "{prompt}");
    assert!(prompt.contains("3.15"), "{prompt}");
    assert!(prompt.contains("Be brief."), "{prompt}");
    assert!(prompt.contains("pandas"), "{prompt}");
}

/// A call of the model that was cut in a reply of the run's future, and the run goes on as if it had not been.
#[tokio::test]
async fn a_step_that_was_dropped_is_none() {
    let replies: [Line; 3] = [
        "<code>x = 1</code>".into(),
        "<code>x = 2\nimport time\ntime.sleep(60)</code>".into(),
        "<code>final_answer(x)</code>".into(),
    ];
    let agent = Agent::code(Scripted::new(replies), builder()).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.step().await.unwrap();
    tokio::time::timeout(Duration::from_millis(300), run.step()).await.unwrap_err();
    assert_eq!(run.memory().actions().count(), 1);
    assert_eq!(run.finish().await.unwrap().answer.text(), "1");
}

//! Code agents.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Limits;
use fumehood_agent::{Agent, AgentError, AgentEvent, RunResult, RunState, StepErrorKind};
use fumehood_model::{Line, Message, ModelError, Request, Retry, Role, Scripted};
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

#[tokio::test]
async fn replies_can_be_held_to_json() {
    let model = Arc::new(Scripted::new([
        r#"{"thought": "look", "code": "x = 6\nprint(x)"}"#,
        "not JSON",
        r#"{"thought": "done", "code": "final_answer(x * 7)"}"#,
    ]));
    let agent = Agent::code(Arc::clone(&model), builder()).structured(true).build().unwrap();
    let result = agent.run("x").await.unwrap();
    assert_eq!(result.answer.text(), "42");
    assert_eq!(actions(&result)[1].error.as_ref().unwrap().kind, StepErrorKind::Parsing);
    let request = &model.requests()[0];
    assert_eq!(request.schema.as_ref().unwrap().schema["required"], json!(["thought", "code"]));
    assert_eq!(request.stop, ["Observation:", "Calling tools:"]);
}

#[tokio::test]
async fn a_reply_ends_with_its_code_and_the_model_sees_it_closed() {
    let model = Arc::new(Scripted::new([
        "Now.\n<code>\nprint(1)\n</code>\nObservation: 2",
        "I would rather not.",
        "<code>final_answer(1)</code>",
    ]));
    let agent = Agent::code(Arc::clone(&model), builder()).build().unwrap();
    agent.run("x").await.unwrap();
    let requests: Vec<Request> = model.requests();
    assert_eq!(requests[0].stop, ["Observation:", "Calling tools:", "</code>"]);
    assert_eq!(requests[1].messages[2].text(), "Now.\n<code>\nprint(1)\n</code>");
    // Nothing is put behind what has no code.
    assert_eq!(requests[2].messages[4].text(), "I would rather not.");
}

/// The model is told what was left out, and where.
#[tokio::test]
async fn what_is_too_long_is_told_to_be_cut() {
    let limits = Limits::default().with_output_bytes(30_000);
    let replies = [
        "<code>print('a' * 15_000 + 'b' * 15_000, end='')</code>",
        "<code>print('c' * 40_000)</code>",
        "<code>'d' * 30_000</code>",
        "<code>final_answer(1)</code>",
    ];
    let agent = Agent::code(Scripted::new(replies), builder().limits(limits)).build().unwrap();
    let result = agent.run("x").await.unwrap();
    let steps = actions(&result);
    let middle = "aaa\n[10010 characters were cut here]\nbbb";
    assert!(steps[0].observation.contains(middle), "{}", steps[0].observation.len());
    assert!(steps[1].observation.contains("more bytes were printed, and cut. Print less.]"));
    assert!(steps[1].error.as_ref().unwrap().message.contains("Print less."));
    assert!(steps[2].observation.starts_with("Value of the last line:\n'ddd"));
    assert!(steps.iter().all(|step| step.observation.chars().count() < 20_200));
}

/// Whatever its parameters are; what they may be is checked before anything is taken for an answer.
#[tokio::test]
async fn the_final_answer_can_be_a_tool_with_parameters_of_its_own() {
    let answer = fumehood::function(
        "final_answer",
        "Gives a temperature.",
        json!({
            "type": "object",
            "properties": {"degrees": {"type": "number"}, "unit": {"enum": ["C", "F"]}},
            "required": ["degrees", "unit"],
        }),
        |arguments| async move { Ok::<_, String>(json!({"said": arguments})) },
    );
    let replies = [
        "<code>final_answer('warm', unit='C')</code>",
        "<code>\ndef tell():\n    final_answer(21.5, unit='C')\ntell()\nprint('too late')\n</code>",
    ];
    let agent = Agent::code(Scripted::new(replies), builder().tool(answer)).build().unwrap();
    let prompt = agent.system_prompt().unwrap();
    assert!(
        prompt.contains("def final_answer(degrees: float, unit: Literal[\"C\", \"F\"])"),
        "{prompt}"
    );
    assert!(prompt.contains("call `final_answer` in your code, with the arguments that it takes;"));
    let result = agent.run("x").await.unwrap();
    let error = actions(&result)[0].error.as_ref().unwrap();
    assert_eq!(error.kind, StepErrorKind::ToolArguments);
    let said = json!({"said": {"degrees": 21.5, "unit": "C"}});
    assert_eq!(result.answer.json(), Some(said));
    assert!(!actions(&result)[1].observation.contains("too late"));
}

#[tokio::test]
async fn the_prompt_says_what_a_tool_returns() {
    use fumehood::Tool as _;
    let tool = fumehood::function("now", "The time.", json!({"type": "object"}), |_| async {
        Ok::<_, String>(json!({"hour": 12}))
    });
    let tool = tool.returning(json!({
        "type": "object",
        "properties": {"hour": {"type": "integer"}},
        "description": "The time of day",
    }));
    let agent = Agent::code(Scripted::new(["x"]), builder().tool(tool)).build().unwrap();
    let prompt = agent.system_prompt().unwrap();
    assert!(prompt.contains("def now() -> dict[str, Any]:"), "{prompt}");
    assert!(prompt.contains("The time of day") && prompt.contains("hour"), "{prompt}");
}

/// Steps in which no code ran count as well.
#[tokio::test]
async fn tracebacks_name_the_step_by_its_number() {
    let result =
        run(&["no code", "<code>def f(): 1 / 0\nf()</code>", "<code>final_answer(1)"]).await;
    let error = &actions(&result)[1].error.as_ref().unwrap().message;
    assert!(error.contains("File \"<step 2>\", line 2, in <module>"), "{error}");
    assert!(error.contains("File \"<step 2>\", line 1, in f"), "{error}");
}

/// Times of the model, the code and the tools, and what was computed, are told apart.
#[tokio::test]
async fn a_result_says_what_the_run_took() {
    let nap = fumehood::function("nap", "Sleeps.", json!({"type": "object"}), |_| async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        Ok::<_, String>(1)
    });
    let reply = Line::from("<code>final_answer(sum(range(10**5)) * nap())</code>");
    let model = Scripted::new([reply.after(Duration::from_millis(40))]);
    let agent = Agent::code(model, builder().tool(nap)).build().unwrap();
    let result = agent.run("x").await.unwrap();
    let timing = result.timing;
    assert!(timing.model >= Duration::from_millis(40) && timing.tools >= Duration::from_millis(60));
    assert!(timing.total >= timing.model + timing.sandbox + timing.tools, "{timing:?}");
    assert!(timing.sandbox > Duration::ZERO && actions(&result)[0].fuel > 100_000);
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!((&json["state"], &json["cost"]), (&json!("success"), &json!(null)));
    assert!(json["timing"]["total_ns"].as_u64() > json["timing"]["tools_ns"].as_u64());
}

/// A session that has run nothing yet has no state that could be kept; the run has one all the same.
#[tokio::test]
async fn a_run_whose_first_step_was_dropped_is_kept_forked_and_goes_on() {
    let replies: [Line; 3] = [
        "<code>x = 2\nimport time\ntime.sleep(60)</code>".into(),
        "<code>final_answer('x' in globals())</code>".into(),
        "<code>final_answer('forked')</code>".into(),
    ];
    let agent = Agent::code(Scripted::new(replies), builder()).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    tokio::time::timeout(Duration::from_millis(300), run.step()).await.unwrap_err();
    let before = run.checkpoint().unwrap();
    let mut fork = run.fork().await.unwrap();
    run.save(Vec::new()).unwrap();
    assert_eq!(run.finish().await.unwrap().answer.text(), "False");
    run.restore(&before).await.unwrap();
    assert!(run.is_busy());
    assert_eq!(fork.finish().await.unwrap().answer.text(), "forked");
}

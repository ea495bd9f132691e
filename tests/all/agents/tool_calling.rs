//! Tool-calling agents.

use std::sync::Arc;
use std::time::Duration;

use fumehood_agent::{Agent, AgentBuilder, RunResult, StepErrorKind, Task};
use fumehood_model::{Arguments, Part, Reply, Role, Scripted, ToolCall, ToolChoice};
use serde_json::{Value, json};

use super::actions;
use crate::builder;

/// A reply that calls these tools.
pub(crate) fn calling(calls: &[(&str, Value)]) -> Reply {
    let calls = calls.iter().enumerate().map(|(position, (name, arguments))| {
        Part::ToolCall(ToolCall {
            id: format!("id{position}"),
            name: (*name).to_owned(),
            arguments: Arguments::new(arguments.to_string()),
        })
    });
    Reply::new(calls)
}

fn answering(answer: Value) -> Reply {
    calling(&[("final_answer", json!({"answer": answer}))])
}

fn double() -> impl fumehood::Tool {
    fumehood::function(
        "double",
        "Twice a number, after a while.",
        json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
        |arguments| async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            match arguments["n"].as_i64() {
                Some(13) => Err("13 is not doubled"),
                n => Ok(n.unwrap_or_default() * 2),
            }
        },
    )
}

fn agent(replies: impl IntoIterator<Item = Reply>) -> AgentBuilder {
    Agent::tool_calling(Scripted::new(replies), builder().tool(double()))
}

async fn run(replies: impl IntoIterator<Item = Reply>) -> RunResult {
    agent(replies).build().unwrap().run("Do it.").await.unwrap()
}

#[tokio::test]
async fn tools_are_called_and_what_they_say_is_told() {
    let result = run([calling(&[("double", json!({"n": 4}))]), answering(json!(8))]).await;
    assert_eq!(result.answer.json(), Some(json!(8)));
    let messages = result.memory.messages();
    assert_eq!((messages[2].role, messages[3].role), (Role::Assistant, Role::Tool));
    let Part::ToolResult(told) = &messages[3].parts[0] else { panic!("{:?}", messages[3]) };
    assert_eq!((told.call.as_str(), told.text.as_str(), told.is_error), ("id0", "8", false));
    assert_eq!(actions(&result)[0].calls[0].answer.as_deref(), Some("8"));
}

/// Pictures are no text. What is too large to be sent is only told.
#[tokio::test]
async fn pictures_that_tools_answer_are_shown_to_the_model() {
    let camera = fumehood::function_of_input(
        "camera",
        "Takes a picture.",
        json!({"type": "object", "properties": {"megabytes": {"type": "integer"}}}),
        |input| async move {
            let bytes = match input.arguments.get("megabytes").and_then(Value::as_u64) {
                Some(megabytes) => vec![0; 1_000_000 * megabytes as usize],
                None => include_bytes!("pixel.png").to_vec(),
            };
            let value = json!({"taken": "now", "picture": null});
            let output = fumehood::ToolOutput::from(value);
            Ok(output.attach(fumehood::Attachment::new("/picture", "image/png", bytes)))
        },
    );
    let replies = [
        calling(&[("camera", json!({})), ("camera", json!({"megabytes": 6}))]),
        answering(json!(1)),
    ];
    let agent = Agent::tool_calling(Scripted::new(replies), builder().tool(camera));
    let result = agent.build().unwrap().run("Look.").await.unwrap();
    let results = &actions(&result)[0].results;
    let length = include_bytes!("pixel.png").len();
    let told = format!(r#"{{"taken":"now","picture":"<image/png, {length} bytes>"}}"#);
    assert_eq!((results[0].text.as_str(), results[0].images.len()), (told.as_str(), 1));
    assert_eq!(results[0].images[0].data(), include_bytes!("pixel.png"));
    assert!(results[1].text.contains("<image/png, 6000000 bytes>"));
    assert!(results[1].images.is_empty());
}

#[tokio::test]
async fn what_can_be_called_is_declared_and_something_has_to_be() {
    let model = Arc::new(Scripted::new([answering(json!(1))]));
    let agent = Agent::tool_calling(Arc::clone(&model), builder().tool(double())).python(true);
    agent.build().unwrap().run("x").await.unwrap();
    let request = &model.requests()[0];
    let names = request.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["double", "final_answer", "python_interpreter"]);
    assert_eq!(request.tool_choice, ToolChoice::Required);
    assert_eq!(request.stop, ["Observation:", "Calling tools:"]);
}

#[tokio::test]
async fn several_calls_run_at_the_same_time_and_are_told_in_order() {
    let calls = (0..8).map(|n| ("double", json!({"n": n}))).collect::<Vec<_>>();
    let result = run([calling(&calls), answering(json!(1))]).await;
    let step = actions(&result)[0];
    let told = step.results.iter().map(|result| result.text.as_str()).collect::<Vec<_>>();
    assert_eq!(told, ["0", "2", "4", "6", "8", "10", "12", "14"]);
    // The calls took eight times 50 ms together.
    let each = step.calls.iter().map(|call| call.took).sum::<Duration>();
    assert!(each > 2 * step.timing.tools, "{each:?} in {:?}", step.timing.tools);
}

/// With smolagents the first call that fails takes the results of the others with it.
#[tokio::test]
async fn a_call_that_fails_is_told_and_the_others_are_not_lost() {
    let calls = [("double", json!({"n": 13})), ("double", json!({"n": 2}))];
    let result = run([calling(&calls), answering(json!(1))]).await;
    let step = actions(&result)[0];
    assert!(step.results[0].is_error && step.results[0].text.contains("13 is not doubled"));
    assert!(step.results[0].text.contains(r#"double failed with {"n":13}"#));
    assert_eq!((step.results[1].is_error, step.results[1].text.as_str()), (false, "4"));
    assert_eq!(step.error.as_ref().unwrap().kind, StepErrorKind::Tool);
}

#[tokio::test]
async fn calls_that_do_not_fit_are_told_why() {
    for (call, told) in [
        (("treble", json!({})), "There is no tool treble. There are: double, final_answer."),
        (("double", json!({"n": "x"})), "not of type \"integer\""),
        (("double", json!({})), "\"n\" is a required property"),
        (("double", json!({"n": 1, "m": 2})), "'m' was unexpected"),
        (("double", json!([1])), "are no object"),
    ] {
        let result = run([calling(&[call]), answering(json!(1))]).await;
        let step = actions(&result)[0];
        let error = step.error.as_ref().unwrap();
        assert_eq!(error.kind, StepErrorKind::ToolArguments);
        assert!(error.message.contains(told), "{}", error.message);
        // Servers refuse a conversation in which a call has no result.
        assert_eq!(step.results.len(), 1);
    }
}

#[tokio::test]
async fn the_final_answer_has_to_be_alone() {
    let both = [("double", json!({"n": 1})), ("final_answer", json!({"answer": 2}))];
    let twice = [("final_answer", json!({"answer": 1})), ("final_answer", json!({"answer": 2}))];
    let result = run([calling(&both), calling(&twice), answering(json!(3))]).await;
    let errors = actions(&result).into_iter().filter_map(|step| step.error.as_ref());
    let errors = errors.map(|error| error.message.as_str()).collect::<Vec<_>>();
    assert!(errors[0].contains("alone") && errors[1].contains("once"), "{errors:?}");
    assert!(actions(&result)[0].calls.is_empty());
    assert_eq!(result.answer.json(), Some(json!(3)));
}

#[tokio::test]
async fn calls_that_a_model_writes_as_text_are_understood() {
    let text = "I double both.\n{\"name\": \"double\", \"arguments\": {\"n\": 5}}\n\
                {\"name\": \"double\", \"arguments\": {\"n\": 6}}";
    let result = run([Reply::saying(text), answering(json!(1))]).await;
    let told = actions(&result)[0].results.iter().map(|result| result.text.as_str());
    assert_eq!(told.collect::<Vec<_>>(), ["10", "12"]);
    let result = run([Reply::saying("I will."), answering(json!(1))]).await;
    assert_eq!(actions(&result)[0].error.as_ref().unwrap().kind, StepErrorKind::Parsing);
}

#[tokio::test]
async fn arguments_of_the_task_are_passed_by_name() {
    let call = calling(&[("double", json!({"n": "count"}))]);
    let agent = agent([call, answering(json!("count"))]).build().unwrap();
    let result = agent.run(Task::new("x").argument("count", json!(21))).await.unwrap();
    assert_eq!(actions(&result)[0].results[0].text, "42");
    assert_eq!(result.answer.json(), Some(json!(21)));
    assert!(result.memory.task().unwrap().task.contains("count = 21"));
}

#[tokio::test]
async fn code_can_be_one_of_the_tools() {
    let code = |code: &str| calling(&[("python_interpreter", json!({"code": code}))]);
    let replies = [code("x = double(3)\nprint('so')\nx"), code("1 / 0"), answering(json!("y"))];
    let agent = agent(replies).python(true).build().unwrap();
    let result = agent.run("x").await.unwrap();
    let steps = actions(&result);
    assert_eq!(steps[0].results[0].text, "Printed:\nso\nValue of the last line:\n6");
    assert_eq!(steps[0].calls[0].name, "double");
    assert!(steps[1].error.as_ref().unwrap().message.contains("ZeroDivisionError"));
}

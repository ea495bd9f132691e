//! What a run remembers, and how much of it the model sees.

use std::sync::Arc;

use fumehood_agent::{
    Agent, AgentError, Answer, Argument, Flow, Memory, MemoryStep, StepEnd, StepErrorKind, Task,
};
use fumehood_model::{Image, Line, Part, Reply, Request, Scripted, Usage};
use serde_json::json;

use super::{actions, coder};
use crate::builder;

/// The smallest picture: one black pixel.
const PIXEL: &[u8] = include_bytes!("pixel.png");

#[tokio::test]
async fn memory_is_written_as_json_and_read_back_without_loss() {
    let replies = [
        "1. Look",
        "<code>print('é' * 3)\n1 / 0</code>",
        "nothing to run",
        "<code>final_answer({'a': [1, 2.5, None, 'x']})</code>",
    ];
    let agent = coder(&replies).planning_interval(10).build().unwrap();
    let task = Task::new("Do it.").image(Image::new("image/png", PIXEL.to_vec()));
    let memory = agent.run(task.argument("rows", json!([1, 2]))).await.unwrap().memory;
    let text = serde_json::to_string(&memory).unwrap();
    let read: Memory = serde_json::from_str(&text).unwrap();
    assert_eq!(read, memory);
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(read.messages(), memory.messages());
}

#[tokio::test]
async fn the_code_of_a_step_is_sent_once() {
    let model =
        Arc::new(Scripted::new(["<code>unmistakable = 1</code>", "<code>final_answer(1)</code>"]));
    let agent = Agent::code(Arc::clone(&model), builder()).build().unwrap();
    agent.run("x").await.unwrap();
    let requests: Vec<Request> = model.requests();
    let sent = requests[1].messages.iter().map(|message| message.text()).collect::<String>();
    assert_eq!(sent.matches("unmistakable").count(), 1);
}

#[tokio::test]
async fn a_run_goes_on_with_another_task_and_remembers() {
    let replies = ["<code>x = 7\nfinal_answer(x)</code>", "<code>final_answer(x + 1)</code>"];
    let agent = coder(&replies).build().unwrap();
    let mut run = agent.start("First.").await.unwrap();
    assert_eq!(run.finish().await.unwrap().answer.text(), "7");
    run.give("Second.").await.unwrap();
    assert_eq!(run.finish().await.unwrap().answer.text(), "8");
    let told = run.memory().messages().iter().map(|message| message.text()).collect::<String>();
    assert!(told.contains("First.") && told.contains("Second."));
}

#[tokio::test]
async fn arguments_are_variables_and_pictures_are_seen() {
    let code = "<code>final_answer([sum(rows), len(blob), photo.size])</code>";
    let model = Arc::new(Scripted::new([code]));
    let agent = Agent::code(Arc::clone(&model), builder()).build().unwrap();
    let pixel = Image::new("image/png", PIXEL.to_vec());
    let task = Task::new("x")
        .argument("rows", json!([1, 2, 3]))
        .argument("blob", vec![0_u8; 5])
        .argument("photo", pixel.clone())
        .image(pixel.clone());
    let result = agent.run(task).await.unwrap();
    assert_eq!(result.answer.json(), Some(json!([6, 5, [1, 1]])));
    let asked = &model.requests()[0].messages[1];
    assert!(asked.text().contains("rows = [1, 2, 3]\nblob = bytes, 5 of them\nphoto = a picture"));
    assert!(asked.parts.contains(&Part::Image(pixel)));
}

#[tokio::test]
async fn callbacks_change_steps_and_memory() {
    let replies = ["<code>print('secret')</code>", "<code>final_answer(2)</code>"];
    let agent = coder(&replies)
        .on_step(|end, memory| {
            match end {
                StepEnd::Action { step, .. } => {
                    step.observation = step.observation.replace("secret", "[hidden]");
                    memory.system_prompt.push_str("\nOne more step was taken.");
                }
                StepEnd::FinalAnswer(answer) => *answer = Answer::words("the callback's"),
                _ => {}
            }
            Flow::Continue
        })
        .build()
        .unwrap();
    let result = agent.run("x").await.unwrap();
    assert_eq!(actions(&result)[0].observation, "Printed:\n[hidden]\n");
    assert_eq!(result.memory.system_prompt.matches("One more step").count(), 2);
    assert_eq!(result.answer.text(), "the callback's");
}

#[tokio::test]
async fn an_answer_that_fails_a_check_is_none() {
    let agent = coder(&["<code>final_answer(-1)</code>", "<code>final_answer(1)</code>"])
        .check("is_positive", |answer, _| match answer.json().and_then(|answer| answer.as_i64()) {
            Some(n) if n > 0 => Ok(()),
            _ => Err("it has to be positive".to_owned()),
        })
        .build()
        .unwrap();
    let result = agent.run("x").await.unwrap();
    let error = actions(&result)[0].error.as_ref().unwrap();
    assert_eq!(error.kind, StepErrorKind::Check);
    assert_eq!(error.message, "Check is_positive failed with error: it has to be positive");
    assert_eq!(result.answer.text(), "1");
}

/// Old observations are shortened first; when that is not enough, old steps are summed up, once; the task and
/// the last two steps stay as they are.
#[tokio::test]
async fn a_conversation_stays_within_its_budget() {
    let line = |text: String| Line::from(Reply::saying(text));
    let model = Arc::new(Scripted::from_fn(move |request| {
        let last = request.messages.last().unwrap().text();
        if last.starts_with("The conversation has become too long.") {
            return line("x was counted up; it is near 20".to_owned());
        }
        let steps =
            request.messages.iter().filter(|message| message.text().contains("<code>")).count();
        let thought = "so ".repeat(400);
        let done = request.messages.iter().any(|message| message.text().contains("\n20\n"));
        line(match done {
            true => "<code>final_answer(x)</code>".to_owned(),
            false => format!(
                "{thought}{steps}\n<code>x = globals().get('x', 0) + 1\nprint('y' * 4000)\nprint(x)\nx</code>"
            ),
        })
    }));
    let agent = Agent::code(Arc::clone(&model), builder()).max_steps(30).context_tokens(9_000);
    let result =
        agent.build().unwrap().run("Count to twenty, and remember this task.").await.unwrap();
    assert_eq!(result.answer.text(), "20");
    let requests: Vec<Request> = model.requests();
    let bytes = |request: &Request| {
        request.messages.iter().map(|message| message.text().len()).sum::<usize>()
    };
    // 0.3 tokens for a byte, and the last two steps in full.
    assert!(
        requests.iter().all(|request| bytes(request) < 45_000),
        "{:?}",
        requests.iter().map(bytes).max()
    );
    let last = &requests[requests.len() - 1].messages;
    let texts = last.iter().map(|message| message.text()).collect::<Vec<_>>();
    assert!(texts[1].contains("remember this task"));
    assert!(texts.iter().any(|text| text.contains("x was counted up")));
    assert!(texts[texts.len() - 1].contains(&"y".repeat(4000)));
    let first_with = |part: &str| {
        let has = |request: &Request| request.messages.iter().any(|m| m.text().contains(part));
        requests.iter().position(has).unwrap()
    };
    assert!(first_with("characters were cut here") < first_with("What was done so far"));
    let summaries =
        result.memory.steps.iter().filter(|step| matches!(step, MemoryStep::Summary(_))).count();
    assert!((1..4).contains(&summaries), "{summaries}");
    // Nothing is lost: the memory has all of it.
    assert_eq!(actions(&result).len(), 21);
    assert!(actions(&result)[0].observation.contains(&"y".repeat(4000)));
}

#[tokio::test]
async fn what_requests_have_cost_is_what_the_next_are_measured_by() {
    let reply =
        |text: &str, tokens| Line::from(Reply::saying(text).with_usage(Usage::new(tokens, 1)));
    // A model that says that a short conversation had many tokens has its conversations shortened.
    let model = Arc::new(Scripted::new([
        reply("<code>print('z' * 3000)</code>", 90_000),
        reply("<code>print('z' * 3000)</code>", 90_000),
        reply("<code>print('z' * 3000)</code>", 90_000),
        reply("the sum", 90_000),
        reply("<code>final_answer(1)</code>", 90_000),
    ]));
    let agent = Agent::code(Arc::clone(&model), builder()).context_tokens(50_000).build().unwrap();
    let result = agent.run("x").await.unwrap();
    assert_eq!(result.answer.text(), "1");
    assert_eq!(model.requests().len(), 5);
}

#[tokio::test]
async fn tables_are_given_as_data_frames() {
    let code = "<code>final_answer([type(cities).__name__, int(cities.people.sum()), list(cities)])</code>";
    let agent = coder(&["no code", code]).build().unwrap();
    let table = |rows| Argument::Table { columns: vec!["name".into(), "people".into()], rows };
    let rows = json!([["Oslo", 709_037], ["Bergen", 291_940]]);
    let result = agent.run(Task::new("x").argument("cities", table(rows))).await.unwrap();
    assert_eq!(result.answer.json(), Some(json!(["DataFrame", 1_000_977, ["name", "people"]])));
    let task = &result.memory.task().unwrap().task;
    let told = "cities = a pandas.DataFrame, 2 rows with the columns [\"name\", \"people\"]";
    assert!(task.ends_with(told), "{task}");
    let uneven = agent.run(Task::new("x").argument("cities", table(json!([["Oslo"]])))).await;
    assert!(matches!(uneven, Err(AgentError::Arguments(_))), "{uneven:?}");
}

/// A chart that the code has drawn is shown to the model with what came of the step.
#[tokio::test]
async fn a_callback_shows_files_of_the_session_to_the_model() {
    let draw = "<code>\nimport PIL.Image\nPIL.Image.new('1', (1, 1)).save('chart.png')\n</code>";
    let model = Arc::new(Scripted::new([draw, "<code>final_answer(1)</code>"]));
    let agent = Agent::code(Arc::clone(&model), builder()).on_step(|end, _| {
        if let StepEnd::Action { step, files: Some(mut files) } = end
            && let Ok(chart) = files.read("chart.png")
        {
            step.images.push(Image::new("image/png", chart));
            files.remove("chart.png").unwrap();
        }
        Flow::Continue
    });
    let result = agent.build().unwrap().run("x").await.unwrap();
    let requests: Vec<Request> = model.requests();
    let shown = requests[1].messages[3].parts.iter().filter_map(|part| match part {
        Part::Image(image) => Some(image.data().starts_with(b"\x89PNG")),
        _ => None,
    });
    assert_eq!(shown.collect::<Vec<_>>(), [true]);
    let images = actions(&result).iter().map(|step| step.images.len()).collect::<Vec<_>>();
    assert_eq!(images, [1, 0]);
}

#[tokio::test]
async fn a_callback_drops_what_was_shown_before() {
    let pixel = || Image::new("image/png", PIXEL.to_vec());
    let model = Arc::new(Scripted::new(["<code>1", "<code>2", "<code>final_answer(3)"]));
    let agent = Agent::code(Arc::clone(&model), builder()).on_step(move |end, memory| {
        if let StepEnd::Action { step, .. } = end {
            for earlier in &mut memory.steps {
                if let MemoryStep::Action(earlier) = earlier {
                    earlier.images.clear();
                }
            }
            step.images.push(pixel());
        }
        Flow::Continue
    });
    agent.build().unwrap().run("x").await.unwrap();
    let seen = |request: &Request| {
        let parts = request.messages.iter().flat_map(|message| &message.parts);
        parts.filter(|part| matches!(part, Part::Image(_))).count()
    };
    assert_eq!(model.requests().iter().map(seen).collect::<Vec<_>>(), [0, 1, 1]);
}

#[tokio::test]
async fn what_a_model_does_not_count_takes_nothing_from_the_rest() {
    let counted = Reply::saying("<code>2</code>").with_usage(Usage::new(70, 5));
    let lines: [Line; 3] =
        ["<code>1</code>".into(), counted.into(), "<code>final_answer(3)".into()];
    let agent = Agent::code(Scripted::new(lines), builder()).build().unwrap();
    let usage = agent.run("x").await.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (70, 5));
}

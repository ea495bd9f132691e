//! Agents that manage agents.

use std::sync::{Arc, Mutex};

use fumehood_agent::{Agent, AgentConfigError, AgentEvent, Prices};
use fumehood_model::{Line, Reply, Request, Scripted, Usage};
use serde_json::json;

use super::actions;
use crate::builder;

fn costing(text: &str) -> Line {
    Line::from(Reply::saying(text).with_usage(Usage::new(1000, 100)))
}

fn worker(replies: &[&str]) -> Agent {
    let model = Scripted::new(replies.iter().copied().map(costing));
    let worker = Agent::code(model, builder()).name("counter").description("Counts things.");
    worker.prices(Prices { input: 1.0, output: 10.0, cached_input: 0.0 }).build().unwrap()
}

#[tokio::test]
async fn a_member_is_called_from_code_and_reports() {
    let counter = worker(&["<code>final_answer(len(words))</code>"]);
    let code = "<code>print(counter('Count the words.', additional_args={'words': ['a', 'b']}))\n\
                final_answer('done')</code>";
    let manager = Agent::code(Scripted::new([costing(code)]), builder()).managed(counter);
    let manager = manager.prices(Prices { input: 2.0, output: 20.0, cached_input: 0.0 });
    let manager = manager.build().unwrap();
    assert!(manager.system_prompt().unwrap().contains("def counter(task: str"));
    let result = manager.run("x").await.unwrap();
    let step = actions(&result)[0];
    assert!(step.observation.contains("counter") && step.observation.contains('2'), "{step:?}");
    let member = step.calls[0].run.as_ref().unwrap();
    assert!(member.memory.task().unwrap().task.contains("Count the words."));
    // What the member has used is part of what the manager has used, at the member's own prices.
    assert_eq!((result.usage.input_tokens, result.usage.output_tokens), (2000, 200));
    assert!((result.cost.unwrap() - 0.006).abs() < 1e-9, "{:?}", result.cost);
    assert!(result.timing.tools > member.memory.timing().sandbox);
}

#[tokio::test]
async fn what_a_member_does_is_seen_by_whoever_listens_to_its_manager() {
    let counter = worker(&["<code>print('counting')\nfinal_answer(1)</code>"]);
    let code = "<code>final_answer(counter('x'))</code>";
    let manager = Agent::code(Scripted::new([code]), builder()).managed(counter).build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&seen);
    let mut run = manager.start("x").await.unwrap();
    run.listen(Arc::new(move |event| {
        if let AgentEvent::Member { name, call, event } = event {
            let what = match event {
                AgentEvent::Running { code } => format!("{name} {call} runs {code:?}"),
                AgentEvent::Sandbox(fumehood::Event::Output { bytes, .. }) => {
                    format!("{name} {call} prints {:?}", String::from_utf8_lossy(bytes))
                }
                _ => return,
            };
            collected.lock().unwrap().push(what);
        }
    }));
    run.finish().await.unwrap();
    let expected = [
        "counter 1 runs \"print('counting')\\nfinal_answer(1)\"",
        "counter 1 prints \"counting\\n\"",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_member_that_fails_is_an_error_that_code_can_deal_with() {
    let counter = worker(&["<code>final_answer(3)</code>"]);
    let code = "<code>\nfinal_answer(counter('first'))</code>";
    let again = "<code>\ntry: counter('again')\nexcept Exception as e: final_answer(str(e))</code>";
    let replies = [code.replace("final_answer", "x = "), again.to_owned()];
    let manager = Agent::code(Scripted::new(replies), builder()).managed(counter).build().unwrap();
    let result = manager.run("x").await.unwrap();
    // Its model has nothing left to say.
    assert!(result.answer.text().contains("counter could not do it"), "{}", result.answer.text());
    assert!(actions(&result)[1].calls[0].error.is_some());
}

#[tokio::test]
async fn each_call_of_a_member_is_a_run_of_its_own() {
    let code = "<code>n = globals().get('n', 0) + 1\nfinal_answer(n)</code>";
    let counter = worker(&[code, code, code]);
    let code = "<code>final_answer([counter('x')[-1] for _ in range(3)])</code>";
    let manager = Agent::code(Scripted::new([code]), builder()).managed(counter).build().unwrap();
    let result = manager.run("x").await.unwrap();
    let runs = result.memory.member_runs().map(|run| run.memory.actions().count());
    assert_eq!(runs.collect::<Vec<_>>(), [1, 1, 1]);
    let answers = result.memory.member_runs().map(|run| {
        run.memory
            .actions()
            .last()
            .and_then(|step| step.answer.clone())
            .and_then(|answer| answer.json())
            .unwrap()
    });
    assert_eq!(answers.collect::<Vec<_>>(), [json!(1), json!(1), json!(1)]);
}

#[tokio::test]
async fn a_member_tells_what_it_did_if_it_is_to() {
    let model =
        Scripted::new(["<code>print('found 42')</code>", "<code>final_answer('42')</code>"]);
    let member = Agent::code(model, builder()).name("finder").description("Finds.");
    let member = member.run_summary(true).build().unwrap();
    let code = "<code>print(finder('x'))\nfinal_answer(1)</code>";
    let manager = Agent::code(Scripted::new([code]), builder()).managed(member).build().unwrap();
    let result = manager.run("x").await.unwrap();
    let observation = &actions(&result)[0].observation;
    assert!(observation.contains("found 42") && observation.contains("print('found 42')"));
}

#[tokio::test]
async fn members_are_tools_of_a_tool_calling_agent() {
    let counter = worker(&["<code>final_answer('three')</code>"]);
    let model = Arc::new(Scripted::new([
        Line::from(super::tool_calling::calling(&[("counter", json!({"task": "Count."}))])),
        Line::from(super::tool_calling::calling(&[("final_answer", json!({"answer": 3}))])),
    ]));
    let manager = Agent::tool_calling(Arc::clone(&model), builder()).managed(counter);
    let result = manager.build().unwrap().run("x").await.unwrap();
    assert_eq!(result.answer.json(), Some(json!(3)));
    let requests: Vec<Request> = model.requests();
    let declared = requests[0].tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>();
    assert_eq!(declared, ["counter", "final_answer"]);
    assert!(actions(&result)[0].results[0].text.contains("three"));
}

#[test]
fn teams_are_refused_whose_names_do_not_tell_them_apart() {
    let member = |name: &str, description: &str| {
        Agent::code(Scripted::new([""]), builder()).name(name).description(description).build()
    };
    let manager = || Agent::code(Scripted::new([""]), builder());
    let unnamed = manager().managed(member("", "Helps.").unwrap()).build().unwrap_err();
    assert!(matches!(unnamed, AgentConfigError::Member { missing: "name" }), "{unnamed}");
    let mute = manager().managed(member("helper", "").unwrap()).build().unwrap_err();
    assert!(matches!(mute, AgentConfigError::Member { missing: "description" }), "{mute}");
    let helper = member("helper", "Helps.").unwrap();
    let own = manager().name("helper").managed(helper.clone()).build().unwrap_err();
    assert!(matches!(own, AgentConfigError::DuplicateName { .. }), "{own}");
    assert!(manager().managed(helper.clone()).managed(helper).build().is_err());
    for name in ["two words", "class", "1st", "__init__"] {
        let refused = member(name, "Helps.").unwrap_err();
        assert!(matches!(refused, AgentConfigError::Name { .. }), "{name}: {refused}");
    }
}

//! Agents that manage agents.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Limits;
use fumehood_agent::{Agent, AgentConfigError, AgentEvent, Memory, Prices, StepErrorKind};
use fumehood_model::{Line, Reply, Request, Scripted, Usage};
use serde_json::json;
use tokio::sync::Barrier;

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
    // All of it is in the memory, wherever that is read again.
    let memory: Memory = serde_json::from_value(json!(result.memory)).unwrap();
    assert_eq!(memory, result.memory);
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

/// A tool that waits for everybody else who has it.
fn meet(both: &Arc<Barrier>) -> impl fumehood::Tool {
    let both = Arc::clone(both);
    fumehood::function("meet", "Meets.", json!({"type": "object"}), move |_| {
        let both = Arc::clone(&both);
        async move {
            both.wait().await;
            Ok::<_, String>("met")
        }
    })
}

/// Each of two members waits for the other: one after the other they would wait for ever.
#[tokio::test]
async fn members_work_at_the_same_time_where_code_gives_them_tasks_together() {
    let both = Arc::new(Barrier::new(2));
    let member = |name: &str, replies: &[&'static str]| {
        let model = Scripted::new(replies.iter().copied());
        let member = Agent::code(model, builder().tool(meet(&both))).name(name);
        member.description("Meets another.").build().unwrap()
    };
    let code = "<code>\nfound = ask_together([\n    {'member': 'one', 'task': 'Meet.'},\n    \
                {'member': 'two', 'task': 'Meet.', 'additional_args': {'n': 2}},\n    \
                {'member': 'three', 'task': 'Meet.'},\n])\n\
                final_answer([f['report'] and f['report'].split()[-1] for f in found])\n</code>";
    let meets = &["<code>final_answer(meet())</code>"];
    let manager = Agent::code(Scripted::new([code]), builder());
    let manager = manager.managed(member("one", meets)).managed(member("two", meets));
    let manager = manager.managed(member("three", &[])).build().unwrap();
    let prompt = manager.system_prompt().unwrap();
    let stub = "def ask_together(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:";
    assert!(
        prompt.contains(stub) && prompt.contains(r#"Literal["one", "three", "two"]"#),
        "{prompt}"
    );
    assert!(prompt.contains("at the same time, with `ask_together`."), "{prompt}");
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let collected = Arc::clone(&seen);
    let mut run = manager.start("x").await.unwrap();
    run.listen(Arc::new(move |event| {
        if let AgentEvent::Member { name, call, .. } = event {
            collected.lock().unwrap().insert((*call, name.to_string()));
        }
    }));
    let result = run.finish().await.unwrap();
    // The model of the third fails, which takes nothing from the others.
    assert_eq!(result.answer.json(), Some(json!(["met", "met", null])));
    let step = actions(&result)[0];
    assert_eq!(step.calls.len(), 3);
    let failed = step.calls.iter().filter(|call| call.error.is_some()).collect::<Vec<_>>();
    assert_eq!((failed.len(), failed[0].name.as_str()), (1, "three"));
    let names = ["one", "two", "three"].map(str::to_owned);
    assert_eq!(*seen.lock().unwrap(), (1..).zip(names).collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn code_that_a_tool_calling_agent_runs_gives_tasks_together_as_well() {
    let both = Arc::new(Barrier::new(2));
    let member = |name: &str| {
        let model = Scripted::new(["<code>final_answer(meet())</code>"]);
        let member = Agent::code(model, builder().tool(meet(&both))).name(name);
        member.description("Meets another.").build().unwrap()
    };
    let code = "found = ask_together([{'member': m, 'task': 'Meet.'} for m in ('one', 'two')])\n\
                final_answer([f['report'].split()[-1] for f in found])";
    let call = super::tool_calling::calling(&[("python_interpreter", json!({"code": code}))]);
    let model = Arc::new(Scripted::new([call]));
    let manager = Agent::tool_calling(Arc::clone(&model), builder()).python(true);
    let manager = manager.managed(member("one")).managed(member("two")).build().unwrap();
    let result = manager.run("x").await.unwrap();
    assert_eq!(result.answer.json(), Some(json!(["met", "met"])));
    let request = &model.requests()[0];
    let declared = request.tools.iter().map(|tool| tool.name.as_str()).collect::<BTreeSet<_>>();
    let expected = ["ask_together", "one", "two", "final_answer", "python_interpreter"];
    assert_eq!(declared, BTreeSet::from(expected));
    // Without code, it has nothing that several calls in a reply have not.
    let manager = Agent::tool_calling(Scripted::new([""]), builder()).managed(member("one"));
    assert!(manager.build().unwrap().sandbox().tools().iter().all(|tool| tool.name == "one"));
}

#[tokio::test]
async fn tasks_for_members_that_are_not_there_are_refused_before_any_is_given() {
    let code = "<code>\ntry: ask_together([{'member': 'counter', 'task': 'x'}, {'member': 'writer', 'task': 'x'}])\n\
                except fumehood.ToolArgumentError as e: final_answer(str(e))</code>";
    let code = code.replacen('\n', "\nimport fumehood\n", 1);
    let manager = Agent::code(Scripted::new([code]), builder()).managed(worker(&[]));
    let result = manager.build().unwrap().run("x").await.unwrap();
    assert!(result.answer.text().contains("writer"), "{}", result.answer.text());
    assert!(actions(&result)[0].calls.is_empty());
}

/// A member has limits of its own, and its model may be slow. So it is in both ways of metering, one by one and
/// together.
#[tokio::test]
async fn the_time_that_a_member_takes_is_not_that_of_its_managers_step() {
    for builder in [builder, crate::clock::builder] {
        let slow = || Line::from("<code>final_answer(3)</code>").after(Duration::from_millis(800));
        let member = Agent::code(Scripted::new([slow(), slow(), slow()]), builder());
        let member = member.name("counter").description("Counts.").build().unwrap();
        let limits = Limits::default().with_time(Duration::from_millis(400));
        let code = "<code>n = counter('x')\n\
                    m = ask_together([{'member': 'counter', 'task': t} for t in 'ab'])\n\
                    final_answer(n[-1] + m[0]['report'][-1] + m[1]['report'][-1])</code>";
        let manager = Agent::code(Scripted::new([code]), builder().limits(limits));
        let result = manager.managed(member).build().unwrap().run("x").await.unwrap();
        assert_eq!(result.answer.text(), "333");
        assert_eq!(actions(&result).len(), 1);
    }
}

/// What the code needs besides counts as ever.
#[tokio::test]
async fn a_step_that_goes_on_without_end_after_its_member_meets_its_limit() {
    for builder in [builder, crate::clock::builder] {
        let slow = Line::from("<code>final_answer(3)</code>").after(Duration::from_millis(800));
        let member = Agent::code(Scripted::new([slow]), builder());
        let member = member.name("counter").description("Counts.").build().unwrap();
        let limits = Limits::default().with_time(Duration::from_millis(400));
        let replies = [
            "<code>\nn = counter('x')\nwhile True: pass</code>",
            "<code>final_answer(n[-1])</code>",
        ];
        let manager = Agent::code(Scripted::new(replies), builder().limits(limits));
        let result = manager.managed(member).build().unwrap().run("x").await.unwrap();
        let step = actions(&result)[0];
        assert_eq!(step.error.as_ref().unwrap().kind, StepErrorKind::Limit);
        // What the step had of its member is there.
        assert_eq!((step.calls.len(), result.answer.text()), (1, "3"));
    }
}

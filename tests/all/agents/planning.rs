//! Plans.

use fumehood_agent::{
    AgentError, Flow, MemoryStep, PlanningStep, Progress, RunState, StepEnd, Task,
};
use fumehood_model::{Request, Role, Scripted};
use std::sync::Arc;

use super::coder;
use crate::builder;

fn plans(steps: &[MemoryStep]) -> Vec<&PlanningStep> {
    let plans = steps.iter().filter_map(|step| match step {
        MemoryStep::Planning(plan) => Some(plan),
        _ => None,
    });
    plans.collect()
}

#[tokio::test]
async fn a_plan_is_made_before_the_first_step_and_after_each_interval() {
    let replies = [
        "Facts.\n1. Look<end_plan> and more",
        "<code>a = 1</code>",
        "<code>b = 2</code>",
        "Facts.\n1. Add",
        "<code>final_answer(a + b)</code>",
    ];
    let model = Arc::new(Scripted::new(replies));
    let agent = fumehood_agent::Agent::code(Arc::clone(&model), builder());
    let result = agent.planning_interval(2).build().unwrap().run("Do it.").await.unwrap();
    assert_eq!(result.answer.text(), "3");
    let made = plans(&result.memory.steps);
    assert_eq!(made.len(), 2);
    assert!(made[0].plan.ends_with("1. Look"), "{}", made[0].plan);
    let requests: Vec<Request> = model.requests();
    assert_eq!(requests[0].stop, ["<end_plan>"]);
    assert_eq!(requests[0].messages.len(), 1);
    assert!(requests[0].messages[0].text().contains("Do it."));
    // The second plan is made from what was done, and not from what the model said about it.
    let again = requests[3].messages.iter().map(|message| message.text()).collect::<String>();
    assert!(again.contains("a = 1") && !again.contains("<code>"), "{again}");
    assert!(again.contains("18"), "the steps that are left of 20 are not told: {again}");
    let acting = &requests[1].messages;
    assert_eq!(acting[2].role, Role::Assistant);
    assert!(acting[2].text().contains("1. Look"));
}

#[tokio::test]
async fn a_callback_edits_the_plan_and_interrupts() {
    let agent = coder(&["1. Guess", "<code>final_answer('looked')</code>"])
        .planning_interval(5)
        .on_step(|end, _| match end {
            StepEnd::Planning(step) => {
                step.plan = step.plan.replace("Guess", "Look it up");
                Flow::Interrupt
            }
            _ => Flow::Continue,
        })
        .build()
        .unwrap();
    let mut run = agent.start("x").await.unwrap();
    assert!(matches!(run.finish().await, Err(AgentError::Interrupted)));
    assert!(run.memory().messages()[2].text().contains("1. Look it up"));
    assert_eq!(run.finish().await.unwrap().answer.text(), "looked");
}

#[tokio::test]
async fn a_run_by_hand_stops_after_each_plan_and_step() {
    let replies = ["1. Look", "<code>x = 1</code>", "<code>final_answer(x)</code>"];
    let agent = coder(&replies).planning_interval(9).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    assert!(matches!(run.step().await.unwrap(), Progress::Planned));
    assert!(matches!(run.step().await.unwrap(), Progress::Acted));
    assert!(matches!(run.step().await.unwrap(), Progress::Done(_)));
    assert!(matches!(run.step().await, Err(AgentError::NothingToDo)));
}

#[tokio::test]
async fn what_plans_cost_is_counted() {
    use fumehood_model::{Line, Reply, Usage};
    let reply = |text: &str| Line::from(Reply::saying(text).with_usage(Usage::new(100, 10)));
    let model = Scripted::new([reply("1. Look"), reply("<code>final_answer(1)</code>")]);
    let agent = fumehood_agent::Agent::code(model, builder()).planning_interval(3);
    let result = agent.build().unwrap().run("x").await.unwrap();
    assert_eq!((result.usage.input_tokens, result.usage.output_tokens), (200, 20));
}

/// With smolagents the model is told how many steps the agent takes, whatever the task may take.
#[tokio::test]
async fn the_steps_that_remain_are_those_of_the_task() {
    let replies = ["1. Look", "<code>1</code>", "1. Go on", "<code>2</code>", "words"];
    let model = Arc::new(Scripted::new(replies));
    let agent = fumehood_agent::Agent::code(Arc::clone(&model), builder()).planning_interval(1);
    let agent = agent.max_steps(20).build().unwrap();
    let result = agent.run(Task::new("x").max_steps(2)).await.unwrap();
    assert_eq!((result.state, result.answer.text()), (RunState::MaxSteps, "words"));
    let requests: Vec<Request> = model.requests();
    let asked = |request: &Request| request.messages.last().unwrap().text();
    assert!(asked(&requests[0]).contains("at most 2 steps"), "{}", asked(&requests[0]));
    assert!(asked(&requests[2]).contains("There are 1 steps left"), "{}", asked(&requests[2]));
}

#[tokio::test]
async fn an_interruption_is_over_when_there_is_an_answer() {
    let replies = ["1. Look", "<code>final_answer(1)</code>", "1. Look", "<code>final_answer(2)"];
    let agent = coder(&replies).planning_interval(5).on_step(|end, _| match end {
        StepEnd::FinalAnswer(_) | StepEnd::Action { .. } => Flow::Interrupt,
        _ => Flow::Continue,
    });
    let mut run = agent.build().unwrap().start("x").await.unwrap();
    assert_eq!(run.finish().await.unwrap().answer.text(), "1");
    run.give("y").await.unwrap();
    assert_eq!(run.finish().await.unwrap().answer.text(), "2");
}

//! Somebody is asked before something is done.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Arguments;
use fumehood_agent::{Agent, Approve, Approving, Asked, Decision, StepErrorKind};
use fumehood_model::Scripted;
use serde_json::json;

use super::{actions, coder};
use crate::builder;

/// Allows no imports, and doubles what is echoed.
struct Careful;

impl Approve for Careful {
    fn code<'a>(&'a self, _: Asked<'a>, code: &'a str) -> Approving<'a, String> {
        let decision = match code {
            _ if code.contains("import") => Decision::Deny("no imports, please".to_owned()),
            "final_answer('secret')" => Decision::Edit("final_answer('[hidden]')".to_owned()),
            _ => Decision::Allow,
        };
        Box::pin(std::future::ready(decision))
    }

    fn call<'a>(
        &'a self,
        asked: Asked<'a>,
        tool: &'a str,
        arguments: &'a Arguments,
    ) -> Approving<'a, Arguments> {
        assert_eq!((asked.agent, tool), ("clerk", "echo"));
        let decision = match arguments["n"].as_i64() {
            Some(13) => Decision::Deny("not 13".to_owned()),
            Some(1) => Decision::Edit(json!({"n": 2}).as_object().cloned().unwrap()),
            _ => Decision::Allow,
        };
        Box::pin(std::future::ready(decision))
    }
}

fn echo(called: &Arc<Mutex<Vec<i64>>>) -> impl fumehood::Tool {
    let called = Arc::clone(called);
    fumehood::function(
        "echo",
        "Says it again.",
        json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
        move |arguments| {
            let n = arguments["n"].as_i64().unwrap_or_default();
            called.lock().unwrap().push(n);
            async move { Ok::<_, String>(n) }
        },
    )
}

#[tokio::test]
async fn code_is_allowed_denied_or_edited() {
    let replies = ["<code>import os</code>", "<code>final_answer('secret')</code>"];
    let agent = coder(&replies).approve(Careful).build().unwrap();
    let result = agent.run("x").await.unwrap();
    assert_eq!(result.answer.text(), "[hidden]");
    let denied = actions(&result)[0].error.as_ref().unwrap();
    assert_eq!(denied.kind, StepErrorKind::Denied);
    assert!(denied.message.contains("no imports, please"));
    // The model sees what was run in the place of what it wrote.
    assert!(actions(&result)[1].observation.contains("final_answer('[hidden]')"));
}

#[tokio::test]
async fn calls_of_tools_are_allowed_denied_or_edited() {
    let called = Arc::default();
    let code = "<code>\ntry: echo(13)\nexcept Exception as e: print(type(e).__name__, e)\n\
                final_answer([echo(1), echo(7)])</code>";
    let agent = Agent::code(Scripted::new([code]), builder().tool(echo(&called)));
    let agent = agent.name("clerk").approve(Careful).build().unwrap();
    let result = agent.run("x").await.unwrap();
    assert_eq!(result.answer.json(), Some(json!([2, 7])));
    assert_eq!(*called.lock().unwrap(), [2, 7]);
    let step = actions(&result)[0];
    assert!(step.observation.contains("ToolError the call was not made"), "{}", step.observation);
    assert!(step.observation.contains("not 13"));
    let errors = step.calls.iter().map(|call| call.error.is_some()).collect::<Vec<_>>();
    assert_eq!(errors, [true, false, false]);
}

/// Arguments that were edited are checked like those of the code.
#[tokio::test]
async fn arguments_that_were_edited_have_to_fit() {
    struct Wrong;
    impl Approve for Wrong {
        fn call<'a>(
            &'a self,
            _: Asked<'a>,
            _: &'a str,
            _: &'a Arguments,
        ) -> Approving<'a, Arguments> {
            let wrong = json!({"n": "many"}).as_object().cloned().unwrap();
            Box::pin(std::future::ready(Decision::Edit(wrong)))
        }
    }
    let called = Arc::default();
    let code = "<code>\ntry: echo(1)\nexcept Exception as e: final_answer(str(e))</code>";
    let agent = Agent::code(Scripted::new([code]), builder().tool(echo(&called)));
    let result = agent.approve(Wrong).build().unwrap().run("x").await.unwrap();
    assert!(result.answer.text().contains("integer"), "{}", result.answer.text());
    assert!(called.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whoever_is_asked_may_take_their_time() {
    struct Slow;
    impl Approve for Slow {
        fn call<'a>(
            &'a self,
            _: Asked<'a>,
            _: &'a str,
            _: &'a Arguments,
        ) -> Approving<'a, Arguments> {
            Box::pin(async {
                tokio::time::sleep(Duration::from_millis(800)).await;
                Decision::Allow
            })
        }
    }
    for builder in [builder, crate::clock::builder] {
        let limits = fumehood::Limits::default().with_time(Duration::from_millis(400));
        let called = Arc::default();
        let sandbox = builder().tool(echo(&called)).limits(limits);
        let agent = Agent::code(Scripted::new(["<code>final_answer(echo(5))</code>"]), sandbox);
        let result = agent.approve(Slow).build().unwrap().run("x").await.unwrap();
        assert_eq!(result.answer.json(), Some(json!(5)));
        assert_eq!(actions(&result).len(), 1);
    }
}

//! The spans of runs, as whoever embeds an agent sees them through `tracing`.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood_agent::{Agent, AgentBuilder};
use fumehood_model::{Line, ModelError, Refusal, RefusalKind, Reply, Scripted, Usage};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::coder;
use super::tool_calling::calling;
use crate::builder;

/// A span as it was at its end.
#[derive(Clone, Debug)]
struct Noted {
    id: u64,
    parent: Option<u64>,
    fields: BTreeMap<String, Value>,
    is_open: bool,
}

/// Notes all spans of the libraries.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Noted>>>);

struct Fields<'a>(&'a mut BTreeMap<String, Value>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), Value::from(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }
}

impl Layer<Registry> for Notes {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, Registry>,
    ) {
        let parent = context.span(id).and_then(|span| span.parent()).map(|span| span.id());
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        let parent = parent.map(|parent| parent.into_u64());
        self.0.lock().unwrap().push(Noted { id: id.into_u64(), parent, fields, is_open: true });
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, _: Context<'_, Registry>) {
        let mut spans = self.0.lock().unwrap();
        let open = spans.iter_mut().find(|span| span.is_open && span.id == id.into_u64());
        values.record(&mut Fields(&mut open.unwrap().fields));
    }

    fn on_close(&self, id: span::Id, _: Context<'_, Registry>) {
        let mut spans = self.0.lock().unwrap();
        for span in spans.iter_mut().filter(|span| span.id == id.into_u64()) {
            span.is_open = false;
        }
    }
}

impl Notes {
    /// The names of all spans, each below its parent.
    fn tree(&self) -> String {
        fn add(spans: &[Noted], parent: Option<u64>, depth: usize, tree: &mut String) {
            for span in spans.iter().filter(|span| span.parent == parent) {
                assert!(!span.is_open, "{span:?}");
                let text = |name: &str| span.fields[name].as_str().unwrap_or_default();
                let (name, kind) = (text("otel.name"), text("openinference.span.kind"));
                tree.push_str(&format!("{}{name} {kind}\n", "  ".repeat(depth)));
                add(spans, Some(span.id), depth + 1, tree);
            }
        }
        let mut tree = String::new();
        add(&self.0.lock().unwrap(), None, 0, &mut tree);
        tree
    }

    /// The fields of the spans of a name.
    fn named(&self, name: &str) -> Vec<BTreeMap<String, Value>> {
        let spans = self.0.lock().unwrap();
        let named = spans.iter().filter(|span| span.fields["otel.name"] == name);
        named.map(|span| span.fields.clone()).collect()
    }

    /// What hears of the libraries' own spans: others have some as well.
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + 'static {
        let ours = filter_fn(|metadata| metadata.target().starts_with("fumehood"));
        tracing_subscriber::registry().with(self.clone().with_filter(ours))
    }

    fn everything(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }
}

/// What is traced of a run.
async fn traced(agent: AgentBuilder) -> Notes {
    let notes = Notes::default();
    let subscriber = notes.subscriber();
    let agent = agent.build().unwrap();
    async { drop(agent.run("a Private task").await) }.with_subscriber(subscriber).await;
    notes
}

fn costing(text: &str) -> Line {
    Line::from(Reply::saying(text).with_usage(Usage::new(1000, 100)))
}

/// A tool of which two calls end only when both have begun.
fn meeting() -> impl fumehood::Tool {
    let both = Arc::new(tokio::sync::Barrier::new(2));
    fumehood::function(
        "meet",
        "Waits for the other one.",
        json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
        move |arguments| {
            let both = Arc::clone(&both);
            async move {
                let met = tokio::time::timeout(Duration::from_secs(60), both.wait()).await;
                met.map(|_| arguments["n"].clone()).map_err(|_| "nobody came")
            }
        },
    )
}

#[tokio::test]
async fn a_managed_agent_works_below_the_call_that_asked_for_it() {
    let counter = Agent::code(Scripted::new([costing("<code>final_answer(2)</code>")]), builder())
        .name("counter")
        .description("Counts things.")
        .build()
        .unwrap();
    let code = "<code>print(counter('Count.'))\nfinal_answer('done')</code>";
    let plan = "1. Let them be counted.";
    let model = Scripted::new([costing(plan), costing(code)]);
    let manager = Agent::code(model, builder()).managed(counter).planning_interval(5);
    let notes = traced(manager.name("boss")).await;
    let expected = "boss.run AGENT\n\
                    \x20 Plan CHAIN\n\
                    \x20   scripted.generate LLM\n\
                    \x20 Step 1 CHAIN\n\
                    \x20   scripted.generate LLM\n\
                    \x20   python_interpreter TOOL\n\
                    \x20     counter TOOL\n\
                    \x20       counter.run AGENT\n\
                    \x20         Step 1 CHAIN\n\
                    \x20           scripted.generate LLM\n\
                    \x20           python_interpreter TOOL\n";
    assert_eq!(notes.tree(), expected);
    let boss = &notes.named("boss.run")[0];
    assert_eq!(boss["fumehood.managed_agents"], "[\"counter\"]");
    assert_eq!(boss["fumehood.state"], "success");
    // That of the managed agent is part of it.
    assert_eq!(boss["llm.token_count.total"], 3300);
    assert_eq!(notes.named("counter.run")[0]["gen_ai.usage.input_tokens"], 1000);
}

#[tokio::test]
async fn calls_at_the_same_time_are_siblings() {
    let model = Scripted::new([
        calling(&[("meet", json!({"n": 1})), ("meet", json!({"n": 2}))]),
        calling(&[("final_answer", json!({"answer": 1}))]),
    ]);
    let notes = traced(Agent::tool_calling(model, builder().tool(meeting()))).await;
    let expected = "ToolCallingAgent.run AGENT\n\
                    \x20 Step 1 CHAIN\n\
                    \x20   scripted.generate LLM\n\
                    \x20   meet TOOL\n\
                    \x20   meet TOOL\n\
                    \x20 Step 2 CHAIN\n\
                    \x20   scripted.generate LLM\n";
    assert_eq!(notes.tree(), expected);
    let ids = notes.named("meet").into_iter().map(|call| call["gen_ai.tool.call.id"].clone());
    assert_eq!(ids.collect::<Vec<_>>(), ["id0", "id1"]);
    assert!(!notes.everything().contains("nobody came"));
}

#[tokio::test]
async fn what_goes_wrong_is_said_where_it_does() {
    let refusal = Refusal::new(401, RefusalKind::Authentication, "Private words of a server");
    let model = Scripted::new([
        Line::from("<code>raise KeyError('Private')</code>"),
        Line::from("<code>while True: pass</code>"),
        Line::from("no code, but Private words"),
        Line::from(ModelError::from(refusal)),
    ]);
    let limits = fumehood::Limits::default().with_fuel(500_000_000);
    let notes = traced(Agent::code(model, builder().limits(limits))).await;
    let ran = notes.named("python_interpreter");
    assert_eq!(
        (&ran[0]["error.type"], &ran[0]["fumehood.outcome"]),
        (&json!("KeyError"), &json!("raised"))
    );
    assert_eq!(ran[0]["otel.status_description"], "the code raised KeyError");
    assert_eq!(ran[1]["fumehood.limit"], "fuel");
    assert!(ran[1]["fumehood.fuel"].as_u64().unwrap() >= 500_000_000, "{:?}", ran[1]);
    assert!(ran[1]["otel.status_description"].as_str().unwrap().contains("fuel limit"));
    assert!(ran[0]["fumehood.memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert_eq!(ran[0]["fumehood.rolled_back"], false);
    let step = |number: u32| notes.named(&format!("Step {number}"))[0].clone();
    assert_eq!(step(1)["error.type"], "execution");
    assert_eq!(step(3)["error.type"], "parsing");
    let refused =
        "the model's server answered 401 (the key is missing, wrong, or not allowed to do this)";
    for span in [&notes.named("scripted.generate")[3], &step(4), &notes.named("CodeAgent.run")[0]] {
        assert_eq!(span["otel.status_code"], "ERROR");
        assert_eq!(
            (&span["error.type"], &span["otel.status_description"]),
            (&json!("401"), &json!(refused))
        );
    }
    assert!(!notes.everything().contains("Private"), "{}", notes.everything());
}

#[tokio::test]
async fn what_is_said_and_done_is_in_the_spans_only_if_that_is_asked_for_and_not_all_of_much() {
    let code = "<code>\nprint('Private ' * 9_000)\nfinal_answer(double(n=21))</code>";
    let double = || {
        fumehood::function(
            "double",
            "Twice a number.",
            json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
            |arguments| async move { Ok::<_, String>(json!(arguments["n"].as_i64().unwrap_or(0) * 2)) },
        )
    };
    let agent = || Agent::code(Scripted::new([code]), builder().tool(double()));
    let silent = traced(agent()).await;
    let called = &silent.named("double")[0];
    assert!(
        ["gen_ai.tool.call.arguments", "output.value"]
            .iter()
            .all(|name| !called.contains_key(*name))
    );
    for hidden in ["Private", "final_answer("] {
        assert!(!silent.everything().contains(hidden), "{hidden} in {}", silent.everything());
    }
    let notes = traced(agent().capture_content(true)).await;
    let run = &notes.named("CodeAgent.run")[0];
    assert!(run["input.value"].as_str().unwrap().contains("a Private task"));
    assert_eq!(run["output.value"], "42");
    let model = &notes.named("scripted.generate")[0];
    let messages: Value =
        serde_json::from_str(model["gen_ai.input.messages"].as_str().unwrap()).unwrap();
    assert_eq!(messages[0]["role"], "system");
    assert!(model["gen_ai.output.messages"].as_str().unwrap().contains("final_answer(double"));
    let ran = &notes.named("python_interpreter")[0];
    assert!(ran["input.value"].as_str().unwrap().starts_with("print('Private '"));
    let output = ran["output.value"].as_str().unwrap();
    assert!(output.ends_with("more bytes]") && output.len() < 17_000, "{}", output.len());
    let tool = &notes.named("double")[0];
    assert_eq!(tool["gen_ai.tool.call.arguments"], "{\"n\":21}");
    assert_eq!(tool["output.value"], "42");
}

#[tokio::test]
async fn a_run_that_is_given_up_ends_its_spans() {
    let notes = Notes::default();
    let subscriber = notes.subscriber();
    let model = Scripted::new([Line::from("late").after(Duration::from_secs(600))]);
    let agent = Agent::code(model, builder()).build().unwrap();
    let given_up = async {
        let mut run = agent.start("x").await.unwrap();
        let step = run.finish();
        assert!(tokio::time::timeout(Duration::from_millis(1), step).await.is_err());
    };
    given_up.with_subscriber(subscriber).await;
    assert_eq!(notes.tree(), "CodeAgent.run AGENT\n  Step 1 CHAIN\n    scripted.generate LLM\n");
}

#[tokio::test]
async fn nobody_has_to_listen() {
    let agent = coder(&["<code>final_answer(1)</code>"]).capture_content(true).build().unwrap();
    assert_eq!(agent.run("x").await.unwrap().answer.json(), Some(json!(1)));
}

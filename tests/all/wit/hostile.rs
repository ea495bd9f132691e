//! Components that want to do harm: each costs the code that calls it an exception, and nobody anything else.

use std::time::{Duration, Instant};

use fumehood_tools::component::{Component, ComponentError, ComponentLimits, Instances};

use super::components::{self, MEMORY};
use super::{component, engine, session_with};
use crate::{printed, raised, repr};

const WIT: &str = "
    package bad:guy;
    interface deeds { do-it: func() -> u32; answer: func() -> list<u64>; fine: func() -> u32; }
    world bad { export deeds; }
";

/// A component whose function `do-it` does this.
fn doing(body: &str) -> Component {
    answering(body, "i32.const 0")
}

fn answering(body: &str, answer: &str) -> Component {
    let module = format!(
        r#"{MEMORY}
        (table $table 1 funcref)
        (global $called (mut i32) (i32.const 0))
        (func $deeper (result i32) (i32.add (call $deeper) (i32.const 1)))
        (func (export "bad:guy/deeds#do-it") (result i32) {body})
        (func (export "bad:guy/deeds#answer") (result i32) {answer})
        (func (export "bad:guy/deeds#fine") (result i32)
            (global.set $called (i32.add (global.get $called) (i32.const 1)))
            (global.get $called))"#
    );
    let mut limits = ComponentLimits::default();
    limits.memory_bytes = 8 << 20;
    limits.time = Duration::from_millis(300);
    component("bad", WIT, &module).limits(limits)
}

/// What `do_it()` raises. Other calls, and the session, go on.
async fn told(component: Component) -> String {
    let mut session = session_with(component.modules()).await;
    session.run("from bad.guy import *\nx = 1").await.unwrap();
    let exception = raised(session.run("do_it()").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolError");
    assert_eq!(repr(session.run("fine(), x").await.unwrap()), "(1, 1)");
    exception.message
}

#[tokio::test]
async fn a_component_that_traps_costs_an_exception() {
    for (body, why) in [
        ("unreachable", "`unreachable`"),
        ("(i32.div_u (i32.const 1) (i32.const 0))", "divide by zero"),
        ("(i32.load (i32.const -1))", "out of bounds memory access"),
    ] {
        let told = told(doing(body)).await;
        assert!(told.starts_with("the component failed: ") && told.contains(why), "{body}: {told}");
    }
}

#[tokio::test]
async fn a_component_that_computes_forever_is_stopped() {
    let started = Instant::now();
    let message = told(doing("(loop $forever (br $forever)) (i32.const 0)")).await;
    assert_eq!(message, "the component took longer than 300ms");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_component_that_computes_past_its_fuel_is_stopped() {
    let mut limits = ComponentLimits::default();
    limits.fuel = Some(1_000_000);
    let message = told(doing("(loop $forever (br $forever)) (i32.const 0)").limits(limits)).await;
    assert_eq!(message, "the component failed: the limit is 1000000 instructions");
}

#[tokio::test]
async fn a_component_that_takes_all_memory_gets_none() {
    let greedy = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let message = told(doing(greedy)).await;
    assert_eq!(
        message,
        "the component failed: it wanted more memory than the limit, which is 8388608 bytes"
    );
    // Whoever takes no for an answer goes on.
    let mut session = session_with(doing("(memory.grow (i32.const 1000))").modules()).await;
    assert_eq!(repr(session.run("from bad.guy import *\ndo_it()").await.unwrap()), "4294967295");
}

#[tokio::test]
async fn a_component_that_grows_a_table_gets_none() {
    let greedy = "(drop (table.grow $table (ref.null func) (i32.const 100000000))) unreachable";
    assert!(
        told(doing(greedy))
            .await
            .contains("it wanted larger tables than the limit, which is 100000 elements")
    );
}

#[tokio::test]
async fn a_component_that_needs_too_much_to_begin_with_is_not_begun() {
    let mut limits = ComponentLimits::default();
    limits.memory_bytes = 1 << 16;
    let mut session = session_with(doing("i32.const 0").limits(limits).modules()).await;
    let message = raised(session.run("from bad.guy import *\nfine()").await.unwrap()).message;
    assert!(
        message.contains("it wanted more memory than the limit, which is 65536 bytes"),
        "{message}"
    );
}

#[tokio::test]
async fn a_component_that_calls_itself_forever_is_stopped() {
    assert!(told(doing("(call $deeper)")).await.contains("call stack exhausted"));
}

#[tokio::test]
async fn a_component_that_answers_what_is_not_there_or_too_much_costs_an_exception() {
    let list = |at: &str, length: &str| {
        format!(
            "(i32.store (i32.const 16) {at}) (i32.store (i32.const 20) {length}) (i32.const 16)"
        )
    };
    let raises = async |answer: String, limits: ComponentLimits| {
        let component = answering("i32.const 0", &answer).limits(limits);
        let mut session = session_with(component.modules()).await;
        let message = raised(session.run("from bad.guy import *\nanswer()").await.unwrap()).message;
        assert_eq!(repr(session.run("fine()").await.unwrap()), "1");
        message
    };
    let limits = ComponentLimits::default;
    let outside = raises(list("(i32.const 0)", "(i32.const 0x1fffffff)"), limits()).await;
    assert!(outside.contains("out of bounds"), "{outside}");
    let crooked = raises(list("(i32.const 1)", "(i32.const 1)"), limits()).await;
    assert!(crooked.contains("not aligned"), "{crooked}");
    // A list in eight bytes a number is one of forty on the host.
    let mut few = limits();
    few.answer_bytes = 100_000;
    let long = raises(list("(i32.const 0)", "(i32.const 10000)"), few).await;
    assert!(long.contains("fuel") || long.contains("limit"), "{long}");
}

#[tokio::test]
async fn what_a_call_leaves_behind_is_not_there_for_the_next_unless_they_share_a_session() {
    let calls = "from bad.guy import *\n[fine(), fine(), fine()]";
    let mut session = session_with(doing("i32.const 0").modules()).await;
    assert_eq!(repr(session.run(calls).await.unwrap()), "[1, 1, 1]");
    let shared = doing("unreachable").instances(Instances::PerSession);
    let sandbox = crate::builder().modules(shared.modules()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run(calls).await.unwrap()), "[1, 2, 3]");
    let mut other = sandbox.session().await.unwrap();
    assert_eq!(repr(other.run(calls).await.unwrap()), "[1, 2, 3]");
    // After it has failed there is a fresh one.
    raised(session.run("do_it()").await.unwrap());
    assert_eq!(repr(session.run("fine()").await.unwrap()), "1");
    assert_eq!(repr(other.run("fine()").await.unwrap()), "4");
}

#[tokio::test]
async fn a_call_that_is_cancelled_leaves_the_component_usable() {
    let component = doing("(loop $forever (br $forever)) (i32.const 0)");
    let mut limits = ComponentLimits::default();
    limits.time = Duration::from_secs(600);
    let component = component.instances(Instances::PerSession).limits(limits);
    let mut session = session_with(component.modules()).await;
    let step = "from bad.guy import *\nfine()\ndo_it()";
    let mut step_limits = fumehood::Limits::default();
    step_limits.time = Duration::from_millis(500);
    let code = fumehood::Code::new(step).limits(step_limits);
    let exception = raised_or_limit(session.run(code).await.unwrap());
    assert!(exception.contains("time") || exception.contains("Time"), "{exception}");
    assert_eq!(repr(session.run("from bad.guy import *\nfine()").await.unwrap()), "1");
}

fn raised_or_limit(step: fumehood::Step) -> String {
    format!("{:?}", step.outcome)
}

#[tokio::test]
async fn a_component_finds_no_files_variables_or_arguments() {
    const WASI: &str = "
        package wasi:cli@0.2.6;
        interface environment {
            get-environment: func() -> list<tuple<string, string>>;
            get-arguments: func() -> list<string>;
        }
        world looking { import environment; export look; }
        interface look { variables: func() -> list<tuple<string, string>>; arguments: func() -> list<string>; }
    ";
    let module = format!(
        r#"
        (import "wasi:cli/environment@0.2.6" "get-environment" (func $variables (param i32)))
        (import "wasi:cli/environment@0.2.6" "get-arguments" (func $arguments (param i32)))
        {MEMORY}
        (func (export "wasi:cli/look@0.2.6#variables") (result i32) (call $variables (i32.const 16)) (i32.const 16))
        (func (export "wasi:cli/look@0.2.6#arguments") (result i32) (call $arguments (i32.const 16)) (i32.const 16))"#
    );
    let mut session = session_with(component("look", WASI, &module).modules()).await;
    let code = "from wasi.cli import *\nprint(variables(), arguments())";
    assert_eq!(printed(session.run(code).await.unwrap()), "[] []\n");
}

#[test]
fn a_component_that_asks_for_more_than_there_is_is_refused() {
    let wit = "package bad:guy; interface disk { erase: func(); }
        interface deeds { do-it: func(); } world bad { import disk; export deeds; }";
    let module = format!(
        r#"(import "bad:guy/disk" "erase" (func $erase)) {MEMORY}
        (func (export "bad:guy/deeds#do-it") (call $erase))"#
    );
    let refused =
        Component::new(engine(), "bad", &components::component(wit, &module)).unwrap_err();
    let ComponentError::NotGranted { import, .. } = &refused else { panic!("{refused}") };
    assert_eq!(import, "bad:guy/disk");
}

#[test]
fn what_is_no_component_is_told() {
    let refused = |bytes: &[u8]| Component::new(engine(), "x", bytes).unwrap_err().to_string();
    assert!(refused(b"hello").starts_with("`x` is no component that can be run: "));
    assert!(refused(&wat::parse_str("(module)").unwrap()).contains("it is a core module"));
    let whole = components::component(
        WIT,
        &format!(
            r#"{MEMORY} (func (export "bad:guy/deeds#do-it") (result i32) i32.const 0)
        (func (export "bad:guy/deeds#answer") (result i32) i32.const 0)
        (func (export "bad:guy/deeds#fine") (result i32) i32.const 0)"#
        ),
    );
    Component::new(engine(), "x", &whole).unwrap();
    for cut in (0..whole.len()).step_by(97) {
        // What ends between two of its sections may be a component that exports nothing.
        if let Ok(rest) = Component::new(engine(), "x", &whole[..cut]) {
            assert!(rest.modules().is_empty(), "cut at {cut}");
        }
    }
}

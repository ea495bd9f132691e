//! What calls of tools cost that run in a sandbox of their own: components, and functions of a Python file.

use anyhow::Result;
use fumehood::Sandbox;
use fumehood_tools::component::{Component, ComponentEngine, Instances};
use fumehood_tools::python::PythonTools;

use super::Bench;
use super::latency::{step, timed};

/// Adds numbers, and answers the bytes that it is given.
const COMPONENT: &str = r#"(component
    (core module $code
        (memory (export "memory") 2)
        (global $end (mut i32) (i32.const 1024))
        (func (export "allocate") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $end) (i32.const 7)) (i32.const -8)))
            (global.set $end (i32.add (local.get $at) (local.get 3)))
            (block $enough
                (loop $more
                    (br_if $enough (i32.le_u (global.get $end) (i32.mul (memory.size) (i32.const 65536))))
                    (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
                    (br $more)))
            (local.get $at))
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "echo") (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.const 16)))
    (core instance $code (instantiate $code))
    (func (export "add") (param "a" s32) (param "b" s32) (result s32)
        (canon lift (core func $code "add")))
    (func (export "echo") (param "data" (list u8)) (result (list u8))
        (canon lift (core func $code "echo") (memory $code "memory") (realloc (func $code "allocate")))))"#;

/// Bytes that go to a component and come back.
const BYTES: usize = 10_000_000;

/// Such a file.
const FILE: &str = r#"
def add(a: int, b: int) -> int:
    """Adds two numbers.

    Args:
        a: One of them.
        b: The other.
    """
    return a + b
"#;

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    components(bench).await?;
    python(bench).await
}

async fn components(bench: &mut Bench<'_>) -> Result<()> {
    const CALL: &str = "component_call_us";
    const AGAIN: &str = "component_call_of_session_us";
    const ECHO: &str = "component_echo_10mb_ms";
    if !bench.wants(&[CALL, AGAIN, ECHO]) {
        return Ok(());
    }
    let engine = ComponentEngine::new()?;
    let component = Component::new(&engine, "bench", &wat::parse_str(COMPONENT)?)?;
    let of_session = component.clone().instances(Instances::PerSession);
    for (key, what, component, code, scale, unit) in [
        (
            CALL,
            "call of a component, in an instance of its own",
            &component,
            "add(1, 2)",
            1e6,
            "µs",
        ),
        (
            AGAIN,
            "call of a component, in the session's instance",
            &of_session,
            "add(1, 2)",
            1e6,
            "µs",
        ),
        (ECHO, "10 MB of bytes to a component and back", &component, "echo(data)", 1e3, "ms"),
    ] {
        let builder = Sandbox::builder(&bench.engine).modules(component.modules());
        let mut session = bench.image.sandbox(builder)?.session().await?;
        let prepared =
            format!("from bench import add, echo\nimport time\ndata = bytes({BYTES})\n{code}");
        step(&mut session, &prepared).await?;
        let rounds = if key == ECHO { 20 } else { 300 };
        let samples = timed(&mut session, code, rounds, scale).await?;
        bench.add(key, what, unit, vec![("fumehood", samples)])?;
    }
    Ok(())
}

async fn python(bench: &mut Bench<'_>) -> Result<()> {
    const OWN: &str = "python_tool_call_us";
    const KEPT: &str = "python_tool_call_of_kept_session_us";
    if !bench.wants(&[OWN, KEPT]) {
        return Ok(());
    }
    let sandbox = bench.image.applied(Sandbox::builder(&bench.engine))?;
    let file = PythonTools::load(sandbox, "bench", FILE).await?;
    for (key, what, keep) in [
        (OWN, "call of a function of a Python file, in a session of its own", false),
        (KEPT, "the same, if all calls share a session", true),
    ] {
        let mut builder = Sandbox::builder(&bench.engine);
        for tool in file.clone().keep_state(keep).tools() {
            builder = builder.shared_tool(tool);
        }
        let mut session = bench.image.sandbox(builder)?.session().await?;
        step(&mut session, "import time\nassert add(1, 2) == 3").await?;
        let samples = timed(&mut session, "add(1, 2)", 200, 1e6).await?;
        bench.add(key, what, "µs", vec![("fumehood", samples)])?;
    }
    Ok(())
}

//! Tools: what they are in the guest, and what a call does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fumehood::{ConfigError, Sandbox, Session, function};
use serde_json::{Value, json};

use crate::{builder, printed, raised, repr};

/// A tool that answers its arguments.
fn describe() -> impl fumehood::Tool {
    let parameters = json!({
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for."},
            "limit": {"type": "integer", "minimum": 1, "default": 10, "description": "How many."},
            "kind": {"enum": ["web", "news"], "default": "web"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["query"],
    });
    function("describe", "Describes a search.", parameters, |arguments| async move {
        Ok::<_, String>(Value::Object(arguments))
    })
}

async fn session_with(tool: impl fumehood::Tool) -> Session {
    builder().tool(tool).build().unwrap().session().await.unwrap()
}

#[tokio::test]
async fn arguments_go_by_position_by_name_and_by_default() {
    let mut session = session_with(describe()).await;
    for (call, answer) in [
        ("describe('a')", "{'query': 'a', 'limit': 10, 'kind': 'web'}"),
        ("describe('a', 3)", "{'query': 'a', 'limit': 3, 'kind': 'web'}"),
        ("describe(limit=4, query='b')", "{'query': 'b', 'limit': 4, 'kind': 'web'}"),
        (
            "describe('c', tags=['x', 'y'])",
            "{'query': 'c', 'limit': 10, 'kind': 'web', 'tags': ['x', 'y']}",
        ),
        ("describe(*['d'], **{'kind': 'news'})", "{'query': 'd', 'limit': 10, 'kind': 'news'}"),
    ] {
        assert_eq!(repr(session.run(call).await.unwrap()), answer, "{call}");
    }
}

#[tokio::test]
async fn a_tool_is_a_plain_function_with_signature_hints_and_help() {
    let mut session = session_with(describe()).await;
    let code = "
import inspect, typing
print(type(describe).__name__, describe.__name__, describe.__defaults__)
print(inspect.signature(describe))
print(typing.get_type_hints(describe)['kind'])
help(describe)
";
    assert_eq!(
        printed(session.run(code).await.unwrap()),
        "function describe (10, 'web', None)
(query: str, limit: int = 10, kind: Literal['web', 'news'] = 'web', tags: list[str] | None = None)
typing.Literal['web', 'news']
Help on function describe:

describe(
    query: str,
    limit: int = 10,
    kind: typing.Literal['web', 'news'] = 'web',
    tags: list[str] | None = None
)
    Describes a search.

    Args:
        query: What to look for.
        limit: How many.

"
    );
}

#[tokio::test]
async fn a_wrong_call_fails_as_it_does_for_any_function() {
    let mut session = session_with(describe()).await;
    for (call, message) in [
        ("describe()", "describe() missing 1 required positional argument: 'query'"),
        ("describe('a', wrong=1)", "describe() got an unexpected keyword argument 'wrong'"),
        (
            "describe(1, 2, 3, 4, 5)",
            "describe() takes from 1 to 4 positional arguments but 5 were given",
        ),
    ] {
        let exception = raised(session.run(call).await.unwrap());
        assert_eq!((exception.name.as_str(), exception.message.as_str()), ("TypeError", message));
    }
}

#[tokio::test]
async fn arguments_are_checked_on_the_host_before_the_tool_runs() {
    let ran = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&ran);
    let parameters = json!({
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 1}},
        "required": ["n"],
    });
    let tool = function("count", "", parameters, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, String>(()) }
    });
    let mut session = session_with(tool).await;
    for (call, message) in [
        ("count('x')", "count: n: \"x\" is not of type \"integer\""),
        ("count(0)", "count: n: 0 is less than the minimum of 1"),
        ("count(object())", "count: argument ['n'] is a object, which has no JSON form"),
        ("count(float('nan'))", "count: argument ['n'] is nan, which JSON cannot express"),
    ] {
        let exception = raised(session.run(call).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolArgumentError", "{call}");
        assert_eq!(exception.message, message, "{call}");
        assert!(exception.mro.contains(&"TypeError".to_owned()));
    }
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    session.run("count(1)").await.unwrap();
    assert_eq!(ran.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_tools_error_is_an_exception_with_its_message_and_without_our_frames() {
    let tool = function("broken", "", json!({"type": "object"}), |_| async {
        Err::<(), _>("the city is not known")
    });
    let mut session = session_with(tool).await;
    let exception = raised(session.run("def f():\n    broken()\nf()").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolError");
    assert_eq!(
        exception.traceback,
        "Traceback (most recent call last):
  File \"<step 1>\", line 3, in <module>
    f()
    ~^^
  File \"<step 1>\", line 2, in f
    broken()
    ~~~~~~^^
fumehood.ToolError: the city is not known
"
    );
    let code = "
from fumehood import ToolError
try:
    broken()
except ToolError as error:
    print('caught', error)
";
    assert_eq!(printed(session.run(code).await.unwrap()), "caught the city is not known\n");
}

#[tokio::test]
async fn a_panic_in_a_tool_is_contained() {
    let tool = function("buggy", "", json!({"type": "object"}), |_| async {
        if true {
            panic!("secret detail");
        }
        Ok::<_, String>(())
    });
    let mut session = session_with(tool).await;
    let exception = raised(session.run("buggy()").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolError");
    assert!(!exception.traceback.contains("secret detail"));
    assert_eq!(repr(session.run("1").await.unwrap()), "1");
}

#[tokio::test]
async fn values_go_out_and_come_back() {
    let parameters = json!({"type": "object", "properties": {"value": {}}, "required": ["value"]});
    let echo = function("echo", "", parameters, |mut arguments| async move {
        Ok::<_, String>(arguments.remove("value"))
    });
    let mut session = session_with(echo).await;
    session
        .run("import numpy as np, pandas as pd, datetime, decimal, enum, dataclasses")
        .await
        .unwrap();
    session
        .run("@dataclasses.dataclass\nclass Point:\n    x: int\n    y: float\nclass Color(enum.Enum):\n    RED = 'r'")
        .await
        .unwrap();
    for (value, expected) in [
        ("None", "None"),
        ("[1, -2.5, True, 'ü', None]", "[1, -2.5, True, 'ü', None]"),
        ("{'a': {'b': [1]}}", "{'a': {'b': [1]}}"),
        ("(1, 2)", "[1, 2]"),
        ("{3, 1, 2}", "[1, 2, 3]"),
        ("{1: 'a', None: 'b'}", "{'1': 'a', 'null': 'b'}"),
        ("b'abc'", "'YWJj'"),
        ("np.float64(1.5)", "1.5"),
        ("np.arange(4).reshape(2, 2)", "[[0, 1], [2, 3]]"),
        (
            "pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})",
            "[{'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'}]",
        ),
        ("pd.Timestamp('2024-02-29')", "'2024-02-29T00:00:00'"),
        ("datetime.date(2024, 2, 29)", "'2024-02-29'"),
        ("decimal.Decimal('0.10')", "'0.10'"),
        ("Point(1, 2.5)", "{'x': 1, 'y': 2.5}"),
        ("Color.RED", "'r'"),
        ("'\\u0000\\n\\u2028'", "'\\x00\\n\\u2028'"),
        ("2**53", "9007199254740992"),
        ("np.str_('a')", "'a'"),
        ("np.float32(0.5)", "0.5"),
        ("np.longdouble(1)", "1.0"),
        ("pd.NaT", "None"),
        ("[pd.NA]", "[None]"),
        ("np.datetime64('2024-01-02T03:04:05', 'ns')", "'2024-01-02T03:04:05'"),
        ("np.array(['2024-01-02'], 'datetime64[ns]')", "['2024-01-02T00:00:00']"),
        ("type('S', (str, object), {})('sub')", "'sub'"),
    ] {
        let step = session.run(format!("echo({value})")).await.unwrap();
        let found = match step.outcome {
            fumehood::Outcome::Completed(value) => value.map_or("None".to_owned(), |v| v.repr),
            other => panic!("{value}: {other:?}"),
        };
        assert_eq!(found, expected, "{value}");
    }
}

#[tokio::test]
async fn none_is_a_value_where_the_schema_takes_it() {
    let parameters = json!({
        "type": "object",
        "properties": {
            "plain": {"type": "string"},
            "nullable": {"type": ["string", "null"]},
            "null": {"type": "null"},
            "either": {"anyOf": [{"type": "null"}, {"type": "null"}]},
            "\u{fb01}le": {},
            "point": {"enum": [[0, 0], [1, 1], {"x": 1}, 0.5]},
        },
    });
    let tool = function("odd", "", parameters, |arguments| async move {
        Ok::<_, String>(Value::Object(arguments))
    });
    let mut session = session_with(tool).await;
    assert_eq!(
        repr(session.run("odd(plain='x', nullable=None)").await.unwrap()),
        "{'plain': 'x', 'nullable': None}"
    );
}

#[tokio::test]
async fn the_tool_is_told_apart_from_a_tool_that_is_not_there() {
    let mut session = session_with(describe()).await;
    let code = "from fumehood import tools\ntools.call('nothing', {})";
    let exception = raised(session.run(code).await.unwrap());
    assert_eq!(exception.message, "there is no tool `nothing`");
}

#[tokio::test]
async fn names_that_json_allows_and_python_does_not_go_as_keywords() {
    let parameters = json!({
        "type": "object",
        "properties": {"from": {"type": "string"}, "a-b": {"type": "integer"}},
        "required": ["from"],
    });
    let tool = function("odd", "", parameters, |arguments| async move {
        Ok::<_, String>(Value::Object(arguments))
    });
    let mut session = session_with(tool).await;
    let value = repr(session.run("odd(**{'from': 'x', 'a-b': 2})").await.unwrap());
    assert_eq!(value, "{'from': 'x', 'a-b': 2}");
}

#[tokio::test]
async fn a_sandbox_with_many_tools_declares_them_all() {
    let mut builder = builder();
    for number in 0..40 {
        let properties = (0..number % 14)
            .map(|n| (format!("p{n}"), json!({"type": "integer"})))
            .collect::<serde_json::Map<_, _>>();
        let parameters = json!({"type": "object", "properties": properties});
        builder =
            builder.tool(function(format!("t{number}"), "", parameters, |arguments| async move {
                Ok::<_, String>(arguments.len())
            }));
    }
    let mut session = builder.build().unwrap().session().await.unwrap();
    assert_eq!(repr(session.run("t13(*range(13)), t39(p2=1), t0()").await.unwrap()), "(13, 1, 0)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_tools_of_many_sessions_wait_at_the_same_time() {
    let tool = function("slow", "", json!({"type": "object"}), |_| async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        Ok::<_, String>(1)
    });
    let sandbox: Sandbox = builder().tool(tool).build().unwrap();
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(sandbox.session().await.unwrap());
    }
    let started = std::time::Instant::now();
    let calls = sessions
        .into_iter()
        .map(|mut session| tokio::spawn(async move { repr(session.run("slow()").await.unwrap()) }));
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), "1");
    }
    // One after the other they would take two seconds at least.
    assert!(started.elapsed().as_millis() < 1900, "{:?}", started.elapsed());
}

#[tokio::test]
async fn two_tools_of_one_name_are_refused() {
    let error = builder().tool(describe()).tool(describe()).build().unwrap_err();
    assert!(matches!(error, ConfigError::DuplicateTool { .. }), "{error:?}");
}

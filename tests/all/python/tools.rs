//! Functions of a file as tools.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Event, Grant, Limits, ToolLabels};
use fumehood_tools::python::{PythonTools, PythonToolsError};
use serde_json::json;

use super::{refusal, session, with};
use crate::{builder, raised, repr};

const SHOP: &str = r#"
"""What a shop does."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Optional, TypedDict


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Item:
    name: str
    price: float = 1.0


class Options(TypedDict, total=False):
    wrapped: bool


def order(
    item: Item,
    count: int = 1,
    size: Size = Size.SMALL,
    how: Literal["post", "hand"] = "post",
    when: Optional[date] = None,
    options: Options = {},
    codes: tuple[int, ...] = (),
    more: dict[str, list[float]] | None = None,
    anything: Any = None,
) -> str:
    """Orders something.

    It is paid later.

    Args:
        item: What it is,
            in all detail.
        count (int): How many.
        how: The way (choices: ["post", "hand"])

    Returns:
        str: What was understood.

    Raises:
        ValueError: Never.
    """
    return f"{item!r} {count!r} {size} {how} {when!r} {options} {codes} {more} {anything!r}"


async def wait(seconds: float) -> float:
    """Sleeps."""
    import asyncio

    await asyncio.sleep(seconds)
    return seconds


def fail(why: str) -> None:
    """Fails."""
    raise ValueError(why)


def nothing() -> None:
    """Gives nothing."""


def unanswerable() -> object:
    """Gives what JSON has no form for."""
    return object()


unanswerable.__annotations__.clear()


def _helper(x):
    return x
"#;

#[tokio::test]
async fn a_function_is_told_by_its_types_and_its_docstring() {
    let tools = PythonTools::load(builder(), "shop", SHOP).await.unwrap();
    let tools = tools.tools();
    let names = tools.iter().map(|tool| tool.name()).collect::<Vec<_>>();
    assert_eq!(names, ["order", "wait", "fail", "nothing", "unanswerable"]);
    let order = &tools[0];
    assert_eq!(order.description(), "Orders something.\n\nIt is paid later.");
    let item = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
        "required": ["name"],
        "additionalProperties": false,
        "description": "What it is, in all detail.",
    });
    let options = json!({
        "type": "object",
        "properties": {"wrapped": {"type": "boolean"}},
        "required": [],
        "additionalProperties": false,
        "default": {},
    });
    let numbers = json!({"type": "array", "items": {"type": "number"}});
    assert_eq!(
        order.parameters(),
        json!({
            "type": "object",
            "properties": {
                "item": item,
                "count": {"type": "integer", "description": "How many.", "default": 1},
                "size": {"type": "string", "enum": ["small", "large"], "default": "small"},
                "how": {"type": "string", "enum": ["post", "hand"], "description": "The way", "default": "post"},
                "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                "options": options,
                "codes": {"type": "array", "items": {"type": "integer"}, "default": []},
                "more": {"anyOf": [{"type": "object", "additionalProperties": numbers}, {"type": "null"}]},
                "anything": {},
            },
            "required": ["item"],
        })
    );
    assert_eq!(
        order.returns(),
        Some(json!({"type": "string", "description": "What was understood."}))
    );
}

#[tokio::test]
async fn arguments_arrive_as_the_types_say() {
    let mut session = session(SHOP).await;
    for (code, told) in [
        (
            "order({'name': 'hat'})",
            "\"Item(name='hat', price=1.0) 1 Size.SMALL post None {} () None None\"",
        ),
        (
            "order({'name': 'hat', 'price': 2}, 3.0, 'large', 'hand', '2024-02-29', {'wrapped': True}, [1, 2], \
             {'a': [1]}, {'x': [None]})",
            "\"Item(name='hat', price=2.0) 3 Size.LARGE hand datetime.date(2024, 2, 29) {'wrapped': True} (1, 2) \
             {'a': [1.0]} {'x': [None]}\"",
        ),
        ("wait(0.01)", "0.01"),
        ("await wait.aio(0.01)", "0.01"),
        ("parallel(wait, [0.01, 0.02])", "[0.01, 0.02]"),
        ("str(nothing())", "'None'"),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for (code, told) in [
        ("order({})", "\"name\" is a required property"),
        ("order({'name': 'x'}, how='fly')", "\"fly\" is not one of"),
        ("order({'name': 'x'}, when='tomorrow')", "when: Invalid isoformat string: 'tomorrow'"),
        ("order({'name': 'x', 'colour': 1})", "'colour' was unexpected"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolArgumentError", "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[tokio::test]
async fn an_exception_is_told_with_its_place_in_the_file() {
    let mut session = session(SHOP).await;
    let exception = raised(session.run("fail('no stock')").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolError");
    let line = SHOP.lines().position(|line| line.contains("raise ValueError")).unwrap() + 1;
    let told = format!(
        "ValueError: no stock\n  File \"tools_of_test.py\", line {line}, in fail\n    raise ValueError(why)"
    );
    assert_eq!(exception.message, told);
    let exception = raised(session.run("unanswerable()").await.unwrap());
    assert!(
        exception.message.contains("what unanswerable returns cannot be given: it is a object"),
        "{}",
        exception.message
    );
    let long = raised(session.run("fail('x' * 100_000)").await.unwrap()).message;
    assert!(long.len() < 5_000, "{} bytes", long.len());
}

#[tokio::test]
async fn bytes_pictures_arrays_and_tables_go_in_and_out() {
    let mut session = session(
        r#"
import numpy as np
import pandas as pd
import PIL.Image

def turn(data: bytes) -> bytes:
    """The other way around."""
    return data[::-1]

def total(table: pd.DataFrame, weights: np.ndarray) -> dict:
    """Sums, with the table."""
    return {"sum": float((table.n * weights).sum()), "table": table.assign(twice=table.n * 2)}

def larger(picture: PIL.Image.Image | None = None) -> PIL.Image.Image:
    """Twice as large."""
    return picture.resize((picture.width * 2, picture.height * 2))
"#,
    )
    .await;
    for (code, told) in [
        ("turn(b'abc\\x00')", "b'\\x00cba'"),
        ("turn(bytes(3_000_000)) == bytes(3_000_000)", "True"),
        (
            "import pandas as pd, numpy as np, PIL.Image\n\
             out = total(pd.DataFrame({'n': [1, 2]}), np.array([0.5, 1.5]))\n\
             out['sum'], out['table'].twice.tolist()",
            "(3.5, [2, 4])",
        ),
        ("larger(PIL.Image.new('RGB', (3, 4))).size", "(6, 8)"),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    let exception = raised(session.run("larger(b'no picture')").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolArgumentError");
    assert!(exception.message.contains("picture"), "{}", exception.message);
}

#[tokio::test]
async fn what_cannot_be_a_tool_is_refused_with_the_reason() {
    for (source, told) in [
        ("x = 1", "has no function that could be a tool"),
        ("def f(x: int): pass", "f has no docstring"),
        ("def f(x): 'f'", "the parameter 'x' of f has no type"),
        ("def f(*x: int): 'f'", "stands for any number of arguments"),
        ("def f(**x: int): 'f'", "stands for any number of arguments"),
        ("def f(x: int, /): 'f'", "has no name for those who call"),
        ("def f(x: complex): 'f'", "is of the type complex, which has no form outside of Python"),
        ("def f(x: dict[int, str]): 'f'", "in JSON they are texts"),
        ("def f(x: bytes | str): 'f'", "text or bytes"),
        ("def f(x: 'Nowhere'): 'f'", "name 'Nowhere' is not defined"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass A:\n    a: 'list[A]'\ndef f(x: A): 'f'",
            "nested too deeply, or in itself",
        ),
        ("def f(: pass", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import requests_nowhere", "No module named 'requests_nowhere'"),
        ("while True: pass", "limit of"),
    ] {
        let limits = Limits::default().with_fuel(5_000_000_000);
        let loaded = PythonTools::load(builder().limits(limits), "wrong", source).await;
        let error = loaded.unwrap_err().to_string();
        assert!(error.contains(told), "{source}: {error}");
    }
    for name in ["", "a-b", "a/b", "class", "__x", "a'); evil('"] {
        let loaded = PythonTools::load(builder(), name, SHOP).await;
        assert!(matches!(loaded, Err(PythonToolsError::Name { .. })), "{name:?}");
    }
}

#[tokio::test]
async fn which_functions_are_tools_the_file_can_say() {
    async fn names(source: &str) -> Vec<String> {
        let tools = PythonTools::load(builder(), "chosen", source).await.unwrap();
        tools.tools().iter().map(|tool| tool.name().to_owned()).collect()
    }
    let functions = "def a() -> None: 'a'\ndef b() -> None: 'b'\ndef c(x): return x\n";
    assert_eq!(names(&format!("__all__ = ['b']\n{functions}")).await, ["b"]);
    let marked = format!("from smolagents import tool\n{functions}tool(a)");
    assert_eq!(names(&marked).await, ["a"]);
    assert!(refusal(functions).await.contains("c has no docstring"));
    // What is imported is no tool of the file.
    assert_eq!(names("from json import dumps\ndef a() -> None: 'a'").await, ["a"]);
}

#[tokio::test]
async fn a_class_that_was_written_for_smolagents_is_a_tool() {
    let mut session = session(
        r#"
from typing import Any, Optional
from smolagents.tools import Tool

class CatalogueTool(Tool):
    name = "catalogue"
    description = "Looks something up."
    inputs = {
        "article": {"type": "string", "description": "Its name."},
        "many": {"type": "integer", "description": "How many.", "nullable": True},
    }
    output_type = "array"

    def __init__(self, prefix="a ", **kwargs):
        super().__init__()
        self.prefix = prefix

    def setup(self):
        self.ready = "ready"
        self.is_initialized = True

    def forward(self, article: str, many: Optional[int] = 1) -> list:
        return [self.prefix + article + " " + self.ready] * (many or 1)
"#,
    )
    .await;
    for (code, told) in [
        ("catalogue('hat')", "['a hat ready']"),
        ("catalogue('hat', many=2)", "['a hat ready', 'a hat ready']"),
        ("catalogue.__doc__.splitlines()[0]", "'Looks something up.'"),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
}

const COUNTER: &str = r#"
seen = []

def note(text: str) -> int:
    """Notes something."""
    seen.append(text)
    open("/tmp/notes", "a").write(text)
    return len(open("/tmp/notes").read())

def loop() -> None:
    """Never ends."""
    while True: pass

def swallow() -> None:
    """Never ends, whatever it is told."""
    while True:
        try:
            while True: pass
        except BaseException: pass
"#;

#[tokio::test]
async fn each_call_begins_as_the_file_left_it_unless_state_is_kept() {
    let tools = PythonTools::load(builder(), "counter", COUNTER).await.unwrap();
    let mut session = with(builder(), &tools).session().await.unwrap();
    assert_eq!(repr(session.run("note('ab'), note('ab')").await.unwrap()), "(2, 2)");

    let mut session = with(builder(), &tools.keep_state(true)).session().await.unwrap();
    assert_eq!(repr(session.run("note('ab'), note('ab')").await.unwrap()), "(2, 4)");
    assert_eq!(repr(session.run("sorted(parallel(note, 'xyz'))").await.unwrap()), "[5, 6, 7]");
}

#[tokio::test]
async fn a_function_that_does_not_end_is_an_error_and_leaves_what_was_kept() {
    let limits = Limits::default().with_fuel(2_000_000_000);
    let tools = PythonTools::load(builder().limits(limits), "counter", COUNTER).await.unwrap();
    let mut session = with(builder(), &tools.keep_state(true)).session().await.unwrap();
    assert_eq!(repr(session.run("note('ab')").await.unwrap()), "2");
    for code in ["loop()", "swallow()"] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError");
        assert_eq!(
            exception.message,
            "it was stopped: the call's fuel limit of 2000000000 was reached"
        );
    }
    assert_eq!(repr(session.run("note('ab')").await.unwrap()), "4");
}

#[tokio::test]
async fn a_call_ends_with_the_step_that_waits_for_it() {
    let hours = Limits::default().with_time(Duration::from_secs(10_000)).with_fuel(u64::MAX);
    let tools = PythonTools::load(builder().limits(hours), "counter", COUNTER).await.unwrap();
    let mut session = with(builder(), &tools.keep_state(true)).session().await.unwrap();
    let limits = Limits::default().with_time(Duration::from_millis(500));
    let step = session.run(Code::new("swallow()").limits(limits)).await.unwrap();
    assert!(!step.outcome.is_success());
    // Otherwise this would wait for the session for hours.
    assert_eq!(repr(session.run("note('ab')").await.unwrap()), "2");
}

#[tokio::test]
async fn a_file_reaches_what_its_sandbox_was_granted_and_nothing_of_its_callers() {
    const READER: &str = r#"
import os

def look(path: str) -> list:
    """What is in a folder."""
    return sorted(os.listdir(path))

def write(path: str) -> None:
    """Writes."""
    open(path, "w").write("x")
"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "a").unwrap();
    let open = || Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let granted = builder().grant(Grant::read_only(open(), "/data"));
    let tools = PythonTools::load(granted, "reader", READER).await.unwrap();
    assert_eq!(tools.tools()[0].labels(), ToolLabels::default());
    let private = tools.clone().labels(ToolLabels::READS_PRIVATE);
    assert_eq!(private.tools()[0].labels(), ToolLabels::READS_PRIVATE);

    let mut session = with(builder(), &tools).session().await.unwrap();
    session.run("open('/work/secret', 'w').write('s')").await.unwrap();
    assert_eq!(repr(session.run("look('/data'), look('/work')").await.unwrap()), "(['a.txt'], [])");
    for (code, told) in [
        ("write('/data/b.txt')", "Operation not permitted"),
        ("look('/etc')", "FileNotFoundError"),
        ("look('/data/..')", "Error"),
    ] {
        let message = raised(session.run(code).await.unwrap()).message;
        assert!(message.contains(told), "{code}: {message}");
    }
}

/// The file says of itself what it likes, and answers what it likes.
#[tokio::test]
async fn a_file_that_changes_what_calls_it_harms_itself_alone() {
    for (attack, told) in [
        ("functions.described = lambda: [{'name': 'a b'}]", "cannot be read"),
        (
            "functions.described = lambda: [{'name': 'a b', 'description': '', 'parameters': {}, 'returns': None}]",
            "cannot be the name of a tool",
        ),
        (
            "one = {'name': 'a', 'description': '', 'parameters': {}, 'returns': None}\n\
             functions.described = lambda: [one] * 5000",
            "more than 1000 tools",
        ),
        ("functions.described = lambda: object()", "does not say which tools it has"),
        ("functions.described = lambda: [[[[]]]] * 9", "cannot be read"),
        (
            "def _stop():\n    while True: pass\nfunctions.described = _stop",
            "does not say which tools it has",
        ),
    ] {
        let source = format!(
            "import sys\nfunctions = sys.modules['fumehood.functions']\ndef f() -> None: 'f'\n{attack}"
        );
        let limits = Limits::default().with_fuel(5_000_000_000);
        let loaded = PythonTools::load(builder().limits(limits), "hostile", &source).await;
        let error = loaded.unwrap_err().to_string();
        assert!(error.contains(told), "{attack}: {error}");
    }

    let mut session = session(
        r#"
import os, sys
from fumehood import tools

def twice() -> int:
    """Answers twice, and takes what it was called with twice."""
    tools.call("_answer", {"value": 1})
    try:
        tools.call("_arguments", {})
    except tools.ToolError as error:
        return str(error)

def leave() -> None:
    """Ends its interpreter."""
    os._exit(3)

def answerless() -> None:
    """Has no answer."""
    sys.modules["fumehood.functions"].tools.call = lambda *given: None

def final() -> None:
    """Ends the step."""
    tools.call("final_answer", {"answer": 1})

def limited() -> None:
    """Says that a limit was reached."""
    import fumehood
    raise fumehood.limits.TimeLimitExceeded("no limit")
"#,
    )
    .await;
    assert_eq!(repr(session.run("twice()").await.unwrap()), "'the arguments were taken already'");
    for (code, told) in [
        ("leave()", "the interpreter aborted"),
        ("answerless()", "it ended without an answer"),
        ("final()", ""),
        ("limited()", ""),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError", "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
    assert_eq!(repr(session.run("1 + 1").await.unwrap()), "2");
}

#[tokio::test]
async fn what_a_function_prints_is_its_progress() {
    let source = "def work() -> int:\n    'Works.'\n    print('half of it')\n    return 1";
    let mut session = session(source).await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let listener = move |event: Event<'_>| {
        if let Event::ToolProgress { tool, message, .. } = event {
            hearing.lock().unwrap().push(format!("{tool}: {message}"));
        }
    };
    session.run(Code::new("work()").listener(Arc::new(listener))).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), ["work: half of it"]);
}

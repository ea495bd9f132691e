//! All that a guest can say to the host's imports during a step, in any order.
#![no_main]

use std::sync::{Arc, Mutex};

use arbitrary::Arbitrary;
use fumehood::fuzzing::{Content, File, Step, ToolImports as _};
use fumehood::{
    Answer, Attachment, Event, FUEL_GRACE_LEAST, FinalAnswer, Limits, Stream, Tool, ToolInput,
    ToolOutput,
};
use fumehood_fuzz::{block_on, depth};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
struct Input {
    output_bytes: u8,
    tool_calls: u8,
    request_bytes: u16,
    answer_bytes: u16,
    attached_bytes: u16,
    calls_at_once: u8,
    nesting: u8,
    fuel: u32,
    calls: Vec<Call>,
}

#[derive(Arbitrary, Debug)]
enum Call {
    Tool(Name, Arguments, Attached),
    Begin(Name, Arguments, Attached),
    /// At most a millisecond.
    Wait(u16),
    Take(u8),
    Content(u8, u32),
    Abandon(u8),
    Give(Option<String>, String, Given),
    Interruption,
    Refuel(i64),
    Settle(i64),
    Print(bool, Vec<u8>),
}

/// What an answer is said to be.
#[derive(Arbitrary, Clone, Debug)]
enum Given {
    Plain,
    Image(Vec<u8>),
    Png(Vec<u8>),
    Table(String),
    /// The columns and the rows of a table, as JSON.
    Parts(String, String),
    File(String, Vec<u8>),
}

impl Given {
    fn content(self) -> Content {
        match self {
            Given::Plain => Content::Plain,
            Given::Image(bytes) => Content::Image(bytes),
            Given::Png(bytes) => Content::Image([b"\x89PNG\r\n\x1a\n", bytes.as_slice()].concat()),
            Given::Table(text) => Content::Table(text),
            Given::Parts(columns, rows) => {
                Content::Table(format!("{{\"columns\": {columns}, \"rows\": {rows}}}"))
            }
            Given::File(name, contents) => Content::File(File { name, contents }),
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Name {
    Echo,
    Fail,
    Long,
    /// Answers bytes.
    Bytes,
    /// Takes bytes, and answers them.
    Back,
    Other(String),
}

impl Name {
    fn text(self) -> String {
        match self {
            Name::Echo => "echo".to_owned(),
            Name::Fail => "fail".to_owned(),
            Name::Long => "long".to_owned(),
            Name::Bytes => "bytes".to_owned(),
            Name::Back => "back".to_owned(),
            Name::Other(name) => name,
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Arguments {
    Text(String),
    /// The one argument that there is, as JSON.
    Value(String),
    Nested(u8),
    None,
}

impl Arguments {
    fn text(self) -> String {
        match self {
            Arguments::Text(text) => text,
            Arguments::Value(value) => format!(r#"{{"value": {value}}}"#),
            Arguments::Nested(depth) => {
                let depth = usize::from(depth);
                format!(r#"{{"value": {}{}}}"#, "[".repeat(depth), "]".repeat(depth))
            }
            Arguments::None => "{}".to_owned(),
        }
    }
}

/// What goes with a call.
#[derive(Arbitrary, Debug)]
enum Attached {
    Nothing,
    /// Bytes that the argument is said to be.
    Value(Vec<u8>),
    Other(String, Vec<u8>),
}

impl Attached {
    fn parts(self) -> (String, Vec<u8>) {
        match self {
            Attached::Nothing => (String::new(), Vec::new()),
            Attached::Value(bytes) => {
                let said = json!([["/value", "application/octet-stream", bytes.len()]]);
                (said.to_string(), bytes)
            }
            Attached::Other(said, bytes) => (said, bytes),
        }
    }
}

/// What the guest raises when a call fails.
const FAILURES: [&str; 5] = [
    "ToolError: ",
    "ToolArgumentError: ",
    "ToolCallLimitExceeded: ",
    "OutputLimitExceeded: ",
    "FuelLimitExceeded: ",
];

/// Bytes that the tool `bytes` answers.
const BYTES: &[u8] = &[7; 300];

fn tools(seen: &Arc<Mutex<Vec<Value>>>) -> [Arc<dyn Tool>; 5] {
    let schema = json!({"type": "object", "properties": {"value": {}}, "required": ["value"]});
    let seen = Arc::clone(seen);
    let echo = move |arguments: fumehood::Arguments| {
        seen.lock().unwrap().push(Value::Object(arguments.clone()));
        async move { Ok::<_, String>(arguments["value"].clone()) }
    };
    let none = json!({"type": "object"});
    let fail = |_| async { Err::<Value, _>("it fails") };
    let long = |_| async { Ok::<_, String>("x".repeat(1000)) };
    let bytes = |_| async { Ok(ToolOutput::bytes(Attachment::BYTES, BYTES)) };
    let takes_bytes = json!({
        "type": "object",
        "properties": {"value": {"type": "string", "contentMediaType": Attachment::BYTES}},
        "required": ["value"],
    });
    let back = |input: ToolInput| async move {
        let [attachment] = input.attachments.as_slice() else { return Ok(Value::Null.into()) };
        assert_eq!(attachment.at, "/value");
        Ok(ToolOutput::bytes(Attachment::BYTES, attachment.bytes.clone()))
    };
    [
        Arc::new(fumehood::function("echo", "", schema, echo)),
        Arc::new(fumehood::function("fail", "", none.clone(), fail)),
        Arc::new(fumehood::function("long", "", none.clone(), long)),
        Arc::new(fumehood::function_of_input("bytes", "", none, bytes)),
        Arc::new(fumehood::function_of_input("back", "", takes_bytes, back)),
    ]
}

fuzz_target!(|input: Input| block_on(run(input)));

async fn run(input: Input) {
    let fuel = u64::from(input.fuel).max(1_000_000);
    let limits = Limits::default()
        .with_output_bytes(input.output_bytes.into())
        .with_tool_calls(input.tool_calls.into())
        .with_request_bytes(input.request_bytes.into())
        .with_answer_bytes(input.answer_bytes.into())
        .with_attached_bytes(input.attached_bytes.into())
        .with_calls_at_once(input.calls_at_once.max(1).into())
        .with_nesting(input.nesting.into())
        .with_fuel(fuel);
    let total = fuel + (fuel / 10).max(FUEL_GRACE_LEAST);
    let seen = Arc::default();
    let told = Arc::new(Mutex::new((Vec::new(), Vec::new())));
    let listener = {
        let told = Arc::clone(&told);
        move |event: Event<'_>| {
            if let Event::Output { stream, bytes } = event {
                let (stdout, stderr) = &mut *told.lock().unwrap();
                if stream == Stream::Stdout { stdout } else { stderr }.extend_from_slice(bytes);
            }
        }
    };
    let mut step = Step::begin(limits, tools(&seen), Some(Arc::new(listener))).unwrap();

    let (mut calls, mut granted, mut printed) = (0, 0_u128, 0);
    let mut given = None;
    let mut interrupted = false;
    let (mut begun_calls, mut counted_at_most) = (Vec::new(), 0);
    // Bytes that go with the last answer and were not asked for yet.
    let mut there = 0;
    for call in input.calls {
        match call {
            Call::Tool(name, arguments, attached) => {
                let echoes = matches!(name, Name::Echo);
                let (name, arguments) = (name.text(), arguments.text());
                let (said, contents) = attached.parts();
                let sent = contents.len();
                let before = seen.lock().unwrap().len();
                let result = step.tools().call(name, arguments.clone(), said, contents).await;
                calls += 1;
                interrupted |= calls > u64::from(input.tool_calls);
                let seen = seen.lock().unwrap();
                let ran = seen.len() > before;
                if ran {
                    assert!(calls <= input.tool_calls.into(), "a call past the limit");
                    assert!(arguments.len() <= input.request_bytes.into());
                    assert!(sent <= input.attached_bytes.into());
                    let parsed = serde_json::from_str::<Value>(&arguments).unwrap();
                    assert!(depth(&parsed) <= input.nesting.into());
                    assert!(parsed.as_object().unwrap().keys().eq(["value"]));
                }
                match result {
                    Ok(answer) => {
                        let (answer, attached) = parts(&answer);
                        assert!(answer.len() <= input.answer_bytes.into());
                        assert!(attached <= input.attached_bytes.into());
                        let answer = serde_json::from_str::<Value>(answer).unwrap();
                        assert!(!ran || attached > 0 || answer == seen[before]["value"]);
                        assert!(!echoes || ran);
                        there = attached;
                    }
                    Err(failure) => known(&failure),
                }
            }
            Call::Begin(name, arguments, attached) => {
                let (said, contents) = attached.parts();
                let begun = step.tools().begin(name.text(), arguments.text(), said, contents).await;
                // One that cannot be begun beside others is not counted.
                counted_at_most += 1;
                interrupted |= calls + counted_at_most > u64::from(input.tool_calls);
                match begun {
                    Ok(number) => begun_calls.push(number),
                    Err(failure) => known(&failure),
                }
            }
            Call::Wait(time) => {
                let done = step.tools().wait((i64::from(time) * 1000).min(1_000_000)).await;
                assert!(done.iter().all(|number| begun_calls.contains(number)));
            }
            Call::Take(which) => {
                let number = begun_calls.get(usize::from(which)).copied().unwrap_or(u32::MAX);
                match step.tools().take(number).unwrap() {
                    Ok(answer) => there = parts(&answer).1,
                    Err(failure) => known(&failure),
                }
            }
            Call::Content(position, most) => {
                let piece = step.tools().content(position.into(), most).unwrap();
                assert!(piece.len() <= most as usize && piece.len() <= there);
                there -= piece.len();
            }
            Call::Abandon(which) => {
                let number = begun_calls.get(usize::from(which)).copied().unwrap_or(u32::MAX);
                step.tools().abandon(number).unwrap();
            }
            Call::Give(json, text, content) => {
                step.give(json.clone(), text.clone(), content.clone().content()).unwrap();
                given.get_or_insert((json, text, content));
            }
            Call::Interruption => {
                let told = step.interruption().unwrap();
                let reached = printed > usize::from(input.output_bytes);
                assert!(told.is_empty() || interrupted || reached, "{told}");
            }
            Call::Refuel(left) => match step.refuel(left).await {
                Ok(has) => {
                    let portion = i128::from(has) - i128::from(left);
                    // It may have said that it has all there is.
                    assert!(portion > 0 || has == i64::MAX);
                    granted += portion as u128;
                    interrupted |= granted > fuel.into();
                    assert!(granted <= total.into());
                }
                Err(error) => {
                    let trap = error.downcast_ref::<wasmtime::Trap>();
                    assert_eq!(trap, Some(&wasmtime::Trap::OutOfFuel));
                }
            },
            Call::Settle(left) => step.settle(left).unwrap(),
            Call::Print(stderr, bytes) => {
                printed += bytes.len();
                let stream = if stderr { Stream::Stderr } else { Stream::Stdout };
                step.print(stream, bytes);
            }
        }
    }

    let left = step.end();
    assert!((calls..=calls + counted_at_most).contains(&left.tool_calls));
    let (output, all) = left.output;
    let (stdout, stderr) = &*told.lock().unwrap();
    let room = usize::from(input.output_bytes);
    assert_eq!(stdout.len() + stderr.len(), printed.min(room));
    assert_eq!((output.cut_bytes, all), (printed.saturating_sub(room) as u64, printed as u64));
    assert_eq!(output.stdout, String::from_utf8_lossy(stdout));
    assert_eq!(output.stderr, String::from_utf8_lossy(stderr));
    match (left.answer, given) {
        (None, None) => {}
        (Some(answer), Some((json, text, content))) => {
            assert_eq!(answer.text, text);
            check(&answer, &content);
            if let Some(raw) = answer.json {
                assert!(json.unwrap().contains(raw.get()));
                assert!(!raw.get().contains(['\n', '\r']));
            }
        }
        (left, given) => panic!("{given:?} became {left:?}"),
    }
}

/// The JSON of an answer, and the bytes that are said to go with it.
fn parts(answer: &[u8]) -> (&str, usize) {
    let Some((0, rest)) = answer.split_first() else {
        return (std::str::from_utf8(answer).unwrap(), 0);
    };
    let length = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize;
    let (json, said) = rest[8..].split_at(length(0));
    assert_eq!(said.len(), length(4));
    let said = serde_json::from_slice::<Vec<(String, String, usize)>>(said).unwrap();
    (std::str::from_utf8(json).unwrap(), said.iter().map(|(_, _, length)| length).sum())
}

/// A failure names a class that the guest raises.
fn known(failure: &str) {
    assert!(FAILURES.iter().any(|name| failure.starts_with(name)), "{failure:?}");
}

/// An answer is what it was said to be, if it is that.
fn check(answer: &FinalAnswer, given: &Given) {
    match &answer.content {
        Answer::Text | Answer::Json => {}
        Answer::Image { bytes, .. } => match given {
            Given::Image(given) => assert_eq!(bytes, given),
            Given::Png(given) => assert!(bytes.ends_with(given)),
            given => panic!("{given:?} became a picture"),
        },
        Answer::Table { columns, rows } => {
            assert!(matches!(given, Given::Table(_) | Given::Parts(..)), "{given:?}");
            let rows = serde_json::from_str::<Vec<Vec<Value>>>(rows.get()).unwrap();
            assert!(rows.iter().all(|row| row.len() == columns.len()));
        }
        Answer::File { name, bytes } => {
            let Given::File(given, contents) = given else { panic!("{given:?} became a file") };
            assert_eq!((name, bytes), (given, contents));
            assert!(!name.is_empty() && !name.contains(['/', '\\', '\0', '\n']));
        }
        other => panic!("{other:?} is new"),
    }
}

//! Arguments of tool calls against schemas of every kind: whatever they are, checking them ends, does not
//! panic, and lets nothing pass that the schema does not allow.
#![no_main]

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use fumehood::fuzzing::{Step, ToolImports as _};
use fumehood::{Arguments, Limits, Tool};
use fumehood_fuzz::block_on;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fn schemas() -> Vec<Value> {
    let of = |properties: Value| json!({"type": "object", "properties": properties});
    let draft_7 = |properties: Value| {
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": properties,
        })
    };
    vec![
        of(json!({"n": {"type": "integer", "minimum": 1, "maximum": 9}})),
        of(json!({"s": {"type": "string", "minLength": 2, "maxLength": 4}})),
        of(json!({"x": {"type": "number", "multipleOf": 0.01, "exclusiveMaximum": 1e300}})),
        of(
            json!({"x": {"multipleOf": 1e-300}, "y": {"multipleOf": 1e300}, "z": {"multipleOf": 3}}),
        ),
        of(json!({"a": {
            "type": "array", "uniqueItems": true, "maxItems": 20,
            "contains": {"type": "integer"}, "minContains": 1, "maxContains": 3,
        }})),
        of(json!({"p": {"pattern": "^(a+)+$"}, "q": {"pattern": "(?=é).*\\p{L}{2,5}"}})),
        of(json!({"e": {"enum": [1, 1.0, "1", null, [1], {"a": 1e0}]}, "c": {"const": -0.0}})),
        json!({
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/tree"}},
            "$defs": {"tree": {
                "type": ["object", "null"],
                "properties": {"left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}},
                "additionalProperties": false,
            }},
        }),
        of(json!({"u": {
            "oneOf": [{"type": "string"}, {"minimum": 3}, {"not": {"type": "array"}}],
            "anyOf": [{"maxLength": 3}, {"maximum": 7}],
            "if": {"type": "string"}, "then": {"minLength": 1}, "else": {"multipleOf": 2},
        }})),
        json!({
            "type": "object",
            "patternProperties": {"^[a-f]+$": {"type": "boolean"}},
            "propertyNames": {"maxLength": 3},
            "dependentRequired": {"a": ["b"]},
            "minProperties": 1, "maxProperties": 4,
            "unevaluatedProperties": false,
        }),
        draft_7(json!({
            "date": {"format": "date"}, "time": {"format": "time"}, "both": {"format": "date-time"},
            "duration": {"format": "duration"}, "email": {"format": "email"},
            "host": {"format": "hostname"}, "idn": {"format": "idn-hostname"},
        })),
        draft_7(json!({
            "v4": {"format": "ipv4"}, "v6": {"format": "ipv6"}, "uri": {"format": "uri"},
            "iri": {"format": "iri-reference"}, "template": {"format": "uri-template"},
            "pointer": {"format": "json-pointer"}, "regex": {"format": "regex"},
            "uuid": {"format": "uuid"}, "relative": {"format": "relative-json-pointer"},
        })),
    ]
}

thread_local! {
    static STEP: RefCell<Step> = RefCell::new(step());
    static RAN: Cell<bool> = const { Cell::new(false) };
}

/// A host with a tool for each schema.
fn step() -> Step {
    let tools = schemas().into_iter().enumerate().map(|(position, schema)| {
        let run = move |arguments: Arguments| {
            RAN.set(true);
            check(position, &arguments);
            async move { Ok::<_, String>(arguments) }
        };
        Arc::new(fumehood::function(format!("f{position}"), "", schema, run)) as Arc<dyn Tool>
    });
    let limits = Limits::default().with_tool_calls(u64::MAX);
    Step::begin(limits, tools, None).unwrap()
}

/// What must hold of arguments that passed, said without a schema.
fn check(position: usize, arguments: &Arguments) {
    let known: &[&str] = match position {
        0 => &["n"],
        1 => &["s"],
        2 => &["x"],
        7 => &["tree"],
        _ => return,
    };
    assert!(arguments.keys().all(|name| known.contains(&name.as_str())), "{arguments:?}");
    match (position, arguments.get(known[0])) {
        (0, Some(n)) => assert!(n.as_f64().is_some_and(|n| (1.0..=9.0).contains(&n)), "{n}"),
        (1, Some(s)) => {
            assert!((2..=4).contains(&s.as_str().unwrap().chars().count()), "{s}");
        }
        (2, Some(x)) => assert!(x.as_f64().unwrap() < 1e300, "{x}"),
        (7, Some(tree)) => is_tree(tree),
        _ => {}
    }
}

fn is_tree(value: &Value) {
    if let Some(fields) = value.as_object() {
        for (name, value) in fields {
            assert!(name == "left" || name == "right");
            is_tree(value);
        }
    } else {
        assert!(value.is_null());
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((tool, text)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let tool = usize::from(*tool) % 12;
    RAN.set(false);
    let result = STEP.with_borrow_mut(|step| {
        block_on(step.tools().call(format!("f{tool}"), text.to_owned(), String::new(), Vec::new()))
    });
    match result {
        Ok(answer) => {
            assert!(RAN.get());
            let sent = serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), sent);
        }
        Err(told) => {
            assert!(!RAN.get());
            assert!(told.starts_with("ToolArgumentError: "), "{told}");
            // Five reasons at most, each with a place in the arguments and a part of them.
            assert!(told.len() <= 20 * text.len() + 8192, "{} bytes", told.len());
        }
    }
});

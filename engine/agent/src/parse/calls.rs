//! Calls of tools that a model has written as text, because it has no other way or has forgotten that it has.

use serde_json::{Map, Value};

/// What a call's tool and its arguments are called: by OpenAI and most who learned from it, and by some others.
const NAMES: [&str; 3] = ["name", "tool", "tool_name"];
const ARGUMENTS: [&str; 4] = ["arguments", "parameters", "args", "input"];

/// The calls in a text: objects of JSON with a name and arguments, one after another, in lists or among words.
///
/// The error is what the model is told.
pub(crate) fn tool_calls_of_text(text: &str) -> Result<Vec<(String, Value)>, String> {
    let mut calls = Vec::new();
    let mut problem = None;
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '[']) {
        at += found;
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                at += values.byte_offset();
                if let Err(told) = take(value, &mut calls) {
                    problem = problem.or(Some(told));
                }
            }
            other => {
                let is_object = text[at..].starts_with('{');
                if let (Some(Err(error)), true) = (other, is_object) {
                    problem = problem
                        .or_else(|| Some(format!("The JSON in your reply is not valid: {error}.")));
                }
                at += 1;
            }
        }
    }
    if !calls.is_empty() {
        return Ok(calls);
    }
    let problem = problem.unwrap_or_else(|| "There is no call of a tool in your reply.".to_owned());
    Err(format!(
        "{problem}\nTo call a tool, write: {{\"name\": \"the tool\", \"arguments\": {{\"the parameter\": \"the value\"}}}}"
    ))
}

/// Takes the calls that a value is.
fn take(value: Value, calls: &mut Vec<(String, Value)>) -> Result<(), String> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| take(value, calls)),
        Value::Object(mut object) => {
            // As OpenAI has it: {"type": "function", "function": {"name": …}}.
            if let Some(Value::Object(function)) = object.get_mut("function") {
                object = std::mem::take(function);
            }
            let Some(Value::String(name)) = first(&mut object, &NAMES) else {
                let keys = object.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Err(format!("A call needs a \"name\". This has: {keys}."));
            };
            calls.push((name, arguments(first(&mut object, &ARGUMENTS))));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn first(object: &mut Map<String, Value>, keys: &[&str]) -> Option<Value> {
    keys.iter().find_map(|key| object.shift_remove(*key))
}

/// The arguments, which may be JSON in a text.
fn arguments(value: Option<Value>) -> Value {
    match value {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Some(Value::Null) | None => Value::Object(Map::new()),
        Some(value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Value)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        assert_eq!(tool_calls_of_text(text), Ok(expected.collect()));
    }

    #[test]
    fn calls_are_found_however_they_are_written() {
        let one = [("f", json!({"x": 1}))];
        check(r#"{"name": "f", "arguments": {"x": 1}}"#, &one);
        check(
            "I call {f}:\n```json\n{\"name\": \"f\", \"arguments\": \"{\\\"x\\\": 1}\"}\n```",
            &one,
        );
        check(r#"<tool_call>{"tool": "f", "parameters": {"x": 1}}</tool_call>"#, &one);
        check(r#"[{"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}]"#, &one);
        check(r#"{"name": "f"}"#, &[("f", json!({}))]);
        let two = [("f", json!({"x": 1})), ("g", json!({}))];
        check(r#"[{"name": "f", "arguments": {"x": 1}}, {"name": "g", "arguments": null}]"#, &two);
        check("{\"name\": \"f\", \"arguments\": {\"x\": 1}}\nand {\"name\": \"g\"}", &two);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, told) in [
            ("No.", "There is no call of a tool in your reply."),
            ("[1, 2]", "There is no call of a tool in your reply."),
            ("{\"name\": \"f\", }", "not valid: trailing comma"),
            ("{\"x\": 1, \"y\": 2}", "needs a \"name\". This has: x, y."),
        ] {
            let error = tool_calls_of_text(text).unwrap_err();
            assert!(error.contains(told) && error.contains("To call a tool, write"), "{error}");
        }
    }

    #[test]
    fn brackets_without_end_are_read_in_no_time() {
        for text in ["{", "[", "{\"a\":[", "[\"[", "{\"a"] {
            assert!(tool_calls_of_text(&text.repeat(50_000)).is_err());
        }
    }
}

//! What `tracing` cannot say in a field: lists, and messages as OpenInference has them, an attribute for each part.

use fumehood_model::semconv;
use opentelemetry::{Array, KeyValue, StringValue, Value as Attribute};
use serde_json::Value;

/// Gives a span the attributes that its fields stand for.
pub(super) fn shape(attributes: &mut Vec<KeyValue>) {
    let mut more = Vec::new();
    for attribute in attributes.iter_mut() {
        let name = attribute.key.as_str();
        let messages = match name {
            semconv::INPUT_MESSAGES => Some("llm.input_messages"),
            semconv::OUTPUT_MESSAGES => Some("llm.output_messages"),
            _ => None,
        };
        if messages.is_none() && !semconv::LISTS.contains(&name) {
            continue;
        }
        let Ok(Value::Array(items)) = serde_json::from_str(&attribute.value.as_str()) else {
            continue;
        };
        match messages {
            Some(messages) => more.extend(flat(messages, &items)),
            None => {
                let texts = items.iter().filter_map(Value::as_str);
                let texts = texts.map(|text| StringValue::from(text.to_owned())).collect();
                attribute.value = Attribute::Array(Array::String(texts));
            }
        }
    }
    attributes.extend(more);
}

/// Messages as attributes.
fn flat(name: &str, messages: &[Value]) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    for (position, message) in messages.iter().enumerate() {
        let mut say = |what: &str, text: Option<&str>| {
            if let Some(text) = text {
                let key = format!("{name}.{position}.message.{what}");
                attributes.push(KeyValue::new(key, text.to_owned()));
            }
        };
        say("role", message["role"].as_str());
        let parts = message["parts"].as_array().map_or(&[][..], Vec::as_slice);
        let mut text = String::new();
        let mut calls = 0;
        for part in parts {
            match part["type"].as_str() {
                Some("text") => text.push_str(part["content"].as_str().unwrap_or_default()),
                Some("tool_call_response") => {
                    say("tool_call_id", part["id"].as_str());
                    text.push_str(part["response"].as_str().unwrap_or_default());
                }
                Some("tool_call") => {
                    let call = format!("tool_calls.{calls}.tool_call");
                    say(&format!("{call}.id"), part["id"].as_str());
                    say(&format!("{call}.function.name"), part["name"].as_str());
                    let arguments = part["arguments"].to_string();
                    say(&format!("{call}.function.arguments"), Some(&arguments));
                    calls += 1;
                }
                _ => {}
            }
        }
        say("content", (!text.is_empty()).then_some(&text));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_lists_and_messages_have_an_attribute_for_each_part() {
        let messages = json!([
            {"role": "user", "parts": [{"type": "text", "content": "What is 2 + 2?"}]},
            {"role": "assistant", "parts": [
                {"type": "text", "content": "I add."},
                {"type": "tool_call", "id": "c1", "name": "add", "arguments": {"a": 2}},
            ]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "4"}]},
        ]);
        let mut attributes = vec![
            KeyValue::new(semconv::FINISH_REASONS, "[\"stop\"]"),
            KeyValue::new(semconv::INPUT_MESSAGES, messages.to_string()),
            KeyValue::new(semconv::OUTPUT_MESSAGES, "no messages"),
        ];
        shape(&mut attributes);
        let found = |name: &str| {
            attributes
                .iter()
                .find(|attribute| attribute.key.as_str() == name)
                .map(|found| &found.value)
        };
        let stop = Attribute::Array(Array::String(vec![StringValue::from("stop")]));
        assert_eq!(found(semconv::FINISH_REASONS), Some(&stop));
        for (name, text) in [
            ("0.message.role", "user"),
            ("0.message.content", "What is 2 + 2?"),
            ("1.message.content", "I add."),
            ("1.message.tool_calls.0.tool_call.id", "c1"),
            ("1.message.tool_calls.0.tool_call.function.name", "add"),
            ("1.message.tool_calls.0.tool_call.function.arguments", "{\"a\":2}"),
            ("2.message.tool_call_id", "c1"),
            ("2.message.content", "4"),
        ] {
            let name = format!("llm.input_messages.{name}");
            assert_eq!(found(&name), Some(&Attribute::from(text)), "{name}");
        }
        assert_eq!(
            attributes.iter().filter(|a| a.key.as_str().starts_with("llm.output")).count(),
            0
        );
    }
}

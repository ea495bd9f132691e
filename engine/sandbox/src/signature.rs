//! What the Python function of a tool looks like: worked out when the sandbox is built, so that a
//! session that starts has hardly anything left to do for each tool.

use serde_json::{Map, Value, json};

use crate::tools::ToolDeclaration;
use crate::tools::slots::wants_any;

/// The arguments of the guest's `tools.declare`, where they are described.
pub(crate) fn signature(tool: &ToolDeclaration) -> Value {
    let needed = match &tool.parameters["required"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let none = Map::new();
    let properties = tool.parameters["properties"].as_object().unwrap_or(&none);
    // Python wants parameters without a default first; their order is otherwise the schema's.
    let (required, optional): (Vec<_>, Vec<_>) =
        properties.iter().partition(|(name, _)| needed.contains(&name.as_str()));
    let default = |(name, schema): &(&String, &Value)| {
        Some(((*name).clone(), schema.get("default")?.clone()))
    };
    let nullless = |(name, schema): &(&String, &Value)| {
        let left_out = schema.get("default").is_none() && !takes_null(schema);
        left_out.then(|| (*name).clone())
    };
    let in_order = required.iter().chain(&optional);
    let attaching = in_order.clone().filter(|(_, schema)| wants_any(schema));
    let attaching = attaching.map(|(name, _)| (*name).clone()).collect::<Vec<_>>();
    let mut signature = json!({
        "name": tool.name,
        "documentation": documentation(tool, in_order.clone()),
        "parameters": in_order.map(|(name, _)| *name).collect::<Vec<_>>(),
        "required": required.len(),
        "defaults": optional.iter().filter_map(default).collect::<Map<_, _>>(),
        "nullless": optional.iter().filter_map(nullless).collect::<Vec<_>>(),
        "properties": Value::Object(properties.clone()).to_string(),
        "returns": tool.returns.as_ref().map(Value::to_string),
    });
    if !attaching.is_empty() {
        signature["attaching"] = attaching.into();
    }
    signature
}

/// Whether `null` is a value of the parameter, and not another way to leave it out.
fn takes_null(schema: &Value) -> bool {
    if let Some(choices) = schema.get("enum") {
        return choices.as_array().is_some_and(|choices| choices.contains(&Value::Null));
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(schemas) = schema.get(union).and_then(Value::as_array) {
            return schemas.iter().filter(|schema| schema.is_object()).any(takes_null);
        }
    }
    match schema.get("type") {
        None | Some(Value::Null) => true,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
        Some(kind) => kind == "null",
    }
}

/// The docstring, in the form that is called Google's.
fn documentation<'a>(
    tool: &ToolDeclaration,
    parameters: impl Iterator<Item = &'a (&'a String, &'a Value)>,
) -> String {
    let mut text = tool.description.trim().to_owned();
    let documented = parameters
        .filter_map(|(name, schema)| Some(format!("\n    {name}: {}", description(schema)?)));
    let documented = documented.collect::<String>();
    if !documented.is_empty() {
        text.push_str("\n\nArgs:");
        text.push_str(&documented);
    }
    if let Some(description) = tool.returns.as_ref().and_then(description) {
        text.push_str("\n\nReturns:\n    ");
        text.push_str(&description);
    }
    text
}

/// What a schema says in words, in one line.
fn description(schema: &Value) -> Option<String> {
    let words = schema.get("description")?.as_str()?.split_whitespace();
    Some(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn required_parameters_come_first_and_none_leaves_out_what_cannot_be_null() {
        let tool = ToolDeclaration {
            name: "f".to_owned(),
            description: " Does it.\n".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "limit": {"type": "integer", "default": 3},
                    "text": {"type": "string", "description": "what\n to  say"},
                    "until": {"type": ["string", "null"]},
                    "since": {"type": "string"},
                    "kind": {"enum": ["a", null]},
                    "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["text", "not there"],
            }),
            returns: Some(json!({"type": "string", "description": "what\nit says"})),
            module: None,
        };
        assert_eq!(
            signature(&tool),
            json!({
                "name": "f",
                "documentation": "Does it.\n\nArgs:\n    text: what to say\n\nReturns:\n    what it says",
                "parameters": ["text", "limit", "until", "since", "kind", "either"],
                "required": 1,
                "defaults": {"limit": 3},
                "nullless": ["since"],
                "properties": tool.parameters["properties"].to_string(),
                "returns": r#"{"type":"string","description":"what\nit says"}"#,
            })
        );
    }

    #[test]
    fn a_schema_without_properties_has_no_parameters() {
        let parameters = json!({"type": "object"});
        let (name, description) = ("f".to_owned(), String::new());
        let tool = ToolDeclaration { name, description, parameters, returns: None, module: None };
        let signature = signature(&tool);
        assert_eq!(
            (&signature["parameters"], &signature["properties"]),
            (&json!([]), &json!("{}"))
        );
    }
}

//! The system prompt.

use fumehood::{Sandbox, ToolDeclaration};
use serde_json::Value;

use crate::parse::CodeTags;

const CODE_AGENT: &str = include_str!("prompts/code_agent.md");

/// Renders the system prompt of a code agent for a sandbox.
pub(crate) fn code_agent(sandbox: &Sandbox, tags: &CodeTags, instructions: &str) -> String {
    let limits = sandbox.limits();
    let stubs = sandbox.tools().iter().map(tool_stub).collect::<Vec<_>>();
    let tools = if stubs.is_empty() { "# none".to_owned() } else { stubs.join("\n\n") };
    let folders = sandbox
        .granted()
        .map(|(path, writable)| {
            format!("{path} ({})", if writable { "writable" } else { "read-only" })
        })
        .collect::<Vec<_>>();
    let files =
        if folders.is_empty() { String::new() } else { format!(" and in {}", folders.join(", ")) };
    let instructions =
        if instructions.is_empty() { String::new() } else { format!("- {instructions}") };
    fill(
        CODE_AGENT,
        &[
            ("open", &tags.open),
            ("close", &tags.close),
            ("python", sandbox.python_version()),
            ("files", &files),
            ("time", &format!("{:?}", limits.time)),
            ("output", &format!("{} KiB", limits.output_bytes / 1024)),
            ("tools", &tools),
            ("instructions", &instructions),
        ],
    )
    .trim_end()
    .to_owned()
}

/// Replaces each `{name}` once, so that what is put in is not searched again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let value = rest.find('}').and_then(|end| {
            let value = values.iter().find(|(name, _)| *name == &rest[1..end])?.1;
            Some((value, end + 1))
        });
        match value {
            Some((value, length)) => {
                filled.push_str(value);
                rest = &rest[length..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A tool as the Python function that it is in the sandbox: signature with types and defaults, and
/// docstring.
///
/// # Examples
///
/// ```
/// use serde_json::json;
///
/// let stub = fumehood_agent::tool_stub(&serde_json::from_value(json!({
///     "name": "forecast",
///     "description": "The weather of the next days.",
///     "parameters": {
///         "type": "object",
///         "properties": {
///             "city": {"type": "string", "description": "Its name"},
///             "days": {"type": "integer", "default": 3},
///         },
///         "required": ["city"],
///     },
/// })).unwrap());
/// assert!(stub.starts_with("def forecast(city: str, days: int = 3):"));
/// ```
pub fn tool_stub(tool: &ToolDeclaration) -> String {
    let empty = serde_json::Map::new();
    let properties = tool.parameters["properties"].as_object().unwrap_or(&empty);
    let required = |name: &str| {
        tool.parameters["required"]
            .as_array()
            .is_some_and(|names| names.iter().any(|other| other == name))
    };
    let (needed, optional): (Vec<_>, Vec<_>) =
        properties.iter().partition(|(name, _)| required(name));
    let needed = needed.iter().map(|(name, schema)| format!("{name}: {}", annotation(schema)));
    let optional = optional.iter().map(|(name, schema)| match schema.get("default") {
        Some(default) => format!("{name}: {} = {}", annotation(schema), literal(default)),
        None => format!("{name}: {} | None = None", annotation(schema)),
    });
    let parameters = needed.chain(optional).collect::<Vec<_>>().join(", ");
    let mut lines = vec![tool.description.trim().to_owned()];
    let documented = properties
        .iter()
        .filter_map(|(name, schema)| Some((name, schema.get("description")?.as_str()?)))
        .map(|(name, text)| format!("    {name}: {text}"))
        .collect::<Vec<_>>();
    if !documented.is_empty() {
        lines.extend([String::new(), "Args:".to_owned()]);
        lines.extend(documented);
    }
    let docstring = lines.join("\n").replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let docstring = docstring.replace('\n', "\n    ").replace("\n    \n", "\n\n");
    format!("def {}({parameters}):\n    \"\"\"{docstring}\"\"\"", tool.name)
}

/// The Python type of a JSON schema.
fn annotation(schema: &Value) -> String {
    if let Some(choices) = schema["enum"].as_array() {
        let choices = choices.iter().map(literal).collect::<Vec<_>>();
        return format!("Literal[{}]", choices.join(", "));
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(kinds) = schema[union].as_array() {
            return kinds.iter().map(annotation).collect::<Vec<_>>().join(" | ");
        }
    }
    let named = |kind: &str| match kind {
        "string" => "str".to_owned(),
        "integer" => "int".to_owned(),
        "number" => "float".to_owned(),
        "boolean" => "bool".to_owned(),
        "null" => "None".to_owned(),
        "array" if schema["items"].is_object() => format!("list[{}]", annotation(&schema["items"])),
        "array" => "list".to_owned(),
        "object" => "dict".to_owned(),
        _ => "Any".to_owned(),
    };
    match &schema["type"] {
        Value::String(kind) => named(kind),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join(" | ")
        }
        _ => "Any".to_owned(),
    }
}

/// A JSON value as Python writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                format!("{}: {}", Value::String(name.clone()), literal(value))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        // JSON's numbers and strings are Python's.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_put_in_is_not_searched_again() {
        let values = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} {b} {c} {", &values), "{b} 2 {c} {");
    }

    #[test]
    fn stubs_say_what_the_functions_are() {
        let tool = serde_json::from_value(json!({
            "name": "search",
            "description": "Searches.\nTwice.",
            "parameters": {
                "type": "object",
                "properties": {
                    "limit": {"type": "integer", "default": 5},
                    "query": {"type": "string", "description": "What for"},
                    "kind": {"enum": ["web", "news"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "when": {"type": ["string", "null"], "default": null},
                },
                "required": ["query"],
            },
        }))
        .unwrap();
        assert_eq!(
            tool_stub(&tool),
            "def search(query: str, limit: int = 5, kind: Literal[\"web\", \"news\"] | None = None, \
             tags: list[str] | None = None, when: str | None = None):\n    \"\"\"Searches.\n    \
             Twice.\n\n    Args:\n        query: What for\"\"\""
        );
    }
}

//! Functions as the model is shown them: as Python, with types, defaults and docstrings.
//!
//! Schemas may come from strangers (an MCP server's tools), and references in them may go in circles or
//! double at each level. So what is written of one function's schemas is bounded: deeper down, and past a
//! number of types, it says `Any`.

use std::collections::BTreeSet;

use fumehood::ToolDeclaration;
use serde_json::{Map, Value, json};

/// How deep types are written out.
const DEPTH: usize = 12;
/// How many types are written out for one function.
const TYPES: usize = 2_000;

/// A tool as the Python function that it is in the sandbox: signature with types and defaults, and
/// docstring.
///
/// A tool with parameters that cannot be those of a Python function, such as `max-results` or `from`, is
/// shown with `**arguments`, and so are those with letters beyond ASCII, of which Python takes some for
/// others.
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
    Function::from(tool).stub()
}

/// What a prompt says of something that can be called: a tool, or another agent.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) description: String,
    /// A JSON Schema of type `object`.
    pub(super) parameters: Value,
    /// A JSON Schema of what is returned, if that is known.
    pub(super) returns: Option<Value>,
}

impl From<&ToolDeclaration> for Function {
    fn from(tool: &ToolDeclaration) -> Function {
        Function {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.parameters.clone(),
            returns: tool.returns.clone(),
        }
    }
}

impl Function {
    /// The function that ends a run.
    pub(super) fn final_answer() -> Function {
        Function {
            name: "final_answer".to_owned(),
            description: "Gives the final answer to the task, which ends the task.".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {"answer": {
                    "type": "any",
                    "description": "The final answer to the task",
                }},
                "required": ["answer"],
            }),
            returns: None,
        }
    }

    /// Another agent, called with a task.
    pub(super) fn member(name: &str, description: &str) -> Function {
        Function {
            name: name.to_owned(),
            description: description.to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "task": {
                        "type": "string",
                        "description": "What is to be done, with everything that has to be known for it",
                    },
                    "additional_args": {
                        "type": ["object", "null"],
                        "description": "Data for the task, by name",
                        "default": null,
                    },
                },
                "required": ["task"],
            }),
            returns: Some(json!({"type": "string"})),
        }
    }

    /// The function in Python, without a body.
    pub(super) fn stub(&self) -> String {
        let (required, optional) = self.parameters_in_order();
        let plain = required.iter().chain(&optional).all(|(name, _)| is_parameter(name));
        let mut types = Types { root: &self.parameters, left: TYPES };
        let signed = required.iter().map(|(name, schema)| (*name, *schema, true));
        let signed = signed.chain(optional.iter().map(|(name, schema)| (*name, *schema, false)));
        let mut signature = Vec::new();
        let mut documented = Vec::new();
        for (name, schema, required) in signed {
            let text = schema["description"].as_str().map(one_line).filter(|text| !text.is_empty());
            let kind = types.written(schema, None, DEPTH);
            let fields = types.fields(schema, 8);
            let declared = match schema.get("default") {
                _ if required => kind,
                Some(default) => format!("{kind} = {}", literal(default)),
                None => format!("{} = None", nullable(kind)),
            };
            if plain {
                signature.push(format!("{name}: {declared}"));
                if text.is_some() || fields.is_some() {
                    documented.push(format!("    {name}: {}", text.unwrap_or_default()));
                }
            } else {
                let text = text.map(|text| format!(". {text}")).unwrap_or_default();
                documented.push(format!("    {}: {declared}{text}", Value::from(name)));
            }
            documented.extend(fields.map(|fields| format!("        {fields}")));
        }
        let mut lines = self.description.trim().lines().map(str::to_owned).collect::<Vec<_>>();
        let mut paragraph = |first: String, rest: Vec<String>| {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(first);
            lines.extend(rest.iter().flat_map(|text| text.lines()).map(str::to_owned));
        };
        if !plain {
            signature = vec!["**arguments".to_owned()];
            paragraph(format!("Call it as {}(**{{\"name\": value, ...}}).", self.name), Vec::new());
        }
        if !documented.is_empty() {
            paragraph("Args:".to_owned(), documented);
        }
        let mut returned = String::new();
        if let Some(schema) = &self.returns {
            let mut types = Types { root: schema, left: TYPES };
            returned = format!(" -> {}", types.written(schema, None, DEPTH));
            let text = schema["description"].as_str().map(one_line).filter(|text| !text.is_empty());
            let fields = types.fields(schema, 4);
            let told = text.into_iter().chain(fields).map(|text| format!("    {text}"));
            let told = told.collect::<Vec<_>>();
            if !told.is_empty() {
                paragraph("Returns:".to_owned(), told);
            }
        }
        let signature = signature.join(", ");
        format!("def {}({signature}){returned}:\n    {}", self.name, docstring(&lines))
    }

    /// The function in words, as smolagents has it where tools are called without code.
    pub(super) fn in_words(&self) -> String {
        format!(
            "{}: {}\n    Takes inputs: {}\n    Returns an output of type: {}",
            self.name,
            self.description,
            minijinja::Value::from(minijinja::value::Serde(self.inputs())),
            self.output_type(),
        )
    }

    /// The parameters as smolagents describes inputs: each has a type and a description, and is called
    /// nullable if it can be left out.
    pub(super) fn inputs(&self) -> Map<String, Value> {
        let (required, optional) = self.parameters_in_order();
        let described = |schema: &Value, nullable: bool| {
            let mut described = schema.as_object().cloned().unwrap_or_default();
            described.entry("type").or_insert_with(|| json!("any"));
            described.entry("description").or_insert_with(|| json!(""));
            if nullable {
                described.entry("nullable").or_insert(Value::Bool(true));
            }
            Value::Object(described)
        };
        let required = required.iter().map(|(name, schema)| (*name, described(schema, false)));
        let optional = optional.iter().map(|(name, schema)| (*name, described(schema, true)));
        required.chain(optional).map(|(name, schema)| (name.to_owned(), schema)).collect()
    }

    /// The type of what is returned, in a word of JSON Schema.
    pub(super) fn output_type(&self) -> &str {
        self.returns.as_ref().and_then(|schema| schema["type"].as_str()).unwrap_or("any")
    }

    /// Those without a default first, as Python wants it; otherwise in the schema's order.
    #[expect(clippy::type_complexity, reason = "two lists of the same")]
    fn parameters_in_order(&self) -> (Vec<(&str, &Value)>, Vec<(&str, &Value)>) {
        let needed = self.parameters["required"].as_array();
        let needed = needed.into_iter().flatten().filter_map(Value::as_str);
        let needed = needed.collect::<BTreeSet<_>>();
        let properties = self.parameters["properties"].as_object();
        let properties = properties.into_iter().flatten();
        properties
            .map(|(name, schema)| (name.as_str(), schema))
            .partition(|(name, _)| needed.contains(name))
    }
}

/// Whether a name is that of a parameter wherever Python runs.
fn is_parameter(name: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&name)
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines as a docstring that is indented once.
pub(super) fn docstring(lines: &[String]) -> String {
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        if position > 0 {
            text.push('\n');
            if !line.trim_end().is_empty() {
                text.push_str("    ");
            }
        }
        for character in line.trim_end().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\t' => text.push('\t'),
                // Among them NUL, with which Python takes no source at all.
                control if control.is_control() => text.push(' '),
                other => text.push(other),
            }
        }
    }
    let text = text.replace("\"\"\"", "\\\"\\\"\\\"");
    if let Some(start) = text.strip_suffix('"') {
        let backslashes = start.len() - start.trim_end_matches('\\').len();
        if backslashes % 2 == 0 {
            return format!("\"\"\"{start}\\\"\"\"\"");
        }
    }
    format!("\"\"\"{text}\"\"\"")
}

/// Writes JSON schemas as Python types.
struct Types<'a> {
    /// Where references begin.
    root: &'a Value,
    left: usize,
}

impl<'a> Types<'a> {
    /// The fields of what a schema describes, if it has any to tell of.
    fn fields(&mut self, schema: &'a Value, indent: usize) -> Option<String> {
        let fields = self.written(schema, Some(indent), DEPTH);
        fields.contains('{').then_some(fields)
    }

    /// The Python type of a schema. With an indentation, objects are written with their fields, which is
    /// no type of Python but is read like one.
    fn written(&mut self, schema: &'a Value, indent: Option<usize>, depth: usize) -> String {
        let any = || "Any".to_owned();
        if depth == 0 || self.left == 0 {
            return any();
        }
        self.left -= 1;
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference.strip_prefix('#').and_then(|path| self.root.pointer(path));
            return target.map_or_else(any, |target| self.written(target, indent, depth - 1));
        }
        let constant = schema.get("const").map(std::slice::from_ref);
        if let Some(choices) = constant.or(schema["enum"].as_array().map(Vec::as_slice)) {
            let plain =
                |choice: &Value| !choice.is_array() && !choice.is_object() && !choice.is_f64();
            if choices.is_empty() || !choices.iter().all(plain) {
                return any();
            }
            let choices = choices.iter().map(literal).collect::<Vec<_>>();
            return format!("Literal[{}]", choices.join(", "));
        }
        for union in ["anyOf", "oneOf"] {
            if let Some(schemas) = schema[union].as_array() {
                let kinds = schemas.iter().map(|schema| self.written(schema, indent, depth - 1));
                return union_of(kinds.collect());
            }
        }
        // The way in which a reference gets a description in older drafts.
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            return self.written(only, indent, depth - 1);
        }
        match &schema["type"] {
            Value::String(kind) => self.named(kind, schema, indent, depth),
            Value::Array(kinds) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                let kinds = kinds.take(8).map(|kind| self.named(kind, schema, indent, depth));
                union_of(kinds.collect())
            }
            _ => any(),
        }
    }

    fn named(
        &mut self,
        kind: &str,
        schema: &'a Value,
        indent: Option<usize>,
        depth: usize,
    ) -> String {
        match kind {
            "string" => "str".to_owned(),
            "integer" => "int".to_owned(),
            "number" => "float".to_owned(),
            "boolean" => "bool".to_owned(),
            "null" => "None".to_owned(),
            "array" if schema["items"].is_object() => {
                format!("list[{}]", self.written(&schema["items"], indent, depth - 1))
            }
            "array" => "list".to_owned(),
            "object" => match (schema["properties"].as_object(), indent) {
                (Some(properties), Some(indent)) if !properties.is_empty() => {
                    self.object(schema, properties, indent, depth)
                }
                _ => {
                    let values = &schema["additionalProperties"];
                    let values = match values.is_object() {
                        true => self.written(values, indent, depth - 1),
                        false => "Any".to_owned(),
                    };
                    format!("dict[str, {values}]")
                }
            },
            _ => "Any".to_owned(),
        }
    }

    /// An object with its fields, each on a line, with what is said of it as a comment.
    fn object(
        &mut self,
        schema: &'a Value,
        properties: &'a Map<String, Value>,
        indent: usize,
        depth: usize,
    ) -> String {
        let needed = schema["required"].as_array();
        let needed = needed.into_iter().flatten().filter_map(Value::as_str);
        let needed = needed.collect::<BTreeSet<_>>();
        let mut text = "{\n".to_owned();
        for (name, field) in properties {
            if self.left == 0 {
                text.push_str(&format!("{:1$}    ...\n", "", indent));
                break;
            }
            let kind = self.written(field, Some(indent + 4), depth - 1);
            let absent = (!needed.contains(name.as_str())).then(|| "may be absent".to_owned());
            let said = field["description"].as_str().map(one_line).filter(|text| !text.is_empty());
            let comment = said.into_iter().chain(absent).collect::<Vec<_>>().join("; ");
            let comment = if comment.is_empty() { comment } else { format!("  # {comment}") };
            let name = Value::from(name.as_str());
            text.push_str(&format!("{:1$}    {name}: {kind},{comment}\n", "", indent));
        }
        text.push_str(&format!("{:1$}}}", "", indent));
        text
    }
}

/// A type that may be None as well.
fn nullable(kind: String) -> String {
    union_of(vec![kind, "None".to_owned()])
}

/// One type of several, each of them once. None comes last, where Python's readers look for it.
fn union_of(kinds: Vec<String>) -> String {
    let mut each = Vec::<String>::new();
    for kind in kinds {
        // A union of unions; types in brackets and texts have no such bars at their ends.
        let (kind, null) = match kind.strip_suffix(" | None") {
            Some(kind) => (kind.to_owned(), true),
            None => (kind, false),
        };
        let null = null.then(|| "None".to_owned());
        for kind in std::iter::once(kind).chain(null) {
            if !each.contains(&kind) {
                each.push(kind);
            }
        }
    }
    if each.is_empty() || each.iter().any(|kind| kind == "Any") {
        return "Any".to_owned();
    }
    each.sort_by_key(|kind| kind == "None");
    each.join(" | ")
}

/// A JSON value as Python writes it.
pub(crate) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), literal(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        // JSON's numbers and strings are Python's.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(parameters: Value, returns: Option<Value>) -> Function {
        let description = "Searches.\nTwice.".to_owned();
        Function { name: "search".to_owned(), description, parameters, returns }
    }

    fn signature(properties: Value) -> String {
        let parameters = json!({"type": "object", "properties": properties});
        function(parameters, None).stub().lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn stubs_say_what_the_functions_are() {
        let parameters = json!({
            "type": "object",
            "properties": {
                "limit": {"type": "integer", "default": 5},
                "query": {"type": "string", "description": "What\n  for"},
                "kind": {"enum": ["web", "news"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "when": {"type": ["string", "null"], "default": null},
            },
            "required": ["query"],
        });
        assert_eq!(
            function(parameters, None).stub(),
            "def search(query: str, limit: int = 5, kind: Literal[\"web\", \"news\"] | None = None, \
             tags: list[str] | None = None, when: str | None = None):\n    \"\"\"Searches.\n    \
             Twice.\n\n    Args:\n        query: What for\"\"\""
        );
    }

    #[test]
    fn what_is_returned_is_shown_with_its_fields() {
        let returns = json!({
            "type": "array",
            "description": "One for each hit",
            "items": {"$ref": "#/$defs/Hit"},
            "$defs": {"Hit": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "description": "As the page has it"},
                    "score": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                    "more": {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]},
                },
                "required": ["title", "score"],
            }},
        });
        assert_eq!(
            function(json!({"type": "object"}), Some(returns)).stub(),
            r#"def search() -> list[dict[str, Any]]:
    """Searches.
    Twice.

    Returns:
        One for each hit
        list[{
            "title": str,  # As the page has it
            "score": float | None,
            "more": {
                "a": Literal[1],
            },  # may be absent
        }]""""#
        );
        assert!(
            function(json!({}), Some(json!({"type": "integer"}))).stub().contains("() -> int:")
        );
    }

    #[test]
    fn parameters_with_fields_show_them() {
        let point = json!({"type": "object", "properties": {"x": {"type": "number"}}});
        let parameters = json!({
            "properties": {"at": {"$ref": "#/$defs/Point"}},
            "required": ["at"],
            "$defs": {"Point": point},
        });
        assert_eq!(
            function(parameters, None).stub(),
            "def search(at: dict[str, Any]):\n    \"\"\"Searches.\n    Twice.\n\n    Args:\n        \
             at:\n            {\n                \"x\": float,  # may be absent\n            }\"\"\""
        );
    }

    #[test]
    fn names_that_python_does_not_take_are_passed_as_a_dictionary() {
        for name in ["max-results", "from", "größe", "", "2nd", "None"] {
            let parameters = json!({
                "properties": {"query": {"type": "string"}, name: {"type": "integer", "default": 1}},
                "required": ["query"],
            });
            let stub = function(parameters, None).stub();
            let expected = format!(
                "def search(**arguments):\n    \"\"\"Searches.\n    Twice.\n\n    Call it as \
                 search(**{{\"name\": value, ...}}).\n\n    Args:\n        \"query\": str\n        \
                 \"{name}\": int = 1\"\"\""
            );
            assert_eq!(stub, expected);
        }
    }

    #[test]
    fn types_are_those_of_python() {
        assert_eq!(
            signature(json!({
                "a": {"type": "object", "additionalProperties": {"type": "integer"}},
                "b": {"oneOf": [{"type": "null"}, {"type": "string"}, {"type": "string"}]},
                "c": {"enum": [1.5]},
                "d": {"type": "array"},
                "e": {"type": "number", "default": 1e-7},
                "f": {"type": "boolean", "default": true},
                "g": {"type": "string", "default": "a\"\\\n"},
                "h": true,
                "i": {"type": "object", "default": {"k": [null, false]}},
            })),
            "def search(a: dict[str, int] | None = None, b: str | None = None, c: Any = None, \
             d: list | None = None, e: float = 1e-7, f: bool = True, g: str = \"a\\\"\\\\\\n\", \
             h: Any = None, i: dict[str, Any] = {\"k\": [None, False]}):"
        );
    }

    #[test]
    fn docstrings_end_where_they_end() {
        let stub = |description: &str| {
            let description = description.to_owned();
            let parameters = json!({});
            Function { description, parameters, ..Function::final_answer() }.stub()
        };
        assert!(stub("Say \"hi\"").ends_with("\"\"\"Say \"hi\\\"\"\"\""));
        assert!(stub("a\\").ends_with("\"\"\"a\\\\\"\"\""));
        assert!(stub("a\\\"").ends_with("\"\"\"a\\\\\\\"\"\"\""), "{}", stub("a\\\""));
        assert!(stub("\"\"\"").ends_with("\"\"\"\\\"\\\"\\\"\"\"\""));
        assert!(stub("a\0b\rc").ends_with("\"\"\"a b c\"\"\""));
    }

    #[test]
    fn schemas_that_go_in_circles_or_double_end() {
        let mut definitions = Map::new();
        for level in 0..40 {
            let next = json!({"$ref": format!("#/$defs/{}", level + 1)});
            let object = json!({"type": "object", "properties": {"a": next, "b": next, "c": next}});
            definitions.insert(level.to_string(), object);
        }
        definitions.insert("circle".to_owned(), json!({"$ref": "#/$defs/circle"}));
        let returns = json!({"anyOf": [{"$ref": "#/$defs/0"}, {"$ref": "#/$defs/circle"}],
            "$defs": definitions});
        let stub = function(json!({}), Some(returns)).stub();
        assert!(stub.len() < 500_000, "{}", stub.len());
    }
}

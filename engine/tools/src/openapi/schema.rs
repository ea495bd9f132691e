//! Schemas of a document as JSON Schemas that stand alone.
//!
//! What a reference stands for takes its place. Where a type has itself as a part, and where a schema would become
//! too deep or too long, it ends early with what is known there, and the server checks what we do not.

use serde_json::{Map, Value, json};

use super::document::Document;
use crate::texts;

/// How deep schemas go, from the best to what is still worth something.
const DEPTHS: [usize; 8] = [16, 10, 7, 5, 4, 3, 2, 1];
/// Schemas in a schema.
const NODES: usize = 6_000;
/// Bytes of descriptions, titles, patterns and the like.
const TEXT_BYTES: usize = 1_000;
/// Bytes of a value that is an example, a default or a choice.
const VALUE_BYTES: usize = 2_000;
/// Choices of an `enum`.
const CHOICES: usize = 1_000;

/// What a schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Values of a request that are JSON or texts.
    Request,
    /// Values of a request that may be bytes.
    RequestOfBytes,
    /// Values of an answer.
    Answer,
}

/// It did not fit.
#[derive(Debug)]
struct TooLarge;

/// Tries with less and less depth until `make` gives what is no longer than `bytes` as JSON.
pub(super) fn fitting(
    document: &Document,
    bytes: usize,
    mut make: impl FnMut(&mut Schemas<'_>) -> Result<Value, String>,
) -> Result<Value, String> {
    let mut longest = 0;
    for depth in DEPTHS {
        let mut schemas =
            Schemas { document, depth, nodes: NODES, path: Vec::new(), is_full: false };
        let made = make(&mut schemas)?;
        if schemas.is_full {
            continue;
        }
        longest = serde_json::to_vec(&made).map_or(usize::MAX, |text| text.len());
        if longest <= bytes {
            return Ok(made);
        }
    }
    Err(format!("what it takes is told by more than {} bytes of JSON Schema", bytes.max(longest)))
}

/// Makes schemas until there are too many.
pub(super) struct Schemas<'a> {
    document: &'a Document,
    depth: usize,
    nodes: usize,
    /// The references that lead to where it is.
    path: Vec<String>,
    is_full: bool,
}

impl<'a> Schemas<'a> {
    /// The JSON Schema of one of the document.
    pub(super) fn of(&mut self, schema: &Value, side: Side) -> Value {
        match self.made(schema, side, 0) {
            Ok(made) => made,
            Err(TooLarge) => {
                self.is_full = true;
                json!({})
            }
        }
    }

    fn made(&mut self, schema: &Value, side: Side, depth: usize) -> Result<Value, TooLarge> {
        self.nodes = self.nodes.checked_sub(1).ok_or(TooLarge)?;
        let Value::Object(schema) = schema else {
            return Ok(if schema == &json!(false) { json!(false) } else { json!({}) });
        };
        if let Some(Value::String(reference)) = schema.get("$ref") {
            return self.referred(reference, schema, side, depth);
        }
        if depth >= self.depth {
            return Ok(ended(schema));
        }
        let mut made = Map::new();
        for (key, value) in schema {
            if let Some(value) = self.keyword(key, value, schema, side, depth)? {
                made.insert(key.clone(), value);
            }
        }
        self.mend(schema, &mut made, side);
        Ok(Value::Object(made))
    }

    fn referred(
        &mut self,
        reference: &str,
        schema: &Map<String, Value>,
        side: Side,
        depth: usize,
    ) -> Result<Value, TooLarge> {
        // What cannot be followed is for the server to check.
        let Ok(target) = self.document.target(reference) else { return Ok(json!({})) };
        let mut made = if self.path.iter().any(|other| other == reference) {
            target.as_object().map(ended).unwrap_or_default()
        } else {
            self.path.push(reference.to_owned());
            let made = self.made(target, side, depth);
            self.path.pop();
            made?
        };
        let beside = schema.iter().filter(|(key, _)| *key != "$ref").collect::<Vec<_>>();
        let is_note =
            |key: &str| ["title", "description", "summary", "deprecated", "example"].contains(&key);
        if let Some(fields) = made.as_object_mut() {
            for (key, value) in beside.iter().filter(|(key, _)| is_note(key)) {
                if let Some(value) = self.keyword(key, value, schema, side, depth)? {
                    fields.insert((*key).clone(), value);
                }
            }
        }
        // In 3.0 nothing else beside a reference means anything.
        if self.document.is_3_0 || beside.iter().all(|(key, _)| is_note(key)) {
            return Ok(made);
        }
        let rest = beside.into_iter().filter(|(key, _)| !is_note(key));
        let rest = rest.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>();
        let rest = self.made(&Value::Object(rest), side, depth)?;
        Ok(json!({"allOf": [made, rest]}))
    }

    /// A keyword as JSON Schema has it; nothing, if it means nothing here.
    fn keyword(
        &mut self,
        key: &str,
        value: &Value,
        schema: &Map<String, Value>,
        side: Side,
        depth: usize,
    ) -> Result<Option<Value>, TooLarge> {
        let text = |most| value.as_str().map(|text| json!(texts::cleaned(text, most)));
        let count = || value.as_u64().map(Value::from);
        let small = || {
            let size = serde_json::to_vec(value).map_or(usize::MAX, |text| text.len());
            (size <= VALUE_BYTES).then(|| value.clone())
        };
        Ok(match key {
            "type" => types(value),
            "title" | "description" => text(TEXT_BYTES),
            "format" => text(60),
            "contentMediaType" if side == Side::RequestOfBytes => text(100),
            "contentEncoding" => text(60),
            "enum" => choices(value),
            "const" | "default" => small(),
            "deprecated" | "uniqueItems" => value.as_bool().map(Value::from),
            "examples" => small().filter(Value::is_array),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => count(),
            "minimum" | "maximum" => value.is_number().then(|| value.clone()),
            "exclusiveMinimum" | "exclusiveMaximum" => value.is_number().then(|| value.clone()),
            "multipleOf" => value.as_f64().filter(|number| *number > 0.0).map(|_| value.clone()),
            "pattern" => value.as_str().filter(|pattern| is_pattern(pattern)).map(Value::from),
            "required" => value
                .as_array()
                .map(|names| names.iter().filter(|name| name.is_string()).cloned().collect()),
            "properties" => match value {
                Value::Object(properties) => {
                    let mut made = Map::new();
                    for (name, property) in properties {
                        if !self.is_hidden(property, side) {
                            made.insert(name.clone(), self.made(property, side, depth + 1)?);
                        }
                    }
                    Some(Value::Object(made))
                }
                _ => None,
            },
            "items" if value.is_array() => None,
            // Bytes are not JSON, and what holds them is a form.
            "items" | "additionalProperties" => Some(self.made(value, side, depth + 1)?),
            "prefixItems" | "allOf" => self.all(value, side, depth)?,
            // That it is one of them alone could not be said of schemas that end early.
            "anyOf" => self.all(value, side, depth)?,
            "oneOf" if !schema.contains_key("anyOf") => self.all(value, side, depth)?,
            _ => None,
        })
    }

    fn all(&mut self, value: &Value, side: Side, depth: usize) -> Result<Option<Value>, TooLarge> {
        let Some(schemas) = value.as_array().filter(|schemas| !schemas.is_empty()) else {
            return Ok(None);
        };
        let made = schemas.iter().map(|schema| self.made(schema, side, depth + 1));
        Ok(Some(Value::Array(made.collect::<Result<_, _>>()?)))
    }

    /// Whether a property is only in answers, or only in requests.
    fn is_hidden(&self, property: &Value, side: Side) -> bool {
        let key = if side == Side::Answer { "writeOnly" } else { "readOnly" };
        let is_so = |schema: &Value| schema.get(key) == Some(&Value::Bool(true));
        is_so(property) || self.document.resolved(property).is_ok_and(is_so)
    }

    /// What one keyword means to another.
    fn mend(&self, schema: &Map<String, Value>, made: &mut Map<String, Value>, side: Side) {
        if let Some(choice) = made.remove("oneOf") {
            made.insert("anyOf".to_owned(), choice);
        }
        if let Some(example) = schema.get("example").filter(|_| !made.contains_key("examples")) {
            let size = serde_json::to_vec(example).map_or(usize::MAX, |text| text.len());
            if size <= VALUE_BYTES {
                made.insert("examples".to_owned(), json!([example]));
            }
        }
        // What is required is only what is there.
        let properties = made.get("properties").and_then(Value::as_object);
        let hidden = |name: &Value| {
            let written = schema.get("properties").and_then(|all| all.get(name.as_str()?));
            written.is_some()
                && !properties
                    .is_some_and(|all| all.contains_key(name.as_str().unwrap_or_default()))
        };
        if let Some(Value::Array(required)) = made.get("required") {
            let left = required.iter().filter(|name| !hidden(name)).cloned().collect::<Vec<_>>();
            made.insert("required".to_owned(), Value::Array(left));
        }
        let is_text = made.get("type").is_some_and(|kind| {
            kind == "string"
                || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("string")))
        });
        match made.get("format").and_then(Value::as_str) {
            Some("binary") if is_text && side == Side::RequestOfBytes => {
                made.entry("contentMediaType").or_insert(json!("*/*"));
            }
            Some("byte") if is_text => {
                made.entry("contentEncoding").or_insert(json!("base64"));
            }
            _ => {}
        }
        if self.document.is_3_0 {
            for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]
            {
                if schema.get(flag) == Some(&Value::Bool(true))
                    && let Some(value) = made.remove(bound)
                {
                    made.insert(flag.to_owned(), value);
                }
            }
        }
        if schema.get("nullable") == Some(&Value::Bool(true)) {
            or_null(made);
        }
    }
}

/// Lets a value be null as well.
fn or_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(choices)) = schema.get_mut("enum")
        && !choices.contains(&Value::Null)
    {
        choices.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::String(kind)) => {
            let kinds = json!([kind, "null"]);
            schema.insert("type".to_owned(), kinds);
        }
        Some(Value::Array(kinds)) if !kinds.contains(&json!("null")) => kinds.push(json!("null")),
        Some(_) => {}
        None => {
            let description = schema.remove("description");
            let either = json!([Value::Object(std::mem::take(schema)), {"type": "null"}]);
            schema.insert("anyOf".to_owned(), either);
            schema.extend(description.map(|text| ("description".to_owned(), text)));
        }
    }
}

/// What is known of a schema without its parts.
fn ended(schema: &Map<String, Value>) -> Value {
    let mut made = Map::new();
    if let Some(kind) = schema.get("type").and_then(types) {
        made.insert("type".to_owned(), kind);
    } else if schema.contains_key("properties") {
        made.insert("type".to_owned(), json!("object"));
    }
    if let Some(text) = schema.get("description").and_then(Value::as_str) {
        made.insert("description".to_owned(), json!(texts::cleaned(text, TEXT_BYTES)));
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) && made.contains_key("type") {
        or_null(&mut made);
    }
    Value::Object(made)
}

/// The types that JSON Schema has, of those that are named.
fn types(value: &Value) -> Option<Value> {
    const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
    let is_type = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    match value {
        Value::Array(kinds) => {
            let mut known = Vec::new();
            for kind in kinds.iter().filter(|kind| is_type(kind)) {
                if !known.contains(kind) {
                    known.push(kind.clone());
                }
            }
            // One that is not known could be anything.
            (!known.is_empty() && kinds.iter().all(is_type)).then_some(Value::Array(known))
        }
        kind => is_type(kind).then(|| kind.clone()),
    }
}

/// Choices without those that are there twice, unless there are too many.
fn choices(value: &Value) -> Option<Value> {
    let choices = value.as_array().filter(|choices| (1..=CHOICES).contains(&choices.len()))?;
    let mut seen = std::collections::HashSet::new();
    let different = choices.iter().filter(|choice| seen.insert(choice.to_string()));
    Some(different.cloned().collect())
}

fn is_pattern(pattern: &str) -> bool {
    pattern.len() <= TEXT_BYTES
        && jsonschema::validator_for(&json!({"type": "string", "pattern": pattern})).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(version: &str, schema: Value, side: Side) -> Value {
        let document = json!({
            "openapi": version,
            "components": {"schemas": {
                "Pet": {"type": "object", "description": "A pet.", "required": ["id", "name"], "properties": {
                    "id": {"type": "integer", "readOnly": true},
                    "name": {"type": "string"},
                    "secret": {"type": "string", "writeOnly": true},
                    "mother": {"$ref": "#/components/schemas/Pet"},
                }},
                "Loop": {"$ref": "#/components/schemas/Loop"},
                "All": {"allOf": [{"$ref": "#/components/schemas/All"}]},
            }},
        });
        let document = Document::parse(&document.to_string()).unwrap();
        fitting(&document, 60_000, |schemas| Ok(schemas.of(&schema, side))).unwrap()
    }

    #[test]
    fn schemas_of_3_0_become_json_schemas() {
        for (schema, expected) in [
            (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
            (
                json!({"type": "string", "enum": ["a", "a"], "nullable": true}),
                json!({"type": ["string", "null"], "enum": ["a", null]}),
            ),
            (
                json!({"allOf": [{"type": "string"}], "nullable": true, "description": "d"}),
                json!({"anyOf": [{"allOf": [{"type": "string"}]}, {"type": "null"}], "description": "d"}),
            ),
            (
                json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true, "exclusiveMaximum": false}),
                json!({"type": "integer", "exclusiveMinimum": 1}),
            ),
            (
                json!({"type": "string", "format": "byte"}),
                json!({"type": "string", "format": "byte", "contentEncoding": "base64"}),
            ),
            (
                json!({"type": "string", "format": "binary"}),
                json!({"type": "string", "format": "binary"}),
            ),
            (json!({"type": "file", "xml": {}, "example": 3}), json!({"examples": [3]})),
            (
                json!({"oneOf": [{"type": "string"}], "discriminator": {}}),
                json!({"anyOf": [{"type": "string"}]}),
            ),
            (json!({"type": "string", "pattern": "("}), json!({"type": "string"})),
            (
                json!({"multipleOf": 0, "minLength": -1, "maxItems": "x", "required": [3, "a"]}),
                json!({"required": ["a"]}),
            ),
            (json!([]), json!({})),
        ] {
            assert_eq!(converted("3.0.3", schema.clone(), Side::Request), expected, "{schema}");
        }
        assert_eq!(
            converted("3.0.3", json!({"type": "string", "format": "binary"}), Side::RequestOfBytes)
                ["contentMediaType"],
            "*/*"
        );
        assert_eq!(
            converted(
                "3.1.0",
                json!({"type": ["integer", "null"], "exclusiveMinimum": 3}),
                Side::Request
            ),
            json!({"type": ["integer", "null"], "exclusiveMinimum": 3})
        );
    }

    #[test]
    fn what_refers_to_itself_ends_where_it_begins_again() {
        let pet = json!({"$ref": "#/components/schemas/Pet"});
        assert_eq!(
            converted("3.0.3", pet.clone(), Side::Request),
            json!({"type": "object", "description": "A pet.", "required": ["name"], "properties": {
                "name": {"type": "string"},
                "secret": {"type": "string"},
                "mother": {"type": "object", "description": "A pet."},
            }})
        );
        let answered = converted("3.1.0", pet, Side::Answer);
        assert!(answered["properties"].get("secret").is_none());
        assert_eq!(answered["required"], json!(["id", "name"]));
        for name in ["Loop", "All", "None"] {
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            let made = converted("3.1.0", reference, Side::Request);
            assert!(jsonschema::validator_for(&made).unwrap().is_valid(&json!(3)), "{made}");
        }
        let beside = json!({"$ref": "#/components/schemas/Pet", "description": "Another.", "minProperties": 1});
        let made = converted("3.1.0", beside.clone(), Side::Request);
        assert_eq!(made["allOf"][0]["description"], "Another.");
        assert_eq!(made["allOf"][1], json!({"minProperties": 1}));
        assert!(converted("3.0.0", beside, Side::Request).get("allOf").is_none());
    }

    #[test]
    fn a_document_that_grows_when_it_is_read_is_cut() {
        let mut schemas = Map::new();
        for i in 0..40 {
            let next = json!({"$ref": format!("#/components/schemas/S{}", i + 1)});
            let properties =
                (0..40).map(|n| (format!("p{n}"), next.clone())).collect::<Map<_, _>>();
            schemas.insert(format!("S{i}"), json!({"type": "object", "properties": properties}));
        }
        let document = json!({"openapi": "3.1.0", "components": {"schemas": schemas}});
        let document = Document::parse(&document.to_string()).unwrap();
        let reference = json!({"$ref": "#/components/schemas/S0"});
        let made = fitting(&document, 60_000, |schemas| Ok(schemas.of(&reference, Side::Request)))
            .unwrap();
        assert_eq!(made["properties"]["p0"]["properties"]["p0"], json!({"type": "object"}));
        assert!(
            fitting(&document, 500, |schemas| Ok(schemas.of(&reference, Side::Request))).is_err()
        );
    }
}

//! Schemas of servers' tools, as the sandbox takes them.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use crate::names;
use crate::texts;

/// Bytes of a schema: the model reads all of it.
const SCHEMA_BYTES: usize = 64 << 10;
/// Bytes of a description in a schema.
const DESCRIPTION_BYTES: usize = 4 << 10;
/// How deep a schema is nested.
const DEPTH: usize = 32;

/// A schema of parameters, and how their names came about.
#[derive(Debug, PartialEq)]
pub(super) struct Parameters {
    pub(super) schema: Value,
    /// What the server calls those that have other names here.
    pub(super) renamed: BTreeMap<String, String>,
}

/// The schema of a tool's parameters. What is only left out, or not said well, is mended; an error is why it is no
/// schema of parameters.
pub(super) fn parameters(schema: &Map<String, Value>) -> Result<Parameters, String> {
    let mut schema = cleaned(schema)?;
    match schema.get("type") {
        None | Some(Value::Null) => {
            schema.insert("type".to_owned(), json!("object"));
        }
        Some(Value::String(kind)) if kind == "object" => {}
        Some(other) => return Err(format!("its parameters are of type {other}, not an object")),
    }
    let properties = match schema.remove("properties") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err("its properties are not an object".to_owned()),
    };
    // A schema that is none says nothing about its parameter.
    let said =
        |schema: Value| if schema.is_object() || schema.is_boolean() { schema } else { json!({}) };
    let properties =
        properties.into_iter().map(|(name, schema)| (name, said(schema))).collect::<Map<_, _>>();
    let mut required = match schema.remove("required") {
        Some(Value::Array(names)) => {
            let named = names.into_iter().filter_map(|name| Some(name.as_str()?.to_owned()));
            named.filter(|name| properties.contains_key(name)).collect()
        }
        _ => Vec::new(),
    };
    let mut renamed = BTreeMap::new();
    let mut named = Map::new();
    if can_be_renamed(&schema) {
        let mut taken = HashSet::new();
        // Those that keep their names come first, so that no other takes them.
        let (good, bad): (Vec<_>, Vec<_>) =
            properties.iter().partition(|(name, _)| fumehood::unusable_name(name).is_none());
        let mut new_names = BTreeMap::new();
        for (name, _) in good.into_iter().chain(bad) {
            let new = names::parameter(name, &taken);
            taken.insert(new.clone());
            new_names.insert(name.clone(), new);
        }
        for (name, schema) in properties {
            let new = new_names.get(&name).cloned().unwrap_or_else(|| name.clone());
            if new != name {
                for required in required.iter_mut().filter(|required| **required == name) {
                    required.clone_from(&new);
                }
                renamed.insert(new.clone(), name);
            }
            named.insert(new, schema);
        }
    } else {
        named = properties;
    }
    schema.insert("properties".to_owned(), Value::Object(named));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    // The sandbox looks at the arguments like this.
    let mut closed = schema.clone();
    closed.entry("additionalProperties").or_insert(Value::Bool(false));
    compiled(&Value::Object(closed))?;
    Ok(Parameters { schema: Value::Object(schema), renamed })
}

/// The schema of a tool's answers, and what checks them.
pub(super) fn returns(
    schema: &Map<String, Value>,
) -> Result<(Value, jsonschema::Validator), String> {
    let schema = Value::Object(cleaned(schema)?);
    let validator = compiled(&schema)?;
    Ok((schema, validator))
}

fn compiled(schema: &Value) -> Result<jsonschema::Validator, String> {
    jsonschema::validator_for(schema)
        .map_err(|error| texts::line(&format!("its schema is none: {error}"), 300))
}

/// Without what names other documents, and with texts that can be read.
fn cleaned(schema: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let bytes = serde_json::to_vec(schema).map_or(usize::MAX, |text| text.len());
    if bytes > SCHEMA_BYTES {
        return Err(format!("its schema is {bytes} bytes long, and may be {SCHEMA_BYTES}"));
    }
    let mut schema = schema.clone();
    schema.remove("$id");
    // Of a draft that is not known nothing could be said.
    let is_known = |draft: &Value| {
        let draft = draft.as_str().unwrap_or_default().trim_end_matches('#');
        let draft = draft.trim_start_matches("http://").trim_start_matches("https://");
        matches!(
            draft,
            "json-schema.org/draft-04/schema"
                | "json-schema.org/draft-06/schema"
                | "json-schema.org/draft-07/schema"
                | "json-schema.org/draft/2019-09/schema"
                | "json-schema.org/draft/2020-12/schema"
        )
    };
    if schema.get("$schema").is_some_and(|draft| !is_known(draft)) {
        schema.remove("$schema");
    }
    for value in schema.values_mut() {
        clean(value, DEPTH).ok_or_else(|| format!("its schema is nested deeper than {DEPTH}"))?;
    }
    for key in ["title", "description"] {
        if let Some(Value::String(text)) = schema.get_mut(key) {
            *text = texts::cleaned(text, DESCRIPTION_BYTES);
        }
    }
    Ok(schema)
}

fn clean(value: &mut Value, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| clean(item, depth)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(key, field)| match field {
            Value::String(text) if key == "title" || key == "description" => {
                *text = texts::cleaned(text, DESCRIPTION_BYTES);
                Some(())
            }
            field => clean(field, depth),
        }),
        _ => Some(()),
    }
}

/// Whether nothing but `properties` and `required` speaks of the names of parameters.
fn can_be_renamed(schema: &Map<String, Value>) -> bool {
    const OTHERS: [&str; 8] = [
        "type",
        "$schema",
        "title",
        "description",
        "additionalProperties",
        "$defs",
        "definitions",
        "examples",
    ];
    schema.keys().all(|key| OTHERS.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_left_out_or_not_said_well_is_mended() {
        for (schema, mended) in [
            (json!({}), json!({"type": "object", "properties": {}})),
            (
                json!({"type": null, "properties": null, "required": ["a"]}),
                json!({"type": "object", "properties": {}}),
            ),
            (
                json!({"$schema": "urn:x", "$id": "http://x/", "type": "object", "properties": {"a": 3}}),
                json!({"type": "object", "properties": {"a": {}}}),
            ),
            (
                json!({"type": "object", "properties": {"a": {"description": "x\u{1b}[2J"}}}),
                json!({"type": "object", "properties": {"a": {"description": "x[2J"}}}),
            ),
        ] {
            let found = parameters(&object(schema.clone())).unwrap();
            assert_eq!(found.schema, mended, "{schema}");
        }
    }

    #[test]
    fn parameters_get_names_that_python_has() {
        let schema = json!({
            "properties": {"a-b": {"type": "integer"}, "a_b": {}, "class": {}},
            "required": ["a-b"],
        });
        let found = parameters(&object(schema)).unwrap();
        assert_eq!(
            found.schema["properties"],
            json!({"a_b_": {"type": "integer"}, "a_b": {}, "class_": {}})
        );
        assert_eq!(found.schema["required"], json!(["a_b_"]));
        let renamed = [("a_b_", "a-b"), ("class_", "class")];
        assert_eq!(
            found.renamed,
            renamed.map(|(new, old)| (new.to_owned(), old.to_owned())).into()
        );
        let tied = json!({"properties": {"a-b": {}}, "anyOf": [{"required": ["a-b"]}]});
        assert!(parameters(&object(tied)).unwrap().renamed.is_empty());
    }

    #[test]
    fn what_is_no_schema_of_parameters_is_told() {
        let mut deep = json!({});
        for _ in 0..100 {
            deep = json!({"items": deep});
        }
        for (schema, told) in [
            (json!({"type": "string"}), "its parameters are of type \"string\", not an object"),
            (json!({"properties": 3}), "its properties are not an object"),
            (json!({"properties": {"a": {"type": "no such"}}}), "its schema is none"),
            (json!({"properties": {"a": {"$ref": "http://127.0.0.1:1/x"}}}), "its schema is none"),
            (json!({"properties": {"a": deep}}), "its schema is nested deeper than 32"),
            (json!({"description": "x".repeat(SCHEMA_BYTES)}), "its schema is 65"),
        ] {
            let error = parameters(&object(schema)).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}

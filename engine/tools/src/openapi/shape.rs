//! The arguments of a tool: parameters and body of an operation in one flat schema.
//!
//! Members of a body are arguments of their own, if it is an object whose members are known, and none of them has the
//! name of a parameter. Otherwise the body is one argument, `body`. Of parameters in several places that have one
//! name, the later ones have that of their place before it: `id` and `query_id`.

use std::collections::HashSet;

use fumehood::ToolInput;
use serde_json::{Map, Value, json};

use super::body::{Body, Fields, Form};
use super::document::Document;
use super::parameter::{Parameter, Place};
use super::schema::{Schemas, Side, fitting};
use crate::names;
use crate::texts;

/// Bytes of the schema of a tool's arguments.
const SCHEMA_BYTES: usize = 48 << 10;

/// What a tool takes, and what of it goes where.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) schema: Value,
    pub(super) parameters: Vec<Parameter>,
    /// The arguments that the parameters are, in their order.
    arguments: Vec<String>,
    body: Option<(Body, Fields)>,
}

impl Shape {
    /// The shape of an operation, without the parameters in whose place the host has something. The failure says why it
    /// cannot be one of a tool.
    pub(super) fn of(
        document: &Document,
        item: &Value,
        operation: &Value,
        hidden: &[(Place, String)],
    ) -> Result<Shape, String> {
        let mut parameters = Parameter::all(document, item, operation)?;
        parameters.retain(|parameter| {
            let is_it = |(place, name): &(Place, String)| {
                *place == parameter.place
                    && match place {
                        Place::Header => name.eq_ignore_ascii_case(&parameter.name),
                        _ => *name == parameter.name,
                    }
            };
            !hidden.iter().any(is_it)
        });
        let body = Body::of(document, operation)?;
        let mut taken = HashSet::new();
        // Those that keep their names come first, so that no other takes them.
        let mut arguments = vec![String::new(); parameters.len()];
        for keeps in [true, false] {
            for (parameter, argument) in parameters.iter().zip(&mut arguments) {
                let is_good = fumehood::unusable_name(&parameter.name).is_none();
                if argument.is_empty() && is_good == keeps {
                    *argument = match taken.contains(&parameter.name) {
                        true => format!("{}_{}", parameter.place.name(), parameter.name),
                        false => parameter.name.clone(),
                    };
                    *argument = names::parameter(argument, &taken);
                    taken.insert(argument.clone());
                }
            }
        }
        let mut fields = None;
        let schema = fitting(document, SCHEMA_BYTES, |schemas| {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for (parameter, argument) in parameters.iter().zip(&arguments) {
                properties.insert(argument.clone(), of_parameter(parameter, schemas));
                if parameter.is_required {
                    required.push(json!(argument));
                }
            }
            if let Some(body) = &body {
                fields = Some(of_body(body, schemas, &taken, &mut properties, &mut required));
            }
            Ok(json!({"type": "object", "properties": properties, "required": required}))
        })?;
        let mut closed = schema.clone();
        closed["additionalProperties"] = json!(false);
        jsonschema::validator_for(&closed).map_err(|error| {
            texts::line(&format!("the schema of what it takes is none: {error}"), 300)
        })?;
        Ok(Shape { schema, parameters, arguments, body: body.zip(fields) })
    }

    /// The values of the parameters, in their order.
    pub(super) fn values<'a>(&self, input: &'a ToolInput) -> Vec<Option<&'a Value>> {
        let values = self.arguments.iter().map(|argument| input.arguments.get(argument));
        values.map(|value| value.filter(|value| !value.is_null())).collect()
    }

    /// The body with its media type, if there is one.
    pub(super) fn body(&self, input: &ToolInput) -> Result<Option<(String, bytes::Bytes)>, String> {
        match &self.body {
            Some((body, fields)) => body.written(fields, input),
            None => Ok(None),
        }
    }
}

fn of_parameter(parameter: &Parameter, schemas: &mut Schemas<'_>) -> Value {
    let mut schema = schemas.of(&parameter.schema, Side::Request);
    if !schema.is_object() {
        schema = json!({});
    }
    if !parameter.description.is_empty() {
        schema["description"] = json!(parameter.description);
    }
    if let Some(example) = &parameter.example
        && example.to_string().len() <= 200
    {
        schema["examples"] = json!([example]);
    }
    without_default(&mut schema);
    schema
}

/// Adds what a body is to what a tool takes.
fn of_body(
    body: &Body,
    schemas: &mut Schemas<'_>,
    taken: &HashSet<String>,
    properties: &mut Map<String, Value>,
    required: &mut Vec<Value>,
) -> Fields {
    let mut schema = body.schema(schemas);
    let members = match body.form {
        Form::Bytes | Form::Text => None,
        Form::Json | Form::Multipart | Form::UrlEncoded => members(&schema),
    };
    let members = members.filter(|(members, needed)| {
        let is_taken = |name: &String| taken.contains(name);
        // One that may be left out as a whole is not one whose members have to be there.
        let is_loose = body.is_required || needed.is_empty();
        !members.is_empty() && is_loose && !members.keys().any(is_taken)
    });
    let Some((members, needed)) = members else {
        let argument = names::parameter("body", taken);
        if let Some(schema) = schema.as_object_mut()
            && !body.description.is_empty()
        {
            schema.insert("description".to_owned(), json!(body.description));
        }
        properties.insert(argument.clone(), schema);
        if body.is_required {
            required.push(json!(argument));
        }
        return Fields::Whole(argument);
    };
    let mut taken = taken.clone();
    let mut fields = Vec::new();
    let is_good = |name: &String| fumehood::unusable_name(name).is_none();
    let (good, bad) = members.into_iter().partition::<Vec<_>, _>(|(name, _)| is_good(name));
    for (name, mut schema) in good.into_iter().chain(bad) {
        let argument = names::parameter(&name, &taken);
        taken.insert(argument.clone());
        if needed.contains(&name) {
            required.push(json!(argument));
        }
        without_default(&mut schema);
        properties.insert(argument.clone(), schema);
        fields.push((argument, name));
    }
    Fields::Flat(fields)
}

/// The members of an object, and which of them it has to have; nothing, if it is not an object whose members are all
/// that can be said of it.
fn members(schema: &Value) -> Option<(Map<String, Value>, HashSet<String>)> {
    const NOTES: [&str; 7] =
        ["title", "description", "default", "examples", "deprecated", "format", "required"];
    let schema = schema.as_object()?;
    let mut members = Map::new();
    let mut needed = HashSet::new();
    let mut add = |name: &String, schema: &Value| {
        let both = match members.get(name) {
            Some(known) if known != schema => json!({"allOf": [known, schema]}),
            _ => schema.clone(),
        };
        members.insert(name.clone(), both);
    };
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("type", Value::String(kind)) if kind == "object" => {}
            ("additionalProperties", Value::Bool(false)) => {}
            ("properties", Value::Object(properties)) => {
                properties.iter().for_each(|(name, schema)| add(name, schema));
            }
            ("allOf", Value::Array(parts)) => {
                for part in parts {
                    let (members, more) = self::members(part)?;
                    members.iter().for_each(|(name, schema)| add(name, schema));
                    needed.extend(more);
                }
            }
            (key, _) if NOTES.contains(&key) => {}
            _ => return None,
        }
    }
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    needed.extend(names.filter_map(Value::as_str).map(str::to_owned));
    // What is required and not told of could not be given.
    needed.iter().all(|name| members.contains_key(name)).then_some((members, needed))
}

/// What the server takes if an argument is left out is only told of. If it were the argument's default, it would be
/// sent with each call, and there are servers that refuse one parameter beside another.
fn without_default(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let Some(default) = schema.remove("default") else { return };
    let told = default.to_string();
    if default.is_null() || told.len() > 200 {
        return;
    }
    let description =
        schema.get("description").and_then(Value::as_str).unwrap_or_default().trim_end();
    let end =
        if description.is_empty() || description.ends_with(['.', '!', '?']) { "" } else { "." };
    let space = if description.is_empty() { "" } else { " " };
    let told = format!("{description}{end}{space}If left out: {told}.");
    schema.insert("description".to_owned(), Value::String(told));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(operation: Value) -> Result<Shape, String> {
        let document = json!({"openapi": "3.0.0", "components": {"schemas": {
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        }}});
        let document = Document::parse(&document.to_string()).unwrap();
        Shape::of(&document, &json!({}), &operation, &[])
    }

    fn taken(operation: Value) -> (Vec<String>, Value) {
        let shape = shape(operation).unwrap();
        let names = shape.schema["properties"].as_object().unwrap().keys().cloned().collect();
        (names, shape.schema["required"].clone())
    }

    fn json_body(schema: Value, required: bool) -> Value {
        json!({"required": required, "content": {"application/json": {"schema": schema}}})
    }

    #[test]
    fn parameters_and_members_of_the_body_are_arguments() {
        let id =
            json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
        let query_id =
            json!({"name": "id", "in": "query", "schema": {"type": "integer", "default": 3}});
        let header = json!({"name": "X-Request-Id", "in": "header", "schema": {"type": "string"}});
        let other = json!({"name": "Authorization", "in": "header", "schema": {"type": "string"}});
        let named = json!({"allOf": [
            {"$ref": "#/components/schemas/Named"},
            {"type": "object", "properties": {"class": {"type": "string"}, "age": {"type": "integer"}}},
        ]});
        assert_eq!(
            taken(
                json!({"parameters": [id, query_id, header, other], "requestBody": json_body(named, true)})
            ),
            (
                ["id", "query_id", "X_Request_Id", "name", "age", "class_"]
                    .map(str::to_owned)
                    .into(),
                json!(["id", "name"])
            )
        );
        let shape = shape(json!({"parameters": [query_id]})).unwrap();
        assert_eq!(
            shape.schema["properties"]["id"],
            json!({"type": "integer", "description": "If left out: 3."})
        );
    }

    #[test]
    fn a_body_that_cannot_be_taken_apart_is_one_argument() {
        let name = json!({"name": "name", "in": "query"});
        let body = json!({"name": "body", "in": "query"});
        let reference = json!({"$ref": "#/components/schemas/Named"});
        for (parameters, schema, required, names) in [
            // A parameter has the name of a member.
            (json!([name]), reference.clone(), true, ["name", "body"].as_slice()),
            (json!([name, body]), reference.clone(), true, &["name", "body", "body_"]),
            // All of it may be left out, but not a part.
            (json!([]), reference, false, &["body"]),
            (json!([]), json!({"type": "array"}), true, &["body"]),
            (json!([]), json!({"type": "object"}), true, &["body"]),
            (json!([]), json!({}), true, &["body"]),
            (
                json!([]),
                json!({"properties": {"a": {}}, "additionalProperties": {}}),
                true,
                &["body"],
            ),
            (json!([]), json!({"properties": {"a": {}}, "minProperties": 1}), true, &["body"]),
            (json!([]), json!({"oneOf": [{"properties": {"a": {}}}]}), true, &["body"]),
            (json!([]), json!({"properties": {"a": {}}, "required": ["b"]}), true, &["body"]),
            (
                json!([]),
                json!({"properties": {"a": {}}, "type": "object", "nullable": true}),
                true,
                &["body"],
            ),
            (json!([]), json!({"properties": {"a": {}}}), false, &["a"]),
        ] {
            let operation = json!({"parameters": parameters, "requestBody": json_body(schema.clone(), required)});
            assert_eq!(taken(operation).0, names, "{schema}");
        }
    }

    #[test]
    fn what_cannot_be_a_tool_is_told() {
        let many =
            (0..300).map(|i| json!({"name": format!("p{i}"), "in": "query"})).collect::<Value>();
        for (operation, told) in [
            (json!({"parameters": [{"in": "query"}]}), "a parameter has no name"),
            (
                json!({"parameters": [{"name": "a", "in": "body"}]}),
                "nobody knows where the parameter `a` is",
            ),
            (
                json!({"parameters": [{"name": "a", "in": "path", "style": "form"}]}),
                "its parameter `a` has the style `form`, which none in the path has",
            ),
            (
                json!({"parameters": [{"name": "a b", "in": "header"}]}),
                "no header can be called `a b`",
            ),
            (json!({"parameters": [{"$ref": "x.yaml"}]}), "it refers to another document"),
            (json!({"parameters": many}), "it has more than 200 parameters"),
            (
                json!({"requestBody": {"content": {"multipart/mixed": {}}}}),
                "its body is of no type",
            ),
            (json!({"requestBody": {"$ref": "#/x"}}), "it refers to `#/x`, which is not there"),
        ] {
            let error = shape(operation).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}

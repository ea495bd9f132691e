//! Types of WIT as JSON Schema, for models that call tools without code.

use std::collections::BTreeMap;

use fumehood::{Attachment, Definition, Field, Integer, Kind, Named, Type};
use serde_json::{Map, Value, json};

/// The schema of parameters.
pub(crate) fn of_parameters(parameters: &[Field]) -> Value {
    let mut schemas = Schemas::default();
    let schema = schemas.of_fields(parameters, "");
    schemas.finished(schema)
}

/// The schema of an answer.
pub(crate) fn of_answer(ty: &Type) -> Value {
    let mut schemas = Schemas::default();
    let schema = schemas.of(ty);
    schemas.finished(schema)
}

/// Classes are written once, and referred to.
#[derive(Default)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn finished(self, mut schema: Value) -> Value {
        if !self.0.is_empty() {
            schema["$defs"] = Value::Object(self.0.into_iter().collect());
        }
        schema
    }

    fn of(&mut self, ty: &Type) -> Value {
        match ty {
            Type::Bool => json!({"type": "boolean"}),
            // The bounds of 64 bits are beyond what readers of JSON agree on.
            Type::Integer(Integer::S64) => json!({"type": "integer"}),
            Type::Integer(Integer::U64) => json!({"type": "integer", "minimum": 0}),
            Type::Integer(kind) => {
                let (least, most) = kind.bounds();
                json!({"type": "integer", "minimum": least as i64, "maximum": most as i64})
            }
            Type::F32 | Type::F64 => json!({"type": "number"}),
            Type::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
            Type::String => json!({"type": "string"}),
            Type::Bytes => json!({
                "type": "string",
                "contentEncoding": "base64",
                "contentMediaType": Attachment::BYTES,
            }),
            Type::List(item) => json!({"type": "array", "items": self.of(item)}),
            Type::Option(item) if item.takes_none() => {
                let some = object([("some", self.of(item))]);
                json!({"anyOf": [some, {"type": "null"}]})
            }
            Type::Option(item) => json!({"anyOf": [self.of(item), {"type": "null"}]}),
            Type::Result { ok, err } => {
                let mut side = |name, ty: Option<&Type>| {
                    let value = ty.map_or_else(|| json!({"type": "null"}), |ty| self.of(ty));
                    object([(name, value)])
                };
                json!({"anyOf": [side("ok", ok.as_deref()), side("err", err.as_deref())]})
            }
            Type::Tuple(items) => {
                let length = items.len();
                let items = items.iter().map(|item| self.of(item)).collect::<Vec<_>>();
                json!({"type": "array", "prefixItems": items, "minItems": length, "maxItems": length})
            }
            Type::Named(definition) => self.reference(definition),
            Type::Handle { resource, .. } => {
                json!({"type": "string", "description": format!("A handle of {}.", resource.name)})
            }
            _ => json!({}),
        }
    }

    fn reference(&mut self, definition: &Definition) -> Value {
        let name = format!("{}.{}", definition.module, definition.name);
        let reference = json!({"$ref": format!("#/$defs/{name}")});
        if !self.0.contains_key(&name) {
            // Its place, so that the order is that of their names and none is written twice.
            self.0.insert(name.clone(), Value::Null);
            let schema = self.of_kind(definition);
            self.0.insert(name, schema);
        }
        reference
    }

    fn of_kind(&mut self, definition: &Definition) -> Value {
        let about = definition.documentation.as_str();
        let mut schema = match &definition.kind {
            Kind::Record(fields) => return self.of_fields(fields, about),
            Kind::Enum(cases) => json!({"type": "string", "enum": names(cases)}),
            Kind::Flags(flags) => json!({
                "type": "array",
                "items": {"type": "string", "enum": names(flags)},
                "uniqueItems": true,
            }),
            Kind::Variant(cases) => {
                let (with, without): (Vec<_>, Vec<_>) =
                    cases.iter().partition(|case| case.ty.is_some());
                let mut choices = Vec::new();
                if !without.is_empty() {
                    let names = without.iter().map(|case| case.label.name.as_str());
                    choices.push(json!({"type": "string", "enum": names.collect::<Vec<_>>()}));
                }
                for case in with {
                    let value = case.ty.as_ref().map_or(Value::Null, |ty| self.of(ty));
                    choices.push(described(
                        object([(&case.label.name, value)]),
                        &case.label.documentation,
                    ));
                }
                json!({"anyOf": choices})
            }
            _ => json!({}),
        };
        schema = described(schema, about);
        schema
    }

    fn of_fields(&mut self, fields: &[Field], about: &str) -> Value {
        let required = fields.iter().filter(|field| !field.ty.takes_none());
        let required = required.map(|field| field.name.as_str()).collect::<Vec<_>>();
        let properties = fields
            .iter()
            .map(|field| (field.name.clone(), described(self.of(&field.ty), &field.documentation)));
        let properties = properties.collect::<Map<_, _>>();
        described(
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            }),
            about,
        )
    }
}

fn names(labels: &[Named]) -> Vec<&str> {
    labels.iter().map(|label| label.name.as_str()).collect()
}

/// An object that has exactly these.
fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    let required = properties.each_ref().map(|(name, _)| Value::from(*name)).to_vec();
    let properties = properties.into_iter().map(|(name, schema)| (name.to_owned(), schema));
    let properties = properties.collect::<Map<_, _>>();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn described(mut schema: Value, about: &str) -> Value {
    if !about.is_empty() {
        schema["description"] = about.into();
    }
    schema
}

//! The operations of a document, and which of them are meant.

use serde_json::{Map, Value};

use super::document::Document;
use super::error::OpenApiError;
use crate::names::Names;
use crate::texts;

/// Operations of a document.
const OPERATIONS: usize = 10_000;
/// Bytes of a path, and of an operation's identifier.
const PATH_BYTES: usize = 1_000;
const ID_BYTES: usize = 200;
/// Operations that an error names.
const NAMED: usize = 20;

/// The methods that a document can have operations for, with whether they only ask.
const METHODS: [(&str, &str, bool); 7] = [
    ("get", "GET", true),
    ("put", "PUT", false),
    ("post", "POST", false),
    ("delete", "DELETE", false),
    ("options", "OPTIONS", true),
    ("head", "HEAD", true),
    ("patch", "PATCH", false),
];

/// An operation of a document: a method of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The name of its tool, without the prefix.
    pub name: String,
    /// What the document calls it, its `operationId`.
    pub id: Option<String>,
    /// The method, in capitals.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it does, in a line.
    pub summary: String,
    /// Whether it is not to be used any more. Such a one has to be allowed by its name.
    pub is_deprecated: bool,
    pub(super) only_asks: bool,
    /// Its key in the document's path.
    pub(super) key: &'static str,
}

impl Operation {
    /// The operations of a document, in its order.
    pub(super) fn all(document: &Document) -> Result<Vec<Operation>, OpenApiError> {
        let mut operations = Vec::new();
        let mut names = Names::default();
        let none = Map::new();
        let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&none);
        for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
            let Ok(item) = document.resolved(item) else { continue };
            for (key, method, only_asks) in METHODS {
                let Some(operation) = item.get(key).filter(|operation| operation.is_object())
                else {
                    continue;
                };
                if operations.len() == OPERATIONS {
                    let reason = format!("it has more than {OPERATIONS} operations");
                    return Err(OpenApiError::Read { reason });
                }
                if path.len() > PATH_BYTES {
                    continue;
                }
                let id = operation.get("operationId").and_then(Value::as_str);
                let id = id.filter(|id| (1..=ID_BYTES).contains(&id.len()));
                let called = id.map_or_else(|| format!("{key}_{path}"), str::to_owned);
                let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
                let summary = ["summary", "description"].into_iter();
                let mut summary = summary.filter_map(|key| operation.get(key)?.as_str());
                operations.push(Operation {
                    name: names.take_own("", &called),
                    id: id.map(str::to_owned),
                    method,
                    path: path.clone(),
                    tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
                    summary: texts::line(summary.next().unwrap_or_default(), 200),
                    is_deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
                    only_asks,
                    key,
                });
            }
        }
        Ok(operations)
    }

    /// The path's item and the operation itself, in the document.
    pub(super) fn written<'a>(&self, document: &'a Document) -> Option<(&'a Value, &'a Value)> {
        let item = document.get("paths")?.get(&self.path)?;
        let item = document.resolved(item).ok()?;
        Some((item, item.get(self.key)?))
    }

    /// How errors name it.
    pub(super) fn told(&self) -> String {
        let place = texts::line(&format!("{} {}", self.method, self.path), 200);
        match &self.id {
            Some(id) => format!("{} ({place})", texts::line(id, 100)),
            None => place,
        }
    }
}

/// Which operations are allowed.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Id(String),
    Place { method: String, path: String },
    Tag(String),
}

impl Pattern {
    /// `operationId`, `METHOD /path` or `tag:NAME`; `*` stands for any characters.
    pub(super) fn of(text: &str) -> Pattern {
        let kind = match (text.strip_prefix("tag:"), text.split_once(' ')) {
            (Some(tag), _) => Kind::Tag(tag.trim().to_owned()),
            (None, Some((method, path))) if path.trim().starts_with(['/', '*']) => Kind::Place {
                method: method.trim().to_ascii_uppercase(),
                path: path.trim().to_owned(),
            },
            _ => Kind::Id(text.to_owned()),
        };
        Pattern { text: text.to_owned(), kind }
    }

    /// Whether the operation is one of those that are meant.
    pub(super) fn means(&self, operation: &Operation) -> bool {
        if operation.is_deprecated && !self.names(operation) {
            return false;
        }
        match &self.kind {
            Kind::Id(id) => {
                operation.id.as_deref().is_some_and(|own| is_like(id, own))
                    || is_like(id, &operation.name)
            }
            Kind::Place { method, path } => {
                is_like(method, operation.method) && is_like(path, &operation.path)
            }
            Kind::Tag(tag) => operation.tags.iter().any(|own| is_like(tag, own)),
        }
    }

    /// Whether it means the operation and no other.
    pub(super) fn names(&self, operation: &Operation) -> bool {
        match &self.kind {
            Kind::Id(id) => operation.id.as_ref() == Some(id) || operation.name == *id,
            Kind::Place { method, path } => method == operation.method && *path == operation.path,
            Kind::Tag(_) => false,
        }
    }

    /// That it means none.
    pub(super) fn unmatched(&self, operations: &[Operation]) -> OpenApiError {
        let known = operations.iter().take(NAMED);
        let known =
            known.map(|operation| operation.id.as_ref().unwrap_or(&operation.name).as_str());
        let mut known = known.collect::<Vec<_>>();
        if operations.len() > NAMED {
            known.push("…");
        }
        let known = match known.is_empty() {
            true => ": the document has none".to_owned(),
            false => texts::line(&format!("; there are: {}", known.join(", ")), 1_000),
        };
        OpenApiError::Unmatched { pattern: self.text.clone(), known }
    }
}

/// Whether a text is like a pattern, in which `*` stands for any characters.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.collect::<Vec<_>>();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operations() -> Vec<Operation> {
        let document = json!({"openapi": "3.0.0", "paths": {
            "/pets": {
                "get": {"operationId": "listPets", "tags": ["pets"]},
                "post": {"operationId": "addPet", "tags": ["pets"], "summary": "Adds\n a pet."},
            },
            "/pets/{id}": {"delete": {"operationId": "pets/remove", "deprecated": true, "tags": ["pets"]}},
            "/status": {"get": {}, "trace": {}},
            "x-not-a-path": {"get": {}},
        }});
        Operation::all(&Document::parse(&document.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn operations_have_names_whatever_the_document_calls_them() {
        let named = operations().into_iter().map(|operation| operation.name).collect::<Vec<_>>();
        assert_eq!(named, ["listPets", "addPet", "pets_remove", "get_status"]);
        assert_eq!(operations()[1].summary, "Adds a pet.");
    }

    #[test]
    fn patterns_mean_names_places_and_tags() {
        let operations = operations();
        for (pattern, meant) in [
            ("listPets", vec!["listPets"]),
            ("list*", vec!["listPets"]),
            ("*", vec!["listPets", "addPet", "get_status"]),
            ("GET /pets", vec!["listPets"]),
            ("get /*", vec!["listPets", "get_status"]),
            ("* /pets", vec!["listPets", "addPet"]),
            ("* /pets/*", vec![]),
            ("tag:pets", vec!["listPets", "addPet"]),
            ("tag:p*", vec!["listPets", "addPet"]),
            ("pets/remove", vec!["pets_remove"]),
            ("pets_remove", vec!["pets_remove"]),
            ("DELETE /pets/{id}", vec!["pets_remove"]),
            ("get_status", vec!["get_status"]),
            ("LISTPETS", vec![]),
            ("", vec![]),
        ] {
            let pattern = Pattern::of(pattern);
            let found = operations.iter().filter(|operation| pattern.means(operation));
            let found = found.map(|operation| operation.name.as_str()).collect::<Vec<_>>();
            assert_eq!(found, meant, "{pattern:?}");
        }
        assert_eq!(
            Pattern::of("addpet").unmatched(&operations).to_string(),
            "`addpet` is allowed, and no operation is like that; there are: listPets, addPet, pets/remove, get_status"
        );
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, is) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("*b*", "abc", true),
            ("**", "", true),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "acb", false),
            ("aa*a", "aa", false),
        ] {
            assert_eq!(is_like(pattern, text), is, "{pattern} {text}");
        }
    }
}

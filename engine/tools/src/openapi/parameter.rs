//! Parameters of operations: what of a request is not its body.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::document::Document;
use super::style::{Keep, Style};
use crate::texts;

/// Parameters of an operation.
const PARAMETERS: usize = 200;
/// Bytes of a parameter's name.
const NAME_BYTES: usize = 200;

/// Headers that are not the caller's to set: the specification has other ways for some, and the rest is about the
/// connection.
const OTHER_HEADERS: [&str; 14] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Where in a request a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

impl Place {
    fn named(name: &str) -> Option<Place> {
        Some(match name {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "cookie" => Place::Cookie,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
        }
    }

    fn takes(self, style: Style) -> bool {
        match self {
            Place::Path => matches!(style, Style::Simple | Style::Label | Style::Matrix),
            Place::Query => matches!(
                style,
                Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject
            ),
            Place::Header => style == Style::Simple,
            Place::Cookie => style == Style::Form,
        }
    }
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// What the server calls it.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) style: Style,
    pub(super) explode: bool,
    pub(super) keep: Keep,
    /// Whether its value is written as JSON, and the style means nothing.
    pub(super) is_json: bool,
    pub(super) is_required: bool,
    /// As the document has it.
    pub(super) schema: Value,
    pub(super) description: String,
    pub(super) example: Option<Value>,
}

impl Parameter {
    /// The parameters of an operation and of its path. The failure says why one of them can be none.
    pub(super) fn all(
        document: &Document,
        item: &Value,
        operation: &Value,
    ) -> Result<Vec<Parameter>, String> {
        let mut parameters = Vec::new();
        let mut known = HashSet::new();
        // Those of the operation come before those of the path that have the same name and place.
        for of in [operation, item] {
            let written = of.get("parameters").and_then(Value::as_array).into_iter().flatten();
            for written in written {
                let Some(parameter) = Parameter::read(document, document.resolved(written)?)?
                else {
                    continue;
                };
                if known.insert((parameter.place, parameter.name.clone())) {
                    parameters.push(parameter);
                }
                if parameters.len() > PARAMETERS {
                    return Err(format!("it has more than {PARAMETERS} parameters"));
                }
            }
        }
        Ok(parameters)
    }

    /// Reads one; nothing, if it is not the caller's to say.
    fn read(document: &Document, written: &Value) -> Result<Option<Parameter>, String> {
        let text = |key: &str| written.get(key).and_then(Value::as_str);
        let flag = |key: &str| written.get(key).and_then(Value::as_bool);
        let name = text("name").ok_or("a parameter has no name")?;
        let shown = texts::line(name, 100);
        if name.is_empty() || name.len() > NAME_BYTES {
            return Err("the name of a parameter is empty or too long".to_owned());
        }
        let place = text("in").and_then(Place::named);
        let place =
            place.ok_or_else(|| format!("nobody knows where the parameter `{shown}` is"))?;
        if place == Place::Header {
            let name = name.to_ascii_lowercase();
            if OTHER_HEADERS.contains(&name.as_str()) || name.starts_with("proxy-") {
                return Ok(None);
            }
            let is_good =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if !name.bytes().all(is_good) {
                return Err(format!("no header can be called `{shown}`"));
            }
        }
        let default =
            if matches!(place, Place::Query | Place::Cookie) { Style::Form } else { Style::Simple };
        let style = match text("style") {
            None => default,
            Some(named) => {
                Style::named(named).filter(|style| place.takes(*style)).ok_or_else(|| {
                    let named = texts::line(named, 40);
                    format!(
                        "its parameter `{shown}` has the style `{named}`, which none in the {} has",
                        place.name()
                    )
                })?
            }
        };
        let content = written.get("content").and_then(Value::as_object);
        let content = content.and_then(|content| content.iter().next());
        let schema = match content {
            Some((_, media)) => media.get("schema"),
            None => written.get("schema"),
        };
        let keep = match place {
            Place::Header => Keep::Everything,
            Place::Query if flag("allowReserved") == Some(true) => Keep::Reserved,
            _ => Keep::Unreserved,
        };
        let schema = schema.cloned().unwrap_or(Value::Object(Map::new()));
        // A value that is an example of the whole is one of the schema's.
        let examples = written.get("examples").and_then(Value::as_object);
        let of_examples = examples.and_then(|all| {
            let first = document.resolved(all.values().next()?).ok()?;
            first.get("value").cloned()
        });
        Ok(Some(Parameter {
            name: name.to_owned(),
            place,
            style,
            explode: flag("explode").unwrap_or(style.explodes()),
            keep,
            is_json: content.is_some_and(|(media, _)| is_json(media)),
            is_required: place == Place::Path || flag("required") == Some(true),
            schema,
            description: texts::cleaned(text("description").unwrap_or_default(), 1_000),
            example: written.get("example").cloned().or(of_examples),
        }))
    }
}

/// Whether a media type is JSON of some kind.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// A media type without its parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().chars().take(200).collect::<String>().to_ascii_lowercase()
}

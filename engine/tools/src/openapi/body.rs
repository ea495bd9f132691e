//! Bodies of requests.

use std::collections::BTreeMap;

use bytes::Bytes;
use fumehood::{Attachment, ToolInput};
use serde_json::{Map, Value, json};

use super::document::Document;
use super::parameter::{essence, is_json};
use super::schema::{Schemas, Side};
use super::style::{Keep, Style, in_pairs};
use crate::media;
use crate::texts;

/// Fields of a form that have a way to be written of their own.
const ENCODINGS: usize = 200;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Json,
    Multipart,
    UrlEncoded,
    Bytes,
    Text,
}

/// The body of an operation's requests, as the document has it.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) form: Form,
    media_type: String,
    pub(super) is_required: bool,
    pub(super) description: String,
    schema: Value,
    encodings: BTreeMap<String, Encoding>,
}

/// How one field of a form is written.
#[derive(Debug)]
struct Encoding {
    /// Its style and whether it is taken apart, if the document says one of them.
    style: Option<(Style, bool)>,
    keep: Keep,
    media_type: Option<String>,
}

/// Which arguments are the body.
#[derive(Debug)]
pub(super) enum Fields {
    /// One is all of it.
    Whole(String),
    /// Its members are arguments of their own: their names, and what the server calls them.
    Flat(Vec<(String, String)>),
}

impl Body {
    /// The body of an operation, if it has one. The failure says why it cannot be written.
    pub(super) fn of(document: &Document, operation: &Value) -> Result<Option<Body>, String> {
        let Some(written) = operation.get("requestBody") else { return Ok(None) };
        let written = document.resolved(written)?;
        let content = written.get("content").and_then(Value::as_object);
        let offered = content.into_iter().flatten().filter_map(|(media_type, media)| {
            let form = form(media_type)?;
            Some((form, media_type, media))
        });
        let Some((form, media_type, media)) = offered.min_by_key(|(form, ..)| *form) else {
            return match content.is_some_and(|content| !content.is_empty()) {
                true => Err("its body is of no type that can be written here".to_owned()),
                false => Ok(None),
            };
        };
        let mut encodings = BTreeMap::new();
        let written_encodings = media.get("encoding").and_then(Value::as_object);
        for (name, encoding) in written_encodings.into_iter().flatten().take(ENCODINGS) {
            encodings.insert(name.clone(), Encoding::of(encoding));
        }
        let media_type = match form {
            Form::Json if media_type.contains('*') => "application/json".to_owned(),
            Form::Bytes if media_type.contains('*') => Attachment::BYTES.to_owned(),
            _ => essence(media_type),
        };
        Ok(Some(Body {
            form,
            media_type,
            is_required: written.get("required") == Some(&Value::Bool(true)),
            description: texts::cleaned(
                written.get("description").and_then(Value::as_str).unwrap_or_default(),
                1_000,
            ),
            schema: media.get("schema").cloned().unwrap_or(json!({})),
            encodings,
        }))
    }

    /// The schema of its value.
    pub(super) fn schema(&self, schemas: &mut Schemas<'_>) -> Value {
        match self.form {
            Form::Json | Form::UrlEncoded => schemas.of(&self.schema, Side::Request),
            Form::Multipart => {
                let mut schema = schemas.of(&self.schema, Side::RequestOfBytes);
                // A field that is bytes may be bytes of one type alone.
                for (name, encoding) in &self.encodings {
                    let wanted =
                        encoding.media_type.as_deref().filter(|wanted| !wanted.contains(','));
                    let place = schema.pointer_mut(&format!("/properties/{}", escaped(name)));
                    if let (Some(wanted), Some(Value::Object(field))) = (wanted, place)
                        && field.get("contentMediaType") == Some(&json!("*/*"))
                    {
                        field.insert("contentMediaType".to_owned(), json!(wanted));
                    }
                }
                schema
            }
            Form::Text => {
                json!({"type": "string", "description": format!("As {}.", self.media_type)})
            }
            Form::Bytes => json!({"type": "string", "contentMediaType": self.media_type}),
        }
    }

    /// The body that the arguments are, with its media type; nothing, if there is none. The failure says what is wrong
    /// with an argument.
    pub(super) fn written(
        &self,
        fields: &Fields,
        input: &ToolInput,
    ) -> Result<Option<(String, Bytes)>, String> {
        let arguments = &input.arguments;
        if let Fields::Whole(name) = fields
            && !arguments.contains_key(name)
        {
            return Ok(None);
        }
        if let Fields::Flat(names) = fields
            && !self.is_required
            && !names.iter().any(|(argument, _)| arguments.contains_key(argument))
        {
            return Ok(None);
        }
        let body = match (self.form, fields) {
            (Form::Json, Fields::Whole(name)) => {
                arguments.get(name).map(Value::to_string).unwrap_or_default().into()
            }
            (Form::Json, Fields::Flat(names)) => {
                let members = names.iter().filter_map(|(argument, name)| {
                    Some((name.clone(), arguments.get(argument)?.clone()))
                });
                Value::Object(members.collect::<Map<_, _>>()).to_string().into()
            }
            (Form::Text, Fields::Whole(name)) => {
                arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned().into()
            }
            (Form::Bytes, Fields::Whole(name)) => {
                let bytes = input.attachment(&format!("/{}", escaped(name)));
                let bytes = bytes.ok_or_else(|| format!("`{name}`: bytes are wanted"))?;
                bytes.bytes.clone()
            }
            (Form::UrlEncoded, fields) => self.url_encoded(fields, input)?.into(),
            (Form::Multipart, fields) => return self.multipart(fields, input).map(Some),
            (Form::Text | Form::Bytes, Fields::Flat(_)) => {
                return Err("its body has no fields".to_owned());
            }
        };
        let charset = if self.form == Form::Text { "; charset=utf-8" } else { "" };
        Ok(Some((format!("{}{charset}", self.media_type), body)))
    }

    /// The fields of a form: what the server calls them, where they are among the arguments, and their values.
    fn fields<'a>(fields: &'a Fields, input: &'a ToolInput) -> Vec<(&'a str, String, &'a Value)> {
        let arguments = &input.arguments;
        match fields {
            Fields::Flat(names) => {
                let given = names.iter().filter_map(|(argument, name)| {
                    Some((
                        name.as_str(),
                        format!("/{}", escaped(argument)),
                        arguments.get(argument)?,
                    ))
                });
                given.collect()
            }
            Fields::Whole(argument) => {
                let members =
                    arguments.get(argument).and_then(Value::as_object).into_iter().flatten();
                let at = |name: &str| format!("/{}/{}", escaped(argument), escaped(name));
                members.map(|(name, value)| (name.as_str(), at(name), value)).collect()
            }
        }
    }

    fn url_encoded(&self, fields: &Fields, input: &ToolInput) -> Result<String, String> {
        let mut pairs = Vec::new();
        for (name, _, value) in Body::fields(fields, input) {
            let encoding = self.encodings.get(name);
            let style = encoding.and_then(|encoding| encoding.style);
            let keep = encoding.map_or(Keep::Unreserved, |encoding| encoding.keep);
            // Without a style of its own an object is JSON, and a list is its items.
            let json = Value::String(value.to_string());
            let (value, (style, explode)) = match (style, value) {
                (Some(style), value) => (value, style),
                (None, Value::Object(_)) => (&json, (Style::Form, true)),
                (None, value) => (value, (Style::Form, true)),
            };
            let written = in_pairs(style, explode, name, value, keep);
            pairs.extend(written.map_err(|why| format!("`{}`: {why}", texts::line(name, 100)))?);
        }
        // What is a space in a query is a plus in a form.
        let pairs =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}").replace("%20", "+"));
        Ok(pairs.collect::<Vec<_>>().join("&"))
    }

    fn multipart(&self, fields: &Fields, input: &ToolInput) -> Result<(String, Bytes), String> {
        let mut parts = Vec::new();
        for (name, at, value) in Body::fields(fields, input) {
            let said = self.encodings.get(name).and_then(|encoding| encoding.media_type.as_deref());
            match value {
                // Each item is a part of its own.
                Value::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        parts.extend(Part::of(name, &format!("{at}/{index}"), item, said, input));
                    }
                }
                value => parts.extend(Part::of(name, &at, value, said, input)),
            }
        }
        let boundary = boundary()?;
        let size =
            parts.iter().map(|part| part.content.len() + part.head.len() + 100).sum::<usize>();
        let mut body = Vec::with_capacity(size + 100);
        for part in &parts {
            body.extend_from_slice(format!("--{boundary}\r\n{}\r\n\r\n", part.head).as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok((format!("{}; boundary={boundary}", self.media_type), body.into()))
    }
}

/// A part of a body that has several.
struct Part {
    head: String,
    content: Bytes,
}

impl Part {
    /// That of a value; nothing for null.
    fn of(
        name: &str,
        at: &str,
        value: &Value,
        said: Option<&str>,
        input: &ToolInput,
    ) -> Option<Part> {
        // One of several types that are allowed is not for us to choose.
        let said = said.filter(|said| !said.contains([',', '*']));
        let mut head = format!("content-disposition: form-data; name=\"{}\"", quoted(name));
        let (media_type, content) = match (input.attachment(at), value) {
            (Some(attachment), _) => {
                head.push_str(&format!("; filename=\"{}\"", quoted(name)));
                let own = media::media_type(&attachment.media_type, &attachment.bytes);
                (Some(said.map_or(own, str::to_owned)), attachment.bytes.clone())
            }
            (None, Value::Null) => return None,
            (None, Value::String(text)) => (said.map(str::to_owned), text.clone().into()),
            (None, Value::Object(_) | Value::Array(_)) => {
                (Some(said.unwrap_or("application/json").to_owned()), value.to_string().into())
            }
            (None, value) => (said.map(str::to_owned), value.to_string().into()),
        };
        if let Some(media_type) = media_type {
            head.push_str(&format!("\r\ncontent-type: {media_type}"));
        }
        Some(Part { head, content })
    }
}

/// A name as forms have it in quotes.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A line that is in none of the parts, as nobody knows it who has written them.
fn boundary() -> Result<String, String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("there are no random numbers: {error}"))?;
    Ok(format!("fumehood-{:032x}", u128::from_le_bytes(bytes)))
}

impl Encoding {
    fn of(written: &Value) -> Encoding {
        let style = written.get("style").and_then(Value::as_str).and_then(Style::named);
        let explode = written.get("explode").and_then(Value::as_bool);
        let reserved = written.get("allowReserved").and_then(Value::as_bool);
        let is_said = style.is_some() || explode.is_some() || reserved.is_some();
        let style = style.unwrap_or(Style::Form);
        let media_type = written.get("contentType").and_then(Value::as_str);
        let is_good = |media_type: &&str| {
            media_type.len() <= 200 && media_type.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        };
        Encoding {
            style: is_said.then(|| (style, explode.unwrap_or(style.explodes()))),
            keep: if reserved == Some(true) { Keep::Reserved } else { Keep::Unreserved },
            media_type: media_type.filter(is_good).map(str::to_owned),
        }
    }
}

/// How a body of a media type is written; nothing, if it cannot be.
fn form(media_type: &str) -> Option<Form> {
    let essence = essence(media_type);
    Some(match essence.as_str() {
        "*/*" | "application/*" => Form::Json,
        _ if is_json(&essence) => Form::Json,
        "multipart/form-data" => Form::Multipart,
        "application/x-www-form-urlencoded" => Form::UrlEncoded,
        "application/xml" => Form::Text,
        _ if essence.starts_with("multipart/") => return None,
        _ if essence.starts_with("text/") || essence.ends_with("+xml") => Form::Text,
        _ => Form::Bytes,
    })
}

/// A name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

//! Answers of servers, as Python has them.

use fumehood::{Attachment, ToolError, ToolOutput};
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::parameter::{essence, is_json};
use super::schema::{Side, fitting};
use crate::egress::HttpResponse;
use crate::media;
use crate::texts;

/// Bytes of the schema of a tool's answers.
const SCHEMA_BYTES: usize = 16 << 10;
/// Bytes of what an error says.
const ERROR_BYTES: usize = 2_000;
/// Members of an error that are told, and how deep they are.
const ERRORS: usize = 10;

/// What a document says of an operation's answers.
#[derive(Debug)]
pub(super) struct Answers {
    /// The schema, if there is one.
    pub(super) returns: Option<Value>,
    /// What is asked for.
    pub(super) accept: String,
}

impl Answers {
    /// Those of an operation, when all goes well.
    pub(super) fn of(document: &Document, operation: &Value) -> Answers {
        let responses = operation.get("responses").and_then(Value::as_object);
        let good = responses
            .into_iter()
            .flatten()
            .filter(|(status, _)| status.starts_with('2') && status.len() == 3);
        let mut good = good.collect::<Vec<_>>();
        // Numbers come before `2XX`.
        good.sort_by_key(|(status, _)| status.as_str());
        let mut any = false;
        let mut contents = good.into_iter().filter_map(|(_, response)| {
            any = true;
            let response = document.resolved(response).ok()?;
            let content = response.get("content")?.as_object()?;
            let (media_type, media) = content
                .iter()
                .find(|(media_type, _)| is_json(media_type))
                .or(content.iter().next())?;
            Some((response, media_type, media))
        });
        let Some((response, media_type, media)) = contents.next() else {
            drop(contents);
            let returns = any.then(|| json!({"type": "null"}));
            return Answers { returns, accept: "*/*".to_owned() };
        };
        let essence = essence(media_type);
        let mut returns = match () {
            () if is_json(&essence) => {
                let schema = media.get("schema").unwrap_or(&Value::Null);
                let made =
                    fitting(document, SCHEMA_BYTES, |schemas| Ok(schemas.of(schema, Side::Answer)));
                made.ok().filter(|made| jsonschema::validator_for(made).is_ok())
            }
            () if is_text(&essence) => Some(json!({"type": "string"})),
            () if essence.contains('*') => None,
            () => Some(json!({"type": "string", "contentMediaType": essence})),
        };
        let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
        if let Some(Value::Object(schema)) = &mut returns
            && !description.trim().is_empty()
        {
            schema.entry("description").or_insert_with(|| json!(texts::cleaned(description, 500)));
        }
        let accept =
            if is_json(&essence) { format!("{essence}, */*;q=0.5") } else { "*/*".to_owned() };
        let is_good = accept.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        Answers { returns, accept: if is_good { accept } else { "*/*".to_owned() } }
    }
}

/// What an answer is: the value that its JSON is, its text, or its bytes. One to `HEAD` is its headers.
pub(super) fn value(answer: HttpResponse, is_head: bool) -> Result<ToolOutput, ToolError> {
    if is_head {
        let headers = answer.headers.into_iter().map(|(name, value)| (name, json!(value)));
        return Ok(Value::Object(headers.collect::<Map<_, _>>()).into());
    }
    if answer.body.is_empty() {
        return Ok(ToolOutput::default());
    }
    let said = answer.header("content-type").unwrap_or_default();
    let essence = essence(said);
    if is_json(&essence) {
        let value = serde_json::from_slice::<Value>(&answer.body);
        return value.map(ToolOutput::from).map_err(|error| {
            ToolError::new(format!(
                "the server says that its answer is JSON, and it is not: {error}"
            ))
        });
    }
    if is_text(&essence) || essence.is_empty() {
        let is_latin_1 = said.to_ascii_lowercase().contains("charset=iso-8859-1");
        match std::str::from_utf8(&answer.body) {
            Ok(text) => return Ok(json!(text).into()),
            Err(_) if is_latin_1 => {
                let text = answer.body.iter().map(|byte| char::from(*byte)).collect::<String>();
                return Ok(json!(text).into());
            }
            Err(_) => {}
        }
    }
    let media_type = match is_text(&essence) {
        // It is not.
        true => Attachment::BYTES.to_owned(),
        false => media::media_type(&essence, &answer.body),
    };
    Ok(ToolOutput::bytes(media_type, answer.body))
}

/// What an answer says that is none: the status, and what of the body was meant for who asks.
pub(super) fn failure(answer: &HttpResponse) -> String {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
    let mut told = format!("the server answered {} {reason}", answer.status).trim_end().to_owned();
    if (300..400).contains(&answer.status) {
        let to = texts::line(answer.header("location").unwrap_or_default(), 200);
        told.push_str(&format!(
            ", which sends it on to `{to}`; what changes something is not sent on"
        ));
        return told;
    }
    let essence = essence(answer.header("content-type").unwrap_or_default());
    // What is longer says it to people.
    let body = answer.body.get(..64 << 10).unwrap_or(&answer.body);
    let said = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) if is_json(&essence) || value.is_object() => in_json(&value),
        _ if essence == "text/html" || essence == "application/xhtml+xml" => String::new(),
        _ if is_text(&essence) || essence.is_empty() => String::from_utf8_lossy(body).into_owned(),
        _ => String::new(),
    };
    let said = texts::line(&said, ERROR_BYTES);
    if !said.is_empty() {
        told.push_str(&format!(": {said}"));
    }
    if let Some(after) = answer.header("retry-after") {
        told.push_str(&format!(" (try again after: {})", texts::line(after, 60)));
    }
    told
}

/// What an error says in JSON: as problem details have it (RFC 9457), or in one of the ways that are usual.
fn in_json(value: &Value) -> String {
    let mut said = Vec::new();
    match value {
        Value::String(text) => said.push(text.clone()),
        Value::Object(members) => {
            for key in [
                "title",
                "error",
                "code",
                "message",
                "error_description",
                "detail",
                "details",
                "errors",
            ] {
                match members.get(key) {
                    Some(Value::String(text)) => said.push(text.clone()),
                    Some(Value::Object(inner)) => said.push(match inner.get("message") {
                        Some(Value::String(text)) => text.clone(),
                        _ => Value::Object(inner.clone()).to_string(),
                    }),
                    Some(Value::Array(items)) => {
                        said.extend(items.iter().take(ERRORS).map(|item| match item {
                            Value::String(text) => text.clone(),
                            item => item.to_string(),
                        }));
                    }
                    Some(Value::Number(number)) => said.push(number.to_string()),
                    _ => {}
                }
            }
            if said.is_empty() {
                said.push(value.to_string());
            }
        }
        Value::Null => {}
        value => said.push(value.to_string()),
    }
    // Some say the same twice.
    said.dedup();
    said.join(": ")
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || [
            "application/xml",
            "application/yaml",
            "application/x-yaml",
            "application/javascript",
            "application/x-ndjson",
            "application/x-www-form-urlencoded",
        ]
        .contains(&essence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, media_type: &str, body: &str) -> HttpResponse {
        HttpResponse {
            url: String::new(),
            status,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn answers_are_values_texts_or_bytes() {
        let of = |media_type, body| value(answer(200, media_type, body), false).unwrap();
        assert_eq!(of("application/json; charset=utf-8", "[1]").value, json!([1]));
        assert_eq!(of("application/hal+json", "{}").value, json!({}));
        assert_eq!(of("text/csv", "a,b").value, "a,b");
        assert_eq!(of("", "a").value, "a");
        assert_eq!(of("application/json", "").value, Value::Null);
        assert_eq!(of("application/pdf", "%PDF").attachments[0].media_type, "application/pdf");
        assert_eq!(of("image/png", "no").attachments[0].media_type, Attachment::BYTES);
        let error = value(answer(200, "application/json", "{"), false).unwrap_err();
        assert!(error.to_string().contains("it is not: EOF"), "{error}");
        let mut latin = answer(200, "text/plain; charset=ISO-8859-1", "");
        latin.body = vec![0xe9].into();
        assert_eq!(value(latin.clone(), false).unwrap().value, "é");
        latin.headers.clear();
        assert_eq!(value(latin.clone(), false).unwrap().attachments.len(), 1);
        assert_eq!(
            value(answer(200, "a/b", ""), true).unwrap().value,
            json!({"content-type": "a/b"})
        );
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(value(answer(200, "application/json", &deep), false).is_err());
    }

    #[test]
    fn failures_say_what_the_server_says() {
        for (status, media_type, body, told) in [
            (
                404,
                "application/problem+json",
                r#"{"type": "about:blank", "title": "No such pet", "detail": "It is gone.", "status": 404}"#,
                "the server answered 404 Not Found: No such pet: It is gone.",
            ),
            (
                400,
                "application/json",
                r#"{"error": {"message": "no"}}"#,
                "the server answered 400 Bad Request: no",
            ),
            (
                422,
                "application/json",
                r#"{"detail": [{"loc": ["body"], "msg": "x"}]}"#,
                r#"the server answered 422 Unprocessable Entity: {"loc":["body"],"msg":"x"}"#,
            ),
            (
                500,
                "text/plain",
                "broken\u{1b}[2J\n down",
                "the server answered 500 Internal Server Error: broken[2J down",
            ),
            (502, "text/html", "<html>...", "the server answered 502 Bad Gateway"),
            (599, "", "", "the server answered 599"),
            (
                400,
                "application/json",
                r#"{"odd": 1}"#,
                r#"the server answered 400 Bad Request: {"odd":1}"#,
            ),
        ] {
            assert_eq!(failure(&answer(status, media_type, body)), told);
        }
        let long = failure(&answer(500, "text/plain", &"x".repeat(1_000_000)));
        assert!(long.len() < ERROR_BYTES + 100);
        let mut busy = answer(429, "", "");
        busy.headers.push(("retry-after".to_owned(), "30".to_owned()));
        assert_eq!(
            failure(&busy),
            "the server answered 429 Too Many Requests (try again after: 30)"
        );
        let mut moved = answer(307, "", "");
        moved.headers.push(("location".to_owned(), "https://other.test/".to_owned()));
        assert!(failure(&moved).contains("sends it on to `https://other.test/`"));
    }
}

//! The document as it is written: read, with its references.

use serde_json::Value;

use super::error::OpenApiError;
use crate::texts;

/// Bytes of a document.
const DOCUMENT_BYTES: usize = 32 << 20;
/// How deep it is nested, and how many values are in it.
const DEPTH: usize = 120;
const NODES: usize = 4_000_000;
/// References that lead to a reference.
const HOPS: usize = 16;

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    root: Value,
    /// Whether its schemas are those of OpenAPI 3.0, which are not quite JSON Schema.
    pub(super) is_3_0: bool,
}

impl Document {
    /// Reads JSON or YAML.
    pub(super) fn parse(text: &str) -> Result<Document, OpenApiError> {
        let unreadable = |reason: String| OpenApiError::Read { reason: texts::line(&reason, 500) };
        if text.len() > DOCUMENT_BYTES {
            let told = format!("it is {} bytes long, and may be {DOCUMENT_BYTES}", text.len());
            return Err(unreadable(told));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = match text.trim_start().starts_with('{') {
            true => serde_json::from_str::<Value>(text).map_err(|e| unreadable(e.to_string()))?,
            false => yaml(text).map_err(unreadable)?,
        };
        if !root.is_object() {
            return Err(unreadable("it is not an object".to_owned()));
        }
        let said = root.get("openapi").or(root.get("swagger"));
        // In YAML a version looks like a number.
        let version = match said {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Number(version)) => version.to_string(),
            _ => return Err(unreadable("it has no `openapi`, which says the version".to_owned())),
        };
        let is_3_0 = version == "3.0" || version.starts_with("3.0.");
        let is_later = ["3.1", "3.2"].iter().any(|known| {
            version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        if !is_3_0 && !is_later {
            return Err(OpenApiError::Version { found: texts::line(&version, 40) });
        }
        Ok(Document { root, is_3_0 })
    }

    /// A member of the document.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.root.get(key)
    }

    /// What a reference stands for. The failure says why it stands for nothing.
    pub(super) fn target(&self, reference: &str) -> Result<&Value, String> {
        let shown = || texts::line(reference, 200);
        let Some(pointer) = reference.strip_prefix('#') else {
            return Err(format!(
                "it refers to another document, `{}`; make one document of all of them",
                shown()
            ));
        };
        // A fragment of a URL, in which a pointer may be encoded.
        let pointer = decoded(pointer);
        let target = self.root.pointer(&pointer).filter(|_| !pointer.is_empty());
        target.ok_or_else(|| format!("it refers to `{}`, which is not there", shown()))
    }

    /// A value, or what it refers to.
    pub(super) fn resolved<'a>(&'a self, mut value: &'a Value) -> Result<&'a Value, String> {
        for _ in 0..HOPS {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.target(reference)?,
                None => return Ok(value),
            }
        }
        Err("it refers to what refers to something else, without end".to_owned())
    }
}

fn yaml(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            max_nodes: NODES,
            max_events: 2 * NODES,
            max_documents: 1,
            max_inclusion_depth: 0,
        },
        // As JSON has it: `no` and `on` are texts.
        strict_booleans: true,
    };
    serde_saphyr::from_str_with_options::<Value>(text, options)
        .map_err(|error| error.without_snippet().to_string())
}

/// Without percent-encoding; what is none stays as it is.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) if byte == b'%' => {
                bytes.push(value);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_and_yaml_are_the_same_document() {
        let yaml = "openapi: 3.0\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: no}\n";
        let json = json!({"openapi": "3.0.3", "paths": {"/a": {"get": {"responses": {"200": {"description": "no"}}}}}});
        let from_yaml = Document::parse(yaml).unwrap();
        let from_json = Document::parse(&format!("\u{feff}\n{json}")).unwrap();
        assert_eq!(from_yaml.get("paths"), from_json.get("paths"));
        assert!(from_yaml.is_3_0 && from_json.is_3_0);
        assert!(!Document::parse("openapi: 3.1.0\npaths: {}").unwrap().is_3_0);
    }

    #[test]
    fn what_is_no_document_is_told() {
        let deep = format!("openapi: 3.0.0\nx: {}{}", "[".repeat(5000), "]".repeat(5000));
        let deep_json =
            format!("{{\"openapi\": \"3.0.0\", \"x\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
        let mut laughs = "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..10 {
            let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
            laughs.push_str(&format!("a{i}: &a{i} [{aliases}]\n"));
        }
        for (text, told) in [
            ("", "the OpenAPI document cannot be read: "),
            ("[]", "the OpenAPI document cannot be read: it is not an object"),
            ("{", "the OpenAPI document cannot be read: EOF"),
            ("a: b: c", "the OpenAPI document cannot be read: "),
            ("info: {}", "the OpenAPI document cannot be read: it has no `openapi`"),
            ("swagger: '2.0'", "the document is of version `2.0`"),
            ("openapi: 3.01.0", "the document is of version `3.01.0`"),
            ("openapi: 4.0.0", "the document is of version `4.0.0`"),
            (&deep, "the OpenAPI document cannot be read: "),
            (&deep_json, "the OpenAPI document cannot be read: recursion limit"),
            (&laughs, "the OpenAPI document cannot be read: "),
        ] {
            let error = Document::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn references_lead_somewhere_and_come_to_an_end() {
        let document = Document::parse(
            &json!({
                "openapi": "3.1.0",
                "paths": {"/a/{b}": 1},
                "x": {"$ref": "#/paths/~1a~1%7Bb%7D"},
                "y": {"$ref": "#/y"},
                "z": {"$ref": "other.yaml#/x"},
                "gone": {"$ref": "#/paths/none"},
                "all": {"$ref": "#"},
            })
            .to_string(),
        )
        .unwrap();
        let resolved = |key: &str| document.resolved(document.get(key).unwrap());
        assert_eq!(resolved("x"), Ok(&json!(1)));
        assert!(resolved("y").unwrap_err().contains("without end"));
        assert!(resolved("z").unwrap_err().contains("another document, `other.yaml#/x`"));
        assert!(resolved("gone").unwrap_err().contains("`#/paths/none`, which is not there"));
        assert!(resolved("all").is_err());
    }
}

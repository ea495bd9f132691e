//! What a server answers, as Python has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fumehood::{Attachment, ToolError, ToolOutput};
use rmcp::model::{CallToolResult, ContentBlock, Resource, ResourceContents};
use serde_json::{Map, Value, json};

use crate::media;
use crate::texts;

/// Bytes of the text of an error.
const ERROR_BYTES: usize = 8 << 10;

/// A value under construction, with the bytes that belong into it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    value: Value,
    attachments: Vec<Attachment>,
}

impl Piece {
    pub(super) fn of(value: Value) -> Piece {
        Piece { value, attachments: Vec::new() }
    }

    fn of_bytes(bytes: Vec<u8>, media_type: Option<&str>) -> Piece {
        Piece {
            value: Value::Null,
            attachments: vec![Attachment::new(
                "",
                media::media_type(media_type.unwrap_or_default(), &bytes),
                bytes,
            )],
        }
    }

    /// What several are together.
    pub(super) fn list(pieces: impl IntoIterator<Item = Piece>) -> Piece {
        let mut list = Piece::default();
        let mut values = Vec::new();
        for (at, piece) in pieces.into_iter().enumerate() {
            list.take(&format!("/{at}"), piece.attachments);
            values.push(piece.value);
        }
        list.value = Value::Array(values);
        list
    }

    /// One is itself, none is nothing, and several are a list.
    fn joined(mut pieces: Vec<Piece>) -> Piece {
        match pieces.len() {
            0 => Piece::default(),
            1 => pieces.remove(0),
            _ => Piece::list(pieces),
        }
    }

    pub(super) fn object<const N: usize>(fields: [(&str, Piece); N]) -> Piece {
        let mut object = Piece::default();
        let mut values = Map::new();
        // The names of fields are ours, and need no escapes.
        for (name, piece) in fields {
            object.take(&format!("/{name}"), piece.attachments);
            values.insert(name.to_owned(), piece.value);
        }
        object.value = Value::Object(values);
        object
    }

    fn take(&mut self, below: &str, attachments: Vec<Attachment>) {
        self.attachments.extend(attachments.into_iter().map(|mut attachment| {
            attachment.at.insert_str(0, below);
            attachment
        }));
    }

    pub(super) fn output(self) -> ToolOutput {
        let output = ToolOutput::from(self.value);
        self.attachments.into_iter().fold(output, ToolOutput::attach)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, ToolError> {
    STANDARD
        .decode(text)
        .map_err(|error| ToolError::new(format!("the answer is no Base64: {error}")))
}

/// The answer to a call: what is structured if there is such a thing, or else texts, bytes and resources.
pub(super) fn of_call(result: CallToolResult) -> Result<ToolOutput, ToolError> {
    if result.is_error == Some(true) {
        let texts = result.content.iter().filter_map(|block| Some(block.as_text()?.text.as_str()));
        let text = texts.collect::<Vec<_>>().join("\n");
        let text = match (text.is_empty(), &result.structured_content) {
            (false, _) => text,
            (true, Some(value)) => value.to_string(),
            (true, None) => "the tool failed, and does not say why".to_owned(),
        };
        return Err(ToolError::new(texts::cleaned(&text, ERROR_BYTES)));
    }
    let Some(structured) = result.structured_content else {
        let pieces = result.content.into_iter().map(of_block).collect::<Result<Vec<_>, _>>()?;
        return Ok(Piece::joined(pieces).output());
    };
    // Texts beside it say the same for those who cannot read it.
    let others = result.content.into_iter().filter(|block| block.as_text().is_none());
    let others = others.map(of_block).collect::<Result<Vec<_>, _>>()?;
    let structured = Piece::of(structured);
    Ok(match others.is_empty() {
        true => structured.output(),
        false => {
            Piece::object([("structured", structured), ("content", Piece::list(others))]).output()
        }
    })
}

pub(super) fn of_block(block: ContentBlock) -> Result<Piece, ToolError> {
    match block {
        ContentBlock::Text(text) => Ok(Piece::of(Value::String(text.text))),
        ContentBlock::Image(image) => {
            Ok(Piece::of_bytes(decoded(&image.data)?, Some(&image.mime_type)))
        }
        ContentBlock::Audio(audio) => {
            Ok(Piece::of_bytes(decoded(&audio.data)?, Some(&audio.mime_type)))
        }
        ContentBlock::Resource(embedded) => of_resource(embedded.resource),
        ContentBlock::ResourceLink(link) => Ok(Piece::of(described(&link))),
        _ => Err(ToolError::new("the answer has a kind of content that is not known")),
    }
}

/// What is in a resource.
pub(super) fn of_resource(resource: ResourceContents) -> Result<Piece, ToolError> {
    let (uri, media_type, content) = match resource {
        ResourceContents::TextResourceContents { uri, mime_type, text, .. } => {
            (uri, mime_type, Piece::of(Value::String(text)))
        }
        ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
            let content = Piece::of_bytes(decoded(&blob)?, mime_type.as_deref());
            (uri, mime_type, content)
        }
        _ => return Err(ToolError::new("the answer has a kind of resource that is not known")),
    };
    Ok(Piece::object([
        ("uri", Piece::of(json!(uri))),
        ("media_type", Piece::of(json!(media_type))),
        ("content", content),
    ]))
}

/// What a resource is.
pub(super) fn described(resource: &Resource) -> Value {
    let mut fields = Map::new();
    fields.insert("uri".to_owned(), json!(resource.uri));
    fields.insert("name".to_owned(), json!(resource.name));
    for (name, text) in [
        ("title", &resource.title),
        ("description", &resource.description),
        ("media_type", &resource.mime_type),
    ] {
        if let Some(text) = text {
            fields.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(size) = resource.size {
        fields.insert("size".to_owned(), json!(size));
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(value: Value) -> Result<ToolOutput, ToolError> {
        of_call(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn one_content_is_a_value_and_several_are_a_list() {
        let png = STANDARD.encode(b"\x89PNG\r\n\x1a\n");
        let text = json!({"type": "text", "text": "a"});
        let image = json!({"type": "image", "data": png, "mimeType": "image/png"});
        let audio = json!({"type": "audio", "data": "AAE=", "mimeType": "audio/wav"});
        let blob = json!({"type": "resource", "resource": {"uri": "x:1", "blob": "AAE="}});
        let link = json!({"type": "resource_link", "uri": "x:2", "name": "n", "size": 3});
        assert_eq!(result(json!({"content": []})).unwrap().value, Value::Null);
        assert_eq!(result(json!({"content": [text]})).unwrap().value, "a");
        let one = result(json!({"content": [image]})).unwrap();
        assert_eq!(
            (one.attachments[0].at.as_str(), &*one.attachments[0].media_type),
            ("", "image/png")
        );
        let all = result(json!({"content": [text, image, audio, blob, link]})).unwrap();
        assert_eq!(all.value[0], "a");
        assert_eq!(all.value[4], json!({"uri": "x:2", "name": "n", "size": 3}));
        let places = all.attachments.iter().map(|attachment| {
            (attachment.at.as_str(), &*attachment.media_type, attachment.bytes.len())
        });
        assert_eq!(
            places.collect::<Vec<_>>(),
            [
                ("/1", "image/png", 8),
                ("/2", "audio/wav", 2),
                ("/3/content", "application/octet-stream", 2)
            ]
        );
    }

    #[test]
    fn what_is_structured_comes_before_texts() {
        let text = json!({"type": "text", "text": "{\"a\": 1}"});
        let audio = json!({"type": "audio", "data": "AAE=", "mimeType": "audio/wav"});
        let structured = json!({"a": 1});
        let plain = result(json!({"content": [text], "structuredContent": structured})).unwrap();
        assert_eq!(plain, ToolOutput::from(json!({"a": 1})));
        let both =
            result(json!({"content": [text, audio], "structuredContent": structured})).unwrap();
        assert_eq!(both.value["structured"], json!({"a": 1}));
        assert_eq!(both.attachments[0].at, "/content/0");
    }

    #[test]
    fn errors_are_raised() {
        let text = json!({"type": "text", "text": "no such city\u{1b}[2J"});
        let error = result(json!({"content": [text], "isError": true})).unwrap_err();
        assert_eq!(error.to_string(), "no such city[2J");
        let error = result(json!({"content": [], "isError": true})).unwrap_err();
        assert_eq!(error.to_string(), "the tool failed, and does not say why");
        let bad = json!({"type": "image", "data": "*", "mimeType": "image/png"});
        assert!(result(json!({"content": [bad]})).unwrap_err().to_string().contains("Base64"));
    }
}

//! Final answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fumehood::FinalAnswer;
use fumehood_model::Image;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A final answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// Something that JSON can say, other than words.
    Json {
        /// The value.
        value: Value,
        /// The value as Python shows it.
        text: String,
    },
    /// A picture: of Pillow, or a figure of matplotlib.
    Image {
        /// The picture.
        image: Image,
        /// What Python shows of it.
        text: String,
    },
    /// A table: a `DataFrame` of pandas.
    Table {
        /// The names of the columns.
        columns: Vec<String>,
        /// The rows: an array of arrays, with a value for each column.
        rows: Value,
        /// The table as Python shows it.
        text: String,
    },
    /// A file of the session.
    File {
        /// Its name, without folders.
        name: String,
        /// What is in it; in JSON as base64.
        #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
        bytes: Vec<u8>,
        /// Its path in the session.
        text: String,
    },
}

impl Answer {
    /// An answer in words.
    pub fn words(text: impl Into<String>) -> Answer {
        Answer::Text { text: text.into() }
    }

    /// The answer in words.
    pub fn text(&self) -> &str {
        match self {
            Answer::Text { text }
            | Answer::Json { text, .. }
            | Answer::Image { text, .. }
            | Answer::Table { text, .. }
            | Answer::File { text, .. } => text,
        }
    }

    /// The answer as JSON, if it has such a form: words are text, a table is an array of objects.
    pub fn json(&self) -> Option<Value> {
        match self {
            Answer::Text { text } => Some(Value::from(text.as_str())),
            Answer::Json { value, .. } => Some(value.clone()),
            Answer::Table { columns, rows, .. } => {
                let object = |row: &Value| {
                    let fields = columns.iter().cloned().zip(row.as_array()?.iter().cloned());
                    Some(Value::Object(fields.collect()))
                };
                rows.as_array()?.iter().map(object).collect::<Option<Vec<_>>>().map(Value::Array)
            }
            Answer::Image { .. } | Answer::File { .. } => None,
        }
    }

    /// What a tool has answered.
    pub(crate) fn of_value(value: Value) -> Answer {
        match value {
            Value::String(text) => Answer::Text { text },
            value => Answer::Json { text: value.to_string(), value },
        }
    }
}

impl From<FinalAnswer> for Answer {
    fn from(answer: FinalAnswer) -> Answer {
        let FinalAnswer { json, text, content, .. } = answer;
        match content {
            fumehood::Answer::Image { format, bytes } => {
                Answer::Image { image: Image::new(format.media_type(), bytes), text }
            }
            fumehood::Answer::File { name, bytes } => Answer::File { name, bytes, text },
            fumehood::Answer::Table { columns, rows } => match serde_json::from_str(rows.get()) {
                Ok(rows) => Answer::Table { columns, rows, text },
                Err(_) => Answer::Text { text },
            },
            _ => match json.and_then(|json| serde_json::from_str(json.get()).ok()) {
                Some(Value::String(_)) | None => Answer::Text { text },
                Some(value) => Answer::Json { value, text },
            },
        }
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    BASE64.decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

//! What is said in a conversation, by whom, and of what parts it consists.
//!
//! Everything here can be written as JSON and read back without loss: conversations are stored with runs.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A message of a conversation.
///
/// # Examples
///
/// ```
/// use fumehood_model::{Message, Role};
///
/// let message = Message::user("What is the 100th prime?");
/// assert_eq!((message.role, message.text().as_str()), (Role::User, "What is the 100th prime?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

impl Message {
    /// A message of any parts.
    pub fn new(role: Role, parts: impl IntoIterator<Item = Part>) -> Message {
        Message { role, parts: parts.into_iter().collect() }
    }

    /// What the program says.
    pub fn system(text: impl Into<String>) -> Message {
        Message::new(Role::System, [Part::text(text)])
    }

    /// What the user says.
    pub fn user(text: impl Into<String>) -> Message {
        Message::new(Role::User, [Part::text(text)])
    }

    /// What the model said.
    pub fn assistant(text: impl Into<String>) -> Message {
        Message::new(Role::Assistant, [Part::text(text)])
    }

    /// What came of the model's tool calls.
    pub fn tool(results: impl IntoIterator<Item = ToolResult>) -> Message {
        Message::new(Role::Tool, results.into_iter().map(Part::ToolResult))
    }

    /// The texts of the message, one after the other.
    pub fn text(&self) -> String {
        text_of(&self.parts)
    }

    /// The tool calls of the message, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        tool_calls_of(&self.parts)
    }
}

pub(crate) fn text_of(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

pub(crate) fn tool_calls_of(parts: &[Part]) -> impl Iterator<Item = &ToolCall> {
    parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(call),
        _ => None,
    })
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The program.
    System,
    /// The user, or the program on the user's behalf.
    User,
    /// The model.
    Assistant,
    /// The tools that the model called: the message consists of [`Part::ToolResult`]s.
    Tool,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    Image(Image),
    /// The model calls a tool.
    ToolCall(ToolCall),
    /// What came of a tool call.
    ToolResult(ToolResult),
    /// What the model thought before it spoke.
    Reasoning(Reasoning),
}

impl Part {
    /// A part that is text.
    pub fn text(text: impl Into<String>) -> Part {
        Part::Text { text: text.into() }
    }
}

/// A picture: bytes in a format such as PNG, and the name of that format. Copies share the bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    media_type: String,
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    data: Arc<[u8]>,
}

impl Image {
    /// A picture of the format that `media_type` names, such as `image/png`.
    pub fn new(media_type: impl Into<String>, data: impl Into<Arc<[u8]>>) -> Image {
        Image { media_type: media_type.into(), data: data.into() }
    }

    /// The format, such as `image/png`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    pub(crate) fn base64(&self) -> String {
        BASE64.encode(&self.data)
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({}, {} bytes)", self.media_type, self.data.len())
    }
}

fn to_base64<S: Serializer>(data: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(data))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64.decode(text).map(Arc::from).map_err(serde::de::Error::custom)
}

/// A call of a tool by the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Tells the calls of a conversation apart; the result refers to it.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What it is called with.
    pub arguments: Arguments,
}

/// The arguments of a tool call, as the model wrote them: that they are JSON, or what the tool takes, is not
/// said.
///
/// # Examples
///
/// ```
/// use fumehood_model::Arguments;
///
/// assert_eq!(Arguments::new(r#"{"city": "Oslo"}"#).parse().unwrap()["city"], "Oslo");
/// assert_eq!(Arguments::new("").parse().unwrap(), serde_json::json!({}));
/// assert!(Arguments::new(r#"{"city": "#).parse().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arguments(String);

impl Arguments {
    /// Arguments in the text of a JSON object.
    pub fn new(text: impl Into<String>) -> Arguments {
        Arguments(text.into())
    }

    /// What the model wrote.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The arguments as JSON. No text is an object without fields; models write either for a tool without
    /// parameters.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or is nested more than 127 levels deep. The message is one that a model can
    /// be told.
    pub fn parse(&self) -> Result<Value, serde_json::Error> {
        match self.0.trim() {
            "" => Ok(Value::Object(serde_json::Map::new())),
            text => serde_json::from_str(text),
        }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// The arguments as an object, whatever the model wrote: servers refuse a conversation in which they are
    /// anything else.
    pub(crate) fn to_object(&self) -> Value {
        match self.parse() {
            Ok(object @ Value::Object(_)) => object,
            _ => serde_json::json!({"invalid_arguments": self.0}),
        }
    }
}

/// What came of a tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The [`ToolCall::id`] of the call.
    pub call: String,
    /// The tool.
    pub name: String,
    /// What the tool says.
    pub text: String,
    /// What the tool shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Whether the tool failed; then `text` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

impl ToolResult {
    /// What a tool said to `call`.
    pub fn new(call: &ToolCall, text: impl Into<String>) -> ToolResult {
        ToolResult {
            call: call.id.clone(),
            name: call.name.clone(),
            text: text.into(),
            images: Vec::new(),
            is_error: false,
        }
    }

    /// Why a tool failed at `call`.
    pub fn error(call: &ToolCall, text: impl Into<String>) -> ToolResult {
        ToolResult { is_error: true, ..ToolResult::new(call, text) }
    }
}

/// What a model thought before it spoke.
///
/// The text is for people; it can be a summary, or empty where the provider keeps the thoughts to itself.
/// Some providers want their models' thoughts back in the next request, together with a signature, or in a
/// form that only they can read. That is the `origin`. It belongs to the place in the message where it
/// stands, it goes back to the provider that it came from, and no other provider sees the part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasoning {
    /// The thoughts.
    pub text: String,
    /// Who wants the thoughts back, and in what form; nobody if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where thoughts came from, and what goes back there with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The [`Description::provider`](crate::Description::provider) of the model.
    pub provider: String,
    /// What `data` is, in the provider's own words.
    pub kind: String,
    /// The provider's data. Nobody else can make anything of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
}

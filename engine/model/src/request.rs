//! What a model is asked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::message::Message;

/// A conversation to continue, and how.
///
/// # Defaults
///
/// * no stop sequences
/// * no tools; with tools, the model chooses whether it calls one
/// * text in any form
/// * what the provider takes for temperature and for the length of a reply
/// * nothing else in the body of the request
///
/// # Examples
///
/// ```
/// use fumehood_model::{Message, Request};
///
/// let request = Request::new([Message::user("Count to ten.")])
///     .with_stop(["seven"])
///     .with_temperature(0.2)
///     .with_max_tokens(100);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// What has been said.
    pub messages: Vec<Message>,
    /// The reply ends before any of these texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// What the model can call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// Whether the model calls a tool.
    #[serde(default)]
    pub tool_choice: ToolChoice,
    /// The reply's text is JSON of this form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<OutputSchema>,
    /// How much chance there is in the reply; 0 is the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The reply is no longer, in tokens, with the model's thoughts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Changes the body that is sent; see [`Request::with_extra`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Request {
    /// A request to continue `messages`.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Request {
        Request { messages: messages.into_iter().collect(), ..Request::default() }
    }

    /// Sets texts before which the reply ends. They hold for every model: the text of one that goes on, or
    /// that refuses to be given stop sequences, is cut.
    #[must_use]
    pub fn with_stop(mut self, stop: impl IntoIterator<Item = impl Into<String>>) -> Request {
        self.stop = stop.into_iter().map(Into::into).collect();
        self
    }

    /// Sets what the model can call.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = ToolSpec>) -> Request {
        self.tools = tools.into_iter().collect();
        self
    }

    /// Sets whether the model calls a tool. The default is [`ToolChoice::Auto`].
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Request {
        self.tool_choice = choice;
        self
    }

    /// Has the model reply with JSON of a form.
    #[must_use]
    pub fn with_schema(mut self, schema: OutputSchema) -> Request {
        self.schema = Some(schema);
        self
    }

    /// Sets the temperature.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Request {
        self.temperature = Some(temperature);
        self
    }

    /// Limits the reply, in tokens.
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: u32) -> Request {
        self.max_tokens = Some(tokens);
        self
    }

    /// Changes a field of the body that is sent, in the words of the model's API. The field is added or
    /// replaced, `null` removes it, and an object changes the fields of an object in the same way (JSON
    /// Merge Patch, RFC 7396).
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood_model::{Message, Request};
    /// use serde_json::json;
    ///
    /// let request = Request::new([Message::user("Hi")])
    ///     .with_extra("reasoning_effort", json!("low"))
    ///     .with_extra("stream_options", json!(null));
    /// ```
    #[must_use]
    pub fn with_extra(mut self, field: impl Into<String>, value: Value) -> Request {
        self.extra.insert(field.into(), value);
        self
    }
}

/// A tool, as models are told about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// What it is called.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON schema of its arguments, which are an object.
    pub parameters: Value,
}

impl ToolSpec {
    /// A tool whose arguments are an object of the form that `parameters` says.
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Value,
    ) -> ToolSpec {
        ToolSpec { name: name.into(), description: description.into(), parameters }
    }
}

/// Whether a model calls a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// As it likes.
    #[default]
    Auto,
    /// No. Leaving the tools out of the request is not the same: some providers refuse a conversation with
    /// tool calls in it if the tools are not declared.
    None,
    /// Yes, at least one.
    Required,
    /// Yes, this one.
    Named(String),
}

/// The form of a reply that is JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputSchema {
    /// What the form is called; some models make use of it.
    pub name: String,
    /// Its JSON schema.
    pub schema: Value,
}

impl OutputSchema {
    /// The form that `schema` says.
    pub fn new(name: impl Into<String>, schema: Value) -> OutputSchema {
        OutputSchema { name: name.into(), schema }
    }
}

//! Host functions that the code in the sandbox can call.
//!
//! A [`Tool`] has a name, a description, a JSON Schema of its parameters, and an async function. In
//! the guest it is a plain Python function. Each call's arguments are checked against the schema
//! before the tool sees them; what a tool needs to know, such as a credential, stays on the host.
//!
//! * `function`: tools made of closures
//! * `registry`: the tools of a sandbox, and what is checked before a call
//! * `slots`: where arguments may be bytes

mod function;
mod registry;
pub(crate) mod slots;

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attachment::Attachment;
use crate::calls::ToolCallError;
use crate::context::CallContext;
use crate::labels::ToolLabels;

pub use self::function::{Returning, function, function_of_input};
pub(crate) use self::registry::{FINAL_ANSWER, Registered, Tools};
pub use self::registry::{ToolDeclaration, unusable_name};

/// The arguments of a call, by the names of the parameters.
pub type Arguments = serde_json::Map<String, Value>;

/// What [`Tool::call`] returns.
pub type ToolFuture<'a> = Pin<Box<dyn Future<Output = Result<ToolOutput, ToolError>> + Send + 'a>>;

/// What a tool is called with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ToolInput {
    /// The arguments, which fit the tool's schema. Where one has an attachment, there stands its
    /// [placeholder](Attachment::placeholder).
    pub arguments: Arguments,
    /// The bytes that came with them.
    pub attachments: Vec<Attachment>,
    /// Who calls, and how long it may take.
    pub context: CallContext,
}

impl ToolInput {
    /// Arguments that nobody's code has passed.
    pub fn new(arguments: Arguments) -> ToolInput {
        ToolInput { arguments, ..ToolInput::default() }
    }

    /// The attachment at a JSON pointer into the arguments, such as `/picture`.
    pub fn attachment(&self, at: &str) -> Option<&Attachment> {
        self.attachments.iter().find(|attachment| attachment.at == at)
    }
}

/// What a tool answers: a value, and bytes that go with it. Most answers are no more than a value, of which
/// it is made with `into`.
///
/// # Examples
///
/// ```
/// use fumehood::{Attachment, ToolOutput};
/// use serde_json::json;
///
/// let plain = ToolOutput::from(json!({"degrees": 21.5}));
/// let picture = ToolOutput::bytes(Attachment::PNG, b"\x89PNG...".to_vec());
/// let both = ToolOutput::from(json!({"title": "A cat", "picture": null}))
///     .attach(Attachment::new("/picture", Attachment::PNG, b"\x89PNG...".to_vec()));
/// assert_eq!(both.value["picture"], "<image/png, 7 bytes>");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolOutput {
    /// The value. Where an attachment belongs, there stands its [placeholder](Attachment::placeholder).
    pub value: Value,
    /// The bytes that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl ToolOutput {
    /// An answer that is nothing but bytes.
    pub fn bytes(
        media_type: impl Into<std::borrow::Cow<'static, str>>,
        bytes: impl Into<bytes::Bytes>,
    ) -> ToolOutput {
        ToolOutput::default().attach(Attachment::new("", media_type, bytes))
    }

    /// The same answer with bytes at a place that it has. Where it has no such place, it stays as it is: the
    /// code that gets it could not find them.
    pub fn attach(mut self, attachment: Attachment) -> ToolOutput {
        if attachment.mark(&mut self.value) {
            self.attachments.push(attachment);
        }
        self
    }
}

impl From<Value> for ToolOutput {
    fn from(value: Value) -> ToolOutput {
        ToolOutput { value, attachments: Vec::new() }
    }
}

/// A host function that the code in the sandbox can call.
///
/// # Examples
///
/// ```
/// use fumehood::{Tool, ToolError, ToolFuture, ToolInput};
/// use serde_json::{Value, json};
///
/// struct Population {
///     api_key: String,
/// }
///
/// impl Tool for Population {
///     fn name(&self) -> &str {
///         "population"
///     }
///     fn description(&self) -> &str {
///         "How many people live in a city."
///     }
///     fn parameters(&self) -> Value {
///         json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
///     }
///     fn call(&self, input: ToolInput) -> ToolFuture<'_> {
///         Box::pin(async move {
///             match input.arguments["city"].as_str() {
///                 Some("Reykjavik") => Ok(json!(139_875).into()),
///                 _ => Err(ToolError::new(format!("no such city for key of {} bytes", self.api_key.len()))),
///             }
///         })
///     }
/// }
/// ```
pub trait Tool: Send + Sync + 'static {
    /// The name of the Python function.
    fn name(&self) -> &str;

    /// What it does, for the model and for `help(tool)`.
    fn description(&self) -> &str;

    /// A JSON Schema of type `object`, whose properties are the parameters of the Python function:
    /// their types become type hints, their `default`s defaults, their `description`s part of the
    /// docstring. Parameters that are not `required` may be left out.
    ///
    /// What is a string with a `contentMediaType` and no `contentEncoding` is an [`Attachment`] of that type;
    /// `*` stands for any, as in `image/*`. Plain bytes of the guest are taken for whatever is wanted, so a
    /// tool looks at them before it believes them.
    fn parameters(&self) -> Value;

    /// A JSON Schema of the answers, for the model; its type becomes the hint of what the Python function
    /// returns, and its `description` part of the docstring. Answers are not checked against it. The
    /// default is none.
    fn returns(&self) -> Option<Value> {
        None
    }

    /// What it does that a [`Guard`](crate::Guard) has to know of, if it is not told otherwise. The default is
    /// nothing.
    fn labels(&self) -> ToolLabels {
        ToolLabels::default()
    }

    /// Checks arguments, in the place of the schema. The failure says what is wrong with them, and where. The default
    /// is nothing: the schema is what they are checked against.
    ///
    /// It is for tools whose arguments have types of another kind, which the schema only tells of. It must not call
    /// anything: nobody has allowed the call yet.
    fn check(
        &self,
        arguments: &Arguments,
        attachments: &[Attachment],
    ) -> Option<Result<(), String>> {
        let _ = (arguments, attachments);
        None
    }

    /// Does it. The arguments fit the schema. The future is dropped when the step reaches its time
    /// limit or is cancelled.
    fn call(&self, input: ToolInput) -> ToolFuture<'_>;

    /// The same tool, which says what it [returns](Tool::returns).
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood::{Tool, function};
    /// use serde_json::json;
    ///
    /// let now = function("now", "The time.", json!({"type": "object"}), |_| async {
    ///     Ok::<_, String>("12:00")
    /// })
    /// .returning(json!({"type": "string", "description": "Hours and minutes."}));
    /// ```
    fn returning(self, schema: Value) -> Returning<Self>
    where
        Self: Sized,
    {
        Returning { tool: self, schema }
    }
}

/// Why a tool has no answer. The message is for the code that called it, and the model that wrote
/// the code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ToolError {
    message: String,
    about_arguments: bool,
    refused: bool,
}

impl ToolError {
    /// An error with this message. In the guest it is a `ToolError`.
    pub fn new(message: impl Into<String>) -> ToolError {
        ToolError { message: message.into(), about_arguments: false, refused: false }
    }

    /// An error with this message, which is about what the tool was called with. In the guest it is a
    /// `ToolArgumentError`, which is also a `TypeError`.
    pub fn about_arguments(message: impl Into<String>) -> ToolError {
        ToolError { message: message.into(), about_arguments: true, refused: false }
    }

    /// An error with this message, which says that the call was not allowed. In the guest it is a `ToolError`.
    pub fn refused(message: impl Into<String>) -> ToolError {
        ToolError { message: message.into(), about_arguments: false, refused: true }
    }

    /// Whether it says that the call was not allowed.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether it is about what the tool was called with.
    pub fn is_about_arguments(&self) -> bool {
        self.about_arguments
    }
}

impl From<ToolCallError> for ToolError {
    fn from(error: ToolCallError) -> ToolError {
        let about_arguments = matches!(error, ToolCallError::Arguments { .. });
        ToolError { message: error.to_string(), about_arguments, refused: false }
    }
}

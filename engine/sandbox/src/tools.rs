//! Host functions that the code in the sandbox can call.
//!
//! A [`Tool`] has a name, a description, a JSON Schema of its parameters, and an async function. In
//! the guest it is a plain Python function. Each call's arguments are checked against the schema
//! before the tool sees them; what a tool needs to know, such as a credential, stays on the host.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::calls::{ToolCall, ToolCallError};
use crate::error::ConfigError;

/// The tool that gives the final answer.
pub(crate) const FINAL_ANSWER: &str = "final_answer";

/// The arguments of a call, by the names of the parameters.
pub type Arguments = serde_json::Map<String, Value>;

/// What [`Tool::call`] returns.
pub type ToolFuture<'a> = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send + 'a>>;

/// A host function that the code in the sandbox can call.
///
/// # Examples
///
/// ```
/// use fumehood::{Arguments, Tool, ToolError, ToolFuture};
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
///     fn call(&self, arguments: Arguments) -> ToolFuture<'_> {
///         Box::pin(async move {
///             match arguments["city"].as_str() {
///                 Some("Reykjavik") => Ok(json!(139_875)),
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
    fn parameters(&self) -> Value;

    /// A JSON Schema of the answers, for the model; its type becomes the hint of what the Python function
    /// returns, and its `description` part of the docstring. Answers are not checked against it. The
    /// default is none.
    fn returns(&self) -> Option<Value> {
        None
    }

    /// Does it. The arguments fit the schema. The future is dropped when the step reaches its time
    /// limit or is cancelled.
    fn call(&self, arguments: Arguments) -> ToolFuture<'_>;

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

/// A tool that says what it returns; see [`Tool::returning`].
#[derive(Clone, Debug)]
pub struct Returning<T> {
    tool: T,
    schema: Value,
}

impl<T: Tool> Tool for Returning<T> {
    fn name(&self) -> &str {
        self.tool.name()
    }

    fn description(&self) -> &str {
        self.tool.description()
    }

    fn parameters(&self) -> Value {
        self.tool.parameters()
    }

    fn returns(&self) -> Option<Value> {
        Some(self.schema.clone())
    }

    fn call(&self, arguments: Arguments) -> ToolFuture<'_> {
        self.tool.call(arguments)
    }
}

/// Why a tool has no answer. The message is for the code that called it, and the model that wrote
/// the code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ToolError {
    message: String,
    about_arguments: bool,
}

impl ToolError {
    /// An error with this message. In the guest it is a `ToolError`.
    pub fn new(message: impl Into<String>) -> ToolError {
        ToolError { message: message.into(), about_arguments: false }
    }

    /// An error with this message, which is about what the tool was called with. In the guest it is a
    /// `ToolArgumentError`, which is also a `TypeError`.
    pub fn about_arguments(message: impl Into<String>) -> ToolError {
        ToolError { message: message.into(), about_arguments: true }
    }

    /// Whether it is about what the tool was called with.
    pub fn is_about_arguments(&self) -> bool {
        self.about_arguments
    }
}

impl From<ToolCallError> for ToolError {
    fn from(error: ToolCallError) -> ToolError {
        let about_arguments = matches!(error, ToolCallError::Arguments { .. });
        ToolError { message: error.to_string(), about_arguments }
    }
}

/// A tool made of a closure; see [`function`].
struct Function<F> {
    name: String,
    description: String,
    parameters: Value,
    run: F,
}

/// Makes a tool of an async closure.
///
/// The answer is anything serde can write as JSON, the error anything that can be displayed.
///
/// # Examples
///
/// ```
/// use serde_json::json;
///
/// let add = fumehood::function(
///     "add",
///     "Adds two numbers.",
///     json!({
///         "type": "object",
///         "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
///         "required": ["a", "b"],
///     }),
///     |arguments| async move {
///         match (arguments["a"].as_f64(), arguments["b"].as_f64()) {
///             (Some(a), Some(b)) => Ok(a + b),
///             _ => Err("the numbers are too large"),
///         }
///     },
/// );
/// ```
pub fn function<F, Answering, Answer, Error>(
    name: impl Into<String>,
    description: impl Into<String>,
    parameters: Value,
    run: F,
) -> impl Tool
where
    F: Fn(Arguments) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Result<Answer, Error>> + Send + 'static,
    Answer: Serialize,
    Error: std::fmt::Display,
{
    let run = move |arguments| {
        let answering = run(arguments);
        let future: ToolFuture<'static> = Box::pin(async move {
            let answer = answering.await.map_err(|error| ToolError::new(error.to_string()))?;
            serde_json::to_value(answer).map_err(|error| ToolError::new(error.to_string()))
        });
        future
    };
    Function { name: name.into(), description: description.into(), parameters, run }
}

impl<F> Tool for Function<F>
where
    F: Fn(Arguments) -> ToolFuture<'static> + Send + Sync + 'static,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        self.parameters.clone()
    }

    fn call(&self, arguments: Arguments) -> ToolFuture<'_> {
        (self.run)(arguments)
    }
}

/// A tool as it was when the sandbox was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolDeclaration {
    /// The name of the Python function.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its parameters.
    pub parameters: Value,
    /// The JSON Schema of its answers, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Value>,
}

/// The tools of a sandbox.
#[derive(Default)]
pub(crate) struct Tools {
    by_name: BTreeMap<String, Arc<Registered>>,
}

/// A tool of a sandbox.
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) tool: Arc<dyn Tool>,
    arguments: jsonschema::Validator,
}

impl Registered {
    /// Whether arguments fit.
    pub(crate) fn check(&self, arguments: &Value) -> Result<(), ToolCallError> {
        let wrong = self.arguments.iter_errors(arguments).map(|error| {
            let place = error.instance_path().to_string();
            let place = place.trim_start_matches('/').replace('/', ".");
            if place.is_empty() { error.to_string() } else { format!("{place}: {error}") }
        });
        let reasons = wrong.take(5).collect::<Vec<_>>();
        if reasons.is_empty() { Ok(()) } else { Err(self.misfit(&reasons.join("; "))) }
    }

    pub(crate) fn misfit(&self, why: &str) -> ToolCallError {
        ToolCallError::Arguments { reason: format!("{}: {why}", self.name) }
    }
}

impl Tools {
    /// Checks a tool and adds it.
    pub(crate) fn add(&mut self, tool: Arc<dyn Tool>) -> Result<ToolDeclaration, ConfigError> {
        let name = tool.name().to_owned();
        if let Some(reason) = unusable_name(&name) {
            return Err(ConfigError::ToolName { name, reason });
        }
        let parameters = tool.parameters();
        let refuse = |reason: String| ConfigError::ToolSchema { name: name.clone(), reason };
        let Some(schema) = parameters.as_object() else {
            return Err(refuse("it is not an object".to_owned()));
        };
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(refuse("its type is not `object`".to_owned()));
        }
        if schema.get("properties").is_some_and(|properties| !properties.is_object()) {
            return Err(refuse("its properties are not an object".to_owned()));
        }
        let mut closed = parameters.clone();
        if let Some(schema) = closed.as_object_mut() {
            // A Python function has the parameters it declares and no others.
            schema.entry("additionalProperties").or_insert(Value::Bool(false));
        }
        let arguments =
            jsonschema::validator_for(&closed).map_err(|error| refuse(error.to_string()))?;
        let returns = tool.returns();
        if let Some(schema) = &returns {
            jsonschema::validator_for(schema).map_err(|error| ConfigError::ToolReturns {
                name: name.clone(),
                reason: error.to_string(),
            })?;
        }
        let declaration = ToolDeclaration {
            name: name.clone(),
            description: tool.description().to_owned(),
            parameters,
            returns,
        };
        if self.by_name.contains_key(&name) {
            return Err(ConfigError::DuplicateTool { name });
        }
        let registered = Registered { name: name.clone(), tool, arguments };
        self.by_name.insert(name, Arc::new(registered));
        Ok(declaration)
    }

    /// Whether a final answer is what a tool returned.
    pub(crate) fn decide_answers(&self) -> bool {
        self.by_name.contains_key(FINAL_ANSWER)
    }

    /// A call as the guest makes it, with arguments as JSON.
    pub(crate) fn call_of_guest(
        &self,
        name: &str,
        arguments: &str,
    ) -> Result<ToolCall, ToolCallError> {
        let registered = self.named(name)?;
        let arguments = serde_json::from_str(arguments)
            .map_err(|error| registered.misfit(&error.to_string()))?;
        ToolCall::new(registered, arguments)
    }

    pub(crate) fn named(&self, name: &str) -> Result<Arc<Registered>, ToolCallError> {
        let registered = self.by_name.get(name).map(Arc::clone);
        registered.ok_or_else(|| ToolCallError::Unknown { name: name.to_owned() })
    }
}

/// What keeps a name from being that of a tool, a variable or anything else that code is given; nothing, if it
/// can be.
///
/// # Examples
///
/// ```
/// assert_eq!(fumehood::unusable_name("forecast"), None);
/// assert_eq!(fumehood::unusable_name("class"), Some("it is a keyword of Python"));
/// ```
pub fn unusable_name(name: &str) -> Option<&'static str> {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !starts || !characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Some("it is not an identifier of ASCII letters, digits and underscores")
    } else if KEYWORDS.contains(&name) {
        Some("it is a keyword of Python")
    } else if name.starts_with("__") {
        Some("names that begin with two underscores belong to Python")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str, parameters: Value) -> Arc<dyn Tool> {
        Arc::new(function(name, "", parameters, |arguments| async move {
            Ok::<_, String>(arguments.len())
        }))
    }

    fn refusal(name: &str, parameters: Value) -> String {
        Tools::default().add(tool(name, parameters)).unwrap_err().to_string()
    }

    #[test]
    fn names_that_python_cannot_have_are_refused() {
        let schema = json!({"type": "object"});
        for name in ["", "1st", "two words", "naïve", "class", "__import__", "a-b"] {
            assert!(
                refusal(name, schema.clone()).contains("cannot be the name of a tool"),
                "{name}"
            );
        }
    }

    #[test]
    fn parameters_have_to_be_a_schema_of_an_object() {
        for schema in [
            json!(null),
            json!({"type": "string"}),
            json!({}),
            json!({"type": "object", "properties": 3}),
            json!({"type": "object", "properties": {"a": {"type": "no such type"}}}),
        ] {
            assert!(refusal("f", schema.clone()).contains("JSON Schema"), "{schema}");
        }
    }

    #[test]
    fn what_a_tool_returns_has_to_be_a_schema() {
        let returning = |schema| {
            let tool =
                function("f", "", json!({"type": "object"}), |_| async { Ok::<_, String>(1) });
            Tools::default().add(Arc::new(tool.returning(schema)))
        };
        let refusal = returning(json!({"type": "no such type"})).unwrap_err().to_string();
        assert!(refusal.contains("what tool `f` returns"), "{refusal}");
        assert_eq!(
            returning(json!({"type": "integer"})).unwrap().returns,
            Some(json!({"type": "integer"}))
        );
    }

    #[test]
    fn arguments_are_checked_before_the_tool_runs() {
        let mut tools = Tools::default();
        let schema = json!({
            "type": "object",
            "properties": {"n": {"type": "integer", "minimum": 1}, "s": {"type": "string"}},
            "required": ["n"],
        });
        tools.add(tool("f", schema)).unwrap();
        let check = |arguments: &str| match tools.call_of_guest("f", arguments) {
            Ok(_) => "fits".to_owned(),
            Err(ToolCallError::Arguments { reason }) => reason,
            Err(error) => panic!("neither fits nor is wrong: {error}"),
        };
        assert_eq!(check(r#"{"n": 1}"#), "fits");
        assert_eq!(check(r#"{"n": "x"}"#), "f: n: \"x\" is not of type \"integer\"");
        assert_eq!(check(r#"{"n": 0}"#), "f: n: 0 is less than the minimum of 1");
        assert_eq!(check("{}"), "f: \"n\" is a required property");
        assert!(check(r#"{"n": 1, "m": 2}"#).contains("'m' was unexpected"));
        assert!(check("[1]").contains("not of type \"object\""));
        assert!(check("{").contains("EOF"));
        assert!(matches!(tools.call_of_guest("g", "{}"), Err(ToolCallError::Unknown { .. })));
    }
}

//! Tools made of closures.

use std::future::Future;

use serde::Serialize;
use serde_json::Value;

use super::{Arguments, Tool, ToolError, ToolFuture, ToolInput, ToolOutput};
use crate::attachment::Attachment;
use crate::labels::ToolLabels;

/// A tool that says what it returns; see [`Tool::returning`].
#[derive(Clone, Debug)]
pub struct Returning<T> {
    pub(super) tool: T,
    pub(super) schema: Value,
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

    fn labels(&self) -> ToolLabels {
        self.tool.labels()
    }

    fn check(
        &self,
        arguments: &Arguments,
        attachments: &[Attachment],
    ) -> Option<Result<(), String>> {
        self.tool.check(arguments, attachments)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        self.tool.call(input)
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
    let run = move |input: ToolInput| {
        let answering = run(input.arguments);
        let future: ToolFuture<'static> = Box::pin(async move {
            let answer = answering.await.map_err(|error| ToolError::new(error.to_string()))?;
            let value = serde_json::to_value(answer);
            value.map(ToolOutput::from).map_err(|error| ToolError::new(error.to_string()))
        });
        future
    };
    Function { name: name.into(), description: description.into(), parameters, run }
}

/// Makes a tool of an async closure that gets all of the [`ToolInput`]: bytes that come with the arguments, and
/// who calls. It answers with bytes as well, if it has some.
///
/// # Examples
///
/// ```
/// use fumehood::{Attachment, ToolError, ToolInput, ToolOutput};
/// use serde_json::json;
///
/// let reverse = fumehood::function_of_input(
///     "reverse",
///     "The bytes the other way around.",
///     json!({
///         "type": "object",
///         "properties": {"data": {"type": "string", "contentMediaType": Attachment::BYTES}},
///         "required": ["data"],
///     }),
///     |input: ToolInput| async move {
///         let data = input.attachment("/data").ok_or_else(|| ToolError::about_arguments("bytes, please"))?;
///         let reversed = data.bytes.iter().rev().copied().collect::<Vec<_>>();
///         Ok(ToolOutput::bytes(Attachment::BYTES, reversed))
///     },
/// );
/// ```
pub fn function_of_input<F, Answering>(
    name: impl Into<String>,
    description: impl Into<String>,
    parameters: Value,
    run: F,
) -> impl Tool
where
    F: Fn(ToolInput) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Result<ToolOutput, ToolError>> + Send + 'static,
{
    let run = move |input| {
        let future: ToolFuture<'static> = Box::pin(run(input));
        future
    };
    Function { name: name.into(), description: description.into(), parameters, run }
}

impl<F> Tool for Function<F>
where
    F: Fn(ToolInput) -> ToolFuture<'static> + Send + Sync + 'static,
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

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        (self.run)(input)
    }
}

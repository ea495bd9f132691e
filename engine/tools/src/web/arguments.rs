//! The arguments of a call, which fit the schema if code or a model has made it.

use fumehood::{Arguments, ToolError};
use serde_json::Value;

/// A parameter that is text.
pub(super) fn text<'a>(arguments: &'a Arguments, name: &str) -> Result<&'a str, ToolError> {
    let text = arguments.get(name).and_then(Value::as_str).map(str::trim);
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| ToolError::about_arguments(format!("`{name}` is empty")))
}

/// A parameter that is a whole number.
pub(super) fn number(arguments: &Arguments, name: &str, default: usize) -> usize {
    let number = arguments.get(name).and_then(Value::as_u64);
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
}

/// A parameter that is true or false.
pub(super) fn flag(arguments: &Arguments, name: &str) -> bool {
    arguments.get(name).and_then(Value::as_bool).unwrap_or(false)
}

//! What the fuzz targets in `tests/fuzz` reach of this crate. No other build has this module.

use crate::parse::{self, CodeTags};

/// The code in a reply, or what the model is told.
///
/// # Errors
///
/// If there is none.
pub fn code_of(reply: &str, tags: &CodeTags) -> Result<String, String> {
    parse::code_of(reply, tags)
}

/// The thought and the code in a reply that is JSON, or what the model is told.
///
/// # Errors
///
/// If there are none.
pub fn structured_code_of(reply: &str, tags: &CodeTags) -> Result<(String, String), String> {
    parse::structured_code_of(reply, tags)
}

/// The calls of tools in a reply, or what the model is told.
///
/// # Errors
///
/// If there are none.
pub fn tool_calls_of_text(reply: &str) -> Result<Vec<(String, serde_json::Value)>, String> {
    parse::tool_calls_of_text(reply)
}

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

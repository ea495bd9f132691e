//! Fields of JSON that servers fill in as they like.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A field that counts if it is what it should be, and is passed over if it is anything else.
///
/// It is not looked into otherwise, so nothing is made of it that could be large.
pub(super) fn optional<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A text that counts as empty if it is anything else.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

/// A number of tokens, which some servers give with a decimal point.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    // A cast of a number that is too large, or none, ends at the nearest that there is.
    Ok(optional::<_, f64>(deserializer)?.map(|number| number as u64))
}

/// The text of arguments, which come as text or as the JSON itself.
pub(super) fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match raw.get() {
        "null" => String::new(),
        raw if raw.starts_with('"') => serde_json::from_str(raw).unwrap_or_default(),
        raw => raw.to_owned(),
    })
}

//! What is told of a file that cannot be read: the line, and what may have been meant.

use anyhow::anyhow;

use crate::units;

/// How alike names are, from 0 to 1, if one may have been meant for the other.
const ALIKE: f64 = 0.8;

/// What is wrong with the text of a file that is shown by this name.
pub(super) fn told(error: &toml::de::Error, text: &str, shown: &str) -> anyhow::Error {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.as_bytes().iter().take(start);
    let line = 1 + before.filter(|byte| **byte == b'\n').count();
    // It has what the file says, and goes to the terminal.
    anyhow!("`{shown}`, line {line}: {}", units::printable(&explained(error.message())))
}

/// What serde says; of a key that is none, also which may have been meant.
pub(crate) fn explained(message: &str) -> String {
    match unknown(message) {
        Some(key) => {
            let known = known(message).collect::<Vec<_>>();
            format!("there is no key `{key}`; {}", meant(key, &known))
        }
        None => message.to_owned(),
    }
}

/// The key that is none, if that is what serde says.
fn unknown(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("unknown field `")?;
    Some(rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no "))?.0)
}

/// The keys that there are, if serde says that a key is none.
pub(super) fn known(message: &str) -> impl Iterator<Item = &str> {
    let list = message.rsplit_once("`, expected ").map_or("", |(_, list)| list);
    list.split('`').skip(1).step_by(2)
}

/// What a name may be meant for that is none of these.
pub(super) fn meant(wrong: &str, known: &[&str]) -> String {
    let alike = known.iter().map(|name| (strsim::jaro_winkler(wrong, name), name));
    let alike = alike.filter(|(alike, _)| *alike > ALIKE);
    match alike.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((_, name)) => format!("it may be meant for `{name}`"),
        None => {
            let names = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            format!("there are {}", names.join(", "))
        }
    }
}

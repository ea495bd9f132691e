//! How the lines of a log hang together.
//!
//! `{"n":2,"at":…,"prev":"…",…,"hash":"…"}`: the hash is that of everything that stands before `,"hash":`, so it
//! can be computed without knowing how the JSON was written.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// No line is longer, in bytes.
pub(super) const LINE_BYTES: usize = 1 << 20;

/// What stands before the hash of a line.
const BEFORE_HASH: &[u8] = b",\"hash\":\"";
/// What stands after it.
const AFTER_HASH: &[u8] = b"\"}";
/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// A line, as the next one knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) number: u64,
    pub(super) hash: [u8; 32],
}

/// What there is of a line that was not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Torn {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Torn {
    pub(super) fn of(bytes: &[u8]) -> Torn {
        Torn { bytes: bytes.len() as u64, sha256: hexadecimal(&Sha256::digest(bytes)) }
    }
}

impl Link {
    /// What the first line follows.
    pub(super) const FIRST: Link = Link { number: 0, hash: [0; 32] };

    /// The line that comes next, and its link.
    pub(super) fn next(
        &self,
        at: u64,
        entry: &impl Serialize,
    ) -> Result<(Vec<u8>, Link), serde_json::Error> {
        #[derive(Serialize)]
        struct Body<'a, E> {
            n: u64,
            at: u64,
            prev: String,
            #[serde(flatten)]
            entry: &'a E,
        }
        let number = self.number + 1;
        let body = Body { n: number, at, prev: hexadecimal(&self.hash), entry };
        let mut line = serde_json::to_vec(&body)?;
        // The brace at the end comes after the hash.
        line.pop();
        let hash = <[u8; 32]>::from(Sha256::digest(&line));
        line.extend(BEFORE_HASH);
        line.extend(hexadecimal(&hash).bytes());
        line.extend(AFTER_HASH);
        line.push(b'\n');
        Ok((line, Link { number, hash }))
    }
}

/// A line that was read, whose own hash is right.
pub(super) struct Line<'a> {
    pub(super) link: Link,
    pub(super) follows: String,
    pub(super) event: &'a str,
    pub(super) torn: Option<Torn>,
}

impl Line<'_> {
    /// Whether it comes right after another.
    pub(super) fn is_after(&self, last: &Link) -> bool {
        self.link.number == last.number + 1 && self.follows == hexadecimal(&last.hash)
    }

    /// Reads a line without its end; says what is wrong with it otherwise.
    pub(super) fn read(line: &[u8]) -> Result<Line<'_>, String> {
        #[derive(Deserialize)]
        struct Body<'a> {
            n: u64,
            prev: String,
            #[serde(borrow)]
            event: &'a str,
            #[serde(default)]
            torn: Option<Torn>,
        }
        let none = || "is none of an audit log".to_owned();
        let rest = line.strip_suffix(AFTER_HASH).ok_or_else(none)?;
        let (rest, digits) =
            rest.split_at_checked(rest.len().wrapping_sub(DIGITS)).ok_or_else(none)?;
        let said = rest.strip_suffix(BEFORE_HASH).ok_or_else(none)?;
        let hash = <[u8; 32]>::from(Sha256::digest(said));
        if hexadecimal(&hash).as_bytes() != digits {
            return Err("was changed: its hash is another".to_owned());
        }
        let Body { n, prev, event, torn } = serde_json::from_slice(line).map_err(|_| none())?;
        Ok(Line { link: Link { number: n, hash }, follows: prev, event, torn })
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

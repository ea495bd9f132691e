//! Bytes that go with a call or its answer: pictures, arrays, tables, and what has no more of a name than that.
//!
//! They travel beside the JSON and not in it, so they cross once and are encoded as nothing. Where one belongs
//! is said by a JSON pointer; what stands there in the JSON is a text for whoever reads it. Nothing that a guest
//! or a tool writes into the JSON can stand for an attachment.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes at a place of a JSON value.
///
/// # Examples
///
/// ```
/// use fumehood::Attachment;
///
/// let picture = Attachment::new("/picture", "image/png", b"\x89PNG\r\n\x1a\n...".to_vec());
/// assert_eq!(picture.placeholder(), "<image/png, 11 bytes>");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attachment {
    /// Where it belongs: a JSON pointer (RFC 6901) into the arguments or the answer; the empty one for an
    /// answer that is nothing else.
    pub at: String,
    /// What the bytes are, such as `image/png`. The guest makes values of those it knows, which are the
    /// constants of this type, and `bytes` of all others.
    pub media_type: Cow<'static, str>,
    /// The bytes.
    #[serde(with = "base64")]
    pub bytes: Bytes,
}

impl Attachment {
    /// Plain bytes: `bytes` in Python.
    pub const BYTES: &'static str = "application/octet-stream";
    /// A picture: an image of Pillow in Python.
    pub const PNG: &'static str = "image/png";
    /// A picture: an image of Pillow in Python.
    pub const JPEG: &'static str = "image/jpeg";
    /// An array of numpy, as a file of `numpy.save`.
    pub const ARRAY: &'static str = "application/x-npy";
    /// A table: a `DataFrame` of pandas in Python, a stream of Arrow's IPC format elsewhere.
    pub const TABLE: &'static str = "application/vnd.apache.arrow.stream";

    /// Bytes of a media type at a place.
    pub fn new(
        at: impl Into<String>,
        media_type: impl Into<Cow<'static, str>>,
        bytes: impl Into<Bytes>,
    ) -> Attachment {
        Attachment { at: at.into(), media_type: media_type.into(), bytes: bytes.into() }
    }

    /// What stands in the JSON at its place.
    pub fn placeholder(&self) -> String {
        format!("<{}, {} bytes>", self.media_type, self.bytes.len())
    }

    /// Its media type, and the SHA-256 hash of its bytes in hexadecimal, where it has to be told from others.
    pub fn digest(&self) -> String {
        use sha2::{Digest as _, Sha256};
        use std::fmt::Write as _;

        let mut digest = format!("<{}, sha256 ", self.media_type);
        for byte in Sha256::digest(&self.bytes) {
            // Writing to a string does not fail.
            write!(digest, "{byte:02x}").ok();
        }
        digest.push('>');
        digest
    }

    /// Puts its placeholder where it belongs; false if there is no such place.
    pub(crate) fn mark(&self, value: &mut Value) -> bool {
        let place = value.pointer_mut(&self.at);
        place.map(|place| *place = Value::String(self.placeholder())).is_some()
    }
}

/// Bytes as text, where a call or an answer is written down as JSON.
mod base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(D::Error::custom)
    }
}

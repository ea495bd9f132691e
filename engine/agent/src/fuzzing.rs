//! What the fuzz targets in `tests/fuzz` reach of this crate. No other build has this module.

use std::sync::Mutex;

use crate::model::{ModelError, Reply};
use crate::openai::Reading;
use crate::parse::{self, CodeTags};

/// The code in a reply, or what the model is told.
///
/// # Errors
///
/// If there is none.
pub fn code_of(reply: &str, tags: &CodeTags) -> Result<String, String> {
    parse::code_of(reply, tags)
}

/// Reads a reply from the body of a server's answer, which comes in pieces. Also returns what was told as
/// it came.
pub fn read_reply<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    stop: &[String],
) -> (Result<Reply, ModelError>, String) {
    let said = Mutex::new(String::new());
    let delta = |text: &str| said.lock().expect("nothing panics").push_str(text);
    let mut reading = Reading::new(stop, &delta);
    let mut read = Ok(false);
    for piece in pieces {
        read = reading.piece(piece);
        if !matches!(read, Ok(false)) {
            break;
        }
    }
    let reply = read.and_then(|_| reading.finish());
    (reply, said.into_inner().expect("nothing panics"))
}

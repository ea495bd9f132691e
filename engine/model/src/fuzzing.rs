//! What the fuzz targets in `tests/fuzz` reach of this crate. No other build has this module.

use std::sync::Mutex;

use serde_json::Map;

use crate::error::ModelError;
use crate::model::{Capabilities, Delta};
use crate::reply::Reply;
use crate::wire::{OpenAiDialect, Reading, ReplyLimits, Secrets, Settings, Wire};

/// What was told of a reply as it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The texts.
    pub text: String,
    /// The thoughts.
    pub reasoning: String,
    /// The arguments of each tool call.
    pub arguments: Vec<String>,
}

/// Reads a reply from the body of a server's answer, which comes in pieces.
pub fn read_reply<'a>(
    wire: Wire,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    stop: &[String],
) -> (Result<Reply, ModelError>, Told) {
    let settings = Settings {
        wire,
        model: String::new(),
        provider: "fuzz".to_owned(),
        capabilities: Capabilities::default(),
        dialect: OpenAiDialect { thoughts_go_back: true, ..OpenAiDialect::COMMON },
        extra: Map::new(),
        limits: ReplyLimits { event_bytes: 1 << 16, reply_bytes: 1 << 20, tool_calls: 16 },
        secrets: Secrets::default(),
    };
    let told = Mutex::new(Told::default());
    let listener = |delta: Delta<'_>| {
        let mut told = told.lock().expect("nothing panics");
        match delta {
            Delta::Text(text) => told.text.push_str(text),
            Delta::Reasoning(text) => told.reasoning.push_str(text),
            Delta::ToolCall { index, arguments, .. } => {
                if told.arguments.len() == index {
                    told.arguments.push(String::new());
                }
                told.arguments[index].push_str(arguments);
            }
            Delta::Usage(_) | Delta::Restarted { .. } => {}
        }
    };
    let mut reading = Reading::new(&settings, stop, &listener);
    let mut read = Ok(false);
    for piece in pieces {
        read = reading.piece(piece);
        if !matches!(read, Ok(false)) {
            break;
        }
    }
    let reply = read.and_then(|_| reading.finish());
    (reply, told.into_inner().expect("nothing panics"))
}

//! What is written down.

use fumehood::{Arguments, Attachment, Labels, Outcome, ToolOutput, Usage};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::chain::{Torn, hexadecimal};
use crate::policy::ToolRules;

/// The version of the form of logs.
const FORMAT: u32 = 1;
/// Bytes of the arguments of a call that are written down; of longer ones there is the hash.
const ARGUMENT_BYTES: usize = 64 << 10;
/// Bytes of a reason.
const REASON_BYTES: usize = 4_000;

/// What a line says.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Entry<'a> {
    /// A process begins to write.
    Opened {
        format: u32,
        /// What there is of the line before, which another process did not finish.
        #[serde(skip_serializing_if = "Option::is_none")]
        torn: Option<Torn>,
    },
    /// A policy holds from here on.
    Policy {
        /// The hash of its file; nothing if a program has made it.
        sha256: Option<String>,
    },
    /// Code is about to be run.
    Step {
        session: u64,
        /// The session that this one was forked from.
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<u64>,
        step: u64,
        code_sha256: String,
        code_bytes: u64,
        seen: &'a Labels,
    },
    /// It is over.
    StepEnded { session: u64, step: u64, outcome: &'static str, used: Used },
    /// A tool is about to be called, or is not.
    Call {
        session: u64,
        tool: &'a str,
        arguments: Value,
        decision: Decided,
        /// Where the rules stand that it was decided by.
        rule: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What the session had seen before it.
        seen: &'a Labels,
    },
    /// It has answered.
    Answered {
        session: u64,
        /// The line of the call.
        call: u64,
        ok: bool,
        sha256: String,
        bytes: u64,
        took_ms: u64,
    },
    /// Nobody waits for the answer any more.
    Abandoned { session: u64, call: u64, took_ms: u64 },
    /// A request over HTTP is over, which a call has led to.
    Request {
        method: &'a str,
        server: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        credential: bool,
        sent: u64,
        received: u64,
        took_ms: u64,
    },
}

/// What was decided about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decided {
    Allowed,
    /// By somebody who was asked.
    Approved,
    Refused,
}

/// What a step has used.
#[derive(Debug, Serialize)]
pub(crate) struct Used {
    fuel: u64,
    wall_ms: u64,
    cpu_ms: u64,
    memory_bytes: u64,
    output_bytes: u64,
    tool_calls: u64,
}

impl From<&Usage> for Used {
    fn from(usage: &Usage) -> Used {
        Used {
            fuel: usage.fuel,
            wall_ms: milliseconds(usage.wall),
            cpu_ms: milliseconds(usage.cpu),
            memory_bytes: usage.memory_bytes,
            output_bytes: usage.output_bytes,
            tool_calls: usage.tool_calls,
        }
    }
}

impl Entry<'_> {
    pub(super) fn opened(torn: Option<Torn>) -> Entry<'static> {
        Entry::Opened { format: FORMAT, torn }
    }
}

pub(crate) fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How a step ended, in a word.
pub(crate) fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed(_) => "completed",
        Outcome::FinalAnswer(_) => "final_answer",
        Outcome::Raised(_) => "raised",
        Outcome::LimitReached(..) => "limit",
        Outcome::Cancelled(_) => "cancelled",
        Outcome::Failed(_) => "failed",
        _ => "unknown",
    }
}

/// The arguments of a call as they are written down: without what is redacted, and with hashes in the place of
/// bytes.
pub(crate) fn described(
    arguments: &Arguments,
    attachments: &[Attachment],
    rules: Option<&ToolRules>,
) -> Value {
    let mut shown = Value::Object(arguments.clone());
    for attachment in attachments {
        if let Some(place) = shown.pointer_mut(&attachment.at) {
            *place = Value::from(attachment.digest());
        }
    }
    if let Value::Object(shown) = &mut shown {
        for (name, value) in shown {
            if rules.is_some_and(|rules| rules.redacts(name)) {
                *value = json!({"redacted": true});
            }
        }
    }
    let text = shown.to_string();
    match text.len() > ARGUMENT_BYTES {
        true => json!({"bytes": text.len(), "sha256": sha256(text.as_bytes())}),
        false => shown,
    }
}

/// A reason, up to its length.
pub(crate) fn reason(text: &str) -> String {
    text[..text.floor_char_boundary(REASON_BYTES)].to_owned()
}

/// The hash of an answer and its length: of its JSON, and after it of each attachment where it belongs, what it
/// is, and the hash of its bytes.
pub(crate) fn digest(output: &ToolOutput) -> (String, u64) {
    let text = output.value.to_string();
    let mut hash = Sha256::new();
    let mut bytes = text.len() as u64;
    hash.update(&text);
    for attachment in &output.attachments {
        hash.update(format!("\n{} {}", attachment.at, attachment.digest()));
        bytes = bytes.saturating_add(attachment.bytes.len() as u64);
    }
    (hexadecimal(&hash.finalize()), bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

//! What a server streams that speaks Anthropic's messages.
#![no_main]

use arbitrary::Arbitrary;
use fumehood_fuzz::streams::{check, event};
use fumehood_model::Wire;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    parts: Vec<Said<'a>>,
    cuts: Vec<u16>,
}

#[derive(Arbitrary, Debug)]
enum Said<'a> {
    Bytes(&'a [u8]),
    Data(&'a str),
    Start(u8, &'a str, &'a str),
    Text(u8, &'a str),
    Thinking(u8, &'a str, &'a str),
    Redacted(&'a str),
    Tool(u8, &'a str, &'a str),
    Delta(u8, &'a str),
    HalfOfStop(u8, bool),
    Stop(u8),
    Usage(u64, u64),
    Finish(&'a str),
    Error(&'a str),
    Done,
}

fn write(part: &Said<'_>, stream: &mut Vec<u8>) {
    let start = |index: &u8, block| json!({"type": "content_block_start", "index": index, "content_block": block});
    let delta =
        |index: &u8, delta| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let data = match part {
        Said::Bytes(bytes) => return stream.extend_from_slice(bytes),
        Said::Data(data) => {
            return stream.extend_from_slice(format!("data: {data}\n\n").as_bytes());
        }
        Said::Start(index, kind, text) => start(index, json!({"type": kind, "text": text})),
        Said::Text(index, text) => start(index, json!({"type": "text", "text": text})),
        Said::Thinking(index, text, signature) => {
            start(index, json!({"type": "thinking", "thinking": text, "signature": signature}))
        }
        Said::Redacted(data) => start(&0, json!({"type": "redacted_thinking", "data": data})),
        Said::Tool(index, id, name) => {
            start(index, json!({"type": "tool_use", "id": id, "name": name, "input": {}}))
        }
        // The kind of the block says which of them counts.
        Said::Delta(index, text) => delta(
            index,
            json!({"text": text, "thinking": text, "partial_json": text, "signature": text}),
        ),
        Said::HalfOfStop(index, first) => {
            delta(index, json!({"text": if *first { "</co" } else { "de>" }}))
        }
        Said::Stop(index) => json!({"type": "content_block_stop", "index": index}),
        Said::Usage(read, written) => {
            let usage = json!({"input_tokens": read, "output_tokens": written});
            json!({"type": "message_start", "message": {"content": [], "usage": usage}})
        }
        Said::Finish(reason) => json!({"type": "message_delta", "delta": {"stop_reason": reason}}),
        Said::Error(kind) => json!({"type": "error", "error": {"type": kind, "message": kind}}),
        Said::Done => json!({"type": "message_stop"}),
    };
    event(stream, &data);
}

fuzz_target!(|input: Input<'_>| {
    let mut stream = Vec::new();
    input.parts.iter().for_each(|part| write(part, &mut stream));
    check(Wire::Anthropic, &stream, &input.cuts);
});

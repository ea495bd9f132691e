//! What a server streams that speaks OpenAI's chat completions.
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
    Text(&'a str),
    BeforeStop(&'a str),
    HalfOfStop(bool),
    Thought(&'a str),
    Parts(&'a str, &'a str),
    Call(u8, &'a str, &'a str, &'a str),
    Detail(&'a str, &'a str, Option<&'a str>, u8),
    Usage(u64, u64),
    Finish(&'a str),
    Error(&'a str),
    Done,
}

fn write(part: &Said<'_>, stream: &mut Vec<u8>) {
    let delta = match part {
        Said::Bytes(bytes) => return stream.extend_from_slice(bytes),
        Said::Data(data) => {
            return stream.extend_from_slice(format!("data: {data}\n\n").as_bytes());
        }
        Said::Text(text) => json!({"content": text}),
        Said::BeforeStop(text) => json!({"content": format!("{text}</code> and more")}),
        Said::HalfOfStop(first) => json!({"content": if *first { "</co" } else { "de>" }}),
        Said::Thought(text) => json!({"reasoning_content": text}),
        Said::Parts(thought, text) => {
            let thinking = json!([{"type": "text", "text": thought}]);
            json!({"content": [{"type": "thinking", "thinking": thinking}, {"text": text}]})
        }
        Said::Call(index, id, name, arguments) => {
            let function = json!({"name": name, "arguments": arguments});
            json!({"tool_calls": [{"index": index % 20, "id": id, "function": function}]})
        }
        Said::Detail(kind, text, signature, index) => {
            let detail =
                json!({"type": kind, "text": text, "signature": signature, "index": index});
            json!({"reasoning_details": [detail]})
        }
        Said::Usage(read, written) => {
            let usage = json!({"prompt_tokens": read, "completion_tokens": written});
            return event(stream, &json!({"choices": [], "usage": usage}));
        }
        Said::Finish(reason) => {
            return event(stream, &json!({"choices": [{"delta": {}, "finish_reason": reason}]}));
        }
        Said::Error(message) => return event(stream, &json!({"error": {"message": message}})),
        Said::Done => return stream.extend_from_slice(b"data: [DONE]\r\n\r\n"),
    };
    event(stream, &json!({"choices": [{"delta": delta}]}));
}

fuzz_target!(|input: Input<'_>| {
    let mut stream = Vec::new();
    input.parts.iter().for_each(|part| write(part, &mut stream));
    check(Wire::OpenAi, &stream, &input.cuts);
});

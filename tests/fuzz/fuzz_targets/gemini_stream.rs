//! What a server streams that speaks Gemini's `generateContent`.
#![no_main]

use arbitrary::Arbitrary;
use fumehood_fuzz::streams::{check, event};
use fumehood_model::Wire;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    chunks: Vec<Chunk<'a>>,
    cuts: Vec<u16>,
}

#[derive(Arbitrary, Debug)]
enum Chunk<'a> {
    Bytes(&'a [u8]),
    Data(&'a str),
    Parts(Vec<Said<'a>>, Option<&'a str>),
    Usage(u64, u64, u64),
    Blocked(&'a str),
    Error(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Said<'a> {
    Text(&'a str, Option<&'a str>),
    HalfOfStop(bool),
    Thought(&'a str, Option<&'a str>),
    Call(&'a str, &'a str, &'a str, Option<&'a str>),
}

fn part(part: &Said<'_>) -> Value {
    match part {
        Said::Text(text, signature) => json!({"text": text, "thoughtSignature": signature}),
        Said::HalfOfStop(first) => json!({"text": if *first { "</co" } else { "de>" }}),
        Said::Thought(text, signature) => {
            json!({"text": text, "thought": true, "thoughtSignature": signature})
        }
        Said::Call(id, name, argument, signature) => {
            let call = json!({"id": id, "name": name, "args": {"a": argument}});
            json!({"functionCall": call, "thoughtSignature": signature})
        }
    }
}

fn write(chunk: &Chunk<'_>, stream: &mut Vec<u8>) {
    let data = match chunk {
        Chunk::Bytes(bytes) => return stream.extend_from_slice(bytes),
        Chunk::Data(data) => {
            return stream.extend_from_slice(format!("data: {data}\n\n").as_bytes());
        }
        Chunk::Parts(parts, finish) => {
            let parts = parts.iter().map(part).collect::<Vec<_>>();
            json!({"candidates": [{"content": {"parts": parts}, "finishReason": finish}]})
        }
        Chunk::Usage(read, written, thought) => json!({"usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written,
            "thoughtsTokenCount": thought,
        }}),
        Chunk::Blocked(reason) => json!({"promptFeedback": {"blockReason": reason}}),
        Chunk::Error(message) => json!({"error": {"code": 503, "message": message}}),
    };
    event(stream, &data);
}

fuzz_target!(|input: Input<'_>| {
    let mut stream = Vec::new();
    input.chunks.iter().for_each(|chunk| write(chunk, &mut stream));
    check(Wire::Gemini, &stream, &input.cuts);
});

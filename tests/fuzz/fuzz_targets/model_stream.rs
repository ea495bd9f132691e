//! What a model's server streams. However its bytes are cut into pieces, the reply is the same.
#![no_main]

use arbitrary::Arbitrary;
use fumehood_agent::fuzzing::read_reply;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    parts: Vec<Part<'a>>,
    cuts: Vec<u16>,
}

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Bytes(&'a [u8]),
    Data(&'a str),
    Said(&'a str, bool),
    SaidBeforeStop(&'a str),
    Stop,
    HalfOfStop(bool),
    Usage(u64, u64),
    Done,
}

fn write(part: &Part<'_>, stream: &mut Vec<u8>) {
    let said = |text: &str| json!({"choices": [{"delta": {"content": text}}]}).to_string();
    let data = match part {
        Part::Bytes(bytes) => return stream.extend_from_slice(bytes),
        Part::Data(data) => (*data).to_owned(),
        Part::Said(text, false) => said(text),
        Part::Said(text, true) => {
            json!({"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}).to_string()
        }
        Part::SaidBeforeStop(text) => said(&format!("{text}</code> and more")),
        Part::Stop => said("Observation:"),
        Part::HalfOfStop(first) => said(if *first { "</co" } else { "de>" }),
        Part::Usage(read, written) => {
            let usage = json!({"prompt_tokens": read, "completion_tokens": written});
            json!({"choices": [], "usage": usage}).to_string()
        }
        Part::Done => "[DONE]".to_owned(),
    };
    stream.extend_from_slice(format!("data: {data}\r\n\r\n").as_bytes());
}

fuzz_target!(|input: Input<'_>| {
    let mut stream = Vec::new();
    input.parts.iter().for_each(|part| write(part, &mut stream));
    let stop = ["</code>".to_owned(), "Observation:".to_owned()];
    let whole = read_reply([&*stream], &stop);

    let mut cuts =
        input.cuts.iter().map(|cut| usize::from(*cut).min(stream.len())).collect::<Vec<_>>();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]);
    let cut = read_reply(pieces, &stop);
    assert_eq!(format!("{whole:?}"), format!("{cut:?}"));
    let single = read_reply(stream.chunks(1), &stop);
    assert_eq!(format!("{whole:?}"), format!("{single:?}"));

    let (reply, said) = whole;
    if let Ok(reply) = reply {
        assert!(!stop.iter().any(|stop| reply.content.contains(stop)));
        assert!(said.starts_with(&reply.content), "{said:?} is not {:?}", reply.content);
        // A stop sequence that comes in parts has been told as far as it had come.
        assert!(said.len() < reply.content.len() + "Observation:".len());
    }
});

//! What a model says: the code in a reply, and recordings of replies.
#![no_main]

use arbitrary::Arbitrary;
use fumehood_agent::CodeTags;
use fumehood_agent::fuzzing::{code_of, structured_code_of, tool_calls_of_text};
use fumehood_fuzz::block_on;
use fumehood_model::{Delta, Model as _, Replay, Request};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Parts(Vec<Part<'a>>),
    Tags(&'a str, &'a str, &'a str),
    Recording(&'a str),
    Json(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Text(&'a str),
    Open,
    Close,
    Think,
    Thought,
    Fence,
    Python,
    Line,
    Indented,
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Parts(parts) => reply(&parts.iter().map(text).collect::<String>()),
    Input::Tags(text, open, close) => {
        let tags = CodeTags { open: open.to_owned(), close: close.to_owned() };
        if let Ok(code) = code_of(text, &tags) {
            assert!(!code.trim().is_empty());
            assert!(code.len() <= 2 * text.len());
        }
    }
    Input::Recording(text) => recording(text),
    Input::Json(text) => {
        if let Ok((_, code)) = structured_code_of(text, &CodeTags::default()) {
            assert!(!code.trim().is_empty());
        }
        match tool_calls_of_text(text) {
            Ok(calls) => assert!(!calls.is_empty()),
            Err(told) => assert!(told.contains("To call a tool, write")),
        }
    }
});

fn text<'a>(part: &Part<'a>) -> &'a str {
    match part {
        Part::Text(text) => text,
        Part::Open => "<code>",
        Part::Close => "</code>",
        Part::Think => "<think>",
        Part::Thought => "</think>",
        Part::Fence => "```",
        Part::Python => "```python\n",
        Part::Line => "\n",
        Part::Indented => "\n    ",
    }
}

fn reply(reply: &str) {
    let tags = CodeTags::default();
    match code_of(reply, &tags) {
        Ok(code) => {
            assert!(!code.trim().is_empty());
            let special = ["<code", "</code", "<think>", "</think>"];
            let lower = code.to_ascii_lowercase();
            if !code.starts_with("```") && !special.iter().any(|tag| lower.contains(tag)) {
                // It is taken out of tags as it was put between them.
                let again = code_of(&format!("So:\n<code>\n{code}\n</code>"), &tags);
                assert_eq!(again.as_deref(), Ok(&*code));
            }
        }
        Err(told) => assert!(told.contains("<code>")),
    }
}

fn recording(text: &str) {
    let Ok(replay) = Replay::from_text(text) else { return };
    let replay = replay.in_order();
    let request = Request::new([]).with_stop(["</code>"]);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let said = std::sync::Mutex::new(String::new());
        let listener = |delta: Delta<'_>| {
            if let Delta::Text(text) = delta {
                said.lock().unwrap().push_str(text);
            }
        };
        let reply = block_on(replay.generate(&request, &listener)).unwrap();
        assert_eq!(*said.lock().unwrap(), reply.text());
        let recorded = serde_json::from_str::<serde_json::Value>(line).unwrap();
        if let Some(content) = recorded["content"].as_str() {
            assert!(!reply.text().contains("</code>"));
            assert!(content.starts_with(&reply.text()));
        }
    }
    assert!(block_on(replay.generate(&request, &|_| ())).is_err());
}

//! What servers send and what becomes of it, in the files of `transcripts`.
//!
//! A file says what it shows, and then how the model is set up (`wire`, `provider`, and any number of `stop`).
//! Sections follow, each after a line that begins with `===`: the `response`, and the `reply` or the `error`
//! that it gives, and what is `told` as it comes. With `BLESS=1` the test writes the latter three. Read the
//! diff.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fumehood_model::{ApiModel, Message, Model, Provider, Reply, Request, Wire};

use crate::ask;
use crate::server::{Answer, Server};

struct Transcript {
    path: PathBuf,
    /// Everything before the sections that can be written.
    given: String,
    wire: Wire,
    provider: Option<&'static Provider>,
    stop: Vec<String>,
    response: String,
    expected: String,
}

impl Transcript {
    fn read(path: &Path) -> Transcript {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.display();
        let (head, rest) = text.split_once("\n=== response\n").expect("a response");
        let field = |name: &str| {
            let prefix = format!("{name}: ");
            let lines = head.lines().filter_map(move |line| line.strip_prefix(&prefix));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let outcome = rest.find("\n=== ").map_or(rest.len(), |position| position + 1);
        let (response, expected) = rest.split_at(outcome);
        let wire = match field("wire").first().map(String::as_str) {
            Some("openai") => Wire::OpenAi,
            Some("anthropic") => Wire::Anthropic,
            Some("gemini") => Wire::Gemini,
            other => panic!("{name} has a wire {other:?}"),
        };
        Transcript {
            path: path.to_owned(),
            given: text[..text.len() - expected.len()].to_owned(),
            wire,
            provider: field("provider").first().map(|name| Provider::named(name).unwrap()),
            stop: field("stop"),
            response: response.to_owned(),
            expected: expected.to_owned(),
        }
    }

    fn model(&self, base: &str) -> ApiModel {
        match self.provider {
            Some(provider) => ApiModel::of(provider, base, "some-model").unwrap(),
            None => ApiModel::at(self.wire, base, "some-model").unwrap(),
        }
    }

    /// The sections that follow from the response.
    async fn outcome(&self, answer: Answer) -> String {
        let server = Server::start([answer]).await;
        let model = self.model(&server.base());
        let request = Request::new([Message::user("Hi")]).with_stop(self.stop.clone());
        let (reply, told) = ask(&model, &request).await;
        // The address, which is the provider's name where there is no other, is another each time.
        let address = model.description().provider;
        let shown = if self.provider.is_some() { address.as_str() } else { "SERVER" };
        let mut outcome = match reply {
            Ok(reply) => {
                assert_told(&reply, &told);
                let reply = serde_json::to_string_pretty(&reply).unwrap();
                format!("=== reply\n{}\n", reply.replace(&address, shown))
            }
            Err(error) => format!("=== error\n{error}\n"),
        };
        outcome.push_str("=== told\n");
        for line in told {
            writeln!(outcome, "{line}").unwrap();
        }
        outcome
    }
}

/// What was told is what the reply says, though some of it came in many deltas.
fn assert_told(reply: &Reply, told: &[String]) {
    let texts = told.iter().filter_map(|line| line.strip_prefix("text "));
    let texts = texts.map(|text| serde_json::from_str::<String>(&unescaped(text)).unwrap());
    assert_eq!(texts.collect::<String>(), reply.text());
}

/// A text as Rust writes it, as JSON does. The files have nothing else in which the two differ.
fn unescaped(text: &str) -> String {
    text.replace("\\'", "'")
}

#[tokio::test]
async fn every_transcript_gives_its_reply_in_pieces_of_any_size() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model/transcripts");
    let mut paths =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.sort();
    let bless = std::env::var_os("BLESS").is_some();
    for path in paths {
        let mut transcript = Transcript::read(&path);
        let name = transcript.path.display().to_string();
        let unix = transcript.response.clone();
        let dos = unix.replace('\n', "\r\n");
        if bless {
            transcript.expected = transcript.outcome(Answer::ok(unix.clone())).await;
            std::fs::write(&path, format!("{}{}", transcript.given, transcript.expected)).unwrap();
        }
        for size in [1, 2, 7, 64, usize::MAX] {
            for response in [&unix, &dos] {
                let outcome =
                    transcript.outcome(Answer::ok(response.as_str()).in_pieces(size)).await;
                assert_eq!(outcome, transcript.expected, "{name} in pieces of {size} bytes");
            }
        }
    }
}

//! What `fumehood exec --jsonl` reads: steps, forks, checkpoints, saved sessions. Each line is answered by a
//! line, in order, whatever the others are; and no session is lost.
#![no_main]
// The command uses the rest.
#![allow(dead_code, unfulfilled_lint_expectations)]

#[path = "../../../engine/command/src/lines.rs"]
mod lines;
#[path = "../../../engine/command/src/report.rs"]
mod report;

/// In place of the command's module of that name: sessions are saved in memory, so that no path of an input
/// is one of the machine's.
mod saving {
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::path::{Path, PathBuf};

    use anyhow::{Context as _, Result};
    use fumehood::{Sandbox, Session};

    thread_local! {
        static SAVED: RefCell<HashMap<PathBuf, Vec<u8>>> = RefCell::default();
    }

    pub(crate) fn save(session: &mut Session, path: &Path) -> Result<()> {
        let mut bytes = Vec::new();
        session.save(&mut bytes)?;
        SAVED.with_borrow_mut(|saved| saved.insert(path.to_owned(), bytes));
        Ok(())
    }

    pub(crate) async fn resume(sandbox: &Sandbox, path: &Path) -> Result<Session> {
        let bytes = SAVED.with_borrow(|saved| saved.get(path).cloned());
        Ok(sandbox.resume(bytes.context("there is no such file")?.as_slice()).await?)
    }

    pub(crate) fn forget() {
        SAVED.take();
    }
}

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use fumehood::{Limits, Metering, Sandbox};
use fumehood_fuzz::{block_on, engine, prepare};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Bytes that a line may have, so that some are too long.
const LONGEST: usize = 1000;

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let limits = Limits::default()
            .with_fuel(100_000_000)
            .with_time(Duration::from_millis(500))
            .with_memory_bytes(128 << 20);
        Sandbox::builder(engine(Metering::Fuel)).limits(limits).build().unwrap()
    })
}

#[derive(Deserialize)]
struct Identity<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

/// What of an answer is looked at. The rest is JSON as well, but may have what a value
/// cannot have, such as a number beyond all bounds.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    status: String,
    rolled_back: bool,
    session_lost: bool,
}

fuzz_target!(init: prepare(&[Metering::Fuel]), |input: &[u8]| {
    let mut answers = Vec::new();
    let say = |line: &str| {
        answers.push(line.to_owned());
        Ok(())
    };
    saving::forget();
    block_on(lines::serve(input, LONGEST as u64, sandbox(), true, say)).unwrap();

    let mut answers = answers.iter();
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        let long = line.len() > LONGEST || line.len() == LONGEST && !line.ends_with(b"\n");
        if !long && line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = answers.next().expect("each line is answered");
        assert!(!answer.contains('\n'));
        let Fields { id, status, rolled_back, session_lost } =
            serde_json::from_str(answer).unwrap();
        let known = ["ok", "exception", "limit", "final_answer", "crashed", "error"];
        assert!(known.contains(&&*status) && !session_lost, "{answer}");
        match &*status {
            "crashed" => assert!(rolled_back, "{answer}"),
            "ok" | "final_answer" | "error" => assert!(!rolled_back, "{answer}"),
            _ => {}
        }
        let text = if long { "" } else { std::str::from_utf8(line).unwrap_or_default() };
        let object = text.trim_start().starts_with('{')
            && serde_json::from_str::<BTreeMap<String, &RawValue>>(text).is_ok();
        assert!(object || status == "error", "{answer}");
        if object {
            let sent = serde_json::from_str::<Identity<'_>>(text).ok().and_then(|sent| sent.id);
            assert_eq!(id.map(RawValue::get), sent.map(RawValue::get));
        }
    }
    assert!(answers.next().is_none());
});

//! `fumehood exec --jsonl`: many pieces of Python, a line of JSON each.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use fumehood::{Code, Limits, Sandbox, Session};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

use crate::report::{Report, Status};

/// A line of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    #[expect(dead_code, reason = "read before the rest, so that an error can name it")]
    id: Option<Box<RawValue>>,
    code: String,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    limits: Option<LineLimits>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineLimits {
    fuel: Option<u64>,
    time_ms: Option<u64>,
    cpu_ms: Option<u64>,
    memory_bytes: Option<u64>,
    output_bytes: Option<u64>,
    tool_calls: Option<u64>,
}

impl LineLimits {
    fn over(self, mut limits: Limits) -> Limits {
        limits.fuel = self.fuel.or(limits.fuel);
        limits.time = self.time_ms.map_or(limits.time, Duration::from_millis);
        limits.cpu = self.cpu_ms.map(Duration::from_millis).or(limits.cpu);
        limits.memory_bytes = self.memory_bytes.unwrap_or(limits.memory_bytes);
        limits.output_bytes = self.output_bytes.unwrap_or(limits.output_bytes);
        limits.tool_calls = self.tool_calls.unwrap_or(limits.tool_calls);
        limits
    }
}

/// The part of a line that an error about the rest of it repeats.
#[derive(Deserialize)]
struct Identified {
    #[serde(default)]
    id: Option<Box<RawValue>>,
}

/// Answers each line of the input with a line, in order. No line of the input is longer than `longest`
/// bytes.
pub(crate) async fn serve(
    mut input: impl AsyncBufRead + Unpin,
    longest: u64,
    sandbox: &Sandbox,
    mut say: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let mut sessions = HashMap::<String, Kept>::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(longest).read_until(b'\n', &mut line).await?;
        if read == 0 {
            return Ok(());
        }
        let complete = line.last() == Some(&b'\n') || (read as u64) < longest;
        if !complete {
            skip_line(&mut input).await?;
        }
        if complete && line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if !complete {
            let error = format!("the line is longer than {longest} bytes");
            say(&Report::not_run(None, Status::Error, error).to_line())?;
            continue;
        }
        let text = match std::str::from_utf8(&line) {
            Ok(text) => text,
            Err(error) => {
                let error = format!("the line is not UTF-8: {error}");
                say(&Report::not_run(None, Status::Error, error).to_line())?;
                continue;
            }
        };
        say(&answer_line(text, sandbox, &mut sessions).await)?;
    }
}

async fn skip_line(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf().await?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                input.consume(end + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    }
}

/// A named session, or why there is none any more.
enum Kept {
    Live(Box<Session>),
    Lost(String),
}

async fn answer_line(
    text: &str,
    sandbox: &Sandbox,
    sessions: &mut HashMap<String, Kept>,
) -> String {
    // serde also takes an array of the fields in their order.
    if !text.trim_start().starts_with('{') {
        let error = "the line is not a JSON object".to_owned();
        return Report::not_run(None, Status::Error, error).to_line();
    }
    let id = serde_json::from_str::<Identified>(text).ok().and_then(|line| line.id);
    let id = id.as_deref();
    let line = match serde_json::from_str::<Line>(text) {
        Ok(line) => line,
        Err(error) => return Report::not_run(id, Status::Error, error.to_string()).to_line(),
    };
    let mut code = Code::new(line.code);
    if let Some(limits) = line.limits {
        code = code.limits(limits.over(sandbox.limits().clone()));
    }
    let Some(name) = line.session else {
        return match sandbox.session().await {
            Ok(mut session) => run_line(id, &mut session, code).await,
            Err(error) => failed(id, error),
        };
    };
    if !sessions.contains_key(&name) {
        match sandbox.session().await {
            Ok(session) => drop(sessions.insert(name.clone(), Kept::Live(Box::new(session)))),
            Err(error) => return failed(id, error),
        }
    }
    match sessions.get_mut(&name) {
        Some(Kept::Live(session)) => {
            let answer = run_line(id, session, code).await;
            if session.is_lost() {
                // Its memory is given back; its name stays, so that nobody takes a new one for it.
                let reason = format!("the session `{name}` was lost with an earlier step");
                sessions.insert(name, Kept::Lost(reason));
            }
            answer
        }
        Some(Kept::Lost(reason)) => Report::not_run(id, Status::Lost, reason.clone()).to_line(),
        None => Report::not_run(id, Status::Error, "there is no session".to_owned()).to_line(),
    }
}

async fn run_line(id: Option<&RawValue>, session: &mut Session, code: Code) -> String {
    match session.run(code).await {
        Ok(step) => Report::of(id, &step).to_line(),
        Err(error) => failed(id, error),
    }
}

fn failed(id: Option<&RawValue>, error: fumehood::SessionError) -> String {
    let status = match error {
        fumehood::SessionError::Lost { .. } => Status::Lost,
        _ => Status::Error,
    };
    Report::not_run(id, status, format!("{:#}", anyhow::Error::from(error))).to_line()
}

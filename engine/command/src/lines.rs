//! `fumehood exec --jsonl`: many pieces of Python, a line of JSON each.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood::{Checkpoint, Code, Limits, Sandbox, Session, SessionError};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

use crate::report::{Report, Status};
use crate::saving;

/// A line of input. What it asks for is done in the order of the fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    #[expect(dead_code, reason = "read before the rest, so that an error can name it")]
    id: Option<Box<RawValue>>,
    /// The session; without a name the line has one of its own.
    #[serde(default)]
    session: Option<String>,
    /// The session begins as this one is now.
    #[serde(default)]
    fork_of: Option<String>,
    /// The session begins as the one that was saved here.
    #[serde(default)]
    resume: Option<PathBuf>,
    /// The session goes back to this checkpoint.
    #[serde(default)]
    restore: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    limits: Option<LineLimits>,
    /// Any exception rolls the code back.
    #[serde(default)]
    atomic: bool,
    /// The state of the session gets this name.
    #[serde(default)]
    checkpoint: Option<String>,
    /// The answer has the digest of the state of the session.
    #[serde(default)]
    digest: bool,
    /// The session is saved here.
    #[serde(default)]
    save: Option<PathBuf>,
    /// The session ends.
    #[serde(default)]
    close: bool,
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
/// bytes. `saves` says whether lines can have sessions saved and read.
pub(crate) async fn serve(
    mut input: impl AsyncBufRead + Unpin,
    longest: u64,
    sandbox: &Sandbox,
    saves: bool,
    mut say: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let mut desk = Desk { sandbox, saves, sessions: HashMap::new(), checkpoints: HashMap::new() };
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
        say(&desk.answer(text).await)?;
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

/// Where lines are answered.
struct Desk<'a> {
    sandbox: &'a Sandbox,
    saves: bool,
    sessions: HashMap<String, Session>,
    checkpoints: HashMap<String, Checkpoint>,
}

impl Desk<'_> {
    async fn answer(&mut self, text: &str) -> String {
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
        match self.work(id, line).await {
            Ok(answer) => answer,
            Err(error) => {
                let status = match error.downcast_ref() {
                    Some(SessionError::Lost { .. }) => Status::Lost,
                    _ => Status::Error,
                };
                Report::not_run(id, status, format!("{error:#}")).to_line()
            }
        }
    }

    /// Does what a line asks for. An error is one that kept its code from being run.
    async fn work(&mut self, id: Option<&RawValue>, line: Line) -> Result<String> {
        self.check(&line)?;
        let mut own = None;
        let session = match &line.session {
            None => own.insert(self.begin(&line).await?),
            Some(name) => {
                if !self.sessions.contains_key(name) {
                    let session = self.begin(&line).await?;
                    self.sessions.insert(name.clone(), session);
                }
                self.sessions.get_mut(name).context("there is no session")?
            }
        };
        if let Some(name) = &line.restore {
            let checkpoint = self.checkpoints.get(name).with_context(|| unknown(name))?;
            session.restore(checkpoint).await?;
        }
        let step = match line.code {
            Some(source) => {
                let mut code = Code::new(source).atomic(line.atomic);
                if let Some(limits) = line.limits {
                    code = code.limits(limits.over(self.sandbox.limits().clone()));
                }
                Some(session.run(code).await?)
            }
            None => None,
        };
        let mut report =
            step.as_ref().map_or_else(|| Report::done(id), |step| Report::of(id, step));
        if let Some(name) = line.checkpoint {
            match session.checkpoint() {
                Ok(checkpoint) => drop(self.checkpoints.insert(name, checkpoint)),
                Err(error) => report.went_wrong(&error.into()),
            }
        }
        if let Some(path) = &line.save
            && let Err(error) = saving::save(session, path)
        {
            report.went_wrong(&error);
        }
        if line.digest {
            report.state(session, self.sandbox);
        }
        let answer = report.to_line();
        if let (Some(name), true) = (&line.session, line.close) {
            self.sessions.remove(name);
        }
        Ok(answer)
    }

    /// Whether what a line asks for makes sense.
    fn check(&self, line: &Line) -> Result<()> {
        let begins = line.fork_of.is_some() || line.resume.is_some();
        let keeps = line.checkpoint.is_some() || line.save.is_some() || line.digest || line.close;
        if line.fork_of.is_some() && line.resume.is_some() {
            bail!("`fork_of` and `resume` exclude each other");
        }
        if line.code.is_none() && !begins && !keeps && line.restore.is_none() {
            bail!("there is no `code`");
        }
        if (line.resume.is_some() || line.save.is_some()) && !self.saves {
            bail!("sessions are not saved here");
        }
        if let Some(name) = &line.restore
            && !self.checkpoints.contains_key(name)
        {
            bail!(unknown(name));
        }
        match &line.session {
            Some(name) if begins && self.sessions.contains_key(name) => {
                bail!("there is a session `{name}` already")
            }
            None if line.fork_of.is_some() || line.close => {
                bail!("`fork_of` and `close` need a `session`")
            }
            _ => Ok(()),
        }
    }

    /// A session as a line wants it to begin.
    async fn begin(&mut self, line: &Line) -> Result<Session> {
        if let Some(parent) = &line.fork_of {
            let parent = self.sessions.get_mut(parent);
            return Ok(parent.context("there is no session to fork")?.fork().await?);
        }
        match &line.resume {
            Some(path) => saving::resume(self.sandbox, path).await,
            None => Ok(self.sandbox.session().await?),
        }
    }
}

fn unknown(checkpoint: &str) -> String {
    format!("there is no checkpoint `{checkpoint}`")
}

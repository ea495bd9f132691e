//! `fumehood exec`: Python in a fresh sandbox, or many pieces of it, a line of JSON each.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Event, Limits, Outcome, Sandbox, Session, Step};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::signal::unix::{SignalKind, signal};

use crate::printer::Printer;
use crate::report::{Exit, Report, Status};
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, sandbox};
use crate::units;

/// The folder of a session that its code begins in.
const WORK: &str = "/work";

/// No line of JSON is longer, in bytes.
const LINE_BYTES: u64 = 64 << 20;

/// Run Python in a fresh sandbox
///
/// Output streams through. Exit status: 0 the code ran to its end, 1 it raised an exception, 2 wrong
/// usage, 3 a limit was reached, 4 the sandbox failed.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct ExecFlags {
    /// The program, or - for stdin
    #[arg(value_name = "FILE", group = "what")]
    file: Option<PathBuf>,
    /// Arguments of the program, in sys.argv
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, requires = "file")]
    arguments: Vec<String>,
    /// Run this text
    #[arg(short = 'c', value_name = "CODE", group = "what")]
    code: Option<String>,
    /// Read a JSON object a line from stdin, and answer each with a line
    #[arg(long, group = "what")]
    jsonl: bool,
    /// Print what came of it as one line of JSON instead of streaming the output
    #[arg(long)]
    json: bool,
    /// Copy what the code leaves in /work into a folder, which is made if it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "jsonl")]
    out: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
}

pub(crate) async fn exec(
    flags: ExecFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    if flags.jsonl {
        let engine = image.engine(printer)?;
        let sandbox = sandbox(&engine, &flags.limits, &flags.grants, vec![String::new()])?;
        return serve_lines(&sandbox, printer).await;
    }
    // Before the image is looked for: a file that is not there should not cost a build.
    let (source, name, argument) = match (&flags.code, &flags.file) {
        (Some(code), _) => (code.clone(), "<string>".to_owned(), "-c".to_owned()),
        (None, Some(file)) if file.as_os_str() == "-" => {
            let mut source = String::new();
            std::io::stdin().read_to_string(&mut source).context("cannot read stdin")?;
            (source, "<stdin>".to_owned(), "-".to_owned())
        }
        (None, Some(file)) => {
            let shown = file.display().to_string();
            let source =
                std::fs::read_to_string(file).with_context(|| format!("cannot read `{shown}`"))?;
            (source, shown.clone(), shown)
        }
        (None, None) => (String::new(), "<string>".to_owned(), String::new()),
    };
    let engine = image.engine(printer)?;
    let arguments = std::iter::once(argument).chain(flags.arguments.iter().cloned()).collect();
    let sandbox = sandbox(&engine, &flags.limits, &flags.grants, arguments)?;
    let out = flags.out.as_deref().map(|out| Collecting::new(out, &sandbox)).transpose()?;
    let mut session = sandbox.session().await?;
    cancel_on_interrupt(&session)?;
    let mut code = Code::new(source).file(name);
    if !flags.json {
        let printer = Arc::clone(printer);
        code = code.listener(Arc::new(move |event| {
            if let Event::Output { stream, bytes } = event {
                // Whoever reads may have gone; the code does not have to know.
                printer.bytes(stream, bytes).ok();
            }
        }));
    }
    let step = session.run(code).await?;
    if flags.json {
        printer.line(&Report::of(None, &step).to_line())?;
    } else {
        tell(&step, printer)?;
    }
    if let Some(out) = out {
        out.collect(&mut session, printer)?;
    }
    Ok(Status::of(&step.outcome).exit())
}

/// Says how a step ended whose output has streamed through.
fn tell(step: &Step, printer: &Printer) -> Result<()> {
    if step.output.cut_bytes > 0 {
        printer.say(&format!("fumehood: output cut, {} bytes more", step.output.cut_bytes));
    }
    match &step.outcome {
        Outcome::FinalAnswer(answer) => printer.line(&answer.text)?,
        Outcome::Raised(exception) => printer.say(exception.traceback.trim_end()),
        Outcome::LimitReached(reached, exception) => {
            if let Some(exception) = exception {
                printer.say(exception.traceback.trim_end());
            }
            printer.say(&format!("fumehood: {reached}"));
        }
        Outcome::Cancelled(exception) => {
            if let Some(exception) = exception {
                printer.say(exception.traceback.trim_end());
            }
            printer.say("fumehood: cancelled");
        }
        Outcome::Failed(failure) => printer.say(&format!("fumehood: {failure}")),
        _ => {}
    }
    Ok(())
}

/// Where to copy what the code leaves.
struct Collecting<'a> {
    path: &'a Path,
    folder: Dir,
}

impl Collecting<'_> {
    /// Makes the folder, before any code runs.
    fn new<'a>(path: &'a Path, sandbox: &Sandbox) -> Result<Collecting<'a>> {
        if sandbox.granted().any(|(granted, _)| granted == WORK) {
            bail!("--out copies `{WORK}` of the session, and a folder was granted there");
        }
        let made = std::fs::create_dir_all(path)
            .and_then(|()| Dir::open_ambient_dir(path, ambient_authority()));
        let folder =
            made.with_context(|| format!("cannot make the folder `{}`", path.display()))?;
        Ok(Collecting { path, folder })
    }

    /// However the step ended: what it has made until then may be what is looked for.
    fn collect(&self, session: &mut Session, printer: &Printer) -> Result<()> {
        let path = self.path.display();
        let copied = session
            .files()
            .export(WORK, &self.folder)
            .with_context(|| format!("cannot copy the files to `{path}`"))?;
        let (files, bytes) = (copied.files, units::about_bytes(copied.bytes));
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        printer.say(&format!("fumehood: {files}, {bytes}, in `{path}`"));
        if let Some(first) = copied.skipped.first() {
            let more = match copied.skipped.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            printer.say(&format!("fumehood: links are left out: {first:?}{more}"));
        }
        Ok(())
    }
}

/// The first Ctrl-C cancels the step, the second ends the process.
fn cancel_on_interrupt(session: &Session) -> Result<()> {
    // Listening begins here, before any code runs.
    let mut interrupts = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let handle = session.cancel_handle();
    tokio::spawn(async move {
        interrupts.recv().await;
        handle.cancel();
        interrupts.recv().await;
        std::process::exit(130);
    });
    Ok(())
}

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

async fn serve_lines(sandbox: &Sandbox, printer: &Printer) -> Result<Exit> {
    let mut input = BufReader::new(tokio::io::stdin());
    let mut sessions = HashMap::<String, Kept>::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(LINE_BYTES).read_until(b'\n', &mut line).await?;
        if read == 0 {
            return Ok(Exit::Ok);
        }
        let complete = line.last() == Some(&b'\n') || (read as u64) < LINE_BYTES;
        if !complete {
            skip_line(&mut input).await?;
        }
        if complete && line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if !complete {
            let error = format!("the line is longer than {LINE_BYTES} bytes");
            printer.line(&Report::not_run(None, Status::Error, error).to_line())?;
            continue;
        }
        let text = match std::str::from_utf8(&line) {
            Ok(text) => text,
            Err(error) => {
                let error = format!("the line is not UTF-8: {error}");
                printer.line(&Report::not_run(None, Status::Error, error).to_line())?;
                continue;
            }
        };
        printer.line(&answer_line(text, sandbox, &mut sessions).await)?;
    }
}

async fn skip_line(input: &mut BufReader<tokio::io::Stdin>) -> Result<()> {
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

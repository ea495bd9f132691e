//! `fumehood exec`: Python in a fresh sandbox, or many pieces of it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Outcome, Sandbox, Session, Step};
use tokio::io::BufReader;
use tokio::signal::unix::{SignalKind, signal};

use crate::lines;
use crate::mcp::{Answering, McpServerFlags};
use crate::printer::Printer;
use crate::report::{Exit, Report, Status};
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, WORK, sandbox};
use crate::toolbox::{ToolFlags, Toolset};
use crate::units;

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
    #[command(flatten)]
    tools: ToolFlags,
    #[command(flatten)]
    mcp: McpServerFlags,
}

pub(crate) async fn exec(
    flags: ExecFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    // Before anything is started: a file that is not there should not cost the building of an image.
    let program = match flags.jsonl {
        true => None,
        false => Some(Program::read(flags.code.as_deref(), flags.file.as_deref())?),
    };
    let answering = Answering { folders: flags.grants.folders()?, ..Answering::default() };
    let mut tools = flags.tools.open(image, printer, None)?;
    let servers = flags.mcp.start(answering, printer).await?;
    tools.extend(servers.tools());
    let done = match program {
        None => exec_lines(&flags, &tools, image, printer).await,
        Some(program) => exec_program(flags, program, &tools, image, printer).await,
    };
    servers.end().await;
    done
}

async fn exec_lines(
    flags: &ExecFlags,
    tools: &Toolset,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let arguments = vec![String::new()];
    let sandbox = sandbox(image, printer, &flags.limits, &flags.grants, tools, arguments)?;
    let input = BufReader::new(tokio::io::stdin());
    lines::serve(input, LINE_BYTES, &sandbox, true, |line| printer.line(line)).await?;
    Ok(Exit::Ok)
}

async fn exec_program(
    flags: ExecFlags,
    program: Program,
    tools: &Toolset,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let arguments =
        std::iter::once(program.argument()).chain(flags.arguments.iter().cloned()).collect();
    let sandbox = sandbox(image, printer, &flags.limits, &flags.grants, tools, arguments)?;
    let out = flags.out.as_deref().map(|out| Collecting::new(out, &sandbox)).transpose()?;
    let mut session = sandbox.session().await?;
    cancel_on_interrupt(&session)?;
    let mut code = program.code();
    if !flags.json {
        code = code.listener(printer.listener());
    }
    let step = session.run(code).await?;
    if flags.json {
        let mut report = Report::of(None, &step);
        if sandbox.determinism().is_some() && !session.is_lost() {
            report.state(&mut session, &sandbox);
        }
        printer.line(&report.to_line())?;
    } else {
        tell(&step, printer)?;
    }
    if let Some(out) = out {
        out.collect(&mut session, printer)?;
    }
    Ok(Status::of(&step.outcome).exit())
}

/// A program that was given on the command line.
pub(crate) struct Program {
    source: String,
    origin: Origin,
}

/// Where a program comes from.
enum Origin {
    Text,
    Stdin,
    File(String),
}

impl Program {
    /// Of the text that was given, or else from a file, which may be `-` for stdin.
    pub(crate) fn read(text: Option<&str>, file: Option<&Path>) -> Result<Program> {
        let Some(file) = file.filter(|_| text.is_none()) else {
            let source = text.unwrap_or_default().to_owned();
            return Ok(Program { source, origin: Origin::Text });
        };
        if file.as_os_str() == "-" {
            let mut source = String::new();
            std::io::stdin().read_to_string(&mut source).context("cannot read stdin")?;
            return Ok(Program { source, origin: Origin::Stdin });
        }
        let shown = file.display().to_string();
        let source =
            std::fs::read_to_string(file).with_context(|| format!("cannot read `{shown}`"))?;
        Ok(Program { source, origin: Origin::File(shown) })
    }

    /// The first of its arguments.
    pub(crate) fn argument(&self) -> String {
        match &self.origin {
            Origin::Text => "-c".to_owned(),
            Origin::Stdin => "-".to_owned(),
            Origin::File(shown) => shown.clone(),
        }
    }

    pub(crate) fn code(self) -> Code {
        let name = match self.origin {
            Origin::Text => "<string>".to_owned(),
            Origin::Stdin => "<stdin>".to_owned(),
            Origin::File(shown) => shown,
        };
        Code::new(self.source).file(name)
    }

    /// The code, without a name if it comes from no file: there will be other texts after it.
    pub(crate) fn set_up(self) -> Code {
        match self.origin {
            Origin::Text | Origin::Stdin => Code::new(self.source),
            Origin::File(shown) => Code::new(self.source).file(shown),
        }
    }
}

/// Says how a step ended whose output has streamed through.
pub(crate) fn tell(step: &Step, printer: &Printer) -> Result<()> {
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

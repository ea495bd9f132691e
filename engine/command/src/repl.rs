//! `fumehood repl`: an interactive prompt on one session.
//!
//! * `reading`: lines, from a terminal with an editor or from any other stdin
//! * `history`: the file that keeps what was typed
//! * `completing`: what the Tab key offers
//! * `entry`: what was typed, Python or a command that begins with `%`
//! * `commands`: what those commands do
//! * `live`: the sessions behind the prompt
//! * `undo`: what they were before the last entries
//! * `showing`: how a step ended

mod commands;
mod completing;
mod entry;
mod history;
mod live;
mod reading;
mod showing;
mod undo;

use std::sync::Arc;

use anyhow::Result;
use tokio::sync::Mutex;

use crate::mcp::{Answering, McpServerFlags};
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, sandbox};
use crate::toolbox::{ToolFlags, Toolset};
use entry::Entry;
use live::Live;
use reading::{Input, Read};

/// Talk to Python in a sandbox, entry by entry
///
/// Variables stay from one entry to the next. Tab completes, Ctrl-C clears the line or cancels what runs,
/// Ctrl-D leaves; %help lists the commands, with which entries are undone and sessions kept. If stdin or stdout is no terminal, lines are read without
/// prompts and editing until the input ends.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ReplFlags {
    /// Neither read nor write the history of what was typed
    #[arg(long)]
    no_history: bool,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
    #[command(flatten)]
    tools: ToolFlags,
    #[command(flatten)]
    mcp: McpServerFlags,
}

pub(crate) async fn repl(
    flags: ReplFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let answering = Answering { folders: flags.grants.folders()?, ..Answering::default() };
    let mut tools = flags.tools.open(image, printer, None)?;
    let servers = flags.mcp.start(answering, printer).await?;
    tools.extend(servers.tools());
    let done = talk(&flags, &tools, image, printer).await;
    servers.end().await;
    done
}

async fn talk(
    flags: &ReplFlags,
    tools: &Toolset,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let arguments = vec![String::new()];
    let sandbox = sandbox(image, printer, &flags.limits, &flags.grants, tools, arguments)?;
    let python = sandbox.python_version().to_owned();
    // Shared with the completion, which asks the session while a line is being edited.
    let live = Arc::new(Mutex::new(Live::start(sandbox).await?));
    let mut input = Input::open(&live, !flags.no_history, printer)?;
    if input.is_terminal() {
        printer.say(&format!("Python {python} in a sandbox; %help lists the commands"));
    }
    while let Some(text) = read_entry(&mut input, &live).await? {
        input.remember(&text);
        let live = &mut *live.lock().await;
        replace_if_lost(live, printer).await?;
        match Entry::of(&text) {
            Entry::Python { source, timed } => {
                run(live, source, timed, input.is_terminal(), printer).await?;
            }
            Entry::Limits { changes } => commands::limits(live, changes, printer).await?,
            Entry::Files => commands::files(live, printer).await?,
            Entry::Session(deed) => commands::session(live, deed, printer).await,
            Entry::Sessions => commands::sessions(live, printer)?,
            Entry::Reset => {
                live.reset().await?;
                printer.say("fumehood: a fresh session");
            }
            Entry::Help => commands::help(printer)?,
            Entry::Quit => break,
            Entry::Unknown { name } => commands::unknown(name, printer),
        }
        replace_if_lost(live, printer).await?;
    }
    Ok(Exit::Ok)
}

/// Reads a command, or Python: lines until they are whole. None at the end of the input.
async fn read_entry(input: &mut Input, live: &Mutex<Live>) -> Result<Option<String>> {
    let mut lines = Vec::<String>::new();
    loop {
        let prompt = if lines.is_empty() { ">>> " } else { "... " };
        match input.read(prompt).await? {
            Read::Line(line) if lines.is_empty() && line.trim().is_empty() => continue,
            Read::Line(line) => lines.push(line),
            Read::Cleared => {
                lines.clear();
                continue;
            }
            Read::End if lines.is_empty() => return Ok(None),
            // What is there is all there will be.
            Read::End => return Ok(Some(lines.join("\n"))),
        }
        let text = lines.join("\n");
        let whole = match Entry::of(&text) {
            // Brackets, strings and backslashes decide, so only the compiler knows. It is in the
            // session; asking it costs less than a millisecond.
            Entry::Python { source, .. } => live.lock().await.is_whole(source).await,
            _ => true,
        };
        if whole {
            return Ok(Some(text));
        }
    }
}

/// Runs Python and shows what came of it.
async fn run(
    live: &mut Live,
    source: &str,
    timed: bool,
    in_terminal: bool,
    printer: &Arc<Printer>,
) -> Result<()> {
    let memory_before = live.used().memory_bytes;
    let step = match live.run(source, printer.listener()).await {
        Ok(step) => step,
        Err(error) => {
            showing::error(error, printer);
            return Ok(());
        }
    };
    if in_terminal && showing::leaves_a_line_open(&step.output) {
        // The editor believes that the prompt begins at the left.
        printer.line("")?;
    }
    showing::outcome(&step, printer)?;
    if timed {
        showing::usage(&step.usage, memory_before, printer);
    }
    Ok(())
}

/// Starts a fresh session if there is none any more.
async fn replace_if_lost(live: &mut Live, printer: &Printer) -> Result<()> {
    if live.is_lost() {
        live.reset().await?;
        printer.say("fumehood: this is a fresh session, without the variables of the lost one; %undo may bring them back");
    }
    Ok(())
}

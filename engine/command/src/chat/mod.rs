//! `fumehood chat`: a run with one task after the other, each of which can be undone.

mod commands;

use std::io::IsTerminal as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use fumehood_agent::{Run, RunCheckpoint};
use fumehood_policy::AuditLog;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};

use crate::display;
use crate::policy;
use crate::printer::Printer;
use crate::report::Exit;
use crate::run::{AgentFlags, Files, StoringFlags, finish, print_answer};
use crate::runs::RunFolder;
use crate::sandboxing::ImageFlags;
use commands::Said;

/// How many turns can be undone.
const UNDONE: usize = 20;

/// Talk to an agent, turn by turn
///
/// The agent remembers, and so does its sandbox: variables and files stay from turn to turn. Commands begin with a
/// slash: /undo takes the last turn back, with all that it has done to variables and files; /help lists the others.
/// A line that ends with a backslash goes on in the next.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ChatFlags {
    #[command(flatten)]
    pub(crate) agent: AgentFlags,
    #[command(flatten)]
    storing: StoringFlags,
}

/// A conversation.
pub(crate) struct Chat<'a> {
    run: Run,
    folder: Option<RunFolder>,
    storing: StoringFlags,
    printer: &'a Arc<Printer>,
    /// What the run was before the last turns.
    before: Vec<RunCheckpoint>,
    /// Where what is done is written down.
    audit: Option<Arc<AuditLog>>,
}

pub(crate) async fn chat(
    flags: ChatFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let servers = flags.agent.servers(printer).await?;
    let folder = flags.storing.folder(&arguments)?;
    let begin = async {
        let files = flags.agent.files(folder.as_ref())?;
        let watch = flags.agent.watch(printer)?;
        let agent = flags.agent.agent(&files, &servers, &watch, image, printer)?;
        let mut run = agent.idle()?;
        if let Some(folder) = &folder {
            run.keep_in(folder.state()).await?;
        }
        anyhow::Ok((run, files, watch.log()))
    };
    let done = match begin.await {
        Ok((run, files, audit)) => {
            let files = files.described("");
            if !files.is_empty() {
                printer.say(&format!("fumehood:{}", files.replace('\n', " ")));
            }
            let (storing, before) = (flags.storing, Vec::new());
            Chat { run, folder, storing, printer, before, audit }.talk().await
        }
        Err(error) => {
            if let Some(folder) = folder.filter(|folder| !folder.has_state()) {
                folder.remove().ok();
            }
            Err(error)
        }
    };
    servers.end().await;
    done
}

/// Goes on with a conversation.
pub(crate) async fn resume(
    flags: ChatFlags,
    folder: RunFolder,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    let servers = flags.agent.servers(printer).await?;
    let watch = flags.agent.watch(printer)?;
    let files = Files::kept(folder.files());
    let agent = flags.agent.agent(&files, &servers, &watch, image, printer)?;
    let run = agent.resume_from(folder.state()).await?;
    let is_busy = run.is_busy();
    let mut chat = Chat {
        run,
        folder: Some(folder),
        storing: flags.storing,
        printer,
        before: Vec::new(),
        audit: watch.log(),
    };
    if is_busy {
        printer.say("fumehood: the last turn goes on");
        chat.answer().await?;
    }
    let done = chat.talk().await;
    servers.end().await;
    done
}

impl Chat<'_> {
    async fn talk(mut self) -> Result<Exit> {
        let mut input = Input::open()?;
        while let Some(said) = input.next().await? {
            match Said::of(&said) {
                Said::Nothing => {}
                Said::Quit => break,
                Said::Turn(text) => self.turn(text).await?,
                Said::Command(command) => {
                    // What went wrong with it is no reason to end the conversation.
                    if let Err(error) = self.obey(command).await {
                        self.printer.say(&format!("fumehood: {error:#}"));
                    }
                }
                Said::Unknown(name) => {
                    self.printer.say(&format!(
                        "fumehood: there is no command {name}; /help lists those there are"
                    ));
                }
            }
        }
        policy::tell_head(self.audit.as_deref(), self.printer);
        if let Some(folder) = self.folder.as_ref().filter(|_| self.run.memory().task().is_some()) {
            self.printer
                .say(&format!("fumehood: `fumehood resume {}` goes on from here", folder.name()));
        } else if let Some(folder) = self.folder {
            // Nothing was said.
            drop(self.run);
            folder.remove()?;
        }
        Ok(Exit::Ok)
    }

    /// Has the agent work on what was said.
    async fn turn(&mut self, text: &str) -> Result<()> {
        self.before.push(self.run.checkpoint()?);
        if self.before.len() > UNDONE {
            self.before.remove(0);
        }
        self.run.give(text).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<()> {
        self.run.listen(display::terminal(self.printer));
        match finish(&mut self.run, self.printer).await {
            Ok(Some(result)) => print_answer(&result.answer, self.printer)?,
            Ok(None) => {
                self.printer.say("\nfumehood: interrupted; say what is to be done next, or /undo");
            }
            // The server may be there again for the next turn.
            Err(error) => self.printer.error(&error),
        }
        Ok(())
    }
}

/// Where what is said comes from.
enum Input {
    Terminal(Box<DefaultEditor>),
    Lines(Lines<BufReader<Stdin>>),
}

impl Input {
    fn open() -> Result<Input> {
        if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
            let editor = DefaultEditor::new().context("cannot use the terminal")?;
            return Ok(Input::Terminal(Box::new(editor)));
        }
        Ok(Input::Lines(BufReader::new(tokio::io::stdin()).lines()))
    }

    /// What is said next. None at the end.
    async fn next(&mut self) -> Result<Option<String>> {
        let mut said = String::new();
        loop {
            let prompt = if said.is_empty() { "you> " } else { "...> " };
            let line = match self {
                Input::Lines(lines) => lines.next_line().await.context("cannot read stdin")?,
                Input::Terminal(editor) => {
                    match tokio::task::block_in_place(|| editor.readline(prompt)) {
                        Ok(line) => Some(line),
                        Err(ReadlineError::Interrupted) => {
                            said.clear();
                            continue;
                        }
                        Err(ReadlineError::Eof) => None,
                        Err(error) => return Err(error).context("cannot read from the terminal"),
                    }
                }
            };
            let Some(line) = line else {
                return Ok((!said.trim().is_empty()).then_some(said));
            };
            match line.strip_suffix('\\') {
                Some(part) => {
                    said.push_str(part);
                    said.push('\n');
                }
                None => {
                    said.push_str(&line);
                    if let Input::Terminal(editor) = self {
                        editor.add_history_entry(said.as_str()).ok();
                    }
                    return Ok(Some(said));
                }
            }
        }
    }
}

//! Lines, from a terminal with an editor or from any other stdin.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use tokio::io::{AsyncBufReadExt as _, BufReader, Stdin};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Mutex;

use super::completing::Completing;
use super::history;
use super::live::Live;
use crate::printer::Printer;

/// How many entries the history has at most.
const HISTORY_ENTRIES: usize = 10_000;

/// Where lines come from.
pub(crate) enum Input {
    Terminal { editor: Box<Editor<Completing, FileHistory>>, history: Option<PathBuf> },
    Lines(BufReader<Stdin>),
}

/// What came of reading a line.
pub(crate) enum Read {
    Line(String),
    /// Ctrl-C: what was typed is not wanted.
    Cleared,
    End,
}

impl Input {
    /// Stdin, with an editor if there is somebody to edit.
    pub(crate) fn open(
        live: &Arc<Mutex<Live>>,
        keep_history: bool,
        printer: &Printer,
    ) -> Result<Input> {
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Ok(Input::Lines(BufReader::new(tokio::io::stdin())));
        }
        let config = Config::builder()
            .max_history_size(HISTORY_ENTRIES)?
            .completion_type(CompletionType::List)
            .build();
        let mut editor = Editor::with_config(config).context("cannot use the terminal")?;
        editor.set_helper(Some(Completing::new(live)));
        let mut history = None;
        if keep_history {
            match history::file() {
                Ok(path) => {
                    // The first time there is none.
                    editor.load_history(&path).ok();
                    history = Some(path);
                }
                Err(error) => printer.say(&format!("fumehood: no history is kept: {error:#}")),
            }
        }
        Ok(Input::Terminal { editor: Box::new(editor), history })
    }

    /// Whether there is a prompt.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Input::Terminal { .. })
    }

    /// Reads a line, which comes without its end. One that was pasted or taken from the history may
    /// have several lines in it.
    pub(crate) async fn read(&mut self, prompt: &str) -> Result<Read> {
        match self {
            Input::Terminal { editor, .. } => {
                match tokio::task::block_in_place(|| editor.readline(prompt)) {
                    Ok(line) => Ok(Read::Line(line)),
                    Err(ReadlineError::Interrupted) => Ok(Read::Cleared),
                    Err(ReadlineError::Eof) => Ok(Read::End),
                    Err(error) => Err(error).context("cannot read from the terminal"),
                }
            }
            Input::Lines(lines) => next_line(lines).await,
        }
    }

    /// Adds an entry to the history.
    pub(crate) fn remember(&mut self, text: &str) {
        if let Input::Terminal { editor, history } = self {
            // The prompt works without a history; what could be said would be said at every line.
            editor.add_history_entry(text.trim_end()).ok();
            if let Some(history) = history {
                editor.append_history(history).ok();
            }
        }
    }
}

async fn next_line(lines: &mut BufReader<Stdin>) -> Result<Read> {
    let mut interrupts = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut line = Vec::new();
    let read = tokio::select! {
        read = lines.read_until(b'\n', &mut line) => read.context("cannot read stdin")?,
        // There is no line to clear and no step to cancel, so it means what it always means.
        _ = interrupts.recv() => std::process::exit(130),
    };
    if read == 0 {
        return Ok(Read::End);
    }
    let line = String::from_utf8_lossy(&line);
    Ok(Read::Line(line.trim_end_matches(['\n', '\r']).to_owned()))
}

//! What begins with a slash.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use fumehood::{FileKind, FilesError};
use fumehood_agent::MemoryStep;

use super::Chat;
use crate::display;
use crate::sandboxing::WORK;
use crate::units;

/// What was said.
pub(crate) enum Said<'a> {
    Nothing,
    Quit,
    Turn(&'a str),
    Command(Command<'a>),
    Unknown(&'a str),
}

pub(crate) enum Command<'a> {
    Help,
    Undo,
    Fork,
    Steps,
    Code,
    Files,
    Save(&'a str),
    Replay,
}

const COMMANDS: [(&str, &str); 9] = [
    ("/undo", "takes the last turn back: what was said, variables and files"),
    ("/fork", "keeps the conversation as it is now, as a run of its own"),
    ("/steps", "lists what was done"),
    ("/code", "shows the code that was run in the last turn"),
    ("/files", "lists the files of the sandbox in /work and /tmp"),
    ("/save DIR", "copies the stored run to a folder"),
    ("/replay", "shows the conversation from its beginning"),
    ("/help", "lists the commands"),
    ("/quit", "leaves, as Ctrl-D does"),
];

impl Said<'_> {
    pub(crate) fn of(text: &str) -> Said<'_> {
        let text = text.trim();
        if !text.starts_with('/') {
            return if text.is_empty() { Said::Nothing } else { Said::Turn(text) };
        }
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let command = match name {
            "/undo" => Command::Undo,
            "/fork" => Command::Fork,
            "/steps" => Command::Steps,
            "/code" => Command::Code,
            "/files" => Command::Files,
            "/save" => Command::Save(argument.trim()),
            "/replay" => Command::Replay,
            "/help" => Command::Help,
            "/quit" => return Said::Quit,
            _ => return Said::Unknown(name),
        };
        Said::Command(command)
    }
}

impl Chat<'_> {
    pub(crate) async fn obey(&mut self, command: Command<'_>) -> Result<()> {
        match command {
            Command::Help => {
                for (name, what) in COMMANDS {
                    self.printer.line(&format!("{name:10} {what}"))?;
                }
            }
            Command::Undo => self.undo().await?,
            Command::Fork => self.fork().await?,
            Command::Steps => self.steps()?,
            Command::Code => self.code()?,
            Command::Files => self.files()?,
            Command::Save(to) => self.save(to)?,
            Command::Replay => display::memory(self.run.memory(), self.printer),
        }
        Ok(())
    }

    async fn undo(&mut self) -> Result<()> {
        let before = self.before.last().context("there is no turn that can be undone")?;
        self.run.restore(before).await?;
        self.before.pop();
        self.printer.say("fumehood: the last turn is undone");
        Ok(())
    }

    async fn fork(&mut self) -> Result<()> {
        let folder = self.folder.as_ref().context("with --no-store nothing is kept")?;
        let invocation = folder.invocation()?;
        let other = self.storing.another(&invocation)?;
        folder.copy_files(other.path())?;
        self.run.fork().await?.keep_in(other.state()).await?;
        self.printer.say(&format!(
            "fumehood: kept as {0}; `fumehood resume {0}` goes on there",
            other.name()
        ));
        Ok(())
    }

    fn steps(&self) -> Result<()> {
        for step in &self.run.memory().steps {
            let line = match step {
                MemoryStep::Task(task) => format!("you: {}", line(&task.task)),
                MemoryStep::Planning(step) => format!("  plan: {}", line(&step.plan)),
                MemoryStep::Action(step) => {
                    let came = match (&step.error, &step.answer) {
                        (Some(error), _) => format!(
                            "error: {}",
                            line(error.message.trim_end().lines().next_back().unwrap_or_default())
                        ),
                        (None, Some(answer)) => format!("answer: {}", line(answer.text())),
                        (None, None) => line(&step.said()),
                    };
                    format!("  {}. {came}", step.number)
                }
                MemoryStep::Summary(step) => format!("  summary of {} steps", step.covers),
                _ => continue,
            };
            self.printer.line(&line)?;
        }
        Ok(())
    }

    fn code(&self) -> Result<()> {
        let steps = &self.run.memory().steps;
        let turn = steps.iter().rposition(|step| matches!(step, MemoryStep::Task(_)));
        let steps = &steps[turn.unwrap_or_default()..];
        for step in steps {
            if let MemoryStep::Action(step) = step
                && let Some(code) = &step.code
            {
                self.printer.line(&format!(
                    "# step {}\n{}",
                    step.number,
                    units::printable_text(code)
                ))?;
            }
        }
        Ok(())
    }

    fn files(&mut self) -> Result<()> {
        let Some(session) = self.run.session_mut() else {
            self.printer.say("fumehood: nothing was run yet");
            return Ok(());
        };
        let files = session.files();
        let mut folders = vec!["/tmp".to_owned(), WORK.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = match files.list(&folder) {
                // What was granted under that name is not the session's.
                Err(FilesError::Refused { .. }) => continue,
                entries => entries?,
            };
            for entry in entries {
                let path = format!("{folder}/{}", entry.name);
                if entry.metadata.kind == FileKind::Folder {
                    folders.push(path);
                } else {
                    let size = units::about_bytes(entry.metadata.size);
                    self.printer.line(&format!("{size:>10}  {}", units::printable(&path)))?;
                }
            }
        }
        Ok(())
    }

    fn save(&self, to: &str) -> Result<()> {
        if to.is_empty() {
            bail!("/save needs the name of a folder, which is made");
        }
        let folder = self.folder.as_ref().context("with --no-store nothing is kept")?;
        folder.copy(Path::new(to))?;
        self.printer.say(&format!("fumehood: `fumehood resume {}` goes on from here", at(to)));
        Ok(())
    }
}

/// A path that is not taken for a name.
fn at(path: &str) -> String {
    if path.contains('/') { path.to_owned() } else { format!("./{path}") }
}

/// The beginning of a text, as a line.
fn line(text: &str) -> String {
    let words = units::printable_text(text).split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(100).collect()
}

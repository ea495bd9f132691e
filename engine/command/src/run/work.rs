//! Working on a run until it has an answer, while somebody looks on.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use fumehood_agent::{AgentError, Answer, Run, RunResult, RunState};
use fumehood_policy::AuditLog;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::display;
use crate::policy;
use crate::printer::Printer;
use crate::report::Exit;
use crate::runs::RunFolder;

/// Where what comes of a run goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outlet {
    /// What happens, as lines of JSON on stdout.
    pub(crate) json: bool,
    /// The answer, as a file.
    pub(crate) answer: Option<PathBuf>,
}

/// A run, and where it is stored.
pub(crate) struct Work<'a> {
    pub(crate) run: Run,
    pub(crate) folder: Option<RunFolder>,
    /// Where what is done is written down.
    pub(crate) audit: Option<Arc<AuditLog>>,
    pub(crate) outlet: Outlet,
    pub(crate) printer: &'a Arc<Printer>,
}

impl Work<'_> {
    /// Works until there is an answer, and says it.
    pub(crate) async fn finish_and_tell(mut self) -> Result<Exit> {
        let listener = match self.outlet.json {
            true => display::lines(self.printer),
            false => display::terminal(self.printer),
        };
        self.run.listen(listener);
        let finished = finish(&mut self.run, self.printer).await;
        policy::tell_head(self.audit.as_deref(), self.printer);
        match finished {
            Ok(Some(result)) => self.tell(&result),
            Ok(None) => {
                self.say_how_to_go_on("the run was interrupted");
                Ok(Exit::Exception)
            }
            Err(error) => {
                self.say_how_to_go_on("the run has not come to its end");
                Err(error)
            }
        }
    }

    fn say_how_to_go_on(&self, what: &str) {
        let how = match &self.folder {
            Some(folder) => format!("; `fumehood resume {}` goes on with it", folder.name()),
            None => String::new(),
        };
        self.printer.say(&format!("\nfumehood: {what}{how}"));
    }

    pub(crate) fn tell(&self, result: &RunResult) -> Result<Exit> {
        if let Some(path) = &self.outlet.answer {
            write_answer(&result.answer, path)?;
        }
        if !self.outlet.json {
            print_answer(&result.answer, self.printer)?;
            self.summary(result);
        }
        Ok(exit(result.state))
    }

    /// What it has taken, for people.
    fn summary(&self, result: &RunResult) {
        if !self.printer.is_terminal() {
            return;
        }
        let cost = result.cost.map_or(String::new(), |cost| format!(", cost {cost:.4}"));
        let stored = match &self.folder {
            Some(folder) => format!("; stored as {}", folder.name()),
            None => String::new(),
        };
        self.printer.say(&format!(
            "\n[{} steps in {:.1} s, {} tokens in, {} out{cost}{stored}]",
            result.memory.actions().count(),
            result.timing.total.as_secs_f64(),
            result.usage.input_tokens,
            result.usage.output_tokens,
        ));
    }
}

/// Goes on until there is an answer. The first Ctrl-C ends the run after the step that it is in, the second at once;
/// then there is none.
pub(crate) async fn finish(run: &mut Run, printer: &Printer) -> Result<Option<RunResult>> {
    let mut interrupts = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let interrupter = run.interrupter();
    let mut finishing = std::pin::pin!(run.finish());
    let mut asked = false;
    loop {
        tokio::select! {
            finished = &mut finishing => return match finished {
                Ok(result) => Ok(Some(result)),
                Err(AgentError::Interrupted) => Ok(None),
                Err(error) => Err(error.into()),
            },
            _ = interrupts.recv() => {
                // A step that is dropped is none: the run is what it was before.
                if asked {
                    return Ok(None);
                }
                asked = true;
                interrupter.interrupt();
                printer.say("\nfumehood: the run ends after this step; Ctrl-C again ends it at once");
            }
        }
    }
}

/// Prints an answer on stdout: tables and lists as JSON for programs to read on, a text as it is.
pub(crate) fn print_answer(answer: &Answer, printer: &Printer) -> Result<()> {
    match answer.json() {
        Some(json @ (Value::Object(_) | Value::Array(_))) => printer.line(&json.to_string())?,
        _ => printer.line(answer.text())?,
    }
    Ok(())
}

/// Writes an answer to a file: pictures and files as they are, tables and lists as JSON, anything else as text.
fn write_answer(answer: &Answer, path: &PathBuf) -> Result<()> {
    let bytes = match answer {
        Answer::Image { image, .. } => image.data().to_vec(),
        Answer::File { bytes, .. } => bytes.clone(),
        answer => match answer.json() {
            Some(Value::String(text)) => text.into_bytes(),
            Some(json) => format!("{json}\n").into_bytes(),
            None => answer.text().as_bytes().to_vec(),
        },
    };
    fs::write(path, bytes)
        .with_context(|| format!("cannot write the answer to `{}`", path.display()))
}

pub(crate) fn exit(state: RunState) -> Exit {
    match state {
        RunState::Success => Exit::Ok,
        _ => Exit::Limit,
    }
}

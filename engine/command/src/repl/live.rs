//! The sessions behind the prompt: the one that is talked to, those beside it, and the states to go
//! back to.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood::{
    Checkpoint, Code, Limits, Listener, Metering, Outcome, Sandbox, SavedHeader, Session,
    SessionError, Step, Usage,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

use super::undo::Undo;
use crate::saving;

/// The name of the first session.
const FIRST: &str = "main";
/// How long the session may think about what the Tab key offers.
const NAMES_TIME: Duration = Duration::from_millis(500);
/// How long it may take for all other questions.
const QUESTION_TIME: Duration = Duration::from_secs(5);

/// The session that is talked to, and what is kept beside it.
pub(crate) struct Live {
    sandbox: Sandbox,
    session: Session,
    /// The name of that session.
    name: String,
    undo: Undo,
    /// The other sessions, by their names.
    others: BTreeMap<String, (Session, Undo)>,
    /// States that were kept, by their names. Every session can go back to each of them.
    checkpoints: BTreeMap<String, Checkpoint>,
    /// The limits of the next step, which may have been changed since the sandbox was made.
    limits: Limits,
    /// How many inputs were run, which numbers them in tracebacks.
    inputs: u64,
}

/// What is in a folder, as the session sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing {
    /// Paths and sizes; a folder's path ends with a slash, and it has no size.
    pub(crate) entries: Vec<(String, Option<u64>)>,
    /// There is more than that.
    pub(crate) more: bool,
}

impl Live {
    pub(crate) async fn start(sandbox: Sandbox) -> Result<Live> {
        let session = begun(sandbox.session().await?).await?;
        let limits = sandbox.limits().clone();
        Ok(Live {
            sandbox,
            session,
            name: FIRST.to_owned(),
            undo: Undo::default(),
            others: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            limits,
            inputs: 0,
        })
    }

    /// Starts a fresh session in place of this one.
    pub(crate) async fn reset(&mut self) -> Result<()> {
        let fresh = begun(self.sandbox.session().await?).await?;
        self.replace(fresh, "%reset");
        Ok(())
    }

    /// Puts another session in place of this one, which that can be undone to.
    fn replace(&mut self, session: Session, entry: &str) {
        // One that was lost has no state.
        if let Ok(before) = self.session.checkpoint() {
            self.undo.note(entry, before);
        }
        self.session = session;
    }

    /// Runs what was typed. Ctrl-C cancels it.
    pub(crate) async fn run(
        &mut self,
        source: &str,
        listener: Listener,
    ) -> Result<Step, SessionError> {
        let before = self.session.checkpoint()?;
        self.inputs += 1;
        let code = Code::new(source)
            .file(format!("<repl {}>", self.inputs))
            .limits(self.limits.clone())
            .listener(listener);
        // A listener of its own, so that no Ctrl-C from before counts.
        let interrupts = signal(SignalKind::interrupt());
        let handle = self.session.cancel_handle();
        let watching = tokio::spawn(async move {
            let Ok(mut interrupts) = interrupts else { return };
            while interrupts.recv().await.is_some() {
                handle.cancel();
            }
        });
        let step = self.session.run(code).await;
        watching.abort();
        // What was rolled back has changed nothing; what was to be, and was not, has.
        if step.as_ref().is_ok_and(|step| !step.rolled_back || step.lost) {
            self.undo.note(source, before);
        }
        step
    }

    /// Goes back to before the last entry that changed the session. That entry, if there is one.
    pub(crate) async fn undo(&mut self) -> Result<Option<String>, SessionError> {
        let Some((entry, before)) = self.undo.take() else { return Ok(None) };
        self.session.restore(&before).await?;
        Ok(Some(entry))
    }

    /// Keeps the state of the session, by a name or the next number. The name.
    pub(crate) fn checkpoint(&mut self, name: &str) -> Result<String, SessionError> {
        let checkpoint = self.session.checkpoint()?;
        let mut numbers = (1..).map(|number: u32| number.to_string());
        let name = match name {
            "" => numbers.find(|number| !self.checkpoints.contains_key(number)).unwrap_or_default(),
            name => name.to_owned(),
        };
        self.checkpoints.insert(name.clone(), checkpoint);
        Ok(name)
    }

    /// Goes back to a state that was kept.
    pub(crate) async fn restore(&mut self, name: &str) -> Result<()> {
        let Some(checkpoint) = self.checkpoints.get(name) else {
            bail!("there is no checkpoint `{name}`; {}", there_are(self.checkpoints()));
        };
        let before = self.session.checkpoint();
        self.session.restore(checkpoint).await?;
        if let Ok(before) = before {
            self.undo.note(&format!("%restore {name}"), before);
        }
        Ok(())
    }

    /// Keeps a copy of the session, with what can be undone in it.
    pub(crate) async fn fork(&mut self, name: &str) -> Result<()> {
        if name == self.name || self.others.contains_key(name) {
            bail!("there is a session `{name}` already");
        }
        let copy = self.session.fork().await?;
        self.others.insert(name.to_owned(), (copy, self.undo.clone()));
        Ok(())
    }

    /// Goes to another session; this one is kept beside it.
    pub(crate) fn switch(&mut self, name: &str) -> Result<()> {
        let (session, undo) = self.take(name)?;
        let session = std::mem::replace(&mut self.session, session);
        let undo = std::mem::replace(&mut self.undo, undo);
        let left = std::mem::replace(&mut self.name, name.to_owned());
        self.others.insert(left, (session, undo));
        Ok(())
    }

    /// Ends another session.
    pub(crate) fn close(&mut self, name: &str) -> Result<()> {
        self.take(name).map(drop)
    }

    fn take(&mut self, name: &str) -> Result<(Session, Undo)> {
        if name == self.name {
            bail!("this is the session `{name}`");
        }
        let taken = self.others.remove(name);
        taken.with_context(|| format!("there is no session `{name}`; {}", there_are(self.others())))
    }

    /// The name of the session.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The names of the other sessions.
    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.keys().map(String::as_str)
    }

    /// The names of the states that were kept.
    pub(crate) fn checkpoints(&self) -> impl Iterator<Item = &str> {
        self.checkpoints.keys().map(String::as_str)
    }

    /// Saves the session in a file.
    pub(crate) fn save(&mut self, path: &Path) -> Result<()> {
        saving::save(&mut self.session, path)
    }

    /// Goes on from a session that was saved in a file, in place of this one.
    pub(crate) async fn resume(&mut self, path: &Path) -> Result<()> {
        let resumed = begun(saving::resume(&self.sandbox, path).await?).await?;
        // Inputs that were numbered then keep their numbers in tracebacks.
        let header = SavedHeader::read(File::open(path)?)?;
        self.inputs = self.inputs.max(header.steps);
        self.replace(resumed, &format!("%resume {}", path.display()));
        Ok(())
    }

    /// Whether some Python is whole, so that no further line is waited for. If there is no answer, it
    /// is run, and what comes of that says more.
    pub(crate) async fn is_whole(&mut self, source: &str) -> bool {
        self.ask("whole", source, QUESTION_TIME).await.unwrap_or(true)
    }

    /// What the last of some dotted names may become.
    pub(crate) async fn names(&mut self, beginning: &str) -> Vec<String> {
        self.ask("names", beginning, NAMES_TIME).await.unwrap_or_default()
    }

    /// What is in a folder.
    pub(crate) async fn files(&mut self, folder: &str) -> Option<Listing> {
        self.ask("files", folder, QUESTION_TIME).await
    }

    /// Asks the guest's module `prompt` one of its questions. The answer is the guest's; nothing makes
    /// sure that it is true.
    async fn ask<T: DeserializeOwned>(
        &mut self,
        question: &str,
        argument: &str,
        time: Duration,
    ) -> Option<T> {
        // A limit that was set for steps, such as a little fuel, is none for questions; but what
        // memory they take stays taken.
        let limits = Limits::default().with_time(time).with_memory_bytes(self.limits.memory_bytes);
        let step = self.session.run(Code::new(asking(question, &[argument])).limits(limits));
        match step.await.ok()?.outcome {
            Outcome::FinalAnswer(answer) => serde_json::from_str(answer.json?.get()).ok(),
            _ => None,
        }
    }

    /// The limits of the next step.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Changes the limits of the steps that follow.
    pub(crate) async fn set_limits(&mut self, limits: Limits) -> Result<(), SessionError> {
        // Nothing is run by it, but limits that nothing can run within are refused.
        self.session.run(Code::new("").limits(limits.clone())).await?;
        self.limits = limits;
        Ok(())
    }

    /// What the session has used so far, the prompt's questions included.
    pub(crate) fn used(&self) -> &Usage {
        self.session.usage()
    }

    /// How its steps are metered.
    pub(crate) fn metering(&self) -> Metering {
        self.sandbox.metering()
    }

    /// Where the session sees the granted folders, and whether it can write there.
    pub(crate) fn granted(&self) -> Vec<(String, bool)> {
        self.sandbox.granted().map(|(path, writable)| (path.to_owned(), writable)).collect()
    }

    /// Whether there is nothing any more that could run a step.
    pub(crate) fn is_lost(&self) -> bool {
        self.session.is_lost()
    }
}

/// Has a session keep the values of steps as `_`.
async fn begun(mut session: Session) -> Result<Session> {
    session.run(Code::new(asking("begin", &[])).limits(Limits::default())).await?;
    Ok(session)
}

/// Names to choose from.
fn there_are<'a>(names: impl Iterator<Item = &'a str>) -> String {
    match names.collect::<Vec<_>>() {
        names if names.is_empty() => "there is none yet".to_owned(),
        names => format!("there are {}", names.join(", ")),
    }
}

/// The Python that asks a question. It uses one name, so that little of what is done in the session
/// can break it.
fn asking(question: &str, arguments: &[&str]) -> String {
    // A text in JSON means the same in Python.
    let texts = std::iter::once(&question)
        .chain(arguments)
        .map(|text| serde_json::Value::from(*text).to_string())
        .collect::<Vec<_>>();
    format!("__import__('fumehood.prompt').prompt.answer({})", texts.join(", "))
}

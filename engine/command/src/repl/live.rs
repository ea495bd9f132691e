//! The session behind the prompt.

use std::time::Duration;

use anyhow::Result;
use fumehood::{
    Code, Limits, Listener, Metering, Outcome, Sandbox, Session, SessionError, Step, Usage,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

/// How long the session may think about what the Tab key offers.
const NAMES_TIME: Duration = Duration::from_millis(500);
/// How long it may take for all other questions.
const QUESTION_TIME: Duration = Duration::from_secs(5);

/// The session that is talked to, and what follows when it is lost.
pub(crate) struct Live {
    sandbox: Sandbox,
    session: Session,
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
        let session = begin(&sandbox).await?;
        let limits = sandbox.limits().clone();
        Ok(Live { sandbox, session, limits, inputs: 0 })
    }

    /// Starts a fresh session in place of this one.
    pub(crate) async fn reset(&mut self) -> Result<()> {
        self.session = begin(&self.sandbox).await?;
        Ok(())
    }

    /// Runs what was typed. Ctrl-C cancels it.
    pub(crate) async fn run(
        &mut self,
        source: &str,
        listener: Listener,
    ) -> Result<Step, SessionError> {
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
        step
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

/// A session that keeps the values of steps as `_`.
async fn begin(sandbox: &Sandbox) -> Result<Session> {
    let mut session = sandbox.session().await?;
    session.run(Code::new(asking("begin", &[])).limits(Limits::default())).await?;
    Ok(session)
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

//! Set-up code that is run once, for any number of sessions that begin with what it leaves.

use crate::checkpoint::Checkpoint;
use crate::code::Code;
use crate::engine::Engine;
use crate::error::{ConfigError, PrepareError};
use crate::files::Tree;
use crate::limits::{Limits, Usage};
use crate::sandbox::Sandbox;

/// The name of set-up code in tracebacks, if it has no other.
const FILE: &str = "<set-up>";

impl Sandbox {
    /// Runs set-up code in a session of its own, and returns what that leaves: variables, functions,
    /// modules, and files in `/work` and `/tmp`. [`Sandbox::session_from`] starts sessions that begin with
    /// it, and so does any sandbox of the same engine that is built with
    /// [`SandboxBuilder::prepared`](crate::SandboxBuilder::prepared). A session costs no more for that than
    /// what the code has changed of memory.
    ///
    /// The code runs in this sandbox, with its tools, its folders and its limits; where the sessions
    /// run in another one, they have those of the other. Nothing that it uses counts as used by them.
    ///
    /// Where more is to be done than to run some code, such as to copy files into `/work`, do it with a
    /// session and take its [checkpoint](crate::Session::checkpoint).
    ///
    /// # Errors
    ///
    /// * [`PrepareError::Failed`] if the code raises, reaches a limit or breaks its interpreter; the message
    ///   has the traceback
    /// * [`PrepareError::Session`] if there can be no session, or no checkpoint
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
    /// let set_up = "import pandas as pd; table = pd.DataFrame({'n': range(1000)})";
    /// let prepared = sandbox.prepare(set_up).await?;
    /// for quantile in [0.1, 0.5, 0.9] {
    ///     let mut session = sandbox.session_from(&prepared).await?;
    ///     session.run(format!("table.n.quantile({quantile})")).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prepare(&self, set_up: impl Into<Code>) -> Result<Checkpoint, PrepareError> {
        let mut code = set_up.into();
        code.file.get_or_insert_with(|| FILE.to_owned());
        let mut session = self.session().await?;
        let step = session.run(code).await?;
        if !step.outcome.is_success() {
            return Err(PrepareError::Failed { step: Box::new(step) });
        }
        let mut checkpoint = session.checkpoint()?;
        checkpoint.usage = Usage::default();
        checkpoint.ledger.calls.clear();
        Ok(checkpoint)
    }
}

impl Checkpoint {
    /// Refuses what sessions of this engine, with these limits, could not begin with.
    pub(crate) fn check(&self, engine: &Engine, limits: &Limits) -> Result<(), ConfigError> {
        if !self.is_of(engine) {
            return Err(ConfigError::OtherEngine);
        }
        let bytes = self.committed.memory.bytes() as u64;
        at_least("memory_bytes", limits.memory_bytes, bytes)?;
        check_held(&self.committed.files, limits)
    }
}

/// Refuses limits that what a tree holds goes beyond.
pub(crate) fn check_held(tree: &Tree, limits: &Limits) -> Result<(), ConfigError> {
    let (file_bytes, files) = tree.held();
    at_least("file_bytes", limits.file_bytes, file_bytes)?;
    at_least("files", limits.files.into(), files.into())
}

fn at_least(limit: &'static str, value: u64, least: u64) -> Result<(), ConfigError> {
    if value < least {
        return Err(ConfigError::LimitTooSmall { limit, value, least });
    }
    Ok(())
}

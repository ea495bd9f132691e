//! The states of sessions as values: kept, gone back to, and gone on from in other sessions.

use std::io::{self, Write as _};

use crate::determinism::{Course, Determinism};
use crate::engine::Engine;
use crate::error::SessionError;
use crate::image::hexadecimal;
use crate::instance::{Instance, Surroundings};
use crate::labels::LedgerEntries;
use crate::limits::Usage;
use crate::memory::Beginning;
use crate::sandbox::Sandbox;
use crate::saved::Hashing;
use crate::session::{Committed, Session, stating};

/// The state of a session between two steps: its variables, its modules and everything else in its
/// interpreter, and its own files. Folders that were granted are not part of it.
///
/// A checkpoint shares its memory with the session and with other checkpoints; it takes as much as has
/// changed since. Files that are open are not part of it: whoever goes on from it finds them closed.
///
/// The labels of the session's [`Ledger`](crate::Ledger) go with it: whoever goes on from it has them, besides
/// their own.
///
/// # Examples
///
/// ```no_run
/// # async fn example(mut session: fumehood::Session) -> Result<(), fumehood::SessionError> {
/// session.run("x = 1").await?;
/// let checkpoint = session.checkpoint()?;
/// session.run("x = 2").await?;
/// session.restore(&checkpoint).await?;
/// session.run("print(x)  # 1").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(crate) committed: Committed,
    pub(crate) steps: u64,
    /// What the session had used.
    pub(crate) usage: Usage,
    /// What the session had come into contact with, and how often tools were called.
    pub(crate) ledger: LedgerEntries,
}

impl Checkpoint {
    /// The SHA-256, in hexadecimal digits, of everything that is in this state: the contents of the memory,
    /// the files, and how far a deterministic session has come. What steps have used is no part of it.
    ///
    /// It is the same wherever the same state was reached, on any machine, and however it is kept. `sandbox`
    /// is that of its session.
    ///
    /// # Errors
    ///
    /// * [`SessionError::OtherEngine`] if the sandbox is one of another engine
    /// * [`SessionError::State`] if the system does not let the state be read
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), fumehood::SessionError> {
    /// let mut session = sandbox.session().await?;
    /// session.run("x = 1").await?;
    /// let before = session.checkpoint()?;
    /// session.run("x = 2").await?;
    /// let after = session.checkpoint()?;
    /// assert_ne!(before.digest(&sandbox)?, after.digest(&sandbox)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn digest(&self, sandbox: &Sandbox) -> Result<String, SessionError> {
        let engine = &sandbox.inner.engine;
        let Committed { memory, files, course, .. } = &self.committed;
        if !self.is_of(engine) {
            return Err(SessionError::OtherEngine);
        }
        let mut to = Hashing::new(io::sink());
        let mut write = || {
            to.write_all(b"fumehood state\0")?;
            to.write_all(engine.memory_sha256().as_bytes())?;
            to.write_all(&(memory.bytes() as u64).to_le_bytes())?;
            engine.image().each_difference(memory, |at, bytes| {
                to.write_all(&at.to_le_bytes())?;
                to.write_all(bytes)
            })?;
            to.write_all(&[0xff; 8])?;
            files.save(&mut to)?;
            if let Some(Course { determinism: Determinism { seed, start }, elapsed, drawn }) =
                course
            {
                to.write_all(&start.as_nanos().to_le_bytes())?;
                for number in [seed, elapsed, drawn] {
                    to.write_all(&number.to_le_bytes())?;
                }
            }
            Ok(())
        };
        write().map_err(stating("reading a state"))?;
        Ok(hexadecimal(&to.finish().1))
    }
}

impl Session {
    /// The state of the session as it is now, to be gone back to as often as wanted, in any order.
    ///
    /// What it costs depends on how much memory the steps since the last one have changed.
    ///
    /// # Errors
    ///
    /// * [`SessionError::Lost`] if there is no state any more
    /// * [`SessionError::Abandoned`] if the first step of the session was abandoned, and no other was run
    /// * [`SessionError::State`] if the system has no memory for it; the session goes on as it was
    pub fn checkpoint(&mut self) -> Result<Checkpoint, SessionError> {
        let committed = self.commit()?;
        let (steps, usage) = (self.steps(), self.usage().clone());
        Ok(Checkpoint { committed, steps, usage, ledger: self.ledger().entries() })
    }

    /// Goes back, or forward, to a state of this session or of any other of the same engine.
    ///
    /// A session that was lost has a state again. What steps have used so far still counts.
    ///
    /// # Errors
    ///
    /// * [`SessionError::OtherEngine`] if the checkpoint is one of another engine
    /// * [`SessionError::State`] or [`SessionError::Start`] if the system refuses; the session is lost, but
    ///   for one that was [parked](Session::park), which is what the checkpoint says, and still parked
    pub async fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), SessionError> {
        if !checkpoint.is_of(&self.sandbox().inner.engine) {
            return Err(SessionError::OtherEngine);
        }
        // What it has seen since is not unseen.
        self.ledger().merge(&checkpoint.ledger.labels);
        let Committed { files, .. } = &checkpoint.committed;
        self.go_back(Some(checkpoint.committed.clone()), files.clone()).await
    }

    /// A second session in the same state, of the same sandbox. From here on the two have nothing to do
    /// with each other.
    ///
    /// It is made between two steps: a step has the session for itself as long as it runs. Everything in the
    /// interpreter is the same, the state of random number generators included, and so is what steps have
    /// used so far, as far as totals are limited. Files that are open stay open here,
    /// and are closed there.
    ///
    /// # Errors
    ///
    /// Those of [`Session::checkpoint`], and [`SessionError::Start`] if the host has no addresses,
    /// descriptors or space for another session.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), fumehood::SessionError> {
    /// session.run("plan = ['look']").await?;
    /// let mut other = session.fork().await?;
    /// other.run("plan.append('leap')").await?;
    /// session.run("print(plan)  # ['look']").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fork(&mut self) -> Result<Session, SessionError> {
        let checkpoint = self.checkpoint()?;
        let mut fork =
            Session::continued(&self.sandbox(), self.begun().clone(), &checkpoint).await?;
        fork.share_ledger(&self.ledger().fork());
        Ok(fork)
    }

    /// A session that goes on from a checkpoint as if it were the one that it is of, which began with
    /// `begun`.
    pub(crate) async fn continued(
        sandbox: &Sandbox,
        begun: Committed,
        checkpoint: &Checkpoint,
    ) -> Result<Session, SessionError> {
        let Checkpoint { committed, steps, usage, ledger } = checkpoint;
        let beginning = checkpoint.beginning(sandbox)?;
        let surroundings = Surroundings::going_on(&sandbox.inner, begun, committed)?;
        surroundings.ledger.take_over(ledger);
        surroundings.ambience.go_on(committed.course);
        let instance = Instance::resume(&surroundings, &beginning, committed.open_files).await?;
        Ok(Session::of(surroundings, instance, Some(committed.clone()), *steps, usage.clone()))
    }
}

impl Checkpoint {
    pub(crate) fn is_of(&self, engine: &Engine) -> bool {
        self.committed.memory.is_of(engine.image())
    }

    /// The memory of a session in `sandbox` that begins as this, or goes on from it.
    fn beginning(&self, sandbox: &Sandbox) -> Result<Beginning, SessionError> {
        let engine = &sandbox.inner.engine;
        if !self.is_of(engine) {
            return Err(SessionError::OtherEngine);
        }
        Ok(Beginning::State(engine.image().clone(), self.committed.memory.clone()))
    }
}

impl Sandbox {
    /// Starts a fresh session that begins with a checkpoint: what was run once, its imports, data,
    /// functions and files, is there in any number of sessions. Nothing of it counts as used; but what it has
    /// come into contact with, they have.
    ///
    /// The checkpoint may come from another sandbox of the same engine. Those of this one are the tools,
    /// the granted folders, the environment, the arguments, the current directory and the limits. Tools
    /// that only the other one has stay names in the interpreter, and calling one is a `ToolError`.
    ///
    /// What is random differs from session to session, as far as `random` and the functions of
    /// `numpy.random` are concerned; generators that code has made itself go on as they were. In a
    /// [deterministic](crate::SandboxBuilder::deterministic) sandbox it is the same in each of them, and
    /// other than what was random before the checkpoint; clocks go on from there.
    ///
    /// [`Sandbox::prepare`] makes such a checkpoint of some code, and
    /// [`SandboxBuilder::prepared`](crate::SandboxBuilder::prepared) has all sessions of a sandbox begin
    /// with one.
    ///
    /// # Errors
    ///
    /// * [`SessionError::OtherEngine`] if the checkpoint is one of another engine
    /// * [`SessionError::Start`] if the host has no addresses, descriptors or space for it
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), fumehood::SessionError> {
    /// let mut session = sandbox.session().await?;
    /// session.run("import statistics; table = {'a': [1, 2, 4], 'b': [3, 5, 9]}").await?;
    /// let begun = session.checkpoint()?;
    /// for name in ["a", "b"] {
    ///     let mut session = sandbox.session_from(&begun).await?;
    ///     session.run(format!("statistics.mean(table['{name}'])")).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn session_from(&self, checkpoint: &Checkpoint) -> Result<Session, SessionError> {
        let beginning = checkpoint.beginning(self)?;
        let surroundings = Surroundings::beginning(&self.inner, &checkpoint.committed)?;
        surroundings.ledger.merge(&checkpoint.ledger.labels);
        let instance = Instance::start(&surroundings, &beginning).await?;
        Ok(Session::of(surroundings, instance, None, checkpoint.steps, Usage::default()))
    }
}

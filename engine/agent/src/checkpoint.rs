//! Earlier states of a run, to be gone back to.

use fumehood::{Checkpoint, Labels, Session, SessionError};

use crate::error::AgentError;
use crate::memory::Memory;
use crate::run::{Course, Run};

/// What a run was at a time: its memory, how far it had come, and the state of its session.
///
/// It shares what it has in common with the run and with other checkpoints, as
/// [`fumehood::Checkpoint`] does.
#[derive(Clone, Debug)]
pub struct RunCheckpoint {
    memory: Memory,
    course: Course,
    /// None, if there was no session yet.
    session: Option<Checkpoint>,
    /// What the run had come into contact with.
    labels: Labels,
}

impl Run {
    /// What the run is now, to be gone back to as often as wanted.
    ///
    /// # Errors
    ///
    /// [`AgentError::Session`] if the state of the session cannot be kept.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut run: fumehood_agent::Run) -> Result<(), fumehood_agent::AgentError> {
    /// let before = run.checkpoint()?;
    /// run.give("Remove the outliers.").await?;
    /// run.finish().await?;
    /// // That was not what was meant: variables, files and memory are what they were.
    /// run.restore(&before).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn checkpoint(&mut self) -> Result<RunCheckpoint, AgentError> {
        let session = self.session_state()?;
        let (memory, course) = (self.memory.clone(), self.course.clone());
        Ok(RunCheckpoint { memory, course, session, labels: self.ledger.labels() })
    }

    /// The state of the session, if there is one. A session whose first step was abandoned has none, and
    /// nothing in it that could be lost, so it makes way for a fresh one.
    pub(crate) fn session_state(&mut self) -> Result<Option<Checkpoint>, SessionError> {
        match self.session.as_mut().map(Session::checkpoint) {
            Some(Err(SessionError::Abandoned)) => {
                self.session = None;
                Ok(None)
            }
            state => state.transpose(),
        }
    }

    /// Goes back, or forward, to what the run was. What tools have done in the meantime stays done, and what the
    /// run has come into contact with stays in its [`Ledger`](fumehood::Ledger).
    ///
    /// # Errors
    ///
    /// * [`AgentError::Session`] if the state is one of another engine, or the system refuses
    /// * [`AgentError::Store`] if the run is stored, and cannot be
    pub async fn restore(&mut self, checkpoint: &RunCheckpoint) -> Result<(), AgentError> {
        self.ledger.merge(&checkpoint.labels);
        match &checkpoint.session {
            Some(state) => self.session().await?.restore(state).await?,
            None => self.session = None,
        }
        self.memory = checkpoint.memory.clone();
        self.course = checkpoint.course.clone();
        self.store().await
    }
}

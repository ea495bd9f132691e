//! Sessions that are idle: what they take, and how they take less.

use crate::error::SessionError;
use crate::session::Session;

/// What a session takes of the host's memory, in bytes. The kernel's and the allocator's own needs are not
/// counted, nor are pages of the image, which are in memory once for all sessions.
///
/// Forks and checkpoints share pages with the session that they are of. Each of them counts such a page as
/// its own; [`Engine::state_bytes`](crate::Engine::state_bytes) counts it once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Footprint {
    /// Pages that the interpreter has in memory and that are in no file, pages of the state that the
    /// session can be rolled back to, without those that it began with, and what files hold.
    pub private_bytes: u64,
    /// Pages of that state that all sessions have in common that begin as this one has.
    pub shared_bytes: u64,
}

impl Session {
    /// Gives everything back that the session takes but its state: the interpreter, with its memory,
    /// addresses and descriptors. What is left is what has changed in memory since the session began, and
    /// its files.
    ///
    /// The next step brings the interpreter back, which takes less than a millisecond if the state is not
    /// large; everything else that can be done with a session can be done with one that is parked. It is
    /// the same session, with its clock and its cancel handles. But files that are open are closed, as
    /// for whoever goes on from a [`Checkpoint`](crate::Checkpoint).
    ///
    /// If the interpreter cannot be brought back, for want of descriptors for example, the session stays as
    /// it is and the step is not run.
    ///
    /// # Errors
    ///
    /// * [`SessionError::Lost`] if there is no state any more
    /// * [`SessionError::State`] if the system has no memory for it; the session goes on as it was
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), fumehood::SessionError> {
    /// session.run("x = 1").await?;
    /// session.park()?;
    /// // Hours later:
    /// session.run("print(x)").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn park(&mut self) -> Result<(), SessionError> {
        match self.commit() {
            // A session whose first step was abandoned is what it was in the beginning.
            Ok(_) | Err(SessionError::Abandoned) => {}
            Err(error) => return Err(error),
        }
        self.let_go();
        Ok(())
    }

    /// What the session takes of the host's memory now. To find out, the kernel looks through the pages of
    /// the interpreter's memory, which takes some tens of microseconds.
    pub fn footprint(&self) -> Footprint {
        let memory = self.memory().map_or(0, |memory| memory.own_bytes());
        let (own, begun) = self
            .committed()
            .map_or((0, 0), |committed| committed.memory.bytes_beyond(&self.begun().memory));
        Footprint { private_bytes: memory + own + self.file_bytes(), shared_bytes: begun }
    }
}

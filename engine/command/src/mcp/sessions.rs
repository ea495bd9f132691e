//! The sessions of the server, by the names that clients give them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Sandbox, Session, SessionGuard, Shelf};

/// Characters of a name.
const NAME: usize = 100;

/// The sessions. Most are idle: the shelf lets go of their interpreters, and puts what is left of them into files
/// when there are many.
pub(super) struct Sessions {
    sandbox: Sandbox,
    shelf: Shelf<String>,
    most: usize,
    idle: Duration,
    /// When each was used last.
    used: Mutex<HashMap<String, Instant>>,
    /// Held by whoever makes one, so that no more are made than there may be.
    making: tokio::sync::Mutex<()>,
    /// Where the files of the shelf are.
    _folder: tempfile::TempDir,
}

/// How many sessions there may be, and what they may take.
pub(super) struct Room {
    /// Sessions at a time.
    pub(super) sessions: usize,
    /// Bytes of memory of those that are idle; beyond, they go to files.
    pub(super) memory_bytes: u64,
    /// A session that nobody has used for so long makes room for another.
    pub(super) idle: Duration,
}

impl Sessions {
    pub(super) fn new(sandbox: Sandbox, room: &Room) -> Result<Sessions> {
        let folder = tempfile::tempdir().context("cannot make a folder for idle sessions")?;
        let opened = Dir::open_ambient_dir(folder.path(), ambient_authority())?;
        let awake = std::thread::available_parallelism().map_or(2, usize::from) * 2;
        let shelf = Shelf::builder().awake(awake).folder(opened, room.memory_bytes).build()?;
        Ok(Sessions {
            sandbox,
            shelf,
            most: room.sessions,
            idle: room.idle,
            used: Mutex::default(),
            making: tokio::sync::Mutex::default(),
            _folder: folder,
        })
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The session of this name, which is made if there is none.
    pub(super) async fn take(&self, name: &str) -> Result<SessionGuard<String>> {
        if let Some(session) = self.existing(name).await? {
            return Ok(session);
        }
        let _making = self.making.lock().await;
        if let Some(session) = self.existing(name).await? {
            return Ok(session);
        }
        check(name)?;
        self.make_room()?;
        let session = self.sandbox.session().await?;
        self.put(name, session).await?;
        self.existing(name).await?.context("the session has ended")
    }

    /// The session of this name.
    pub(super) async fn get(&self, name: &str) -> Result<SessionGuard<String>> {
        match self.existing(name).await? {
            Some(session) => Ok(session),
            None => bail!("there is no session `{name}`; run_python makes it"),
        }
    }

    async fn existing(&self, name: &str) -> Result<Option<SessionGuard<String>>> {
        let Some(session) = self.shelf.get(name).await? else { return Ok(None) };
        if session.is_lost() {
            drop(session);
            self.close(name);
            return Ok(None);
        }
        self.used().insert(name.to_owned(), Instant::now());
        Ok(Some(session))
    }

    /// A second session that is what the first is now.
    pub(super) async fn fork(&self, name: &str, fork: &str) -> Result<()> {
        check(fork)?;
        let forked = self.get(name).await?.fork().await?;
        let _making = self.making.lock().await;
        if self.used().contains_key(fork) {
            bail!("there is a session `{fork}` already; close_session ends it");
        }
        self.make_room()?;
        self.put(fork, forked).await
    }

    /// Ends a session, and says whether there was one.
    pub(super) fn close(&self, name: &str) -> bool {
        self.used().remove(name);
        self.shelf.remove(name)
    }

    /// The names of all sessions.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = self.shelf.keys();
        names.sort();
        names
    }

    async fn put(&self, name: &str, session: Session) -> Result<()> {
        if self.shelf.insert(name.to_owned(), session).await.is_some() {
            bail!("there is a session `{name}` already; close_session ends it");
        }
        self.used().insert(name.to_owned(), Instant::now());
        Ok(())
    }

    /// Makes room for another: for one that was not used for long, the time has come.
    fn make_room(&self) -> Result<()> {
        if self.shelf.status().sessions < self.most {
            return Ok(());
        }
        let oldest = self
            .used()
            .iter()
            .min_by_key(|(_, used)| **used)
            .map(|(name, used)| (name.clone(), *used));
        match oldest {
            Some((name, used)) if used.elapsed() >= self.idle => {
                self.close(&name);
                Ok(())
            }
            _ => bail!(
                "there are {} sessions, which is as many as there may be; close_session ends one",
                self.most
            ),
        }
    }

    fn used(&self) -> std::sync::MutexGuard<'_, HashMap<String, Instant>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a session can have a name.
fn check(name: &str) -> Result<()> {
    let characters = name.chars().count();
    if characters == 0 || characters > NAME || name.chars().any(char::is_control) {
        bail!(
            "the name of a session has 1 to {NAME} characters, none of which is a control character"
        );
    }
    Ok(())
}

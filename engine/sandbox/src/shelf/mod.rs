//! Sessions of which most are idle: kept by name, with less and less of each in memory.
//!
//! * [`Shelf`] is what a program has, and [`SessionGuard`] a session that is taken from it.
//! * `standing` knows the sessions of a shelf, in which order they were used, and what comes next.
//! * `keeper` is the thread that parks sessions and puts them into files.
//! * `folder` is where the files are.
//!
//! A session is in a [`Place`], which is locked by whoever uses it: a guard, or the keeper for as long as it
//! works on it. Nothing is known of what is in a place that is locked, and the keeper waits for none. So a
//! session never changes under the hands of a guard, and a guard waits for the keeper at most as long as it
//! takes to put one session away.

mod folder;
mod keeper;
mod standing;

use std::borrow::Borrow;
use std::hash::Hash;
use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use cap_std::fs::Dir;
use tokio::sync::OwnedMutexGuard;

use self::folder::{Folder, Stored};
use self::standing::{Settings, Shared};
use crate::error::SavedError;
use crate::saved::Away;
use crate::session::Session;

/// Idle sessions that keep their interpreters, if nothing else is said.
const AWAKE: usize = 64;

/// Sessions of which most are idle, each with a key.
///
/// A session that is used again soon finds its interpreter as it was. Of those that were used longer ago
/// only the state stays in memory ([`Session::park`]), about a MiB for a session that has run a little
/// code. And when the states take more memory than they may, those of the sessions that were used longest
/// ago go to files, if there is a folder for them. All that is done by a thread of the shelf's, and is
/// undone when a session is asked for.
///
/// # What does not stay
///
/// Files that are open in a session are closed, unless it is used again while it still has its
/// interpreter. Everything else stays: variables, files, the clock, what limits count, cancel handles.
///
/// # The files
///
/// They are in a folder of the shelf's own, in the one that it was given, which only the user of this
/// process can read. A file is there while its session is in it, the folder while the shelf is. They
/// do not outlive the process: what one that was killed has left there is removed by the next shelf that is
/// made in the same folder. Who wants to keep a session [saves](Session::save) it.
///
/// When a file cannot be written, the session stays in memory, beyond what may be used of it, and
/// [`Shelf::take_error`] says why; it is tried again with another session a second later. A state is let go
/// of when its file is whole. Before one is used again its hash is looked at, as nobody waits until a file
/// is on the disk.
///
/// # Examples
///
/// ```no_run
/// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
/// use cap_std::{ambient_authority, fs::Dir};
/// use fumehood::Shelf;
///
/// let folder = Dir::open_ambient_dir("/var/cache/agents", ambient_authority())?;
/// let shelf = Shelf::builder().folder(folder, 8 << 30).build()?;
/// shelf.insert("ada".to_owned(), sandbox.session().await?).await;
///
/// // Whenever there is something to do for Ada:
/// if let Some(mut session) = shelf.get("ada").await? {
///     session.run("visits = globals().get('visits', 0) + 1").await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Shelf<K: Eq + Hash + Clone + Send + 'static> {
    shared: Arc<Shared<K>>,
    keeper: Option<JoinHandle<()>>,
}

/// How many sessions a [`Shelf`] has, and what they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShelfStatus {
    /// Sessions in all.
    pub sessions: usize,
    /// Idle ones that have their interpreter.
    pub awake: usize,
    /// Idle ones of which the state is in memory.
    pub parked: usize,
    /// Idle ones of which the state is in a file.
    pub stored: usize,
    /// Bytes of memory that count among those that may be used: all states of the engines that the
    /// sessions are of, those of other sessions and checkpoints included, as they share pages; and besides,
    /// of idle sessions, what their interpreters and files hold.
    pub memory_bytes: u64,
    /// Bytes of the files.
    pub file_bytes: u64,
    /// How often no file could be written.
    pub errors: u64,
}

/// The configuration of a [`Shelf`].
///
/// # Defaults
///
/// * 64 idle sessions keep their interpreters
/// * nothing goes to files, and states may take any amount of memory
#[derive(Debug)]
#[must_use]
pub struct ShelfBuilder<K> {
    awake: usize,
    folder: Option<(Dir, u64)>,
    keys: PhantomData<fn() -> K>,
}

impl<K: Eq + Hash + Clone + Send + 'static> ShelfBuilder<K> {
    /// How many idle sessions keep their interpreters, those that were used last. The default is 64. Each
    /// takes twice the memory of one that is parked, some GiB of addresses and a few descriptors.
    pub fn awake(mut self, sessions: usize) -> Self {
        self.awake = sessions;
        self
    }

    /// Where states go when they take more than so many bytes of memory; [`ShelfStatus::memory_bytes`]
    /// says what counts. The default is nowhere.
    pub fn folder(mut self, folder: Dir, memory_bytes: u64) -> Self {
        self.folder = Some((folder, memory_bytes));
        self
    }

    /// Makes the shelf, which is empty.
    ///
    /// # Errors
    ///
    /// If there can be no folder in the one that was given, or no thread.
    pub fn build(self) -> io::Result<Shelf<K>> {
        let folder = match self.folder {
            Some((parent, most)) => Some((Arc::new(Folder::make(parent)?), most)),
            None => None,
        };
        let shared = Arc::new(Shared::new(Settings { awake: self.awake, folder }));
        let keeping = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("fumehood-shelf".to_owned());
        let keeper = Some(thread.spawn(move || keeper::keep(&keeping))?);
        Ok(Shelf { shared, keeper })
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> Shelf<K> {
    /// Begins the configuration of a shelf.
    pub fn builder() -> ShelfBuilder<K> {
        ShelfBuilder { awake: AWAKE, folder: None, keys: PhantomData }
    }

    /// Puts a session there. If there is one with this key already, it stays, and the new one is returned.
    ///
    /// Waits while more memory is used than may be and some of it can be given back.
    #[must_use = "if the key is taken, the session is returned"]
    pub async fn insert(&self, key: K, session: Session) -> Option<Session> {
        self.shared.room().await;
        self.shared.insert(key, session)
    }

    /// Takes a session to use it, if there is one with this key. It goes back when the guard is dropped.
    ///
    /// Waits while somebody else has it, so whoever takes it twice waits for ever. If its state is in a
    /// file, it is read, by a thread of the tokio runtime; that waits as [`Shelf::insert`] does.
    ///
    /// # Errors
    ///
    /// [`SavedError::Io`] or [`SavedError::Damaged`] if its file cannot be read, or is not what was
    /// written. The session stays there, and so does its file.
    pub async fn get<Q>(&self, key: &Q) -> Result<Option<SessionGuard<K>>, SavedError>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some((key, place)) = self.shared.find(key) else { return Ok(None) };
        let locked = Arc::clone(&place).lock_owned().await;
        if !self.shared.pick_up(&key, &place) {
            return Ok(None);
        }
        let shared = Arc::downgrade(&self.shared);
        let mut guard = SessionGuard { place: locked, returning: Return { shared, key, place } };
        if guard.place.stored.is_some() {
            let _turn = self.shared.turn().await;
            self.shared.room().await;
            let reading = tokio::task::spawn_blocking(move || guard.place.read().map(|()| guard));
            guard = reading.await.map_err(io::Error::other)??;
            self.shared.pick_up(&guard.returning.key, &guard.returning.place);
        }
        Ok(Some(guard))
    }

    /// Ends a session, whether its state is in memory or in a file, and says whether there was one. If
    /// somebody has taken it, it ends when they are done.
    pub fn remove<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.shared.remove(key).is_some()
    }

    /// The keys of all sessions, in no order.
    pub fn keys(&self) -> Vec<K> {
        self.shared.keys()
    }

    /// How many sessions there are, and what they take.
    pub fn status(&self) -> ShelfStatus {
        self.shared.status()
    }

    /// Why a state could not be put into a file the last time that one could not, if that was not asked
    /// for yet.
    pub fn take_error(&self) -> Option<SavedError> {
        self.shared.take_error()
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> std::fmt::Debug for Shelf<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> Drop for Shelf<K> {
    fn drop(&mut self) {
        let sessions = self.shared.close();
        if let Some(keeper) = self.keeper.take() {
            // Whatever it writes, it gives up.
            keeper.join().ok();
        }
        drop(sessions);
    }
}

/// A session that was taken from a [`Shelf`]. It goes back there when this value is dropped; if the shelf is
/// gone by then, or the session was removed from it, the session ends.
///
/// # Examples
///
/// ```no_run
/// # async fn example(shelf: fumehood::Shelf<String>) -> Result<(), Box<dyn std::error::Error>> {
/// if let Some(mut session) = shelf.get("ada").await? {
///     let mut attempt = session.fork().await?;
///     attempt.run("plan()").await?;
///     shelf.insert("ada's second".to_owned(), attempt).await;
/// }
/// # Ok(())
/// # }
/// ```
pub struct SessionGuard<K: Eq + Hash + Clone + Send + 'static> {
    // Unlocked before it is returned.
    place: OwnedMutexGuard<Place>,
    returning: Return<K>,
}

impl<K: Eq + Hash + Clone + Send + 'static> Deref for SessionGuard<K> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.place.session
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> DerefMut for SessionGuard<K> {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.place.session
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> std::fmt::Debug for SessionGuard<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionGuard").field("session", &self.place.session).finish_non_exhaustive()
    }
}

/// Says to the shelf, when it is dropped, that a session is idle again.
struct Return<K: Eq + Hash + Clone + Send + 'static> {
    shared: Weak<Shared<K>>,
    key: K,
    place: Arc<tokio::sync::Mutex<Place>>,
}

impl<K: Eq + Hash + Clone + Send + 'static> Drop for Return<K> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.put_down(&self.key, &self.place);
        }
    }
}

/// Where a session is.
struct Place {
    /// If its state is in a file, this is all that is left of it.
    session: Session,
    stored: Option<(Away, Stored)>,
}

impl Place {
    /// Reads the state from its file, if it is in one, which is removed then.
    fn read(&mut self) -> Result<(), SavedError> {
        let Some((away, stored)) = &self.stored else { return Ok(()) };
        let committed = away.read(io::BufReader::new(stored.open()?))?;
        self.session.give_back_state(committed);
        self.stored = None;
        Ok(())
    }
}

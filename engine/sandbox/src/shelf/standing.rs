//! The sessions of a shelf, in the order in which they were used.
//!
//! An idle session is in one of three queues. It comes back from a guard to the first, until it is known
//! what it takes; the second is of those that are awake, the third of those that are parked. From each the
//! one goes on first that was used longest ago. A session that is taken leaves its queue. It may be in one
//! all the same for a while, if it was put there by a guard after the next one had waited for it; the
//! keeper finds it locked then, and takes it out.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedMutexGuard, Semaphore, SemaphorePermit};

use super::folder::Folder;
use super::{Place, ShelfStatus};
use crate::engine::Engine;
use crate::error::SavedError;
use crate::session::Session;

/// Sessions that may wait for the keeper before whoever brings more waits as well.
const BEHIND: usize = 16;
/// States that are read at a time.
const READING: usize = 4;
/// How long after a file could not be written it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What a shelf is to do.
pub(super) struct Settings {
    pub(super) awake: usize,
    /// Where states go if they take more than so many bytes.
    pub(super) folder: Option<(Arc<Folder>, u64)>,
}

/// What the keeper and the guards of a shelf share.
pub(super) struct Shared<K> {
    pub(super) settings: Settings,
    standing: Mutex<Standing<K>>,
    /// There may be something to do for the keeper.
    work: Condvar,
    /// The keeper has done something.
    done: Notify,
    reading: Semaphore,
}

struct Standing<K> {
    entries: HashMap<K, Entry>,
    queues: [BTreeMap<u64, K>; 3],
    /// Counts whenever a session is put down.
    clock: u64,
    engines: Vec<Engine>,
    /// What the entries hold together.
    held: Held,
    /// How many states are in files.
    stored: usize,
    /// What everything took when the keeper looked last.
    memory_bytes: u64,
    error: Option<SavedError>,
    errors: u64,
    paused: Option<Instant>,
    /// The shelf is gone, or its keeper is.
    closed: bool,
}

struct Entry {
    place: Arc<tokio::sync::Mutex<Place>>,
    /// The queue that it is in, and where.
    queued: Option<(Queue, u64)>,
    held: Held,
}

/// Bytes that an idle session holds besides pages of its state in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) memory: u64,
    /// In a file.
    pub(super) stored: u64,
}

/// One of the queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    Returned,
    Awake,
    Parked,
}

/// What to do with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// To find out what it takes.
    Look,
    Park,
    Store,
}

/// A session for the keeper.
pub(super) struct Job<K> {
    pub(super) work: Work,
    pub(super) key: K,
    /// When it was put down.
    pub(super) at: u64,
    pub(super) place: OwnedMutexGuard<Place>,
}

/// What has become of it.
pub(super) enum Outcome {
    /// It belongs in a queue.
    Idle(Queue, Held),
    /// Its state is in a file.
    Stored(Held),
    /// Nothing can be done with it: it is lost.
    Left(Held),
    /// Its state could not be put into a file.
    Failed(Held, SavedError),
}

impl<K: Eq + Hash + Clone> Shared<K> {
    pub(super) fn new(settings: Settings) -> Shared<K> {
        let standing = Standing {
            entries: HashMap::new(),
            queues: Default::default(),
            clock: 0,
            engines: Vec::new(),
            held: Held::default(),
            stored: 0,
            memory_bytes: 0,
            error: None,
            errors: 0,
            paused: None,
            closed: false,
        };
        Shared {
            settings,
            standing: Mutex::new(standing),
            work: Condvar::new(),
            done: Notify::new(),
            reading: Semaphore::new(READING),
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing<K>> {
        // What panics while it is held is arithmetic that does not overflow.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a session, or returns it if the key is taken.
    pub(super) fn insert(&self, key: K, session: Session) -> Option<Session> {
        let mut standing = self.standing();
        if standing.entries.contains_key(&key) {
            return Some(session);
        }
        let engine = session.sandbox().inner.engine.clone();
        if !standing.engines.iter().any(|known| known.is(&engine)) {
            standing.engines.push(engine);
        }
        let place = Arc::new(tokio::sync::Mutex::new(Place { session, stored: None }));
        let entry = Entry { place, queued: None, held: Held::default() };
        standing.entries.insert(key.clone(), entry);
        standing.put_down(&key);
        drop(standing);
        self.work.notify_one();
        None
    }

    /// The place of a session. It is left alone from here on.
    pub(super) fn find<Q>(&self, key: &Q) -> Option<(K, Arc<tokio::sync::Mutex<Place>>)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut standing = self.standing();
        let (key, entry) = standing.entries.get_key_value(key)?;
        let (key, place) = (key.clone(), Arc::clone(&entry.place));
        standing.leave_queue(&key);
        Some((key, place))
    }

    /// Notes that a session is used, whose place is locked. False if it was removed meanwhile.
    pub(super) fn pick_up(&self, key: &K, place: &Arc<tokio::sync::Mutex<Place>>) -> bool {
        let mut standing = self.standing();
        let is_there =
            standing.entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.place, place));
        if is_there {
            standing.leave_queue(key);
            standing.hold(key, Held::default());
        }
        is_there
    }

    /// Notes that a session is idle, whose place is not locked any more.
    pub(super) fn put_down(&self, key: &K, place: &Arc<tokio::sync::Mutex<Place>>) {
        let mut standing = self.standing();
        if standing.entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.place, place)) {
            standing.put_down(key);
        }
        drop(standing);
        self.work.notify_one();
    }

    pub(super) fn remove<Q>(&self, key: &Q) -> Option<Arc<tokio::sync::Mutex<Place>>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut standing = self.standing();
        let key = standing.entries.get_key_value(key)?.0.clone();
        standing.leave_queue(&key);
        standing.hold(&key, Held::default());
        standing.entries.remove::<K>(&key).map(|entry| entry.place)
    }

    pub(super) fn keys(&self) -> Vec<K> {
        self.standing().entries.keys().cloned().collect()
    }

    pub(super) fn take_error(&self) -> Option<SavedError> {
        self.standing().error.take()
    }

    pub(super) fn status(&self) -> ShelfStatus {
        let standing = self.standing();
        let [returned, awake, parked] = &standing.queues;
        ShelfStatus {
            sessions: standing.entries.len(),
            awake: returned.len() + awake.len(),
            parked: parked.len(),
            stored: standing.stored,
            memory_bytes: standing.memory(),
            file_bytes: standing.held.stored,
            errors: standing.errors,
        }
    }

    /// Ends everything, and returns what there was.
    pub(super) fn close(&self) -> impl Sized + use<K> {
        let mut standing = self.standing();
        standing.closed = true;
        standing.queues = Default::default();
        let entries = std::mem::take(&mut standing.entries);
        drop(standing);
        self.work.notify_all();
        self.done.notify_waiters();
        entries
    }

    pub(super) fn is_closed(&self) -> bool {
        self.standing().closed
    }

    /// Waits for one's turn to read a state.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.reading.acquire().await.ok()
    }

    /// Waits while the keeper is behind.
    pub(super) async fn room(&self) {
        loop {
            let done = self.done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            if !self.standing().is_behind(&self.settings) {
                return;
            }
            done.await;
        }
    }

    /// The calling thread is the keeper as long as the value lives. After it nobody waits for one.
    pub(super) fn keeping(&self) -> Keeping<'_, K> {
        Keeping(self)
    }

    /// Waits until there is something to do. `None` if the shelf is gone.
    pub(super) fn next(&self) -> Option<Job<K>> {
        let mut standing = self.standing();
        loop {
            if standing.closed {
                return None;
            }
            standing.memory_bytes = standing.memory();
            if let Some(job) = standing.next(&self.settings) {
                return Some(job);
            }
            self.done.notify_waiters();
            standing = match standing.paused {
                None => self.work.wait(standing).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    let waited = self.work.wait_timeout(standing, left);
                    let mut standing = waited.unwrap_or_else(PoisonError::into_inner).0;
                    if Instant::now() >= until {
                        standing.paused = None;
                    }
                    standing
                }
            };
        }
    }

    /// Takes note of what has become of a session, and then lets go of it.
    pub(super) fn finish(&self, job: Job<K>, outcome: Outcome) {
        let Job { key, at, place, .. } = job;
        let mut standing = self.standing();
        let entry = standing.entries.get(&key);
        let is_there =
            entry.is_some_and(|entry| Arc::ptr_eq(&entry.place, OwnedMutexGuard::mutex(&place)));
        if is_there {
            match outcome {
                Outcome::Idle(queue, held) => {
                    standing.hold(&key, held);
                    standing.enqueue(&key, queue, at);
                }
                Outcome::Stored(held) => {
                    standing.hold(&key, held);
                }
                Outcome::Left(held) => standing.hold(&key, held),
                Outcome::Failed(held, error) => {
                    standing.hold(&key, held);
                    // Another one may fare better.
                    let at = standing.tick();
                    standing.enqueue(&key, Queue::Parked, at);
                    standing.error = Some(error);
                    standing.errors += 1;
                    standing.paused = Some(Instant::now() + PAUSE);
                }
            }
        }
        drop(standing);
        drop(place);
        self.done.notify_waiters();
    }
}

/// See [`Shared::keeping`].
pub(super) struct Keeping<'a, K: Eq + Hash + Clone>(&'a Shared<K>);

impl<K: Eq + Hash + Clone> Drop for Keeping<'_, K> {
    fn drop(&mut self) {
        self.0.standing().closed = true;
        self.0.done.notify_waiters();
    }
}

impl<K: Eq + Hash + Clone> Standing<K> {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Puts a session into a queue, from the one that it is in.
    fn enqueue(&mut self, key: &K, queue: Queue, at: u64) {
        self.leave_queue(key);
        if let Some(entry) = self.entries.get_mut(key) {
            entry.queued = Some((queue, at));
            self.queues[queue as usize].insert(at, key.clone());
        }
    }

    fn leave_queue(&mut self, key: &K) {
        if let Some((queue, at)) = self.entries.get_mut(key).and_then(|entry| entry.queued.take()) {
            self.queues[queue as usize].remove(&at);
        }
    }

    fn put_down(&mut self, key: &K) {
        let at = self.tick();
        self.enqueue(key, Queue::Returned, at);
    }

    /// Notes what a session holds.
    fn hold(&mut self, key: &K, held: Held) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let before = std::mem::replace(&mut entry.held, held);
        self.held.memory = self.held.memory - before.memory + held.memory;
        self.held.stored = self.held.stored - before.stored + held.stored;
        self.stored = self.stored - usize::from(before.stored > 0) + usize::from(held.stored > 0);
    }

    fn memory(&self) -> u64 {
        let states = self.engines.iter().map(Engine::state_bytes).sum::<u64>();
        states + self.held.memory
    }

    /// Whether states are to go to files.
    fn is_over(&self, settings: &Settings) -> bool {
        let most = settings.folder.as_ref().map(|(_, most)| *most);
        most.is_some_and(|most| self.memory_bytes > most) && self.paused.is_none()
    }

    fn is_behind(&self, settings: &Settings) -> bool {
        let [returned, awake, parked] = &self.queues;
        let waiting = (returned.len() + awake.len()).saturating_sub(settings.awake);
        let storable = !(awake.is_empty() && parked.is_empty());
        !self.closed && (waiting > BEHIND || storable && self.is_over(settings))
    }

    /// A session that something is to be done with, and that nobody has.
    fn next(&mut self, settings: &Settings) -> Option<Job<K>> {
        loop {
            let [returned, awake, parked] = &self.queues;
            let work = if !returned.is_empty() {
                Work::Look
            } else if awake.len() > settings.awake {
                Work::Park
            } else if self.is_over(settings) && !(awake.is_empty() && parked.is_empty()) {
                Work::Store
            } else {
                return None;
            };
            let from = match work {
                Work::Look => Queue::Returned,
                Work::Store if !parked.is_empty() => Queue::Parked,
                Work::Park | Work::Store => Queue::Awake,
            };
            let (at, key) = self.queues[from as usize].pop_first()?;
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            entry.queued = None;
            if let Ok(place) = Arc::clone(&entry.place).try_lock_owned() {
                return Some(Job { work, key, at, place });
            }
        }
    }
}

//! One thread that looks at the clock for sessions whose guest never hands control back.
//!
//! It sleeps until the next moment at which something may have to be done about a session: its limit,
//! one of its interruptions, the end of its grace. A session is in the queue at most once. When a step
//! ends, its entry stays, and the next step finds it there if it is early enough; so in a session with
//! the same limits at every step, beginning one hardly ever wakes the thread.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Instant;

use super::Control;

/// Names a session to the watchdog.
pub(super) type Id = u64;

#[derive(Default)]
pub(crate) struct Watchdog {
    queue: Mutex<Queue>,
    /// There is something earlier than what the thread sleeps until.
    earlier: Condvar,
}

#[derive(Default)]
struct Queue {
    entries: BTreeMap<(Instant, Id), Weak<Control>>,
    at: HashMap<Id, Instant>,
    /// Until when the thread sleeps, if it does and there is an end to it.
    sleeps_until: Option<Instant>,
}

impl Queue {
    fn remove(&mut self, id: Id) {
        if let Some(at) = self.at.remove(&id) {
            self.entries.remove(&(at, id));
        }
    }

    fn insert(&mut self, id: Id, at: Instant, control: Weak<Control>) {
        self.remove(id);
        self.at.insert(id, at);
        self.entries.insert((at, id), control);
    }
}

impl Watchdog {
    /// The watchdog of this process, whose thread is started when it is first needed.
    ///
    /// # Errors
    ///
    /// If the system has no thread to give.
    pub(crate) fn of_process() -> std::io::Result<&'static Watchdog> {
        static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
        static STARTED: Mutex<bool> = Mutex::new(false);
        let watchdog = WATCHDOG.get_or_init(Watchdog::default);
        let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
        if !*started {
            let thread = std::thread::Builder::new().name("fumehood-watchdog".to_owned());
            thread.spawn(|| watchdog.run())?;
            *started = true;
        }
        Ok(watchdog)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it is held.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the session looked at when `at` has come, or earlier.
    pub(super) fn watch(&self, id: Id, at: Instant, control: Weak<Control>) {
        let mut queue = self.queue();
        if queue.at.get(&id).is_some_and(|present| *present <= at) {
            return;
        }
        queue.insert(id, at, control);
        if queue.sleeps_until.is_none_or(|until| at < until) {
            drop(queue);
            self.earlier.notify_one();
        }
    }

    /// Forgets a session that has ended.
    pub(super) fn forget(&self, id: Id) {
        self.queue().remove(id);
    }

    fn run(&self) {
        let mut queue = self.queue();
        loop {
            let now = Instant::now();
            let next = queue.entries.first_key_value().map(|(key, _)| *key);
            queue.sleeps_until = next.map(|(at, _)| at);
            queue = match next {
                None => self.earlier.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Some((at, _)) if at > now => {
                    let waited = self.earlier.wait_timeout(queue, at - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                Some((_, id)) => {
                    let entry = queue.entries.pop_first();
                    queue.at.remove(&id);
                    // Looking locks the step, whose owner may be about to lock the queue.
                    drop(queue);
                    let next = entry.and_then(|(_, weak)| Some((weak.upgrade()?.watch()?, weak)));
                    let mut queue = self.queue();
                    if let Some((at, control)) = next
                        // A step that began meanwhile may be there already.
                        && queue.at.get(&id).is_none_or(|present| *present > at)
                    {
                        queue.insert(id, at, control);
                    }
                    queue
                }
            };
        }
    }
}

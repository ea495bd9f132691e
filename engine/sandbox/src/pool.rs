//! Sessions that are made before anybody asks for them.
//!
//! A sandbox with a [`Pool`] owns a [`Stock`]: sessions that are ready, and threads that make more of them.
//! The same threads take down what is left of sessions that have ended, so that whoever ends one need not
//! wait for it.
//!
//! Sessions know their sandbox by its [`Inner`], which knows nothing of the stock. So a stock and the
//! sessions in it do not keep each other alive: it goes with the last [`Sandbox`] that has it,
//! and everything in it with it.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::error::SessionError;
use crate::memory::KeptForPool;
use crate::sandbox::{Inner, Sandbox};
use crate::session::Session;

/// How many sessions a sandbox keeps ready; see [`SandboxBuilder::pool`](crate::SandboxBuilder::pool).
///
/// A session that is ready has started already and waits for its first step. It takes memory, about a MiB
/// of its own (`fumehood bench --only idle` measures it), two or three descriptors and one more for each
/// granted folder, and some GiB of addresses, of which a process has 128 TiB. While it waits it uses no
/// processor.
///
/// # Defaults
///
/// * one thread makes sessions
#[derive(Clone, Debug)]
#[must_use]
pub struct Pool {
    sessions: usize,
    threads: usize,
}

impl Pool {
    /// Keeps so many sessions ready. With 0 there is no pool.
    pub fn new(sessions: usize) -> Pool {
        Pool { sessions, threads: 1 }
    }

    /// Has so many threads make sessions, at least one. The default is one, which makes a session in less
    /// than a millisecond; when sessions are asked for faster than that, those who ask make them.
    pub fn threads(mut self, threads: usize) -> Pool {
        self.threads = threads.max(1);
        self
    }
}

/// The sessions of a sandbox that are ready.
pub(crate) struct Stock {
    crew: Arc<Crew>,
    threads: Vec<JoinHandle<()>>,
    /// Memories are kept for it as long as it is there.
    _kept: Option<KeptForPool>,
}

/// What the threads of a stock share with whoever takes sessions from it and ends them.
pub(crate) struct Crew {
    /// How many sessions are to be ready.
    sessions: usize,
    state: Mutex<State>,
    /// There may be something to do.
    work: Condvar,
}

#[derive(Default)]
struct State {
    ready: Vec<Session>,
    /// How many are being made by the threads.
    making: usize,
    /// Making one has failed, and nobody has asked for a session since.
    failed: bool,
    ended: Vec<Leftovers>,
    closed: bool,
}

/// What is left of a session that has ended: whatever takes a while to drop.
pub(crate) type Leftovers = Box<dyn Send>;

/// What a thread of a stock does next.
enum Work {
    Make,
    TakeDown(Leftovers),
    End,
}

impl Stock {
    /// An empty stock, which begins to fill. There is none for no sessions.
    pub(crate) fn begin(pool: &Pool, sandbox: &Arc<Inner>) -> io::Result<Option<Stock>> {
        if pool.sessions == 0 {
            return Ok(None);
        }
        let (state, work) = (Mutex::default(), Condvar::new());
        let sessions = pool.sessions;
        let crew = Arc::new(Crew { sessions, state, work });
        // Ends the threads that were started if another cannot be.
        let kept = KeptForPool::new(sandbox.engine.image().clone(), sessions);
        let mut stock =
            Stock { crew, threads: Vec::with_capacity(pool.threads), _kept: Some(kept) };
        for _ in 0..pool.threads {
            // Starting a session sleeps for nothing, but has the surroundings that steps have.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
            let (crew, sandbox) = (Arc::clone(&stock.crew), Sandbox::of(Arc::clone(sandbox)));
            let thread = std::thread::Builder::new().name("fumehood-pool".to_owned());
            let thread = thread.spawn(move || {
                crew.work(|| runtime.block_on(Session::start(&sandbox)));
            })?;
            stock.threads.push(thread);
        }
        Ok(Some(stock))
    }

    /// A session that is ready, if there is one. From here on there is room for another.
    pub(crate) fn take(&self) -> Option<Session> {
        let mut state = self.crew.state();
        state.failed = false;
        let session = state.ready.pop();
        drop(state);
        self.crew.work.notify_one();
        session
    }

    /// Adds a session, if there is room for it.
    pub(crate) fn put(&self, session: Session) {
        let mut state = self.crew.state();
        if state.ready.len() < self.crew.sessions {
            state.ready.push(session);
        }
    }

    /// How many sessions are ready.
    pub(crate) fn ready(&self) -> usize {
        self.crew.state().ready.len()
    }

    /// Whether there is room for more.
    pub(crate) fn has_room(&self) -> bool {
        self.ready() < self.crew.sessions
    }

    /// Who takes down what is left of sessions.
    pub(crate) fn crew(&self) -> &Arc<Crew> {
        &self.crew
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        let state = {
            let mut state = self.crew.state();
            std::mem::replace(&mut *state, State { closed: true, ..State::default() })
        };
        self.crew.work.notify_all();
        drop(state);
        for thread in self.threads.drain(..) {
            // It may be this one, if what it takes down had a tool that has this sandbox.
            if thread.thread().id() != std::thread::current().id() {
                thread.join().ok();
            }
        }
    }
}

impl Crew {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is left of a session, to take it down on another thread; or on this one, if there is as
    /// much of that as sessions are kept ready, so that it does not pile up.
    pub(crate) fn take_down(&self, leftovers: Leftovers) {
        let mut state = self.state();
        if state.closed || state.ended.len() >= self.sessions {
            drop(state);
            drop(leftovers);
            return;
        }
        state.ended.push(leftovers);
        drop(state);
        self.work.notify_one();
    }

    /// What a thread does.
    fn work(&self, make: impl Fn() -> Result<Session, SessionError>) {
        loop {
            match self.next() {
                Work::End => return,
                Work::TakeDown(leftovers) => drop(leftovers),
                Work::Make => {
                    let made = make();
                    let mut state = self.state();
                    state.making = state.making.saturating_sub(1);
                    let left = match made {
                        Ok(session) if !state.closed && state.ready.len() < self.sessions => {
                            state.ready.push(session);
                            None
                        }
                        Ok(session) => Some(session),
                        // Whoever asks next makes one, and is told what is wrong.
                        Err(_) => {
                            state.failed = true;
                            None
                        }
                    };
                    drop(state);
                    drop(left);
                }
            }
        }
    }

    /// Waits until there is something to do.
    fn next(&self) -> Work {
        let mut state = self.state();
        loop {
            if state.closed {
                return Work::End;
            }
            // The memory of a session that has ended is that of the next.
            if let Some(leftovers) = state.ended.pop() {
                return Work::TakeDown(leftovers);
            }
            if !state.failed && state.ready.len() + state.making < self.sessions {
                state.making += 1;
                return Work::Make;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn crew(sessions: usize) -> Arc<Crew> {
        Arc::new(Crew { sessions, state: Mutex::default(), work: Condvar::new() })
    }

    #[test]
    fn after_a_failure_nothing_is_made_until_somebody_asks() {
        let (tried, tries) = mpsc::channel();
        let crew = crew(3);
        let working = Arc::clone(&crew);
        let thread = std::thread::spawn(move || {
            working.work(|| {
                tried.send(()).unwrap();
                Err(SessionError::Abandoned)
            });
        });
        let stock = Stock { crew, threads: vec![thread], _kept: None };
        tries.recv().unwrap();
        assert!(tries.recv_timeout(Duration::from_millis(50)).is_err());
        assert!(stock.take().is_none());
        tries.recv().unwrap();
        drop(stock);
        assert!(tries.recv().is_err(), "the thread goes on");
    }

    #[test]
    fn what_is_left_of_sessions_does_not_pile_up_and_goes_with_the_stock() {
        let left = Arc::new(());
        let crew = crew(2);
        let stock = Stock { crew: Arc::clone(&crew), threads: Vec::new(), _kept: None };
        for kept in [1, 2, 2, 2] {
            crew.take_down(Box::new(Arc::clone(&left)));
            assert_eq!(Arc::strong_count(&left), 1 + kept);
        }
        drop(stock);
        assert_eq!(Arc::strong_count(&left), 1);
        crew.take_down(Box::new(Arc::clone(&left)));
        assert_eq!(Arc::strong_count(&left), 1);
    }
}

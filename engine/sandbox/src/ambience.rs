//! Time and chance, as a session gets to know them: those of the host, or computed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::determinism::{Course, Determinism};
use crate::files::Clock;

/// All clocks and all randomness that the guest of a session has. Only one thread at a time works on a
/// session, so nobody waits for the locks.
#[derive(Debug)]
pub(crate) enum Ambience {
    Host {
        /// When the session's monotonic clock began.
        started: Mutex<Instant>,
    },
    Computed(Mutex<Course>),
}

impl Ambience {
    /// The computed one, or that of the host.
    pub(crate) fn begin(determinism: Option<Determinism>) -> Ambience {
        match determinism {
            Some(determinism) => Ambience::Computed(Mutex::new(Course::begin(determinism))),
            None => Ambience::Host { started: Mutex::new(Instant::now()) },
        }
    }

    pub(crate) fn is_computed(&self) -> bool {
        matches!(self, Ambience::Computed(_))
    }

    /// What belongs to the state of a session, if anything does.
    pub(crate) fn course(&self) -> Option<Course> {
        match self {
            Ambience::Host { .. } => None,
            Ambience::Computed(course) => Some(*lock(course)),
        }
    }

    /// Goes on from there, if it can.
    pub(crate) fn go_on(&self, from: Option<Course>) {
        if let (Ambience::Computed(course), Some(from)) = (self, from) {
            *lock(course) = from;
        }
    }

    /// The clock of a session that has waited for somebody begins when it is given to him. A computed one
    /// has not gone on.
    pub(crate) fn begin_again(&self) {
        if let Ambience::Host { started } = self {
            *lock(started) = Instant::now();
        }
    }

    /// The code reads a clock.
    pub(crate) fn read(&self) {
        if let Ambience::Computed(course) = self {
            lock(course).read();
        }
    }

    /// What the monotonic clock shows, in nanoseconds.
    pub(crate) fn monotonic(&self) -> u64 {
        match self {
            Ambience::Host { started } => {
                u64::try_from(lock(started).elapsed().as_nanos()).unwrap_or(u64::MAX)
            }
            Ambience::Computed(course) => lock(course).elapsed(),
        }
    }

    /// What the wall's clock shows: time since the beginning of 1970.
    pub(crate) fn wall(&self) -> Duration {
        match self {
            Ambience::Host { .. } => system_time(),
            Ambience::Computed(course) => lock(course).wall(),
        }
    }

    /// The clock that files are dated by. Dating one is no reading of the clock.
    pub(crate) fn file_clock(self: &Arc<Ambience>) -> Clock {
        let ambience = Arc::clone(self);
        Arc::new(move || ambience.wall())
    }

    /// Waits until the monotonic clock shows a time. Where time is computed it passes at once, unless
    /// something else that is waited for at the same time is there already.
    pub(crate) async fn until(&self, nanoseconds: u64) {
        match self {
            Ambience::Host { started } => {
                let at = lock(started).checked_add(Duration::from_nanos(nanoseconds));
                match at {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    // A time too far away to express never comes; the time limit does.
                    None => std::future::pending().await,
                }
            }
            Ambience::Computed(course) => {
                if lock(course).elapsed() < nanoseconds {
                    tokio::task::yield_now().await;
                    lock(course).sleep_until(nanoseconds);
                }
            }
        }
    }

    /// The code has used fuel.
    pub(crate) fn work(&self, fuel: u64) {
        if let Ambience::Computed(course) = self {
            lock(course).work(fuel);
        }
    }

    /// Fills in random bytes.
    pub(crate) fn random(&self, into: &mut [u8]) -> Result<(), getrandom::Error> {
        match self {
            Ambience::Host { .. } => getrandom::fill(into),
            Ambience::Computed(course) => {
                lock(course).draw(into);
                Ok(())
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host's time since the beginning of 1970.
pub(crate) fn system_time() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

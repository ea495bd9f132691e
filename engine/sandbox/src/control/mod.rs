//! Who may end a step, and how: the walls of its limits, and cancellation.
//!
//! To interrupt is to raise an exception in the running Python code: the words of guest memory are
//! set that the arrival of SIGINT would set, and whatever the guest waits for on the host is woken. To
//! stop is to end the guest whatever it does; the session goes on from what it was before.
//!
//! | metering | interrupts | stops |
//! |---|---|---|
//! | fuel | the guest asks for fuel every few milliseconds of computing; the host then looks at the clock and at the fuel | by giving none, or by dropping the call |
//! | clock | [`Watchdog`], from its own thread | by taking the guest's memory away ([`Crossing`]) |
//!
//! In both, while the guest waits for something on the host, a timer of [`Supervised`], the future
//! around the call, takes that place. And as a call of the host may take long for hardly any fuel, a
//! step that is metered by fuel also has the clock looked at whenever one returns
//! ([`Control::crossing`]).
//!
//! * `clock`: the limits of time, and what follows from them
//! * `fuel`: the account of a step's fuel
//! * `crossing`: who may touch the guest's memory
//! * `watchdog`: the thread that looks at the clock where the guest never hands control back
//! * `supervised`: the future around the call of a step

mod clock;
mod crossing;
mod fuel;
mod supervised;
mod watchdog;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use wasmtime::CallHook;

use self::clock::{Action, Clock};
use self::crossing::Crossing;
pub(crate) use self::fuel::{Fuel, Refuel};
pub(crate) use self::supervised::{Ended, Supervised};
pub(crate) use self::watchdog::Watchdog;
use crate::limits::{Limits, Reached, Scopes};
use crate::memory::{MemoryHandle, WordBits};

/// When the watchdog tries again to take a memory that the system did not let it take.
const AGAIN: Duration = Duration::from_millis(10);

/// Why a step has to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Limit(Reached),
    Cancelled,
}

impl Reason {
    /// The class that the guest raises, of its module `fumehood`.
    fn class(&self) -> &'static str {
        match self {
            Reason::Limit(reached) => reached.limit.exception(),
            Reason::Cancelled => "Cancelled",
        }
    }

    /// What the guest raises.
    fn exception(&self) -> String {
        match self {
            Reason::Limit(reached) => reached.exception(),
            Reason::Cancelled => "Cancelled: the step was cancelled".to_owned(),
        }
    }
}

/// What a session, its host functions, its cancel handles and the watchdog share about the running
/// step.
pub(crate) struct Control {
    /// The memory of the instance, as long as there is one.
    memory: Mutex<Option<MemoryHandle>>,
    words: Vec<WordBits>,
    /// How many things on the host the guest waits for. While there is none, a call that is pending
    /// has only handed control back for a moment.
    waits: AtomicU32,
    /// How many hold the clock of a step; it is looked at before anything is locked for them.
    held: AtomicU32,
    step: Mutex<StepState>,
    interrupted: Notify,
    /// Who stops a guest that is metered by the clock.
    watch: Option<Watch>,
}

/// What metering by the clock needs.
struct Watch {
    watchdog: &'static Watchdog,
    id: u64,
    control: Weak<Control>,
    crossing: Crossing,
    /// The guest's memory has to be taken, which has not succeeded yet.
    to_take: AtomicBool,
}

#[derive(Default)]
struct StepState {
    /// What the guest has not been told yet.
    pending: Option<String>,
    /// Why the step has to end. There are several where code went on after an earlier one, or where
    /// one came while it was being told of another.
    reasons: Vec<Reason>,
    /// There is a step that can be cancelled, and whether it was.
    can_be_cancelled: bool,
    cancelled: bool,
    /// Who runs the step, to be woken when it is cancelled.
    runner: Option<Waker>,
    /// The time limits of the running step.
    clock: Option<Clock>,
    /// The second wall was met.
    stopped: Option<Reason>,
}

impl StepState {
    /// Notes a reason, in place of an earlier one of its kind.
    fn note(&mut self, reason: Reason) {
        self.reasons.retain(|earlier| earlier.class() != reason.class());
        self.reasons.push(reason);
    }
}

impl Control {
    /// For a guest that hands control back by itself, or whose code is trusted.
    pub(crate) fn new(words: Vec<WordBits>) -> Arc<Control> {
        Arc::new(Control::with(words, None))
    }

    /// For a guest that only a watchdog can stop.
    pub(crate) fn watched(words: Vec<WordBits>, watchdog: &'static Watchdog) -> Arc<Control> {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let id = STARTED.fetch_add(1, Ordering::Relaxed);
        Arc::new_cyclic(|control| {
            let watch = Watch {
                watchdog,
                id,
                control: Weak::clone(control),
                crossing: Crossing::default(),
                to_take: AtomicBool::new(false),
            };
            Control::with(words, Some(watch))
        })
    }

    fn with(words: Vec<WordBits>, watch: Option<Watch>) -> Control {
        Control {
            memory: Mutex::default(),
            words,
            waits: AtomicU32::new(0),
            held: AtomicU32::new(0),
            step: Mutex::default(),
            interrupted: Notify::new(),
            watch,
        }
    }

    /// Says which memory the instance has.
    pub(crate) fn attach(&self, memory: MemoryHandle) {
        *self.locked_memory() = Some(memory);
    }

    /// Lets go of the memory of an instance that is gone.
    pub(crate) fn detach(&self) {
        let memory = self.locked_memory().take();
        drop(memory);
    }

    pub(crate) fn memory(&self) -> Option<MemoryHandle> {
        self.locked_memory().clone()
    }

    /// It is locked for a moment only, whatever else is locked.
    fn locked_memory(&self) -> MutexGuard<'_, Option<MemoryHandle>> {
        self.memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn step(&self) -> MutexGuard<'_, StepState> {
        // Nothing panics while it is held.
        self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Forgets the last step and begins one.
    pub(crate) fn begin(&self, started: Instant, limits: &Limits, scopes: Scopes) {
        self.supervise(Clock::new(started, limits, scopes), true);
    }

    /// Begins to set an interpreter up, which has its limits as a step has, and cannot be cancelled.
    pub(crate) fn begin_setup(&self, started: Instant, limits: &Limits) {
        self.supervise(Clock::new(started, limits, Scopes::default()), false);
    }

    fn supervise(&self, clock: Clock, can_be_cancelled: bool) {
        let first_look = clock.next_look(Instant::now());
        *self.step() = StepState { clock: Some(clock), can_be_cancelled, ..StepState::default() };
        self.watch_at(first_look);
    }

    /// Ends the step; what comes later is about no step. How much of a processor it has used.
    pub(crate) fn end(&self) -> Duration {
        let mut step = self.step();
        let clock = step.clock.take();
        step.can_be_cancelled = false;
        step.runner = None;
        if let Some(watch) = &self.watch {
            watch.crossing.resume();
        }
        clock.map_or(Duration::ZERO, |clock| clock.meter.used(Instant::now()))
    }

    /// Forgets that an instance was stopped, which is gone; the next one gets its memory.
    pub(crate) fn renew(&self) {
        let mut step = self.step();
        *step = StepState::default();
        if let Some(watch) = &self.watch {
            watch.to_take.store(false, Ordering::Relaxed);
            watch.crossing.renew();
        }
    }

    /// Ends the session.
    pub(crate) fn leave(&self) {
        self.end();
        if let Some(watch) = &self.watch {
            watch.watchdog.forget(watch.id);
        }
    }

    fn watch_at(&self, at: Instant) {
        if let Some(watch) = &self.watch {
            watch.watchdog.watch(watch.id, at, Weak::clone(&watch.control));
        }
    }

    /// Looks at the clock and at cancellation, and interrupts the step if it is time. The reason, if
    /// it is to be stopped.
    ///
    /// What is decided is done before the step is unlocked, so it never hits the next step.
    fn look(&self) -> Option<Reason> {
        let now = Instant::now();
        let mut step = self.step();
        let cancelled = step.cancelled;
        match step.clock.as_mut()?.look(now, cancelled)? {
            (reason, Action::Interrupt) => {
                self.raise(&mut step, reason);
                drop(step);
                self.interrupted.notify_waiters();
                None
            }
            (reason, Action::Stop) => {
                step.stopped = Some(reason.clone());
                if let Some(watch) = &self.watch
                    && watch.crossing.stop()
                {
                    watch.to_take.store(true, Ordering::Relaxed);
                }
                Some(reason)
            }
        }
    }

    /// Does for the watchdog what is to be done about the step. When to look again, if ever.
    fn watch(&self) -> Option<Instant> {
        let watch = self.watch.as_ref()?;
        if self.look().is_some() {
            // Nobody gives the memory to another instance meanwhile.
            let _step = self.step();
            if watch.to_take.load(Ordering::Relaxed) {
                let taken = self.memory().is_some_and(|memory| memory.revoke().is_ok());
                if !taken {
                    return Some(Instant::now() + AGAIN);
                }
                watch.to_take.store(false, Ordering::Relaxed);
            }
            // The guest cannot go on, or cannot cross any more.
            return None;
        }
        self.step().clock.as_ref().map(|clock| clock.next_look(Instant::now()))
    }

    /// Takes notice of a crossing between guest and host. An error traps.
    pub(crate) fn crossing(&self, hook: CallHook) -> wasmtime::Result<()> {
        let stopped = || wasmtime::Error::msg("the step has to end");
        match (&self.watch, hook) {
            (Some(watch), CallHook::CallingWasm | CallHook::ReturningFromHost) => {
                watch.crossing.enter().map_err(|_| stopped())
            }
            (Some(watch), CallHook::CallingHost | CallHook::ReturningFromWasm) => {
                watch.crossing.leave().map_err(|_| stopped())
            }
            (None, CallHook::ReturningFromHost) => match self.look() {
                None => Ok(()),
                Some(_) => Err(stopped()),
            },
            _ => Ok(()),
        }
    }

    /// Why the step was stopped, if it was.
    pub(crate) fn stopped(&self) -> Option<Reason> {
        self.step().stopped.clone()
    }

    /// Says, as long as the value lives, that the guest waits for something on the host. Whatever on
    /// the host can make the guest wait says so.
    pub(crate) fn wait(&self) -> Wait<'_> {
        self.waits.fetch_add(1, Ordering::Relaxed);
        self.stand_or_go();
        Wait(self)
    }

    /// Has the time of the running step stand still as long as the value lives and the guest waits.
    pub(crate) fn stand_still(self: &Arc<Control>) -> Untimed {
        let mut step = self.step();
        let clock = step.clock.as_mut().map(|clock| {
            clock.hold(true);
            self.held.fetch_add(1, Ordering::Relaxed);
            clock.stand_or_go(Instant::now(), self.is_waiting());
            clock.id()
        });
        Untimed(clock.map(|clock| (Arc::clone(self), clock)))
    }

    /// The guest begins or ends to wait: where somebody holds the clock, it stands or goes.
    fn stand_or_go(&self) {
        if self.held.load(Ordering::Relaxed) == 0 {
            return;
        }
        let now = Instant::now();
        let next = {
            let mut step = self.step();
            let Some(clock) = step.clock.as_mut() else { return };
            clock.stand_or_go(now, self.is_waiting());
            clock.next_look(now)
        };
        self.watch_at(next);
    }

    /// When the running step is interrupted for its time.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.step().clock.as_ref().map(Clock::limit_at)
    }

    fn go_on(&self, of: Instant) {
        self.held.fetch_sub(1, Ordering::Relaxed);
        let now = Instant::now();
        let (next, runner) = {
            let mut step = self.step();
            // By now another step may run, whose time is none of the value's business.
            let Some(clock) = step.clock.as_mut().filter(|clock| clock.id() == of) else { return };
            clock.hold(false);
            clock.stand_or_go(now, self.is_waiting());
            (clock.next_look(now), step.runner.clone())
        };
        // Who runs the step may wait for longer than that, if it was held by another task.
        if let Some(runner) = runner {
            runner.wake();
        }
        self.watch_at(next);
    }

    fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::Relaxed) > 0
    }

    /// Has the running code raise, and whatever it waits for on the host return.
    pub(crate) fn interrupt(&self, reason: Reason) {
        self.raise(&mut self.step(), reason);
        self.interrupted.notify_waiters();
    }

    fn raise(&self, step: &mut StepState, reason: Reason) {
        step.pending = Some(reason.exception());
        step.note(reason);
        if let Some(memory) = self.memory() {
            memory.set_bits(&self.words);
        }
    }

    /// Takes what the guest has to raise, once.
    pub(crate) fn take_interruption(&self) -> Option<String> {
        self.step().pending.take()
    }

    /// Notes a reason without interrupting: the caller raises it by other means.
    pub(crate) fn note(&self, reason: Reason) -> String {
        let text = reason.exception();
        self.step().note(reason);
        text
    }

    /// Why the step had to end, if it had to: the latest reason.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.step().reasons.last().cloned()
    }

    /// The reason for which code raises a class of this name, or else the latest.
    pub(crate) fn reason_of(&self, class: &str) -> Option<Reason> {
        let step = self.step();
        let of_class = |reason: &&Reason| class.strip_prefix("fumehood.") == Some(reason.class());
        step.reasons.iter().rev().find(of_class).or(step.reasons.last()).cloned()
    }

    /// Returns when the step is interrupted; at once if the guest has not been told yet.
    pub(crate) async fn interruption(&self) {
        loop {
            let notified = self.interrupted.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if self.step().pending.is_some() {
                return;
            }
            notified.await;
        }
    }

    pub(crate) fn cancel(&self) {
        let runner = {
            let mut step = self.step();
            step.cancelled = step.can_be_cancelled;
            if !step.cancelled {
                return;
            }
            step.runner.take()
        };
        // Waking may run the step at once, so nothing is locked then.
        if let Some(runner) = runner {
            runner.wake();
        }
        self.watch_at(Instant::now());
    }
}

/// See [`Control::wait`].
pub(crate) struct Wait<'a>(&'a Control);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.waits.fetch_sub(1, Ordering::Relaxed);
        self.0.stand_or_go();
    }
}

/// As long as it lives, time does not count for the step that has made a call; see
/// [`ToolCall::untimed`](crate::ToolCall::untimed).
#[must_use = "time counts again when it is dropped"]
pub struct Untimed(Option<(Arc<Control>, Instant)>);

impl Untimed {
    /// Where there is no step.
    pub(crate) fn of_nothing() -> Untimed {
        Untimed(None)
    }
}

impl Drop for Untimed {
    fn drop(&mut self) {
        if let Some((control, clock)) = &self.0 {
            control.go_on(*clock);
        }
    }
}

impl std::fmt::Debug for Untimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Untimed").finish_non_exhaustive()
    }
}

/// Cancels the running step of a session, from anywhere.
///
/// Cancelling works like a limit: first the exception `fumehood.Cancelled` is raised in the running
/// code, which ends the step and keeps what was done; code that does not get to see it is stopped after
/// the grace of the time limit, and the step is rolled back. When no step runs, nothing happens.
///
/// # Examples
///
/// ```no_run
/// # async fn example(mut session: fumehood::Session) -> Result<(), fumehood::SessionError> {
/// let handle = session.cancel_handle();
/// tokio::spawn(async move {
///     tokio::time::sleep(std::time::Duration::from_millis(100)).await;
///     handle.cancel();
/// });
/// let step = session.run("while True: pass").await?;
/// assert!(matches!(step.outcome, fumehood::Outcome::Cancelled(Some(_))));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CancelHandle(pub(crate) Arc<Control>);

impl CancelHandle {
    /// Cancels.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl std::fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelHandle").finish_non_exhaustive()
    }
}

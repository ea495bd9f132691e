//! Who may end a step, and how: the walls of its limits, and cancellation.
//!
//! A step is one call into the guest, which runs as a future. With metering by fuel the guest hands
//! control back every [`YIELD_INTERVAL`] units, a few milliseconds of computing; [`Metered`] is the
//! future around it that looks at the clock then. While the guest waits for something on the host, a
//! timer takes that place. And as a call of the host may take long for hardly any fuel, the clock is
//! also looked at whenever one returns ([`Control::after_host_call`]).
//!
//! To interrupt is to raise an exception in the running Python code: [`Control::interrupt`] notes
//! why, sets the words of guest memory that the arrival of SIGINT would set, and wakes whatever the
//! guest waits for on the host. To stop is to drop the call, or to trap, which ends the session.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::limits::{Limit, Limits, Reached, Scope, Scopes, TIME_GRACE_LEAST, milliseconds};
use crate::memory::{MemoryHandle, WordBits};

/// Fuel after which the guest hands control to the host, at most.
pub(crate) const YIELD_INTERVAL: u64 = 25_000_000;

/// How often a step that goes on after an interruption is interrupted again before it is stopped.
/// More than once, because `except:` in a loop may have swallowed the first.
const INTERRUPTIONS: u32 = 4;

/// Why a step has to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Limit(Reached),
    Cancelled,
}

impl Reason {
    /// What the guest raises.
    fn exception(&self) -> String {
        match self {
            Reason::Limit(reached) => reached.exception(),
            Reason::Cancelled => "Cancelled: the step was cancelled".to_owned(),
        }
    }
}

/// What a session, its host functions and its cancel handles share about the running step.
pub(crate) struct Control {
    memory: OnceLock<MemoryHandle>,
    words: Vec<WordBits>,
    /// How many things on the host the guest waits for. While there is none, a call that is pending
    /// has only handed control back for a moment.
    waits: AtomicU32,
    cancelled: AtomicBool,
    step: Mutex<StepState>,
    interrupted: Notify,
}

#[derive(Default)]
struct StepState {
    /// What the guest has not been told yet.
    pending: Option<String>,
    /// Why the step has to end; the latest, as code may have gone on after an earlier one.
    reason: Option<Reason>,
    /// Who runs the step, to be woken when it is cancelled.
    runner: Option<Waker>,
    /// The time limit of the running step.
    clock: Option<Clock>,
    /// The second wall was met.
    stopped: Option<Reason>,
}

/// The time limit of a step, and what has come of it.
struct Clock {
    started: Instant,
    limit: Duration,
    grace: Duration,
    scope: Scope,
    deadline: Option<Interrupting>,
    cancelling: Option<Interrupting>,
}

impl Clock {
    /// Whether there is something to do: to interrupt, or to stop.
    fn look(&mut self, now: Instant, cancelled: bool) -> Option<(Reason, Action)> {
        if cancelled {
            let stop = now + self.grace;
            let cancelling = self.cancelling.get_or_insert_with(|| Interrupting::new(now, stop));
            if let Some(action) = cancelling.look(now) {
                return Some((Reason::Cancelled, action));
            }
        }
        let limit_at = self.started + self.limit;
        if now < limit_at {
            return None;
        }
        // The first look may come late. Code gets to see the exception all the same.
        let stop = (limit_at + self.grace).max(now + TIME_GRACE_LEAST);
        let action = self.deadline.get_or_insert_with(|| Interrupting::new(now, stop)).look(now)?;
        let reached = Reached {
            limit: Limit::Time,
            scope: self.scope,
            value: milliseconds(self.limit),
            used: milliseconds(now - self.started),
        };
        Some((Reason::Limit(reached), action))
    }

    /// When there is something to do next even if nothing else happens.
    fn next_look(&self) -> Instant {
        let of = |interrupting: &Interrupting| interrupting.next.min(interrupting.stop);
        let limit_at = self.started + self.limit;
        let time = self.deadline.as_ref().map_or(limit_at, of);
        self.cancelling.as_ref().map_or(time, |cancelling| time.min(of(cancelling)))
    }
}

/// What to do about a step that has to end.
enum Action {
    Interrupt,
    Stop,
}

/// A series of interruptions, after which the step is stopped.
struct Interrupting {
    next: Instant,
    period: Duration,
    stop: Instant,
}

impl Interrupting {
    fn new(now: Instant, stop: Instant) -> Interrupting {
        Interrupting { next: now, period: (stop - now) / INTERRUPTIONS, stop }
    }

    fn look(&mut self, now: Instant) -> Option<Action> {
        if now >= self.stop {
            return Some(Action::Stop);
        }
        if now < self.next {
            return None;
        }
        self.next = now + self.period;
        Some(Action::Interrupt)
    }
}

impl Control {
    pub(crate) fn new(words: Vec<WordBits>) -> Control {
        Control {
            memory: OnceLock::new(),
            words,
            waits: AtomicU32::new(0),
            cancelled: AtomicBool::new(false),
            step: Mutex::default(),
            interrupted: Notify::new(),
        }
    }

    pub(crate) fn attach(&self, memory: MemoryHandle) {
        // A session is instantiated once.
        self.memory.set(memory).ok();
    }

    pub(crate) fn memory(&self) -> Option<&MemoryHandle> {
        self.memory.get()
    }

    fn step(&self) -> MutexGuard<'_, StepState> {
        // Nothing panics while it is held.
        self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Forgets the last step and begins one.
    pub(crate) fn begin(&self, started: Instant, limits: &Limits, scopes: Scopes) {
        self.cancelled.store(false, Ordering::Release);
        let clock = Clock {
            started,
            limit: limits.time,
            grace: limits.time_grace(),
            scope: scopes.time,
            deadline: None,
            cancelling: None,
        };
        *self.step() = StepState { clock: Some(clock), ..StepState::default() };
    }

    /// Ends the step; what comes later is about no step.
    pub(crate) fn end(&self) {
        let mut step = self.step();
        step.clock = None;
        step.runner = None;
    }

    /// Looks at the clock and at cancellation, and interrupts the step if it is time. The reason, if
    /// it is to be stopped.
    fn look(&self) -> Option<Reason> {
        let now = Instant::now();
        let cancelled = self.cancelled.load(Ordering::Acquire);
        let found = self.step().clock.as_mut().and_then(|clock| clock.look(now, cancelled));
        match found? {
            (reason, Action::Interrupt) => {
                self.interrupt(reason);
                None
            }
            (reason, Action::Stop) => {
                self.step().stopped = Some(reason.clone());
                Some(reason)
            }
        }
    }

    /// Looks at the clock when a function of the host returns to the guest. An error traps.
    pub(crate) fn after_host_call(&self) -> wasmtime::Result<()> {
        match self.look() {
            None => Ok(()),
            Some(_) => Err(wasmtime::Error::msg("the step has to end")),
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
        Wait(self)
    }

    fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::Relaxed) > 0
    }

    /// Has the running code raise, and whatever it waits for on the host return.
    pub(crate) fn interrupt(&self, reason: Reason) {
        let mut step = self.step();
        step.pending = Some(reason.exception());
        step.reason = Some(reason);
        drop(step);
        if let Some(memory) = self.memory.get() {
            memory.set_bits(&self.words);
        }
        self.interrupted.notify_waiters();
    }

    /// Takes what the guest has to raise, once.
    pub(crate) fn take_interruption(&self) -> Option<String> {
        self.step().pending.take()
    }

    /// Notes a reason without interrupting: the caller raises it by other means.
    pub(crate) fn note(&self, reason: Reason) -> String {
        let text = reason.exception();
        self.step().reason = Some(reason);
        text
    }

    /// Why the step had to end, if it had to.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.step().reason.clone()
    }

    /// Returns when the step is interrupted; at once if the guest has not been told yet.
    pub(crate) async fn interruption(&self) {
        let notified = self.interrupted.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if self.step().pending.is_some() {
            return;
        }
        notified.await;
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        // Waking may run the step at once, so nothing is locked then.
        let runner = self.step().runner.take();
        if let Some(runner) = runner {
            runner.wake();
        }
    }
}

/// See [`Control::wait`].
pub(crate) struct Wait<'a>(&'a Control);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.waits.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Cancels the running step of a session, from anywhere.
///
/// Cancelling works like a limit: first the exception `fumehood.Cancelled` is raised in the running
/// code, which ends the step and keeps the session; code that does not get to see it is stopped after
/// the grace of the time limit, and the session is lost. When no step runs, nothing happens.
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

/// How much fuel a step gets, and how it is handed out.
pub(crate) struct FuelPlan {
    /// All of it, the grace included.
    pub(crate) total: u64,
    /// The guest hands control back after this much, again and again. The limit is a multiple of it,
    /// so that the step is interrupted at the limit and not some milliseconds later.
    pub(crate) interval: u64,
    /// After how many times the limit is reached.
    hand_backs: u64,
}

impl FuelPlan {
    pub(crate) fn new(limits: &Limits) -> FuelPlan {
        let hand_backs = limits.fuel.div_ceil(YIELD_INTERVAL).max(1);
        let interval = limits.fuel.div_ceil(hand_backs);
        FuelPlan { total: limits.fuel.saturating_add(limits.fuel_grace()), interval, hand_backs }
    }
}

/// How the call of a step ended.
pub(crate) enum Ended<T> {
    /// By itself.
    Returned(T),
    /// It had to be stopped.
    Stopped(Reason),
}

/// The call of a step, with its limits.
pub(crate) struct Metered<'a, F> {
    call: Pin<&'a mut F>,
    control: &'a Control,
    fuel: FuelMeter,
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// The fuel limit, counted in hand-backs.
struct FuelMeter {
    seen: u64,
    interrupted: u32,
    value: u64,
    scope: Scope,
    interval: u64,
    hand_backs: u64,
}

impl FuelMeter {
    /// Counts a hand-back. The limit, if the step is to be interrupted for it now.
    fn count(&mut self) -> Option<Reached> {
        self.seen += 1;
        if self.seen < self.hand_backs || self.interrupted >= INTERRUPTIONS {
            return None;
        }
        self.interrupted += 1;
        let used = self.seen.saturating_mul(self.interval);
        Some(Reached { limit: Limit::Fuel, scope: self.scope, value: self.value, used })
    }
}

impl<'a, F: Future> Metered<'a, F> {
    pub(crate) fn new(
        call: Pin<&'a mut F>,
        control: &'a Control,
        limits: &Limits,
        scopes: Scopes,
        plan: &FuelPlan,
    ) -> Metered<'a, F> {
        let fuel = FuelMeter {
            seen: 0,
            interrupted: 0,
            value: limits.fuel,
            scope: scopes.fuel,
            interval: plan.interval,
            hand_backs: plan.hand_backs,
        };
        Metered { call, control, fuel, timer: None }
    }
}

impl<F: Future> Future for Metered<'_, F> {
    type Output = Ended<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            if let Poll::Ready(returned) = this.call.as_mut().poll(context) {
                return Poll::Ready(Ended::Returned(returned));
            }
            if let Some(reason) = this.control.look() {
                return Poll::Ready(Ended::Stopped(reason));
            }
            if !this.control.is_waiting() {
                // The guest only handed control back; it has asked to be polled again.
                if let Some(reached) = this.fuel.count() {
                    this.control.interrupt(Reason::Limit(reached));
                }
                return Poll::Pending;
            }
            let next = {
                let mut step = this.control.step();
                step.runner = Some(context.waker().clone());
                step.clock.as_ref().map_or_else(Instant::now, Clock::next_look)
            };
            let next = tokio::time::Instant::from_std(next);
            let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
            if timer.deadline() != next {
                timer.as_mut().reset(next);
            }
            // Whoever cancelled before the waker was there to be woken, is not overlooked.
            let cancelled = this.control.cancelled.load(Ordering::Acquire)
                && this.control.reason() != Some(Reason::Cancelled);
            if timer.as_mut().poll(context).is_pending() && !cancelled {
                return Poll::Pending;
            }
            if let Some(reason) = this.control.look() {
                return Poll::Ready(Ended::Stopped(reason));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_whole_number_of_hand_backs() {
        for fuel in [1_000_000, 9_999_999, 10_000_000, 10_000_001, 12_345_678_901, 50_000_000_000] {
            let plan = FuelPlan::new(&Limits::default().with_fuel(fuel));
            let at = plan.interval * plan.hand_backs;
            assert!(at >= fuel && at - fuel < plan.hand_backs, "{fuel} is interrupted at {at}");
            assert!(plan.interval <= YIELD_INTERVAL);
            assert!(plan.total > at);
        }
    }
}

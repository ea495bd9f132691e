//! The time limits of a step, on the wall's clock and the processor's, and what follows from them.

use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::thread::Pid;
use rustix::time::ClockId;

use super::Reason;
use crate::limits::{
    Limit, Limits, Reached, Scope, Scopes, TIME_GRACE_LEAST, milliseconds, time_grace,
};

/// How often a step that goes on after an interruption is interrupted again before it is stopped.
/// More than once, because `except:` in a loop may have swallowed the first.
const INTERRUPTIONS: u32 = 4;

/// Least time between two looks at how much of the processor a step has used.
const CPU_PERIOD: Duration = Duration::from_millis(1);

/// What to do about a step that has to end.
pub(super) enum Action {
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

    fn next_look(&self) -> Instant {
        self.next.min(self.stop)
    }
}

/// How long it is until a clock that stands still is looked at again, as nobody has to.
const STANDING_PERIOD: Duration = Duration::from_secs(3600);

/// A clock that stands still.
struct Standing {
    since: Instant,
    /// What had been used of the processor by then.
    cpu: Duration,
}

/// The time limits of a step, and what has come of them.
pub(super) struct Clock {
    /// When the step began; what it was given besides is added.
    started: Instant,
    /// Tells clocks apart: when the step began.
    id: Instant,
    standing: Option<Standing>,
    /// How many hold it.
    holders: u32,
    time: Duration,
    time_scope: Scope,
    cpu: Option<Duration>,
    cpu_scope: Scope,
    grace: Duration,
    deadline: Option<Interrupting>,
    cpu_deadline: Option<Interrupting>,
    cancelling: Option<Interrupting>,
    pub(super) meter: CpuMeter,
}

impl Clock {
    pub(super) fn new(started: Instant, limits: &Limits, scopes: Scopes) -> Clock {
        Clock {
            started,
            id: started,
            standing: None,
            holders: 0,
            time: limits.time,
            time_scope: scopes.time,
            cpu: limits.cpu,
            cpu_scope: scopes.cpu,
            grace: time_grace(limits.time),
            deadline: None,
            cpu_deadline: None,
            cancelling: None,
            meter: CpuMeter::default(),
        }
    }

    /// Tells this clock from that of another step.
    pub(super) fn id(&self) -> Instant {
        self.id
    }

    /// When the limit of time is reached, unless the clock stands still until then.
    pub(super) fn limit_at(&self) -> Instant {
        self.started + self.time
    }

    /// One more holds the clock, or one less does.
    pub(super) fn hold(&mut self, one_more: bool) {
        self.holders = if one_more { self.holders + 1 } else { self.holders.saturating_sub(1) };
    }

    /// Has the clock stand still while somebody holds it and the guest waits for the host, and only then: where
    /// calls are under way beside the guest's own work, that work counts.
    pub(super) fn stand_or_go(&mut self, now: Instant, guest_waits: bool) {
        if guest_waits && self.holders > 0 {
            let cpu = self.meter.used(now);
            self.standing.get_or_insert(Standing { since: now, cpu });
        } else if let Some(Standing { since, cpu }) = self.standing.take() {
            self.started += now - since;
            self.meter.set_back(cpu);
        }
    }

    /// Whether there is something to do: to interrupt, or to stop.
    pub(super) fn look(&mut self, now: Instant, cancelled: bool) -> Option<(Reason, Action)> {
        if cancelled {
            let stop = now + self.grace;
            let cancelling = self.cancelling.get_or_insert_with(|| Interrupting::new(now, stop));
            if let Some(action) = cancelling.look(now) {
                return Some((Reason::Cancelled, action));
            }
        }
        if self.standing.is_some() {
            return None;
        }
        self.look_at_time(now).or_else(|| self.look_at_cpu(now))
    }

    fn look_at_time(&mut self, now: Instant) -> Option<(Reason, Action)> {
        let limit_at = self.limit_at();
        if now < limit_at {
            return None;
        }
        // The first look may come late. Code gets to see the exception all the same.
        let stop = (limit_at + self.grace).max(now + TIME_GRACE_LEAST);
        let action = self.deadline.get_or_insert_with(|| Interrupting::new(now, stop)).look(now)?;
        let reached = Reached {
            limit: Limit::Time,
            scope: self.time_scope,
            value: milliseconds(self.time),
            used: milliseconds(now - self.started),
        };
        Some((Reason::Limit(reached), action))
    }

    fn look_at_cpu(&mut self, now: Instant) -> Option<(Reason, Action)> {
        let limit = self.cpu?;
        // What has not been there cannot have been computed.
        if now < self.started + limit {
            return None;
        }
        let used = self.meter.used(now);
        if used < limit {
            return None;
        }
        let stop = now + time_grace(limit);
        let interrupting = self.cpu_deadline.get_or_insert_with(|| Interrupting::new(now, stop));
        let action = interrupting.look(now)?;
        let reached = Reached {
            limit: Limit::Cpu,
            scope: self.cpu_scope,
            value: milliseconds(limit),
            used: milliseconds(used),
        };
        Some((Reason::Limit(reached), action))
    }

    /// When there is something to do next even if nothing else happens.
    pub(super) fn next_look(&self, now: Instant) -> Instant {
        let cancelling = self.cancelling.as_ref().map(Interrupting::next_look);
        if self.standing.is_some() {
            return cancelling.unwrap_or(now + STANDING_PERIOD);
        }
        let time = self.deadline.as_ref();
        let time = time.map_or(self.limit_at(), Interrupting::next_look);
        let cpu = self.cpu.map(|limit| match &self.cpu_deadline {
            Some(interrupting) => interrupting.next_look(),
            None => now + limit.saturating_sub(self.meter.used(now)).max(CPU_PERIOD),
        });
        [cancelling, cpu].into_iter().flatten().fold(time, Instant::min)
    }
}

/// How much of a processor a step has used: that of the threads it ran on, while it ran on them. The
/// work of host functions on these threads counts as well.
#[derive(Debug, Default)]
pub(super) struct CpuMeter {
    /// What was used before the step was put on the thread where it is now.
    before: Duration,
    running: Option<Running>,
}

/// The thread that the step runs on.
#[derive(Debug)]
struct Running {
    thread: Pid,
    since: Instant,
    /// What the thread had used when the step was put on it.
    at_first: Duration,
}

impl Running {
    fn used(&self, now: Instant) -> Duration {
        let thread = if rustix::thread::gettid() == self.thread {
            Some(cpu_of_this_thread())
        } else {
            cpu_of_thread(self.thread)
        };
        // Where the system does not say, all of the time counts.
        let elapsed = now.saturating_duration_since(self.since);
        thread.map_or(elapsed, |used| used.saturating_sub(self.at_first))
    }
}

impl CpuMeter {
    /// The calling thread begins to run the step.
    pub(super) fn resume(&mut self) {
        self.running = Some(Running {
            thread: rustix::thread::gettid(),
            since: Instant::now(),
            at_first: cpu_of_this_thread(),
        });
    }

    /// The calling thread, which has run the step, stops doing so.
    pub(super) fn pause(&mut self) {
        if let Some(running) = self.running.take() {
            self.before += cpu_of_this_thread().saturating_sub(running.at_first);
        }
    }

    /// Forgets what was used beyond so much.
    fn set_back(&mut self, used: Duration) {
        self.before = used;
        if self.running.is_some() {
            self.resume();
        }
    }

    pub(super) fn used(&self, now: Instant) -> Duration {
        self.before + self.running.as_ref().map_or(Duration::ZERO, |running| running.used(now))
    }
}

fn cpu_of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// What another thread of this process has used: the first number of its `schedstat`, nanoseconds on
/// the same account as the thread's own clock, some milliseconds late.
fn cpu_of_thread(thread: Pid) -> Option<Duration> {
    let path = format!("/proc/self/task/{}/schedstat", thread.as_raw_nonzero());
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut text = [0; 64];
    let read = rustix::io::read(&file, &mut text).ok()?;
    let text = std::str::from_utf8(text.get(..read)?).ok()?;
    let nanoseconds = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(time: Duration) {
        let start = cpu_of_this_thread();
        while cpu_of_this_thread() - start < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn the_processor_is_counted_and_sleep_is_not() {
        let mut meter = CpuMeter::default();
        meter.resume();
        compute(Duration::from_millis(30));
        std::thread::sleep(Duration::from_millis(100));
        meter.pause();
        compute(Duration::from_millis(30));
        let used = meter.used(Instant::now());
        assert!(used >= Duration::from_millis(30), "{used:?}");
        assert!(used < Duration::from_millis(60), "{used:?}");
    }

    #[test]
    fn another_thread_sees_nearly_the_same() {
        let mut meter = CpuMeter::default();
        meter.resume();
        compute(Duration::from_millis(60));
        let here = meter.used(Instant::now());
        let there =
            std::thread::scope(|scope| scope.spawn(|| meter.used(Instant::now())).join().unwrap());
        assert!(there + Duration::from_millis(20) > here, "{there:?} there, {here:?} here");
    }
}

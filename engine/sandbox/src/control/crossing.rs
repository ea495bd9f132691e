//! Who may touch a session's memory: the state machine between the guest's thread and the watchdog.
//!
//! With metering by the clock a watchdog stops guest code by taking its memory away, from another
//! thread. Host code must not touch the memory when that happens: its fault would be the process's.
//! So the guest's thread says where it is, and the watchdog takes the memory only of a guest:
//!
//! | state | `enter` | `leave` | `stop` | `resume` |
//! |---|---|---|---|---|
//! | host | guest | refused | host, stopped: *nothing to take* | host |
//! | guest | refused | host | guest, stopped: **take the memory** | refused |
//! | host, stopped | refused | refused | the same: nothing to take | host |
//! | guest, stopped | refused | refused | the same: nothing to take | refused |
//!
//! wasmtime calls `enter` before guest code runs, and whenever a function of the host returns to it;
//! `leave` before a function of the host runs, and when guest code is done. A refusal becomes a trap.
//! So once `stop` has said to take the memory, no host code that touches it runs any more, and once a
//! step is in the host, nobody takes it until the step has entered the guest again. Every transition
//! is one atomic operation, so there is nothing between looking and changing.
//!
//! `stop` and `resume` are called with the state of the step locked (`Control`), so what is decided
//! about one step never hits the next: a step that was stopped in the host after its last instruction
//! is resumed when it ends, as it has nothing to lose any more.
//!
//! `renew` begins anew from any state, when the instance that was stopped is gone and the memory is given
//! to another one. It is called with the state of the step locked as well, under which the watchdog takes
//! memory: what was still to be taken then, is not.

use std::sync::atomic::{AtomicU8, Ordering};

const HOST: u8 = 0;
const GUEST: u8 = 1;
/// Added to either.
const STOPPED: u8 = 2;

/// Where a session's thread is.
#[derive(Debug, Default)]
pub(crate) struct Crossing(AtomicU8);

/// The transition is not allowed: the step was stopped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl Crossing {
    fn change(&self, from: u8, to: u8) -> Result<(), Refused> {
        let changed = self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
        changed.map(drop).map_err(|_| Refused)
    }

    /// From the host into the guest.
    pub(crate) fn enter(&self) -> Result<(), Refused> {
        self.change(HOST, GUEST)
    }

    /// From the guest into the host.
    pub(crate) fn leave(&self) -> Result<(), Refused> {
        self.change(GUEST, HOST)
    }

    /// Lets nobody cross from now on. True if the caller has to take the guest's memory.
    pub(crate) fn stop(&self) -> bool {
        self.0.fetch_or(STOPPED, Ordering::SeqCst) == GUEST
    }

    /// Undoes `stop` where it has stopped nothing.
    pub(crate) fn resume(&self) {
        self.change(HOST | STOPPED, HOST).ok();
    }

    /// Begins anew, for another instance.
    pub(crate) fn renew(&self) {
        self.0.store(HOST, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session's thread, run one action at a time: steps of guest code that call the host, whose
    /// functions touch the memory, as lowering results and lifting arguments do.
    struct Runner<'a> {
        crossing: &'a Crossing,
        actions: std::slice::Iter<'a, Action>,
        trapped: bool,
        taken: &'a std::cell::Cell<bool>,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Action {
        Enter,
        Leave,
        TouchByHost,
        TouchByGuest,
        EndStep,
    }

    impl Runner<'_> {
        /// Whether there is more to do.
        fn act(&mut self) -> bool {
            let Some(action) = self.actions.next() else { return false };
            if self.trapped && *action != Action::EndStep {
                // Unwinding: wasmtime still reports that it leaves the guest, and is refused again.
                if *action == Action::Leave {
                    self.crossing.leave().ok();
                }
                return true;
            }
            match action {
                Action::Enter => self.trapped = self.crossing.enter().is_err(),
                Action::Leave => self.trapped = self.crossing.leave().is_err(),
                Action::TouchByHost => assert!(!self.taken.get(), "the host has touched it"),
                Action::TouchByGuest => self.trapped = self.taken.get(),
                Action::EndStep => self.crossing.resume(),
            }
            true
        }
    }

    /// Every interleaving of a step that crosses six times with a watchdog that stops it once or
    /// twice: the host never touches memory that was taken, a step that was not hit in the guest is
    /// not lost, and one that was stopped early does not get to its end.
    #[test]
    fn every_interleaving() {
        use Action::{EndStep, Enter, Leave, TouchByGuest, TouchByHost};
        let actions = [
            TouchByHost,
            Enter,
            TouchByGuest,
            Leave,
            TouchByHost,
            Enter,
            TouchByGuest,
            TouchByGuest,
            Leave,
            TouchByHost,
            Enter,
            TouchByGuest,
            Leave,
            TouchByHost,
            EndStep,
        ];
        let positions = actions.len() + 1;
        let (mut lost, mut kept) = (0, 0);
        // The watchdog decides with the step locked, so it never stops after the end of the step;
        // taking the memory may come any time after deciding.
        for stop in 0..positions - 1 {
            for again in stop..positions - 1 {
                for take in stop..positions {
                    let crossing = Crossing::default();
                    let taken = std::cell::Cell::new(false);
                    let mut runner = Runner {
                        crossing: &crossing,
                        actions: actions.iter(),
                        trapped: false,
                        taken: &taken,
                    };
                    let mut take_it = false;
                    for position in 0..positions {
                        if position == stop {
                            take_it = crossing.stop();
                        }
                        if position == again && again > stop {
                            assert!(!crossing.stop(), "the memory is taken once");
                        }
                        if position == take && take_it {
                            taken.set(true);
                        }
                        runner.act();
                    }
                    if runner.trapped {
                        lost += 1;
                    } else {
                        kept += 1;
                        assert!(!take_it, "a step goes on without its memory");
                        assert_eq!(crossing.enter(), Ok(()), "the next step can begin");
                    }
                    let ended_before = stop > actions.len() - 3;
                    assert_eq!(!runner.trapped, ended_before, "stop {stop}, take {take}");
                }
            }
        }
        assert!(lost > 100 && kept > 1, "{lost} lost, {kept} kept");
    }

    /// The same with real threads, stopped at different moments.
    #[test]
    fn with_threads() {
        use std::sync::Arc;
        use std::sync::atomic::AtomicBool;
        for round in 0..200_u32 {
            let crossing = Arc::new(Crossing::default());
            let taken = Arc::new(AtomicBool::new(false));
            let (its_crossing, its_taken) = (Arc::clone(&crossing), Arc::clone(&taken));
            let guest = std::thread::spawn(move || {
                loop {
                    if its_crossing.enter().is_err() || its_crossing.leave().is_err() {
                        return;
                    }
                    assert!(!its_taken.load(Ordering::SeqCst), "the host has touched it");
                }
            });
            for _ in 0..100 * round {
                std::hint::spin_loop();
            }
            if crossing.stop() {
                taken.store(true, Ordering::SeqCst);
            }
            guest.join().unwrap();
        }
    }
}

//! How a call of the guest ended, by what it returned and by what the host knows better.

use wasmtime::Trap;

use crate::bindings::exports::fumehood::guest::interpreter as guest;
use crate::control::{Control, Ended, Reason};
use crate::host::checked_json;
use crate::instance::Instance;
use crate::limits::Limits;
use crate::outcome::{Exception, Failure, Outcome, Value};

/// What came of a step, and whether the instance is good for nothing after it.
pub(crate) fn outcome(
    ended: Ended<wasmtime::Result<guest::Outcome>>,
    control: &Control,
    instance: &mut Instance,
    limits: &Limits,
) -> (Outcome, bool) {
    let stopped_by = |reason| match reason {
        Reason::Limit(reached) => Outcome::LimitReached(reached, None),
        Reason::Cancelled => Outcome::Cancelled(None),
    };
    match ended {
        Ended::Stopped(reason) => (stopped_by(reason), true),
        Ended::Returned(Ok(returned)) => {
            (self::returned(returned, control, instance, limits), false)
        }
        Ended::Returned(Err(error)) => {
            // A limit that was reached explains a trap better than the trap does: the runtime
            // itself may have been interrupted, or have been left without memory.
            let reason = control.stopped().or_else(|| control.reason());
            let outcome = match (error.downcast_ref::<Trap>(), reason) {
                (Some(Trap::OutOfFuel), _) => {
                    Outcome::LimitReached(instance.store.data().step.fuel().exhausted(), None)
                }
                (Some(Trap::StackOverflow), _) => Outcome::Failed(Failure::StackOverflow),
                (_, Some(reason)) => stopped_by(reason),
                (trap, None) => match instance.store.data().memory.reached() {
                    Some(reached) if trap == Some(&Trap::UnreachableCodeReached) => {
                        Outcome::LimitReached(reached, None)
                    }
                    _ => Outcome::Failed(Failure::Aborted(format!("{error:#}"))),
                },
            };
            (outcome, true)
        }
    }
}

/// What came of a step whose call returned.
fn returned(
    returned: guest::Outcome,
    control: &Control,
    instance: &mut Instance,
    limits: &Limits,
) -> Outcome {
    let raised = match returned {
        guest::Outcome::Completed(value) => {
            if let Some(answer) = instance.store.data_mut().step.take_answer() {
                return Outcome::FinalAnswer(answer);
            }
            return Outcome::Completed(value.map(|value| Value {
                repr: value.repr,
                json: value.json.and_then(|json| checked_json(json, limits.nesting)),
            }));
        }
        guest::Outcome::Raised(raised) => raised,
    };
    let exception = Exception {
        name: raised.name,
        mro: raised.ancestry,
        message: raised.message,
        traceback: raised.traceback,
    };
    let is = |name: &str| exception.mro.iter().any(|base| base == name);
    // Code may have put Python's own handler back, which raises this.
    if is("fumehood.LimitExceeded") || is("KeyboardInterrupt") {
        match control.reason_of(&exception.name) {
            Some(Reason::Limit(reached)) => {
                return Outcome::LimitReached(reached, Some(exception));
            }
            Some(Reason::Cancelled) => return Outcome::Cancelled(Some(exception)),
            // Raised by the code itself; nothing was reached.
            None => {}
        }
    }
    if is("MemoryError")
        && let Some(reached) = instance.store.data().memory.reached()
    {
        return Outcome::LimitReached(reached, Some(exception));
    }
    Outcome::Raised(exception)
}

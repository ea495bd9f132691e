//! The future around the call of a step.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::{Control, Reason};

/// How the call of a step ended.
pub(crate) enum Ended<T> {
    /// By itself.
    Returned(T),
    /// It had to be stopped.
    Stopped(Reason),
}

/// The call of a step, with its limits.
pub(crate) struct Supervised<'a, F> {
    call: Pin<&'a mut F>,
    control: &'a Control,
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl<'a, F: Future> Supervised<'a, F> {
    pub(crate) fn new(call: Pin<&'a mut F>, control: &'a Control) -> Supervised<'a, F> {
        Supervised { call, control, timer: None }
    }

    /// Runs the call on this thread until it is done, waits or hands control back.
    fn run(&mut self, context: &mut Context<'_>) -> Poll<F::Output> {
        let meter = |change: fn(&mut super::clock::CpuMeter)| {
            if let Some(clock) = &mut self.control.step().clock {
                change(&mut clock.meter);
            }
        };
        meter(super::clock::CpuMeter::resume);
        let polled = self.call.as_mut().poll(context);
        meter(super::clock::CpuMeter::pause);
        polled
    }
}

impl<F: Future> Future for Supervised<'_, F> {
    type Output = Ended<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            if let Poll::Ready(returned) = this.run(context) {
                return Poll::Ready(Ended::Returned(returned));
            }
            if let Some(reason) = this.control.look() {
                return Poll::Ready(Ended::Stopped(reason));
            }
            if !this.control.is_waiting() {
                // The guest only handed control back; it has asked to be polled again.
                return Poll::Pending;
            }
            let (next, cancelled) = {
                let now = Instant::now();
                let mut step = this.control.step();
                step.runner = Some(context.waker().clone());
                let next = step.clock.as_ref().map_or(now, |clock| clock.next_look(now));
                // Whoever cancelled before the waker was there to be woken, is not overlooked.
                (next, step.cancelled && step.reasons.last() != Some(&Reason::Cancelled))
            };
            let next = tokio::time::Instant::from_std(next);
            let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
            if timer.deadline() != next {
                timer.as_mut().reset(next);
            }
            if timer.as_mut().poll(context).is_pending() && !cancelled {
                return Poll::Pending;
            }
            if let Some(reason) = this.control.look() {
                return Poll::Ready(Ended::Stopped(reason));
            }
        }
    }
}

//! The fuel of a step: what it may use, and how it is handed out.
//!
//! The guest counts down what it has, and asks for more when it has none (`limits.refuel` in the WIT
//! package). It gets a little at a time, so that the host hears of it every few milliseconds.

use crate::limits::{Limit, Limits, Reached, Scope};

/// Fuel that the guest gets at a time, at most.
const PORTION: u64 = 25_000_000;

/// In how many portions the grace is handed out. The step is interrupted before each, as `except:` in
/// a loop may have swallowed the exception before.
const PORTIONS_OF_GRACE: u64 = 4;

/// The fuel account of a step.
#[derive(Debug)]
pub(crate) struct Fuel {
    limit: u64,
    /// The limit and the grace.
    total: u64,
    scope: Scope,
    granted: u64,
    /// What was handed back at the end.
    returned: i64,
    /// What was told to have been used.
    told: u64,
}

/// What follows from a request for fuel.
#[derive(Debug)]
pub(crate) enum Refuel {
    /// The guest has this much from now on.
    Granted(i64),
    /// The same, but the limit was reached, so the step has to be interrupted.
    Interrupt(i64, Reached),
    /// There is none left.
    Exhausted,
}

impl Fuel {
    /// What a step within these limits gets.
    pub(crate) fn new(limits: &Limits, scope: Scope) -> Fuel {
        let limit = limits.fuel();
        let total = limit.saturating_add(limits.fuel_grace());
        Fuel { limit, total, scope, granted: 0, returned: 0, told: 0 }
    }

    /// A guest that has `left` asks for more.
    pub(crate) fn request(&mut self, left: i64) -> Refuel {
        if self.granted >= self.total {
            return Refuel::Exhausted;
        }
        let in_grace = self.granted >= self.limit;
        let portion = if in_grace {
            let portion = (self.total - self.limit).div_ceil(PORTIONS_OF_GRACE);
            portion.min(self.total - self.granted)
        } else {
            // A portion ends at the limit, so that the step is interrupted there.
            PORTION.min(self.limit - self.granted)
        };
        let has = left.saturating_add_unsigned(portion);
        if in_grace {
            let used = self.granted.saturating_add_signed(left.saturating_neg());
            self.granted += portion;
            let limit = Limit::Fuel;
            return Refuel::Interrupt(
                has,
                Reached { limit, scope: self.scope, value: self.limit, used },
            );
        }
        self.granted += portion;
        Refuel::Granted(has)
    }

    /// What a guest that has `left` has used since this was asked last.
    pub(crate) fn news(&mut self, left: i64) -> u64 {
        let used = self.granted.saturating_add_signed(left.saturating_neg());
        let news = used.saturating_sub(self.told);
        self.told += news;
        news
    }

    /// The guest hands back what it has.
    pub(crate) fn settle(&mut self, left: i64) {
        self.returned = self.returned.saturating_add(left);
    }

    /// What was used.
    pub(crate) fn used(&self) -> u64 {
        self.granted.saturating_add_signed(self.returned.saturating_neg())
    }

    /// The limit, said of a step that has used up its grace as well.
    pub(crate) fn exhausted(&self) -> Reached {
        Reached { limit: Limit::Fuel, scope: self.scope, value: self.limit, used: self.total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::FUEL_GRACE_LEAST;

    #[test]
    fn the_step_is_interrupted_at_the_limit_and_ends_after_the_grace() {
        for limit in [1_000_000, PORTION, PORTION + 1, 10 * PORTION - 1, 12_345_678_901] {
            let mut fuel = Fuel::new(&Limits::default().with_fuel(limit), Scope::Step);
            let (mut granted, mut interrupted_at) = (0_u64, Vec::new());
            loop {
                // The guest is always a little over when it asks.
                match fuel.request(-3) {
                    Refuel::Granted(has) => granted += (has + 3) as u64,
                    Refuel::Interrupt(has, reached) => {
                        assert_eq!((reached.value, reached.used), (limit, granted + 3));
                        interrupted_at.push(granted);
                        granted += (has + 3) as u64;
                    }
                    Refuel::Exhausted => break,
                }
            }
            assert_eq!(interrupted_at[0], limit);
            assert_eq!(interrupted_at.len() as u64, PORTIONS_OF_GRACE);
            assert_eq!(granted, limit + (limit / 10).max(FUEL_GRACE_LEAST));
            assert_eq!(fuel.used(), granted);
        }
    }

    #[test]
    fn what_is_handed_back_was_not_used() {
        let mut fuel = Fuel::new(&Limits::default(), Scope::Step);
        let Refuel::Granted(has) = fuel.request(-1) else { panic!("there is fuel") };
        assert_eq!(has, PORTION as i64 - 1);
        fuel.settle(has - 499);
        assert_eq!(fuel.used(), 500);
    }
}

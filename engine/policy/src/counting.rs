//! How often a tool is called in a time, and how many calls of it are made at a time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::policy::{Rate, ToolRules};

/// The counters of the tools that were called, by name.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<BTreeMap<String, Arc<Counter>>>);

/// How much a tool is used.
#[derive(Debug)]
pub(crate) struct Counter {
    rate: Option<Rate>,
    /// When the last calls were made, the oldest first: no more of them than the rate allows.
    recent: Mutex<VecDeque<Instant>>,
    places: Option<Arc<Semaphore>>,
}

impl Counters {
    pub(crate) fn of(&self, tool: &str, rules: &ToolRules) -> Arc<Counter> {
        let mut counters = held(&self.0);
        if let Some(counter) = counters.get(tool) {
            return Arc::clone(counter);
        }
        let places = rules
            .concurrent
            .map(|places| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))));
        let counter = Arc::new(Counter { rate: rules.rate, recent: Mutex::default(), places });
        counters.insert(tool.to_owned(), Arc::clone(&counter));
        counter
    }
}

impl Counter {
    /// Counts a call made now, if the rate allows it and the total, which `count` counts, does. Whoever asks
    /// at the same time is told one after the other.
    pub(crate) fn count(&self, now: Instant, count: impl FnOnce() -> bool) -> Result<(), Exceeded> {
        let mut recent = held(&self.recent);
        if let Some(Rate { calls, per }) = self.rate {
            while recent.front().is_some_and(|made| now.saturating_duration_since(*made) >= per) {
                recent.pop_front();
            }
            if recent.len() as u64 >= u64::from(calls) {
                let wait = recent
                    .front()
                    .map_or(per, |made| per.saturating_sub(now.saturating_duration_since(*made)));
                return Err(Exceeded::Rate(wait));
            }
        }
        if !count() {
            return Err(Exceeded::Total);
        }
        if self.rate.is_some() {
            recent.push_back(now);
        }
        Ok(())
    }

    /// Waits until there is a place for one more call. It is free again when what is returned is dropped.
    pub(crate) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(self.places.as_ref()?).acquire_owned().await.ok()
    }
}

/// What there were too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// Calls in the last time; this long from here there is one less.
    Rate(Duration),
    /// Calls in all.
    Total,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_of_time_has_more_calls_than_the_rate() {
        let rules = ToolRules::allowed().with_rate(Rate { calls: 2, per: Duration::from_secs(10) });
        let counter = Counters::default().of("search", &rules);
        let begun = Instant::now();
        let at = |seconds| counter.count(begun + Duration::from_secs(seconds), || true);
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(6), Ok(()));
        assert_eq!(at(9), Err(Exceeded::Rate(Duration::from_secs(1))));
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(15), Err(Exceeded::Rate(Duration::from_secs(1))));
        assert_eq!(at(16), Ok(()));
    }

    #[test]
    fn a_call_beyond_the_total_is_not_counted_for_the_rate() {
        let rules = ToolRules::allowed().with_rate(Rate { calls: 1, per: Duration::from_secs(10) });
        let counter = Counters::default().of("search", &rules);
        let now = Instant::now();
        assert_eq!(counter.count(now, || false), Err(Exceeded::Total));
        assert_eq!(counter.count(now, || true), Ok(()));
    }
}

//! Asking again when a failure may pass.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::error::ModelError;
use crate::model::{Delta, Description, Listener, Model, ModelFuture};
use crate::reply::Reply;
use crate::request::Request;

/// A model that is asked again when it fails in a way that may pass ([`ModelError::is_transient`]).
///
/// The waits double, and vary by chance, so that many that failed together do not come back together. A server
/// that says when it wants to be asked again is not asked earlier; if that is later than the longest wait,
/// its refusal is the result at once. Whoever listens is told of each retry ([`Delta::Restarted`]), and that
/// what came of the reply so far is not part of it.
///
/// # Defaults
///
/// * 6 retries
/// * the first after 1 second or half of it
/// * none after more than 60 seconds
///
/// # Examples
///
/// ```
/// use fumehood_model::{ApiModel, Retry};
/// use std::time::Duration;
///
/// let model = ApiModel::named("ollama:llama3.3", &|_| None)?;
/// let model = Retry::new(model).with_retries(3).with_longest_wait(Duration::from_secs(20));
/// # Ok::<(), fumehood_model::ProviderError>(())
/// ```
#[derive(Debug)]
pub struct Retry<M> {
    model: M,
    schedule: Schedule,
}

#[derive(Clone, Copy, Debug)]
struct Schedule {
    retries: u32,
    first: Duration,
    longest: Duration,
}

impl<M: Model> Retry<M> {
    /// Retries with `model`.
    pub fn new(model: M) -> Retry<M> {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(60));
        Retry { model, schedule: Schedule { retries: 6, first, longest } }
    }

    /// Sets how often the model is asked again. The default is 6 times.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Retry<M> {
        self.schedule.retries = retries;
        self
    }

    /// Sets the wait before the first retry; each further one is twice as long. The default is 1 second.
    #[must_use]
    pub fn with_first_wait(mut self, wait: Duration) -> Retry<M> {
        self.schedule.first = wait;
        self
    }

    /// Sets the longest wait. The default is 60 seconds.
    #[must_use]
    pub fn with_longest_wait(mut self, wait: Duration) -> Retry<M> {
        self.schedule.longest = wait;
        self
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let mut retry = 0;
        loop {
            let error = match self.model.generate(request, listener).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let Some(wait) = self.schedule.wait(retry, &error, chance()) else {
                return Err(error);
            };
            listener(Delta::Restarted { error: &error, wait });
            tokio::time::sleep(wait).await;
            retry += 1;
        }
    }
}

impl Schedule {
    /// How long to wait before a retry, the first of which is 0; nothing if there is none. `chance` is
    /// between 0 and 1.
    fn wait(&self, retry: u32, error: &ModelError, chance: f64) -> Option<Duration> {
        if retry >= self.retries || !error.is_transient() {
            return None;
        }
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(retry)).min(self.longest);
        match error.retry_after() {
            Some(asked) if asked > self.longest => None,
            // Not earlier than asked, and not all at once.
            Some(asked) => Some(asked + self.first.min(self.longest).mul_f64(chance)),
            None => Some(doubled.mul_f64(0.5 + chance / 2.0)),
        }
    }
}

/// A number between 0 and 1 that nobody needs to be unable to guess.
fn chance() -> f64 {
    let random = RandomState::new().hash_one(0);
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

impl<M: Model> Model for Retry<M> {
    fn description(&self) -> Description {
        self.model.description()
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Refusal, RefusalKind};

    fn schedule() -> Schedule {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(10));
        Schedule { retries: 6, first, longest }
    }

    fn refused(status: u16, kind: RefusalKind) -> ModelError {
        Refusal::new(status, kind, "").into()
    }

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let error = refused(500, RefusalKind::Other);
        let waits = |chance| {
            let waits = (0..8).map(|retry| schedule().wait(retry, &error, chance));
            waits.map(|wait| wait.map(|wait| wait.as_secs_f64())).collect::<Vec<_>>()
        };
        let expected =
            [Some(1.0), Some(2.0), Some(4.0), Some(8.0), Some(10.0), Some(10.0), None, None];
        assert_eq!(waits(1.0), expected);
        assert_eq!(waits(0.0), expected.map(|wait| wait.map(|wait| wait / 2.0)));
    }

    #[test]
    fn a_server_is_not_asked_earlier_than_it_wants_and_not_waited_for_too_long() {
        let asked = |seconds| {
            let refusal = Refusal::new(429, RefusalKind::RateLimited, "");
            let error = refusal.with_retry_after(Duration::from_secs(seconds)).into();
            schedule().wait(0, &error, 0.5).map(|wait| wait.as_secs_f64())
        };
        assert_eq!(asked(0), Some(0.5));
        assert_eq!(asked(7), Some(7.5));
        assert_eq!(asked(11), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let passes = |error: ModelError| schedule().wait(0, &error, 0.0).is_some();
        assert!(passes(ModelError::Cut { received: 3, source: None }));
        assert!(passes(ModelError::Timeout { waited: Duration::from_secs(1), total: false }));
        for status in [408, 409, 500, 502, 504] {
            assert!(passes(refused(status, RefusalKind::Other)), "{status}");
        }
        assert!(passes(refused(429, RefusalKind::RateLimited)));
        assert!(passes(refused(200, RefusalKind::Overloaded)));
        for status in [400, 422, 501] {
            assert!(!passes(refused(status, RefusalKind::Other)), "{status}");
        }
        assert!(!passes(refused(429, RefusalKind::Quota)));
        assert!(!passes(refused(401, RefusalKind::Authentication)));
        assert!(!passes(ModelError::Protocol(String::new())));
        assert!(!passes(ModelError::Timeout { waited: Duration::from_secs(1), total: true }));
    }

    #[test]
    fn chance_is_between_0_and_1_and_differs() {
        let numbers = (0..100).map(|_| chance()).collect::<Vec<_>>();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.windows(2).any(|pair| pair[0] != pair[1]));
    }
}

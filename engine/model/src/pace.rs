//! Keeping below a provider's limits, before it refuses.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::ModelError;
use crate::message::{Message, Part, ToolCall, ToolResult};
use crate::model::{Description, Listener, Model, ModelFuture};
use crate::reply::{Reply, Usage};
use crate::request::Request;

/// Tokens that a reply is taken for as long as nothing is known.
const REPLY_TOKENS: u64 = 1000;
/// Tokens that a picture is taken for.
const IMAGE_TOKENS: u64 = 1000;
/// Bytes of text that are taken for a token.
const TOKEN_BYTES: u64 = 4;

/// How much a provider allows.
///
/// # Defaults
///
/// Everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rates {
    /// Requests a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, read and written.
    pub tokens_per_minute: Option<u32>,
}

impl Rates {
    /// Limits the requests a minute.
    #[must_use]
    pub fn with_requests_per_minute(mut self, requests: u32) -> Rates {
        self.requests_per_minute = Some(requests);
        self
    }

    /// Limits the tokens a minute.
    #[must_use]
    pub fn with_tokens_per_minute(mut self, tokens: u32) -> Rates {
        self.tokens_per_minute = Some(tokens);
        self
    }
}

/// A model that is asked no faster than its provider allows: requests wait instead of being refused.
///
/// What a request will cost is estimated when it is made, and corrected when its reply says what it did cost.
/// A tenth of what is allowed a minute can come at once; in no minute do more requests begin, nor are there
/// more tokens by the estimates, than is allowed. Requests begin in the order in which they came.
///
/// # Examples
///
/// ```
/// use fumehood_model::{Paced, Rates, Scripted};
///
/// let rates = Rates::default().with_requests_per_minute(50).with_tokens_per_minute(30_000);
/// let model = Paced::new(Scripted::new(["Hello!"]), rates);
/// ```
#[derive(Debug)]
pub struct Paced<M> {
    model: M,
    buckets: Mutex<Buckets>,
}

impl<M: Model> Paced<M> {
    /// Asks `model` as fast as `rates` allow.
    pub fn new(model: M, rates: Rates) -> Paced<M> {
        let now = Instant::now();
        let bucket = |rate: Option<u32>| rate.map(|rate| Bucket::new(rate, now));
        let requests = bucket(rates.requests_per_minute);
        let tokens = bucket(rates.tokens_per_minute);
        Paced { model, buckets: Mutex::new(Buckets { requests, tokens }) }
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let estimate = estimate(request);
        let wait = self.buckets().take(1, estimate, Instant::now());
        let mut place = Place { buckets: &self.buckets, estimate, kept: false };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        place.kept = true;
        let reply = self.model.generate(request, listener).await;
        let cost = match &reply {
            Ok(reply) => reply.usage.map(|usage: Usage| usage.total_tokens()),
            Err(ModelError::Refused(_)) => Some(0),
            Err(_) => None,
        };
        if let Some(cost) = cost {
            self.buckets().correct(estimate, cost, Instant::now());
        }
        reply
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets> {
        lock(&self.buckets)
    }
}

fn lock(buckets: &Mutex<Buckets>) -> MutexGuard<'_, Buckets> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place among the requests that wait. It is given back if the request is dropped before it began.
struct Place<'a> {
    buckets: &'a Mutex<Buckets>,
    estimate: u64,
    kept: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.kept {
            lock(self.buckets).give_back(1, self.estimate, Instant::now());
        }
    }
}

#[derive(Debug)]
struct Buckets {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

impl Buckets {
    /// Takes what a request needs; returns how long it has to wait for it.
    fn take(&mut self, requests: u64, tokens: u64, now: Instant) -> Duration {
        let requests = self.requests.as_mut().map(|bucket| bucket.take(requests as f64, now));
        let tokens = self.tokens.as_mut().map(|bucket| bucket.take(tokens as f64, now));
        requests.max(tokens).unwrap_or_default()
    }

    fn give_back(&mut self, requests: u64, tokens: u64, now: Instant) {
        if let Some(bucket) = &mut self.requests {
            bucket.take(-(requests as f64), now);
        }
        self.correct(tokens, 0, now);
    }

    fn correct(&mut self, estimate: u64, cost: u64, now: Instant) {
        if let Some(bucket) = &mut self.tokens {
            bucket.take(cost as f64 - estimate as f64, now);
        }
    }
}

/// A bucket that fills slowly, and of which more can be taken than is in it: then one waits until it is not
/// less than empty.
///
/// In a minute, what is taken is what was in the bucket and what came into it. So that this is not more than
/// what is allowed a minute, what the bucket holds is left out of what comes.
#[derive(Debug)]
struct Bucket {
    holds: f64,
    per_second: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    fn new(per_minute: u32, now: Instant) -> Bucket {
        let per_minute = f64::from(per_minute.max(1));
        let holds = (per_minute / 10.0).floor().max(1.0);
        // The end of a minute is not part of it, which makes room for one more.
        let per_second = (per_minute - holds + 1.0) / 60.0;
        Bucket { holds, per_second, level: holds, at: now }
    }

    /// Takes an amount, or gives it back if it is less than nothing.
    fn take(&mut self, amount: f64, now: Instant) -> Duration {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.level = (self.level + since * self.per_second).min(self.holds);
        self.level = (self.level - amount).min(self.holds);
        let wait = (-self.level).max(0.0) / self.per_second;
        Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX)
    }
}

/// About how many tokens a request and its reply will cost.
fn estimate(request: &Request) -> u64 {
    let messages = request.messages.iter().map(message_tokens).sum::<u64>();
    let tools = request.tools.iter().map(|tool| {
        let texts = tool.name.len() + tool.description.len() + tool.parameters.to_string().len();
        texts as u64 / TOKEN_BYTES
    });
    let reply = request.max_tokens.map_or(REPLY_TOKENS, |most| REPLY_TOKENS.min(u64::from(most)));
    messages + tools.sum::<u64>() + reply
}

fn message_tokens(message: &Message) -> u64 {
    let text = |text: &str| text.len() as u64 / TOKEN_BYTES;
    let parts = message.parts.iter().map(|part| match part {
        Part::Text { text: said } => text(said),
        Part::Image(_) => IMAGE_TOKENS,
        Part::ToolCall(ToolCall { name, arguments, .. }) => text(name) + text(arguments.as_str()),
        Part::ToolResult(ToolResult { text: said, images, .. }) => {
            text(said) + images.len() as u64 * IMAGE_TOKENS
        }
        Part::Reasoning(reasoning) => text(&reasoning.text),
    });
    // Each message has a frame around it.
    parts.sum::<u64>() + 4
}

impl<M: Model> Model for Paced<M> {
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
    use crate::message::Image;
    use crate::message::Role;
    use proptest::prelude::*;

    /// When requests begin that all come at once, in seconds.
    fn beginnings(per_minute: u32, count: usize) -> Vec<f64> {
        let now = Instant::now();
        let mut bucket = Bucket::new(per_minute, now);
        (0..count).map(|_| bucket.take(1.0, now).as_secs_f64()).collect()
    }

    #[test]
    fn requests_are_spread_over_the_minute() {
        assert_eq!(beginnings(1, 3), [0.0, 60.0, 120.0]);
        assert_eq!(beginnings(6, 4), [0.0, 10.0, 20.0, 30.0]);
        let fast = beginnings(60, 8);
        assert_eq!(fast[..6], [0.0; 6]);
        assert!(fast[6] > 1.0 && fast[6] < 1.1, "{fast:?}");
    }

    proptest! {
        #[test]
        fn no_minute_has_more_than_is_allowed(
            per_minute in 1_u32..200,
            arrivals in proptest::collection::vec(0_u64..3000, 1..400),
        ) {
            let start = Instant::now();
            let mut bucket = Bucket::new(per_minute, start);
            let (mut now, mut begun) = (start, Vec::new());
            for after in arrivals {
                now += Duration::from_millis(after);
                begun.push(now - start + bucket.take(1.0, now));
            }
            for (first, from) in begun.iter().enumerate() {
                // A rounded nanosecond is no way around a limit of minutes.
                let until = *from + Duration::from_secs(60) - Duration::from_micros(1);
                let in_minute = begun[first..].iter().filter(|at| **at < until).count();
                prop_assert!(in_minute <= per_minute as usize, "{in_minute} after {from:?}");
            }
        }
    }

    #[test]
    fn what_a_request_did_cost_replaces_what_it_was_taken_for() {
        let now = Instant::now();
        let rates = |tokens| Buckets { requests: None, tokens: Some(Bucket::new(tokens, now)) };
        let mut buckets = rates(60_000);
        assert_eq!(buckets.take(1, 6_000, now), Duration::ZERO);
        buckets.correct(6_000, 1_000, now);
        assert_eq!(buckets.take(1, 5_000, now), Duration::ZERO, "5000 were given back");
        let mut buckets = rates(60_000);
        buckets.take(1, 0, now);
        buckets.correct(0, 60_000, now);
        let wait = buckets.take(1, 0, now).as_secs_f64();
        assert!((59.0..61.0).contains(&wait), "it cost 54000 more than there was: {wait}");
    }

    #[test]
    fn a_request_of_more_than_the_bucket_holds_waits_and_is_made() {
        let now = Instant::now();
        let mut bucket = Bucket::new(1000, now);
        let wait = bucket.take(1000.0, now).as_secs_f64();
        assert!((59.0..61.0).contains(&wait), "{wait}");
        assert_eq!(bucket.take(0.0, now + Duration::from_secs(61)), Duration::ZERO);
    }

    #[test]
    fn a_place_that_is_given_up_is_free_again() {
        let now = Instant::now();
        let both =
            Buckets { requests: Some(Bucket::new(1, now)), tokens: Some(Bucket::new(10, now)) };
        let buckets = Mutex::new(both);
        lock(&buckets).take(1, 1, now);
        assert!(lock(&buckets).take(1, 1, now) > Duration::from_secs(1));
        drop(Place { buckets: &buckets, estimate: 1, kept: false });
        drop(Place { buckets: &buckets, estimate: 1, kept: false });
        assert_eq!(lock(&buckets).take(1, 1, now), Duration::ZERO);
    }

    #[test]
    fn an_estimate_counts_texts_and_pictures() {
        let image = Image::new("image/png", vec![0; 9_000_000]);
        let message = Message::new(Role::User, [Part::text("x".repeat(400)), Part::Image(image)]);
        let request = Request::new([message]).with_max_tokens(10);
        assert_eq!(estimate(&request), 100 + 1000 + 4 + 10);
    }
}

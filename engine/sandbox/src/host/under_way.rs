//! Calls that code has begun and not waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::{Duration, Instant};

use tokio::task::{AbortHandle, JoinSet};

use super::tools::Answered;
use crate::tools::ToolError;

/// The calls of a step that are under way, or done and not taken. Dropping it ends them.
#[derive(Default)]
pub(super) struct UnderWay {
    tasks: JoinSet<(u32, Answered, Duration)>,
    running: BTreeMap<u32, Running>,
    /// Bytes that go with the arguments of those.
    sent: u64,
    done: BTreeMap<u32, Done>,
    /// Bytes of the answers that nobody has taken, and how many there may be.
    untaken: u64,
    untaken_most: u64,
    /// Those of which the guest was not told yet that they are done.
    untold: BTreeSet<u32>,
    last: u32,
}

struct Running {
    name: String,
    sent: u64,
    task: AbortHandle,
}

/// A call that is done.
pub(super) struct Done {
    pub(super) name: String,
    pub(super) answered: Answered,
    pub(super) took: Duration,
}

impl Done {
    fn bytes(&self) -> u64 {
        self.answered.as_ref().map_or(0, |(output, told)| {
            // The value itself is there as well, besides its JSON.
            2 * told.len() as u64
                + output.attachments.iter().map(|one| one.bytes.len() as u64).sum::<u64>()
        })
    }
}

impl UnderWay {
    /// None yet; the answers that nobody takes may have so many bytes.
    pub(super) fn with_answers(untaken_most: u64) -> UnderWay {
        UnderWay { untaken_most, ..UnderWay::default() }
    }

    /// Has no call the number of one of these.
    pub(super) fn number_after(&mut self, before: &UnderWay) {
        self.last = before.last;
    }

    /// How many have not come to an end, and how many bytes go with their arguments.
    pub(super) fn running(&self) -> (usize, u64) {
        (self.running.len(), self.sent)
    }

    /// Begins a call, with whose arguments so many bytes go; its number.
    pub(super) fn begin(
        &mut self,
        name: String,
        sent: u64,
        call: impl Future<Output = Answered> + Send + 'static,
    ) -> u32 {
        // The limit of calls is far below where this would come around to a number that is in use.
        self.last = self.last.wrapping_add(1);
        let number = self.last;
        let task = self.tasks.spawn(async move {
            let started = Instant::now();
            let answered = call.await;
            (number, answered, started.elapsed())
        });
        self.running.insert(number, Running { name, sent, task });
        self.sent += sent;
        number
    }

    /// Waits for one more to come to an end; for ever, if there is none.
    pub(super) async fn next_is_done(&mut self) {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(ended)) => {
                    if self.note(ended) {
                        return;
                    }
                }
                // It was abandoned: a call that panics has an answer that says so.
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Those that are done and of which nobody was told.
    pub(super) fn newly_done(&mut self) -> Vec<u32> {
        while let Some(ended) = self.tasks.try_join_next() {
            if let Ok(ended) = ended {
                self.note(ended);
            }
        }
        std::mem::take(&mut self.untold).into_iter().collect()
    }

    /// Waits until there is one of which nobody was told: any, or, in the order in which they were begun, the
    /// first of those.
    pub(super) async fn some_are_done(&mut self, in_order: bool) -> Vec<u32> {
        loop {
            if !in_order {
                let done = self.newly_done();
                if !done.is_empty() {
                    return done;
                }
            } else if let Some(&first) = self.untold.first()
                && self.running.keys().next().is_none_or(|running| first < *running)
            {
                self.untold.remove(&first);
                return vec![first];
            }
            self.next_is_done().await;
        }
    }

    /// The answer of a call that is done.
    pub(super) fn take(&mut self, number: u32) -> Option<Done> {
        self.untold.remove(&number);
        let done = self.done.remove(&number)?;
        self.untaken -= done.bytes();
        Some(done)
    }

    /// Ends a call; its name, if it had not come to an end.
    pub(super) fn abandon(&mut self, number: u32) -> Option<String> {
        self.take(number);
        let Running { name, sent, task } = self.running.remove(&number)?;
        self.sent -= sent;
        task.abort();
        Some(name)
    }

    /// Ends all of them.
    pub(super) fn abandon_all(&mut self) {
        if self.last != 0 {
            let (last, untaken_most) = (self.last, self.untaken_most);
            *self = UnderWay { last, untaken_most, ..UnderWay::default() };
        }
    }

    /// Keeps what came of a call; false if nobody wants it any more.
    fn note(&mut self, (number, answered, took): (u32, Answered, Duration)) -> bool {
        let Some(Running { name, sent, .. }) = self.running.remove(&number) else { return false };
        self.sent -= sent;
        let mut done = Done { name, answered, took };
        if self.untaken + done.bytes() > self.untaken_most {
            // Code that begins calls and takes no answers would have the host keep all of them.
            let told = format!(
                "the answers that were not waited for would have more than {} bytes; wait for some of the calls \
                 before you begin others",
                self.untaken_most
            );
            done.answered = Err(ToolError::new(told));
        }
        self.untaken += done.bytes();
        self.done.insert(number, done);
        self.untold.insert(number)
    }
}

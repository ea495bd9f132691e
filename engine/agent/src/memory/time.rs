//! When something happened, and how long it took.

use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

/// When something happened, and what its time went into. In JSON, all of it is nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Timing {
    /// When it began; in JSON since the beginning of 1970.
    #[serde(with = "since_1970", rename = "started_ns")]
    pub started: SystemTime,
    /// How long it took altogether.
    #[serde(with = "nanoseconds", rename = "total_ns")]
    pub total: Duration,
    /// How long the model took.
    #[serde(default, with = "nanoseconds", rename = "model_ns")]
    pub model: Duration,
    /// How long the sandbox ran code, without the tools that it called.
    #[serde(default, with = "nanoseconds", rename = "sandbox_ns")]
    pub sandbox: Duration,
    /// How long tools and managed agents took. Of calls that ran at the same time, each counts.
    #[serde(default, with = "nanoseconds", rename = "tools_ns")]
    pub tools: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        let [total, model, sandbox, tools] = [Duration::ZERO; 4];
        Timing { started: SystemTime::UNIX_EPOCH, total, model, sandbox, tools }
    }
}

impl std::ops::AddAssign for Timing {
    /// Adds what it took, and keeps when it began.
    fn add_assign(&mut self, other: Timing) {
        self.total += other.total;
        self.model += other.model;
        self.sandbox += other.sandbox;
        self.tools += other.tools;
    }
}

/// Takes the time of something that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    at: SystemTime,
    since: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        Stopwatch { at: SystemTime::now(), since: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// It is done.
    pub(crate) fn stop(&self, timing: &mut Timing) {
        (timing.started, timing.total) = (self.at, self.elapsed());
    }
}

pub(super) mod nanoseconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(in crate::memory) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(in crate::memory) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_nanos)
    }
}

mod since_1970 {
    use std::time::SystemTime;

    use serde::{Deserializer, Serializer};

    use super::nanoseconds;

    pub(super) fn serialize<S: Serializer>(
        time: &SystemTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        nanoseconds::serialize(&since, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SystemTime, D::Error> {
        nanoseconds::deserialize(deserializer).map(|since| SystemTime::UNIX_EPOCH + since)
    }
}

//! Sessions that are computed alike wherever and whenever they run.
//!
//! What is random comes from a generator and not from the system, and the clock shows what follows from
//! the code and not what time it is. Both are a [`Course`]: numbers that belong to the state of a session
//! like its memory, so what goes on from a state goes on alike.
//!
//! `docs/determinism.md` says what follows for whom, and what is left out.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::engine::Metering;
use crate::error::ConfigError;

/// What the clock goes on by at each reading, in nanoseconds: no two readings are the same, so code that
/// divides by the time between two of them can.
const READING: u64 = 1_000;

/// Units of fuel that the clock takes for a nanosecond.
const FUEL_PER_NANOSECOND: u64 = 5;

/// The last time that CPython's clocks can tell, in nanoseconds: early in 2262, if they begin in 1970.
const LAST: u64 = i64::MAX as u64;

/// 2025-01-01T00:00:00Z
const START: Duration = Duration::from_secs(1_735_689_600);

/// Bytes that a block of the generator has.
const BLOCK: u64 = 32;

/// What the sessions of a deterministic sandbox begin with; see
/// [`SandboxBuilder::deterministic`](crate::SandboxBuilder::deterministic).
///
/// # Defaults
///
/// * `seed`: 0
/// * `start`: the beginning of 2025, in UTC
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::{Determinism, Sandbox};
///
/// let sandbox = Sandbox::builder(&engine).deterministic(Determinism::with_seed(7)).build()?;
/// let mut digests = Vec::new();
/// for _ in 0..2 {
///     let mut session = sandbox.session().await?;
///     session.run("import random, time; x = random.random(), time.time()").await?;
///     digests.push(session.checkpoint()?.digest(&sandbox)?);
/// }
/// assert_eq!(digests[0], digests[1]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Determinism {
    /// What everything random follows from.
    pub seed: u64,
    /// What the wall's clock shows when a session begins, as time since the beginning of 1970. Clocks of
    /// CPython end in 2262, and so does this one.
    pub start: Duration,
}

impl Default for Determinism {
    fn default() -> Determinism {
        Determinism { seed: 0, start: START }
    }
}

impl Determinism {
    /// With this seed, and the usual start.
    pub fn with_seed(seed: u64) -> Determinism {
        Determinism { seed, ..Determinism::default() }
    }

    /// Sets what the wall's clock shows when a session begins, as time since the beginning of 1970. The
    /// default is the beginning of 2025.
    #[must_use]
    pub fn with_start(mut self, start: Duration) -> Determinism {
        self.start = start;
        self
    }

    pub(crate) fn check(&self, metering: Metering) -> Result<(), ConfigError> {
        if metering == Metering::Clock {
            return Err(ConfigError::DeterministicByClock);
        }
        let in_time = self.start.as_nanos() <= u128::from(LAST);
        if in_time { Ok(()) } else { Err(ConfigError::StartTooLate { start: self.start }) }
    }
}

/// How far a deterministic session has come, besides its memory and its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) determinism: Determinism,
    /// Nanoseconds that its clock has gone on by.
    pub(crate) elapsed: u64,
    /// Bytes that were drawn from its generator.
    pub(crate) drawn: u64,
}

impl Course {
    pub(crate) fn begin(determinism: Determinism) -> Course {
        Course { determinism, elapsed: 0, drawn: 0 }
    }

    /// Looks at the clock, which does not go on by that: nanoseconds since the beginning.
    pub(crate) fn elapsed(&self) -> u64 {
        self.elapsed.min(LAST)
    }

    /// What the wall's clock shows.
    pub(crate) fn wall(&self) -> Duration {
        let wall = self.determinism.start.saturating_add(Duration::from_nanos(self.elapsed));
        wall.min(Duration::from_nanos(LAST))
    }

    /// The clock goes on by a reading of it.
    pub(crate) fn read(&mut self) {
        self.elapsed = self.elapsed.saturating_add(READING);
    }

    /// The clock goes on by what the code has done.
    pub(crate) fn work(&mut self, fuel: u64) {
        self.elapsed = self.elapsed.saturating_add(fuel / FUEL_PER_NANOSECOND);
    }

    /// The clock goes on to a time, if it has not come there yet.
    pub(crate) fn sleep_until(&mut self, elapsed: u64) {
        self.elapsed = self.elapsed.max(elapsed);
    }

    /// The next bytes of the generator: block number n is the SHA-256 of its name, the seed and n.
    pub(crate) fn draw(&mut self, into: &mut [u8]) {
        let mut left = into;
        while !left.is_empty() {
            let mut hash = Sha256::new();
            hash.update(b"fumehood random\0");
            hash.update(self.determinism.seed.to_le_bytes());
            hash.update((self.drawn / BLOCK).to_le_bytes());
            let block = hash.finalize();
            let rest = &block[(self.drawn % BLOCK) as usize..];
            let (bytes, further) = left.split_at_mut(rest.len().min(left.len()));
            bytes.copy_from_slice(&rest[..bytes.len()]);
            self.drawn = self.drawn.wrapping_add(bytes.len() as u64);
            left = further;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(course: &mut Course, bytes: usize) -> Vec<u8> {
        let mut drawn = vec![0; bytes];
        course.draw(&mut drawn);
        drawn
    }

    #[test]
    fn the_generator_goes_on_where_it_was_however_much_is_drawn_at_a_time() {
        let begun = Course::begin(Determinism::with_seed(7));
        let all = drawn(&mut begun.clone(), 1000);
        for sizes in [[1, 2, 997], [32, 64, 904], [31, 0, 969], [500, 13, 487]] {
            let mut course = begun;
            let parts = sizes.map(|size| drawn(&mut course, size));
            assert_eq!(parts.concat(), all);
            assert_eq!(course.drawn, 1000);
        }
        assert_ne!(drawn(&mut Course::begin(Determinism::with_seed(8)), 1000), all);
    }

    /// Whoever has recorded a session expects it again from later versions.
    #[test]
    fn the_generator_draws_what_it_always_drew() {
        let mut course = Course::begin(Determinism::with_seed(1));
        assert_eq!(drawn(&mut course, 40)[..8], [210, 255, 108, 54, 152, 202, 226, 113]);
        course.drawn = 32;
        assert_eq!(drawn(&mut course, 8), [34, 228, 206, 246, 218, 129, 26, 222]);
    }

    #[test]
    fn the_clock_goes_on_by_readings_work_and_sleep_and_never_back() {
        let start = Duration::from_secs(100);
        let mut course = Course::begin(Determinism::default().with_start(start));
        assert_eq!((course.elapsed(), course.wall()), (0, start));
        course.read();
        course.work(5_000_000);
        assert_eq!(course.elapsed(), 1_001_000);
        course.sleep_until(5_000_000);
        course.sleep_until(4_000_000);
        assert_eq!(course.elapsed(), 5_000_000);
        assert_eq!(course.wall(), start + Duration::from_millis(5));
    }

    #[test]
    fn the_end_of_all_times_is_not_passed() {
        let mut course = Course {
            elapsed: u64::MAX - 1,
            drawn: u64::MAX,
            ..Course::begin(Determinism::default())
        };
        course.read();
        course.work(u64::MAX);
        assert_eq!(course.elapsed(), LAST);
        assert_eq!(course.wall(), Duration::from_nanos(LAST));
        drawn(&mut course, 100);
    }
}

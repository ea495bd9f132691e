//! Every limit there is: its default, its two walls, and the exception it becomes in the guest.
//!
//! Fuel, time and processor time have two walls. At the limit itself an exception is raised in the running code,
//! which ends the step and leaves the session as it is. Code that does not get to see it, because it
//! is inside a long operation of the C library or because it catches everything, is stopped a little
//! later, and the session is lost. How much later, the grace, is a tenth of the limit within bounds:
//!
//! | limit | grace | at least | at most |
//! |---|---|---|---|
//! | fuel | a tenth | [`FUEL_GRACE_LEAST`] | [`FUEL_GRACE_MOST`] |
//! | time | a tenth | [`TIME_GRACE_LEAST`] | [`TIME_GRACE_MOST`] |
//! | cpu | a tenth, of time that passes | [`TIME_GRACE_LEAST`] | [`TIME_GRACE_MOST`] |
//!
//! A step that prints past its output limit is interrupted as well; what it prints from there on is
//! dropped, and the walls of fuel and time end it if it does not end by itself. Memory has one wall,
//! the guest's own: an allocation past the limit fails, which Python raises as `MemoryError`.

use std::time::Duration;

use crate::engine::Metering;
use crate::error::ConfigError;

/// Least fuel between the two walls.
pub const FUEL_GRACE_LEAST: u64 = 100_000_000;
/// Most fuel between the two walls.
pub const FUEL_GRACE_MOST: u64 = 10_000_000_000;
/// Least time between the two walls.
pub const TIME_GRACE_LEAST: Duration = Duration::from_millis(50);
/// Most time between the two walls.
pub const TIME_GRACE_MOST: Duration = Duration::from_secs(1);
/// Bytes of code that a step may have.
pub const CODE_BYTES: usize = 8 << 20;

/// Bytes that each name of a file, folder or link counts among those of `file_bytes`: what the host
/// keeps to know about it.
pub const ENTRY_BYTES: u64 = 512;
/// Bytes that each 64 KiB of a file count at least among those of `file_bytes`, if anything was written
/// there.
pub const BLOCK_BYTES_LEAST: u64 = 256;
/// Bytes of a name of a file.
pub const NAME_BYTES: usize = 255;
/// Bytes of a path, and of the target of a symbolic link.
pub const PATH_BYTES: usize = 4095;

/// Fuel of a step that has no limit of its own.
pub const FUEL_DEFAULT: u64 = 300_000_000_000;

/// Least fuel of a step; the runtime itself needs some to begin and to report.
const FUEL_LEAST: u64 = 1_000_000;
/// Most time of a step; a longer limit is this one. No clock can be asked about the end of all times.
const TIME_MOST: Duration = Duration::from_secs(365 * 24 * 3600);
/// Least time of a step.
const TIME_LEAST: Duration = Duration::from_millis(1);

/// What a step may use.
///
/// # Defaults
///
/// * `fuel`: 300 000 000 000, where fuel meters; none where the clock does
/// * `time`: 30 seconds
/// * `cpu`: none, but for `time`
/// * `memory_bytes`: 1 GiB, of which a fresh session has 91 MiB in use, its libraries included
/// * `output_bytes`: 1 MiB
/// * `file_bytes`: 256 MiB
/// * `file_size`: 256 MiB
/// * `files`: 4096
/// * `path_depth`: 128
/// * `open_files`: 256
/// * `tool_calls`: 1000
/// * `request_bytes`: 1 MiB
/// * `answer_bytes`: 16 MiB
/// * `attached_bytes`: 64 MiB
/// * `calls_at_once`: 64
/// * `nesting`: 64
/// * `session`: no limits beyond those of each step
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use fumehood::Limits;
///
/// let limits = Limits::default().with_time(Duration::from_secs(5)).with_memory_bytes(256 << 20);
/// assert_eq!(limits.output_bytes, 1 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Fuel of a step: about one unit for each WebAssembly instruction. `None` is
    /// [`FUEL_DEFAULT`]. Only where the engine meters by fuel; elsewhere it is refused.
    pub fuel: Option<u64>,
    /// Wall-clock time of a step, time spent in tools included; at most a year.
    pub time: Duration,
    /// Time that the step may have a processor for itself; what its tools compute on the same thread
    /// counts, and waiting does not. `None` is no limit but `time`.
    pub cpu: Option<Duration>,
    /// Size of the guest's memory, in bytes, its libraries included. Memory is not given back within
    /// a session.
    pub memory_bytes: u64,
    /// Bytes a step may print, stdout and stderr together.
    pub output_bytes: u64,
    /// Bytes that the session's own files may hold: what is removed is given back, and holes do not
    /// count, but 64 KiB in which there is anything count at least [`BLOCK_BYTES_LEAST`]. Each name
    /// counts [`ENTRY_BYTES`] besides, and so do the targets of links. The host keeps all that in memory,
    /// of which it takes up to three times as much.
    /// Counted on their own, so many bytes may be written to granted folders; there, what is overwritten
    /// or removed later counts, too. It holds for the session. Writing more fails with `OSError` and the
    /// errno `ENOSPC`.
    pub file_bytes: u64,
    /// Size of one of the session's own files, in bytes, holes included. It holds for the session.
    /// Going beyond fails with `OSError` and the errno `EFBIG`.
    pub file_size: u64,
    /// Files, folders and links of the session's own. Counted on their own, so many may be made in
    /// granted folders, less those removed there. It holds for the session. Making more fails with
    /// `OSError` and the errno `EDQUOT`.
    pub files: u32,
    /// How deep folders of the session's own may be nested: names in the longest absolute path. It
    /// holds for the session. Going beyond fails with `OSError` and the errno `ENAMETOOLONG`.
    pub path_depth: u32,
    /// Files and folders a session may have open at a time, the granted ones included. It holds for
    /// the session. Opening more fails with `OSError` and the errno `EDQUOT`.
    pub open_files: u32,
    /// Tool calls of a step.
    pub tool_calls: u64,
    /// Bytes of the arguments of one tool call, as JSON.
    pub request_bytes: u64,
    /// Bytes of the answer of one tool call, as JSON.
    pub answer_bytes: u64,
    /// Bytes that go with the arguments or with the answer of one tool call beside the JSON: pictures,
    /// arrays, tables.
    pub attached_bytes: u64,
    /// Tool calls that may be under way at the same time. Code that begins more waits until one is done.
    pub calls_at_once: u32,
    /// How deep values may be nested that go in or out.
    pub nesting: u32,
    /// What all steps of a session may use together.
    pub session: Totals,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fuel: None,
            time: Duration::from_secs(30),
            cpu: None,
            memory_bytes: 1 << 30,
            output_bytes: 1 << 20,
            file_bytes: 256 << 20,
            file_size: 256 << 20,
            files: 4096,
            path_depth: 128,
            open_files: 256,
            tool_calls: 1000,
            request_bytes: 1 << 20,
            answer_bytes: 16 << 20,
            attached_bytes: 64 << 20,
            calls_at_once: 64,
            nesting: 64,
            session: Totals::default(),
        }
    }
}

/// What all steps of a session may use together. The default is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Fuel.
    pub fuel: Option<u64>,
    /// Wall-clock time of the steps; the time between them does not count.
    pub time: Option<Duration>,
    /// Time that the steps may have a processor for themselves.
    pub cpu: Option<Duration>,
    /// Bytes printed.
    pub output_bytes: Option<u64>,
    /// Tool calls.
    pub tool_calls: Option<u64>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident, $field:ident: $type:ty;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        })*
    };
}

impl Limits {
    setters! {
        /// Sets `time`.
        with_time, time: Duration;
        /// Sets `cpu`.
        with_cpu, cpu: Option<Duration>;
        /// Sets `memory_bytes`.
        with_memory_bytes, memory_bytes: u64;
        /// Sets `output_bytes`.
        with_output_bytes, output_bytes: u64;
        /// Sets `file_bytes`.
        with_file_bytes, file_bytes: u64;
        /// Sets `file_size`.
        with_file_size, file_size: u64;
        /// Sets `files`.
        with_files, files: u32;
        /// Sets `path_depth`.
        with_path_depth, path_depth: u32;
        /// Sets `open_files`.
        with_open_files, open_files: u32;
        /// Sets `tool_calls`.
        with_tool_calls, tool_calls: u64;
        /// Sets `request_bytes`.
        with_request_bytes, request_bytes: u64;
        /// Sets `answer_bytes`.
        with_answer_bytes, answer_bytes: u64;
        /// Sets `attached_bytes`.
        with_attached_bytes, attached_bytes: u64;
        /// Sets `calls_at_once`.
        with_calls_at_once, calls_at_once: u32;
        /// Sets `nesting`.
        with_nesting, nesting: u32;
        /// Sets `session`.
        with_session, session: Totals;
    }

    /// Sets `fuel`.
    #[must_use]
    pub fn with_fuel(mut self, fuel: u64) -> Self {
        self.fuel = Some(fuel);
        self
    }

    /// The fuel of a step.
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel.unwrap_or(FUEL_DEFAULT)
    }

    /// Refuses limits that not even the runtime could run within, or that `metering` cannot keep:
    /// `image_bytes` is the memory that a session has to begin with.
    pub(crate) fn check(&self, metering: Metering, image_bytes: u64) -> Result<(), ConfigError> {
        if metering != Metering::Fuel && (self.fuel.is_some() || self.session.fuel.is_some()) {
            return Err(ConfigError::NoFuel);
        }
        let least = |limit, value, least| {
            if value < least {
                Err(ConfigError::LimitTooSmall { limit, value, least })
            } else {
                Ok(())
            }
        };
        least("fuel", self.fuel(), FUEL_LEAST)?;
        least("time_ms", milliseconds(self.time), milliseconds(TIME_LEAST))?;
        let cpu = self.cpu.unwrap_or(TIME_LEAST);
        least("cpu_ms", milliseconds(cpu), milliseconds(TIME_LEAST))?;
        least("memory_bytes", self.memory_bytes, image_bytes)?;
        least("calls_at_once", self.calls_at_once.into(), 1)?;
        least("nesting", self.nesting.into(), 1)
    }

    /// The total of the session of which nothing is left, if there is one.
    pub(crate) fn exhausted(&self, used: &Usage) -> Option<Reached> {
        let Totals { fuel, time, cpu, .. } = &self.session;
        let reached = |limit, value, used| Reached { limit, scope: Scope::Session, value, used };
        if let Some(total) = fuel.filter(|total| used.fuel >= *total) {
            return Some(reached(Limit::Fuel, total, used.fuel));
        }
        if let Some(total) = time.filter(|total| used.wall >= *total) {
            return Some(reached(Limit::Time, milliseconds(total), milliseconds(used.wall)));
        }
        cpu.filter(|total| used.cpu >= *total)
            .map(|total| reached(Limit::Cpu, milliseconds(total), milliseconds(used.cpu)))
    }

    /// These limits, with what is left of the session's totals where that is less.
    pub(crate) fn within(&self, used: &Usage) -> (Limits, Scopes) {
        let mut limits = self.clone();
        limits.time = limits.time.min(TIME_MOST);
        let mut scopes = Scopes::default();
        if let Some(total) = self.session.fuel
            && total.saturating_sub(used.fuel) < limits.fuel()
        {
            limits.fuel = Some(total.saturating_sub(used.fuel).max(FUEL_LEAST));
            scopes.fuel = Scope::Session;
        }
        if let Some(total) = self.session.time
            && total.saturating_sub(used.wall) < limits.time
        {
            limits.time = total.saturating_sub(used.wall).max(TIME_LEAST);
            scopes.time = Scope::Session;
        }
        if let Some(total) = self.session.cpu {
            let left = total.saturating_sub(used.cpu);
            if limits.cpu.is_none_or(|cpu| left < cpu) {
                limits.cpu = Some(left.max(TIME_LEAST));
                scopes.cpu = Scope::Session;
            }
        }
        if let Some(total) = self.session.output_bytes
            && total.saturating_sub(used.output_bytes) < limits.output_bytes
        {
            limits.output_bytes = total.saturating_sub(used.output_bytes);
            scopes.output_bytes = Scope::Session;
        }
        if let Some(total) = self.session.tool_calls
            && total.saturating_sub(used.tool_calls) < limits.tool_calls
        {
            limits.tool_calls = total.saturating_sub(used.tool_calls);
            scopes.tool_calls = Scope::Session;
        }
        (limits, scopes)
    }

    pub(crate) fn fuel_grace(&self) -> u64 {
        (self.fuel() / 10).clamp(FUEL_GRACE_LEAST, FUEL_GRACE_MOST)
    }
}

impl Totals {
    setters! {
        /// Sets `fuel`.
        with_fuel, fuel: Option<u64>;
        /// Sets `time`.
        with_time, time: Option<Duration>;
        /// Sets `cpu`.
        with_cpu, cpu: Option<Duration>;
        /// Sets `output_bytes`.
        with_output_bytes, output_bytes: Option<u64>;
        /// Sets `tool_calls`.
        with_tool_calls, tool_calls: Option<u64>;
    }
}

/// What a step, or all steps of a session, have used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Fuel: about one unit for each WebAssembly instruction. Zero where the clock meters.
    pub fuel: u64,
    /// Wall-clock time, time spent in tools included.
    pub wall: Duration,
    /// Time on a processor, without waiting; what tools compute on the same thread counts.
    pub cpu: Duration,
    /// The guest's memory in bytes, its libraries included. It never shrinks within a session.
    pub memory_bytes: u64,
    /// Bytes printed, those past the limit included.
    pub output_bytes: u64,
    /// Tool calls, those refused included.
    pub tool_calls: u64,
}

impl Usage {
    pub(crate) fn add(&mut self, step: &Usage) {
        self.fuel = self.fuel.saturating_add(step.fuel);
        self.wall = self.wall.saturating_add(step.wall);
        self.cpu = self.cpu.saturating_add(step.cpu);
        self.memory_bytes = self.memory_bytes.max(step.memory_bytes);
        self.output_bytes = self.output_bytes.saturating_add(step.output_bytes);
        self.tool_calls = self.tool_calls.saturating_add(step.tool_calls);
    }
}

/// The limits that can end a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::fuel`](field@Limits::fuel)
    Fuel,
    /// [`Limits::time`]
    Time,
    /// [`Limits::cpu`]
    Cpu,
    /// [`Limits::memory_bytes`]
    Memory,
    /// [`Limits::output_bytes`]
    Output,
    /// [`Limits::tool_calls`]
    ToolCalls,
}

impl Limit {
    /// Its name with its unit, as everywhere in this project: `fuel`, `time_ms`, `cpu_ms`,
    /// `memory_bytes`, `output_bytes` or `tool_calls`.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Fuel => "fuel",
            Limit::Time => "time_ms",
            Limit::Cpu => "cpu_ms",
            Limit::Memory => "memory_bytes",
            Limit::Output => "output_bytes",
            Limit::ToolCalls => "tool_calls",
        }
    }

    /// The class that the guest raises; for memory, CPython itself does.
    pub(crate) fn exception(self) -> &'static str {
        match self {
            Limit::Fuel => "FuelLimitExceeded",
            Limit::Time => "TimeLimitExceeded",
            Limit::Cpu => "CpuTimeLimitExceeded",
            Limit::Memory => "MemoryError",
            Limit::Output => "OutputLimitExceeded",
            Limit::ToolCalls => "ToolCallLimitExceeded",
        }
    }
}

/// Whether a limit is that of the step or what was left of the session's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The step's own.
    #[default]
    Step,
    /// The session's total.
    Session,
}

/// Whose each limit of a step is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scopes {
    pub(crate) fuel: Scope,
    pub(crate) time: Scope,
    pub(crate) cpu: Scope,
    pub(crate) output_bytes: Scope,
    pub(crate) tool_calls: Scope,
}

/// A limit that was reached, in the unit of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reached {
    /// Which.
    pub limit: Limit,
    /// The step's, or what was left of the session's.
    pub scope: Scope,
    /// Its value.
    pub value: u64,
    /// What had been used when it was noticed.
    pub used: u64,
}

impl Reached {
    /// What the guest raises, in the form described at `tools.call` in the WIT package.
    pub(crate) fn exception(&self) -> String {
        format!("{}: {self}", self.limit.exception())
    }
}

impl std::fmt::Display for Reached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (value, what) = match self.limit {
            Limit::Fuel => (self.value.to_string(), "fuel"),
            Limit::Time => (format!("{:?}", Duration::from_millis(self.value)), "time"),
            Limit::Cpu => (format!("{:?}", Duration::from_millis(self.value)), "processor time"),
            Limit::Memory => (format!("{} bytes", self.value), "memory"),
            Limit::Output => (format!("{} bytes", self.value), "output"),
            Limit::ToolCalls => (self.value.to_string(), "tool call"),
        };
        let of = match self.scope {
            Scope::Step => "the step's",
            Scope::Session => "the rest of the session's",
        };
        write!(f, "{of} {what} limit of {value} was reached")
    }
}

/// How long after a time limit a step that goes on is stopped.
pub(crate) fn time_grace(limit: Duration) -> Duration {
    (limit / 10).clamp(TIME_GRACE_LEAST, TIME_GRACE_MOST)
}

/// Whole milliseconds, rounded down.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let expected = Limits {
            fuel: None,
            time: Duration::from_secs(30),
            cpu: None,
            memory_bytes: 1024 * 1024 * 1024,
            output_bytes: 1024 * 1024,
            file_bytes: 256 * 1024 * 1024,
            file_size: 256 * 1024 * 1024,
            files: 4096,
            path_depth: 128,
            open_files: 256,
            tool_calls: 1000,
            request_bytes: 1024 * 1024,
            answer_bytes: 16 * 1024 * 1024,
            attached_bytes: 64 * 1024 * 1024,
            calls_at_once: 64,
            nesting: 64,
            session: Totals {
                fuel: None,
                time: None,
                cpu: None,
                output_bytes: None,
                tool_calls: None,
            },
        };
        assert_eq!(expected.fuel(), 300_000_000_000);
        assert_eq!(Limits::default(), expected);
    }

    #[test]
    fn the_grace_is_a_tenth_within_its_bounds() {
        let fuel = |fuel| Limits::default().with_fuel(fuel).fuel_grace();
        assert_eq!(fuel(1_000_000), FUEL_GRACE_LEAST);
        assert_eq!(fuel(5_000_000_000), 500_000_000);
        assert_eq!(fuel(u64::MAX), FUEL_GRACE_MOST);
        let time = |seconds| time_grace(Duration::from_secs(seconds));
        assert_eq!(time(0), TIME_GRACE_LEAST);
        assert_eq!(time(4), Duration::from_millis(400));
        assert_eq!(time(3600), TIME_GRACE_MOST);
    }
}

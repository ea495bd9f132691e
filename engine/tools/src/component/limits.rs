//! What a component may use.

use std::time::Duration;

/// What an instance of a component may use, and a call of it.
///
/// # Examples
///
/// ```
/// use fumehood_tools::component::ComponentLimits;
///
/// let mut limits = ComponentLimits::default();
/// limits.memory_bytes = 16 << 20;
/// limits.time = std::time::Duration::from_secs(1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComponentLimits {
    /// Bytes of all its memories. The default is 64 MiB.
    pub memory_bytes: u64,
    /// Elements of all its tables. The default is 100 000.
    pub table_elements: u64,
    /// How long a call may take. The default is 10 seconds.
    pub time: Duration,
    /// Instructions of a call, or none for no limit but the time. The default is none.
    pub fuel: Option<u64>,
    /// Bytes that a call may hand over, as the host has them in memory: a number in a list takes some 40. The default
    /// is 256 MiB.
    pub answer_bytes: usize,
}

impl Default for ComponentLimits {
    fn default() -> ComponentLimits {
        ComponentLimits {
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            time: Duration::from_secs(10),
            fuel: None,
            answer_bytes: 256 << 20,
        }
    }
}

/// How long an instance of a component lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instances {
    /// Each call has a fresh one: nothing is left of what others have done.
    PerCall,
    /// All calls of a session share one, one after another. After a call that fails or is given up there is a fresh
    /// one, and handles that the old one gave are of no use any more.
    PerSession,
}

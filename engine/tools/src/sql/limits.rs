//! How much of everything there may be.

use std::time::Duration;

/// What a statement may use, and its answer.
///
/// # Examples
///
/// ```
/// use fumehood_tools::sql::SqlLimits;
///
/// let mut limits = SqlLimits::default();
/// limits.rows = 100;
/// limits.time = std::time::Duration::from_secs(2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SqlLimits {
    /// Rows of an answer, a million at most; one with more is cut, and says so. The default is 1 000.
    pub rows: usize,
    /// Columns of an answer. The default is 200.
    pub columns: usize,
    /// Bytes of an answer, as JSON and with the bytes that go with it; one with more is cut, and says so. The default
    /// is 4 MiB.
    pub answer_bytes: usize,
    /// How long a statement may take, with the connection and the wait for a place. Then it is stopped. It is a day at
    /// most. The default is 10 seconds.
    pub time: Duration,
    /// Bytes of a statement. The default is 64 KiB.
    pub statement_bytes: usize,
    /// Values that are bound to a statement. The default is 100.
    pub parameters: usize,
    /// Bytes of a text or a blob that SQLite reads or computes. SQLite is asked to stop between two steps of a program,
    /// and a step may look at a value as often as the value is long, so this is what bounds a step. The default is
    /// 1 MiB.
    pub value_bytes: usize,
    /// Bytes of memory that SQLite may have. SQLite has one limit for a process and can only lower it, so the lowest
    /// that any database of the process was opened with holds for all. The default is 256 MiB.
    pub memory_bytes: u64,
    /// Statements at the same time; others wait. The default is 4.
    pub concurrent: usize,
    /// Tables that are told of. The default is 200.
    pub tables: usize,
}

impl Default for SqlLimits {
    fn default() -> SqlLimits {
        SqlLimits {
            rows: 1_000,
            columns: 200,
            answer_bytes: 4 << 20,
            time: Duration::from_secs(10),
            statement_bytes: 64 << 10,
            parameters: 100,
            value_bytes: 1 << 20,
            memory_bytes: 256 << 20,
            concurrent: 4,
            tables: 200,
        }
    }
}

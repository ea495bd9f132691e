//! The file that memories are in.
//!
//! Each space has an index of words of its own, so that neither what a search finds nor the order of it depends on what
//! others have saved. Several processes may have the file open: what one does is a transaction, which the others wait for,
//! and a process that ends in the middle of one leaves what was there before it.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction};

use super::error::RecallError;
use super::limits::RecallLimits;
use super::space::Space;

/// What says that a file is one of memories (`FhMm`), and in which form.
const APPLICATION: i32 = 0x4668_4d6d;
const FORM: i32 = 1;
/// How long somebody waits for another process.
const WAIT: Duration = Duration::from_secs(10);
/// Bytes of the name of a user or an agent.
const NAME_BYTES: usize = 200;

const SCHEMA: &str = "
    CREATE TABLE spaces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user TEXT NOT NULL,
        agent TEXT NOT NULL,
        last_number INTEGER NOT NULL DEFAULT 0,
        UNIQUE (user, agent)
    ) STRICT;
    CREATE TABLE memories (
        id INTEGER PRIMARY KEY,
        space INTEGER NOT NULL REFERENCES spaces (id),
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        about TEXT NOT NULL,
        tags TEXT NOT NULL,
        labels TEXT NOT NULL,
        saved TEXT NOT NULL,
        model TEXT,
        vector BLOB,
        UNIQUE (space, number)
    ) STRICT;
";

/// A file of memories. A clone is the same one.
///
/// Its functions wait for the file, and for other processes that write to it, up to ten seconds.
///
/// # Examples
///
/// ```
/// use fumehood::Labels;
/// use fumehood_tools::recall::{MemoryStore, NewMemory, Query};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("memories.db");
/// let store = MemoryStore::open(&path)?;
/// let space = store.space("ada", "travel")?;
/// space.save(NewMemory::new("She prefers window seats."), &Labels::default())?;
/// let found = space.search(&Query::new("which seat?"))?;
/// assert_eq!(found[0].text, "She prefers window seats.");
/// assert!(store.space("grace", "travel")?.search(&Query::new("seat"))?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Shared>);

struct Shared {
    path: PathBuf,
    connection: Mutex<Connection>,
    limits: RecallLimits,
}

/// How much there is in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpaceSummary {
    /// Whose memories they are.
    pub user: String,
    /// The agent that has them.
    pub agent: String,
    /// How many there are.
    pub memories: u64,
    /// When the last one was saved, in ISO 8601 and UTC.
    pub last_saved: Option<String>,
}

impl MemoryStore {
    /// Opens a file, or makes one that nobody but its owner reads. Its folder has to be there.
    ///
    /// # Errors
    ///
    /// [`RecallError::Open`]
    pub fn open(path: impl Into<PathBuf>) -> Result<MemoryStore, RecallError> {
        MemoryStore::with_limits(path, RecallLimits::default())
    }

    /// The same with other limits than [`RecallLimits::default`].
    ///
    /// # Errors
    ///
    /// [`RecallError::Open`]
    pub fn with_limits(
        path: impl Into<PathBuf>,
        limits: RecallLimits,
    ) -> Result<MemoryStore, RecallError> {
        let path = path.into();
        let opened = opened(&path);
        let connection =
            opened.map_err(|reason| RecallError::Open { path: path.clone(), reason })?;
        let connection = Mutex::new(connection);
        Ok(MemoryStore(Arc::new(Shared { path, connection, limits })))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The limits.
    pub fn limits(&self) -> &RecallLimits {
        &self.0.limits
    }

    /// The memories that an agent has for a user. There need not be any yet.
    ///
    /// # Errors
    ///
    /// [`RecallError::Invalid`] if one of them is empty, longer than 200 bytes, or has control characters
    pub fn space(&self, user: &str, agent: &str) -> Result<Space, RecallError> {
        for (what, name) in [("user", user), ("agent", agent)] {
            if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
                return Err(RecallError::invalid(format!(
                    "the name of the {what} has to have 1 to {NAME_BYTES} bytes, without control characters"
                )));
            }
        }
        Ok(Space::new(self.clone(), user, agent))
    }

    /// All spaces, by user and agent.
    ///
    /// # Errors
    ///
    /// [`RecallError::Store`]
    pub fn spaces(&self) -> Result<Vec<SpaceSummary>, RecallError> {
        let connection = self.connection();
        let mut listed = connection.prepare(
            "SELECT user, agent, count(memories.id), max(saved) FROM spaces
             LEFT JOIN memories ON space = spaces.id GROUP BY spaces.id ORDER BY user, agent",
        )?;
        let listed = listed.query_map([], |row| {
            Ok(SpaceSummary {
                user: row.get(0)?,
                agent: row.get(1)?,
                memories: row.get::<_, i64>(2)?.unsigned_abs(),
                last_saved: row.get(3)?,
            })
        })?;
        Ok(listed.collect::<Result<Vec<_>, _>>()?)
    }

    /// Erases all that there is of a user: of one agent, or of all. Says how many memories that were. Nothing of them
    /// stays in the file.
    ///
    /// # Errors
    ///
    /// [`RecallError::Store`]; [`RecallError::StillRead`] if it was erased but its bytes are not gone yet
    pub fn erase(&self, user: &str, agent: Option<&str>) -> Result<u64, RecallError> {
        let erased = self.write(|transaction| {
            let mut listed = transaction
                .prepare("SELECT id FROM spaces WHERE user = ?1 AND (?2 IS NULL OR agent = ?2)")?;
            let listed = listed.query_map((user, agent), |row| row.get::<_, i64>(0))?;
            let mut erased = 0;
            for space in listed.collect::<Result<Vec<_>, _>>()? {
                transaction.execute_batch(&format!("DROP TABLE IF EXISTS words_{space}"))?;
                erased += transaction.execute("DELETE FROM memories WHERE space = ?1", [space])?;
                transaction.execute("DELETE FROM spaces WHERE id = ?1", [space])?;
            }
            Ok(erased as u64)
        })?;
        self.scrub()?;
        Ok(erased)
    }

    /// Takes what was deleted out of the write-ahead log as well. In the file it was overwritten when it was deleted.
    pub(super) fn scrub(&self) -> Result<(), RecallError> {
        let connection = self.connection();
        let busy = connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
        match busy {
            false => Ok(()),
            true => {
                let mut path = self.0.path.clone().into_os_string();
                path.push("-wal");
                Err(RecallError::StillRead { path: path.into() })
            }
        }
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that somebody panicked in was rolled back.
        self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something wholly or not at all.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, RecallError>,
    ) -> Result<T, RecallError> {
        let mut connection = self.connection();
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(behavior)?;
        let changed = change(&transaction)?;
        transaction.commit()?;
        Ok(changed)
    }

    /// Looks at what there is at one moment.
    pub(super) fn read<T>(
        &self,
        look: impl FnOnce(&Transaction<'_>) -> Result<T, RecallError>,
    ) -> Result<T, RecallError> {
        let mut connection = self.connection();
        look(&connection.transaction()?)
    }
}

/// The number of a space in the file, if there is one.
pub(super) fn space_id(
    transaction: &Transaction<'_>,
    user: &str,
    agent: &str,
) -> Result<Option<i64>, RecallError> {
    let found = transaction.query_row(
        "SELECT id FROM spaces WHERE user = ?1 AND agent = ?2",
        (user, agent),
        |row| row.get(0),
    );
    Ok(found.optional()?)
}

/// The number of a space, which is made if there is none.
pub(super) fn made_space(
    transaction: &Transaction<'_>,
    user: &str,
    agent: &str,
    limits: &RecallLimits,
) -> Result<i64, RecallError> {
    if let Some(space) = space_id(transaction, user, agent)? {
        return Ok(space);
    }
    let count =
        transaction.query_row("SELECT count(*) FROM spaces", [], |row| row.get::<_, i64>(0))?;
    if usize::try_from(count).is_ok_and(|count| count >= limits.spaces) {
        let advice = "erase what is not needed any more";
        return Err(RecallError::Full { what: "spaces", limit: limits.spaces, advice });
    }
    transaction.execute("INSERT INTO spaces (user, agent) VALUES (?1, ?2)", (user, agent))?;
    let space = transaction.last_insert_rowid();
    transaction.execute_batch(&format!(
        "CREATE VIRTUAL TABLE words_{space} USING fts5(
             text, about, tags, content='memories', content_rowid='id',
             tokenize='porter unicode61 remove_diacritics 2');
         INSERT INTO words_{space} (words_{space}, rank) VALUES ('secure-delete', 1);"
    ))?;
    Ok(space)
}

fn opened(path: &Path) -> Result<Connection, String> {
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.to_string()),
        _ => {}
    }
    let began = Instant::now();
    loop {
        match connected(path) {
            // Two processes that begin at the same time get in each other's way when the log is made.
            Err(Unopened::Failed(error)) if is_busy(&error) && began.elapsed() < WAIT => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(Unopened::Failed(error)) => return Err(error.to_string()),
            Err(Unopened::Other(reason)) => return Err(reason.to_owned()),
            Ok(connection) => return Ok(connection),
        }
    }
}

enum Unopened {
    Failed(rusqlite::Error),
    Other(&'static str),
}

impl From<rusqlite::Error> for Unopened {
    fn from(error: rusqlite::Error) -> Unopened {
        Unopened::Failed(error)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn connected(path: &Path) -> Result<Connection, Unopened> {
    // Not an address, whatever it begins with.
    let path =
        std::path::absolute(path).map_err(|_| Unopened::Other("there is no current directory"))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // What is deleted is overwritten.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;

    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior)?;
    let number =
        |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, form) = (number("application_id")?, number("user_version")?);
    let tables = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    match (application, form, tables) {
        (APPLICATION, FORM, _) => {}
        (0, 0, 0) => {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", FORM)?;
        }
        (APPLICATION, _, _) => {
            return Err(Unopened::Other("another version of this program has made it"));
        }
        _ => return Err(Unopened::Other("it is a database of something else")),
    }
    transaction.commit()?;
    Ok(connection)
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}

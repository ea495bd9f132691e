//! Files of SQLite, which may come from anybody, as may the statements.
//!
//! Each statement has a connection of its own, in a thread of its own, so that what stops late keeps nobody waiting and
//! no process from ending. What keeps a statement in bounds, from the outside in:
//!
//! 1. The file is opened to be read (`SQLITE_OPEN_READ_ONLY`, `query_only`), and is not mapped into memory. The schema in
//!    it is trusted with nothing (`TRUSTED_SCHEMA`, `DEFENSIVE`), and pages are checked before they are believed.
//! 2. The authorizer decides what a statement may do when it is prepared, and knows a list of what is allowed.
//! 3. Limits of SQLite say how long values, statements and programs are, and that nothing can be attached. What is
//!    sorted or kept meanwhile is in memory, of which there is a limit too, and never in files.
//! 4. Every thousand instructions SQLite asks whether to go on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fumehood::ToolOutput;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{Null, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};
use serde_json::Value;
use tokio::sync::{Semaphore, oneshot};

use super::answer::{Answer, Cell, Taken, float};
use super::error::SqlError;
use super::limits::SqlLimits;
use super::schema::{self, Column, Table};

/// Instructions of SQLite's machine between two questions whether to go on.
const INSTRUCTIONS: i32 = 1_000;
/// How long somebody waits for a statement that was told to stop.
const GRACE: Duration = Duration::from_millis(500);
/// What a program of SQLite may consist of.
const PROGRAM_INSTRUCTIONS: i32 = 100_000;
const EXPRESSION_DEPTH: i32 = 200;
const COMPOUND_SELECTS: i32 = 100;
const FUNCTION_ARGUMENTS: i32 = 100;
const PATTERN_BYTES: i32 = 1_000;
/// Columns of a table of the file, which are more than are told of or answered.
const TABLE_COLUMNS: i32 = 2_000;

/// A file of SQLite.
pub(super) struct Sqlite {
    path: PathBuf,
    immutable: bool,
}

/// Whether a statement should go on.
struct Stop {
    deadline: Instant,
    given_up: AtomicBool,
}

impl Stop {
    fn is_due(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

/// Gives a statement up when nobody waits for it any more.
struct Waiting(Arc<Stop>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.given_up.store(true, Ordering::Relaxed);
    }
}

impl Sqlite {
    pub(super) fn new(path: PathBuf, immutable: bool) -> Result<Sqlite, SqlError> {
        let wrong = |reason: String| SqlError::File { path: path.clone(), reason };
        // An absolute path is a path to SQLite, whatever it begins with.
        let found = path.canonicalize().map_err(|error| wrong(error.to_string()))?;
        if !found.is_file() {
            return Err(wrong("it is not a file".to_owned()));
        }
        Ok(Sqlite { path: found, immutable })
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[Value],
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
    ) -> Result<ToolOutput, SqlError> {
        let (sql, parameters) = (sql.to_owned(), parameters.to_vec());
        let asked = limits.clone();
        self.in_thread(limits, places, move |confined| confined.query(&sql, &parameters, &asked))
            .await
    }

    pub(super) async fn tables(
        &self,
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
    ) -> Result<Vec<Table>, SqlError> {
        let most = limits.tables;
        self.in_thread(limits, places, move |confined| confined.tables(most)).await
    }

    /// Does something with a connection, in a thread that ends with it.
    async fn in_thread<T: Send + 'static>(
        &self,
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
        work: impl FnOnce(&Confined) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, SqlError> {
        let began = Instant::now();
        let after = limits.time;
        let deadline = began.checked_add(after).unwrap_or(began);
        super::in_time(after + GRACE, async {
            // It is given back when the thread has ended, however long that takes.
            let place = Arc::clone(places).acquire_owned().await;
            let place = place.map_err(|error| SqlError::Host { reason: error.to_string() })?;
            let stop = Arc::new(Stop { deadline, given_up: AtomicBool::new(false) });
            let _waiting = Waiting(Arc::clone(&stop));
            let (answers, answered) = oneshot::channel();
            let (path, immutable, limits) = (self.path.clone(), self.immutable, limits.clone());
            let thread = std::thread::Builder::new().name("sqlite".to_owned()).spawn(move || {
                let done = Confined::open(&path, immutable, &limits, stop)
                    .and_then(|confined| work(&confined));
                // Whoever asked may have gone.
                answers.send(done).ok();
                drop(place);
            });
            thread.map_err(|error| SqlError::Host { reason: error.to_string() })?;
            let lost = |_| SqlError::Host { reason: "its thread has ended".to_owned() };
            answered.await.map_err(lost)?
        })
        .await
        .map_err(|error| match error {
            SqlError::TimedOut { .. } => SqlError::TimedOut { after },
            error => error,
        })
    }
}

/// A connection that can only read, as far as it is let.
struct Confined {
    connection: Connection,
    path: PathBuf,
    stop: Arc<Stop>,
    time: Duration,
    /// What a statement wanted to do that it may not.
    refused: Arc<Mutex<Option<String>>>,
}

impl Confined {
    fn open(
        path: &Path,
        immutable: bool,
        limits: &SqlLimits,
        stop: Arc<Stop>,
    ) -> Result<Confined, SqlError> {
        let refused = Arc::new(Mutex::new(None));
        let (time, asked) = (limits.time, Arc::clone(&refused));
        connect(path, immutable, limits, &stop, asked)
            .map(|connection| Confined {
                connection,
                path: path.to_owned(),
                stop: Arc::clone(&stop),
                time,
                refused,
            })
            .map_err(|error| match stop.is_due() {
                true => SqlError::TimedOut { after: time },
                false => SqlError::File { path: path.to_owned(), reason: said(error) },
            })
    }

    fn query(
        &self,
        sql: &str,
        parameters: &[Value],
        limits: &SqlLimits,
    ) -> Result<ToolOutput, SqlError> {
        let failed = |error| self.failed(error);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        if !statement.readonly() || statement.column_count() == 0 {
            let what = "a statement that is no query".to_owned();
            return Err(SqlError::Refused { what });
        }
        bind(&mut statement, parameters).map_err(|reason| match reason {
            Unbound::Misfit(reason) => SqlError::Parameters { reason },
            Unbound::Failed(error) => self.failed(error),
        })?;
        let names = statement.column_names().map(str::to_owned).collect::<Vec<_>>();
        let columns = names.len();
        let mut answer = Answer::new(names, limits)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            let cells = (0..columns).map(|column| row.get_ref(column).map(cell).map_err(failed));
            if answer.push(cells)? == Taken::Cut {
                break;
            }
        }
        Ok(answer.finish())
    }

    fn tables(&self, most: usize) -> Result<Vec<Table>, SqlError> {
        let read = || {
            let listed = "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' \
                          AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT ?1";
            let mut listed = self.connection.prepare(listed)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let listed = listed.query_map([most], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
            })?;
            let listed = listed.collect::<Result<Vec<_>, _>>()?;
            let table = |(name, kind, no_rowid): (String, String, bool)| {
                let has_rowid = kind == "table" && !no_rowid;
                let told = Table {
                    kind: if kind == "view" { "view" } else { "table" },
                    comment: None,
                    about_rows: if has_rowid { self.about_rows(&name) } else { None },
                    // A view of what is not there any more has none, and is told of all the same.
                    columns: self.columns(&name).or_else(|error| match self.stop.is_due() {
                        true => Err(error),
                        false => Ok(Vec::new()),
                    })?,
                    name: schema::name(&name),
                };
                Ok(told)
            };
            listed.into_iter().map(table).collect::<Result<Vec<_>, rusqlite::Error>>()
        };
        // Nobody has asked for anything but the tables of the file, so what goes wrong is its fault.
        read().map_err(|error| match self.failed(error) {
            SqlError::Statement { reason } => SqlError::File { path: self.path.clone(), reason },
            error => error,
        })
    }

    fn columns(&self, table: &str) -> rusqlite::Result<Vec<Column>> {
        let mut keys = self.connection.prepare(
            "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?1) LIMIT 1000",
        )?;
        let keys = keys.query_map([table], |row| {
            let (to, key) = (row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?);
            let key = key.map(|key| format!(".{key}")).unwrap_or_default();
            Ok((row.get::<_, String>(0)?, schema::name(&format!("{to}{key}"))))
        })?;
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let mut columns = self.connection.prepare(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 LIMIT 1000",
        )?;
        let columns = columns.query_map([table], |row| {
            let name = row.get::<_, String>(0)?;
            let references = keys.iter().find(|(from, _)| *from == name).map(|(_, to)| to.clone());
            let primary_key = row.get::<_, i64>(3)? > 0;
            Ok(Column {
                ty: schema::name(&row.get::<_, String>(1)?),
                nullable: !row.get::<_, bool>(2)? && !primary_key,
                primary_key,
                references,
                comment: None,
                name: schema::name(&name),
            })
        })?;
        columns.collect()
    }

    /// The highest number of a row, which is known without counting.
    fn about_rows(&self, table: &str) -> Option<u64> {
        let quoted = table.replace('"', "\"\"");
        let highest = format!("SELECT max(_rowid_) FROM \"{quoted}\"");
        let highest = self.connection.query_row(&highest, [], |row| row.get::<_, Option<i64>>(0));
        highest.ok().map(|highest| u64::try_from(highest.unwrap_or(0)).unwrap_or(0))
    }

    fn failed(&self, error: rusqlite::Error) -> SqlError {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(what) = refused.take() {
            return SqlError::Refused { what };
        }
        if self.stop.is_due() {
            return SqlError::TimedOut { after: self.time };
        }
        let reason = match error {
            rusqlite::Error::MultipleStatement => {
                return SqlError::Refused { what: "more than one statement".to_owned() };
            }
            error => said(error),
        };
        SqlError::Statement { reason }
    }
}

/// What SQLite says about an error.
fn said(error: rusqlite::Error) -> String {
    use rusqlite::Error::{Empty, SqlInputError, SqliteFailure};

    match error {
        SqlInputError { msg, .. } => msg,
        SqliteFailure(error, message) => match error.code {
            ErrorCode::OutOfMemory => {
                "it needs more memory than there is for it; ask for a part at a time".to_owned()
            }
            ErrorCode::TooBig => {
                "a text or a blob is longer than it may be; ask for a part of it with substr"
                    .to_owned()
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                "somebody writes to the database at the moment; try again".to_owned()
            }
            _ => message.unwrap_or_else(|| error.to_string()),
        },
        Empty => "there is no statement".to_owned(),
        other => other.to_string(),
    }
}

fn connect(
    path: &Path,
    immutable: bool,
    limits: &SqlLimits,
    stop: &Arc<Stop>,
    refused: Arc<Mutex<Option<String>>>,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = match immutable {
        false => Connection::open_with_flags(path, flags)?,
        true => {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable_address(path)?, flags)?
        }
    };
    let asked = Arc::clone(stop);
    connection.progress_handler(INSTRUCTIONS, Some(move || asked.is_due()))?;
    connection.busy_timeout(stop.deadline.saturating_duration_since(Instant::now()))?;
    let bytes = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, bytes(limits.value_bytes)),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, bytes(limits.statement_bytes.max(1_000))),
        (Limit::SQLITE_LIMIT_COLUMN, TABLE_COLUMNS),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, EXPRESSION_DEPTH),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, COMPOUND_SELECTS),
        (Limit::SQLITE_LIMIT_VDBE_OP, PROGRAM_INSTRUCTIONS),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, FUNCTION_ARGUMENTS),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, bytes(limits.parameters.max(1))),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        // What is in double quotes and no column is an error, and no text.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    let memory = i64::try_from(limits.memory_bytes).unwrap_or(i64::MAX);
    connection.pragma_update_and_check(None, "hard_heap_limit", memory, |_| Ok(()))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(())).or_else(|error| {
        match error {
            // It answers with nothing where there is no mapping.
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(error),
        }
    })?;
    // Reads the schema, which is when a file that is no database is found out.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match unallowed(&context.action) {
            None => Authorization::Allow,
            Some(what) => {
                refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what);
                Authorization::Deny
            }
        }
    }))?;
    Ok(connection)
}

/// A path as an address of a file that nobody changes.
fn immutable_address(path: &Path) -> rusqlite::Result<String> {
    let text = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.to_owned()))?;
    let mut address = "file://".to_owned();
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => address.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            byte => address += &format!("%{byte:02X}"),
        }
    }
    Ok(address + "?mode=ro&immutable=1")
}

/// What a statement would do that it may not; nothing, if it may.
fn unallowed(action: &AuthAction<'_>) -> Option<String> {
    /// Those that only tell something, and those that full-text search reads its tables with.
    const PRAGMAS: [&str; 14] = [
        "collation_list",
        "data_version",
        "encoding",
        "foreign_key_list",
        "function_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "page_count",
        "page_size",
        "schema_version",
        "table_info",
        "table_list",
        "table_xinfo",
    ];
    /// Of these a value says what they tell about. Others would be set by one.
    const ABOUT: [&str; 6] = [
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "table_info",
        "table_xinfo",
    ];
    const FUNCTIONS: [&str; 4] = ["edit", "fts3_tokenizer", "load_extension", "sqlite_log"];

    let is_in = |list: &[&str], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => None,
        AuthAction::Function { function_name } if is_in(&FUNCTIONS, function_name) => {
            Some(format!("the function {function_name}"))
        }
        AuthAction::Function { .. } => None,
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let allowed = match pragma_value {
                None => is_in(&PRAGMAS, pragma_name),
                Some(_) => {
                    is_in(&ABOUT, pragma_name) || pragma_name.eq_ignore_ascii_case("table_list")
                }
            };
            (!allowed).then(|| format!("PRAGMA {}", schema::name(pragma_name)))
        }
        AuthAction::Attach { .. } => Some("ATTACH".to_owned()),
        AuthAction::Detach { .. } => Some("DETACH".to_owned()),
        AuthAction::Insert { .. } => Some("INSERT".to_owned()),
        AuthAction::Update { .. } => Some("UPDATE".to_owned()),
        AuthAction::Delete { .. } => Some("DELETE".to_owned()),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
            Some("a transaction".to_owned())
        }
        _ => Some("a statement that changes something".to_owned()),
    }
}

enum Unbound {
    Misfit(String),
    Failed(rusqlite::Error),
}

fn bind(statement: &mut Statement<'_>, parameters: &[Value]) -> Result<(), Unbound> {
    let (wanted, given) = (statement.parameter_count(), parameters.len());
    if wanted != given {
        let told = format!("the statement has {wanted} parameters, and {given} values were given");
        return Err(Unbound::Misfit(told));
    }
    for (position, value) in parameters.iter().enumerate() {
        let at = position + 1;
        let misfit = |what: &str| {
            Unbound::Misfit(format!(
                "parameters[{position}] is {what}, for which SQLite has no type"
            ))
        };
        let bound = match value {
            Value::Null => statement.raw_bind_parameter(at, Null),
            Value::Bool(is) => statement.raw_bind_parameter(at, *is),
            Value::String(text) => statement.raw_bind_parameter(at, text.as_str()),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => statement.raw_bind_parameter(at, integer),
                (None, Some(float)) if number.is_f64() => statement.raw_bind_parameter(at, float),
                _ => return Err(misfit("an integer of more than 64 bits")),
            },
            Value::Array(_) => return Err(misfit("a list")),
            Value::Object(_) => return Err(misfit("a dict")),
        };
        bound.map_err(Unbound::Failed)?;
    }
    Ok(())
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Value(Value::Null),
        ValueRef::Integer(integer) => Cell::Value(integer.into()),
        ValueRef::Real(real) => Cell::Value(float(real)),
        // SQLite takes any bytes for a text.
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Cell::Value(text.into()),
            Err(_) => Cell::Bytes(text.to_vec()),
        },
        ValueRef::Blob(blob) => Cell::Bytes(blob.to_vec()),
    }
}

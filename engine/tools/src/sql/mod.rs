//! Databases, to be read: a file of SQLite, or a server of Postgres.
//!
//! A [`Database`] makes two tools, which begin with the name that the host has given it: `NAME_query` answers a
//! statement of SQL, `NAME_tables` says what there is. What code gets is what the database has: integers and texts as
//! they are, blobs as `bytes`, decimal numbers as text.
//!
//! A statement can read and do nothing else, and it ends. SQLite has what it may do decided when the statement is
//! prepared (`sqlite`), and Postgres by a transaction that only reads, for a statement that can be nothing but a query
//! (`postgres`). No statement finds anything that another one has left: each has a connection of its own.
//!
//! * `limits`: how much of everything there may be
//! * `schema`: what there is in a database
//! * `answer`: rows, as far as they fit
//! * `tool`: the tools
//! * `error`: why there is no answer

mod answer;
mod error;
mod limits;
mod postgres;
mod schema;
mod sqlite;
mod tool;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fumehood::{Tool, ToolOutput};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Semaphore;

pub use self::error::SqlError;
pub use self::limits::SqlLimits;
use self::postgres::Postgres;
pub use self::schema::{Column, Table};
use self::sqlite::Sqlite;

/// What limits can be at most: of the time of a statement, and of the rows of an answer.
const LONGEST: Duration = Duration::from_secs(86_400);
const MOST_ROWS: usize = 1_000_000;

/// A database that can be read. A clone is the same one.
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: &fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::Sandbox;
/// use fumehood_tools::sql::Database;
///
/// let orders = Database::sqlite("/srv/orders.db").name("orders").open().await?;
/// let mut builder = Sandbox::builder(engine);
/// for tool in orders.tools() {
///     builder = builder.shared_tool(tool);
/// }
/// // In the sandbox: orders_query("SELECT * FROM orders WHERE total > ?", [100])["rows"]
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database(Arc<Open>);

struct Open {
    name: String,
    source: Source,
    limits: SqlLimits,
    untrusted: bool,
    tables: Vec<Table>,
    places: Arc<Semaphore>,
}

enum Source {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

impl Source {
    fn kind(&self) -> &'static str {
        match self {
            Source::Sqlite(_) => "SQLite",
            Source::Postgres(_) => "PostgreSQL",
        }
    }

    async fn tables(
        &self,
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
    ) -> Result<Vec<Table>, SqlError> {
        match self {
            Source::Sqlite(file) => file.tables(limits, places).await,
            Source::Postgres(server) => server.tables(limits, places).await,
        }
    }
}

impl Database {
    /// A file of SQLite.
    pub fn sqlite(file: impl Into<PathBuf>) -> DatabaseBuilder {
        DatabaseBuilder::of(Place::File(file.into()))
    }

    /// A server of Postgres, by its address: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    ///
    /// The connection is encrypted, and the server proves who it is, unless it is on this machine or the address ends
    /// with `?sslmode=disable`. The role should be one that may read what it is for and nothing else: what the database
    /// lets it read, code can read. One that may reach files or programs of the server is refused.
    pub fn postgres(address: impl Into<SecretString>) -> DatabaseBuilder {
        DatabaseBuilder::of(Place::Server(address.into()))
    }

    /// Its name, with which its tools begin.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The tables that there were when it was opened.
    pub fn known_tables(&self) -> &[Table] {
        &self.0.tables
    }

    /// The tables that there are, as far as they may be read.
    ///
    /// # Errors
    ///
    /// Any [`SqlError`]
    pub async fn tables(&self) -> Result<Vec<Table>, SqlError> {
        self.0.source.tables(&self.0.limits, &self.0.places).await
    }

    /// What a statement answers: an object with `columns`, a list of names; `rows`, a list of objects; and `cut`, which
    /// is null, or says that there is more. Bytes are attached.
    ///
    /// # Errors
    ///
    /// Any [`SqlError`]
    pub async fn query(&self, sql: &str, parameters: &[Value]) -> Result<ToolOutput, SqlError> {
        let Open { source, limits, places, .. } = &*self.0;
        let too_large = |what, limit: usize, advice| {
            Err(SqlError::TooLarge { what, limit: limit.to_string(), advice })
        };
        if sql.len() > limits.statement_bytes {
            return too_large(
                "the statement, in bytes,",
                limits.statement_bytes,
                "pass values as parameters",
            );
        }
        if parameters.len() > limits.parameters {
            return too_large(
                "the number of parameters",
                limits.parameters,
                "ask for a part at a time",
            );
        }
        if sql.contains('\0') {
            return Err(SqlError::Statement {
                reason: "there is a null character in the statement".to_owned(),
            });
        }
        match source {
            Source::Sqlite(file) => file.query(sql, parameters, limits, places).await,
            Source::Postgres(server) => server.query(sql, parameters, limits, places).await,
        }
    }

    /// Its tools: one that answers statements, and one that tells of the tables.
    pub fn tools(&self) -> Vec<Arc<dyn Tool>> {
        tool::of(self)
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Open { name, source, limits, .. } = &*self.0;
        f.debug_struct("Database")
            .field("name", name)
            .field("kind", &source.kind())
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

enum Place {
    File(PathBuf),
    Server(SecretString),
}

/// What a database is opened with; see [`Database::sqlite`] and [`Database::postgres`].
///
/// # Defaults
///
/// * the name `database`, so the tools are `database_query` and `database_tables`
/// * the limits of [`SqlLimits::default`]
/// * what is in it is private, and written by those whom the host trusts
/// * a file may be changed by others while it is read
/// * a server on another machine proves who it is to the authorities that the system trusts
/// * a role that may reach files and programs of the server is refused
#[must_use]
pub struct DatabaseBuilder {
    place: Place,
    name: String,
    limits: SqlLimits,
    untrusted: bool,
    immutable: bool,
    powerful: bool,
    authorities: Vec<u8>,
}

impl DatabaseBuilder {
    fn of(place: Place) -> DatabaseBuilder {
        DatabaseBuilder {
            place,
            name: "database".to_owned(),
            limits: SqlLimits::default(),
            untrusted: false,
            immutable: false,
            powerful: false,
            authorities: Vec::new(),
        }
    }

    /// Sets the name that its tools begin with.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the limits.
    pub fn limits(mut self, limits: SqlLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets whether others have written what is in it, who may want an agent to do harm. Then what it answers is
    /// labelled as untrusted, and names of its tables are not in the description of its tools, which models follow.
    pub fn untrusted(mut self, untrusted: bool) -> Self {
        self.untrusted = untrusted;
        self
    }

    /// Sets whether nobody changes the file of SQLite while it is open, which is then not looked for. A database with a
    /// write-ahead log in a folder that cannot be written can be read only so.
    pub fn immutable(mut self, immutable: bool) -> Self {
        self.immutable = immutable;
        self
    }

    /// Sets whether the role may be one that reaches files and programs of the server of Postgres. Code then reaches
    /// them as well.
    pub fn powerful_role(mut self, powerful: bool) -> Self {
        self.powerful = powerful;
        self
    }

    /// Has a server of Postgres prove who it is to these authorities, certificates in PEM, and to no others.
    pub fn authorities(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities.extend_from_slice(pem.as_ref());
        self.authorities.push(b'\n');
        self
    }

    /// Opens it, and looks at its tables.
    ///
    /// # Errors
    ///
    /// [`SqlError::Name`], [`SqlError::File`] or [`SqlError::Address`] if it cannot be one; otherwise as a statement
    pub async fn open(self) -> Result<Database, SqlError> {
        let DatabaseBuilder {
            place,
            name,
            mut limits,
            untrusted,
            immutable,
            powerful,
            authorities,
        } = self;
        if let Some(reason) = fumehood::unusable_name(&name) {
            return Err(SqlError::Name { name, reason });
        }
        limits.time = limits.time.min(LONGEST);
        limits.rows = limits.rows.min(MOST_ROWS);
        let source = match place {
            Place::File(file) => Source::Sqlite(Sqlite::new(file, immutable)?),
            Place::Server(address) => {
                Source::Postgres(Box::new(Postgres::new(&address, &authorities, powerful)?))
            }
        };
        let places = Arc::new(Semaphore::new(limits.concurrent.clamp(1, 1_000)));
        let tables = source.tables(&limits, &places).await?;
        Ok(Database(Arc::new(Open { name, source, limits, untrusted, tables, places })))
    }
}

impl std::fmt::Debug for DatabaseBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What comes of something before a time; what is not done by then is dropped.
async fn in_time<T>(
    after: Duration,
    doing: impl Future<Output = Result<T, SqlError>>,
) -> Result<T, SqlError> {
    match tokio::time::timeout(after, doing).await {
        Ok(done) => done,
        Err(_) => Err(SqlError::TimedOut { after }),
    }
}

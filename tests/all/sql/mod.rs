//! Databases that code reads: what it gets of them, and attempts to do more than read.

mod attacks;
mod command;
mod hostile;
mod postgres;
mod server;
mod sqlite;

use std::path::{Path, PathBuf};

use fumehood::{Exception, Outcome, Session};
use fumehood_tools::sql::{Database, DatabaseBuilder, SqlLimits};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{builder, repr};

/// A shop: customers, what they have ordered, and pictures.
const SHOP: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers(id),
        total NUMERIC NOT NULL,
        ordered TEXT,
        picture BLOB
    );
    CREATE VIEW totals AS
        SELECT name, sum(total) AS total FROM customers JOIN orders ON customer = customers.id GROUP BY name;
    INSERT INTO customers VALUES (1, 'Ada', 'London'), (2, 'Grace', 'New York'), (3, 'Emmy', NULL);
    INSERT INTO orders VALUES
        (1, 1, 10, '2024-02-29', x'89504e47'), (2, 1, 2.5, '2024-03-01', NULL), (3, 2, 7, '2024-03-02', x'');
";

/// A file of SQLite in a folder of its own, which ends with it.
struct File {
    folder: TempDir,
    path: PathBuf,
}

impl File {
    fn of(sql: &str) -> File {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        File { folder, path }
    }

    fn database(&self) -> DatabaseBuilder {
        Database::sqlite(&self.path).name("shop")
    }

    /// The names of all that is in its folder.
    fn beside(&self) -> Vec<String> {
        names(self.folder.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect::<Vec<_>>();
    names.sort();
    names
}

fn limited(change: impl FnOnce(&mut SqlLimits)) -> SqlLimits {
    let mut limits = SqlLimits::default();
    change(&mut limits);
    limits
}

/// A session whose code has the tools of a database.
async fn session(database: &Database) -> Session {
    let tools = database.tools().into_iter();
    let sandbox = tools.fold(builder(), |builder, tool| builder.shared_tool(tool)).build().unwrap();
    sandbox.session().await.unwrap()
}

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

/// The exception of a statement.
async fn refused(session: &mut Session, tool: &str, sql: &str) -> Exception {
    let code = format!("{tool}({})", serde_json::Value::from(sql));
    match session.run(code).await.unwrap().outcome {
        Outcome::Raised(exception) => exception,
        other => panic!("expected `{sql}` to fail, got {other:?}"),
    }
}

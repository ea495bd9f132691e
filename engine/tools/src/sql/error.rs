//! Why there is no answer.

use std::path::PathBuf;
use std::time::Duration;

use fumehood::ToolError;

/// Why a database cannot be used, or a statement has no answer. Nothing of it tells a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The name is none that tools can begin with.
    #[error("`{name}` cannot be the name of a database: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The address is none of a database.
    #[error(
        "the address of the database is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE (characters such as @ and # in a password are written as %40 and %23)"
    )]
    Address,
    /// The file cannot be read as a database.
    #[error("cannot read the database `{}`: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no connection to the server.
    #[error("cannot connect to the database {place}: {reason}")]
    Connect {
        /// Its host, port and name.
        place: String,
        /// Why.
        reason: String,
    },
    /// The role may do more than read tables.
    #[error(
        "the role that {place} is used with may reach files and programs of the server; use a role that may only read the tables it is for, or allow this one by itself"
    )]
    PowerfulRole {
        /// The host, port and name of the database.
        place: String,
    },
    /// The certificates of authorities cannot be read, or the system has none.
    #[error("the certificates to know the server by cannot be used: {reason}")]
    Certificates {
        /// Why.
        reason: String,
    },
    /// The database did not take the statement, or failed at it.
    #[error("{reason}")]
    Statement {
        /// What it said.
        reason: String,
    },
    /// The statement would do more than read.
    #[error(
        "{what} is not allowed: the database is only read, with one SELECT, VALUES or WITH at a time"
    )]
    Refused {
        /// What it would do.
        what: String,
    },
    /// The values do not fit the statement.
    #[error("{reason}")]
    Parameters {
        /// What does not fit.
        reason: String,
    },
    /// It took too long, and was stopped.
    #[error(
        "the statement was stopped after {after:?}; ask for less, or for a part at a time (WHERE, LIMIT)"
    )]
    TimedOut {
        /// How long it might take.
        after: Duration,
    },
    /// Something is larger than it may be.
    #[error("{what} is larger than {limit}, which is the limit; {advice}")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// How large it may be.
        limit: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The host has no thread or memory for it.
    #[error("the host cannot run the statement: {reason}")]
    Host {
        /// Why.
        reason: String,
    },
}

impl SqlError {
    /// What a statement is told whose first row is larger than an answer.
    pub(super) fn answer(limit: usize) -> SqlError {
        SqlError::TooLarge {
            what: "a single row",
            limit: format!("{limit} bytes"),
            advice: "select fewer columns, or a part of them with substr",
        }
    }
}

impl From<SqlError> for ToolError {
    fn from(error: SqlError) -> ToolError {
        let text = error.to_string();
        match error {
            SqlError::Refused { .. } => ToolError::refused(text),
            SqlError::Parameters { .. } => ToolError::about_arguments(text),
            _ => ToolError::new(text),
        }
    }
}

//! Why a Python file gives no tools.

use fumehood::{ConfigError, PrepareError, SessionError};

/// Why a Python file gives no tools.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PythonToolsError {
    /// The name of the file cannot be that of a module.
    #[error("`{name}` cannot be the name of a file with tools: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file raises, reaches a limit, or has no function that can be a tool. The message has the traceback.
    #[error("the tools in `{name}.py` cannot be used: {reason}")]
    File {
        /// The name of the file.
        name: String,
        /// How it failed.
        reason: String,
    },
    /// A folder was granted to be written to, where documents are only read.
    #[error("documents in `{path}` are read and not written; grant the folder read-only")]
    Writable {
        /// The folder in the guest.
        path: String,
    },
    /// There can be no sandbox as it was asked for.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There can be no session to run the file in.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl PythonToolsError {
    /// That of a file whose set-up failed.
    pub(super) fn of(name: &str, error: PrepareError) -> PythonToolsError {
        match error {
            PrepareError::Session(error) => error.into(),
            error => PythonToolsError::File { name: name.to_owned(), reason: error.to_string() },
        }
    }
}

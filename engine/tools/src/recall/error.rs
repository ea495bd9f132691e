//! Why something is not remembered.

use std::path::PathBuf;

use fumehood::ToolError;

/// Why a store cannot be used, or something is not remembered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecallError {
    /// The file cannot be opened.
    #[error("cannot open the memories in `{}`: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The database failed.
    #[error("the memories cannot be used: {reason}")]
    Store {
        /// What it said.
        reason: String,
    },
    /// Something is not as it has to be.
    #[error("{reason}")]
    Invalid {
        /// What, and how it has to be.
        reason: String,
    },
    /// There are so many already.
    #[error("there are {limit} {what} already, which is the limit; {advice}")]
    Full {
        /// What there is so much of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
        /// What to do about it.
        advice: &'static str,
    },
    /// A line that was to be taken in is none of memories.
    #[error("line {line}: {reason}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// What was erased may still be in the write-ahead log.
    #[error(
        "it was erased, but somebody reads the memories at the moment, and what was erased stays in the file `{}` until they are done; do it again then",
        path.display()
    )]
    StillRead {
        /// The log.
        path: PathBuf,
    },
    /// Somebody who was to get what was written did not take it.
    #[error("cannot write: {source}")]
    Write {
        /// Why.
        #[from]
        source: std::io::Error,
    },
    /// The endpoint of embeddings has given none.
    #[error("no embeddings: {reason}")]
    Embedding {
        /// Why.
        reason: String,
        /// Whether it would not take the texts, and may take others.
        refused: bool,
    },
}

impl RecallError {
    pub(super) fn invalid(reason: impl Into<String>) -> RecallError {
        RecallError::Invalid { reason: reason.into() }
    }
}

impl From<rusqlite::Error> for RecallError {
    fn from(error: rusqlite::Error) -> RecallError {
        RecallError::Store { reason: error.to_string() }
    }
}

impl From<RecallError> for ToolError {
    fn from(error: RecallError) -> ToolError {
        let text = error.to_string();
        match error {
            RecallError::Invalid { .. } => ToolError::about_arguments(text),
            _ => ToolError::new(text),
        }
    }
}

//! What can be wrong with a package of WIT.

use std::path::PathBuf;

/// Why there are no tools of a package or a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitError {
    /// The file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is more of it than anybody would write.
    #[error("`{shown}` is refused: {reason}")]
    Excessive {
        /// The file or folder.
        shown: String,
        /// What there is too much of.
        reason: String,
    },
    /// It is not WIT.
    #[error("`{shown}` is not WIT: {reason}")]
    Syntax {
        /// The file or folder.
        shown: String,
        /// What the parser says, with the line.
        reason: String,
    },
    /// It has what tools cannot have.
    #[error("{place}: {what} cannot cross between code and a tool")]
    Unsupported {
        /// The module and what is in it.
        place: String,
        /// What it is.
        what: String,
    },
    /// There is no such function to implement.
    #[error("there is no function `{function}` in `{interface}`; {there}")]
    NoFunction {
        /// The interface.
        interface: String,
        /// The function.
        function: String,
        /// What there is.
        there: String,
    },
    /// A function is implemented with types that are not those of the WIT.
    #[error("`{function}` of `{interface}` is implemented with other types, {reason}")]
    Types {
        /// The interface.
        interface: String,
        /// The function.
        function: String,
        /// What does not fit.
        reason: String,
    },
    /// A function was not implemented.
    #[error("nothing implements `{function}` of `{interface}`")]
    Unimplemented {
        /// The interface.
        interface: String,
        /// The function.
        function: String,
    },
}

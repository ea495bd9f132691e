//! What can be wrong with a component.

use std::path::PathBuf;

use crate::wit::WitError;

/// Why a component cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no component, or one that cannot be compiled.
    #[error("`{name}` is no component that can be run: {reason}")]
    Invalid {
        /// The component.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It asks for what nobody gives it.
    #[error(
        "`{name}` asks for `{import}`, which nobody can grant: a component gets clocks, random numbers and the rest of \
         WASI, with no network and with the folders and variables that it is granted, and nothing else"
    )]
    NotGranted {
        /// The component.
        name: String,
        /// What it asks for.
        import: String,
    },
    /// What it exports cannot be a tool.
    #[error(transparent)]
    Interface(#[from] WitError),
    /// wasmtime cannot be set up.
    #[error("components cannot be run here: {reason}")]
    Engine {
        /// What it says.
        reason: String,
    },
}

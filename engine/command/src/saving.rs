//! Saved sessions as files.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use fumehood::{Sandbox, Session};

/// Saves a session. The file is there as a whole or not at all, whenever the process ends; what was there
/// before stays until then. Only its owner can read it.
pub(crate) fn save(session: &mut Session, path: &Path) -> Result<()> {
    let shown = path.display();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().with_context(|| format!("`{shown}` is no name of a file"))?;
    let partial = folder.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = (|| -> Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)?;
        let mut to = BufWriter::new(file);
        session.save(&mut to)?;
        to.flush()?;
        to.get_ref().sync_all()?;
        std::fs::rename(&partial, path)?;
        Ok(File::open(folder)?.sync_all()?)
    })();
    if written.is_err() {
        // It may not have been made at all.
        std::fs::remove_file(&partial).ok();
    }
    written.with_context(|| format!("cannot save the session as `{shown}`"))
}

/// Goes on from a saved session.
pub(crate) async fn resume(sandbox: &Sandbox, path: &Path) -> Result<Session> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let resumed = sandbox.resume(BufReader::new(file)).await;
    resumed.with_context(|| format!("cannot go on from `{shown}`"))
}

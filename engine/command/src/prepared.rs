//! Prepared images: checkpoints that are kept by name, in the store of the guest images.
//!
//! Each is a saved session, a file of its name in a folder of its own. Names are such that a file which
//! is still being written, or was left by a process that was killed, has none of them.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use fumehood::{Checkpoint, Sandbox, SavedError, SavedHeader};
use fumehood_image::ImageStore;

use crate::saving;

/// Characters that a name may have.
const NAME_CHARACTERS: usize = 64;

/// A prepared image that is kept.
pub(crate) struct PreparedImage {
    pub(crate) name: String,
    path: PathBuf,
}

/// What is shown of a prepared image.
pub(crate) struct Described {
    pub(crate) bytes: u64,
    pub(crate) made: SystemTime,
    /// What it says of itself; an error if it is damaged.
    pub(crate) header: Result<SavedHeader, SavedError>,
}

impl PreparedImage {
    /// The one of this name, if it is there.
    pub(crate) fn find(store: &ImageStore, name: &str) -> Option<PreparedImage> {
        let name = name_of(name).ok()?;
        let path = store.prepared_folder().join(&name);
        path.is_file().then_some(PreparedImage { name, path })
    }

    /// All of them, in the order of names.
    pub(crate) fn all(store: &ImageStore) -> Result<Vec<PreparedImage>> {
        let folder = store.prepared_folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot read `{}`", folder.display()))?,
        };
        let mut images = entries
            .filter_map(|entry| PreparedImage::find(store, entry.ok()?.file_name().to_str()?))
            .collect::<Vec<_>>();
        images.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(images)
    }

    /// Keeps a checkpoint of a session in `sandbox` by a name, in place of what has it already. Whenever
    /// this process ends, the name is that of something whole.
    pub(crate) fn keep(
        store: &ImageStore,
        name: &str,
        checkpoint: &Checkpoint,
        sandbox: &Sandbox,
    ) -> Result<PreparedImage> {
        let folder = store.make_prepared_folder()?;
        let held = File::open(&folder).context("cannot open the folder of prepared images")?;
        held.lock().context("cannot lock the folder of prepared images")?;
        clear_leftovers(&folder);
        let path = folder.join(name);
        saving::write(&path, |to| checkpoint.save(sandbox, to))
            .with_context(|| format!("cannot keep the prepared image `{name}`"))?;
        Ok(PreparedImage { name: name.to_owned(), path })
    }

    /// What sessions of `sandbox` are to begin with.
    pub(crate) fn load(&self, sandbox: &Sandbox) -> Result<Checkpoint> {
        let load = || Checkpoint::load(sandbox, BufReader::new(File::open(&self.path)?));
        load().with_context(|| format!("cannot use the prepared image `{}`", self.name))
    }

    pub(crate) fn header(&self) -> Result<SavedHeader, SavedError> {
        SavedHeader::read(BufReader::new(File::open(&self.path)?))
    }

    pub(crate) fn describe(&self) -> Result<Described> {
        let describe = || {
            let metadata = fs::metadata(&self.path)?;
            let header = self.header();
            io::Result::Ok(Described { bytes: metadata.len(), made: metadata.modified()?, header })
        };
        describe().with_context(|| format!("cannot read the prepared image `{}`", self.name))
    }

    pub(crate) fn remove(self) -> Result<()> {
        let removed = fs::remove_file(&self.path);
        removed.with_context(|| format!("cannot remove the prepared image `{}`", self.name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Removes what processes left that were killed. The caller has locked the folder, so nobody is writing.
fn clear_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            // Whether or not it goes, nobody takes it for an image.
            fs::remove_file(entry.path()).ok();
        }
    }
}

/// The name of a prepared image, as it is given on the command line.
pub(crate) fn name_of(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric();
    if text.chars().count() > NAME_CHARACTERS {
        return Err(format!("a name has at most {NAME_CHARACTERS} characters"));
    }
    if !text.starts_with(plain) || !text.chars().all(|c| plain(c) || "-_.".contains(c)) {
        return Err(
            "a name has letters and digits of ASCII, and after the first also - . and _".to_owned()
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn names_are_such_as_no_path_and_no_hidden_file_has() {
        let longest = "n".repeat(64);
        for name in ["a", "7", "pandas-2.3_x", longest.as_str()] {
            assert_eq!(name_of(name), Ok(name.to_owned()));
        }
        let longer = "n".repeat(65);
        let wrong = [
            "", ".", "..", ".a", "-a", "_a", "a/b", "/a", "a b", "a\0", "a\n", "é", "a:b", &longer,
        ];
        for name in wrong {
            assert!(name_of(name).is_err(), "{name:?}");
        }
    }
}

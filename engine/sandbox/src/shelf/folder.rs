//! A folder of a shelf's own, for what it puts away.
//!
//! It is locked as long as the process lives that has made it. So whatever is left in it by a process that
//! ended without removing it is known to be nobody's, and the next shelf in the same place removes it. What
//! is in the files never outlives what is kept in memory about them: nobody reads what another process has
//! left.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::fs::{Dir, DirBuilder, DirBuilderExt as _, File, OpenOptions, OpenOptionsExt as _};
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::image::hexadecimal;

/// What the names of such folders begin with.
const PREFIX: &str = "fumehood-shelf-";
/// How often a name is tried. Each is random; what can go wrong is that another process takes a folder
/// that is not yet locked for one that was left.
const TRIES: usize = 8;

/// The folder. It is removed with this value.
#[derive(Debug)]
pub(super) struct Folder {
    parent: Dir,
    name: String,
    folder: Dir,
    next: AtomicU64,
    _lock: OwnedFd,
}

impl Folder {
    /// Makes a folder in another, for this user alone, and removes those that were left there.
    pub(super) fn make(parent: Dir) -> io::Result<Folder> {
        remove_left(&parent)?;
        for _ in 0..TRIES {
            let mut random = [0; 8];
            getrandom::fill(&mut random)?;
            let name = format!("{PREFIX}{}", hexadecimal(&random));
            parent.create_dir_with(&name, DirBuilder::new().mode(0o700))?;
            let folder = parent.open_dir(&name)?;
            if let Some(lock) = locked(&folder)
                && parent.exists(&name)
            {
                return Ok(Folder { parent, name, folder, next: AtomicU64::new(0), _lock: lock });
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// A new file, which is removed with the value that is returned.
    pub(super) fn create(self: &Arc<Folder>) -> io::Result<(File, Stored)> {
        let name = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        let options = OpenOptions::new().write(true).create_new(true).mode(0o600).clone();
        let file = self.folder.open_with(&name, &options)?;
        Ok((file, Stored { folder: Arc::clone(self), name, bytes: 0 }))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed here is removed by the next shelf.
        self.parent.remove_dir_all(&self.name).ok();
    }
}

/// A file in the folder, which is removed with this value.
#[derive(Debug)]
pub(super) struct Stored {
    folder: Arc<Folder>,
    name: String,
    bytes: u64,
}

impl Stored {
    /// Notes how many bytes were written to it.
    pub(super) fn note_bytes(&mut self, bytes: u64) {
        self.bytes = bytes;
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn open(&self) -> io::Result<File> {
        self.folder.folder.open(&self.name)
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        // If it cannot be removed, it goes with the folder.
        self.folder.folder.remove_file(&self.name).ok();
    }
}

/// Locks a folder as long as the value lives, if nobody else has.
fn locked(folder: &Dir) -> Option<OwnedFd> {
    // A folder may be open in a way that is good for nothing but to name things in it.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::openat(folder, ".", flags, Mode::empty()).ok()?;
    rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(folder)
}

/// Removes the folders of shelves whose processes are gone.
fn remove_left(parent: &Dir) -> io::Result<()> {
    for entry in parent.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && entry.file_type()?.is_dir() {
            // Whoever else is at it may have removed it already.
            if let Some(_lock) = parent.open_dir(&name).ok().as_ref().and_then(locked) {
                parent.remove_dir_all(&name).ok();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use cap_std::ambient_authority;
    use cap_std::fs::PermissionsExt as _;

    use super::*;

    fn names(folder: &Dir) -> Vec<String> {
        let names = folder.entries().unwrap().map(|entry| entry.unwrap().file_name());
        let mut names = names.map(|name| name.into_string().unwrap()).collect::<Vec<_>>();
        names.sort();
        names
    }

    fn mode(folder: &Dir, name: &str) -> u32 {
        folder.metadata(name).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_go_with_their_values_and_the_folder_with_its_own() {
        let place = tempfile::tempdir().unwrap();
        let parent = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
        let folder = Arc::new(Folder::make(parent.try_clone().unwrap()).unwrap());
        assert_eq!(names(&parent), std::slice::from_ref(&folder.name));
        assert_eq!(mode(&parent, &folder.name), 0o700);
        let inside = parent.open_dir(&folder.name).unwrap();
        let (mut file, stored) = folder.create().unwrap();
        file.write_all(b"kept").unwrap();
        assert_eq!(mode(&inside, &stored.name), 0o600);
        let (_, other) = folder.create().unwrap();
        let mut bytes = Vec::new();
        stored.open().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"kept");
        drop(other);
        assert_eq!(names(&inside).len(), 1);
        drop((folder, file));
        assert_eq!(names(&inside).len(), 1);
        drop(stored);
        assert!(names(&parent).is_empty());
    }

    #[test]
    fn what_others_have_left_is_removed_and_what_they_use_is_not() {
        let place = tempfile::tempdir().unwrap();
        let parent = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
        let used = Folder::make(parent.try_clone().unwrap()).unwrap();
        let (left, link) = (format!("{PREFIX}left"), format!("{PREFIX}link"));
        parent.create_dir(&left).unwrap();
        parent.write(format!("{left}/0"), "a session").unwrap();
        parent.create_dir("other").unwrap();
        parent.symlink("other", &link).unwrap();
        let mine = Folder::make(parent.try_clone().unwrap()).unwrap();
        let mut expected = [used.name.clone(), mine.name.clone(), "other".to_owned(), link];
        expected.sort();
        assert_eq!(names(&parent), expected);
    }
}

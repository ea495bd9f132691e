//! The private `/tmp` of a session: a folder on the host that goes with it.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt as _, MetadataExt as _};
use rustix::fs::{FlockOperation, Mode, OFlags};

/// Where the folders are made. The library reads no environment, so this is not the value of `TMPDIR`.
const PARENT: &str = "/tmp";

/// What their names begin with.
const PREFIX: &str = "fumehood-";

/// A folder that is removed with this value. As long as the process lives it holds a lock on the folder,
/// by which others know that it is in use.
pub(crate) struct Scratch {
    parent: Dir,
    folder: Dir,
    name: OsString,
    _lock: OwnedFd,
}

impl Scratch {
    pub(crate) fn new() -> io::Result<Scratch> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        static SWEEPING: Once = Once::new();
        let parent = Dir::open_ambient_dir(PARENT, ambient_authority())?;
        SWEEPING.call_once(|| sweep(&parent));
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        let process = rustix::process::getpid().as_raw_nonzero();
        loop {
            let made = MADE.fetch_add(1, Ordering::Relaxed);
            let name = OsString::from(format!("{PREFIX}{process}-{made}"));
            match parent.create_dir_with(&name, &builder) {
                Ok(()) => {}
                // In use by a process with the same number in another container, or put there by
                // somebody who guessed the name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            // Another process may take the folder for a forgotten one until it is locked.
            let Ok(folder) = parent.open_dir(&name) else { continue };
            let lock = lock(&folder, FlockOperation::LockShared)?;
            if parent.symlink_metadata(&name).is_ok() {
                return Ok(Scratch { parent, folder, name, _lock: lock });
            }
        }
    }

    pub(crate) fn folder(&self) -> &Dir {
        &self.folder
    }

    /// Removes everything, however deep it is nested: a folder inside of a folder is first moved to
    /// the top, so that neither the stack nor the descriptors follow the guest's depth.
    fn remove(&self) -> io::Result<()> {
        let mut moved = 0_u64;
        let mut pending = Vec::new();
        self.empty(&self.folder, &mut moved, &mut pending)?;
        while let Some(name) = pending.pop() {
            let inner = self.folder.open_dir(&name)?;
            self.empty(&inner, &mut moved, &mut pending)?;
            self.folder.remove_dir(&name)?;
        }
        self.parent.remove_dir(&self.name)
    }

    /// Removes the files of a folder and moves its folders to the top.
    fn empty(&self, folder: &Dir, moved: &mut u64, pending: &mut Vec<OsString>) -> io::Result<()> {
        for entry in folder.entries()?.collect::<Vec<_>>() {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                entry.remove_file()?;
                continue;
            }
            // A name that no guest has chosen.
            let name = loop {
                *moved += 1;
                let name = OsString::from(format!(".{PREFIX}{moved}"));
                if self.folder.symlink_metadata(&name).is_err() {
                    break name;
                }
            };
            folder.rename(entry.file_name(), &self.folder, &name)?;
            pending.push(name);
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody is left to tell; what remains is in a folder that only this user can enter, and the
        // next process tries again.
        self.remove().ok();
    }
}

/// Locks a folder for as long as the descriptor is open. That of a [`Dir`] only stands for a path, and
/// cannot be locked.
fn lock(folder: &Dir, operation: FlockOperation) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let descriptor = rustix::fs::openat(folder, ".", flags, Mode::empty())?;
    rustix::fs::flock(&descriptor, operation)?;
    Ok(descriptor)
}

/// Removes the folders that killed processes of this user have left.
fn sweep(parent: &Dir) {
    let user = rustix::process::geteuid().as_raw();
    for entry in parent.entries().into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let forgotten = || -> io::Result<Scratch> {
            let metadata = parent.symlink_metadata(&name)?;
            if !metadata.is_dir() || metadata.uid() != user {
                return Err(io::ErrorKind::NotFound.into());
            }
            let folder = parent.open_dir(&name)?;
            let lock = lock(&folder, FlockOperation::NonBlockingLockExclusive)?;
            Ok(Scratch { parent: parent.try_clone()?, folder, name: name.clone(), _lock: lock })
        };
        // Dropping it removes it.
        drop(forgotten());
    }
}

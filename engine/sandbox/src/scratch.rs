//! The private `/tmp` of a session: a folder on the host that goes with it.
//!
//! Making and removing a folder takes longer than everything else that a fresh session needs of the
//! file system. So a folder in which its session has never made anything is kept for the next one;
//! [`Folders`] holds those of an engine.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt as _, MetadataExt as _};
use rustix::fs::{FlockOperation, Mode, OFlags};

/// Where the folders are made. The library reads no environment, so this is not the value of `TMPDIR`.
const PARENT: &str = "/tmp";

/// What their names begin with.
const PREFIX: &str = "fumehood-";

/// Folders that are kept at most.
const MOST: usize = 16;

/// Folders of sessions that have ended without using them.
#[derive(Default)]
pub(crate) struct Folders(Mutex<Vec<Folder>>);

impl Folders {
    /// An empty folder.
    pub(crate) fn take(self: &Arc<Self>) -> io::Result<Scratch> {
        let kept = self.kept().pop();
        let folder = match kept {
            Some(folder) => folder,
            None => Folder::new()?,
        };
        Ok(Scratch { folder: Some(folder), folders: Arc::clone(self) })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Folder>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder of a session.
pub(crate) struct Scratch {
    /// There until the drop.
    folder: Option<Folder>,
    folders: Arc<Folders>,
}

impl Scratch {
    pub(crate) fn folder(&self) -> Option<&Dir> {
        self.folder.as_ref().map(|folder| &folder.folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else { return };
        let mut kept = self.folders.kept();
        if kept.len() < MOST && folder.is_untouched() {
            kept.push(folder);
        } else {
            // Removing it may take a while.
            drop(kept);
            drop(folder);
        }
    }
}

/// A folder that is removed with this value. As long as the process lives it holds a lock on the folder,
/// by which others know that it is in use.
struct Folder {
    parent: Dir,
    folder: Dir,
    name: OsString,
    /// When anything about it last changed, as it was in the beginning.
    changed: (i64, i64),
    _lock: OwnedFd,
}

impl Folder {
    fn new() -> io::Result<Folder> {
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
                let changed = changed(&folder)?;
                return Ok(Folder { parent, folder, name, changed, _lock: lock });
            }
        }
    }

    /// Whether it is empty, and shows no trace of anything that was made in it.
    ///
    /// It is looked into whatever its times say: they are only as fine as the clock of the system, and a
    /// session can set the time of the last modification.
    fn is_untouched(&self) -> bool {
        let is_empty = self.folder.entries().is_ok_and(|mut entries| entries.next().is_none());
        is_empty && changed(&self.folder).is_ok_and(|changed| changed == self.changed)
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

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is left to tell; what remains is in a folder that only this user can enter, and the
        // next process tries again.
        self.remove().ok();
    }
}

/// When a folder was last changed in any way, its times included.
fn changed(folder: &Dir) -> io::Result<(i64, i64)> {
    let metadata = folder.dir_metadata()?;
    Ok((metadata.ctime(), metadata.ctime_nsec()))
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
        let forgotten = || -> io::Result<Folder> {
            let metadata = parent.symlink_metadata(&name)?;
            if !metadata.is_dir() || metadata.uid() != user {
                return Err(io::ErrorKind::NotFound.into());
            }
            let folder = parent.open_dir(&name)?;
            let lock = lock(&folder, FlockOperation::NonBlockingLockExclusive)?;
            let parent = parent.try_clone()?;
            Ok(Folder { parent, folder, name: name.clone(), changed: (0, 0), _lock: lock })
        };
        // Dropping it removes it.
        drop(forgotten());
    }
}

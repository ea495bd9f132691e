//! Copying between a session's files and folders of the host.
//!
//! Folders are walked with a list of where one is in each, so nothing calls itself, and as many are open
//! as are nested.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use cap_std::fs::{Dir, OpenOptions};

use crate::error::FilesError;
use crate::files::content::BLOCK;
use crate::files::open::SharedTree;
use crate::files::tree::{FileKind, Inode, Opening, Refusal, Tree};

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// Files.
    pub files: u64,
    /// Their sizes together.
    pub bytes: u64,
    /// The paths of what was not: links, and what is neither a file nor a folder.
    pub skipped: Vec<String>,
}

/// Copies what is in a folder of the host into one of the tree, whose path is for errors.
pub(super) fn import(
    tree: &SharedTree,
    from: &Dir,
    to: Inode,
    path: &str,
) -> Result<Copied, FilesError> {
    struct Frame {
        folder: Dir,
        /// Names that are left, the next one last.
        names: Vec<OsString>,
        to: Inode,
        path: String,
    }
    let frame = |folder: io::Result<Dir>, to, path: String| {
        let listed = folder.and_then(|folder| {
            let entries = folder.entries()?.map(|entry| Ok(entry?.file_name()));
            let mut names = entries.collect::<io::Result<Vec<_>>>()?;
            names.sort_unstable_by(|one, other| other.cmp(one));
            Ok((folder, names))
        });
        match listed {
            Ok((folder, names)) => Ok(Frame { folder, names, to, path }),
            Err(source) => Err(FilesError::Host { path, source }),
        }
    };
    let mut copied = Copied::default();
    let path = path.trim_end_matches('/').to_owned();
    let mut frames = vec![frame(from.try_clone(), to, path)?];
    while let Some(Frame { folder, names, to, path }) = frames.last_mut() {
        let Some(name) = names.pop() else {
            frames.pop();
            continue;
        };
        let path = format!("{path}/{}", name.to_string_lossy());
        let refused = |reason| FilesError::Refused { path: path.clone(), reason };
        let host = |source| FilesError::Host { path: path.clone(), source };
        let Some(guest_name) = name.to_str() else {
            copied.skipped.push(path);
            continue;
        };
        let metadata = folder.symlink_metadata(&name).map_err(host)?;
        if metadata.is_dir() {
            let mut tree = tree.lock();
            let made = match tree.make_folder(*to, guest_name) {
                Err(Refusal::Exists) => {
                    let there = tree.find(*to, guest_name, false);
                    there.and_then(|there| tree.folder(there).map(|_| there))
                }
                made => made,
            };
            drop(tree);
            let (inner, made) = (folder.open_dir(&name), made.map_err(refused)?);
            frames.push(frame(inner, made, path)?);
        } else if metadata.is_file() {
            let mut file = folder.open(&name).map_err(host)?;
            let opening =
                Opening { write: true, create: true, truncate: true, ..Opening::default() };
            let inode = tree.lock().open(*to, guest_name, opening).map_err(refused)?;
            let (mut at, mut bytes) = (0, vec![0; BLOCK]);
            loop {
                let read = file.read(&mut bytes).map_err(host)?;
                if read == 0 {
                    break;
                }
                tree.lock().write(inode, at, &bytes[..read]).map_err(refused)?;
                at += read as u64;
            }
            copied.files += 1;
            copied.bytes += at;
        } else if metadata.is_symlink() {
            let target = folder.read_link_contents(&name).map_err(host)?;
            match target.to_str().map(|target| tree.lock().make_link(target, *to, guest_name)) {
                Some(Ok(_)) => {}
                None | Some(Err(Refusal::NotPermitted)) => copied.skipped.push(path),
                Some(Err(reason)) => return Err(refused(reason)),
            }
        } else {
            copied.skipped.push(path);
        }
    }
    Ok(copied)
}

/// Copies a file, or what is in a folder, into a folder of the host.
pub(super) fn export(
    tree: &Tree,
    inode: Inode,
    path: &str,
    to: &Dir,
) -> Result<Copied, FilesError> {
    struct Frame {
        folder: Inode,
        /// The entry that was copied last.
        last: Option<Arc<str>>,
        to: Dir,
        /// Where `to` is in the folder that was named.
        place: PathBuf,
    }
    let path = path.trim_end_matches('/');
    let mut copied = Copied::default();
    let host = |path: &str, source| FilesError::Host { path: path.to_owned(), source };
    if tree.kind(inode).is_ok_and(|kind| kind == FileKind::File) {
        let name = path.rsplit('/').next().unwrap_or(path);
        copied.bytes = write(tree, inode, to, name).map_err(|error| host(path, error))?;
        copied.files = 1;
        return Ok(copied);
    }
    // Files with several names, and where the first is.
    let mut written = BTreeMap::<Inode, PathBuf>::new();
    let outer = to.try_clone().map_err(|error| host(path, error))?;
    let mut frames = vec![Frame { folder: inode, last: None, to: outer, place: PathBuf::new() }];
    while let Some(Frame { folder, last, to: here, place }) = frames.last_mut() {
        let next = tree.entry_after(*folder, last.as_deref());
        let refused = |reason| FilesError::Refused { path: path.to_owned(), reason };
        let Some((name, inode)) = next.map_err(refused)? else {
            frames.pop();
            continue;
        };
        let at = place.join(&*name);
        let failed = |source| host(&format!("{path}/{}", at.display()), source);
        let metadata = tree.metadata(inode).map_err(refused)?;
        *last = Some(Arc::clone(&name));
        match metadata.kind {
            FileKind::Folder => {
                let to = make_folder(here, &name).map_err(failed)?;
                frames.push(Frame { folder: inode, last: None, to, place: at });
            }
            FileKind::File => {
                if let Some(first) = written.get(&inode) {
                    remove(here, &name).map_err(failed)?;
                    to.hard_link(first, here, &*name).map_err(failed)?;
                } else {
                    copied.bytes += write(tree, inode, here, &name).map_err(failed)?;
                    if metadata.links > 1 {
                        written.insert(inode, at);
                    }
                }
                copied.files += 1;
            }
            FileKind::Link => copied.skipped.push(format!("{path}/{}", at.display())),
        }
    }
    Ok(copied)
}

/// A folder of the host, made if it is not there. What is there and no folder is an error, and so is a
/// link, wherever it leads.
fn make_folder(folder: &Dir, name: &str) -> io::Result<Dir> {
    match folder.create_dir(name) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !folder.symlink_metadata(name)?.is_dir() {
                return Err(error);
            }
        }
        made => made?,
    }
    folder.open_dir(name)
}

/// Removes a file or link of the host, if there is one.
fn remove(folder: &Dir, name: &str) -> io::Result<()> {
    match folder.remove_file(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Writes a file of the host, in the place of what may be there, with the holes it has. Its size.
fn write(tree: &Tree, inode: Inode, folder: &Dir, name: &str) -> io::Result<u64> {
    remove(folder, name)?;
    let options = OpenOptions::new().write(true).create_new(true).clone();
    let file = folder.open_with(name, &options)?.into_std();
    let size = tree.metadata(inode).map_err(io::Error::other)?.size;
    for (at, bytes) in tree.parts(inode).map_err(io::Error::other)? {
        file.write_all_at(bytes, at)?;
    }
    file.set_len(size)?;
    Ok(size)
}

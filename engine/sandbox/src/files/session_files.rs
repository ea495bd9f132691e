//! A session's files, for the program that has it.

use std::sync::Arc;

use cap_std::fs::Dir;

use crate::error::FilesError;
use crate::files::copying::{self, Copied};
use crate::files::open::SharedTree;
use crate::files::tree::{FileKind, FileMetadata, Inode, Opening, ROOT, Refusal, Tree};
use crate::files::{WORK, path};

/// The files of a session's own, between its steps; see [`Session::files`](crate::Session::files).
///
/// Paths are those that the code sees; one that is not absolute, such as `table.csv`, begins in the folder
/// where the code begins. Granted folders are not among them. Whatever is written counts among the same
/// limits as what the code writes, and ends in the same refusals.
///
/// # Examples
///
/// ```no_run
/// # async fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
/// session.files().write("numbers.txt", b"1 2 3")?;
/// session.run("open('sum.txt', 'w').write(str(sum(map(int, open('numbers.txt').read().split()))))").await?;
/// assert_eq!(session.files().read("sum.txt")?, b"6");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Files<'a> {
    tree: &'a SharedTree,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileEntry {
    /// Its name.
    pub name: String,
    /// What is known about it; of a link, about the link itself.
    pub metadata: FileMetadata,
}

impl Files<'_> {
    pub(crate) fn new(tree: &SharedTree) -> Files<'_> {
        Files { tree }
    }

    /// What is in a folder, in the order of names.
    ///
    /// # Errors
    ///
    /// [`FilesError::Refused`] if there is no such folder.
    pub fn list(&self, path: &str) -> Result<Vec<FileEntry>, FilesError> {
        let tree = self.tree.lock();
        let list = || -> Result<Vec<_>, Refusal> {
            let folder = tree.find(ROOT, &inside(path), true)?;
            let entries = tree.folder(folder)?.entries.iter();
            let entry = |(name, inode): (&Arc<str>, &Inode)| {
                Ok(FileEntry { name: name.to_string(), metadata: tree.metadata(*inode)? })
            };
            entries.map(entry).collect()
        };
        list().map_err(refused(path))
    }

    /// What is known about a file or folder, or about what a link leads to.
    ///
    /// # Errors
    ///
    /// [`FilesError::Refused`] if there is none.
    pub fn metadata(&self, path: &str) -> Result<FileMetadata, FilesError> {
        let tree = self.tree.lock();
        let found = tree.find(ROOT, &inside(path), true);
        found.and_then(|inode| tree.metadata(inode)).map_err(refused(path))
    }

    /// The bytes of a file. There may be as many as [`Limits::file_size`](crate::Limits::file_size)
    /// says, whatever the file holds of them: holes are zeros.
    ///
    /// # Errors
    ///
    /// [`FilesError::Refused`] if there is no such file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let tree = self.tree.lock();
        let read = || {
            let file = tree.find(ROOT, &inside(path), true)?;
            let size = tree.metadata(file)?.size;
            let mut bytes = vec![0; usize::try_from(size).map_err(|_| Refusal::FileTooLarge)?];
            tree.read(file, 0, &mut bytes)?;
            Ok(bytes)
        };
        read().map_err(refused(path))
    }

    /// Makes a file with these bytes, or gives one other bytes. Folders that are missing on the way are
    /// made.
    ///
    /// # Errors
    ///
    /// [`FilesError::Refused`] if there is a folder with that name, or for a limit. The file may then be
    /// there and empty.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let tree = &mut *self.tree.lock();
        let mut write = || {
            let inside = inside(path);
            if let Some((folder, _)) = inside.rsplit_once('/') {
                make_folders(tree, folder)?;
            }
            let opening = Opening {
                write: true,
                create: true,
                truncate: true,
                follow: true,
                ..Opening::default()
            };
            let file = tree.open(ROOT, &inside, opening)?;
            tree.write(file, 0, bytes)
        };
        write().map_err(refused(path))
    }

    /// Removes a file or a link, or a folder and all that is in it.
    ///
    /// # Errors
    ///
    /// [`FilesError::Refused`] if there is none, or if it is one that has to stay.
    pub fn remove(&mut self, path: &str) -> Result<(), FilesError> {
        let mut tree = self.tree.lock();
        let inside = inside(path);
        let found = tree.find(ROOT, &inside, false);
        let mut remove = || match tree.kind(found?)? {
            FileKind::File | FileKind::Link => tree.remove_file(ROOT, &inside),
            FileKind::Folder => tree.remove_all(ROOT, &inside),
        };
        remove().map_err(refused(path))
    }

    /// Copies what is in a folder of the host into a folder, which is made if it is not there. A link is
    /// copied as a link, if it is not one to an absolute path. Files that have the same names get other
    /// bytes.
    ///
    /// # Errors
    ///
    /// * [`FilesError::Refused`], for a limit above all; what was copied before stays
    /// * [`FilesError::Host`] if something of the host cannot be read
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// use cap_std::{ambient_authority, fs::Dir};
    ///
    /// let data = Dir::open_ambient_dir("data", ambient_authority())?;
    /// let copied = session.files().import(&data, "data")?;
    /// println!("{} files", copied.files);
    /// # Ok(())
    /// # }
    /// ```
    pub fn import(&mut self, from: &Dir, to: &str) -> Result<Copied, FilesError> {
        let folder = make_folders(&mut self.tree.lock(), &inside(to)).map_err(refused(to))?;
        copying::import(self.tree, from, folder, to)
    }

    /// Copies a file, or what is in a folder, into a folder of the host. Links are skipped, so none that
    /// the code made is ever on the host. A file of the host that is in the way is replaced; what is
    /// outside of the folder is not touched, whatever leads there.
    ///
    /// # Errors
    ///
    /// * [`FilesError::Refused`] if there is no such file or folder
    /// * [`FilesError::Host`] if something cannot be written
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// use cap_std::{ambient_authority, fs::Dir};
    ///
    /// let results = Dir::open_ambient_dir("results", ambient_authority())?;
    /// let copied = session.files().export("/work", &results)?;
    /// println!("{} files, {} bytes", copied.files, copied.bytes);
    /// # Ok(())
    /// # }
    /// ```
    pub fn export(&self, path: &str, to: &Dir) -> Result<Copied, FilesError> {
        let tree = self.tree.copy();
        let inode = tree.find(ROOT, &inside(path), true).map_err(refused(path))?;
        copying::export(&tree, inode, path, to)
    }
}

/// The path below the root.
fn inside(path: &str) -> String {
    match path.strip_prefix('/') {
        Some(rest) if rest.trim_start_matches('/').is_empty() => ".".to_owned(),
        Some(rest) => rest.trim_start_matches('/').to_owned(),
        None => format!("{WORK}/{path}"),
    }
}

/// The folder at a path below the root, made with those it is in.
fn make_folders(tree: &mut Tree, path: &str) -> Result<Inode, Refusal> {
    let mut folder = ROOT;
    for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
        path::check(name)?;
        folder = match tree.make_folder(folder, name) {
            // The folders of the root are there, or cannot be made.
            Err(Refusal::Exists | Refusal::NotPermitted) => tree.find(folder, name, true)?,
            made => made?,
        };
    }
    tree.folder(folder).map(|_| folder)
}

fn refused(path: &str) -> impl FnOnce(Refusal) -> FilesError {
    move |reason| FilesError::Refused { path: path.to_owned(), reason }
}

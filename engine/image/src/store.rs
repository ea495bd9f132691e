//! Where images are kept, and building them there once.
//!
//! A store is a directory that belongs to one user:
//!
//! ```text
//! lock               held by whoever builds
//! guest-<hash>/      the guest package, unpacked
//! packages-<hash>/   the libraries beside it, unpacked
//! code-<hash>/       its machine code, of the inputs that the hash names
//! image-<hash>/      an image, whole by itself (its large files are hard links to those of the guest and the code)
//! prepared/          what is prepared with the images, which whoever does that keeps here
//! building-<random>/ what is being made, or what a killed builder left
//! ```
//!
//! A directory gets its final name when it is complete and on the disk, so whatever has that name is
//! whole. The lock ends with the process that holds it.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use fumehood::{Image, ImageError, Metering};
use rustix::fs::FlockOperation;

use crate::error::BuildError;
use crate::{Stage, make, recipe};

/// Megabytes that building needs at its largest, and a margin.
const NEEDED_MEGABYTES: u64 = 1500;

/// What begins the name of a directory that is not complete.
const BUILDING: &str = "building-";
/// The directory of what is prepared with images.
const PREPARED: &str = "prepared";
/// The folder of the machine code of components.
const COMPONENTS: &str = "components";

/// A directory in which images are built and kept.
///
/// # Examples
///
/// ```no_run
/// use fumehood_image::ImageStore;
///
/// let image = ImageStore::of_user()?.open_or_build(|stage| eprintln!("{stage}"))?;
/// # Ok::<(), fumehood_image::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageStore {
    root: PathBuf,
    python: Option<PathBuf>,
    metering: Metering,
}

impl ImageStore {
    /// The store in the user's cache directory: `fumehood` in `$XDG_CACHE_HOME`, or in `~/.cache`.
    ///
    /// # Errors
    ///
    /// [`BuildError::NoHome`]
    pub fn of_user() -> Result<ImageStore, BuildError> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| BuildError::NoHome)?;
        Ok(ImageStore::at(base.cache_dir().join("fumehood")))
    }

    /// The store in a directory, which is made when something is built.
    pub fn at(root: impl Into<PathBuf>) -> ImageStore {
        ImageStore { root: root.into(), python: None, metering: Metering::default() }
    }

    /// Has the guest fetched by this Python instead of `python3` or `python`, whichever is there.
    #[must_use]
    pub fn with_python(mut self, interpreter: impl Into<PathBuf>) -> ImageStore {
        self.python = Some(interpreter.into());
        self
    }

    /// The image that is metered like this. The default is [`Metering::Fuel`]. Each is built when it
    /// is first asked for.
    #[must_use]
    pub fn with_metering(mut self, metering: Metering) -> ImageStore {
        self.metering = metering;
        self
    }

    /// The directory of the image that this version of the library uses, whether it is there or not.
    pub fn image_path(&self) -> PathBuf {
        self.root.join(format!("image-{}", recipe::id(self.metering)))
    }

    /// The directory for sessions that are saved to be begun with, whether it is there or not. They need
    /// the image that they were saved with, and are removed with it.
    pub fn prepared_folder(&self) -> PathBuf {
        self.root.join(PREPARED)
    }

    /// Makes the directory for the machine code of components if it is not there, for its user alone. It is not one of
    /// an image, and goes when all images are removed.
    ///
    /// # Errors
    ///
    /// [`BuildError::Io`] or [`BuildError::Directory`]
    pub fn make_components_folder(&self) -> Result<PathBuf, BuildError> {
        self.make_folder(self.root.join(COMPONENTS))
    }

    /// Makes that directory if it is not there, for its user alone.
    ///
    /// # Errors
    ///
    /// [`BuildError::Io`] or [`BuildError::Directory`]
    pub fn make_prepared_folder(&self) -> Result<PathBuf, BuildError> {
        self.make_folder(self.prepared_folder())
    }

    /// The Python that fetches packages, if one was named.
    pub(crate) fn python(&self) -> Option<&Path> {
        self.python.as_deref()
    }

    fn make_folder(&self, folder: PathBuf) -> Result<PathBuf, BuildError> {
        self.prepare_root()?;
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(BuildError::io("create", &folder)(error))
            }
            _ => Ok(folder),
        }
    }

    /// Opens the image.
    ///
    /// # Errors
    ///
    /// As for [`Image::open`].
    pub fn open(&self) -> Result<Image, ImageError> {
        Image::open(self.image_path())
    }

    /// Opens the image, building it before if it is not there. Of several processes that want to
    /// build it, one does and the others wait.
    ///
    /// # Errors
    ///
    /// Any [`BuildError`]. An image that is there but damaged is not replaced; [`ImageStore::remove`]
    /// removes it.
    pub fn open_or_build(&self, progress: impl FnMut(Stage)) -> Result<Image, BuildError> {
        match self.open() {
            Err(ImageError::Missing { .. }) => self.build(progress),
            other => Ok(other?),
        }
    }

    /// Builds the image if it is not there, and opens it.
    ///
    /// # Errors
    ///
    /// Any [`BuildError`].
    pub fn build(&self, mut progress: impl FnMut(Stage)) -> Result<Image, BuildError> {
        self.prepare_root()?;
        let _lock = self.lock(&mut progress)?;
        let image = self.image_path();
        if !image.exists() {
            self.clear_leftovers();
            self.check_space()?;
            let mut builder = Builder { python: self.python.as_deref(), progress: &mut progress };
            let guest = self.root.join(format!("guest-{}", recipe::guest_id()));
            if !guest.exists() {
                self.publish(&guest, |target| make::guest(&mut builder, target))?;
            }
            let packages = self.root.join(format!("packages-{}", recipe::packages_id()));
            if !packages.exists() {
                self.publish(&packages, |target| make::packages(&mut builder, target))?;
            }
            let code = self.root.join(format!("code-{}", recipe::code_id(self.metering)));
            if !code.exists() {
                self.publish(&code, |target| {
                    make::code(&mut builder, self.metering, &guest, target)
                })?;
            }
            self.publish(&image, |target| {
                let parts = make::Parts { guest: &guest, packages: &packages, code: &code };
                make::image(&mut builder, self.metering, parts, target)
            })?;
        }
        Ok(self.open()?)
    }

    /// Removes all images, what was prepared with them, and everything that was made on the way.
    ///
    /// Sessions that are running go on: what they use stays on the disk until they end.
    ///
    /// # Errors
    ///
    /// [`BuildError::Io`]
    pub fn remove(&self) -> Result<(), BuildError> {
        if !self.root.exists() {
            return Ok(());
        }
        let _lock = self.lock(&mut |_| ())?;
        self.clear_leftovers();
        for path in self.entries()? {
            // The name goes first: a directory that is half removed must not look whole.
            let doomed = self.root.join(format!("{BUILDING}removed"));
            fs::rename(&path, &doomed).map_err(BuildError::io("remove", &path))?;
            fs::remove_dir_all(&doomed).map_err(BuildError::io("remove", &path))?;
        }
        Ok(())
    }

    /// The directories of the store.
    fn entries(&self) -> Result<Vec<PathBuf>, BuildError> {
        let entries = fs::read_dir(&self.root).map_err(BuildError::io("read", &self.root))?;
        let directories = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name == PREPARED
                    || name == COMPONENTS
                    || [BUILDING, "guest-", "packages-", "code-", "image-"]
                        .iter()
                        .any(|prefix| name.starts_with(prefix))
            });
        Ok(directories.collect())
    }

    fn prepare_root(&self) -> Result<(), BuildError> {
        if let Some(parent) = self.root.parent() {
            fs::create_dir_all(parent).map_err(BuildError::io("create", parent))?;
        }
        match DirBuilder::new().mode(0o700).create(&self.root) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(BuildError::io("create", &self.root)(error)),
        }
        let metadata = fs::metadata(&self.root).map_err(BuildError::io("read", &self.root))?;
        let refuse =
            |reason: String| Err(BuildError::Directory { path: self.root.clone(), reason });
        if !metadata.is_dir() {
            return refuse("it is not a directory".to_owned());
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return refuse(format!("it belongs to user {}", metadata.uid()));
        }
        if metadata.mode() & 0o077 != 0 {
            return refuse(format!(
                "others may enter it (mode {:o}); it has to be the user's alone (mode 700)",
                metadata.mode() & 0o777
            ));
        }
        Ok(())
    }

    fn lock(&self, progress: &mut dyn FnMut(Stage)) -> Result<File, BuildError> {
        let path = self.root.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(BuildError::io("open", &path))?;
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            progress(Stage::Waiting);
            loop {
                match rustix::fs::flock(&file, FlockOperation::LockExclusive) {
                    Ok(()) => break,
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(BuildError::io("lock", &path)(error.into())),
                }
            }
        }
        Ok(file)
    }

    /// Removes what killed builders left. The caller holds the lock, so nobody is building.
    fn clear_leftovers(&self) {
        let left = self.entries().unwrap_or_default();
        for path in left {
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BUILDING)) {
                fs::remove_dir_all(path).ok();
            }
        }
    }

    fn check_space(&self) -> Result<(), BuildError> {
        // Where the system does not say, the writes will.
        if let Ok(space) = rustix::fs::statvfs(&self.root) {
            let available = space.f_bavail.saturating_mul(space.f_frsize) / 1_000_000;
            if available < NEEDED_MEGABYTES {
                return Err(BuildError::NoSpace {
                    path: self.root.clone(),
                    needed: NEEDED_MEGABYTES,
                    available,
                });
            }
        }
        Ok(())
    }

    /// Has a directory made under another name, and gives it its name when it is complete.
    fn publish(
        &self,
        path: &Path,
        make: impl FnOnce(&Path) -> Result<(), BuildError>,
    ) -> Result<(), BuildError> {
        let building = tempfile::Builder::new()
            .prefix(BUILDING)
            .tempdir_in(&self.root)
            .map_err(BuildError::io("create", &self.root))?;
        make(building.path())?;
        settle(building.path())?;
        fs::rename(building.path(), path).map_err(BuildError::io("create", path))?;
        // It has another name now, so there is nothing left to remove.
        let _ = building.keep();
        sync(&self.root)
    }
}

/// Gives everything below a directory to its user alone, and has it reach the disk.
fn settle(directory: &Path) -> Result<(), BuildError> {
    for entry in fs::read_dir(directory).map_err(BuildError::io("read", directory))? {
        let path = entry.map_err(BuildError::io("read", directory))?.path();
        if path.is_dir() {
            settle(&path)?;
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
                .map_err(BuildError::io("write", &path))?;
            sync(&path)?;
        }
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
        .map_err(BuildError::io("write", directory))?;
    sync(directory)
}

fn sync(path: &Path) -> Result<(), BuildError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BuildError::io("sync", path))
}

/// What the stages of building share.
pub(crate) struct Builder<'a> {
    python: Option<&'a Path>,
    progress: &'a mut dyn FnMut(Stage),
}

impl Builder<'_> {
    pub(crate) fn stage(&mut self, stage: Stage) {
        (self.progress)(stage);
    }

    pub(crate) fn python(&self) -> Option<&OsStr> {
        self.python.map(Path::as_os_str)
    }
}

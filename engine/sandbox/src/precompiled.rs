//! Loading machine code that was compiled before.

#![expect(unsafe_code, reason = "machine code cannot be checked, only trusted")]

use std::io;
use std::os::fd::AsRawFd as _;
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::File;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::image::{FileDigest, digest_of};

/// Proof that a file holds what this library's image builder wrote, byte for byte.
///
/// There are two ways to one: `image` makes it after it has compared all files of an image with the
/// manifest, and [`VerifiedFile::of_path`] compares a single one for the builder itself.
#[derive(Debug)]
pub(crate) struct VerifiedFile(pub(super) File);

impl VerifiedFile {
    /// Compares a file with its digest.
    pub(crate) fn of_path(path: &Path, expected: &FileDigest) -> io::Result<VerifiedFile> {
        let mut file = File::open_ambient(path, ambient_authority())?;
        if digest_of(&mut file)? != *expected {
            return Err(io::Error::other(format!("`{}` is damaged", path.display())));
        }
        Ok(VerifiedFile(file))
    }
}

/// Loads a component that the image builder compiled.
pub(crate) fn load(engine: &Engine, file: VerifiedFile) -> wasmtime::Result<Component> {
    // The path names the open file itself, whatever has become of the name it was opened by.
    let path = format!("/proc/self/fd/{}", file.0.as_raw_fd());
    // SAFETY: `deserialize_file` wants an artefact that wasmtime itself has written, and that does
    // not change while it is mapped. The first is what a `VerifiedFile` stands for: it belongs to an
    // image whose manifest names its SHA-256, and the image builder writes a manifest only around
    // what `Engine::precompile_component` returned. The second holds because images are published
    // by renaming a finished directory and are never written to afterwards, and because nobody but
    // the owner may write to the directory and its files, which `image` checks. Artefacts of
    // another wasmtime or another configuration are refused by wasmtime itself.
    unsafe { Component::deserialize_file(engine, path) }
}

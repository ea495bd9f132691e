//! Taking a wheel apart that anybody may have made.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Files of a wheel.
const FILES_MOST: usize = 10_000;
/// Bytes of all its files together.
const BYTES_MOST: u64 = 256 << 20;
/// Bytes of what it says of itself.
const METADATA_MOST: usize = 1 << 20;
/// What machine code is in.
const MACHINE_CODE: [&str; 5] = ["so", "pyd", "dylib", "dll", "a"];

/// What is taken from a wheel.
#[derive(Debug)]
pub(super) struct Wheel {
    /// What it says of itself: its `METADATA`.
    pub(super) metadata: String,
    /// Its files, by their paths where modules are found.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

/// Opens a wheel that has one of these hashes, checks each file, and leaves out what is not imported. The failure says
/// what is wrong.
pub(super) fn open(path: &Path, hashes: &[String]) -> Result<Wheel, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !name.strip_suffix("-none-any.whl").is_some_and(|rest| rest.contains("py3")) {
        return Err("it is not a wheel for any machine (py3-none-any)".to_owned());
    }
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let found = fumehood::workshop::digest(&mut file).map_err(|error| error.to_string())?;
    if !hashes.contains(&found.sha256) {
        return Err(format!("its SHA-256 is {}, which is none that was asked for", found.sha256));
    }
    taken_apart(File::open(path).map_err(|error| error.to_string())?)
}

fn taken_apart(file: impl std::io::Read + std::io::Seek) -> Result<Wheel, String> {
    let all = unpacked(file)?;
    let information = all.keys().filter_map(|path| path.strip_suffix(".dist-info/WHEEL"));
    let information = information.filter(|name| !name.contains('/')).collect::<Vec<_>>();
    let [name] = information.as_slice() else {
        return Err("it has not exactly one folder with what it says of itself".to_owned());
    };
    let (of, data) = (format!("{name}.dist-info/"), format!("{name}.data/"));
    let said = |file: &str| {
        let bytes = all.get(&format!("{of}{file}")).filter(|bytes| bytes.len() <= METADATA_MOST);
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.ok_or_else(|| format!("its {file} is missing, is too long, or is no text"))
    };
    let is_pure = |line: &str| {
        line.split_once(':').is_some_and(|(key, value)| {
            key == "Root-Is-Purelib" && value.trim().eq_ignore_ascii_case("true")
        })
    };
    if !said("WHEEL")?.lines().any(is_pure) {
        return Err("it says of itself that it is made for a machine".to_owned());
    }
    check_record(&all, said("RECORD")?, &of)?;
    let metadata = said("METADATA")?.to_owned();
    let mut files = BTreeMap::new();
    for (path, bytes) in all {
        let place = match path.strip_prefix(&data) {
            None => path.as_str(),
            Some(inner) => match inner.split_once('/') {
                Some(("purelib", place)) => place,
                Some(("platlib", _)) => {
                    return Err("it has a part that is made for a machine".to_owned());
                }
                // Programs and headers are of no use here.
                _ => continue,
            },
        };
        let extension = place.rsplit('/').next().unwrap_or_default().rsplit_once('.');
        let extension = extension.map_or("", |(_, extension)| extension);
        if MACHINE_CODE.contains(&extension) {
            return Err(format!("`{place}` is machine code, and the guest runs none"));
        }
        // Other interpreters would run the one at their start, and nobody has read the other.
        if extension == "pyc" || (extension == "pth" && !place.contains('/')) {
            continue;
        }
        if files.insert(place.to_owned(), bytes).is_some() {
            return Err(format!("it has two files that are `{place}`"));
        }
    }
    Ok(Wheel { metadata, files })
}

/// All files, by their paths in the wheel.
fn unpacked(file: impl std::io::Read + std::io::Seek) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut archive = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
    if archive.len() > FILES_MOST {
        return Err(format!("it has more than {FILES_MOST} files"));
    }
    let (mut all, mut left) = (BTreeMap::new(), BYTES_MOST);
    for position in 0..archive.len() {
        let entry = archive.by_index(position).map_err(|error| error.to_string())?;
        let path = entry.name().map_err(|error| error.to_string())?.into_owned();
        let leads_out = path.contains(['\\', '\0'])
            || path.trim_end_matches('/').split('/').any(|name| matches!(name, "" | "." | ".."));
        if leads_out {
            return Err(format!("it has a file outside of itself: {path:?}"));
        }
        if entry.is_dir() {
            continue;
        }
        if entry.is_symlink() {
            return Err(format!("`{path}` is a link, and not a file"));
        }
        // How long it is, an archive may say wrongly.
        let mut bytes = Vec::new();
        let read = entry.take(left + 1).read_to_end(&mut bytes);
        let read = read.map_err(|error| format!("`{path}` cannot be read: {error}"))? as u64;
        left = left
            .checked_sub(read)
            .ok_or_else(|| format!("its files are more than {BYTES_MOST} bytes together"))?;
        if all.insert(path.clone(), bytes).is_some() {
            return Err(format!("it has two files that are `{path}`"));
        }
    }
    Ok(all)
}

/// Compares each file with the hash that the wheel itself has written down.
fn check_record(all: &BTreeMap<String, Vec<u8>>, record: &str, of: &str) -> Result<(), String> {
    let mut recorded = BTreeMap::new();
    for line in record.lines().filter(|line| !line.trim().is_empty()) {
        let mut parts = line.rsplitn(3, ',');
        let (_, hash, path) = (parts.next(), parts.next(), parts.next());
        let (Some(hash), Some(path)) = (hash, path) else {
            return Err(format!("its RECORD has a line that cannot be read: {line:?}"));
        };
        let path = match path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => path.to_owned(),
        };
        recorded.insert(path, hash);
    }
    let unsigned = ["RECORD", "RECORD.jws", "RECORD.p7s"].map(|name| format!("{of}{name}"));
    for (path, bytes) in all.iter().filter(|(path, _)| !unsigned.contains(path)) {
        let hash = format!("sha256={}", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)));
        if recorded.get(path) != Some(&hash.as_str()) {
            return Err(format!("`{path}` is not what its RECORD says that it is"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;

    use super::*;

    /// A wheel of these files, and of those that it needs.
    fn wheel(files: &[(&str, &[u8])], root: &str) -> Cursor<Vec<u8>> {
        let information = format!("Wheel-Version: 1.0\nRoot-Is-Purelib: {root}\n");
        let mut all = files.to_vec();
        all.push(("a-1.dist-info/WHEEL", information.as_bytes()));
        all.push(("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"));
        let lines = all.iter().map(|(path, bytes)| {
            format!("{path},sha256={},\n", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)))
        });
        let record = lines.collect::<String>();
        all.push(("a-1.dist-info/RECORD", record.as_bytes()));
        archive(&all)
    }

    fn archive(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in files {
            archive.start_file(*path, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap()
    }

    fn refusal(file: Cursor<Vec<u8>>) -> String {
        taken_apart(file).unwrap_err()
    }

    #[test]
    fn what_is_imported_is_taken_and_the_rest_left_out() {
        let wheel = taken_apart(wheel(
            &[
                ("a/__init__.py", b"x = 1"),
                ("a/__pycache__/__init__.cpython-315.pyc", b"?"),
                ("evil.pth", b"import os"),
                ("a-1.data/purelib/b.py", b"y = 2"),
                ("a-1.data/scripts/run", b"#!python"),
            ],
            "true",
        ));
        let wheel = wheel.unwrap();
        assert_eq!(
            wheel.files.keys().collect::<Vec<_>>(),
            [
                "a-1.dist-info/METADATA",
                "a-1.dist-info/RECORD",
                "a-1.dist-info/WHEEL",
                "a/__init__.py",
                "b.py"
            ]
        );
        assert_eq!(wheel.metadata, "Name: a\nVersion: 1\n");
    }

    #[test]
    fn a_wheel_that_leads_out_of_itself_is_refused() {
        for path in
            ["../evil.py", "/etc/evil", "a/../../evil.py", "a\\..\\evil.py", "./a.py", "a//b"]
        {
            assert!(
                refusal(wheel(&[(path, b"x")], "true")).contains("outside of itself"),
                "{path}"
            );
        }
    }

    #[test]
    fn a_wheel_with_a_link_is_refused() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.add_symlink("a.py", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refusal(archive.finish().unwrap()).contains("is a link"));
    }

    #[test]
    fn a_wheel_with_machine_code_is_refused_whatever_its_name_says() {
        for path in ["a/fast.cpython-315-x86_64-linux-gnu.so", "a.pyd", "lib/x.dylib", "x.dll"] {
            assert!(refusal(wheel(&[(path, b"x")], "true")).contains("machine code"), "{path}");
        }
        assert!(refusal(wheel(&[("a.py", b"x")], "false")).contains("made for a machine"));
        let part = [("a-1.data/platlib/a.py", &b"x"[..])];
        assert!(refusal(wheel(&part, "true")).contains("made for a machine"));
    }

    #[test]
    fn a_file_that_is_not_what_the_record_says_is_refused() {
        let information: &[u8] = b"Root-Is-Purelib: true";
        let with_record = |record: &[u8]| {
            refusal(archive(&[
                ("a.py", b"x"),
                ("a-1.dist-info/WHEEL", information),
                ("a-1.dist-info/METADATA", b""),
                ("a-1.dist-info/RECORD", record),
            ]))
        };
        assert!(with_record(b"").contains("is not what its RECORD says"));
        assert!(with_record(b"a.py,sha256=AAAA,1").contains("is not what its RECORD says"));
        assert!(with_record(b"a.py").contains("cannot be read"));
        assert!(refusal(archive(&[("a.py", b"x")])).contains("not exactly one folder"));
    }

    #[test]
    fn a_wheel_that_is_larger_than_it_may_be_is_refused() {
        let zeros = vec![0; (BYTES_MOST / 2) as usize + 1];
        let bomb = wheel(&[("a.py", &zeros), ("b.py", &zeros)], "true");
        assert!(bomb.get_ref().len() < 1 << 20);
        assert!(refusal(bomb).contains("more than 268435456 bytes together"));
        let names = (0..=FILES_MOST).map(|number| format!("{number}.py")).collect::<Vec<_>>();
        let many = names.iter().map(|name| (name.as_str(), &b""[..])).collect::<Vec<_>>();
        assert!(refusal(archive(&many)).contains("more than 10000 files"));
    }

    #[test]
    fn a_wheel_with_another_hash_or_for_a_machine_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a-1-py3-none-any.whl");
        std::fs::write(&path, wheel(&[("a.py", b"x")], "true").into_inner()).unwrap();
        let error = open(&path, &["00".repeat(32)]).unwrap_err();
        assert!(error.contains("which is none that was asked for"), "{error}");
        let native = folder.path().join("a-1-cp315-cp315-linux_x86_64.whl");
        std::fs::rename(&path, &native).unwrap();
        assert!(open(&native, &[]).unwrap_err().contains("not a wheel for any machine"));
    }
}

//! The directory of an image, with any manifest and any files. What opens is what its manifest says, to the
//! byte, and stays so.
#![no_main]

use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path};

use arbitrary::Arbitrary;
use fumehood::{Engine, FORMAT, Image};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

#[derive(Arbitrary, Debug)]
struct Input {
    manifest: Manifest,
    files: Vec<(Name, Contents)>,
    folders: Vec<(Name, String)>,
    stamp: Option<Vec<u8>>,
    /// What is done to the files once the image was opened.
    change: Option<(u8, Change)>,
}

#[derive(Arbitrary, Debug)]
enum Manifest {
    Bytes(Vec<u8>),
    Fields {
        format: Option<u32>,
        clock: bool,
        entry: u32,
        interruption: Vec<(u32, u32)>,
        declared: u64,
        /// A field that is left out, or put in.
        odd: Option<(u8, String)>,
        /// A file whose digest is not its own.
        wrong: Option<u8>,
    },
}

#[derive(Arbitrary, Debug)]
enum Name {
    Memory,
    Code,
    Library,
    Inside,
    Outside,
    Absolute,
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Contents {
    Bytes(Vec<u8>),
    Pages(u8),
    Folder,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Byte(u16),
    Shorter,
    Longer,
    Gone,
    Folder,
    Open,
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Name::Memory => "memory.img",
            Name::Code => "fuel.cwasm",
            Name::Library => "lib/python315.zip",
            Name::Inside => "lib/../memory.img",
            Name::Outside => "../outside",
            Name::Absolute => "/etc/passwd",
            Name::Other(name) => name,
        }
    }
}

/// Whether the target itself writes a file of this name.
fn plain(name: &str) -> bool {
    let ours = ["manifest.json", "verified.json"].iter().any(|ours| name.starts_with(ours));
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    plain && !ours && !name.is_empty() && name.len() < 200 && !name.contains('\0')
}

fn write(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(contents)
}

fn digest(mut contents: &[u8]) -> Value {
    serde_json::to_value(fumehood::workshop::digest(&mut contents).unwrap()).unwrap()
}

fuzz_target!(|input: Input| {
    let outer = fumehood_fuzz::folder();
    write(&outer.path().join("outside"), b"secret").unwrap();
    let root = outer.path().join("image");
    fs::create_dir(&root).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o700)).unwrap();

    let mut files = Map::new();
    for (name, contents) in &input.files {
        let name = name.text();
        let contents = match contents {
            Contents::Bytes(bytes) => bytes.clone(),
            Contents::Pages(pages) => vec![7; usize::from(*pages) << 16],
            Contents::Folder if plain(name) => {
                fs::create_dir_all(root.join(name)).ok();
                files.insert(name.to_owned(), digest(b""));
                continue;
            }
            Contents::Folder => continue,
        };
        if plain(name) {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).ok();
            if write(&path, &contents).is_err() {
                continue;
            }
        }
        files.insert(name.to_owned(), digest(&contents));
    }
    let manifest = match &input.manifest {
        Manifest::Bytes(bytes) => bytes.clone(),
        Manifest::Fields { format, clock, entry, interruption, declared, odd, wrong } => {
            if let Some((name, _)) = wrong.and_then(|at| files.iter().nth(at.into())) {
                files.insert(name.clone(), digest(b"something else"));
            }
            let folders = input.folders.iter();
            let folders = folders.map(|(name, seen)| (name.text().to_owned(), json!(seen)));
            let bits = |(address, bits): &(u32, u32)| json!({"address": address, "bits": bits});
            let mut manifest = json!({
                "format": format.unwrap_or(FORMAT),
                "id": "x", "guest": "y==1", "python": "3", "wasmtime": "48", "target": "z",
                "metering": if *clock { "clock" } else { "fuel" },
                "loops": 1, "modules": 1, "entry": entry, "area": entry,
                "declared_memory": declared,
                "interruption": interruption.iter().map(bits).collect::<Vec<_>>(),
                "folders": folders.collect::<Map<_, _>>(),
                "files": files,
            });
            if let (Some((at, name)), Some(fields)) = (odd, manifest.as_object_mut()) {
                match fields.keys().nth((*at).into()).cloned() {
                    Some(name) => drop(fields.remove(&name)),
                    None => drop(fields.insert(name.clone(), json!(1))),
                }
            }
            manifest.to_string().into_bytes()
        }
    };
    write(&root.join("manifest.json"), &manifest).unwrap();
    if let Some(stamp) = &input.stamp {
        write(&root.join("verified.json"), stamp).unwrap();
    }

    let opened = Image::open(&root);
    assert_eq!(fs::read(outer.path().join("outside")).unwrap(), b"secret");
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 2);
    let Ok(image) = opened else { return };
    let named = &image.manifest().files;
    for (name, expected) in named {
        let path = root.join(name);
        assert!(path.canonicalize().unwrap().starts_with(root.canonicalize().unwrap()), "{name}");
        assert!(path.metadata().unwrap().is_file());
        assert_eq!(digest(&fs::read(path).unwrap()), serde_json::to_value(expected).unwrap());
    }
    // Machine code that is such to the eye of its loader is the builder's to write, and no one else's.
    let code = fs::read(root.join("fuel.cwasm")).unwrap_or_default();
    if !code.starts_with(b"\x7fELF") {
        assert!(Engine::new(&image).is_err());
    }
    Image::open(&root).unwrap();

    let Some((at, change)) = input.change else { return };
    let Some(name) = named.keys().nth(usize::from(at) % named.len().max(1)) else { return };
    let path = root.join(name);
    let mut contents = fs::read(&path).unwrap();
    // As another file: the clock of the file system may stand still for as long as all of this takes.
    fs::rename(&path, root.join("before")).unwrap();
    match change {
        Change::Byte(at) if !contents.is_empty() => {
            let at = usize::from(at) % contents.len();
            contents[at] ^= 1;
        }
        Change::Shorter if !contents.is_empty() => drop(contents.pop()),
        Change::Byte(_) | Change::Shorter | Change::Longer => contents.push(1),
        Change::Gone | Change::Folder | Change::Open => {}
    }
    match change {
        Change::Gone => {}
        Change::Folder => fs::create_dir(&path).unwrap(),
        _ => write(&path, &contents).unwrap(),
    }
    if matches!(change, Change::Open) {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    }
    assert!(Image::open(&root).is_err(), "{name} was changed: {change:?}");
    assert!(Engine::new(&image).is_err());
});

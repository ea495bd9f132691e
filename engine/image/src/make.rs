//! Making an image, in three stages that are kept apart because each is used by several of the next.
//!
//! 1. *Guest*: the guest package is fetched, checked and unpacked.
//! 2. *Code*: its module is split into code and data; the code is rewritten for a metering mode; code,
//!    adapter and WIT world become a component, which is compiled to machine code. This takes minutes.
//! 3. *Memory*: the machine code runs on the module's data; the interpreter starts and imports what
//!    the warm-up says. The memory that this leaves is the image.
//!
//! The machine code that prepares an image is the machine code that later runs on it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use fumehood::workshop::{self, Facts, Metering, Workshop};
use fumehood::{FileDigest, Library};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::BuildError;
use crate::store::Builder;
use crate::{Stage, component, fetch, module, recipe};

/// The file that describes the results of the first two stages; it is written last.
const STAGE: &str = "stage.json";
/// The guest's module, as it comes.
const MODULE: &str = "python.wasm";
/// The module's data.
const DATA: &str = "data.img";

/// What the first stage made.
#[derive(Debug, Serialize, Deserialize)]
struct Guest {
    files: BTreeMap<String, FileDigest>,
}

/// What is made beside it: libraries.
#[derive(Debug, Serialize, Deserialize)]
struct Packages {
    files: BTreeMap<String, FileDigest>,
}

/// What the second stage made.
#[derive(Debug, Serialize, Deserialize)]
struct Code {
    declared_memory: u64,
    /// Loops that got a store.
    loops: u32,
    files: BTreeMap<String, FileDigest>,
}

/// Unpacks the guest package in `target`, an empty directory.
pub(crate) fn guest(builder: &mut Builder<'_>, target: &Path) -> Result<(), BuildError> {
    builder.stage(Stage::Fetching);
    let downloads = tempfile::tempdir_in(target).map_err(BuildError::io("create", target))?;
    let module = fetch::fetch(builder.python(), downloads.path(), target)?;
    drop(downloads);
    write(&target.join(MODULE), &module)?;
    let mut files = BTreeMap::new();
    digest_all(target, "", &mut files)?;
    describe(target, &Guest { files })
}

/// Unpacks the libraries in `target`, an empty directory.
pub(crate) fn packages(builder: &mut Builder<'_>, target: &Path) -> Result<(), BuildError> {
    builder.stage(Stage::Fetching);
    let downloads = tempfile::tempdir_in(target).map_err(BuildError::io("create", target))?;
    fetch::packages(builder.python(), downloads.path(), target)?;
    drop(downloads);
    let mut files = BTreeMap::new();
    digest_all(target, "", &mut files)?;
    describe(target, &Packages { files })
}

/// Makes the machine code of the guest in `target`, an empty directory.
pub(crate) fn code(
    builder: &mut Builder<'_>,
    metering: Metering,
    guest: &Path,
    target: &Path,
) -> Result<(), BuildError> {
    builder.stage(Stage::Linking);
    let described: Guest = described(guest)?;
    check(&guest.join(MODULE), named(guest, &described.files, MODULE)?)?;
    let path = guest.join(MODULE);
    let module = fs::read(&path).map_err(BuildError::io("read", &path))?;
    let split = module::split(&module, metering)?;
    drop(module);
    let mut files = BTreeMap::new();
    let declared_memory = split.memory.len() as u64;
    files.insert(DATA.to_owned(), write(&target.join(DATA), &split.memory)?);
    let component = component::encode(split.module)?;

    builder.stage(Stage::Compiling);
    let compiled = wasmtime::Engine::new(&workshop::config())
        .and_then(|engine| engine.precompile_component(&component))
        .map_err(|error| BuildError::Guest(format!("the guest does not compile: {error:#}")))?;
    drop(component);
    let name = workshop::code_file(metering);
    files.insert(name.to_owned(), write(&target.join(name), &compiled)?);
    let loops = match metering {
        Metering::Clock => split.written.places,
        _ => 0,
    };
    describe(target, &Code { declared_memory, loops, files })
}

/// What an image is made of.
pub(crate) struct Parts<'a> {
    pub(crate) guest: &'a Path,
    pub(crate) packages: &'a Path,
    pub(crate) code: &'a Path,
}

/// Makes the image in `target`, an empty directory.
pub(crate) fn image(
    builder: &mut Builder<'_>,
    metering: Metering,
    parts: Parts<'_>,
    target: &Path,
) -> Result<(), BuildError> {
    builder.stage(Stage::Preparing);
    let Parts { guest, packages, code } = parts;
    let mut files = BTreeMap::new();
    let Guest { files: library } = described(guest)?;
    let Packages { files: libraries } = described(packages)?;
    let library = library.into_iter().filter(|(name, _)| name != MODULE).map(|file| (guest, file));
    for (from, (name, expected)) in
        library.chain(libraries.into_iter().map(|file| (packages, file)))
    {
        link(&from.join(&name), &target.join(&name))?;
        check(&target.join(&name), &expected)?;
        files.insert(name, expected);
    }
    let made: Code = described(code)?;
    let code_file = workshop::code_file(metering);
    let code_digest = named(code, &made.files, code_file)?;
    link(&code.join(code_file), &target.join(code_file))?;
    check(&target.join(code_file), code_digest)?;
    files.insert(code_file.to_owned(), code_digest.clone());
    check(&code.join(DATA), named(code, &made.files, DATA)?)?;

    let sources = tempfile::tempdir_in(target).map_err(BuildError::io("create", target))?;
    for (name, text) in recipe::RUNTIME {
        let path = sources.path().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(BuildError::io("create", folder))?;
        }
        fs::write(&path, text).map_err(BuildError::io("write", &path))?;
    }
    let prepared = prepare(Preparing {
        code: target.join(code_file),
        code_digest: code_digest.clone(),
        data: code.join(DATA),
        declared: usize::try_from(made.declared_memory).unwrap_or(usize::MAX),
        folders: fetch::FOLDERS.map(|(folder, seen)| (target.join(folder), seen)).to_vec(),
        sources: sources.path().to_owned(),
    })?;
    drop(sources);

    builder.stage(Stage::Writing);
    let memory = write(&target.join(workshop::MEMORY), &prepared.memory)?;
    files.insert(workshop::MEMORY.to_owned(), memory);
    let manifest = workshop::manifest(Facts {
        id: recipe::id(metering),
        guest: recipe::guest().to_owned(),
        python: prepared.told.python,
        metering,
        loops: made.loops,
        modules: prepared.told.modules,
        wasmtime: recipe::WASMTIME.to_owned(),
        libraries: prepared.told.libraries,
        entry: prepared.told.entry,
        define: prepared.told.define,
        area: prepared.area,
        interruption: prepared.interruption,
        declared_memory: made.declared_memory,
        folders: fetch::FOLDERS
            .map(|(folder, seen)| (folder.to_owned(), seen.to_owned()))
            .into_iter()
            .collect(),
        files,
    })
    .map_err(|error| BuildError::Guest(error.to_string()))?;
    write(&target.join(workshop::MANIFEST), manifest.as_bytes())?;
    Ok(())
}

/// Writes down what a stage made.
fn describe(target: &Path, made: &impl Serialize) -> Result<(), BuildError> {
    let text =
        serde_json::to_vec_pretty(made).map_err(|error| BuildError::Guest(error.to_string()))?;
    write(&target.join(STAGE), &text)?;
    Ok(())
}

/// Reads what a stage made.
fn described<T: DeserializeOwned>(directory: &Path) -> Result<T, BuildError> {
    let path = directory.join(STAGE);
    let text = fs::read(&path).map_err(BuildError::io("read", &path))?;
    serde_json::from_slice(&text)
        .map_err(|error| BuildError::Directory { path, reason: error.to_string() })
}

fn named<'a>(
    directory: &Path,
    files: &'a BTreeMap<String, FileDigest>,
    name: &str,
) -> Result<&'a FileDigest, BuildError> {
    files.get(name).ok_or_else(|| BuildError::Directory {
        path: directory.join(STAGE),
        reason: format!("it does not name `{name}`"),
    })
}

struct Preparing {
    code: PathBuf,
    code_digest: FileDigest,
    data: PathBuf,
    declared: usize,
    folders: Vec<(PathBuf, &'static str)>,
    sources: PathBuf,
}

struct Prepared {
    memory: Vec<u8>,
    area: u32,
    interruption: workshop::Interruption,
    told: Told,
}

/// What the warm-up tells about the interpreter it has prepared.
#[derive(Deserialize)]
struct Told {
    entry: u32,
    define: u32,
    python: String,
    modules: u32,
    libraries: Vec<Library>,
}

/// Runs the warm-up on a thread of its own, as the caller may already be inside of a runtime.
fn prepare(preparing: Preparing) -> Result<Prepared, BuildError> {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(BuildError::io("start", "a runtime"))?;
        runtime.block_on(warm_up(preparing))
    };
    std::thread::spawn(run)
        .join()
        .unwrap_or_else(|_| Err(BuildError::Guest("preparing the guest panicked".to_owned())))
}

async fn warm_up(preparing: Preparing) -> Result<Prepared, BuildError> {
    let failed = |doing: &str| {
        let doing = doing.to_owned();
        move |error: wasmtime::Error| BuildError::Guest(format!("{doing} failed: {error:#}"))
    };
    let mut workshop = Workshop::open(workshop::Opening {
        code: &preparing.code,
        digest: &preparing.code_digest,
        memory: &preparing.data,
        declared: preparing.declared,
        folders: &preparing.folders,
        source: &preparing.sources,
    })
    .await
    .map_err(failed("instantiating the guest"))?;
    let fine = match workshop.initialize().await {
        Ok(()) => workshop.evaluate(recipe::WARM_UP).await,
        Err(error) => Err(error),
    };
    let told = workshop.answer().and_then(|answer| serde_json::from_str(answer.json?.get()).ok());
    let (Ok(true), Some(told)) = (&fine, told) else {
        let trap = fine.err().map(|error| format!("{error:#}")).unwrap_or_default();
        let printed = workshop.printed();
        return Err(BuildError::Guest(format!(
            "the warm-up of the guest failed: {trap}\n{printed}"
        )));
    };
    let area = workshop.reserve().await.map_err(failed("setting memory aside"))?;
    let (memory, interruption) =
        workshop.finish().await.map_err(failed("finding what an interruption changes"))?;
    Ok(Prepared { memory, area, interruption, told })
}

/// Writes a file that will be there after a crash, and hashes it.
fn write(path: &Path, contents: &[u8]) -> Result<FileDigest, BuildError> {
    let mut file = File::create(path).map_err(BuildError::io("write", path))?;
    file.write_all(contents)
        .and_then(|()| file.sync_all())
        .map_err(BuildError::io("write", path))?;
    workshop::digest(&mut &*contents).map_err(BuildError::io("read", path))
}

/// Hashes every file below `folder`, by its path from `root`.
fn digest_all(
    root: &Path,
    folder: &str,
    digests: &mut BTreeMap<String, FileDigest>,
) -> Result<(), BuildError> {
    let path = root.join(folder);
    for entry in fs::read_dir(&path).map_err(BuildError::io("read", &path))? {
        let entry = entry.map_err(BuildError::io("read", &path))?;
        let name = format!("{folder}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            digest_all(root, &format!("{name}/"), digests)?;
        } else {
            digests.insert(name, digest(&entry.path())?);
        }
    }
    Ok(())
}

fn digest(path: &Path) -> Result<FileDigest, BuildError> {
    let mut file = File::open(path).map_err(BuildError::io("read", path))?;
    workshop::digest(&mut file).map_err(BuildError::io("read", path))
}

fn check(path: &Path, expected: &FileDigest) -> Result<(), BuildError> {
    let found = digest(path)?;
    if found == *expected {
        return Ok(());
    }
    Err(BuildError::Image(fumehood::ImageError::Damaged {
        path: path.to_owned(),
        reason: format!("its SHA-256 is {}, expected {}", found.sha256, expected.sha256),
    }))
}

/// Gives a file a second name, so that an image is whole by itself without a second copy.
fn link(from: &Path, to: &Path) -> Result<(), BuildError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(BuildError::io("create", folder))?;
    }
    fs::hard_link(from, to)
        .or_else(|_| fs::copy(from, to).map(drop))
        .map_err(BuildError::io("write", to))
}

//! What the image builder needs of this crate. Not part of its public interface.
//!
//! A workshop is one instance of the guest that has not been started yet, in the same surroundings
//! that sessions have. It is prepared here, and then its memory is the image.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File};
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::WasiCtx;

use crate::ambience::Ambience;
use crate::answer::FinalAnswer;
use crate::bindings::Python;
use crate::console::Console;
use crate::control::Control;
use crate::determinism::Determinism;
use crate::engine::Engine;
pub use crate::engine::Metering;
use crate::files::{Bounds, HostFiles, Places, Tree};
use crate::host::{Host, MemoryLimit, StepIo};
pub use crate::image::{FORMAT, FileDigest, Library, MANIFEST, MEMORY};
use crate::image::{Manifest, digest_of};
use crate::limits::{Limits, Scope, Scopes};
use crate::memory::{Beginning, MemoryHandle, MemoryImage, WordBits};
use crate::outcome::Event;
use crate::precompiled::{self, VerifiedFile};
use crate::session::Session;
use crate::tools::Tools;
use crate::wasi::{self, Grant};
use crate::{engine, instance};

/// The configuration that machine code has to be compiled with.
pub fn config() -> wasmtime::Config {
    engine::config()
}

/// The name of the file that the machine code goes into.
pub fn code_file(metering: Metering) -> &'static str {
    metering.code_file()
}

/// Length and hash of what a reader yields.
pub fn digest(reader: &mut impl std::io::Read) -> std::io::Result<FileDigest> {
    digest_of(reader)
}

/// What [`Workshop::open`] needs.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The machine code.
    pub code: &'a Path,
    /// What the machine code has to be.
    pub digest: &'a FileDigest,
    /// A file with the module's data.
    pub memory: &'a Path,
    /// The minimum size that the module declares for its memory.
    pub declared: usize,
    /// The folders that the guest sees, and where it sees them.
    pub folders: &'a [(std::path::PathBuf, &'static str)],
    /// What the guest sees at /fumehood-source.
    pub source: &'a Path,
}

/// An instance of the guest in the making.
pub struct Workshop {
    store: Store<Host>,
    guest: Python,
    memory: MemoryHandle,
    printed: Arc<Mutex<Vec<u8>>>,
}

impl Workshop {
    /// Instantiates the guest on a memory that begins with the module's data.
    ///
    /// # Errors
    ///
    /// If the machine code is not what its digest says, or does not instantiate.
    pub async fn open(opening: Opening<'_>) -> wasmtime::Result<Workshop> {
        let wasmtime = wasmtime::Engine::new(&config())?;
        let code = VerifiedFile::of_path(opening.code, opening.digest)?;
        let component = precompiled::load(&wasmtime, code)?;
        let guest = engine::link(&wasmtime, &component)?;
        let memory = File::open_ambient(opening.memory, ambient_authority())?.into_std();
        let image = MemoryImage::new(memory, opening.declared).map_err(wasmtime::Error::msg)?;
        let open = |path: &Path| Dir::open_ambient_dir(path, ambient_authority());
        let mut grants = vec![Grant::read_only(open(opening.source)?, "/fumehood-source")];
        for (folder, seen) in opening.folders {
            grants.push(Grant::read_only(open(folder)?, *seen));
        }
        let limits = Limits::default().with_memory_bytes(u64::from(u32::MAX)).with_fuel(u64::MAX);
        let control = Control::new(Vec::new());
        let console = Arc::new(Console::new(Arc::clone(&control)));
        let printed = Arc::new(Mutex::new(Vec::new()));
        let collected = Arc::clone(&printed);
        let listener = move |event: Event<'_>| {
            if let (Event::Output { bytes, .. }, Ok(mut all)) = (event, collected.lock()) {
                all.extend_from_slice(bytes);
            }
        };
        console.begin(1 << 20, Scope::Step, Some(Arc::new(listener)));
        let wasi = wasi::context(&[], &grants, &console)?;
        let mut store = instance::store(&wasmtime, bare(wasi, control, limits));
        let (guest, memory) =
            engine::instantiate(&guest, &Beginning::Image(image), &mut store).await?;
        Ok(Workshop { store, guest, memory, printed })
    }

    /// Starts the interpreter.
    pub async fn initialize(&mut self) -> wasmtime::Result<()> {
        self.guest.fumehood_guest_workshop().call_initialize(&mut self.store).await
    }

    /// Runs source text; false if it raised.
    pub async fn evaluate(&mut self, source: &str) -> wasmtime::Result<bool> {
        self.guest.fumehood_guest_workshop().call_evaluate(&mut self.store, source).await
    }

    /// What has been printed.
    pub fn printed(&self) -> String {
        let printed = self.printed.lock().map(|all| all.clone()).unwrap_or_default();
        String::from_utf8_lossy(&printed).into_owned()
    }

    /// The answer that the source text gave.
    pub fn answer(&mut self) -> Option<FinalAnswer> {
        self.store.data_mut().step.take_answer()
    }

    /// Where the instances of the guest keep what they need beside the interpreter.
    pub async fn reserve(&mut self) -> wasmtime::Result<u32> {
        self.guest.fumehood_guest_workshop().call_reserve(&mut self.store).await
    }

    /// Ends the making: the memory as it is now, and what an interruption changes in it.
    pub async fn finish(mut self) -> wasmtime::Result<(Vec<u8>, Interruption)> {
        let contents = self.memory.contents();
        self.guest.fumehood_guest_workshop().call_interrupt(&mut self.store).await?;
        let interrupted = self.memory.contents();
        let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let words = contents.chunks_exact(4).zip(interrupted.chunks_exact(4)).enumerate();
        let changed = words
            .map(|(position, (before, after))| (position, word(before), word(after)))
            .filter(|(_, before, after)| before != after)
            .map(|(position, before, after)| {
                if before & !after != 0 {
                    wasmtime::bail!("an interruption clears bits of word {position}");
                }
                let address = u32::try_from(4 * position)?;
                Ok(WordBits { address, bits: after & !before })
            })
            .collect::<wasmtime::Result<Vec<_>>>()?;
        if changed.is_empty() || changed.len() > 8 {
            wasmtime::bail!("an interruption changes {} words of memory", changed.len());
        }
        Ok((contents, Interruption(changed)))
    }
}

/// A host without tools and without files of its own. Whatever is made in it is the same wherever it is
/// made: an image is named by what goes into it.
pub(crate) fn bare(wasi: WasiCtx, control: Arc<Control>, limits: Limits) -> Host {
    let ambience = Arc::new(Ambience::begin(Some(Determinism::default())));
    let tree = Tree::new(&[], Bounds::new(&limits), ambience.file_clock());
    Host {
        wasi,
        table: ResourceTable::new(),
        control,
        tools: Arc::new(Tools::default()),
        memory: MemoryLimit::new(limits.memory_bytes),
        files: HostFiles::new(tree, &limits, ambience.file_clock()),
        places: Places::default(),
        ambience,
        given: 0,
        step: StepIo::new(limits, Scopes::default()),
    }
}

/// How long it takes to instantiate the guest on a memory of its own, once.
///
/// # Errors
///
/// If it cannot be instantiated.
pub async fn instantiating(engine: &Engine) -> wasmtime::Result<Duration> {
    let control = Control::new(Vec::new());
    let console = Arc::new(Console::new(Arc::clone(&control)));
    let wasi = wasi::context(&[], &[], &console)?;
    let mut store = instance::store(engine.wasmtime(), bare(wasi, control, Limits::default()));
    let started = Instant::now();
    engine.instantiate(&mut store, &Beginning::Image(engine.image().clone())).await?;
    Ok(started.elapsed())
}

/// Lets the next step of a session begin without committing what the last one did, to find out what
/// committing costs. A roll-back goes back to what was committed last.
pub fn forgo_commit(session: &mut Session) {
    session.forgo_commit();
}

/// The memory of a session between two steps: its address, and what it holds. None while there is none.
///
/// # Panics
///
/// If it was taken from the guest.
pub fn memory(session: &Session) -> Option<(usize, Vec<u8>)> {
    session.memory().map(|memory| (memory.address(), memory.contents()))
}

/// What an interruption changes in guest memory.
#[derive(Debug)]
pub struct Interruption(Vec<WordBits>);

/// What the builder knows of an image, besides its files.
#[derive(Debug)]
pub struct Facts {
    /// [`Manifest::id`]
    pub id: String,
    /// [`Manifest::guest`]
    pub guest: String,
    /// [`Manifest::python`]
    pub python: String,
    /// [`Manifest::metering`]
    pub metering: Metering,
    /// [`Manifest::loops`]
    pub loops: u32,
    /// [`Manifest::modules`]
    pub modules: u32,
    /// [`Manifest::wasmtime`]
    pub wasmtime: String,
    /// [`Manifest::libraries`]
    pub libraries: Vec<Library>,
    /// Where the guest runtime begins.
    pub entry: u32,
    /// Its function that makes variables.
    pub define: u32,
    /// From [`Workshop::reserve`].
    pub area: u32,
    /// From [`Workshop::finish`].
    pub interruption: Interruption,
    /// The minimum size that the guest module declares for its memory, in bytes.
    pub declared_memory: u64,
    /// The folders that every session sees, and the paths under which it sees them.
    pub folders: std::collections::BTreeMap<String, String>,
    /// Every file of the image.
    pub files: std::collections::BTreeMap<String, FileDigest>,
}

/// The text of the manifest.
pub fn manifest(facts: Facts) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Manifest {
        format: FORMAT,
        id: facts.id,
        guest: facts.guest,
        python: facts.python,
        metering: facts.metering,
        loops: facts.loops,
        modules: facts.modules,
        wasmtime: facts.wasmtime,
        target: target(),
        libraries: facts.libraries,
        entry: facts.entry,
        define: facts.define,
        area: facts.area,
        interruption: facts.interruption.0,
        declared_memory: facts.declared_memory,
        folders: facts.folders,
        files: facts.files,
    })
}

/// The target that machine code is made for, such as `x86_64-linux`.
pub fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

//! One engine for a process: wasmtime, and the guest image.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Store};

use crate::bindings::{Python, PythonPre};
use crate::error::{EngineError, ImageError};
use crate::host::Host;
use crate::image::{Image, Library, Manifest};
use crate::memory::{Beginning, Memories, MemoryHandle, MemoryImage};
use crate::wasi::Grant;
use crate::{precompiled, wasi};

/// Bytes of stack that guest code may use. Python's own limits on recursion are reached before, except
/// where CPython recurses without counting: when it destroys a chain of hundreds of thousands of
/// containers. Only what is used takes memory.
const GUEST_STACK: usize = 64 << 20;
/// Bytes of stack for host functions, which run below the guest's on the same stack.
const HOST_STACK: usize = 2 << 20;

/// How the guest's work is measured and bounded.
///
/// Each mode is machine code of its own, and so an image of its own; an engine meters as its image
/// does. Limits of time, memory, output, files and tools hold in both, and so does cancelling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Metering {
    /// The guest counts what it does. There are fuel limits, which are exact, and the same code uses
    /// the same fuel everywhere. The guest hands control back every few milliseconds, so any number
    /// of sessions share the threads of a runtime.
    #[default]
    Fuel,
    /// Nothing is counted, which costs nothing; a watchdog stops code from another thread. There are
    /// no fuel limits. While guest code computes it has its thread for itself, so a session needs a
    /// thread of its own where others must not wait for it.
    Clock,
}

impl Metering {
    /// The file of an image that has the machine code of this mode.
    pub(crate) fn code_file(self) -> &'static str {
        match self {
            Metering::Fuel => "fuel.cwasm",
            Metering::Clock => "clock.cwasm",
        }
    }

    /// Its name: `fuel` or `clock`.
    pub fn name(self) -> &'static str {
        match self {
            Metering::Fuel => "fuel",
            Metering::Clock => "clock",
        }
    }
}

impl std::fmt::Display for Metering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// wasmtime as the guest needs it. Whoever compiles the guest and whoever runs it have to agree.
///
/// Neither of wasmtime's meters is used: how a guest is metered is written into its code.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_exceptions(true)
        .wasm_branch_hinting(true)
        .with_host_memory(Arc::new(Memories))
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(GUEST_STACK + HOST_STACK)
        // An error says what trapped; a list of numbered functions says nothing to anybody.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    config
}

/// The sandbox engine: machine code and memory image of the guest, ready to start sessions.
///
/// A process needs one; it can be cloned, which is cheap, and used from any thread.
///
/// # Examples
///
/// ```no_run
/// let image = fumehood::Image::open("/srv/fumehood/image")?;
/// let engine = fumehood::Engine::new(&image)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasmtime: wasmtime::Engine,
    guest: PythonPre<Host>,
    memory: MemoryImage,
    folders: Vec<Grant>,
    manifest: Manifest,
}

impl Engine {
    /// Loads an image.
    ///
    /// # Errors
    ///
    /// * [`EngineError::Image`] if a file of the image has changed since it was opened
    /// * [`EngineError::Load`] if the image was made for another machine or another wasmtime
    pub fn new(image: &Image) -> Result<Engine, EngineError> {
        let manifest = image.manifest().clone();
        let code = image.code(manifest.metering.code_file())?;
        let declared = usize::try_from(manifest.declared_memory).unwrap_or(usize::MAX);
        let memory = MemoryImage::new(image.memory()?, declared).map_err(|reason| {
            ImageError::Damaged { path: image.path().join(crate::image::MEMORY), reason }
        })?;
        let load = |error: wasmtime::Error| EngineError::Load(error.into());
        let wasmtime = wasmtime::Engine::new(&config()).map_err(load)?;
        let component = precompiled::load(&wasmtime, code).map_err(load)?;
        let guest = link(&wasmtime, &component).map_err(load)?;
        let folders = image.folders()?;
        let inner = Inner { wasmtime, guest, memory, folders, manifest };
        Ok(Engine { inner: Arc::new(inner) })
    }

    /// What the image is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// The libraries that code can import besides Python's own, sorted by their names, for a prompt.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(engine: fumehood::Engine) {
    /// for library in engine.libraries() {
    ///     // scikit-learn 1.9.1: import sklearn
    ///     println!("{} {}: import {}", library.name, library.version, library.modules.join(", "));
    /// }
    /// # }
    /// ```
    pub fn libraries(&self) -> &[Library] {
        &self.inner.manifest.libraries
    }

    /// The SHA-256 of the memory that every session has to begin with, hexadecimal.
    pub(crate) fn memory_sha256(&self) -> &str {
        let memory = self.inner.manifest.files.get(crate::image::MEMORY);
        memory.map_or("", |digest| &digest.sha256)
    }

    /// How the guest's work is measured and bounded, which the image decides.
    pub fn metering(&self) -> Metering {
        self.inner.manifest.metering
    }

    /// How the pages that a step has written to are found, which the kernel decides: `PAGEMAP_SCAN`,
    /// `/proc/self/pagemap`, or `comparison` of all of them.
    pub fn changes_found_by(&self) -> &'static str {
        crate::memory::finder_name()
    }

    /// Bytes of memory that the states of all sessions and checkpoints take together, as they share what
    /// they have in common. What is only in the memory of a live session does not count.
    pub fn state_bytes(&self) -> u64 {
        self.inner.memory.store().bytes()
    }

    /// Whether it is another copy of this one.
    pub(crate) fn is(&self, other: &Engine) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The memory that every session has to begin with.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.inner.memory.bytes() as u64
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    /// The folders of the image that every session can read.
    pub(crate) fn folders(&self) -> &[Grant] {
        &self.inner.folders
    }

    /// What the memory of a session begins as.
    pub(crate) fn image(&self) -> &MemoryImage {
        &self.inner.memory
    }

    /// An instance of the guest.
    pub(crate) async fn instantiate(
        &self,
        store: &mut Store<Host>,
        beginning: &Beginning,
    ) -> wasmtime::Result<(Python, MemoryHandle)> {
        instantiate(&self.inner.guest, beginning, store).await
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("image", &self.inner.manifest.id).finish_non_exhaustive()
    }
}

/// Ties the guest's imports to the host.
pub(crate) fn link(
    wasmtime: &wasmtime::Engine,
    component: &wasmtime::component::Component,
) -> wasmtime::Result<PythonPre<Host>> {
    let mut linker = Linker::<Host>::new(wasmtime);
    wasi::add_to_linker(&mut linker)?;
    Python::add_to_linker::<Host, HasSelf<Host>>(&mut linker, |host| host)?;
    PythonPre::new(linker.instantiate_pre(component)?)
}

/// Instantiates the guest on a memory.
pub(crate) async fn instantiate(
    guest: &PythonPre<Host>,
    beginning: &Beginning,
    store: &mut Store<Host>,
) -> wasmtime::Result<(Python, MemoryHandle)> {
    let mut instantiating = std::pin::pin!(guest.instantiate_async(store));
    let mut memory = None;
    let python = std::future::poll_fn(|context| {
        let (polled, made) =
            Memories::expecting(beginning, || instantiating.as_mut().poll(context));
        memory = memory.take().or(made);
        polled
    })
    .await?;
    let memory =
        memory.ok_or_else(|| wasmtime::Error::msg("the guest has no memory of its own"))?;
    Ok((python, memory))
}

//! One instance of the guest, and what it stands in.
//!
//! A session has an instance at a time, but not always the same: when code had to be stopped, its instance
//! is good for nothing any more, and what the session keeps are its [`Surroundings`] and its memory, in
//! which another instance is made. At rest the guest has no state but its memory.
//!
//! An instance either *starts* a session, in the memory of the image or in that of a checkpoint, and is told
//! all that the sandbox says; or it *resumes* one, in a memory in which that session has been before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use wasmtime::Store;
use wasmtime::component::ResourceTable;

use crate::ambience::Ambience;
use crate::bindings::Python;
use crate::bindings::exports::fumehood::guest::interpreter as guest;
use crate::console::Console;
use crate::control::{Control, Ended, Supervised, Watchdog};
use crate::determinism::Course;
use crate::engine::Metering;
use crate::error::SessionError;
use crate::files::{HostFiles, PACKAGES, Places};
use crate::host::{Host, MemoryLimit, StepIo};
use crate::image::hexadecimal;
use crate::labels::Ledger;
use crate::limits::{Limits, Scopes};
use crate::memory::Beginning;
use crate::sandbox::Inner;
use crate::session::Committed;
use crate::wasi;

/// Fuel for setting an interpreter up, which is not the user's: its tools are declared and its random
/// numbers seeded. Enough for thousands of tools.
const START_FUEL: u64 = 20_000_000_000;
/// How long that takes at most. In a memory in which a session has been before, what runs then is the
/// guest's own, and as hostile as any step.
const START_TIME: Duration = Duration::from_secs(10);

/// Bytes that one call may bring from the guest to the host, beyond the arguments of a tool. The
/// guest's runtime cuts what it reports well below this; only code that goes past it gets here.
const CALL_BYTES: usize = 64 << 20;

/// Limits of what the host has the interpreter do beside steps, in which no tool can be called.
pub(crate) fn setup_limits(sandbox: &Inner) -> Limits {
    Limits {
        fuel: Some(START_FUEL),
        time: START_TIME,
        cpu: None,
        tool_calls: 0,
        ..sandbox.limits.clone()
    }
}

/// What the guest is asked for.
pub(crate) enum Request<'a> {
    /// To run a step.
    Run { source: &'a str, file: &'a str },
    /// To make variables.
    Define { described: &'a str, contents: &'a [u8] },
}

/// What stays when the instance of a session is replaced.
pub(crate) struct Surroundings {
    pub(crate) sandbox: Arc<Inner>,
    pub(crate) control: Arc<Control>,
    pub(crate) console: Arc<Console>,
    /// What the session began with.
    pub(crate) begun: Committed,
    /// What the guest's runtime is told when the session starts.
    setup: String,
    pub(crate) ambience: Arc<Ambience>,
    /// Where its course begins, if it is deterministic.
    pub(crate) course: Option<Course>,
    pub(crate) files: HostFiles,
    pub(crate) ledger: Ledger,
}

impl Surroundings {
    /// Of a session that begins with this.
    pub(crate) fn beginning(
        sandbox: &Arc<Inner>,
        begun: &Committed,
    ) -> Result<Surroundings, SessionError> {
        Surroundings::going_on(sandbox, begun.clone(), begun)
    }

    /// Of a session that began with one state, and goes on from another.
    pub(crate) fn going_on(
        sandbox: &Arc<Inner>,
        begun: Committed,
        from: &Committed,
    ) -> Result<Surroundings, SessionError> {
        let files = from.files.clone().in_place_of(&sandbox.files);
        let engine = &sandbox.engine;
        let words = engine.manifest().interruption.clone();
        let control = match engine.metering() {
            Metering::Fuel => Control::new(words),
            Metering::Clock => {
                let watchdog = Watchdog::of_process().map_err(failing("starting the watchdog"))?;
                Control::watched(words, watchdog)
            }
        };
        let ambience = Arc::new(Ambience::begin(sandbox.determinism));
        // What was drawn before does not come again, and time goes on.
        let course = from.course.zip(sandbox.determinism);
        ambience.go_on(course.map(|(course, determinism)| Course { determinism, ..course }));
        let mut setup = json!({
            "seed": seed(&ambience)?,
            "argv": sandbox.arguments,
            "env": sandbox.environment,
            "cwd": sandbox.directory,
            "tools": sandbox.signatures,
            "http": sandbox.tools.http(),
            "request_bytes": sandbox.limits.request_bytes,
            "attached_bytes": sandbox.limits.attached_bytes,
            "nesting": sandbox.limits.nesting,
            "open_files": begun.open_files,
        });
        if !sandbox.described_modules.is_empty() {
            setup["modules"] = json!(sandbox.described_modules);
        }
        if files.has_packages() {
            setup["packages"] = format!("/{PACKAGES}").into();
        }
        Ok(Surroundings {
            sandbox: Arc::clone(sandbox),
            console: Arc::new(Console::new(Arc::clone(&control))),
            control,
            begun,
            setup: setup.to_string(),
            files: HostFiles::new(files, &sandbox.limits, ambience.file_clock()),
            course: ambience.course(),
            ambience,
            ledger: sandbox.ledger(),
        })
    }
}

/// What the guest begins everything random with.
fn seed(ambience: &Ambience) -> Result<String, SessionError> {
    let mut seed = [0; 32];
    ambience.random(&mut seed).map_err(failing("reading random numbers"))?;
    Ok(hexadecimal(&seed))
}

/// An instance of the guest.
pub(crate) struct Instance {
    pub(crate) store: Store<Host>,
    pub(crate) guest: Python,
    /// Where the guest runtime makes variables.
    define: u32,
    /// It resumes a session, and no step was run in it.
    pub(crate) resumes: bool,
}

impl Instance {
    /// The first instance of a session, in the memory that it begins with.
    pub(crate) async fn start(
        surroundings: &Surroundings,
        beginning: &Beginning,
    ) -> Result<Instance, SessionError> {
        let mut instance =
            Instance::make(surroundings, beginning, Some(&surroundings.setup)).await?;
        instance.resumes = false;
        Ok(instance)
    }

    /// An instance that goes on where the session was, with or without open files, which nobody can use
    /// any more.
    pub(crate) async fn resume(
        surroundings: &Surroundings,
        beginning: &Beginning,
        open_files: bool,
    ) -> Result<Instance, SessionError> {
        let setup = open_files.then(|| json!({"open_files": true}).to_string());
        Instance::make(surroundings, beginning, setup.as_deref()).await
    }

    /// An instance that is told something, or finds everything as the one before it has left it.
    async fn make(
        surroundings: &Surroundings,
        beginning: &Beginning,
        setup: Option<&str>,
    ) -> Result<Instance, SessionError> {
        let Surroundings { sandbox, control, console, ambience, files, .. } = surroundings;
        let course = ambience.course();
        let engine = &sandbox.engine;
        let wasi = wasi::context(engine.folders(), &sandbox.grants, console)
            .map_err(failing("opening the granted folders"))?;
        let limits = setup_limits(sandbox);
        let host = Host {
            wasi,
            table: ResourceTable::new(),
            ambience: Arc::clone(ambience),
            control: Arc::clone(control),
            tools: Arc::clone(&sandbox.tools),
            memory: MemoryLimit::new(limits.memory_bytes),
            files: files.clone(),
            places: Places::default(),
            given: 0,
            step: StepIo::new(limits.clone(), Scopes::default()),
        };
        let mut store = store(engine.wasmtime(), host);
        let Limits { request_bytes, attached_bytes, .. } = sandbox.limits;
        let request = request_bytes.saturating_add(attached_bytes);
        let request = usize::try_from(request).unwrap_or(usize::MAX);
        store.set_hostcall_fuel(request.saturating_add(CALL_BYTES));
        let instantiated = engine.instantiate(&mut store, beginning).await;
        let (guest, memory) = instantiated.map_err(failing("copying the interpreter"))?;
        control.attach(memory);
        let set_up =
            failing::<Box<dyn std::error::Error + Send + Sync>>("setting the interpreter up");
        control.begin_setup(Instant::now(), &limits);
        let ended = {
            let (interpreter, manifest) = (guest.fumehood_guest_interpreter(), engine.manifest());
            let (entry, area, store) = (manifest.entry, manifest.area, &mut store);
            let call = async {
                match setup {
                    Some(setup) => interpreter.call_start(store, entry, area, setup).await,
                    None => interpreter.call_go_on(store, area).await,
                }
            };
            Supervised::new(std::pin::pin!(call), control).await
        };
        control.end();
        // That was no work of the code's.
        ambience.go_on(course);
        match ended {
            Ended::Returned(Ok(())) => {
                let define = engine.manifest().define;
                Ok(Instance { store, guest, define, resumes: true })
            }
            Ended::Returned(Err(error)) => Err(set_up(error.into())),
            Ended::Stopped(_) => Err(set_up("it takes too long".into())),
        }
    }

    /// Asks the guest for something, during which this is what its calls of the host are about.
    pub(crate) async fn call(
        &mut self,
        request: Request<'_>,
        mut io: StepIo,
    ) -> wasmtime::Result<guest::Outcome> {
        self.resumes = false;
        let host = self.store.data_mut();
        io.number_calls_after(&host.step);
        host.memory.begin(io.limits().memory_bytes);
        host.step = io;
        let (interpreter, store) = (self.guest.fumehood_guest_interpreter(), &mut self.store);
        let outcome = match request {
            Request::Run { source, file } => interpreter.call_run(store, source, file).await,
            Request::Define { described, contents } => {
                interpreter.call_define(store, self.define, described, contents).await
            }
        };
        self.store.data_mut().step.abandon_calls();
        outcome
    }

    /// Whether the guest has files open.
    pub(crate) fn has_open_files(&mut self) -> bool {
        let host = self.store.data_mut();
        host.open_files() > host.given
    }
}

/// A store whose memory and crossings are supervised.
pub(crate) fn store(wasmtime: &wasmtime::Engine, host: Host) -> Store<Host> {
    let mut store = Store::new(wasmtime, host);
    store.limiter(|host| &mut host.memory);
    let control = Arc::clone(&store.data().control);
    store.call_hook(move |_, hook| control.crossing(hook));
    store
}

pub(crate) fn failing<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    doing: &'static str,
) -> impl FnOnce(E) -> SessionError {
    move |error| SessionError::Start { doing, source: error.into() }
}

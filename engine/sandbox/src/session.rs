//! One live interpreter, and running steps in it.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use wasmtime::component::ResourceTable;
use wasmtime::{Store, Trap};

use crate::bindings::Python;
use crate::bindings::exports::fumehood::guest::interpreter as guest;
use crate::console::Console;
use crate::control::{CancelHandle, Control, Ended, Reason, Supervised, Watchdog};
use crate::engine::{Engine, Metering};
use crate::error::SessionError;
use crate::files::{Files, HostFiles};
use crate::host::{Host, MemoryLimit, StepIo, checked_json};
use crate::image::hexadecimal;
use crate::limits::{CODE_BYTES, Limits, Scopes, Usage};
use crate::outcome::{Exception, Failure, Listener, Outcome, Output, Step, Value};
use crate::sandbox::{Inner, Sandbox};
use crate::wasi;

/// Fuel for starting a session, which is not the user's: its tools are declared and its random
/// numbers seeded. Enough for thousands of tools.
const START_FUEL: u64 = 20_000_000_000;

/// Bytes that one call may bring from the guest to the host, beyond the arguments of a tool. The
/// guest's runtime cuts what it reports well below this; only code that goes past it gets here.
const CALL_BYTES: usize = 64 << 20;

/// A step to run: source text, and what is special about it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use fumehood::{Code, Limits};
///
/// let code = Code::new("print(1)").file("one.py").limits(Limits::default().with_tool_calls(3));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Code {
    source: String,
    file: Option<String>,
    limits: Option<Limits>,
    listener: Option<Listener>,
}

impl Code {
    /// Source text, run with the limits of the sandbox, under the name `<step N>`.
    pub fn new(source: impl Into<String>) -> Code {
        Code { source: source.into(), file: None, limits: None, listener: None }
    }

    /// The name of the file in tracebacks.
    pub fn file(mut self, name: impl Into<String>) -> Code {
        self.file = Some(name.into());
        self
    }

    /// Limits for this step instead of the sandbox's. Those of a session stay the sandbox's: the
    /// totals, and what is sized when it starts (`request_bytes` and `nesting` upwards, and all that is
    /// about files).
    pub fn limits(mut self, limits: Limits) -> Code {
        self.limits = Some(limits);
        self
    }

    /// Has `listener` called with what happens while the step runs. It runs between two
    /// instructions of the guest, so it should not take long.
    pub fn listener(mut self, listener: Listener) -> Code {
        self.listener = Some(listener);
        self
    }
}

impl From<&str> for Code {
    fn from(source: &str) -> Code {
        Code::new(source)
    }
}

impl From<String> for Code {
    fn from(source: String) -> Code {
        Code::new(source)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("source", &self.source)
            .field("file", &self.file)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A live interpreter. Variables, functions and imported modules stay from step to step.
pub struct Session {
    store: Store<Host>,
    guest: Python,
    control: Arc<Control>,
    console: Arc<Console>,
    limits: Limits,
    metering: Metering,
    image_bytes: u64,
    usage: Usage,
    steps: u64,
    lost: Option<String>,
}

/// What the guest's `sessions.start` reads.
#[derive(Serialize)]
struct Setup<'a> {
    seed: String,
    argv: &'a [String],
    env: &'a std::collections::BTreeMap<String, String>,
    cwd: &'a str,
    tools: &'a serde_json::Value,
    request_bytes: u64,
    nesting: u32,
}

impl Session {
    pub(crate) async fn start(sandbox: &Sandbox) -> Result<Session, SessionError> {
        let Inner { engine, limits, .. } = &*sandbox.inner;
        let words = engine.manifest().interruption.clone();
        let control = match engine.metering() {
            Metering::Fuel => Control::new(words),
            Metering::Clock => {
                let watchdog = Watchdog::of_process().map_err(failing("starting the watchdog"))?;
                Control::watched(words, watchdog)
            }
        };
        let console = Arc::new(Console::new(Arc::clone(&control)));
        let wasi = wasi::context(engine.folders(), &sandbox.inner.grants, &console)
            .map_err(failing("opening the granted folders"))?;
        let host = Host {
            wasi,
            table: ResourceTable::new(),
            started: Instant::now(),
            control: Arc::clone(&control),
            tools: Arc::clone(&sandbox.inner.tools),
            memory: MemoryLimit::new(limits.memory_bytes),
            files: HostFiles::new(sandbox.inner.files.clone(), limits),
            step: StepIo::new(limits.clone().with_fuel(START_FUEL), Scopes::default(), None),
        };
        let mut store = store(engine.wasmtime(), host);
        let request = usize::try_from(limits.request_bytes).unwrap_or(usize::MAX);
        store.set_hostcall_fuel(request.saturating_add(CALL_BYTES));
        let (guest, memory) =
            engine.instantiate(&mut store).await.map_err(failing("copying the interpreter"))?;
        control.attach(memory);

        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(failing("reading random numbers"))?;
        let setup = Setup {
            seed: hexadecimal(&seed),
            argv: &sandbox.inner.arguments,
            env: &sandbox.inner.environment,
            cwd: &sandbox.inner.directory,
            tools: &sandbox.inner.signatures,
            request_bytes: limits.request_bytes,
            nesting: limits.nesting,
        };
        let setup = serde_json::to_string(&setup).map_err(failing("describing the session"))?;
        guest
            .fumehood_guest_interpreter()
            .call_start(&mut store, engine.manifest().entry, &setup)
            .await
            .map_err(failing("setting the interpreter up"))?;
        Ok(Session {
            store,
            guest,
            control,
            console,
            limits: limits.clone(),
            metering: engine.metering(),
            image_bytes: engine.memory_bytes(),
            usage: Usage::default(),
            steps: 0,
            lost: None,
        })
    }

    /// Runs a step: source text, or [`Code`].
    ///
    /// What the code does is in the [`Step`]. If the future is dropped before it is done, the session
    /// is lost.
    ///
    /// # Errors
    ///
    /// * [`SessionError::Lost`] if an earlier step ended the interpreter
    /// * [`SessionError::CodeTooLong`]
    /// * [`SessionError::Limits`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), fumehood::SessionError> {
    /// use fumehood::Outcome;
    ///
    /// match session.run("sum(range(10))").await?.outcome {
    ///     Outcome::Completed(Some(value)) => println!("{}", value.repr),
    ///     Outcome::Raised(exception) => println!("{}", exception.traceback),
    ///     other => println!("{other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&mut self, code: impl Into<Code>) -> Result<Step, SessionError> {
        let Code { source, file, limits, listener } = code.into();
        if let Some(reason) = &self.lost {
            return Err(SessionError::Lost { reason: reason.clone() });
        }
        if source.len() > CODE_BYTES {
            return Err(SessionError::CodeTooLong { bytes: source.len(), limit: CODE_BYTES });
        }
        if let Some(limits) = &limits {
            limits.check(self.metering, self.image_bytes)?;
        }
        self.steps += 1;
        let file = file.unwrap_or_else(|| format!("<step {}>", self.steps));
        let mut given = limits.unwrap_or_else(|| self.limits.clone());
        given.session = self.limits.session.clone();
        if let Some(reached) = given.exhausted(&self.usage) {
            return Ok(Step {
                outcome: Outcome::LimitReached(reached, None),
                output: Output::default(),
                usage: Usage::default(),
                lost: false,
            });
        }
        let (limits, scopes) = given.within(&self.usage);

        let started = Instant::now();
        self.control.begin(started, &limits, scopes);
        self.console.begin(limits.output_bytes, scopes.output_bytes, listener.clone());
        let host = self.store.data_mut();
        host.step = StepIo::new(limits.clone(), scopes, listener);
        host.memory.begin(limits.memory_bytes);

        self.lost = Some("its last step was abandoned".to_owned());
        let ended = {
            let interpreter = self.guest.fumehood_guest_interpreter();
            let call = std::pin::pin!(interpreter.call_run(&mut self.store, &source, &file));
            Supervised::new(call, &self.control).await
        };
        let wall = started.elapsed();
        let cpu = self.control.end();

        let (outcome, lost) = self.outcome(ended, &limits);
        self.lost = lost.then(|| reason_of_loss(&outcome));
        let (output, output_bytes) = self.console.end();
        let usage = Usage {
            fuel: self.store.data().step.fuel().used(),
            wall,
            cpu,
            memory_bytes: self.control.memory().map_or(0, |memory| memory.bytes() as u64),
            output_bytes,
            tool_calls: self.store.data().step.tool_calls(),
        };
        self.usage.add(&usage);
        Ok(Step { outcome, output, usage, lost })
    }

    /// What all steps have used so far.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The session's own files, which are there as long as the session is, lost or not.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// session.run("open('/work/greeting.txt', 'w').write('hello')").await?;
    /// assert_eq!(session.files().read("/work/greeting.txt")?, b"hello");
    /// # Ok(())
    /// # }
    /// ```
    pub fn files(&mut self) -> Files<'_> {
        Files::new(&self.store.data().files.tree)
    }

    /// Whether a step ended the interpreter, so that no other can be run.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Cancels steps of this session from elsewhere.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(Arc::clone(&self.control))
    }

    /// What came of a step, and whether the interpreter is lost with it.
    fn outcome(
        &mut self,
        ended: Ended<wasmtime::Result<guest::Outcome>>,
        limits: &Limits,
    ) -> (Outcome, bool) {
        let stopped_by = |reason| match reason {
            Reason::Limit(reached) => Outcome::LimitReached(reached, None),
            Reason::Cancelled => Outcome::Cancelled(None),
        };
        match ended {
            Ended::Stopped(reason) => (stopped_by(reason), true),
            Ended::Returned(Ok(returned)) => (self.returned(returned, limits), false),
            Ended::Returned(Err(error)) => {
                // A limit that was reached explains a trap better than the trap does: the runtime
                // itself may have been interrupted, or have been left without memory.
                let reason = self.control.stopped().or_else(|| self.control.reason());
                let outcome = match (error.downcast_ref::<Trap>(), reason) {
                    (Some(Trap::OutOfFuel), _) => {
                        Outcome::LimitReached(self.store.data().step.fuel().exhausted(), None)
                    }
                    (Some(Trap::StackOverflow), _) => Outcome::Failed(Failure::StackOverflow),
                    (_, Some(reason)) => stopped_by(reason),
                    (trap, None) => match self.store.data().memory.reached() {
                        Some(reached) if trap == Some(&Trap::UnreachableCodeReached) => {
                            Outcome::LimitReached(reached, None)
                        }
                        _ => Outcome::Failed(Failure::Aborted(format!("{error:#}"))),
                    },
                };
                (outcome, true)
            }
        }
    }

    /// What came of a step whose call returned.
    fn returned(&mut self, returned: guest::Outcome, limits: &Limits) -> Outcome {
        let raised = match returned {
            guest::Outcome::Completed(value) => {
                if let Some(answer) = self.store.data_mut().step.take_answer() {
                    return Outcome::FinalAnswer(answer);
                }
                return Outcome::Completed(value.map(|value| Value {
                    repr: value.repr,
                    json: value.json.and_then(|json| checked_json(json, limits.nesting)),
                }));
            }
            guest::Outcome::Raised(raised) => raised,
        };
        let exception = Exception {
            name: raised.name,
            mro: raised.ancestry,
            message: raised.message,
            traceback: raised.traceback,
        };
        let is = |name: &str| exception.mro.iter().any(|base| base == name);
        // Code may have put Python's own handler back, which raises this.
        if is("fumehood.LimitExceeded") || is("KeyboardInterrupt") {
            match self.control.reason_of(&exception.name) {
                Some(Reason::Limit(reached)) => {
                    return Outcome::LimitReached(reached, Some(exception));
                }
                Some(Reason::Cancelled) => return Outcome::Cancelled(Some(exception)),
                // Raised by the code itself; nothing was reached.
                None => {}
            }
        }
        if is("MemoryError")
            && let Some(reached) = self.store.data().memory.reached()
        {
            return Outcome::LimitReached(reached, Some(exception));
        }
        Outcome::Raised(exception)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.control.leave();
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("steps", &self.steps)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

/// Why there is no session after the step that ended like this.
fn reason_of_loss(outcome: &Outcome) -> String {
    match outcome {
        Outcome::LimitReached(reached, _) => format!("{reached}, and the code did not end"),
        Outcome::Cancelled(_) => "a cancelled step did not end".to_owned(),
        Outcome::Failed(failure) => failure.to_string(),
        _ => "its interpreter ended".to_owned(),
    }
}

fn failing<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    doing: &'static str,
) -> impl FnOnce(E) -> SessionError {
    move |error| SessionError::Start { doing, source: error.into() }
}

/// A store whose memory and crossings are supervised.
pub(crate) fn store(wasmtime: &wasmtime::Engine, host: Host) -> Store<Host> {
    let mut store = Store::new(wasmtime, host);
    store.limiter(|host| &mut host.memory);
    let control = Arc::clone(&store.data().control);
    store.call_hook(move |_, hook| control.crossing(hook));
    store
}

const _: () = {
    const fn send<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    send::<Session>();
    shared::<Sandbox>();
    shared::<Engine>();
    shared::<CancelHandle>();
};

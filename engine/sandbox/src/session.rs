//! One live interpreter, and running steps in it.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::code::Code;
use crate::control::{CancelHandle, Supervised};
use crate::determinism::Course;
use crate::endings;
use crate::engine::Engine;
use crate::error::SessionError;
use crate::files::{Files, Tree};
use crate::guard::{StepBegun, StepEnded};
use crate::host::StepIo;
use crate::instance::{Instance, Request, Surroundings};
use crate::labels::Ledger;
use crate::limits::{CODE_BYTES, Usage};
use crate::memory::{Beginning, MemoryHandle, State};
use crate::outcome::{Outcome, Output, Step};
use crate::pool::{Crew, Stock};
use crate::sandbox::{Inner, Sandbox};

/// A live interpreter. Variables, functions and imported modules stay from step to step.
///
/// A step that has to be stopped, or in which the interpreter breaks down, is rolled back: the session is
/// then what it was before that step.
pub struct Session {
    surroundings: Surroundings,
    /// What runs. There is none while a step runs, nor after one that was abandoned, nor while the session
    /// is parked, when it has no memory either.
    instance: Option<Instance>,
    /// What the session was before the last step that was run; `None` for what it was in the beginning.
    committed: Option<Committed>,
    /// Whether a step was run since.
    changed: bool,
    /// The files as they were before the step that runs, or that was abandoned. The program may have
    /// written some since the last step, so they are not always those that were committed.
    files_before: Option<Tree>,
    usage: Usage,
    steps: u64,
    lost: Option<String>,
    /// Who takes down what is left of it, if not whoever ends it.
    crew: Weak<Crew>,
}

/// The state of a session between two steps.
#[derive(Clone, Debug)]
pub(crate) struct Committed {
    pub(crate) memory: State,
    pub(crate) files: Tree,
    /// Whether files were open, which are not part of it.
    pub(crate) open_files: bool,
    /// How far it had come, if it is deterministic.
    pub(crate) course: Option<Course>,
}

/// What came of a call.
pub(crate) struct Called {
    pub(crate) instance: Instance,
    pub(crate) outcome: Outcome,
    /// Whether the instance is good for nothing any more.
    pub(crate) broken: bool,
    cpu: Duration,
}

impl Session {
    /// A fresh session, which begins as the sandbox says.
    pub(crate) async fn start(sandbox: &Sandbox) -> Result<Session, SessionError> {
        if let Some(checkpoint) = &sandbox.inner.prepared {
            return sandbox.session_from(checkpoint).await;
        }
        let surroundings = Surroundings::beginning(&sandbox.inner, &sandbox.inner.beginning())?;
        let beginning = Beginning::Image(sandbox.inner.engine.image().clone());
        let instance = Instance::start(&surroundings, &beginning).await?;
        Ok(Session::of(surroundings, instance, None, 0, Usage::default()))
    }

    pub(crate) fn of(
        surroundings: Surroundings,
        instance: Instance,
        committed: Option<Committed>,
        steps: u64,
        usage: Usage,
    ) -> Session {
        Session {
            surroundings,
            instance: Some(instance),
            committed,
            changed: false,
            files_before: None,
            usage,
            steps,
            lost: None,
            crew: Weak::new(),
        }
    }

    /// Gives it to whoever has asked for a session: its clock begins.
    pub(crate) fn hand_out(&mut self, stock: &Stock) {
        self.surroundings.ambience.begin_again();
        self.crew = Arc::downgrade(stock.crew());
    }

    pub(crate) fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The sandbox that it was started in.
    pub(crate) fn sandbox(&self) -> Sandbox {
        Sandbox::of(Arc::clone(&self.surroundings.sandbox))
    }

    /// What its interpreter runs in.
    pub(crate) fn memory(&self) -> Option<MemoryHandle> {
        self.surroundings.control.memory()
    }

    /// What the host keeps about it: what it has come into contact with, and how often tools were called.
    pub fn ledger(&self) -> &Ledger {
        &self.surroundings.ledger
    }

    /// Has it be entered in this ledger from here on, with all that is in its own: that of a run whose code it
    /// runs, for example.
    pub fn share_ledger(&mut self, ledger: &Ledger) {
        ledger.take_over(&self.surroundings.ledger.entries());
        self.surroundings.ledger = ledger.clone();
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// Runs a step: source text, or [`Code`].
    ///
    /// What the code does is in the [`Step`]. If the future is dropped before it is done, the step is
    /// rolled back before the next one.
    ///
    /// # Errors
    ///
    /// * [`SessionError::Lost`] if a step could not be rolled back
    /// * [`SessionError::CodeTooLong`]
    /// * [`SessionError::Limits`]
    /// * [`SessionError::Guard`] if the guard of the sandbox does not let it be run
    /// * [`SessionError::State`] if the system has no memory for what it takes to roll this step back;
    ///   the session is as it was
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
        let Code { source, file, limits, listener, interceptor, atomic } = code.into();
        if let Some(reason) = &self.lost {
            return Err(SessionError::Lost { reason: reason.clone() });
        }
        if source.len() > CODE_BYTES {
            return Err(SessionError::CodeTooLong { bytes: source.len(), limit: CODE_BYTES });
        }
        let Inner { engine, limits: usual, .. } = &*self.surroundings.sandbox;
        if let Some(limits) = &limits {
            limits.check(engine.metering(), engine.memory_bytes())?;
        }
        let mut given = limits.unwrap_or_else(|| usual.clone());
        given.session = usual.session.clone();
        // A saved session may say that it has run any number of them.
        self.steps = self.steps.saturating_add(1);
        let file = file.unwrap_or_else(|| format!("<step {}>", self.steps));
        if let Some(reached) = given.exhausted(&self.usage) {
            return Ok(Step {
                outcome: Outcome::LimitReached(reached, None),
                output: Output::default(),
                usage: Usage::default(),
                rolled_back: false,
                lost: false,
            });
        }
        self.make_ready().await?;
        let (limits, scopes) = given.within(&self.usage);
        let guard = self.surroundings.sandbox.guard.clone();
        let ledger = self.surroundings.ledger.clone();
        let number = self.steps;
        if let Some(guard) = &guard {
            let begun = StepBegun { ledger: &ledger, number, source: &source };
            guard.step(begun).map_err(|reason| SessionError::Guard { reason })?;
        }

        let Surroundings { control, console, .. } = &self.surroundings;
        let started = Instant::now();
        control.begin(started, &limits, scopes);
        console.begin(limits.output_bytes, scopes.output_bytes, listener.clone());
        let io = StepIo::new(limits, scopes).listener(listener).interceptor(interceptor);
        let io = io.ledger(&ledger);
        let request = Request::Run { source: &source, file: &file };
        let Called { instance, outcome, broken, cpu } = self.call(request, io).await?;
        let wall = started.elapsed();
        let (output, output_bytes) = self.surroundings.console.end();
        let host = instance.store.data();
        let usage = Usage {
            fuel: host.step.fuel().used(),
            wall,
            cpu,
            memory_bytes: self.surroundings.control.memory().map_or(0, |m| m.bytes() as u64),
            output_bytes,
            tool_calls: host.step.tool_calls(),
        };
        self.usage.add(&usage);
        if let Some(guard) = &guard {
            guard.step_ended(StepEnded {
                ledger: &ledger,
                number,
                outcome: &outcome,
                usage: &usage,
            });
        }
        let undone = broken || (atomic && !outcome.is_success());
        self.end(instance, undone).await;
        let lost = self.lost.is_some();
        Ok(Step { outcome, output, usage, rolled_back: undone && !lost, lost })
    }

    /// Has an interpreter that can be asked for something, whose state can be gone back to.
    pub(crate) async fn make_ready(&mut self) -> Result<(), SessionError> {
        if let Some(reason) = &self.lost {
            return Err(SessionError::Lost { reason: reason.clone() });
        }
        if self.instance.is_none() {
            self.roll_back().await?;
        }
        if self.changed {
            self.commit()?;
        }
        self.renew().await
    }

    /// Asks the interpreter for something that changes the session. The control has begun to supervise it,
    /// and `end` has to follow.
    pub(crate) async fn call(
        &mut self,
        request: Request<'_>,
        io: StepIo,
    ) -> Result<Called, SessionError> {
        let Surroundings { control, .. } = &self.surroundings;
        let Some(mut instance) = self.instance.take() else {
            return Err(SessionError::Lost { reason: "it has no interpreter".to_owned() });
        };
        self.changed = true;
        self.files_before = Some(self.surroundings.files.tree.copy());
        let limits = io.limits().clone();
        let ended = {
            let call = std::pin::pin!(instance.call(request, io));
            Supervised::new(call, control).await
        };
        let cpu = control.end();
        let (outcome, broken) = endings::outcome(ended, control, &mut instance, &limits);
        Ok(Called { instance, outcome, broken, cpu })
    }

    /// Keeps what a call has done, or undoes it. That the session is lost if this fails is in `lost`.
    pub(crate) async fn end(&mut self, instance: Instance, undone: bool) {
        if undone {
            drop(instance);
            self.roll_back().await.ok();
        } else {
            self.files_before = None;
            self.instance = Some(instance);
        }
    }

    /// Has the next step of a deterministic session run in an instance of its own, as it would if the session
    /// had been saved and resumed before it: what an instance keeps of its host is in the memory.
    /// Where files are open it stays, as they would not be open any more.
    async fn renew(&mut self) -> Result<(), SessionError> {
        let Surroundings { control, ambience, .. } = &self.surroundings;
        let Some(instance) = &mut self.instance else { return Ok(()) };
        if !ambience.is_computed() || instance.resumes || instance.has_open_files() {
            return Ok(());
        }
        self.instance = None;
        let memory = control.memory().ok_or_else(no_memory)?;
        control.renew();
        let beginning = Beginning::Memory(memory);
        self.instance = Some(Instance::resume(&self.surroundings, &beginning, false).await?);
        Ok(())
    }

    /// The state as it is, which the next steps can be rolled back to.
    pub(crate) fn commit(&mut self) -> Result<Committed, SessionError> {
        if let Some(reason) = &self.lost {
            return Err(SessionError::Lost { reason: reason.clone() });
        }
        self.put_files_back();
        let files = self.surroundings.files.tree.copy();
        let committed = match (&mut self.instance, &self.committed) {
            (Some(instance), last) if self.changed || last.is_none() => {
                let last =
                    last.as_ref().map_or(&self.surroundings.begun.memory, |last| &last.memory);
                let memory = self.surroundings.control.memory().ok_or_else(no_memory)?;
                let memory = memory.state(last).map_err(stating("taking a state"))?;
                let course = self.surroundings.ambience.course();
                Committed { memory, files, open_files: instance.has_open_files(), course }
            }
            // Nothing has changed since, or what has is of a step that was abandoned.
            (_, Some(last)) => Committed { files, ..last.clone() },
            (_, None) => return Err(SessionError::Abandoned),
        };
        self.changed = false;
        Ok(self.committed.insert(committed).clone())
    }

    /// Whether there is no interpreter, and no memory for one.
    pub(crate) fn is_parked(&self) -> bool {
        self.instance.is_none() && self.memory().is_none()
    }

    /// Lets go of the interpreter and its memory, and leaves what was committed last.
    pub(crate) fn let_go(&mut self) {
        self.instance = None;
        self.surroundings.control.renew();
        self.surroundings.control.detach();
    }

    /// What it began with.
    pub(crate) fn begun(&self) -> &Committed {
        &self.surroundings.begun
    }

    /// What its files hold, as the limits count it.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.surroundings.files.tree.lock().held().0
    }

    /// Lets go of what was committed and of its files as well, which are elsewhere until they are given
    /// back.
    pub(crate) fn let_go_of_state(&mut self) {
        self.committed = None;
        let files = self.surroundings.begun.files.clone();
        self.surroundings.files.tree.put_back(files);
    }

    /// Gives back what it has let go of.
    pub(crate) fn give_back_state(&mut self, committed: Committed) {
        self.surroundings.files.tree.put_back(committed.files.clone());
        self.committed = Some(committed);
    }

    /// What was committed last, if anything was.
    pub(crate) fn committed(&self) -> Option<&Committed> {
        self.committed.as_ref()
    }

    /// Takes what was committed last for what the next step can be rolled back to.
    pub(crate) fn forgo_commit(&mut self) {
        self.changed = false;
    }

    /// Undoes the step that was just run, or abandoned. The session is lost if that fails.
    async fn roll_back(&mut self) -> Result<(), SessionError> {
        self.put_files_back();
        let (to, files) = (self.committed.clone(), self.surroundings.files.tree.copy());
        self.go_back(to, files).await
    }

    /// Undoes what the step that was just run, or abandoned, has done to files.
    fn put_files_back(&mut self) {
        if let (None, Some(files)) = (&self.instance, self.files_before.take()) {
            self.surroundings.files.tree.put_back(files);
        }
    }

    /// Makes the session what it was then, or in the beginning, with these files. It is lost if that
    /// fails, unless it was parked: then it still is.
    pub(crate) async fn go_back(
        &mut self,
        to: Option<Committed>,
        files: Tree,
    ) -> Result<(), SessionError> {
        self.instance = None;
        self.files_before = None;
        self.changed = false;
        // A step that was abandoned has printed its last.
        self.surroundings.console.end();
        // From here on this is what the session is, even if whoever waits for it does so no longer.
        self.committed = to;
        let parked = self.is_parked();
        let gone = self.going_back(files).await;
        self.lost = match &gone {
            Ok(()) => None,
            // Nothing was in the memory that could not be made.
            Err(_) if parked => {
                self.surroundings.control.detach();
                None
            }
            Err(error) => Some(format!("it could not be gone back: {error}")),
        };
        gone
    }

    async fn going_back(&mut self, files: Tree) -> Result<(), SessionError> {
        let Surroundings { sandbox, control, begun, ambience, course, .. } = &self.surroundings;
        let image = sandbox.engine.image().clone();
        let to = self.committed.as_ref();
        let state = to.map_or(&begun.memory, |to| &to.memory).clone();
        control.renew();
        ambience.go_on(to.and_then(|to| to.course).or(*course));
        let memory = control.memory();
        self.surroundings.files.tree.put_back(files);
        let beginning = match memory {
            Some(memory) => {
                memory.restore(&state).map_err(stating("going back to a state of the memory"))?;
                Beginning::Memory(memory)
            }
            None => Beginning::State(image, state),
        };
        let instance = match to {
            None => Instance::start(&self.surroundings, &beginning).await?,
            Some(to) => Instance::resume(&self.surroundings, &beginning, to.open_files).await?,
        };
        self.instance = Some(instance);
        Ok(())
    }

    /// What all steps have used so far.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The session's own files, which are there as long as the session is, lost or not.
    ///
    /// What is written here is no part of a step, and is not rolled back with one.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// session.run("open('greeting.txt', 'w').write('hello')").await?;
    /// assert_eq!(session.files().read("greeting.txt")?, b"hello");
    /// # Ok(())
    /// # }
    /// ```
    pub fn files(&mut self) -> Files<'_> {
        self.put_files_back();
        Files::new(&self.surroundings.files.tree)
    }

    /// Whether a step could not be rolled back, so that no other can be run.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Cancels steps of this session from elsewhere.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(Arc::clone(&self.surroundings.control))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.surroundings.control.leave();
        if let (Some(crew), Some(instance)) = (self.crew.upgrade(), self.instance.take()) {
            // The memory is put in order by the last that knows of it.
            let control = Arc::clone(&self.surroundings.control);
            crew.take_down(Box::new((instance, control, self.committed.take())));
        }
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

fn no_memory() -> SessionError {
    SessionError::Lost { reason: "it has no memory".to_owned() }
}

pub(crate) fn stating(doing: &'static str) -> impl FnOnce(std::io::Error) -> SessionError {
    move |source| SessionError::State { doing, source }
}

const _: () = {
    const fn send<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    send::<Session>();
    shared::<Sandbox>();
    shared::<Engine>();
    shared::<CancelHandle>();
};

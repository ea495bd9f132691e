//! What a sandbox allows, and starting sessions in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::ambience::Ambience;
use crate::calls::{ToolCall, ToolCallError};
use crate::checkpoint::Checkpoint;
use crate::determinism::Determinism;
use crate::engine::{Engine, Metering};
use crate::error::{ConfigError, SessionError};
use crate::files::{Bounds, TEMPORARY, Tree, WORK};
use crate::guard::Guard;
use crate::image::Library;
use crate::labels::{Labels, Ledger};
use crate::limits::Limits;
use crate::modules::{Module, Names};
use crate::packages::Packages;
use crate::pool::{Pool, Stock};
use crate::prepared::check_held;
use crate::session::{Committed, Session};
use crate::signature::signature;
use crate::tools::{Tool, ToolDeclaration, Tools};
use crate::wasi::Grant;

/// What the code of its sessions may reach and use. Any number of sessions can be started in one
/// sandbox, from any thread; they share nothing.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) inner: Arc<Inner>,
    /// Sessions that are ready.
    stock: Option<Arc<Stock>>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    pub(crate) determinism: Option<Determinism>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) arguments: Vec<String>,
    pub(crate) directory: String,
    /// The files that each session begins with.
    pub(crate) files: Tree,
    /// What each session begins with, if it is not the image.
    pub(crate) prepared: Option<Checkpoint>,
    pub(crate) tools: Arc<Tools>,
    pub(crate) guard: Option<Arc<dyn Guard>>,
    /// What its sessions begin with.
    labels: Labels,
    pub(crate) declarations: Vec<ToolDeclaration>,
    /// What the guest makes the functions of the tools of.
    pub(crate) signatures: Value,
    pub(crate) modules: Vec<Module>,
    /// What the guest makes each of them of, as JSON, by name.
    pub(crate) described_modules: BTreeMap<String, String>,
}

impl Inner {
    /// The ledger of a session that begins.
    pub(crate) fn ledger(&self) -> Ledger {
        let ledger = Ledger::new();
        ledger.merge(&self.labels);
        ledger
    }

    /// What its sessions begin with.
    pub(crate) fn beginning(&self) -> Committed {
        match &self.prepared {
            Some(checkpoint) => checkpoint.committed.clone(),
            None => {
                let memory = self.engine.image().state();
                Committed { memory, files: self.files.clone(), open_files: false, course: None }
            }
        }
    }
}

impl Sandbox {
    /// Begins the configuration of a sandbox.
    pub fn builder(engine: &Engine) -> SandboxBuilder {
        SandboxBuilder {
            engine: engine.clone(),
            limits: Limits::default(),
            determinism: None,
            grants: Vec::new(),
            environment: BTreeMap::new(),
            arguments: vec![String::new()],
            directory: None,
            scratch: true,
            tools: Vec::new(),
            http: None,
            modules: Vec::new(),
            packages: Packages::new(),
            prepared: None,
            pool: Pool::new(0),
            guard: None,
        }
    }

    /// Without sessions that are ready.
    pub(crate) fn of(inner: Arc<Inner>) -> Sandbox {
        Sandbox { inner, stock: None }
    }

    /// Starts a session: a fresh interpreter of its own, with everything random in it seeded anew, or as
    /// ever if the sandbox is [deterministic](SandboxBuilder::deterministic). In a sandbox that is
    /// [prepared](SandboxBuilder::prepared) it begins as that says.
    ///
    /// With a [pool](SandboxBuilder::pool) it is one that is ready, if there is one, and another is made in
    /// its place in the background. Nothing tells it from one that is made here: nobody has had it before,
    /// and its clock begins now.
    ///
    /// # Errors
    ///
    /// [`SessionError::Start`] if the host has no addresses, descriptors or space for it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut session = sandbox.session().await?;
    /// session.run("x = 20").await?;
    /// let step = session.run("x + 1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn session(&self) -> Result<Session, SessionError> {
        let Some(stock) = &self.stock else { return Session::start(self).await };
        let mut session = match stock.take() {
            Some(session) => session,
            None => Session::start(self).await?,
        };
        session.hand_out(stock);
        Ok(session)
    }

    /// How many sessions are ready now; see [`SandboxBuilder::pool`].
    pub fn ready(&self) -> usize {
        self.stock.as_ref().map_or(0, |stock| stock.ready())
    }

    /// Makes as many sessions as are missing until all those of the [pool](SandboxBuilder::pool) are ready,
    /// and says why if one cannot be made. Without a pool there is nothing to do.
    ///
    /// The pool fills without it; this is for programs that want to begin with it full.
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::session`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
    /// use fumehood::{Pool, Sandbox};
    ///
    /// let sandbox = Sandbox::builder(&engine).pool(Pool::new(8)).build()?;
    /// sandbox.fill().await?;
    /// assert_eq!(sandbox.ready(), 8);
    /// let mut session = sandbox.session().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fill(&self) -> Result<(), SessionError> {
        let Some(stock) = &self.stock else { return Ok(()) };
        while stock.has_room() {
            stock.put(Session::start(self).await?);
        }
        Ok(())
    }

    /// The tools as they were declared, for a prompt. Those of [modules](Sandbox::modules) come last, and have their
    /// module in their name.
    pub fn tools(&self) -> &[ToolDeclaration] {
        &self.inner.declarations
    }

    /// The modules of tools, for a prompt.
    pub fn modules(&self) -> &[Module] {
        &self.inner.modules
    }

    /// A call of a tool by the program itself, for models that call tools rather than to write code. It has
    /// passed the same check as one of a session.
    ///
    /// # Errors
    ///
    /// * [`ToolCallError::Unknown`]
    /// * [`ToolCallError::Arguments`] if they do not fit the tool's parameters
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let call = sandbox.tool_call("population", json!({"city": "Reykjavik"}))?;
    /// let answer = call.run().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tool_call(&self, name: &str, arguments: Value) -> Result<ToolCall, ToolCallError> {
        let call = ToolCall::new(self.inner.tools.named(name)?, arguments, Vec::new())?;
        Ok(call.with_ledger(&self.ledger()))
    }

    /// A ledger with what a session of this sandbox begins with: the labels that its
    /// [`Guard`](crate::Guard) says of the granted folders, and those of what it is
    /// [prepared](SandboxBuilder::prepared) with.
    pub fn ledger(&self) -> Ledger {
        self.inner.ledger()
    }

    /// The granted folders: where the guest sees each, and whether it can write there.
    pub fn granted(&self) -> impl Iterator<Item = (&str, bool)> {
        self.inner.grants.iter().map(|grant| (grant.path.as_str(), grant.writable))
    }

    /// What its code may send HTTP requests to, in the words of the function that sends them; nothing, if there
    /// is none.
    pub fn http(&self) -> Option<&str> {
        self.inner.tools.http_description()
    }

    /// How its sessions are metered.
    pub fn metering(&self) -> Metering {
        self.inner.engine.metering()
    }

    /// What its sessions begin with, if they are [deterministic](SandboxBuilder::deterministic).
    pub fn determinism(&self) -> Option<Determinism> {
        self.inner.determinism
    }

    /// The version of the interpreter, such as `3.15.0`.
    pub fn python_version(&self) -> &str {
        &self.inner.engine.manifest().python
    }

    /// The libraries that code can import besides Python's own; see [`Engine::libraries`].
    pub fn libraries(&self) -> &[Library] {
        self.inner.engine.libraries()
    }

    /// The limits of each step, where the step has none of its own.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("limits", &self.inner.limits).finish_non_exhaustive()
    }
}

/// The configuration of a sandbox; see [`Sandbox::builder`].
///
/// # Defaults
///
/// * no tools, and nobody who watches over calls of them
/// * no folders of the host
/// * two empty folders of the session's own, `/work` and `/tmp`, which are kept in memory and go with
///   the session
/// * no environment variables, but for `HOME` and `TMPDIR`, which are `/tmp`
/// * no arguments: `sys.argv` is `['']`
/// * the current directory is `/work`, or `/` without it
/// * no network: HTTP is [granted](SandboxBuilder::http)
/// * the host's clocks and random numbers: no two sessions are alike, unless it is made
///   [deterministic](SandboxBuilder::deterministic)
/// * sessions begin with nothing but what the image has imported
/// * no packages besides the libraries of the image
/// * no sessions are kept ready
/// * the limits of [`Limits::default`]
///
/// # Examples
///
/// ```no_run
/// use cap_std::{ambient_authority, fs::Dir};
/// use fumehood::{Grant, Limits, Sandbox};
///
/// # fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let data = Dir::open_ambient_dir("data", ambient_authority())?;
/// let sandbox = Sandbox::builder(&engine)
///     .limits(Limits::default().with_fuel(10_000_000_000))
///     .grant(Grant::read_only(data, "/data"))
///     .env("LANG", "C.UTF-8")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SandboxBuilder {
    engine: Engine,
    limits: Limits,
    determinism: Option<Determinism>,
    grants: Vec<Grant>,
    environment: BTreeMap<String, String>,
    arguments: Vec<String>,
    directory: Option<String>,
    scratch: bool,
    tools: Vec<Arc<dyn Tool>>,
    http: Option<Arc<dyn Tool>>,
    modules: Vec<Module>,
    packages: Packages,
    prepared: Option<Checkpoint>,
    pool: Pool,
    guard: Option<Arc<dyn Guard>>,
}

impl SandboxBuilder {
    /// Sets the limits of each step. The default is [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a tool. The default is none.
    ///
    /// One that is named `final_answer` takes the place of the function that ends a step: what it returns
    /// is the final answer, which ends the step, and nothing else is. If it fails, the step goes on.
    pub fn tool(self, tool: impl Tool) -> Self {
        self.shared_tool(Arc::new(tool))
    }

    /// Adds a tool that is also used elsewhere.
    pub fn shared_tool(mut self, tool: Arc<dyn Tool>) -> Self {
        self.tools.push(tool);
        self
    }

    /// Lets code send HTTP requests through a function, with which the libraries in the guest work that speak
    /// HTTP. The default is none: there is no network.
    ///
    /// It is a tool in all but that nobody is told of it, neither models nor [`Sandbox::tools`]. What it is asked
    /// and has to answer is what the `HttpTool` of the crate `fumehood-tools` is and does; see
    /// `docs/network.md`.
    pub fn http(mut self, http: impl Tool) -> Self {
        self.http = Some(Arc::new(http));
        self
    }

    /// Adds a module of tools, which code imports. The default is none.
    ///
    /// To whoever [intercepts](crate::Interceptor) or records calls, its functions are tools as any other, with the
    /// module in their names. A session that does not import it pays nothing for it.
    pub fn module(mut self, module: Module) -> Self {
        self.modules.push(module);
        self
    }

    /// Adds modules of tools.
    pub fn modules(mut self, modules: impl IntoIterator<Item = Module>) -> Self {
        self.modules.extend(modules);
        self
    }

    /// Lets code import packages of Python, besides those that were added before. The default is none.
    ///
    /// They are in the folder `/site-packages`, which code cannot change, and belong to the session's own files: they
    /// count among the same limits, and are copied and saved with them. Sessions that begin with what one of this
    /// sandbox has left have them as well, in whichever sandbox.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
    /// use fumehood::{Packages, Sandbox};
    ///
    /// let packages = Packages::new().file("greetings.py", "def greet(name): return f'hello {name}'")?;
    /// let sandbox = Sandbox::builder(&engine).packages(packages).build()?;
    /// sandbox.session().await?.run("from greetings import greet; print(greet('you'))").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn packages(mut self, packages: Packages) -> Self {
        self.packages.add(packages);
        self
    }

    /// Lets code use a folder of the host. The default is none. One that is granted as `/work` takes the
    /// place of the session's own.
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grants.push(grant);
        self
    }

    /// Sets an environment variable of the guest. The default is none but `HOME` and `TMPDIR`.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Sets `sys.argv`. The default is `['']`.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the current directory. The default is `/work`, or `/` if there is no such folder.
    pub fn current_dir(mut self, path: impl Into<String>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Whether a session has files of its own, in `/work` and `/tmp`. The default is that it has.
    pub fn scratch(mut self, scratch: bool) -> Self {
        self.scratch = scratch;
        self
    }

    /// Makes all sessions of this sandbox alike: the same steps give the same output, use the same fuel and
    /// leave the same memory and files, whenever and wherever they are run on the same image. The default
    /// is that they are not.
    ///
    /// Everything random follows from the seed. The clocks show what follows from what the code does, and
    /// sleeping takes no time. What goes on from a checkpoint, a fork or a saved session goes on with the
    /// randomness and the time of that state. What tools answer is the caller's, and so is what is in
    /// granted folders; see `docs/determinism.md`. Code that is stopped by a limit of time or processor
    /// time, or cancelled, was stopped at a moment that no other run has: limit the fuel.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
    /// use fumehood::{Determinism, Sandbox};
    ///
    /// let sandbox = Sandbox::builder(&engine).deterministic(Determinism::with_seed(42)).build()?;
    /// let step = sandbox.session().await?.run("import uuid; print(uuid.uuid4())").await?;
    /// let again = sandbox.session().await?.run("import uuid; print(uuid.uuid4())").await?;
    /// assert_eq!(step.output.stdout, again.output.stdout);
    /// assert_eq!(step.usage.fuel, again.usage.fuel);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deterministic(mut self, determinism: Determinism) -> Self {
        self.determinism = Some(determinism);
        self
    }

    /// Has all sessions begin with a checkpoint, as [`Sandbox::session_from`] does. The default is that they
    /// begin as the image is.
    ///
    /// # Examples
    ///
    /// An agent whose every run begins with the same functions, which are made once:
    ///
    /// ```no_run
    /// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
    /// use fumehood::{Limits, Sandbox};
    ///
    /// let set_up = Sandbox::builder(&engine).build()?;
    /// let prepared = set_up.prepare("def double(n): return 2 * n").await?;
    /// let limits = Limits::default().with_fuel(1_000_000_000);
    /// let sandbox = Sandbox::builder(&engine).limits(limits).prepared(&prepared).build()?;
    /// let mut session = sandbox.session().await?;
    /// session.run("double(21)").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn prepared(mut self, checkpoint: &Checkpoint) -> Self {
        self.prepared = Some(checkpoint.clone());
        self
    }

    /// Has every step and every call of a tool pass a guard, whoever makes the call. The default is none.
    pub fn guard(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Keeps sessions ready, which are made in the background, from [`build`](SandboxBuilder::build) on,
    /// until the last copy of the [`Sandbox`] is gone. The default is none: each is made when it is asked
    /// for.
    ///
    /// When a session ends, its memory is put in order in the background as well. If one cannot be made
    /// there, no other is made until a session is asked for, and whoever asks is told why.
    ///
    /// Whether the current directory is there, which may be in a granted folder, is found out when a
    /// session is made.
    pub fn pool(mut self, pool: Pool) -> Self {
        self.pool = pool;
        self
    }

    /// Checks everything and makes the sandbox.
    ///
    /// # Errors
    ///
    /// * [`ConfigError::ToolName`], [`ConfigError::DuplicateTool`], [`ConfigError::ToolSchema`],
    ///   [`ConfigError::ToolReturns`]
    /// * [`ConfigError::Module`] if a module would stand before one of Python, of a library or of another source, or
    ///   if something in it has no name that Python can have
    /// * [`ConfigError::Package`] if a package has a name that is Python's own, or a library's
    /// * [`ConfigError::Grant`] if the path is not absolute, or taken
    /// * [`ConfigError::Environment`]
    /// * [`ConfigError::LimitTooSmall`], also if the checkpoint that sessions are to begin with, or the packages, are
    ///   larger than the limits allow
    /// * [`ConfigError::OtherEngine`] if it is of another engine
    /// * [`ConfigError::NoFuel`] if there is a fuel limit and the engine meters by the clock
    /// * [`ConfigError::DeterministicByClock`], [`ConfigError::StartTooLate`]
    /// * [`ConfigError::Pool`] if the system has no threads for a pool
    pub fn build(self) -> Result<Sandbox, ConfigError> {
        self.limits.check(self.engine.metering(), self.engine.memory_bytes())?;
        if let Some(determinism) = &self.determinism {
            determinism.check(self.engine.metering())?;
        }
        if let Some(checkpoint) = &self.prepared {
            checkpoint.check(&self.engine, &self.limits)?;
        }
        let mut tools = Tools::guarded(self.guard.clone());
        let mut declarations = Vec::with_capacity(self.tools.len());
        for tool in self.tools {
            declarations.push(tools.add(tool)?);
        }
        if let Some(http) = self.http {
            tools.add_http(http)?;
        }
        let signatures = declarations.iter().map(signature).collect();
        let begun = Arc::new(Ambience::begin(self.determinism));
        let packages = self.packages.tree(begun.file_clock())?;
        let names = Names::beside(self.engine.libraries());
        for name in packages.importable() {
            let refuse = |reason| ConfigError::Package { path: name.clone(), reason };
            names.check_package(&name).map_err(refuse)?;
        }
        let mut importable = packages.importable();
        if let Some(checkpoint) = &self.prepared {
            importable.extend(checkpoint.committed.files.importable());
        }
        names.and_packages(importable).check(&self.modules)?;
        let mut described_modules = BTreeMap::new();
        for module in &self.modules {
            declarations.extend(tools.add_module(module)?);
            described_modules.insert(module.name().to_owned(), module.described().to_string());
        }
        for (position, grant) in self.grants.iter().enumerate() {
            let path = &grant.path;
            let refuse = |reason: String| ConfigError::Grant { path: path.clone(), reason };
            if let Some(reason) = grant.refusal() {
                return Err(refuse(reason));
            }
            let taken = self.grants[..position].iter().any(|other| other.path == *path)
                || (self.scratch && *path == format!("/{TEMPORARY}"));
            if taken {
                return Err(refuse("another folder is there".to_owned()));
            }
        }
        for (name, value) in &self.environment {
            let refuse = |reason| ConfigError::Environment { name: name.clone(), reason };
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(refuse("a name is not empty and has neither `=` nor NUL"));
            }
            if value.contains('\0') {
                return Err(refuse("its value has a NUL"));
            }
        }
        let work = format!("/{WORK}");
        let is_granted = self.grants.iter().any(|grant| grant.path == work);
        let folders = match (self.scratch, is_granted) {
            (false, _) => &[][..],
            (true, true) => &[TEMPORARY],
            (true, false) => &[TEMPORARY, WORK],
        };
        let begins_in_work = self.scratch || is_granted;
        let directory = self.directory.unwrap_or(if begins_in_work { work } else { String::new() });
        let mut files = Tree::new(folders, Bounds::new(&self.limits), begun.file_clock());
        if packages.has_packages() {
            files.take_over(&packages);
            check_held(&files, &self.limits)?;
        }
        let mut labels = Labels::default();
        if let Some(guard) = &self.guard {
            for Grant { path, .. } in &self.grants {
                for label in guard.folder(path) {
                    labels.add(label, path);
                }
            }
        }
        if let Some(checkpoint) = &self.prepared {
            labels.merge(&checkpoint.ledger.labels);
        }
        let inner = Inner {
            engine: self.engine,
            limits: self.limits,
            determinism: self.determinism,
            grants: self.grants,
            environment: self.environment,
            arguments: self.arguments,
            directory,
            files,
            prepared: self.prepared,
            tools: Arc::new(tools),
            guard: self.guard,
            labels,
            declarations,
            signatures,
            modules: self.modules,
            described_modules,
        };
        let inner = Arc::new(inner);
        let stock =
            Stock::begin(&self.pool, &inner).map_err(|source| ConfigError::Pool { source })?;
        Ok(Sandbox { inner, stock: stock.map(Arc::new) })
    }
}

impl std::fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

//! Instances of components, and calls of them.

use std::collections::HashMap;
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fumehood::{CallContext, Grant, SessionMark, ToolError, ToolLabels};
use futures_util::future::BoxFuture;
use wasmtime::component::{ComponentExportIndex, Func, Instance, InstancePre, ResourceTable, Val};
use wasmtime::{ResourceLimiter, Store, Trap};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

use super::limits::{ComponentLimits, Instances};
use super::slices;
use super::vals::{Held, lifted, lowered};
use crate::wit::Value;
use crate::wit::interface::{Interface, Signature};
use crate::wit::tool::Implementation;

/// How many instructions a component runs before others get their turn.
const TURN: u64 = 2_000_000;
/// What of WASI a component may have open at a time.
const OPEN: usize = 1000;
/// Bytes of randomness that it may ask for at once.
const RANDOM_BYTES: u64 = 1 << 20;
/// Memories, tables and instances that a component may consist of.
const PARTS: usize = 100;

/// What an instance works on.
pub(super) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limiter: Limiter,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// What a component can use beyond what each can.
#[derive(Clone, Debug, Default)]
pub(super) struct Granted {
    pub(super) folders: Vec<Grant>,
    pub(super) variables: Vec<(String, String)>,
}

impl Granted {
    /// What functions do that have this.
    pub(super) fn labels(&self) -> ToolLabels {
        let mut labels = ToolLabels::default();
        labels.reads_private = !self.folders.is_empty();
        labels.sends = self.folders.iter().any(Grant::is_writable);
        labels
    }

    fn context(&self) -> wasmtime::Result<WasiCtx> {
        let mut builder = WasiCtx::builder();
        builder
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM_BYTES)
            .envs(&self.variables);
        for grant in &self.folders {
            // wasmtime opens paths; this one is the folder that is open already.
            let path = format!("/proc/self/fd/{}", grant.folder().as_raw_fd());
            let may = if grant.is_writable() { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
            builder.preopened_dir(path, grant.path(), may)?;
        }
        Ok(builder.build())
    }
}

/// Counts memory and tables of all parts of a component together.
struct Limiter {
    memory_left: u64,
    table_left: u64,
    /// What was asked for in vain.
    denied: Option<&'static str>,
}

/// Takes what something grows by from what is left, if it may grow. What its own type does not allow is not grown,
/// so it is not taken either.
fn grow(left: &mut u64, current: usize, desired: usize, maximum: Option<usize>) -> bool {
    let more = desired.saturating_sub(current) as u64;
    let may = more <= *left && maximum.is_none_or(|maximum| desired <= maximum);
    if may {
        *left -= more;
    }
    may
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = grow(&mut self.memory_left, current, desired, maximum);
        self.denied = if grown { self.denied } else { Some("memory") };
        Ok(grown)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = grow(&mut self.table_left, current, desired, maximum);
        self.denied = if grown { self.denied } else { Some("tables") };
        Ok(grown)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}

/// Where the functions of a component are.
pub(super) struct Exports(HashMap<String, ComponentExportIndex>);

impl Exports {
    /// The functions by the names of their tools.
    pub(super) fn of(
        component: &wasmtime::component::Component,
        interfaces: &[Interface],
    ) -> Result<Exports, String> {
        let mut by_tool = HashMap::new();
        for interface in interfaces {
            let missing = |name: &str| format!("it has no `{name}`");
            let instance = match &interface.export {
                Some(name) => {
                    let found = component.get_export_index(None, name.as_str());
                    Some(found.ok_or_else(|| missing(name))?)
                }
                None => None,
            };
            for function in interface.functions.iter().filter(|one| !one.is_drop()) {
                let found = component.get_export_index(instance.as_ref(), function.wit.as_str());
                by_tool.insert(function.tool.clone(), found.ok_or_else(|| missing(&function.wit))?);
            }
        }
        Ok(Exports(by_tool))
    }
}

/// An instance that can be called.
struct Live {
    store: Store<State>,
    instance: Instance,
    number: u64,
}

/// The instances of a component in a sandbox.
pub(super) struct Running {
    pre: InstancePre<State>,
    exports: Arc<Exports>,
    limits: ComponentLimits,
    instances: Instances,
    granted: Granted,
    made: AtomicU64,
    by_session: Mutex<HashMap<Option<SessionMark>, Shared>>,
}

/// The instance of a session. There is none while it is called, so after a call that was given up there is none.
type Shared = Arc<tokio::sync::Mutex<Option<Live>>>;

impl Running {
    pub(super) fn new(
        pre: InstancePre<State>,
        exports: Arc<Exports>,
        limits: ComponentLimits,
        instances: Instances,
        granted: Granted,
    ) -> Running {
        let (made, by_session) = (AtomicU64::new(0), Mutex::default());
        Running { pre, exports, limits, instances, granted, made, by_session }
    }

    /// The instance of a session, which may have to wait for another call of it.
    fn of_session(&self, context: &CallContext) -> Shared {
        let session = context.session();
        let mut all = self.by_session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = all.get(&session) {
            return Arc::clone(shared);
        }
        let over =
            |session: &Option<SessionMark>| session.as_ref().is_some_and(SessionMark::has_ended);
        let gone = all.extract_if(|session, _| over(session)).collect::<Vec<_>>();
        let shared = Shared::default();
        all.insert(session, Arc::clone(&shared));
        drop(all);
        drop(gone);
        shared
    }

    async fn instantiate(&self) -> Result<Live, ToolError> {
        let wasi = self.granted.context().map_err(|error| {
            ToolError::new(format!("it cannot be given what it was granted: {error:#}"))
        })?;
        let mut table = ResourceTable::new();
        table.set_max_capacity(OPEN);
        let limiter = Limiter {
            memory_left: self.limits.memory_bytes,
            table_left: self.limits.table_elements,
            denied: None,
        };
        let mut store = Store::new(self.pre.engine(), State { wasi, table, limiter });
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(self.limits.answer_bytes);
        self.fuel(&mut store)?;
        let instance = match self.pre.instantiate_async(&mut store).await {
            Ok(instance) => instance,
            Err(error) => return Err(self.failure(&store, &error, "it cannot be instantiated")),
        };
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Ok(Live { store, instance, number })
    }

    /// Gives a call what it may use.
    fn fuel(&self, store: &mut Store<State>) -> Result<(), ToolError> {
        let set = store.set_fuel(self.limits.fuel.unwrap_or(u64::MAX));
        let set = set.and_then(|()| store.fuel_async_yield_interval(Some(TURN)));
        set.map_err(|error| ToolError::new(format!("{error:#}")))
    }

    /// What is told of a call that has failed.
    fn failure(&self, store: &Store<State>, error: &wasmtime::Error, what: &str) -> ToolError {
        let limits = &self.limits;
        let because = match (error.downcast_ref::<Trap>(), store.data().limiter.denied) {
            (Some(Trap::OutOfFuel), _) => {
                format!("the limit is {} instructions", limits.fuel.unwrap_or(u64::MAX))
            }
            (_, Some("memory")) => {
                format!(
                    "it wanted more memory than the limit, which is {} bytes",
                    limits.memory_bytes
                )
            }
            (_, Some(_)) => {
                format!(
                    "it wanted larger tables than the limit, which is {} elements",
                    limits.table_elements
                )
            }
            (Some(trap), None) => trap.to_string(),
            (None, None) => error.root_cause().to_string(),
        };
        ToolError::new(format!("{what}: {because}"))
    }

    async fn call_in(
        &self,
        live: &mut Live,
        signature: &Signature,
        values: Vec<Value>,
    ) -> Result<Option<Value>, ToolError> {
        self.fuel(&mut live.store)?;
        live.store.data_mut().limiter.denied = None;
        if signature.is_drop() {
            let [Value::Resource(resource)] = values.as_slice() else { return Ok(None) };
            // What an instance has that is no more went with it.
            if let Some(held) = resource.get::<Held>().filter(|held| held.instance == live.number) {
                let dropped = held.resource.resource_drop_async(&mut live.store).await;
                dropped
                    .map_err(|error| self.failure(&live.store, &error, "the component failed"))?;
            }
            return Ok(None);
        }
        let func = self.func(live, signature)?;
        if slices::has_only_slices(signature)
            && let Some(called) = slices::call(func, &mut live.store, signature, &values).await
        {
            return called
                .map_err(|error| self.failure(&live.store, &error, "the component failed"));
        }
        let ty = func.ty(&live.store);
        let params = values.into_iter().zip(ty.params());
        let params = params.map(|(value, (_, ty))| lowered(value, &ty, live.number));
        let params = params.collect::<Result<Vec<_>, _>>().map_err(ToolError::about_arguments)?;
        let mut results = vec![Val::Bool(false); ty.results().len()];
        let called = func.call_async(&mut live.store, &params, &mut results).await;
        called.map_err(|error| self.failure(&live.store, &error, "the component failed"))?;
        match (results.pop(), &signature.result) {
            (Some(val), Some(ty)) => lifted(val, ty, live.number).map(Some).map_err(ToolError::new),
            _ => Ok(None),
        }
    }

    fn func(&self, live: &mut Live, signature: &Signature) -> Result<Func, ToolError> {
        let index = self.exports.0.get(&signature.tool);
        let func = index.and_then(|index| live.instance.get_func(&mut live.store, index));
        func.ok_or_else(|| ToolError::new(format!("the component has no {}", signature.wit)))
    }

    async fn answer(
        &self,
        signature: &Signature,
        values: Vec<Value>,
        context: &CallContext,
    ) -> Result<Option<Value>, ToolError> {
        if self.instances == Instances::PerCall {
            let mut live = self.instantiate().await?;
            return self.call_in(&mut live, signature, values).await;
        }
        let shared = self.of_session(context);
        let mut place = shared.lock().await;
        let mut live = match place.take() {
            Some(live) => live,
            // There is nothing to let go of.
            None if signature.is_drop() => return Ok(None),
            None => self.instantiate().await?,
        };
        let answered = self.call_in(&mut live, signature, values).await;
        // An instance that has trapped cannot be entered again.
        if answered.as_ref().err().is_none_or(ToolError::is_about_arguments) {
            *place = Some(live);
        }
        answered
    }
}

impl Implementation for Running {
    fn call<'a>(
        &'a self,
        signature: &'a Signature,
        values: Vec<Value>,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<Option<Value>, ToolError>> {
        Box::pin(async move {
            let time = self.limits.time;
            let answered =
                tokio::time::timeout(time, self.answer(signature, values, context)).await;
            let late = |_| ToolError::new(format!("the component took longer than {time:?}"));
            answered.unwrap_or_else(|elapsed| Err(late(elapsed)))
        })
    }
}

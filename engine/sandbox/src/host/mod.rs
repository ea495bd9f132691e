//! The host's side of the wall: what each import of the guest's world does.
//!
//! * `tools`: calls of tools
//! * `under_way`: those that were begun and not waited for
//! * `attached`: values that go beside JSON

mod attached;
mod tools;
mod under_way;

use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use serde_json::value::RawValue;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Trap};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::ambience::Ambience;
use crate::answer::FinalAnswer;
use crate::bindings::fumehood::guest;
use crate::calls::Interceptor;
use crate::control::{Control, Fuel, Reason, Refuel};
use crate::files::{HostFiles, Places};
use crate::labels::Ledger;
use crate::limits::{Limit, Limits, Reached, Scopes};
use crate::outcome::{Event, Listener};
use crate::tools::Tools;

pub(crate) use self::attached::of_call as attachments_of_call;
use self::under_way::UnderWay;

/// What the host functions of a session work on.
pub(crate) struct Host {
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) ambience: Arc<Ambience>,
    pub(crate) control: Arc<Control>,
    pub(crate) tools: Arc<Tools>,
    pub(crate) memory: MemoryLimit,
    pub(crate) files: HostFiles,
    pub(crate) places: Places,
    /// How many of the open folders are those that the guest was given.
    pub(crate) given: usize,
    pub(crate) step: StepIo,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// What a step has called and answered so far.
pub(crate) struct StepIo {
    limits: Limits,
    scopes: Scopes,
    listener: Option<Listener>,
    interceptor: Option<Arc<dyn Interceptor>>,
    ledger: Ledger,
    fuel: Fuel,
    tool_calls: u64,
    under_way: UnderWay,
    /// Bytes that go with the answer that was given last, and that the guest has not asked for yet.
    contents: Vec<Bytes>,
    answer: Option<FinalAnswer>,
}

impl StepIo {
    pub(crate) fn new(limits: Limits, scopes: Scopes) -> StepIo {
        let fuel = Fuel::new(&limits, scopes.fuel);
        let (listener, interceptor) = (None, None);
        let under_way = tools::none_under_way(&limits);
        StepIo {
            limits,
            scopes,
            listener,
            interceptor,
            ledger: Ledger::default(),
            fuel,
            tool_calls: 0,
            under_way,
            contents: Vec::new(),
            answer: None,
        }
    }

    pub(crate) fn listener(mut self, listener: Option<Listener>) -> StepIo {
        self.listener = listener;
        self
    }

    pub(crate) fn interceptor(mut self, interceptor: Option<Arc<dyn Interceptor>>) -> StepIo {
        self.interceptor = interceptor;
        self
    }

    /// The ledger of the session.
    pub(crate) fn ledger(mut self, ledger: &Ledger) -> StepIo {
        self.ledger = ledger.clone();
        self
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn fuel(&self) -> &Fuel {
        &self.fuel
    }

    pub(crate) fn tool_calls(&self) -> u64 {
        self.tool_calls
    }

    /// Has no call the number of one of the step before.
    pub(crate) fn number_calls_after(&mut self, before: &StepIo) {
        self.under_way.number_after(&before.under_way);
    }

    /// Ends the calls that nobody has waited for.
    pub(crate) fn abandon_calls(&mut self) {
        self.under_way.abandon_all();
    }

    pub(crate) fn take_answer(&mut self) -> Option<FinalAnswer> {
        self.answer.take()
    }

    fn tell(&self, event: Event<'_>) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }
}

impl guest::answer::Host for Host {
    fn give(
        &mut self,
        json: Option<String>,
        text: String,
        content: guest::answer::Content,
    ) -> wasmtime::Result<()> {
        // Whoever has a tool decide about answers is not gone past.
        if self.step.answer.is_none() && !self.tools.decide_answers() {
            let nesting = self.step.limits.nesting;
            self.step.answer = Some(FinalAnswer::given(json, text, content, nesting));
        }
        Ok(())
    }
}

impl guest::limits::Host for Host {
    fn interruption(&mut self) -> wasmtime::Result<String> {
        Ok(self.control.take_interruption().unwrap_or_default())
    }

    async fn refuel(&mut self, left: i64) -> wasmtime::Result<i64> {
        self.ambience.work(self.step.fuel.news(left));
        let has = match self.step.fuel.request(left) {
            Refuel::Granted(has) => has,
            Refuel::Interrupt(has, reached) => {
                self.control.interrupt(Reason::Limit(reached));
                has
            }
            Refuel::Exhausted => return Err(Trap::OutOfFuel.into()),
        };
        hand_control_back().await;
        Ok(has)
    }

    fn settle(&mut self, left: i64) -> wasmtime::Result<()> {
        self.ambience.work(self.step.fuel.news(left));
        self.step.fuel.settle(left);
        Ok(())
    }
}

/// Lets whoever runs the step do something else once.
async fn hand_control_back() {
    let mut handed = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut handed, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// JSON text from the guest, if that is what it is.
pub(crate) fn checked_json(text: String, nesting: u32) -> Option<Box<RawValue>> {
    // Whoever writes lines of JSON relies on a value being part of its line.
    if nesting_of(&text) > nesting || text.contains(['\n', '\r']) {
        return None;
    }
    RawValue::from_string(text).ok()
}

/// How deep a JSON text is nested. Brackets inside of strings do not count.
pub(crate) fn nesting_of(json: &str) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let mut in_string = false;
    let mut escaped = false;
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The memory limit of a step.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    bytes: u64,
    /// The size that was asked for past the limit, in this step.
    denied: Option<u64>,
}

impl MemoryLimit {
    pub(crate) fn new(bytes: u64) -> MemoryLimit {
        MemoryLimit { bytes, denied: None }
    }

    /// Begins a step.
    pub(crate) fn begin(&mut self, bytes: u64) {
        *self = MemoryLimit::new(bytes);
    }

    /// The limit, if it was reached in this step.
    pub(crate) fn reached(&self) -> Option<Reached> {
        let used = self.denied?;
        Some(Reached { limit: Limit::Memory, scope: Default::default(), value: self.bytes, used })
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A fresh memory is the engine's business; growth is the guest's.
        let grown = current == 0 || desired as u64 <= self.bytes;
        if !grown {
            self.denied = Some(desired as u64);
        }
        Ok(grown)
    }

    fn table_growing(
        &mut self,
        current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(current == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::nesting_of;

    #[test]
    fn nesting_counts_brackets_outside_of_strings() {
        for (json, depth) in [
            ("1", 0),
            ("[]", 1),
            (r#"{"a": [1, [2]], "b": {}}"#, 3),
            (r#"["[[[", "\"[["]"#, 1),
            (r#"["\\", [1]]"#, 2),
            ("]]]][", 1),
        ] {
            assert_eq!(nesting_of(json), depth, "{json}");
        }
    }
}

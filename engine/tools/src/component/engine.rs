//! Machine code of components.

use std::path::Path;
use std::sync::Arc;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine};

use super::error::ComponentError;
use super::running::State;

/// Bytes of stack that a component may use.
const STACK: usize = 1 << 20;
/// Bytes of stack for host functions, on the same stack.
const HOST_STACK: usize = 1 << 20;

/// Compiles components and runs them. A process needs one; it can be cloned, which is cheap.
#[derive(Clone)]
pub struct ComponentEngine {
    wasmtime: Engine,
    wasi: Arc<Linker<State>>,
}

impl ComponentEngine {
    /// An engine that compiles each component anew.
    ///
    /// # Errors
    ///
    /// [`ComponentError::Engine`] if this machine cannot run any.
    pub fn new() -> Result<ComponentEngine, ComponentError> {
        ComponentEngine::with(None)
    }

    /// An engine that keeps machine code in a folder, which it makes if it is not there. Only the user of this process
    /// may be able to write there: what is in it is run as it is.
    ///
    /// # Errors
    ///
    /// [`ComponentError::Engine`] if there can be no such folder, or if this machine cannot run any components.
    pub fn cached_in(folder: impl AsRef<Path>) -> Result<ComponentEngine, ComponentError> {
        let mut config = CacheConfig::new();
        config.with_directory(folder.as_ref());
        let cache = Cache::new(config).map_err(unusable)?;
        ComponentEngine::with(Some(cache))
    }

    fn with(cache: Option<Cache>) -> Result<ComponentEngine, ComponentError> {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .max_wasm_stack(STACK)
            .async_stack_size(STACK + HOST_STACK)
            .wasm_backtrace_max_frames(None)
            .cache(cache);
        let wasmtime = Engine::new(&config).map_err(unusable)?;
        let mut wasi = Linker::new(&wasmtime);
        wasmtime_wasi::p2::add_to_linker_async(&mut wasi).map_err(unusable)?;
        Ok(ComponentEngine { wasmtime, wasi: Arc::new(wasi) })
    }

    pub(super) fn compile(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        Component::from_binary(&self.wasmtime, bytes)
    }

    /// Gives a component what it asks for, as far as it may have it.
    pub(super) fn link(
        &self,
        name: &str,
        component: &Component,
    ) -> Result<InstancePre<State>, ComponentError> {
        use wasmtime::component::types::ComponentItem;

        let mut linker = (*self.wasi).clone();
        let ty = component.component_type();
        for (import, item) in ty.imports(&self.wasmtime) {
            let granted = match item.ty {
                // What a component asks for in an interface without functions are types.
                ComponentItem::ComponentInstance(instance) => {
                    let only_types = instance
                        .exports(&self.wasmtime)
                        .all(|(_, item)| matches!(item.ty, ComponentItem::Type(_)));
                    if only_types {
                        // It is there already, if it is one of WASI.
                        linker.instance(import).ok();
                    }
                    only_types || import.starts_with("wasi:")
                }
                ComponentItem::Type(_) => true,
                _ => false,
            };
            if !granted {
                let (name, import) = (name.to_owned(), import.to_owned());
                return Err(ComponentError::NotGranted { name, import });
            }
        }
        linker.instantiate_pre(component).map_err(|error| ComponentError::NotGranted {
            name: name.to_owned(),
            import: format!("{error:#}"),
        })
    }
}

impl std::fmt::Debug for ComponentEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentEngine").finish_non_exhaustive()
    }
}

fn unusable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ComponentError {
    ComponentError::Engine { reason: format!("{:#}", error.into()) }
}

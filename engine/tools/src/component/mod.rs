//! WebAssembly components as tools: what a component exports becomes modules of typed Python.
//!
//! * `engine`: machine code of components, which is compiled once
//! * `limits`: what a component may use
//! * `running`: instances, and calls of them
//! * `vals`: values as wasmtime has them; `slices`: calls of bytes and texts, which need none
//!
//! A component runs in a store of its own and reaches nothing but clocks, random numbers, standard streams that lead
//! nowhere, and what it was granted. Whatever it does, it costs the code that calls it an exception.

mod engine;
mod error;
mod limits;
mod running;
mod slices;
mod vals;

use std::path::Path;
use std::sync::Arc;

use fumehood::{Grant, Module, ToolLabels};
use wasmtime::component::InstancePre;
use wit_component::DecodedWasm;

use crate::wit::handles::Handles;
use crate::wit::interface::{self, Interface, Root};
use crate::wit::tool::{self, Implementation};

pub use self::engine::ComponentEngine;
pub use self::error::ComponentError;
pub use self::limits::{ComponentLimits, Instances};
use self::running::{Exports, Granted, State};

/// Bytes of a component at most.
const BYTES: u64 = 256 << 20;

/// A WebAssembly component whose exports are tools.
///
/// Each interface that it exports becomes a [`Module`], with the names that a [`Package`](crate::wit::Package) gives;
/// functions that it exports by themselves are in a module of the component's own name.
///
/// # Examples
///
/// ```no_run
/// use fumehood::{Engine, Sandbox};
/// use fumehood_tools::component::{Component, ComponentEngine};
///
/// # fn example(engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let components = ComponentEngine::new()?;
/// let weather = Component::open(&components, "weather.wasm")?;
/// let sandbox = Sandbox::builder(&engine).modules(weather.modules()).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Component {
    interfaces: Vec<Interface>,
    pre: InstancePre<State>,
    exports: Arc<Exports>,
    limits: ComponentLimits,
    instances: Instances,
    granted: Granted,
    labels: Option<ToolLabels>,
}

impl Component {
    /// Reads and compiles a file, which is a component in its binary form. Its name is that of the file.
    ///
    /// # Errors
    ///
    /// Any [`ComponentError`].
    pub fn open(
        engine: &ComponentEngine,
        path: impl AsRef<Path>,
    ) -> Result<Component, ComponentError> {
        let path = path.as_ref();
        let io = |source| ComponentError::Io { path: path.to_owned(), source };
        let length = std::fs::metadata(path).map_err(io)?.len();
        if length > BYTES {
            let reason = format!("it is {length} bytes, the most is {BYTES} bytes");
            return Err(ComponentError::Invalid { name: path.display().to_string(), reason });
        }
        let bytes = std::fs::read(path).map_err(io)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Component::new(engine, &name, &bytes)
    }

    /// Compiles a component that has this name.
    ///
    /// # Errors
    ///
    /// Any [`ComponentError`] but [`ComponentError::Io`].
    pub fn new(
        engine: &ComponentEngine,
        name: &str,
        bytes: &[u8],
    ) -> Result<Component, ComponentError> {
        let invalid = |reason: String| ComponentError::Invalid { name: name.to_owned(), reason };
        if wasmparser::Parser::is_core_wasm(bytes) {
            return Err(invalid(
                "it is a core module; `wasm-tools component new` makes components".to_owned(),
            ));
        }
        // This validates it, so it comes before anything else that reads it.
        let component = engine.compile(bytes).map_err(|error| invalid(format!("{error:#}")))?;
        let decoded =
            wit_component::decode(bytes).map_err(|error| invalid(format!("{error:#}")))?;
        let DecodedWasm::Component(resolve, world) = decoded else {
            return Err(invalid("it is a package of WIT and no component".to_owned()));
        };
        let interfaces = interface::read(&resolve, Root::World(world), &module_name(name))?;
        let pre = engine.link(name, &component)?;
        let exports = Exports::of(&component, &interfaces).map_err(invalid)?;
        let has_resources = interfaces.iter().any(Interface::has_resources);
        Ok(Component {
            interfaces,
            pre,
            exports: Arc::new(exports),
            limits: ComponentLimits::default(),
            instances: if has_resources { Instances::PerSession } else { Instances::PerCall },
            granted: Granted::default(),
            labels: None,
        })
    }

    /// Sets what it may use. The default is [`ComponentLimits::default`].
    #[must_use]
    pub fn limits(mut self, limits: ComponentLimits) -> Component {
        self.limits = limits;
        self
    }

    /// Sets how long an instance lives. The default is a call; for a component that has resources it is a session, as
    /// handles are of no use without the instance that gave them.
    #[must_use]
    pub fn instances(mut self, instances: Instances) -> Component {
        self.instances = instances;
        self
    }

    /// Lets it use a folder of the host, at the path that the grant says. What it writes there has no limit. The default
    /// is no folder.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Component {
        self.granted.folders.push(grant);
        self
    }

    /// Gives it an environment variable. The default is none.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Component {
        self.granted.variables.push((name.into(), value.into()));
        self
    }

    /// Sets what its functions do that a policy has to know of. The default follows from what it was granted: a folder is
    /// private, and one that it can write to changes the world.
    #[must_use]
    pub fn labels(mut self, labels: ToolLabels) -> Component {
        self.labels = Some(labels);
        self
    }

    /// The modules, for [`SandboxBuilder::module`](fumehood::SandboxBuilder::module).
    pub fn modules(&self) -> Vec<Module> {
        let instances = running::Running::new(
            self.pre.clone(),
            Arc::clone(&self.exports),
            self.limits.clone(),
            self.instances,
            self.granted.clone(),
        );
        let labels = self.labels.unwrap_or_else(|| self.granted.labels());
        let implementation: Arc<dyn Implementation> = Arc::new(instances);
        let handles = Arc::new(Handles::default());
        let modules = self.interfaces.iter();
        modules
            .map(|interface| tool::module(interface, &implementation, &handles, |_| labels))
            .collect()
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The name of a component as that of a module.
fn module_name(name: &str) -> String {
    let letter = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    let name = name.chars().map(letter).collect::<String>();
    let name = name.trim_start_matches('_').to_lowercase();
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        _ => format!("component_{name}"),
    }
}

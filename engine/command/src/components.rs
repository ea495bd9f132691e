//! Components on the command line: what is said of them, and where their machine code is kept.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood::ToolLabels;
use fumehood_tools::component::{Component, ComponentEngine, ComponentLimits};
use serde::Deserialize;

use crate::sandboxing::{ImageFlags, granted};
use crate::units;

/// What a description of tools says of a component.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComponentSettings {
    pub(crate) file: String,
    #[serde(default, deserialize_with = "units::in_file::bytes")]
    memory: Option<u64>,
    #[serde(default, deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    #[serde(default, deserialize_with = "units::in_file::amount")]
    fuel: Option<u64>,
    /// Folders that it can read, by where it sees them.
    #[serde(default)]
    folders: BTreeMap<String, String>,
    /// Its environment variables.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// What it does that a policy has to know of, if it is not what follows from what it is given.
    labels: Option<ToolLabels>,
}

impl ComponentSettings {
    pub(crate) fn limits(&self) -> ComponentLimits {
        let mut limits = ComponentLimits::default();
        limits.memory_bytes = self.memory.unwrap_or(limits.memory_bytes);
        limits.time = self.time.unwrap_or(limits.time);
        limits.fuel = self.fuel;
        limits
    }

    /// Whether it is given anything of the host.
    pub(crate) fn is_given_something(&self) -> bool {
        !self.folders.is_empty() || !self.variables.is_empty() || self.labels.is_some()
    }

    /// The component with what this says of it. Paths of folders begin in `beside`.
    pub(crate) fn apply(&self, mut component: Component, beside: &Path) -> Result<Component> {
        for (guest, host) in &self.folders {
            component = component.grant(granted(&beside.join(host), Some(guest), false)?);
        }
        for (name, value) in &self.variables {
            component = component.variable(name, value);
        }
        if let Some(labels) = self.labels {
            component = component.labels(labels);
        }
        Ok(component.limits(self.limits()))
    }
}

/// What compiles components, and keeps what it compiles beside the images.
pub(crate) fn engine(image: &ImageFlags) -> Result<ComponentEngine> {
    let folder = image.store()?.make_components_folder()?;
    Ok(ComponentEngine::cached_in(folder)?)
}

/// The component in a file.
pub(crate) fn open(engine: &ComponentEngine, file: &Path) -> Result<Component> {
    Component::open(engine, file)
        .with_context(|| format!("cannot use the component `{}`", file.display()))
}

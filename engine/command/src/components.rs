//! Components on the command line: what is said of them, and where their machine code is kept.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood_tools::component::{Component, ComponentEngine, ComponentLimits};
use serde::Deserialize;

use crate::sandboxing::ImageFlags;
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
}

impl ComponentSettings {
    pub(crate) fn limits(&self) -> ComponentLimits {
        let mut limits = ComponentLimits::default();
        limits.memory_bytes = self.memory.unwrap_or(limits.memory_bytes);
        limits.time = self.time.unwrap_or(limits.time);
        limits.fuel = self.fuel;
        limits
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

//! Components on the command line: where their machine code is kept.

use std::path::Path;

use anyhow::{Context as _, Result};
use fumehood_tools::component::{Component, ComponentEngine};

use crate::sandboxing::ImageFlags;

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

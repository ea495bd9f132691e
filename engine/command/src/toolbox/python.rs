//! Tools that are functions of Python files, and readers of documents.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood::{Engine, Limits, Sandbox, SandboxBuilder, ToolLabels};
use fumehood_tools::python::{Documents, PythonTools, PythonToolsError};
use serde::Deserialize;

use crate::sandboxing::{ImageFlags, granted};
use crate::toolbox::Toolset;
use crate::toolbox::source::{Description, Making};
use crate::units;

/// What a call may use.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallLimits {
    #[serde(deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    memory: Option<u64>,
    #[serde(deserialize_with = "units::in_file::amount")]
    fuel: Option<u64>,
}

impl CallLimits {
    fn over(&self, mut limits: Limits) -> Limits {
        limits.time = self.time.unwrap_or(limits.time);
        limits.memory_bytes = self.memory.unwrap_or(limits.memory_bytes);
        limits.fuel = self.fuel.or(limits.fuel);
        limits
    }
}

/// What a description says of a Python file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PythonSettings {
    file: String,
    /// What it does that a policy has to know of.
    #[serde(default)]
    labels: ToolLabels,
    #[serde(default)]
    keep_state: bool,
    /// The prepared image that it begins with.
    image: Option<String>,
    /// Folders that it can read, by where it sees them.
    #[serde(default)]
    folders: BTreeMap<String, String>,
    #[serde(default)]
    limits: CallLimits,
}

/// What a description says of readers of documents.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DocumentsSettings {
    folders: BTreeMap<String, String>,
    limits: CallLimits,
}

pub(super) fn python(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    let settings = description.settings::<PythonSettings>()?;
    let image = making.image.or_image(settings.image.as_deref())?;
    let path = description.folder.join(&settings.file);
    let source = read(&path)?;
    let limits = settings.limits.over(Limits::default());
    let mut builder = Sandbox::builder(&image.engine(making.printer)?).limits(limits);
    for (guest, host) in &settings.folders {
        builder = builder.grant(granted(&description.folder.join(host), Some(guest), false)?);
    }
    let tools = load(&image, builder, &path, &source)?;
    Ok(tools.labels(settings.labels).keep_state(settings.keep_state).tools().into())
}

/// The tools of a file that nothing else is said of: it reaches nothing.
pub(super) fn of_file(path: &Path, making: &Making<'_>) -> Result<Toolset> {
    let builder = Sandbox::builder(&making.image.engine(making.printer)?);
    Ok(load(making.image, builder, path, &read(path)?)?.tools().into())
}

pub(super) fn documents(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    let settings = description.settings::<DocumentsSettings>()?;
    documents_in(&settings, &description.folder, making)
}

/// Readers of what is passed to them as bytes.
pub(super) fn documents_without_folders(making: &Making<'_>) -> Result<Toolset> {
    documents_in(&DocumentsSettings::default(), Path::new(""), making)
}

fn documents_in(
    settings: &DocumentsSettings,
    beside: &Path,
    making: &Making<'_>,
) -> Result<Toolset> {
    let mut documents = Documents::new(&making.image.engine(making.printer)?);
    let limits = settings.limits.over(documents.current_limits());
    documents = documents.limits(limits);
    for (guest, host) in &settings.folders {
        documents = documents.folder(granted(&beside.join(host), Some(guest), false)?);
    }
    Ok(waiting(documents.load())?.tools().into())
}

/// The tools of a file of an agent's folder. Whoever has written it is as much a stranger as whoever has written the
/// rest, and it reaches nothing.
pub(crate) fn of_agent(
    engine: &Engine,
    image: &ImageFlags,
    file: &str,
    source: &str,
    limits: &CallLimits,
    keep_state: bool,
) -> Result<Toolset> {
    let builder = Sandbox::builder(engine).limits(limits.over(Limits::default()));
    let tools = load(image, builder, Path::new(file), source)?;
    Ok(tools.keep_state(keep_state).tools().into())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn load(
    image: &ImageFlags,
    builder: SandboxBuilder,
    path: &Path,
    source: &str,
) -> Result<PythonTools> {
    let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
        bail!("`{}` has no name that a module of Python could have", path.display());
    };
    // A module has no such name, and a file may.
    let name = name.replace('-', "_");
    waiting(PythonTools::load(image.applied(builder)?, &name, source))
}

/// What comes of running a file. Nothing else is done until then.
fn waiting<T>(loading: impl Future<Output = Result<T, PythonToolsError>>) -> Result<T> {
    let runtime = tokio::runtime::Handle::current();
    Ok(tokio::task::block_in_place(|| runtime.block_on(loading))?)
}

//! Where the tools of an agent come from.
//!
//! Each `[[tools]]` says its `source`, which decides what else it can say.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use cap_std::fs::Dir;
use fumehood::{Engine, Module};
use fumehood_tools::component::{Component, ComponentLimits};
use serde::Deserialize;
use toml::Spanned;

use crate::agents::mistakes::{self, Mistake};
use crate::components::{self, ComponentSettings};
use crate::sandboxing::ImageFlags;
use crate::toolbox::python::{self, CallLimits};
use crate::toolbox::{Toolset, web};

/// Bytes of a component that belongs to an agent.
const COMPONENT_BYTES: u64 = 64 << 20;
/// Bytes of a Python file that belongs to an agent.
const PYTHON_BYTES: u64 = 512 << 10;

/// What an agent is given.
#[derive(Clone, Debug)]
pub(crate) enum ToolSource {
    /// A tool that is part of the library.
    BuiltIn(BuiltIn),
    /// A WebAssembly component of the agent's folder. Whoever has written it is as much a stranger as whoever has
    /// written the rest: it runs in a sandbox of its own, and reaches nothing.
    Component(ComponentSource),
    /// A Python file of the agent's folder, which runs in a sandbox of its own as well.
    Python(PythonSource),
}

/// A Python file of the agent's folder.
#[derive(Clone, Debug)]
pub(crate) struct PythonSource {
    pub(super) file: String,
    pub(super) source: String,
    limits: CallLimits,
    keep_state: bool,
}

impl PythonSource {
    /// The functions in it.
    pub(crate) fn tools(&self, engine: &Engine, image: &ImageFlags) -> Result<Toolset> {
        let PythonSource { file, source, limits, keep_state } = self;
        python::of_agent(engine, image, file, source, limits, *keep_state)
    }
}

/// A component of the agent's folder.
#[derive(Clone)]
pub(crate) struct ComponentSource {
    file: String,
    limits: ComponentLimits,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for ComponentSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentSource").field("file", &self.file).finish_non_exhaustive()
    }
}

impl ComponentSource {
    /// Its name in the folder.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What code imports of it.
    pub(crate) fn modules(&self, image: &ImageFlags) -> Result<Vec<Module>> {
        let name = Path::new(&self.file).file_stem().unwrap_or_default().to_string_lossy();
        let component = Component::new(&components::engine(image)?, &name, &self.bytes);
        let component = component.with_context(|| format!("cannot use `{}`", self.file))?;
        Ok(component.limits(self.limits.clone()).modules())
    }
}

/// Tools that are part of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    /// Every agent has it, whether or not it is named.
    FinalAnswer,
    /// One that reads the web without a key, with its defaults.
    Web(&'static str),
}

/// Reads what an entry says besides its source, and the files that it names in the agent's folder.
type Reader = fn(toml::Table, Option<&Dir>) -> Result<ToolSource>;

/// What each source is called, and who reads what it says.
const SOURCES: [(&str, Reader); 3] =
    [("built_in", built_in), ("component", component), ("python", python_file)];

impl ToolSource {
    /// Reads an entry of the text of a file that is shown by this name.
    pub(super) fn read(
        entry: &Spanned<toml::Table>,
        text: &str,
        shown: &str,
        folder: Option<&Dir>,
    ) -> Result<ToolSource, Mistake> {
        let line = mistakes::line(text, entry.span().start);
        let place = |what: String| Mistake::new(shown, what).at(Some(line), Some("tools"));
        let mut table = entry.get_ref().clone();
        let known = SOURCES.map(|(name, _)| name);
        let source = table.remove("source");
        let Some(source) = source.as_ref().and_then(toml::Value::as_str) else {
            return Err(place(format!(
                "say where the tool comes from: `source = \"{}\"`",
                known[0]
            )));
        };
        let Some((_, read)) = SOURCES.iter().find(|(name, _)| *name == source) else {
            let meant = mistakes::meant(source, &known);
            return Err(place(format!("there is no source `{source}`; {meant}")));
        };
        read(table, folder).map_err(|error| place(format!("{error:#}")))
    }
}

/// A file of the folder, if there is one, which has so many bytes at most.
fn read(folder: Option<&Dir>, file: &str, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(folder) = folder {
        let opened = folder.open(file);
        let read = opened.and_then(|opened| opened.take(most + 1).read_to_end(&mut bytes));
        read.with_context(|| format!("cannot read `{file}`"))?;
        if bytes.len() as u64 > most {
            bail!("`{file}` is longer than {most} bytes");
        }
    }
    Ok(bytes)
}

fn component(table: toml::Table, folder: Option<&Dir>) -> Result<ToolSource> {
    let settings: ComponentSettings =
        table.try_into().map_err(|error: toml::de::Error| anyhow!(error.message().to_owned()))?;
    if settings.is_given_something() {
        bail!(
            "`folders`, `variables` and `labels` are not for an agent's file: its tools are given nothing of the host"
        );
    }
    let (file, limits) = (settings.file.clone(), settings.limits());
    let bytes = read(folder, &file, COMPONENT_BYTES)?;
    Ok(ToolSource::Component(ComponentSource { file, limits, bytes }))
}

fn python_file(table: toml::Table, folder: Option<&Dir>) -> Result<ToolSource> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        file: String,
        #[serde(default)]
        keep_state: bool,
        #[serde(default)]
        limits: CallLimits,
    }
    let Said { file, keep_state, limits } =
        table.try_into().map_err(|error: toml::de::Error| anyhow!(error.message().to_owned()))?;
    let source = String::from_utf8(read(folder, &file, PYTHON_BYTES)?);
    let source = source.with_context(|| format!("`{file}` is not UTF-8"))?;
    Ok(ToolSource::Python(PythonSource { file, source, limits, keep_state }))
}

fn built_in(table: toml::Table, _: Option<&Dir>) -> Result<ToolSource> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        name: String,
    }
    let Said { name } =
        table.try_into().map_err(|error: toml::de::Error| anyhow!(error.message().to_owned()))?;
    match name.as_str() {
        "final_answer" => Ok(ToolSource::BuiltIn(BuiltIn::FinalAnswer)),
        "python_interpreter" => {
            bail!(
                "agents that write code run it, and one that calls tools has the tool if `python = true`"
            )
        }
        other => match web::KEYLESS.iter().find(|known| **known == other) {
            Some(name) => Ok(ToolSource::BuiltIn(BuiltIn::Web(name))),
            None => {
                let known = ["final_answer"].into_iter().chain(web::KEYLESS).collect::<Vec<_>>();
                let meant = mistakes::meant(other, &known);
                bail!("there is no tool `{other}` in the library; {meant}")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::file::AgentFile;
    use crate::agents::mistakes::Mistakes;

    #[test]
    fn a_source_that_is_not_known_is_told_with_its_line() {
        for (entry, told) in [
            (
                "source = 'mcp'",
                "there is no source `mcp`; there are `built_in`, `component`, `python`",
            ),
            (
                "source = 'builtin'\nname = 'x'",
                "there is no source `builtin`; it may be meant for `built_in`",
            ),
            ("name = 'final_answer'", "say where the tool comes from: `source = \"built_in\"`"),
            ("source = 'built_in'", "missing field `name`"),
            ("source = 'built_in'\nname = 'a'\nb = 1", "unknown field `b`, expected `name`"),
            ("source = 'built_in'\nname = 'search'", "there is no tool `search` in the library"),
            ("source = 'built_in'\nname = 'python_interpreter'", "agents that write code run it"),
        ] {
            let text = format!("version = 1\n\n[[tools]]\n{entry}");
            let read = AgentFile::read(&text, "agent.toml", &mut Mistakes::default());
            let (file, _) = read.unwrap();
            let error = ToolSource::read(&file.tools[0], &text, "agent.toml", None)
                .unwrap_err()
                .to_string();
            let expected = format!("`agent.toml`, line 3, key `tools`: {told}");
            assert!(error.starts_with(&expected), "{error}\nexpected: {expected}");
        }
    }
}

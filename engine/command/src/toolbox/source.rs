//! Where tools come from.
//!
//! A file that describes a tool says its `source`, which decides what else it can say. Who starts the command has
//! written it, or trusts who has: it can name programs, folders of this machine and environment variables with keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use fumehood_policy::AuditLog;
use fumehood_tools::egress::{Egress, EgressBuilder};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, Deserializer, ValueDeserializer};

use crate::agents::mistakes::{self, Mistake};
use crate::components::{self, ComponentSettings};
use crate::http;
use crate::printer::Printer;
use crate::sandboxing::ImageFlags;
use crate::toolbox::program::ProgramTool;
use crate::toolbox::{Toolset, library, memory, openapi, python, sql, web};

/// What else there is for making tools.
pub(super) struct Making<'a> {
    pub(super) image: &'a ImageFlags,
    pub(super) printer: &'a Arc<Printer>,
    /// Where requests of tools are written down.
    pub(super) log: Option<Arc<AuditLog>>,
}

impl Making<'_> {
    /// A client for tools that send requests.
    pub(super) fn client(&self) -> EgressBuilder {
        http::logged(Egress::builder(), self.log.clone())
    }
}

/// A file that describes tools, without its `source`.
pub(super) struct Description<'a> {
    text: &'a str,
    shown: &'a str,
    table: Spanned<DeTable<'a>>,
    /// The folder that it is in, which paths begin in.
    pub(super) folder: PathBuf,
}

impl Description<'_> {
    /// What it says. What is wrong is told with its line.
    pub(super) fn settings<T: DeserializeOwned>(&self) -> Result<T> {
        let settings = T::deserialize(Deserializer::from(self.table.clone()));
        Ok(settings.map_err(|error| mistakes::told(&error, self.text, self.shown))?)
    }

    /// What a table in it says, which may not be there, apart from the rest.
    pub(super) fn settings_and<T, U>(&self, key: &str) -> Result<(T, U)>
    where
        T: DeserializeOwned,
        U: DeserializeOwned + Default,
    {
        let told = |error| mistakes::told(&error, self.text, self.shown);
        let mut rest = self.table.clone();
        let part = rest.get_mut().remove(key);
        let part = part.map(|part| U::deserialize(ValueDeserializer::from(part)));
        let part = part.transpose().map_err(told)?.unwrap_or_default();
        Ok((T::deserialize(Deserializer::from(rest)).map_err(told)?, part))
    }
}

type Maker = fn(&Description<'_>, &Making<'_>) -> Result<Toolset>;

/// What each source is called, and who makes tools of what a description says.
const SOURCES: [(&str, Maker); 11] = [
    ("program", program),
    ("component", component),
    ("openapi", openapi::operations),
    ("documents", python::documents),
    ("memory", memory::make),
    ("python", python::python),
    ("sql", sql::make),
    ("transcriber", web::transcriber),
    ("visit_webpage", web::visit_webpage),
    ("web_search", web::web_search),
    ("wikipedia_search", web::wikipedia_search),
];

/// The source of descriptions that say none.
const USUAL: &str = "program";

/// The tools that a flag names: one of the library, or a file.
pub(super) fn open(named: &str, making: &Making<'_>) -> Result<Toolset> {
    let path = Path::new(named);
    let is_name = path.components().count() == 1 && path.extension().is_none();
    if is_name {
        if let Some(tool) = library::find(named, making) {
            return tool.with_context(|| format!("cannot use the tool `{named}`"));
        }
        if !path.is_file() {
            let names = library::names().collect::<Vec<_>>();
            let meant = mistakes::meant(named, &names);
            return Err(anyhow!("there is no tool `{named}` in the library, nor a file; {meant}"));
        }
    }
    let is_python = path.extension().is_some_and(|extension| extension == "py");
    let opened = if is_python { python::of_file(path, making) } else { described(path, making) };
    opened.with_context(|| format!("cannot use the tool in `{named}`"))
}

fn described(path: &Path, making: &Making<'_>) -> Result<Toolset> {
    let text = std::fs::read_to_string(path)?;
    let folder = path.canonicalize()?.parent().map(Path::to_owned).unwrap_or_default();
    let shown = path.display().to_string();
    let mut table = DeTable::parse(&text).map_err(|error| mistakes::told(&error, &text, &shown))?;
    let line = |at: usize| Some(mistakes::line(&text, at));
    let source = table.get_mut().remove("source");
    let (name, at) = match &source {
        None => (USUAL, 0),
        Some(source) => match source.get_ref().as_str() {
            Some(name) => (name, source.span().start),
            None => {
                let wrong = Mistake::new(&shown, "it is the name of a source, a text");
                return Err(wrong.at(line(source.span().start), Some("source")).into());
            }
        },
    };
    let Some((_, make)) = SOURCES.iter().find(|(known, _)| *known == name) else {
        let meant = mistakes::meant(name, &SOURCES.map(|(name, _)| name));
        let wrong = Mistake::new(&shown, format!("there is no source `{name}`; {meant}"));
        return Err(wrong.at(line(at), Some("source")).into());
    };
    make(&Description { text: &text, shown: &shown, table, folder }, making)
}

fn program(description: &Description<'_>, _: &Making<'_>) -> Result<Toolset> {
    let tool = description.settings::<ProgramTool>()?;
    Ok(Toolset::of(tool.in_folder(description.folder.clone())?))
}

fn component(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    let settings = description.settings::<ComponentSettings>()?;
    let file = description.folder.join(&settings.file);
    let component = components::open(&components::engine(making.image)?, &file)?;
    let modules = settings.apply(component, &description.folder)?.modules();
    Ok(Toolset { modules, ..Toolset::default() })
}

//! The folder of an agent, with all that belongs to it.
//!
//! Everything is read through the folder, which nothing leads out of: no `..`, no link. So an agent that somebody
//! else has written reads no other file than its own. Folders that are granted are said by whoever runs it, or by
//! the file, and `fumehood agent show` lists them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood_agent::Prompts;
use sha2::{Digest as _, Sha256};

use crate::agents::checking::{Check, Python};
use crate::agents::file::{AgentFile, CheckTable, FILE, Kind};
use crate::agents::tools::ToolSource;

/// The folder that managed agents are looked for in.
const MEMBERS: &str = "agents";
/// No file that belongs to an agent is longer, in bytes, but for recordings.
const FILE_BYTES: u64 = 1 << 20;
/// Bytes of a recording.
const RECORDING_BYTES: u64 = 256 << 20;
/// How deep managed agents are nested.
const DEPTH: usize = 8;
/// How many managed agents an agent has, with all of theirs.
const AGENTS: usize = 100;

/// A folder that was read.
#[derive(Clone, Debug)]
pub(crate) struct AgentFolder {
    path: PathBuf,
    pub(crate) file: AgentFile,
    pub(crate) prompts: Option<Prompts>,
    pub(crate) checks: Vec<Check>,
    pub(crate) tools: Vec<ToolSource>,
    pub(crate) members: Vec<AgentFolder>,
    /// The text of the recording that is its model.
    pub(crate) recording: Option<String>,
    /// Of all that was read, but for managed agents.
    digest: Sha256,
}

impl AgentFolder {
    /// Reads the folder, and those of managed agents.
    pub(crate) fn open(path: &Path) -> Result<AgentFolder> {
        let folder = Dir::open_ambient_dir(path, ambient_authority())
            .with_context(|| format!("cannot open the folder `{}` of an agent", path.display()))?;
        AgentFolder::read(&folder, path.to_owned(), 0, &mut 0)
    }

    fn read(folder: &Dir, path: PathBuf, depth: usize, agents: &mut usize) -> Result<AgentFolder> {
        *agents += 1;
        if depth > DEPTH || *agents > AGENTS {
            bail!(
                "`{}`: managed agents are nested at most {DEPTH} deep, and at most {AGENTS} in all",
                path.display()
            );
        }
        let shown = path.join(FILE).display().to_string();
        let text = read(folder, FILE, FILE_BYTES).with_context(|| {
            format!("cannot read `{shown}`; `fumehood agent init` writes one to begin with")
        })?;
        let file = AgentFile::parse(&text, &shown)?;
        let mut read_folder = AgentFolder {
            path,
            prompts: None,
            checks: Vec::new(),
            tools: Vec::new(),
            members: Vec::new(),
            recording: None,
            digest: Sha256::new(),
            file,
        };
        read_folder.note(FILE, &text);
        read_folder.look_at_kind()?;
        read_folder.read_belongings(folder, &text)?;
        read_folder.read_members(folder, depth, agents)?;
        Ok(read_folder)
    }

    /// What two folders have in common that hold the same agent.
    pub(crate) fn digest(&self) -> String {
        let mut digest = self.digest.clone();
        for member in &self.members {
            digest.update(member.digest());
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A file was read that belongs to the agent.
    fn note(&mut self, name: &str, text: &str) {
        for part in [name, text] {
            self.digest.update((part.len() as u64).to_le_bytes());
            self.digest.update(part);
        }
    }

    /// The agent as one of the other kind. What only its own kind can have is left out, and prompts are ours; where
    /// it calls tools, one of them runs Python.
    pub(crate) fn of_other_kind(&self) -> AgentFolder {
        let mut other = self.clone();
        other.prompts = None;
        let file = &mut other.file;
        (file.code_tags, file.structured) = (None, None);
        (file.python, file.parallel_tools, file.prompts) = (None, None, None);
        file.kind = match file.kind {
            Kind::Code => {
                file.python = Some(true);
                Kind::ToolCalling
            }
            Kind::ToolCalling => Kind::Code,
        };
        other
    }

    /// Where the folder is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with a key of the file.
    pub(crate) fn wrong(&self, key: &str, what: impl std::fmt::Display) -> anyhow::Error {
        anyhow!("`{}`, key `{key}`: {what}", self.path.join(FILE).display())
    }

    /// Where something is wrong.
    pub(crate) fn place(&self, key: &str) -> String {
        format!("`{}`, key `{key}`", self.path.join(FILE).display())
    }

    /// Keys that only one kind has.
    fn look_at_kind(&self) -> Result<()> {
        let AgentFile { code_tags, structured, python, parallel_tools, .. } = &self.file;
        let (others, other) = match self.file.kind {
            Kind::Code => (
                [("python", python.is_some()), ("parallel_tools", parallel_tools.is_some())],
                "tool_calling",
            ),
            Kind::ToolCalling => {
                ([("code_tags", code_tags.is_some()), ("structured", structured.is_some())], "code")
            }
        };
        match others.into_iter().find(|(_, given)| *given) {
            Some((key, _)) => {
                Err(self.wrong(key, format!("only agents with `kind = \"{other}\"` have it")))
            }
            None => Ok(()),
        }
    }

    /// Reads the files that the file names, and its tools.
    fn read_belongings(&mut self, folder: &Dir, text: &str) -> Result<()> {
        if let Some(name) = self.file.prompts.clone() {
            let place = format!("{}: cannot use `{name}`", self.place("prompts"));
            let text = read(folder, &name, FILE_BYTES).with_context(|| place.clone())?;
            self.note(&name, &text);
            self.prompts = Some(Prompts::from_yaml(&text).context(place)?);
        }
        for (number, check) in (1..).zip(&self.file.checks) {
            self.checks.push(self.check(folder, check, number)?);
        }
        for check in self.checks.clone() {
            if let Python::File { name, source } = &check.python {
                self.note(name, source);
            }
        }
        let shown = self.path.join(FILE).display().to_string();
        for entry in &self.file.tools {
            self.tools.push(ToolSource::read(entry, text, &shown)?);
        }
        let model = self.file.model.as_ref().map_or("", |model| model.0.name.as_str());
        if let Some(name) = model.strip_prefix("replay:").map(str::to_owned) {
            let recording = read(folder, &name, RECORDING_BYTES);
            let place = || format!("{}: cannot read `{name}`", self.place("model"));
            let recording = recording.with_context(place)?;
            self.note(&name, &recording);
            self.recording = Some(recording);
        }
        Ok(())
    }

    fn check(&self, folder: &Dir, table: &CheckTable, number: usize) -> Result<Check> {
        let (python, name) = match (&table.python, &table.file) {
            (Some(expression), None) => {
                (Python::Expression(expression.clone()), format!("`{}`", expression.trim()))
            }
            (None, Some(name)) => {
                let source = read(folder, name, FILE_BYTES);
                let place = || format!("{}: cannot read `{name}`", self.place("checks.file"));
                (
                    Python::File { name: name.clone(), source: source.with_context(place)? },
                    name.clone(),
                )
            }
            _ => {
                let what =
                    format!("check {number} needs either `python`, an expression, or `file`");
                return Err(self.wrong("checks", what));
            }
        };
        let name = table.name.clone().unwrap_or(name);
        Ok(Check { name, python, message: table.message.clone() })
    }

    fn read_members(&mut self, folder: &Dir, depth: usize, agents: &mut usize) -> Result<()> {
        let names = match &self.file.managed {
            Some(names) => names.clone(),
            None => members(folder)
                .with_context(|| format!("cannot read `{}`", self.path.join(MEMBERS).display()))?,
        };
        for name in names {
            let inner = folder.open_dir(&name);
            let place = || format!("{}: cannot open the folder `{name}`", self.place("managed"));
            let inner = inner.with_context(place)?;
            let member = AgentFolder::read(&inner, self.path.join(&name), depth + 1, agents)?;
            for (key, said) in
                [("name", &member.file.name), ("description", &member.file.description)]
            {
                if said.is_empty() {
                    return Err(member.wrong(key, "a managed agent needs one"));
                }
            }
            self.members.push(member);
        }
        Ok(())
    }
}

/// The managed agents that are where they are looked for, in the order of their names.
fn members(folder: &Dir) -> std::io::Result<Vec<String>> {
    if !folder.is_dir(MEMBERS) {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in folder.read_dir(MEMBERS)? {
        if let Ok(name) = entry?.file_name().into_string() {
            let name = format!("{MEMBERS}/{name}");
            if folder.is_file(Path::new(&name).join(FILE)) {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

/// The text of a file in a folder. What is no file, such as a pipe that nobody writes to, is not waited for.
pub(super) fn read(folder: &Dir, name: &str, most: u64) -> std::io::Result<String> {
    use std::io::Error;
    if !folder.metadata(name)?.is_file() {
        return Err(Error::other("it is not a file"));
    }
    let mut text = String::new();
    folder.open(name)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(Error::other(format!("it is longer than {most} bytes")));
    }
    Ok(text)
}

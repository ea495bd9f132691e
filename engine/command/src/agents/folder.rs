//! The folder of an agent, with all that belongs to it.
//!
//! Everything is read through the folder, which nothing leads out of: no `..`, no link. So an agent that somebody
//! else has written reads no other file than its own. Folders that are granted are said by whoever runs it, or by
//! the file, and `fumehood agent show` lists them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood_agent::Prompts;
use fumehood_policy::Policy;
use sha2::{Digest as _, Sha256};

use crate::agents::checking::{Check, Python};
use crate::agents::file::{AgentFile, CheckTable, FILE, Kind};
use crate::agents::mistakes::{Lines, Mistake, Mistakes};
use crate::agents::tools::ToolSource;
use crate::policy;

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
    lines: Lines,
    /// Whether nothing of the file was left out.
    is_whole: bool,
    pub(crate) file: AgentFile,
    pub(crate) prompts: Option<Prompts>,
    pub(crate) checks: Vec<Check>,
    pub(crate) tools: Vec<ToolSource>,
    pub(crate) members: Vec<AgentFolder>,
    pub(crate) policy: Option<Policy>,
    /// The text of the recording that is its model.
    pub(crate) recording: Option<String>,
    /// Of all that was read, but for managed agents.
    digest: Sha256,
}

impl AgentFolder {
    /// Reads the folder, and those of managed agents. Nothing is wrong with them.
    pub(crate) fn open(path: &Path) -> Result<AgentFolder> {
        let mut mistakes = Mistakes::default();
        let read = AgentFolder::read(path, &mut mistakes);
        Ok(mistakes.of(read)?)
    }

    /// Reads what can be read, and notes what is wrong with the rest.
    pub(super) fn read(path: &Path, mistakes: &mut Mistakes) -> Option<AgentFolder> {
        let folder = Dir::open_ambient_dir(path, ambient_authority());
        let folder = folder.map_err(|error| {
            Mistake::new(path.display(), format!("cannot open the folder of an agent: {error}"))
        });
        let folder = mistakes.unless(folder)?;
        AgentFolder::read_in(&folder, path.to_owned(), 0, &mut 0, mistakes)
    }

    fn read_in(
        folder: &Dir,
        path: PathBuf,
        depth: usize,
        agents: &mut usize,
        mistakes: &mut Mistakes,
    ) -> Option<AgentFolder> {
        *agents += 1;
        if depth > DEPTH || *agents > AGENTS {
            let what = format!(
                "managed agents are nested at most {DEPTH} deep, and at most {AGENTS} in all"
            );
            mistakes.note(Mistake::new(path.display(), what));
            return None;
        }
        let shown = path.join(FILE).display().to_string();
        let text = read(folder, FILE, FILE_BYTES).map_err(|error| {
            let begin = "`fumehood agent init` writes one to begin with";
            Mistake::new(&shown, format!("cannot read it: {error}; {begin}"))
        });
        let text = mistakes.unless(text)?;
        let before = mistakes.count();
        let (file, lines) = AgentFile::read(&text, &shown, mistakes)?;
        let mut read_folder = AgentFolder {
            path,
            lines,
            is_whole: mistakes.count() == before,
            prompts: None,
            checks: Vec::new(),
            tools: Vec::new(),
            members: Vec::new(),
            policy: None,
            recording: None,
            digest: Sha256::new(),
            file,
        };
        read_folder.note(FILE, &text);
        read_folder.look_at_kind(mistakes);
        read_folder.read_belongings(folder, &text, mistakes);
        read_folder.read_members(folder, depth, agents, mistakes);
        Some(read_folder)
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
    fn note(&mut self, name: &str, content: impl AsRef<[u8]>) {
        for part in [name.as_bytes(), content.as_ref()] {
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
        (file.python, file.prompts) = (None, None);
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

    /// Whether the file was read with all that it says.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What is wrong with a key of the file. The elements of arrays are named by their numbers, from 0, as they
    /// have no other names.
    pub(crate) fn wrong(&self, key: &str, what: impl std::fmt::Display) -> Mistake {
        let named = key.split('.').filter(|part| part.parse::<usize>().is_err());
        let named = named.collect::<Vec<_>>().join(".");
        let mistake = Mistake::new(self.path.join(FILE).display(), what);
        mistake.at(self.lines.line(key), Some(&named))
    }

    /// Keys that only one kind has.
    fn look_at_kind(&self, mistakes: &mut Mistakes) {
        let AgentFile { code_tags, structured, python, .. } = &self.file;
        let (others, other) = match self.file.kind {
            Kind::Code => ([("python", python.is_some())].to_vec(), "tool_calling"),
            Kind::ToolCalling => (
                [("code_tags", code_tags.is_some()), ("structured", structured.is_some())].to_vec(),
                "code",
            ),
        };
        // The kind may be what could not be read.
        for (key, _) in others.into_iter().filter(|(_, given)| *given && self.is_whole) {
            mistakes
                .note(self.wrong(key, format!("only agents with `kind = \"{other}\"` have it")));
        }
    }

    /// Reads the files that the file names, and its tools.
    fn read_belongings(&mut self, folder: &Dir, text: &str, mistakes: &mut Mistakes) {
        if let Some(name) = self.file.prompts.clone() {
            let prompts = read(folder, &name, FILE_BYTES).map_err(anyhow::Error::from);
            if let Ok(text) = &prompts {
                self.note(&name, text);
            }
            let prompts = prompts.and_then(|text| Ok(Prompts::from_yaml(&text)?));
            let prompts = prompts
                .map_err(|error| self.wrong("prompts", format!("cannot use `{name}`: {error:#}")));
            self.prompts = mistakes.unless(prompts);
        }
        for (number, check) in self.file.checks.iter().enumerate() {
            self.checks.extend(mistakes.unless(self.check(folder, check, number)));
        }
        for check in self.checks.clone() {
            if let Python::File { name, source } = &check.python {
                self.note(name, source);
            }
        }
        let shown = self.path.join(FILE).display().to_string();
        for entry in &self.file.tools.clone() {
            let read = ToolSource::read(entry, text, &shown, Some(folder));
            let Some(source) = mistakes.unless(read) else { continue };
            match &source {
                ToolSource::BuiltIn(_) => {}
                ToolSource::Component(component) => {
                    self.note(component.file(), component.bytes());
                }
                ToolSource::Python(python) => self.note(&python.file, &python.source),
            }
            self.tools.push(source);
        }
        if let Some(name) = self.file.policy.clone() {
            let policy = read(folder, &name, FILE_BYTES).map_err(anyhow::Error::from);
            if let Ok(text) = &policy {
                self.note(&name, text);
            }
            let shown = self.path.join(&name).display().to_string();
            let policy = policy.and_then(|text| policy::parse(&text, &shown));
            let policy = policy
                .map_err(|error| self.wrong("policy", format!("cannot use `{name}`: {error:#}")));
            self.policy = mistakes.unless(policy);
        }
        let model = self.file.model.as_ref().map_or("", |model| model.0.name.as_str());
        if let Some(name) = model.strip_prefix("replay:").map(str::to_owned) {
            let recording = read(folder, &name, RECORDING_BYTES);
            if let Ok(recording) = &recording {
                self.note(&name, recording);
            }
            let recording = recording
                .map_err(|error| self.wrong("model", format!("cannot read `{name}`: {error}")));
            self.recording = mistakes.unless(recording);
        }
    }

    fn check(&self, folder: &Dir, table: &CheckTable, number: usize) -> Result<Check, Mistake> {
        let (python, name) = match (&table.python, &table.file) {
            (Some(expression), None) => {
                (Python::Expression(expression.clone()), format!("`{}`", expression.trim()))
            }
            (None, Some(name)) => {
                let source = read(folder, name, FILE_BYTES).map_err(|error| {
                    let what = format!("cannot read `{name}`: {error}");
                    self.wrong(&format!("checks.{number}.file"), what)
                });
                (Python::File { name: name.clone(), source: source? }, name.clone())
            }
            _ => {
                let what =
                    format!("check {} needs either `python`, an expression, or `file`", number + 1);
                return Err(self.wrong(&format!("checks.{number}"), what));
            }
        };
        let name = table.name.clone().unwrap_or(name);
        Ok(Check { name, python, message: table.message.clone() })
    }

    fn read_members(
        &mut self,
        folder: &Dir,
        depth: usize,
        agents: &mut usize,
        mistakes: &mut Mistakes,
    ) {
        let names = match &self.file.managed {
            Some(names) => Some(names.clone()),
            None => mistakes.unless(members(folder).map_err(|error| {
                Mistake::new(self.path.join(MEMBERS).display(), format!("cannot read it: {error}"))
            })),
        };
        for (number, name) in names.into_iter().flatten().enumerate() {
            if *agents > AGENTS {
                break;
            }
            let inner = folder.open_dir(&name).map_err(|error| {
                let what = format!("cannot open the folder `{name}`: {error}");
                self.wrong(&format!("managed.{number}"), what)
            });
            let Some(inner) = mistakes.unless(inner) else { continue };
            let place = self.path.join(&name);
            let member = AgentFolder::read_in(&inner, place, depth + 1, agents, mistakes);
            let Some(member) = member else { continue };
            for (key, said) in
                [("name", &member.file.name), ("description", &member.file.description)]
            {
                // It may be what could not be read.
                if said.is_empty() && member.is_whole {
                    mistakes.note(member.wrong(key, "a managed agent needs one"));
                }
            }
            self.members.push(member);
        }
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

//! The tasks: a JSON object on each line of a file.
//!
//! All of it is looked at before anything runs, and what is wrong is told with its line.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::agents::explained;
use crate::eval::scoring::{PythonCheck, Scorer, Tolerance};
use crate::sandboxing::LimitFlags;
use crate::units;

/// Bytes of a file of tasks.
const FILE_BYTES: u64 = 256 << 20;
/// Bytes of the name of a task.
const ID_BYTES: usize = 100;

/// A task, and how its answers are judged.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) files: Vec<String>,
    pub(super) scorer: Scorer,
    pub(super) max_steps: Option<NonZeroU32>,
    pub(super) limits: LimitFlags,
    pub(super) timeout: Option<Duration>,
    /// Of its line and its files.
    pub(super) hash: String,
    /// Where it is.
    pub(super) line: usize,
}

/// All tasks, and the folder that their files are in.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) all: Vec<Task>,
    pub(super) folder: Dir,
    /// How the file is called.
    pub(super) shown: String,
}

/// A line as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    task: String,
    #[serde(default)]
    files: Vec<String>,
    scorer: Kind,
    expected: Option<Value>,
    tolerance: Option<Tolerance>,
    check: Option<String>,
    check_limits: Option<LimitFlags>,
    max_steps: Option<NonZeroU32>,
    #[serde(default)]
    limits: LimitFlags,
    #[serde(default, deserialize_with = "units::in_file::time")]
    timeout: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Exact,
    Numeric,
    Contains,
    Python,
}

impl Tasks {
    /// Reads a file of tasks, whose files are beside it or in another folder.
    pub(super) fn open(path: &Path, data: Option<&Path>) -> Result<Tasks> {
        let shown = path.display().to_string();
        let text = read(path).with_context(|| format!("cannot read `{shown}`"))?;
        let beside = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let folder = data.unwrap_or(&beside);
        let folder = Dir::open_ambient_dir(folder, ambient_authority())
            .with_context(|| format!("cannot open the folder `{}`", folder.display()))?;
        let mut tasks = Tasks { all: Vec::new(), folder, shown };
        let mut seen = HashMap::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let task = tasks.task(number, line).map_err(|error| tasks.wrong(number, error))?;
            if let Some(first) = seen.insert(task.id.clone(), number) {
                let what = format!("`id`: line {first} has the task `{}` already", task.id);
                return Err(tasks.wrong(number, what));
            }
            tasks.all.push(task);
        }
        if tasks.all.is_empty() {
            bail!("`{}` has no tasks: it needs a JSON object on each line", tasks.shown);
        }
        Ok(tasks)
    }

    /// What is wrong with a line.
    pub(super) fn wrong(&self, line: usize, what: impl Display) -> anyhow::Error {
        // It can have what the file says, and goes to the terminal.
        anyhow!("`{}`, line {line}: {}", self.shown, units::printable(&format!("{what:#}")))
    }

    fn task(&self, line: usize, text: &str) -> Result<Task> {
        // serde also takes an array of the fields in their order.
        if !text.trim_start().starts_with('{') {
            bail!("it is not a JSON object");
        }
        let written: Line = serde_json::from_str(text).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = error.to_string();
            match message.strip_suffix(&place) {
                Some(message) => anyhow!("{} (column {})", explained(message), error.column()),
                None => anyhow!(explained(&message)),
            }
        })?;
        check_id(&written.id)?;
        if written.task.trim().is_empty() {
            bail!("`task`: it is empty");
        }
        let mut digest = Sha256::new();
        digest.update(serde_json::from_str::<Value>(text)?.to_string());
        let mut names = BTreeSet::new();
        for path in &written.files {
            if !names.insert(Path::new(path).file_name()) {
                bail!("`files`: two are called as `{path}` is, and all are in /data");
            }
            self.add(path, &mut digest)
                .with_context(|| format!("`files`: cannot read `{path}`"))?;
        }
        let scorer = scorer(&written)?;
        let Line { id, task: text, files, max_steps, limits, timeout, .. } = written;
        let hash = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Task { id, text, files, scorer, max_steps, limits, timeout, hash, line })
    }

    /// Adds what is in a file.
    fn add(&self, path: &str, digest: &mut Sha256) -> io::Result<()> {
        if !self.folder.metadata(path)?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut file = self.folder.open(path)?;
        let mut contents = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => contents.update(&buffer[..read]),
            }
        }
        digest.update(contents.finalize());
        Ok(())
    }
}

/// The scorer that a line describes.
fn scorer(line: &Line) -> Result<Scorer> {
    let Line { scorer, expected, tolerance, check, check_limits, .. } = line;
    let only = |field: &str, kind: &str, is_there: bool| match is_there {
        true => Err(anyhow!("`{field}`: only the scorer `{kind}` has it")),
        false => Ok(()),
    };
    if !matches!(scorer, Kind::Numeric) {
        only("tolerance", "numeric", tolerance.is_some())?;
    }
    if !matches!(scorer, Kind::Python) {
        only("check", "python", check.is_some())?;
        only("check_limits", "python", check_limits.is_some())?;
    }
    let expected = || {
        let expected = expected.clone().filter(|expected| !expected.is_null());
        expected.context("`expected`: it is not there, and only the scorer `python` needs none")
    };
    match scorer {
        Kind::Exact => Ok(Scorer::Exact(expected()?)),
        Kind::Numeric => Scorer::numeric(expected()?, tolerance.unwrap_or_default()),
        Kind::Contains => Scorer::contains(expected()?),
        Kind::Python => {
            let source = check.clone().context("`check`: the scorer `python` needs it")?;
            let limits = check_limits.clone().unwrap_or_default();
            let expected = line.expected.clone().unwrap_or(Value::Null);
            Ok(Scorer::Python(PythonCheck { source, expected, limits }))
        }
    }
}

/// Names of tasks are also names of files, and stand in tables.
fn check_id(id: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !id.starts_with(|c: char| c.is_ascii_alphanumeric()) || !id.chars().all(is_plain) {
        bail!(
            "`id`: `{id:.100}` is none; it begins with a letter or a digit of ASCII, and has letters, digits, \
             `-`, `_` and `.`"
        );
    }
    if id.len() > ID_BYTES {
        bail!("`id`: it has {} bytes, and at most {ID_BYTES} are allowed", id.len());
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES {
        return Err(io::Error::other(format!("it is longer than {FILE_BYTES} bytes")));
    }
    Ok(text)
}

//! What came of tasks: a line of JSON for each, added to a file when the task has ended.
//!
//! A line is written as a whole and at once. What a killed process leaves is whole lines, and at most one that is not
//! finished, which is taken away when the file is opened again.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use fumehood_model::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the file.
const FILE: &str = "results.jsonl";
/// The version of a line. It is counted up when a reader of this version would misread what is written.
const VERSION: u32 = 1;

/// Who has worked on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum System {
    Agent,
    Baseline,
}

impl System {
    pub(super) fn name(self) -> &'static str {
        match self {
            System::Agent => "agent",
            System::Baseline => "baseline",
        }
    }
}

/// What came of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Right,
    /// There was an answer, and it is not right.
    WrongAnswer,
    /// There were no steps left, and what was said then is not right.
    MaxSteps,
    /// The same, and the last step was ended by a limit of the sandbox.
    Limit,
    /// The time for the task was over.
    Timeout,
    /// The model or the sandbox failed.
    Error,
    /// There is an answer, and its scorer failed.
    NotScored,
}

impl Outcome {
    /// Those that are no success.
    pub(super) const FAILURES: [Outcome; 5] =
        [Outcome::WrongAnswer, Outcome::MaxSteps, Outcome::Limit, Outcome::Timeout, Outcome::Error];

    pub(super) fn name(self) -> &'static str {
        match self {
            Outcome::Right => "right",
            Outcome::WrongAnswer => "wrong answer",
            Outcome::MaxSteps => "max steps",
            Outcome::Limit => "limit",
            Outcome::Timeout => "timeout",
            Outcome::Error => "error",
            Outcome::NotScored => "not scored",
        }
    }

    /// Whether something around the agent has failed, and not the agent.
    pub(super) fn is_error(self) -> bool {
        matches!(self, Outcome::Timeout | Outcome::Error | Outcome::NotScored)
    }
}

/// A line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) version: u32,
    pub(super) task: String,
    pub(super) system: System,
    pub(super) outcome: Outcome,
    /// The answer, cut if it is long; null if there is none.
    pub(super) answer: Value,
    /// Why it is not right, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<String>,
    /// Steps in which the model acted.
    pub(super) steps: u64,
    pub(super) usage: Usage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<f64>,
    pub(super) took_us: u64,
    pub(super) model_us: u64,
    pub(super) sandbox_us: u64,
    pub(super) tools_us: u64,
    /// Of the task and of the agent, to notice that one has changed.
    pub(super) task_hash: String,
    pub(super) agent_hash: String,
}

impl Record {
    /// Of a task of which nothing is known yet but how it ended.
    pub(super) fn of(task: &str, system: System, outcome: Outcome) -> Record {
        Record {
            version: VERSION,
            task: task.to_owned(),
            system,
            outcome,
            answer: Value::Null,
            told: None,
            steps: 0,
            usage: Usage::default(),
            cost: None,
            took_us: 0,
            model_us: 0,
            sandbox_us: 0,
            tools_us: 0,
            task_hash: String::new(),
            agent_hash: String::new(),
        }
    }
}

/// The results that there are, and where others are added.
#[derive(Debug)]
pub(super) struct Results {
    file: File,
    path: PathBuf,
    /// The last of each system and task.
    last: BTreeMap<(System, String), Record>,
    /// How many of each system came before.
    earlier: BTreeMap<System, u64>,
    /// Bytes of a line that was not finished, which were taken away.
    pub(super) cut: u64,
}

impl Results {
    /// The results in a folder, which is made if it is not there. Nobody else adds to them meanwhile.
    pub(super) fn open(folder: &Path) -> Result<Results> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        let path = folder.join(FILE);
        let shown = path.display().to_string();
        let mut options = File::options();
        let file = options.read(true).append(true).create(true).open(&path);
        let mut file = file.with_context(|| format!("cannot open `{shown}`"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another process adds to `{shown}`; give another folder with --out")
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock `{shown}`"));
            }
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(|| format!("cannot read `{shown}`"))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let cut = (bytes.len() - whole) as u64;
        if cut > 0 {
            file.set_len(whole as u64).with_context(|| format!("cannot change `{shown}`"))?;
        }
        let (last, earlier) = (BTreeMap::new(), BTreeMap::new());
        let mut results = Results { file, path, last, earlier, cut };
        for (number, line) in (1..).zip(bytes[..whole].split(|byte| *byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let wrong = |what: &dyn std::fmt::Display| {
                anyhow!(
                    "`{shown}`, line {number}: {what}; remove the line, or give another folder with --out"
                )
            };
            let record: Record = serde_json::from_slice(line).map_err(|error| wrong(&error))?;
            if record.version != VERSION {
                let what = format!(
                    "it has version {} of the form, and {VERSION} is known",
                    record.version
                );
                return Err(wrong(&what));
            }
            results.take(record);
        }
        Ok(results)
    }

    /// Adds what came of a task, on the disk when this returns.
    pub(super) fn add(&mut self, record: Record) -> Result<()> {
        let write = |mut file: &File| {
            let mut line = serde_json::to_vec(&record)?;
            line.push(b'\n');
            file.write_all(&line)?;
            file.sync_data()
        };
        write(&self.file).with_context(|| format!("cannot write to `{}`", self.path.display()))?;
        self.take(record);
        Ok(())
    }

    fn take(&mut self, record: Record) {
        let key = (record.system, record.task.clone());
        let system = record.system;
        if self.last.insert(key, record).is_some() {
            *self.earlier.entry(system).or_default() += 1;
        }
    }

    pub(super) fn last(&self, system: System, task: &str) -> Option<&Record> {
        self.last.get(&(system, task.to_owned()))
    }

    /// All that count: the last of each system and task.
    pub(super) fn all(&self) -> impl Iterator<Item = &Record> {
        self.last.values()
    }

    /// Results of a system that others have taken the place of.
    pub(super) fn replaced(&self, system: System) -> u64 {
        self.earlier.get(&system).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(task: &str, outcome: Outcome) -> Record {
        Record::of(task, System::Agent, outcome)
    }

    #[test]
    fn the_last_result_of_a_task_counts_and_a_line_that_is_not_finished_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut results = Results::open(folder.path()).unwrap();
        results.add(record("a", Outcome::Error)).unwrap();
        results.add(record("b", Outcome::Right)).unwrap();
        results.add(record("a", Outcome::Right)).unwrap();
        let path = folder.path().join(FILE);
        let busy = Results::open(folder.path()).unwrap_err().to_string();
        assert!(busy.contains("another process adds to"), "{busy}");
        drop(results);
        let whole = fs::read(&path).unwrap();
        for length in 1..20 {
            fs::write(&path, [&whole[..], &whole[..length]].concat()).unwrap();
            let results = Results::open(folder.path()).unwrap();
            assert_eq!((results.cut, results.all().count()), (length as u64, 2));
            assert_eq!(results.last(System::Agent, "a").unwrap().outcome, Outcome::Right);
            assert_eq!(results.replaced(System::Agent), 1);
            drop(results);
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn lines_that_cannot_be_read_are_told_with_their_number() {
        let folder = tempfile::tempdir().unwrap();
        let line = serde_json::to_string(&record("a", Outcome::Right)).unwrap();
        let later = line.replace("\"version\":1", "\"version\":2");
        for (text, told) in [
            (format!("{line}\nx\n"), "line 2: expected value"),
            (format!("\n{later}\n"), "line 2: it has version 2 of the form, and 1 is known"),
            ("{}\n".to_owned(), "line 1: missing field `version`"),
        ] {
            fs::write(folder.path().join(FILE), text).unwrap();
            let error = Results::open(folder.path()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}

//! What is kept of a run: how it was asked for, the files that it was given, and its state.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use fumehood_agent::StoredRun;
use serde::{Deserialize, Serialize};

/// How it was asked for.
const INVOCATION: &str = "invocation.json";
/// Where the library keeps it.
const STATE: &str = "state";
/// What it was given.
const FILES: &str = "files";

/// How a run was asked for: by these arguments of the command, in this directory. They say which agent goes on with
/// it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invocation {
    version: u32,
    pub(crate) directory: PathBuf,
    pub(crate) arguments: Vec<String>,
}

/// Flags whose values nobody but the process is to know.
const SECRET: &str = "--api-key";
/// Variables that stand for flags, which another process may not have.
const VARIABLES: [(&str, &str); 4] = [
    ("FUMEHOOD_MODEL", "--model"),
    ("FUMEHOOD_IMAGE", "--image"),
    ("FUMEHOOD_CACHE", "--cache"),
    ("FUMEHOOD_PYTHON", "--python"),
];

impl Invocation {
    /// Of these arguments, without the program's name.
    pub(crate) fn of(arguments: &[String]) -> Result<Invocation> {
        let directory = std::env::current_dir().context("there is no current directory")?;
        let arguments = complete(arguments, |name| std::env::var(name).ok());
        Ok(Invocation { version: 1, directory, arguments })
    }
}

/// The arguments with the variables that stand for some, and without secrets.
fn complete(arguments: &[String], variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == SECRET {
            rest.next();
        } else if !argument.starts_with(&format!("{SECRET}=")) {
            kept.push(argument.clone());
        }
    }
    // What follows `--` are no flags.
    let flags = kept.iter().position(|argument| argument == "--").unwrap_or(kept.len());
    let is_given = |flag: &str| {
        kept[..flags].iter().any(|given| given == flag || given.starts_with(&format!("{flag}=")))
    };
    let missing = VARIABLES.iter().filter(|(_, flag)| !is_given(flag));
    let missing = missing.filter_map(|(name, flag)| Some(format!("{flag}={}", variable(name)?)));
    let missing = missing.collect::<Vec<_>>();
    kept.splice(flags..flags, missing);
    kept
}

/// The folder of a run.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Begins to keep a run in a folder that is there and empty.
    pub(crate) fn make(path: PathBuf, invocation: &Invocation) -> Result<RunFolder> {
        let write = || {
            let text = serde_json::to_vec_pretty(invocation).map_err(io::Error::other)?;
            let mut options = File::options();
            let mut file =
                options.write(true).create_new(true).mode(0o600).open(path.join(INVOCATION))?;
            file.write_all(&text)
        };
        write().with_context(|| format!("cannot store a run in `{}`", path.display()))?;
        Ok(RunFolder { path })
    }

    /// The folder, if it is one of a run.
    pub(crate) fn open(path: PathBuf) -> Option<RunFolder> {
        path.join(INVOCATION).is_file().then_some(RunFolder { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn name(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Where the library keeps it.
    pub(crate) fn state(&self) -> PathBuf {
        self.path.join(STATE)
    }

    /// Where the files are that it was given.
    pub(crate) fn files(&self) -> PathBuf {
        self.path.join(FILES)
    }

    pub(crate) fn has_state(&self) -> bool {
        self.state().join("run").is_file()
    }

    pub(crate) fn stored(&self) -> Result<StoredRun> {
        Ok(StoredRun::in_folder(self.state())?)
    }

    pub(crate) fn invocation(&self) -> Result<Invocation> {
        let path = self.path.join(INVOCATION);
        let text = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let invocation = serde_json::from_slice::<Invocation>(&text);
        let invocation = invocation.with_context(|| format!("cannot read `{}`", path.display()))?;
        if invocation.version != 1 {
            bail!("the run {} was stored by a later version", self.name());
        }
        Ok(invocation)
    }

    /// When it was last worked on.
    pub(crate) fn changed(&self) -> SystemTime {
        let of = |path: PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let changed = of(self.state().join("run")).or_else(|| of(self.path.join(INVOCATION)));
        changed.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Copies it to a folder that is made.
    pub(crate) fn copy(&self, to: &Path) -> Result<()> {
        let copy = || {
            fs::create_dir(to)?;
            fs::create_dir(to.join(STATE))?;
            fs::copy(self.path.join(INVOCATION), to.join(INVOCATION))?;
            fs::copy(self.state().join("run"), to.join(STATE).join("run"))
        };
        copy().with_context(|| format!("cannot copy the run to `{}`", to.display()))?;
        self.copy_files(to)
    }

    /// Copies the files that it was given to the folder of another run.
    pub(crate) fn copy_files(&self, to: &Path) -> Result<()> {
        let (from, to) = (self.files(), to.join(FILES));
        let copy = || {
            let entries = match fs::read_dir(from) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return io::Result::Ok(()),
                entries => entries?,
            };
            fs::create_dir(&to)?;
            for entry in entries {
                let entry = entry?;
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
            Ok(())
        };
        copy().with_context(|| format!("cannot copy files to `{}`", to.display()))
    }

    /// Whether a process has it.
    pub(crate) fn is_worked_on(&self) -> bool {
        let lock = File::open(self.state().join("lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
    }

    pub(crate) fn remove(self) -> Result<()> {
        if self.is_worked_on() {
            bail!("a process works on the run {}", self.name());
        }
        fs::remove_dir_all(&self.path)
            .with_context(|| format!("cannot remove `{}`", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::complete;

    fn completed(arguments: &[&str]) -> Vec<String> {
        let arguments = arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        complete(&arguments, |name| (name == "FUMEHOOD_MODEL").then(|| "openai:m".to_owned()))
    }

    #[test]
    fn keys_are_left_out_and_variables_are_written_down() {
        let kept = completed(&["run", "--api-key", "k", "task", "--api-key=k", "--max-steps", "3"]);
        assert_eq!(kept, ["run", "task", "--max-steps", "3", "--model=openai:m"]);
        assert_eq!(completed(&["run", "--model", "a", "x"]), ["run", "--model", "a", "x"]);
        assert_eq!(completed(&["run", "--model=a", "x"]), ["run", "--model=a", "x"]);
        assert_eq!(
            completed(&["run", "--", "--model"]),
            ["run", "--model=openai:m", "--", "--model"]
        );
    }
}

//! Where runs are stored: a folder in the user's data directory, with a folder for each.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use etcetera::BaseStrategy as _;

use super::stored_run::{Invocation, RunFolder};
use crate::units;

/// What stands for the run that was worked on last.
const LAST: &str = "last";

pub(crate) struct RunStore {
    folder: PathBuf,
}

impl RunStore {
    pub(crate) fn at(folder: &Path) -> RunStore {
        RunStore { folder: folder.to_owned() }
    }

    pub(crate) fn of_user() -> Result<RunStore> {
        let base = etcetera::base_strategy::Xdg::new().context("there is no home directory")?;
        Ok(RunStore { folder: base.data_dir().join("fumehood").join("runs") })
    }

    /// Makes a folder for a run, for its owner alone, named after the time and a few random letters.
    pub(crate) fn make(&self, invocation: &Invocation) -> Result<RunFolder> {
        let make = |path: &Path, recursive: bool| {
            DirBuilder::new().recursive(recursive).mode(0o700).create(path)
        };
        let made = make(&self.folder, true).and_then(|()| {
            let time = units::moment(SystemTime::now()).replace([' ', ':'], "-");
            loop {
                let path = self.folder.join(format!("{time}-{}", letters()));
                match make(&path, false) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    made => return made.map(|()| path),
                }
            }
        });
        let path =
            made.with_context(|| format!("cannot store a run in `{}`", self.folder.display()))?;
        RunFolder::make(path, invocation)
    }

    /// All runs, those that were worked on last at the end.
    pub(crate) fn all(&self) -> Result<Vec<RunFolder>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => {
                entries.with_context(|| format!("cannot read `{}`", self.folder.display()))?
            }
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut runs = paths.filter_map(RunFolder::open).collect::<Vec<_>>();
        runs.sort_by_key(|run| (run.changed(), run.name()));
        Ok(runs)
    }

    /// The run that is meant: by its name, a part of it that only one has, its folder, or as the last.
    pub(crate) fn find(&self, meant: &str) -> Result<RunFolder> {
        if meant.contains('/') {
            return RunFolder::open(PathBuf::from(meant))
                .with_context(|| format!("`{meant}` is not the folder of a run"));
        }
        let mut runs = self.all()?;
        if meant == LAST {
            return runs.pop().context("no run is stored");
        }
        if let Some(position) = runs.iter().position(|run| run.name() == meant) {
            return Ok(runs.swap_remove(position));
        }
        runs.retain(|run| !meant.is_empty() && run.name().contains(meant));
        match runs.len() {
            0 => bail!("there is no run `{meant}`; `fumehood runs` lists those that are stored"),
            1 => Ok(runs.swap_remove(0)),
            count => bail!("`{meant}` may be any of {count} runs; say more of its name"),
        }
    }
}

/// A few letters by which runs of the same minute are told apart.
fn letters() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    // Seeded anew by the system; nothing has to be hard to guess.
    let mut number = RandomState::new().hash_one(SystemTime::now());
    let letter = |_| {
        let letter = char::from(b'a' + (number % 26) as u8);
        number /= 26;
        letter
    };
    (0..4).map(letter).collect()
}

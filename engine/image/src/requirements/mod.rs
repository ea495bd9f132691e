//! Packages that a file of requirements lists, as pip reads them, for a sandbox to import.
//!
//! * `reading`: the file
//! * `wheel`: taking apart what comes for it
//!
//! What a line means, and whether anything is missing, is found out in the sandbox that the packages are for.

mod reading;
mod wheel;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use fumehood::{Code, ConfigError, Outcome, Packages, Sandbox, SessionError, Variables};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::BuildError;
use crate::fetch::Pip;
use crate::store::ImageStore;
use reading::Line;

/// What the guest finds out about requirements.
const IN_GUEST: &str = include_str!("../../../../guest-python/toolbox/requirements.py");

/// What there is in place of packages with machine code that are often asked for.
const INSTEAD: [(&str, &str); 12] = [
    ("duckdb", "pandas, or SQLite, which is Python's own"),
    ("opencv-python", "Pillow and scipy.ndimage"),
    ("orjson", "json"),
    ("polars", "pandas"),
    ("psycopg2", "tools for databases, which run on the host"),
    ("psycopg2-binary", "tools for databases, which run on the host"),
    ("pyarrow", "pandas; tables go in and out as Arrow without it"),
    ("pydantic-core", "dataclasses"),
    ("pymupdf", "pypdf"),
    ("tensorflow", "scikit-learn, or a tool that runs on the host"),
    ("torch", "scikit-learn, or a tool that runs on the host"),
    ("ujson", "json"),
];

/// Packages of Python that a file lists, each with its version and hashes.
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::Sandbox;
/// use fumehood_image::{ImageStore, Requirements};
///
/// let requirements = Requirements::read(&std::fs::read_to_string("requirements.txt")?)?;
/// let builder = Sandbox::builder(&engine);
/// let packages = requirements.fetch(&ImageStore::of_user()?, &builder.clone().build()?).await?;
/// let sandbox = builder.packages(packages.packages).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Requirements {
    lines: Vec<Line>,
}

/// What came of a file of requirements.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// What was added, for [`SandboxBuilder::packages`](fumehood::SandboxBuilder::packages).
    pub packages: Packages,
    /// What was added, by name and version.
    pub added: Vec<String>,
    /// Lines that were left out, and why: they are there already, or not for this interpreter.
    pub left_out: Vec<String>,
}

/// Why packages cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementsError {
    /// A line is not one that can be followed.
    #[error("line {number}, `{wanted}`: {reason}")]
    Line {
        /// Which, from 1.
        number: usize,
        /// What it asks for.
        wanted: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no wheel of a package that is nothing but Python.
    #[error(
        "line {number}, `{wanted}`: there is no wheel of it with one of these hashes that is nothing but Python \
         (py3-none-any), and the guest runs no machine code of others{instead}\npip says: {said}"
    )]
    NoWheel {
        /// Which line, from 1.
        number: usize,
        /// What it asks for.
        wanted: String,
        /// What there is in its place, as the end of the sentence; empty, if nothing is known.
        instead: String,
        /// The end of what pip said.
        said: String,
    },
    /// A wheel is not as it should be.
    #[error("the wheel `{file}` cannot be used: {reason}")]
    Wheel {
        /// The name of the file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Packages need others that are not listed, or that are there in other versions.
    #[error("the file does not list all that its packages need:\n{}", problems.join("\n"))]
    Incomplete {
        /// What each of them needs.
        problems: Vec<String>,
    },
    /// pip cannot be run.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The packages cannot be in a sandbox.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The sandbox that the packages are for cannot be asked.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The sandbox that the packages are for does not answer.
    #[error("what the requirements mean cannot be found out in the sandbox: {reason}")]
    Guest {
        /// What it did in place of that.
        reason: String,
    },
}

/// What the guest says of a line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Meaning {
    Wanted(Wanted),
    LeftOut(String),
    Refused(String),
}

/// A package that has to be fetched.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    version: String,
    extras: Vec<String>,
}

impl Requirements {
    /// Reads the text of a file as pip does, as far as that names packages: comments, continued lines, markers, extras
    /// and SHA-256 hashes. Every line has to pin a version and to have a hash.
    ///
    /// # Errors
    ///
    /// [`RequirementsError::Line`]
    pub fn read(text: &str) -> Result<Requirements, RequirementsError> {
        Ok(Requirements { lines: reading::read(text)? })
    }

    /// Has pip download what a sandbox does not have yet, checks it and takes it apart. Nothing of it is run.
    ///
    /// pip is that of the Python that the store [uses](ImageStore::with_python), and gets packages from where it is
    /// configured to. Only wheels that are nothing but Python will do. What they need has to be listed as well.
    ///
    /// # Errors
    ///
    /// Any [`RequirementsError`].
    pub async fn fetch(
        &self,
        store: &ImageStore,
        sandbox: &Sandbox,
    ) -> Result<Fetched, RequirementsError> {
        let texts = self.lines.iter().map(|line| line.wanted.as_str()).collect::<Vec<_>>();
        let meanings = asked::<Vec<Meaning>>(sandbox, "understood", json!(texts)).await?;
        if meanings.len() != self.lines.len() {
            let reason = format!("it says something of {} lines", meanings.len());
            return Err(RequirementsError::Guest { reason });
        }
        let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
        for (line, meaning) in self.lines.iter().zip(meanings) {
            match meaning {
                Meaning::Wanted(package) => wanted.push((line.clone(), package)),
                Meaning::LeftOut(why) => left_out.push(format!("{}: {why}", line.wanted)),
                Meaning::Refused(reason) => return Err(line.refused(reason)),
            }
        }
        let mut fetched = Fetched { packages: Packages::new(), added: Vec::new(), left_out };
        if wanted.is_empty() {
            return Ok(fetched);
        }
        let source = Source {
            python: store.python().map(Path::to_owned),
            version: minor(sandbox.python_version()),
        };
        let lines = wanted.clone();
        let opened = tokio::task::spawn_blocking(move || source.wheels(&lines)).await;
        let opened =
            opened.map_err(|error| RequirementsError::Guest { reason: error.to_string() })??;
        let told = wanted.iter().zip(&opened).map(|((_, package), wheel)| {
            let Wanted { name, version, extras } = package;
            json!({"name": name, "version": version, "extras": extras, "metadata": wheel.metadata})
        });
        let told = told.collect::<Vec<_>>();
        let problems = asked::<Vec<String>>(sandbox, "missing", json!(told)).await?;
        if !problems.is_empty() {
            return Err(RequirementsError::Incomplete { problems });
        }
        let mut from = BTreeMap::<String, String>::new();
        for ((_, package), wheel) in wanted.into_iter().zip(opened) {
            let Wanted { name, version, .. } = package;
            for (path, bytes) in wheel.files {
                if let Some(other) = from.insert(path.clone(), name.clone()) {
                    let reason = format!("`{path}` is also a file of {other}");
                    return Err(RequirementsError::Wheel { file: name, reason });
                }
                fetched.packages = fetched.packages.file(path, bytes)?;
            }
            fetched.added.push(format!("{name} {version}"));
        }
        Ok(fetched)
    }
}

impl Line {
    fn refused(&self, reason: String) -> RequirementsError {
        RequirementsError::Line { number: self.number, wanted: self.wanted.clone(), reason }
    }

    /// As pip reads it, without what was evaluated already.
    fn pinned(&self, package: &Wanted) -> String {
        let hashes = self.hashes.iter().map(|hash| format!(" --hash=sha256:{hash}"));
        format!("{}=={}{}\n", package.name, package.version, hashes.collect::<String>())
    }
}

/// Where wheels come from.
struct Source {
    python: Option<PathBuf>,
    /// The version of the interpreter that they are for, such as `3.15`.
    version: String,
}

/// A version of Python without what pip does not take: `3.15` for `3.15.0rc1`.
fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

impl Source {
    /// Downloads wheels that are nothing but Python.
    fn download(&self, pip: &Pip, wanted: &str, folder: &Path) -> Result<(), BuildError> {
        let which = ["--platform", "any", "--implementation", "py", "--abi", "none"];
        let version = ["--python-version", &self.version];
        pip.download(wanted, folder, &[&which[..], &version].concat())
    }

    /// The wheels for lines, in their order.
    fn wheels(&self, wanted: &[(Line, Wanted)]) -> Result<Vec<wheel::Wheel>, RequirementsError> {
        let pip = Pip::find(self.python.as_deref().map(Path::as_os_str))?;
        let folder = tempfile::tempdir().map_err(BuildError::io("create", std::env::temp_dir()))?;
        let all = wanted.iter().map(|(line, package)| line.pinned(package)).collect::<String>();
        match self.download(&pip, &all, folder.path()) {
            Ok(()) => {}
            Err(BuildError::Fetch { reason }) => return Err(self.culprit(&pip, wanted, reason)),
            Err(error) => return Err(error.into()),
        }
        let mut by_name = BTreeMap::new();
        let entries = fs::read_dir(folder.path()).map_err(BuildError::io("read", folder.path()))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension() == Some(OsStr::new("whl")) {
                by_name.insert(name_of(&path), path);
            }
        }
        let open = |(line, package): &(Line, Wanted)| {
            let refuse = |file: String, reason| RequirementsError::Wheel { file, reason };
            let Some(path) = by_name.get(&package.name) else {
                return Err(refuse(package.name.clone(), "pip left none".to_owned()));
            };
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            wheel::open(path, &line.hashes).map_err(|reason| refuse(file, reason))
        };
        wanted.iter().map(open).collect()
    }

    /// Which of the lines pip has no wheel for.
    fn culprit(&self, pip: &Pip, wanted: &[(Line, Wanted)], reason: String) -> RequirementsError {
        for (line, package) in wanted {
            let Ok(folder) = tempfile::tempdir() else { break };
            let downloaded = self.download(pip, &line.pinned(package), folder.path());
            if let Err(BuildError::Fetch { reason: said }) = downloaded {
                let instead = INSTEAD.iter().find(|(name, _)| *name == package.name);
                let instead =
                    instead.map_or(String::new(), |(_, instead)| format!("; there is {instead}"));
                let (number, wanted) = (line.number, line.wanted.clone());
                return RequirementsError::NoWheel { number, wanted, instead, said };
            }
        }
        BuildError::Fetch { reason }.into()
    }
}

/// The name of the package in a wheel's file name, as names are compared.
fn name_of(wheel: &Path) -> String {
    let file = wheel.file_name().unwrap_or_default().to_string_lossy();
    let name = file.split('-').next().unwrap_or_default().to_lowercase();
    name.split(['_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Has a function in the guest answer.
async fn asked<T: serde::de::DeserializeOwned>(
    sandbox: &Sandbox,
    function: &str,
    given: serde_json::Value,
) -> Result<T, RequirementsError> {
    let guest = |reason: String| RequirementsError::Guest { reason };
    let mut session = sandbox.session().await?;
    let variables =
        Variables::new().json("given", &given).map_err(|error| guest(error.to_string()))?;
    session.define(variables).await.map_err(|error| guest(error.to_string()))?;
    let code = Code::new(format!("{IN_GUEST}\n\n{function}(given)\n")).file("<requirements>");
    let step = session.run(code).await?;
    let json = match step.outcome {
        Outcome::Completed(Some(value)) => value.json,
        Outcome::Raised(exception) => return Err(guest(exception.traceback)),
        Outcome::LimitReached(reached, _) => return Err(guest(reached.to_string())),
        _ => None,
    };
    let json = json.ok_or_else(|| guest("there was no answer".to_owned()))?;
    serde_json::from_str(json.get()).map_err(|error| guest(error.to_string()))
}

//! Runs as bytes, and in folders.
//!
//! A stored run is a line that says what it is, a line of JSON with its memory and how far it has come, and
//! the state of its session if it has one, as `docs/session-format.md` describes it.
//!
//! A run that is kept in a folder is written there after each step, as a whole and under a new name that then
//! takes the place of the old one. Beside it is the journal of the step that comes next, which is
//! named after how many were stored before it, so the two cannot be taken for one another's.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fumehood::LedgerEntries;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::agent::Agent;
use crate::answer::Answer;
use crate::error::{AgentError, StoredRunError};
use crate::journal::Journal;
use crate::memory::{MEMORY_VERSION, Memory};
use crate::result::RunState;
use crate::run::{Course, Run};
use crate::task::Task;

/// What a stored run begins with.
const MAGIC: &str = "fumehood run";

/// The version of the form. It is counted up when a reader of this version would misread what is written.
const VERSION: u32 = 2;
/// The version that knows no labels. What has none is written as that.
const WITHOUT_LABELS: u32 = 1;

/// No line is longer, in bytes: a memory holds texts of at most some tens of kilobytes for a step, and
/// pictures.
const LINE_BYTES: u64 = 1 << 30;

/// The name of the run in its folder.
const RUN: &str = "run";

/// All of a run but its session.
#[derive(Debug, Serialize, Deserialize)]
struct State<C, M> {
    version: u32,
    /// The agent's name, for whoever looks at it.
    agent: String,
    course: C,
    memory: M,
    /// Whether the state of a session follows.
    session: bool,
    /// How many states were stored in the folder before it.
    #[serde(default)]
    stored: u64,
    /// What it has come into contact with, and how often it has called tools.
    #[serde(default, skip_serializing_if = "LedgerEntries::is_empty")]
    ledger: LedgerEntries,
}

impl Run {
    /// Writes the run, to be gone on with wherever the same image is, with [`Agent::resume`].
    ///
    /// # Errors
    ///
    /// [`AgentError::Store`] if it cannot be written.
    pub fn save(&mut self, to: impl Write) -> Result<(), AgentError> {
        self.write(to).map_err(AgentError::Store)
    }

    fn write(&mut self, mut to: impl Write) -> io::Result<()> {
        self.session_state().map_err(io::Error::other)?;
        let ledger = self.ledger.entries();
        let state = State {
            version: if ledger.labels.is_empty() { WITHOUT_LABELS } else { VERSION },
            agent: self.agent.name().to_owned(),
            course: &self.course,
            memory: &self.memory,
            session: self.session.is_some(),
            stored: self.folder.as_ref().map_or(0, |folder| folder.stored),
            ledger,
        };
        writeln!(to, "{MAGIC}")?;
        serde_json::to_writer(&mut to, &state)?;
        writeln!(to)?;
        if let Some(session) = &mut self.session {
            session.save(&mut to).map_err(io::Error::other)?;
        }
        to.flush()
    }

    /// Keeps the run in a folder from here on: it is stored there after each step, and what happens in a step
    /// is written down as it happens. [`Agent::resume_from`] goes on from there, also when the process
    /// has ended in the middle of a step; no tool that has answered is called again.
    ///
    /// # Errors
    ///
    /// [`AgentError::Store`] if the folder cannot be made or written, or already has a run.
    pub async fn keep_in(&mut self, folder: impl Into<PathBuf>) -> Result<(), AgentError> {
        let folder = Folder::make(folder.into()).map_err(AgentError::Store)?;
        if folder.has_run() {
            let told = format!("there is a run in `{}` already", folder.path.display());
            return Err(AgentError::Store(io::Error::new(io::ErrorKind::AlreadyExists, told)));
        }
        self.folder = Some(folder);
        self.store().await
    }

    /// Stores the run in its folder, if it has one, and begins the journal of the next step.
    pub(crate) async fn store(&mut self) -> Result<(), AgentError> {
        let Some(folder) = &mut self.folder else { return Ok(()) };
        folder.stored += 1;
        let folder = folder.clone();
        let stored = (|| {
            let new = folder.path.join("run.new");
            let mut file = BufWriter::new(File::create(&new)?);
            self.write(&mut file)?;
            file.into_inner()?.sync_all()?;
            fs::rename(new, folder.path.join(RUN))?;
            folder.remove_what_is_over();
            Journal::open(folder.journal())
        })();
        match stored {
            Ok(journal) => self.journal = Arc::new(journal),
            Err(error) => {
                // What is there is the state before, and so is its journal.
                if let Some(folder) = &mut self.folder {
                    folder.stored -= 1;
                }
                return Err(AgentError::Store(error));
            }
        }
        Ok(())
    }

    /// The run of a member: the one that was begun in the folder, if one was.
    pub(crate) async fn of_member(
        agent: &Agent,
        task: Task,
        folder: Option<Folder>,
    ) -> Result<Run, AgentError> {
        let Some(folder) = folder else { return agent.start(task).await };
        if folder.has_run() {
            let run = agent.resume_in(folder).await;
            return run.map_err(|error| AgentError::Store(io::Error::other(error)));
        }
        let mut run = agent.start(task).await?;
        run.folder = Some(folder);
        run.store().await?;
        Ok(run)
    }
}

impl Agent {
    /// Goes on with a run that was saved, of this agent or one like it: its tools and its image are the same.
    ///
    /// # Errors
    ///
    /// * [`StoredRunError::NotARun`] and [`StoredRunError::Newer`]
    /// * [`StoredRunError::Session`] if the session cannot be gone on with, as it has another image for example
    /// * [`StoredRunError::Io`] if it cannot be read
    pub async fn resume(&self, from: impl Read) -> Result<Run, StoredRunError> {
        Ok(self.read(from).await?.0)
    }

    async fn read(&self, from: impl Read) -> Result<(Run, u64), StoredRunError> {
        let mut from = BufReader::new(from);
        let state = header(&mut from)?;
        let session = match state.session {
            true => Some(self.sandbox().resume(from).await?),
            false => None,
        };
        let ledger = self.sandbox().ledger();
        ledger.take_over(&state.ledger);
        Ok((Run::of(self, state.memory, session, state.course, ledger), state.stored))
    }

    /// Goes on with a run that was kept in a folder, and keeps it there. If the process that worked on it has
    /// ended in the middle of a step, that step is taken again, without asking the model or calling tools for
    /// what was answered already.
    ///
    /// # Errors
    ///
    /// Those of [`Agent::resume`]; and [`StoredRunError::Io`] with [`io::ErrorKind::WouldBlock`] if another
    /// process works on it.
    pub async fn resume_from(&self, folder: impl AsRef<Path>) -> Result<Run, StoredRunError> {
        self.resume_in(Folder::make(folder.as_ref().to_owned())?).await
    }

    async fn resume_in(&self, mut folder: Folder) -> Result<Run, StoredRunError> {
        let (mut run, stored) = self.read(File::open(folder.path.join(RUN))?).await?;
        folder.stored = stored;
        run.journal = Arc::new(Journal::open(folder.journal())?);
        run.folder = Some(folder);
        Ok(run)
    }
}

/// What a stored run says of itself, before the state of its session.
fn header(from: &mut impl io::BufRead) -> Result<State<Course, Memory>, StoredRunError> {
    let not = |reason: String| StoredRunError::NotARun { reason };
    let magic = line(from, 64)?;
    if magic != MAGIC.as_bytes() {
        return Err(not("it does not begin like one".to_owned()));
    }
    let text = line(from, LINE_BYTES)?;
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let Version { version } =
        serde_json::from_slice(&text).map_err(|error| not(error.to_string()))?;
    if version > VERSION {
        return Err(StoredRunError::Newer { found: version, known: VERSION });
    }
    let state: State<Course, Memory> =
        serde_json::from_slice(&text).map_err(|error| not(error.to_string()))?;
    if state.memory.version > MEMORY_VERSION {
        let found = state.memory.version;
        return Err(StoredRunError::Newer { found, known: MEMORY_VERSION });
    }
    Ok(state)
}

/// A stored run to be looked at. It takes an agent to go on with it.
///
/// # Examples
///
/// ```no_run
/// use fumehood_agent::StoredRun;
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let run = StoredRun::in_folder("runs/42")?;
/// println!("{} steps", run.memory.actions().count());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredRun {
    /// The agent's name; empty if it has none.
    pub agent: String,
    /// What it remembers.
    pub memory: Memory,
    /// How it ended and what its answer is, if the task that was given last has one.
    pub answered: Option<(RunState, Answer)>,
}

impl StoredRun {
    /// Reads a run that was saved, up to the state of its session.
    ///
    /// # Errors
    ///
    /// [`StoredRunError::NotARun`], [`StoredRunError::Newer`] and [`StoredRunError::Io`]
    pub fn read(from: impl Read) -> Result<StoredRun, StoredRunError> {
        let State { agent, course, memory, .. } = header(&mut BufReader::new(from))?;
        Ok(StoredRun { agent, memory, answered: course.answered })
    }

    /// Reads the run that is kept in a folder, as it was after its last step. Whether somebody works on it does
    /// not matter.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<StoredRun, StoredRunError> {
        StoredRun::read(File::open(folder.as_ref().join(RUN))?)
    }
}

/// A line without its end.
fn line(from: &mut impl io::BufRead, most: u64) -> Result<Vec<u8>, StoredRunError> {
    let mut line = Vec::new();
    from.take(most).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(StoredRunError::NotARun { reason: "it ends too early".to_owned() });
    }
    Ok(line)
}

/// A folder that a run is kept in. Only one process at a time has it.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// How many states were stored.
    stored: u64,
    /// Is let go of with the last copy.
    _lock: Arc<File>,
}

impl Folder {
    fn make(path: PathBuf) -> io::Result<Folder> {
        fs::create_dir_all(&path)?;
        let lock =
            File::options().create(true).truncate(false).write(true).open(path.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => {
                let told = format!("another process works on the run in `{}`", path.display());
                io::Error::new(io::ErrorKind::WouldBlock, told)
            }
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(Folder { path, stored: 0, _lock: Arc::new(lock) })
    }

    fn has_run(&self) -> bool {
        self.path.join(RUN).exists()
    }

    fn journal(&self) -> PathBuf {
        self.path.join(format!("journal-{}", self.stored))
    }

    fn members(&self) -> PathBuf {
        self.path.join(format!("members-{}", self.stored))
    }

    /// Where the run of a member is kept in the step that runs: the same for the same call, when the step is
    /// taken again. Several calls that are the same are told apart by their number.
    pub(crate) fn of_member(&self, call: &str, number: u64) -> io::Result<Folder> {
        let hash = Sha256::digest(call.as_bytes());
        let name = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
        Folder::make(self.members().join(format!("{name}-{number}")))
    }

    /// Removes what belongs to the step before.
    fn remove_what_is_over(&self) {
        let before = Folder { stored: self.stored - 1, ..self.clone() };
        // If it stays nobody will look at it.
        fs::remove_file(before.journal()).ok();
        fs::remove_dir_all(before.members()).ok();
    }
}

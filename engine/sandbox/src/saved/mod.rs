//! Checkpoints as bytes, and back: `docs/session-format.md` describes them byte by byte.
//!
//! What is saved is what differs from the image: pages of memory, and files. So it can be gone on from
//! wherever the same image is. Reading trusts nothing: each length is checked before there is room made
//! for it, and nothing is used of a file that is not whole. What the memory holds afterwards is the
//! guest's, and as hostile as ever.

mod away;
mod chunks;
mod contents;

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

pub(crate) use self::away::Away;
pub(crate) use self::chunks::Hashing;
use crate::checkpoint::Checkpoint;
use crate::determinism::{Course, Determinism};
use crate::engine::Metering;
use crate::error::{SavedError, SessionError};
use crate::files::{self, Bounds};
use crate::labels::LedgerEntries;
use crate::limits::Usage;
use crate::sandbox::Sandbox;
use crate::saved::contents::{Size, array};
use crate::session::{Committed, Session};

/// What a saved session begins with.
const MAGIC: &[u8; 8] = b"fumehood";
/// The version of the form. It is counted up whenever a reader of this version would misread what is
/// written, or could not make of it what was saved.
const VERSION: u32 = 2;
/// The version that knows no labels. What has none is written as that.
const WITHOUT_LABELS: u32 = 1;
/// No header is longer, in bytes.
const HEADER_BYTES: u32 = 1 << 20;
/// No memory is larger, in bytes: the guest has 32 bits for an address.
const MEMORY_MOST: u64 = 1 << 32;

/// What is said about a saved session before its contents.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    /// The image that the pages differ from.
    image: String,
    /// The SHA-256 of its memory. The id names what an image is made of, not what became of it.
    memory: String,
    /// How the image is metered, for whoever looks at the header.
    metering: String,
    /// The size of the memory.
    memory_bytes: u64,
    /// Pages are runs of so many bytes.
    page_bytes: u32,
    /// The tools that the interpreter has functions of.
    tools: Vec<String>,
    /// Whether files were open.
    open_files: bool,
    /// Steps that were run.
    steps: u64,
    /// What they have used.
    usage: SavedUsage,
    /// The course of a session that is deterministic.
    deterministic: Option<SavedCourse>,
    /// What it has come into contact with, and how often tools were called.
    #[serde(default, skip_serializing_if = "LedgerEntries::is_empty")]
    ledger: LedgerEntries,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedCourse {
    seed: u64,
    start_ns: u64,
    elapsed_ns: u64,
    drawn_bytes: u64,
}

impl From<Course> for SavedCourse {
    fn from(course: Course) -> SavedCourse {
        let Course { determinism: Determinism { seed, start }, elapsed, drawn } = course;
        let start_ns = start.as_nanos().try_into().unwrap_or(u64::MAX);
        SavedCourse { seed, start_ns, elapsed_ns: elapsed, drawn_bytes: drawn }
    }
}

impl From<SavedCourse> for Course {
    fn from(saved: SavedCourse) -> Course {
        let SavedCourse { seed, start_ns, elapsed_ns: elapsed, drawn_bytes: drawn } = saved;
        let start = std::time::Duration::from_nanos(start_ns);
        Course { determinism: Determinism { seed, start }, elapsed, drawn }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedUsage {
    fuel: u64,
    wall_us: u64,
    cpu_us: u64,
    memory_bytes: u64,
    output_bytes: u64,
    tool_calls: u64,
}

impl From<&Usage> for SavedUsage {
    fn from(usage: &Usage) -> SavedUsage {
        let microseconds =
            |time: std::time::Duration| time.as_micros().try_into().unwrap_or(u64::MAX);
        SavedUsage {
            fuel: usage.fuel,
            wall_us: microseconds(usage.wall),
            cpu_us: microseconds(usage.cpu),
            memory_bytes: usage.memory_bytes,
            output_bytes: usage.output_bytes,
            tool_calls: usage.tool_calls,
        }
    }
}

impl From<SavedUsage> for Usage {
    fn from(saved: SavedUsage) -> Usage {
        Usage {
            fuel: saved.fuel,
            wall: std::time::Duration::from_micros(saved.wall_us),
            cpu: std::time::Duration::from_micros(saved.cpu_us),
            memory_bytes: saved.memory_bytes,
            output_bytes: saved.output_bytes,
            tool_calls: saved.tool_calls,
        }
    }
}

/// What a saved session says of itself before its contents. Nothing makes sure that it is true, or that
/// the contents are whole.
///
/// # Examples
///
/// ```no_run
/// let saved = fumehood::SavedHeader::read(std::fs::File::open("session")?)?;
/// println!("saved with the image {}", saved.image);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedHeader {
    /// The [id](crate::Manifest::id) of the image that it was saved with.
    pub image: String,
    /// How that image is metered, if that is a way that this library knows.
    pub metering: Option<Metering>,
    /// Bytes of its memory.
    pub memory_bytes: u64,
    /// The tools that its interpreter has functions of.
    pub tools: Vec<String>,
    /// Steps that were run.
    pub steps: u64,
}

impl SavedHeader {
    /// Reads what is said about a saved session, and nothing beyond.
    ///
    /// # Errors
    ///
    /// [`SavedError::NotASession`], [`SavedError::Version`], [`SavedError::Damaged`] or
    /// [`SavedError::Io`].
    pub fn read(mut from: impl Read) -> Result<SavedHeader, SavedError> {
        let Header { image, metering, memory_bytes, tools, steps, .. } = header(&mut from)?;
        let metering =
            [Metering::Fuel, Metering::Clock].into_iter().find(|known| known.name() == metering);
        Ok(SavedHeader { image, metering, memory_bytes, tools, steps })
    }
}

impl Session {
    /// Writes the state of the session as it is now, from which [`Sandbox::resume`] goes on, in this
    /// process or another one that has the same image.
    ///
    /// What is written takes about as much as the session has changed. It holds whatever the code has in
    /// its variables and files.
    ///
    /// # Errors
    ///
    /// * [`SavedError::Session`] if the session has no state
    /// * [`SavedError::Io`] if it cannot be written; the session goes on as it was
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut session = sandbox.session().await?;
    /// session.run("x = 20").await?;
    /// let mut saved = Vec::new();
    /// session.save(&mut saved)?;
    ///
    /// let mut session = sandbox.resume(saved.as_slice()).await?;
    /// session.run("x + 1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(&mut self, to: impl Write) -> Result<(), SavedError> {
        let sandbox = self.sandbox();
        let checkpoint = self.checkpoint().map_err(Box::new)?;
        checkpoint.save(&sandbox, to)
    }
}

impl Sandbox {
    /// Starts a session that goes on from one that was saved, with what that had used so far.
    ///
    /// # Errors
    ///
    /// [`SavedError`] says what is wrong with what is read: another image, a newer version, something that
    /// is damaged, more than the limits of this sandbox allow, or tools that it does not have.
    pub async fn resume(&self, from: impl Read) -> Result<Session, SavedError> {
        let checkpoint = Checkpoint::load(self, from)?;
        Ok(Session::continued(self, self.inner.beginning(), &checkpoint).await.map_err(Box::new)?)
    }
}

impl Checkpoint {
    /// Writes it, as [`Session::save`] does. `sandbox` is that of its session.
    ///
    /// # Errors
    ///
    /// [`SavedError::Io`] if it cannot be written.
    pub fn save(&self, sandbox: &Sandbox, to: impl Write) -> Result<(), SavedError> {
        let Checkpoint { committed, steps, usage, ledger } = self;
        let engine = &sandbox.inner.engine;
        let header = Header {
            image: engine.manifest().id.clone(),
            memory: engine.memory_sha256().to_owned(),
            metering: engine.metering().to_string(),
            memory_bytes: committed.memory.bytes() as u64,
            page_bytes: page_bytes(),
            tools: sandbox.tools().iter().map(|tool| tool.name.clone()).collect(),
            open_files: committed.open_files,
            steps: *steps,
            usage: SavedUsage::from(usage),
            deterministic: committed.course.map(SavedCourse::from),
            ledger: ledger.clone(),
        };
        let version = if ledger.labels.is_empty() { WITHOUT_LABELS } else { VERSION };
        let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
        let mut to = Hashing::new(to);
        to.write_all(MAGIC)?;
        to.write_all(&version.to_le_bytes())?;
        to.write_all(&u32::try_from(header.len()).map_err(io::Error::other)?.to_le_bytes())?;
        to.write_all(&header)?;
        let begun = engine.image().state();
        contents::write(to, &committed.memory, &begun, &committed.files)?;
        Ok(())
    }

    /// Reads what was saved of a session, for sessions in `sandbox`.
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::resume`].
    pub fn load(sandbox: &Sandbox, from: impl Read) -> Result<Checkpoint, SavedError> {
        let mut from = Hashing::new(from);
        let header = header(&mut from)?;
        check(&header, sandbox)?;
        let size = Size { memory_bytes: header.memory_bytes, page_bytes: header.page_bytes };
        let begun = sandbox.inner.engine.image().state();
        let (memory, files) =
            contents::read(from, begun, size, Bounds::new(&sandbox.inner.limits))?;
        let course = header.deterministic.map(Course::from);
        let committed = Committed { memory, files, open_files: header.open_files, course };
        let (steps, usage, ledger) = (header.steps, header.usage.into(), header.ledger);
        Ok(Checkpoint { committed, steps, usage, ledger })
    }
}

fn page_bytes() -> u32 {
    u32::try_from(rustix::param::page_size()).unwrap_or(u32::MAX)
}

/// All that comes before the contents.
fn header(from: &mut impl Read) -> Result<Header, SavedError> {
    if &array::<8>(from)? != MAGIC {
        return Err(SavedError::NotASession);
    }
    let version = u32::from_le_bytes(array(from)?);
    if !(WITHOUT_LABELS..=VERSION).contains(&version) {
        return Err(SavedError::Version { found: version, supported: VERSION });
    }
    let length = u32::from_le_bytes(array(from)?);
    if length > HEADER_BYTES {
        return Err(SavedError::Damaged { what: "its header is too long".to_owned() });
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes).map_err(SavedError::reading)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| SavedError::Damaged { what: format!("its header is none: {error}") })
}

/// Whether the sandbox can go on from what the header tells.
fn check(header: &Header, sandbox: &Sandbox) -> Result<(), SavedError> {
    let engine = &sandbox.inner.engine;
    let (image, memory) = (engine.manifest().id.as_str(), engine.memory_sha256());
    if header.image != image {
        let found = format!("{:.100}", header.image);
        return Err(SavedError::OtherImage { found, expected: image.to_owned() });
    }
    if header.memory != memory {
        let named = |memory: &str| format!("{image} with the memory {memory:.16}");
        let (found, expected) = (named(&header.memory), named(memory));
        return Err(SavedError::OtherImage { found, expected });
    }
    let has = |name: &&String| !sandbox.tools().iter().any(|tool| tool.name == **name);
    let missing = header.tools.iter().filter(has).cloned().collect::<Vec<_>>();
    if !missing.is_empty() {
        return Err(SavedError::MissingTools { names: missing });
    }
    let limit = sandbox.inner.limits.memory_bytes;
    if header.memory_bytes > limit {
        return Err(SavedError::MemoryLimit { bytes: header.memory_bytes, limit });
    }
    let least = sandbox.inner.engine.memory_bytes();
    if !(least..=MEMORY_MOST).contains(&header.memory_bytes)
        || !header.memory_bytes.is_multiple_of(64 << 10)
        || header.page_bytes == 0
        || !header.page_bytes.is_multiple_of(page_bytes())
    {
        return Err(SavedError::Damaged { what: "its memory has no possible size".to_owned() });
    }
    Ok(())
}

impl SavedError {
    /// What reading has come to.
    fn reading(error: io::Error) -> SavedError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                SavedError::Damaged { what: "it ends too early".to_owned() }
            }
            io::ErrorKind::InvalidData => SavedError::Damaged { what: error.to_string() },
            _ => SavedError::Io(error),
        }
    }

    fn from_files(error: files::LoadError) -> SavedError {
        match error {
            files::LoadError::Io(error) => SavedError::reading(error),
            files::LoadError::Limits(refusal) => SavedError::Files(refusal),
            other => SavedError::Damaged { what: format!("of its files {other}") },
        }
    }
}

impl From<Box<SessionError>> for SavedError {
    fn from(error: Box<SessionError>) -> SavedError {
        SavedError::Session(error)
    }
}

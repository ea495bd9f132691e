//! What was done, written down so that it cannot be changed unseen.
//!
//! A log is lines of JSON. Each has its number, the hash of the line before it, and its own: the SHA-256 of all
//! that stands in the line before that. So whoever knows the last hash knows that no line was changed, left out,
//! added or moved. `docs/policy.md` says what that proves, and what it does not.
//!
//! * `entry`: what is written; `chain`, how lines hang together
//! * `verify`: whether they still do

mod chain;
mod entry;
mod verify;

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

pub(crate) use self::entry::{
    Decided, Entry, described, digest, milliseconds, outcome, reason, sha256,
};
pub use self::verify::{Damage, Verified, verify};
use chain::{LINE_BYTES, Link, Torn};

/// Why there is no audit log, or nothing can be written into it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Another process writes it, or this one does elsewhere.
    #[error("somebody else writes the audit log `{}`", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// It does not end as an audit log does.
    #[error(
        "`{}` does not end as an audit log does: {what}. `fumehood audit verify` looks at all of it; move it away \
         to begin another",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A line would be longer than lines may be.
    #[error("a line for the audit log is {bytes} bytes long; {LINE_BYTES} are the most")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// The system refuses.
    #[error("cannot write the audit log `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A request over HTTP that is over, for the log. What exactly was asked for is in the line of the call that led to
/// it, unless the policy keeps it out.
#[derive(Clone, Copy, Debug)]
pub struct AuditedRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// Scheme, host and port.
    pub server: &'a str,
    /// The status that the server has answered with; nothing if there is no answer.
    pub status: Option<u16>,
    /// Why there is no answer: it was refused, has failed, or nobody waited for it.
    pub reason: Option<&'a str>,
    /// Whether the host added a credential.
    pub credential: bool,
    /// Bytes of the body that was sent.
    pub sent: u64,
    /// Bytes of the body that came.
    pub received: u64,
    /// How long it took.
    pub took: Duration,
}

/// Where a log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The hash of its last line, in hexadecimal digits.
    pub hash: String,
    /// How many lines it has.
    pub lines: u64,
}

/// A log that is written into. There is one writer for a file at a time; sandboxes and agents of a process can
/// share it.
///
/// A line is written at once, before what it tells of goes on. If the process ends, what was written is there;
/// what the system loses when the machine stops is not.
///
/// # Examples
///
/// ```
/// use fumehood_policy::{AuditLog, verify};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("audit.jsonl");
/// let log = AuditLog::open(&path)?;
/// let head = log.head();
/// drop(log);
/// let verified = verify(std::fs::File::open(&path)?, Some(&head.hash))?;
/// assert_eq!(verified.lines, head.lines);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    writing: Mutex<Writing>,
}

#[derive(Debug)]
struct Writing {
    file: File,
    last: Link,
    /// Why nothing more can be written: what is in the file is not known.
    failed: bool,
}

impl AuditLog {
    /// Opens a log to write on, or begins one that only its user can read.
    ///
    /// The last line has to be whole. If it is not, because a process has ended while it wrote, what
    /// is there of it stays, and the next line says so.
    ///
    /// # Errors
    ///
    /// [`AuditError::Busy`], [`AuditError::Damaged`], [`AuditError::Io`]
    pub fn open(path: impl AsRef<Path>) -> Result<AuditLog, AuditError> {
        let path = path.as_ref().to_owned();
        let failed = |source| AuditError::Io { path: path.clone(), source };
        let mut options = File::options();
        let file = options.create(true).read(true).append(true).mode(0o600).open(&path);
        let mut file = file.map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => AuditError::Busy { path: path.clone() },
            fs::TryLockError::Error(error) => failed(error),
        })?;
        let End { last, torn, has_no_newline } = end(&mut file).map_err(|error| match error {
            EndError::Io(error) => failed(error),
            EndError::Damaged(what) => AuditError::Damaged { path: path.clone(), what },
        })?;
        if has_no_newline {
            file.write_all(b"\n").map_err(failed)?;
        }
        let log = AuditLog { path, writing: Mutex::new(Writing { file, last, failed: false }) };
        log.write(&Entry::opened(torn))?;
        Ok(log)
    }

    /// Writes a line, and returns its number.
    pub(crate) fn write(&self, entry: &Entry<'_>) -> Result<u64, AuditError> {
        let io = |source| AuditError::Io { path: self.path.clone(), source };
        let mut writing = self.writing();
        if writing.failed {
            return Err(io(io::Error::other("writing it has failed before")));
        }
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let at = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        let (line, link) = writing.last.next(at, entry).map_err(|error| io(error.into()))?;
        if line.len() > LINE_BYTES {
            return Err(AuditError::TooLong { bytes: line.len() });
        }
        if let Err(error) = writing.file.write_all(&line) {
            writing.failed = true;
            return Err(io(error));
        }
        writing.last = link;
        Ok(link.number)
    }

    /// Writes down what came of a request.
    ///
    /// # Errors
    ///
    /// [`AuditError::Io`], [`AuditError::TooLong`]
    pub fn request(&self, request: &AuditedRequest<'_>) -> Result<(), AuditError> {
        let AuditedRequest { method, server, status, credential, sent, received, .. } = *request;
        let (reason, took_ms) = (request.reason.map(reason), milliseconds(request.took));
        self.write(&Entry::Request {
            method,
            server,
            status,
            reason,
            credential,
            sent,
            received,
            took_ms,
        })?;
        Ok(())
    }

    /// Where it ends now. Whoever keeps this elsewhere can tell later that the log was not cut before it.
    pub fn head(&self) -> Head {
        let Link { number, hash } = self.writing().last;
        Head { hash: chain::hexadecimal(&hash), lines: number }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        // Nothing panics while it is held.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum EndError {
    Io(io::Error),
    Damaged(String),
}

/// How a log ends.
struct End {
    /// The last whole line.
    last: Link,
    /// What stands after it.
    torn: Option<Torn>,
    has_no_newline: bool,
}

fn end(file: &mut File) -> Result<End, EndError> {
    let length = file.metadata().map_err(EndError::Io)?.len();
    let most = 2 * LINE_BYTES as u64 + 2;
    let from = length.saturating_sub(most);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(EndError::Io)?;
    file.take(most).read_to_end(&mut bytes).map_err(EndError::Io)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let torn = &bytes[whole..];
    if torn.len() > LINE_BYTES {
        return Err(EndError::Damaged("its last line is too long to be one".to_owned()));
    }
    let last = match (whole, from) {
        (0, 0) => Link::FIRST,
        (0, _) => return Err(EndError::Damaged("its last line is too long to be one".to_owned())),
        (whole, _) => {
            let before = &bytes[..whole - 1];
            let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = chain::Line::read(&before[begin..]);
            line.map_err(|what| EndError::Damaged(format!("its last line {what}")))?.link
        }
    };
    if torn.is_empty() {
        return Ok(End { last, torn: None, has_no_newline: false });
    }
    match chain::Line::read(torn) {
        // Nothing but its end is missing.
        Ok(line) if line.is_after(&last) => {
            Ok(End { last: line.link, torn: None, has_no_newline: true })
        }
        Ok(_) => Err(EndError::Damaged("its last line does not follow the one before".to_owned())),
        Err(_) => Ok(End { last, torn: Some(Torn::of(torn)), has_no_newline: true }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(path: &Path) -> Result<Verified, Damage> {
        verify(File::open(path).unwrap(), None)
    }

    #[test]
    fn a_log_is_gone_on_with_and_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = AuditLog::open(&path).unwrap();
        assert!(matches!(AuditLog::open(&path), Err(AuditError::Busy { .. })));
        let head = log.head();
        drop(log);
        let log = AuditLog::open(&path).unwrap();
        assert_eq!(log.head().lines, head.lines + 1);
        drop(log);
        let whole = verify(File::open(&path).unwrap(), Some(&head.hash)).unwrap();
        assert_eq!((whole.lines, whole.expected_at), (2, Some(1)));
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_line_that_a_process_did_not_finish_is_told_and_gone_on_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        drop(AuditLog::open(&path).unwrap());
        let whole = fs::read(&path).unwrap();
        drop(AuditLog::open(&path).unwrap());
        let second = fs::read(&path).unwrap().split_off(whole.len());
        for cut in [1, 20, second.len() - 2] {
            let torn = [&whole, &second[..cut]].concat();
            fs::write(&path, &torn).unwrap();
            assert_eq!(verified(&path), Err(Damage::Torn { line: 2, bytes: cut as u64 }));
            drop(AuditLog::open(&path).unwrap());
            let again = verified(&path).unwrap();
            assert_eq!((again.lines, again.torn), (2, vec![2]));
            // It is there, as it was.
            assert!(fs::read(&path).unwrap().starts_with(&torn));
        }
        // A line of which only the end is missing is one.
        fs::write(&path, [&whole, &second[..second.len() - 1]].concat()).unwrap();
        drop(AuditLog::open(&path).unwrap());
        let again = verified(&path).unwrap();
        assert_eq!((again.lines, again.torn), (3, vec![]));
        fs::write(&path, [&whole, &whole[..whole.len() - 1]].concat()).unwrap();
        assert!(matches!(AuditLog::open(&path), Err(AuditError::Damaged { .. })));
        // Nothing but the beginning of a first line.
        fs::write(&path, &whole[..10]).unwrap();
        drop(AuditLog::open(&path).unwrap());
        assert_eq!(verified(&path).unwrap().torn, [1]);
    }

    #[test]
    fn other_files_are_not_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        for text in ["a letter\n", "{}\n", "\n\n", &"x".repeat(3 << 20), &"\n".repeat(3 << 20)] {
            fs::write(&path, text).unwrap();
            let opened = AuditLog::open(&path);
            assert!(matches!(opened, Err(AuditError::Damaged { .. })), "{opened:?}");
            assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
        }
    }
}

//! States that are in a file as long as nobody needs them.
//!
//! Such a file is for the process that has written it, and says how a state differs from what its session
//! began with: that is in memory anyway, once for all sessions that begin with it, and what is common to
//! them stays there. So it is no saved session, and does not begin like one.

use std::io::{self, Read, Write};

use super::chunks::Hashing;
use super::contents::{self, Size};
use super::page_bytes;
use crate::determinism::Course;
use crate::error::SavedError;
use crate::files::{Bounds, SharedFiles};
use crate::memory::State;
use crate::session::Committed;

/// What such a file begins with.
const MAGIC: &[u8; 8] = b"fumeaway";

/// What stays in memory of a state that is in a file.
#[derive(Debug)]
pub(crate) struct Away {
    begun: State,
    size: Size,
    files: SharedFiles,
    open_files: bool,
    course: Option<Course>,
}

impl Away {
    /// Writes a state of a session that began with another.
    pub(crate) fn write(
        committed: &Committed,
        begun: &Committed,
        to: impl Write,
    ) -> io::Result<Away> {
        let begun_memory = match committed.memory.is_on_top_of(&begun.memory) {
            true => begun.memory.clone(),
            false => committed.memory.begun(),
        };
        let size = Size { memory_bytes: committed.memory.bytes() as u64, page_bytes: page_bytes() };
        let (own, shared) = committed.files.parted(&begun.files);
        let mut to = Hashing::new(to);
        to.write_all(MAGIC)?;
        contents::write(to, &committed.memory, &begun_memory, &own)?;
        let Committed { open_files, course, .. } = *committed;
        Ok(Away { begun: begun_memory, size, files: shared, open_files, course })
    }

    /// Reads it again.
    pub(crate) fn read(&self, from: impl Read) -> Result<Committed, SavedError> {
        let mut from = Hashing::new(from);
        if &contents::array::<8>(&mut from)? != MAGIC {
            return Err(SavedError::NotASession);
        }
        let (memory, own) = contents::read(from, self.begun.clone(), self.size, Bounds::NONE)?;
        let Away { open_files, course, .. } = *self;
        Ok(Committed { memory, files: self.files.joined(own), open_files, course })
    }
}

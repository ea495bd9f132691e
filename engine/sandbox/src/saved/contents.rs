//! What is saved of a state: its memory and its files in chunks, and a hash of everything before it.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::chunks::{Hashing, Packer, Unpacker};
use crate::ambience::system_time;
use crate::error::SavedError;
use crate::files::{Bounds, Tree};
use crate::memory::State;

/// What has to be known of a memory before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) memory_bytes: u64,
    /// Runs of pages begin and end at multiples of this.
    pub(super) page_bytes: u32,
}

/// Writes how the memory differs from what it began as, which it is on top of, and the files.
pub(super) fn write<W: Write>(
    to: Hashing<W>,
    memory: &State,
    begun: &State,
    files: &Tree,
) -> io::Result<()> {
    let mut packer = Packer::new(to);
    memory.each_run(begun, |offset, parts| {
        let length = parts.iter().map(|bytes| bytes.len() as u64).sum::<u64>();
        packer.write_all(&offset.to_le_bytes())?;
        packer.write_all(&length.to_le_bytes())?;
        parts.iter().try_for_each(|bytes| packer.write_all(bytes))
    })?;
    packer.write_all(&[0xff; 8])?;
    files.save(&mut packer)?;
    let (mut to, hash) = packer.finish()?.finish();
    to.write_all(&hash)?;
    to.flush()
}

/// Reads it again, to the end.
pub(super) fn read<R: Read>(
    from: Hashing<R>,
    begun: State,
    size: Size,
    bounds: Bounds,
) -> Result<(State, Tree), SavedError> {
    let mut from = Unpacker::new(from);
    let memory = memory(&mut from, begun, size)?;
    let files =
        Tree::load(&mut from, bounds, Arc::new(system_time)).map_err(SavedError::from_files)?;
    let (mut from, hash) = from.finish().map_err(SavedError::reading)?.finish();
    if array::<32>(&mut from)? != hash {
        return Err(SavedError::Damaged { what: "its hash is another".to_owned() });
    }
    Ok((memory, files))
}

/// The memory: runs of pages, in order, and the end of them.
fn memory(from: &mut impl Read, begun: State, size: Size) -> Result<State, SavedError> {
    let damaged = |what: &str| SavedError::Damaged { what: what.to_owned() };
    let page = u64::from(size.page_bytes);
    let mut building = begun.building(
        usize::try_from(size.memory_bytes).map_err(|_| damaged("its memory is too large"))?,
    );
    let mut end = 0;
    loop {
        let offset = u64::from_le_bytes(array(from)?);
        if offset == u64::MAX {
            return Ok(building.finish());
        }
        let length = u64::from_le_bytes(array(from)?);
        let next = offset.checked_add(length).filter(|next| *next <= size.memory_bytes);
        let fits = offset >= end && offset.is_multiple_of(page) && length.is_multiple_of(page);
        end = match next {
            Some(next) if fits && length > 0 => next,
            _ => return Err(damaged("a run of pages is in no place")),
        };
        building.read(from, offset, length).map_err(SavedError::reading)?;
    }
}

pub(super) fn array<const N: usize>(from: &mut impl Read) -> Result<[u8; N], SavedError> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(SavedError::reading)?;
    Ok(bytes)
}

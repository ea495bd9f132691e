//! Where the pages of committed states are kept: outside of any session's memory.
//!
//! A [`PageStore`] is a number of segments, files without a name that live in memory. A page of it is a
//! *slot*. Slots are counted: a state holds each slot that it refers to, and a slot that nobody holds is
//! free to be written again. What is in a slot does not change as long as somebody holds it, so states
//! share slots, and sessions can map them.

#![expect(unsafe_code, reason = "reads slots through mappings of their segments")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{FallocateFlags, MemfdFlags};

use super::Addresses;

/// Slots of a segment: 256 MiB of 4 KiB pages, which only take memory once they are written.
pub(super) const SEGMENT: u32 = 1 << 16;
/// Pages in a row that are many: worth being mapped instead of copied.
pub(super) const LONG: u32 = 64;
/// Slots of a segment that take memory though nobody holds them, at most: 4 MiB. Writing them again takes
/// a third of the time of writing new ones.
const IDLE: u32 = 1024;
/// Slices that one call writes; the kernel takes no more.
const SLICES: usize = 1024;

/// A slot: its segment's number times [`SEGMENT`], plus its position there.
pub(super) type Slot = u32;

/// Slots in a row, within one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) slot: Slot,
    pub(super) length: u32,
}

impl Row {
    pub(super) fn slots(self) -> std::ops::Range<Slot> {
        self.slot..self.slot + self.length
    }
}

/// Pages that states refer to.
#[derive(Debug, Default)]
pub(crate) struct PageStore(Mutex<Vec<Option<Segment>>>);

#[derive(Debug)]
struct Segment {
    pages: Arc<SegmentFile>,
    /// How many hold each slot.
    holders: Vec<u32>,
    /// Rows of slots that nobody holds: where they begin, and how long they are.
    free: BTreeMap<u32, u32>,
    /// Which slots take memory, and how many of them are free.
    backed: Vec<bool>,
    idle: u32,
}

/// The pages of a segment.
#[derive(Debug)]
pub(super) struct SegmentFile {
    file: File,
    /// The whole of it, to be read, and to be written where slots take memory already: where they do not,
    /// a write might find that there is none, and end the process.
    view: Addresses,
}

impl SegmentFile {
    fn new() -> io::Result<SegmentFile> {
        let page = rustix::param::page_size();
        let bytes = SEGMENT as usize * page;
        let file = File::from(rustix::fs::memfd_create("fumehood", MemfdFlags::CLOEXEC)?);
        file.set_len(bytes as u64)?;
        let view = Addresses::reserve(bytes)?;
        view.place_shared(&file, bytes)?;
        Ok(SegmentFile { file, view })
    }

    /// Overwrites a part of it.
    ///
    /// # Safety
    ///
    /// Nobody reads or writes the part meanwhile, and all of it takes memory already.
    unsafe fn overwrite(&self, at: usize, bytes: &[u8]) -> io::Result<()> {
        if at.checked_add(bytes.len()).is_none_or(|end| end > self.view.reserved) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // SAFETY: the part lies inside of the view (checked above), which can be written and lives as long
        // as this value; the rest is the caller's promise.
        unsafe { self.view.overwrite(at, bytes) };
        Ok(())
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Where in the file a slot of this segment begins.
    pub(super) fn offset(slot: Slot) -> u64 {
        u64::from(slot % SEGMENT) * rustix::param::page_size() as u64
    }
}

/// The segments as they are at a time, for reading slots that the reader holds.
#[derive(Debug)]
pub(super) struct Reader(Vec<Option<Arc<SegmentFile>>>);

impl Reader {
    pub(super) fn segment(&self, slot: Slot) -> Option<&Arc<SegmentFile>> {
        self.0.get((slot / SEGMENT) as usize)?.as_ref()
    }

    /// The bytes of slots in a row, within one segment, all of which the caller holds as long as it
    /// uses them.
    pub(super) fn bytes(&self, row: Row) -> Option<&[u8]> {
        let page = rustix::param::page_size();
        let within = (row.slot % SEGMENT) as usize;
        let length = row.length as usize;
        if within + length > SEGMENT as usize {
            return None;
        }
        let view = &self.segment(row.slot)?.view;
        // SAFETY: the range lies inside of the view (checked above), which maps the whole segment and
        // lives as long as this reader. Slots are only written before anybody but their writer holds
        // them (`PageStore::write`), and the caller holds these.
        Some(unsafe {
            std::slice::from_raw_parts(view.base.as_ptr().add(within * page), length * page)
        })
    }
}

impl PageStore {
    fn segments(&self) -> MutexGuard<'_, Vec<Option<Segment>>> {
        // What panics while it is held is arithmetic that does not overflow.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The segments there are now. Slots that are written later need a new reader.
    pub(super) fn reader(&self) -> Reader {
        let segments = self.segments();
        Reader(segments.iter().map(|s| s.as_ref().map(|s| Arc::clone(&s.pages))).collect())
    }

    /// Writes pages into free slots, which the caller then holds, each once. Each of the slices is
    /// whole pages; the slots that are returned are in the order of the pages. A slice of many pages
    /// gets slots in a row, so that it can be mapped; the others get what is free.
    pub(super) fn write(&self, slices: &[&[u8]]) -> io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut backed = Vec::new();
        let taken = self.take(slices, &mut rows, &mut backed);
        let written = taken.and_then(|()| self.fill(&rows, &backed, slices));
        if written.is_err() {
            // Which of the new ones take memory now is not known. They are not free before it is.
            for (row, _) in rows.iter().zip(&backed).filter(|(_, backed)| !**backed) {
                let mut segments = self.segments();
                if let Some(Some(segment)) = segments.get_mut((row.slot / SEGMENT) as usize) {
                    segment.discard(row.slot % SEGMENT, row.length);
                }
            }
            self.release(rows.iter().flat_map(|row| row.slots()));
        }
        written.map(|()| rows)
    }

    /// Writes bytes into rows that nobody else knows of yet. Those that take memory already are written
    /// in place; the others by a call, which can fail.
    fn fill(&self, rows: &[Row], backed: &[bool], pages: &[&[u8]]) -> io::Result<()> {
        let page = rustix::param::page_size();
        let reader = self.reader();
        let mut rest = pages.iter().copied();
        let mut current: &[u8] = &[];
        for (row, &backed) in rows.iter().zip(backed) {
            let segment = reader.segment(row.slot).ok_or(io::ErrorKind::NotFound)?;
            let mut offset = SegmentFile::offset(row.slot);
            let mut wanted = row.length as usize * page;
            while backed && wanted > 0 {
                if current.is_empty() {
                    current = rest.next().ok_or(io::ErrorKind::UnexpectedEof)?;
                }
                let (now, later) = current.split_at(current.len().min(wanted));
                let at = usize::try_from(offset).map_err(io::Error::other)?;
                // SAFETY: the row was just taken (`take`), so nobody else reads or writes it, and it takes
                // memory: nothing has to be found for it that might not be there.
                unsafe { segment.overwrite(at, now)? };
                offset += now.len() as u64;
                wanted -= now.len();
                current = later;
            }
            while wanted > 0 {
                let mut slices = Vec::with_capacity(SLICES.min(pages.len()));
                let mut gathered = 0;
                while gathered < wanted && slices.len() < SLICES {
                    if current.is_empty() {
                        current = rest.next().ok_or(io::ErrorKind::UnexpectedEof)?;
                    }
                    let (now, later) = current.split_at(current.len().min(wanted - gathered));
                    slices.push(IoSlice::new(now));
                    gathered += now.len();
                    current = later;
                }
                let mut slices = slices.as_mut_slice();
                while !slices.is_empty() {
                    let written = rustix::io::pwritev(&segment.file, slices, offset)?;
                    if written == 0 {
                        return Err(io::ErrorKind::WriteZero.into());
                    }
                    offset += written as u64;
                    IoSlice::advance_slices(&mut slices, written);
                }
                wanted -= gathered;
            }
        }
        Ok(())
    }

    /// Takes free slots for pages, as rows of which either all or none take memory already.
    fn take(
        &self,
        slices: &[&[u8]],
        rows: &mut Vec<Row>,
        backed: &mut Vec<bool>,
    ) -> io::Result<()> {
        let page = rustix::param::page_size();
        let mut segments = self.segments();
        for slice in slices {
            let mut wanted = u32::try_from(slice.len() / page).map_err(io::Error::other)?;
            while wanted > 0 {
                let free = segments.iter().enumerate().filter_map(|(number, segment)| {
                    let segment = segment.as_ref()?;
                    let (start, length) = if wanted < LONG {
                        segment.first_free()?
                    } else {
                        segment.first_free_of(wanted).or_else(|| segment.longest_free())?
                    };
                    Some((number, start, length))
                });
                let (number, start) = match free.max_by_key(|(.., length)| (*length).min(wanted)) {
                    Some((number, start, length)) if wanted < LONG || length >= LONG => {
                        (number, start)
                    }
                    _ => (add_segment(&mut segments)?, 0),
                };
                let Some(Some(segment)) = segments.get_mut(number) else {
                    return Err(io::ErrorKind::NotFound.into());
                };
                let (length, is_backed) = segment.take(start, wanted);
                let slot = number as u32 * SEGMENT + start;
                wanted -= length;
                match rows.last_mut() {
                    Some(row)
                        if row.slot + row.length == slot
                            && !slot.is_multiple_of(SEGMENT)
                            && backed.last() == Some(&is_backed) =>
                    {
                        row.length += length;
                    }
                    _ => {
                        rows.push(Row { slot, length });
                        backed.push(is_backed);
                    }
                }
            }
        }
        Ok(())
    }

    /// Holds slots that the caller knows to be held already.
    pub(super) fn hold(&self, slots: impl Iterator<Item = Slot>) {
        let mut segments = self.segments();
        for slot in slots {
            if let Some(Some(segment)) = segments.get_mut((slot / SEGMENT) as usize) {
                segment.holders[(slot % SEGMENT) as usize] += 1;
            }
        }
    }

    /// Lets go of slots.
    pub(super) fn release(&self, slots: impl Iterator<Item = Slot>) {
        let mut segments = self.segments();
        for slot in slots {
            let Some(place) = segments.get_mut((slot / SEGMENT) as usize) else { continue };
            let Some(segment) = place else { continue };
            let at = (slot % SEGMENT) as usize;
            segment.holders[at] -= 1;
            if segment.holders[at] == 0 && segment.give_back(at as u32) {
                *place = None;
            }
        }
    }

    /// Bytes of the slots that are held.
    pub(crate) fn bytes(&self) -> u64 {
        let held = |segment: &Segment| SEGMENT - segment.free.values().sum::<u32>();
        let slots = self.segments().iter().flatten().map(held).map(u64::from).sum::<u64>();
        slots * rustix::param::page_size() as u64
    }
}

fn add_segment(segments: &mut Vec<Option<Segment>>) -> io::Result<usize> {
    let number = segments.iter().position(Option::is_none).unwrap_or(segments.len());
    if number as u64 * u64::from(SEGMENT) > u64::from(u32::MAX - 2 * SEGMENT) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    let segment = Segment {
        pages: Arc::new(SegmentFile::new()?),
        holders: vec![0; SEGMENT as usize],
        free: BTreeMap::from([(0, SEGMENT)]),
        backed: vec![false; SEGMENT as usize],
        idle: 0,
    };
    if number == segments.len() {
        segments.push(None);
    }
    segments[number] = Some(segment);
    Ok(number)
}

impl Segment {
    fn first_free(&self) -> Option<(u32, u32)> {
        self.free.first_key_value().map(|(start, length)| (*start, *length))
    }

    fn first_free_of(&self, wanted: u32) -> Option<(u32, u32)> {
        self.free.iter().map(|(start, length)| (*start, *length)).find(|row| row.1 >= wanted)
    }

    fn longest_free(&self) -> Option<(u32, u32)> {
        self.free.iter().map(|(start, length)| (*start, *length)).max_by_key(|(_, length)| *length)
    }

    /// Takes at most `wanted` slots from the free row that begins at `start`; says how many, and whether
    /// all of them took memory already, or none.
    fn take(&mut self, start: u32, wanted: u32) -> (u32, bool) {
        let Some(length) = self.free.remove(&start) else { return (0, false) };
        let most = &self.backed[start as usize..(start + length.min(wanted)) as usize];
        let is_backed = most.first() == Some(&true);
        let alike = most.iter().take_while(|backed| **backed == is_backed).count();
        let taken = if wanted < LONG { alike as u32 } else { most.len() as u32 };
        let is_backed = is_backed && alike == taken as usize;
        if taken < length {
            self.free.insert(start + taken, length - taken);
        }
        let slots = start as usize..(start + taken) as usize;
        self.holders[slots.clone()].fill(1);
        self.idle -=
            self.backed[slots.clone()].iter().map(|backed| u32::from(*backed)).sum::<u32>();
        self.backed[slots].fill(true);
        (taken, is_backed)
    }

    /// Makes a slot free. Says whether the whole segment is then.
    fn give_back(&mut self, at: u32) -> bool {
        let (mut start, mut length) = (at, 1);
        if let Some(after) = self.free.remove(&(at + 1)) {
            length += after;
        }
        if let Some((&before, &row)) = self.free.range(..at).next_back()
            && before + row == at
        {
            start = before;
            length += row;
        }
        self.free.insert(start, length);
        self.idle += u32::from(self.backed[at as usize]);
        if self.idle > IDLE && length < SEGMENT {
            self.discard_idle();
        }
        length == SEGMENT
    }

    /// Gives the memory of free slots back to the system.
    fn discard_idle(&mut self) {
        for (start, length) in self.free.clone() {
            if self.backed[start as usize..(start + length) as usize].contains(&true) {
                self.discard(start, length);
            }
        }
        self.idle = 0;
    }

    /// Gives the memory of slots back to the system.
    fn discard(&mut self, start: u32, length: u32) {
        let page = rustix::param::page_size() as u64;
        // That they take memory until they are written again is all that can go wrong.
        let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let (from, bytes) = (u64::from(start) * page, u64::from(length) * page);
        rustix::fs::fallocate(&self.pages.file, hole, from, bytes).ok();
        self.backed[start as usize..(start + length) as usize].fill(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(bytes: &[u8]) -> Vec<Vec<u8>> {
        bytes.iter().map(|byte| vec![*byte; rustix::param::page_size()]).collect()
    }

    fn write(store: &PageStore, bytes: &[u8]) -> Vec<Row> {
        let pages = pages(bytes);
        store.write(&pages.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
    }

    fn slots(rows: &[Row]) -> Vec<Slot> {
        rows.iter().flat_map(|row| row.slots()).collect()
    }

    fn first_bytes(store: &PageStore, slots: &[Slot]) -> Vec<u8> {
        let reader = store.reader();
        slots.iter().map(|slot| reader.bytes(Row { slot: *slot, length: 1 }).unwrap()[0]).collect()
    }

    #[test]
    fn what_is_held_stays_and_what_is_not_is_written_again() {
        let store = PageStore::default();
        let first = slots(&write(&store, &[1, 2, 3, 4]));
        let second = slots(&write(&store, &[5, 6]));
        assert_eq!(first_bytes(&store, &first), [1, 2, 3, 4]);
        store.hold(first[1..2].iter().copied());
        store.release(first.iter().copied());
        let third = slots(&write(&store, &[7, 8, 9]));
        assert_eq!(first_bytes(&store, &[first[1]]), [2]);
        assert_eq!(first_bytes(&store, &second), [5, 6]);
        assert_eq!(first_bytes(&store, &third), [7, 8, 9]);
        let page = rustix::param::page_size() as u64;
        assert_eq!(store.bytes(), 6 * page);
        store.release([first[1]].into_iter().chain(second).chain(third));
        assert_eq!(store.bytes(), 0);
        assert!(store.segments().iter().all(Option::is_none));
    }

    #[test]
    fn more_than_a_segment_is_written_into_several() {
        let store = PageStore::default();
        let page = rustix::param::page_size();
        let bytes = vec![3; (SEGMENT as usize + 10) * page];
        let (head, tail) = bytes.split_at(7 * page);
        let rows = store.write(&[head, tail]).unwrap();
        assert_eq!(rows.iter().map(|row| row.length).sum::<u32>(), SEGMENT + 10);
        assert!(rows.iter().all(|row| store.reader().bytes(*row).unwrap().iter().all(|b| *b == 3)));
        store.release(slots(&rows).into_iter());
        assert_eq!(store.bytes(), 0);
    }

    #[test]
    fn crumbs_are_used_for_little_and_what_is_long_stays_in_a_row() {
        let store = PageStore::default();
        let all = slots(&write(&store, &[0; 100]));
        let odd = all.iter().copied().skip(1).step_by(2).collect::<Vec<_>>();
        store.release(odd.iter().copied());
        assert_eq!(slots(&write(&store, &[1; 5])), odd[..5]);
        let long = vec![2; LONG as usize * rustix::param::page_size()];
        let rows = store.write(&[&long]).unwrap();
        assert_eq!(rows, [Row { slot: 99, length: LONG }]);
    }
}

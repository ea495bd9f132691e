//! Taking the state of a memory, and making a memory what a state says.
//!
//! Both are done between steps, when no code runs in the memory. What they cost depends on what was
//! written to, and not on how large the memory is: the kernel names the pages that were written to since
//! the last state (`written`), those are compared with it, and what differs is copied to the store. When
//! many pages have been, the long rows among them are replaced by private mappings of the slots they are
//! in: so their contents are in memory once and not twice, and the kernel need not look at them again.

#![expect(unsafe_code, reason = "reads and writes guest memory between steps")]

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use rustix::mm::{MprotectFlags, ProtFlags};

use super::state::{Chunks, State};
use super::store::{LONG, Reader, Row, SegmentFile, Slot};
use super::written::Finder;
use super::{Addresses, ImageFile, Mapping, MemoryImage};

/// Bytes that are compared at a time, whatever the size of a page is.
const DIFFERENCE: usize = 4096;
/// Pages that were put in the store since long rows were mapped, from which on it is done again for those
/// rows in which the last step has changed nothing: 4 MiB.
const MANY: usize = 1024;
/// The same, from which on it is done for all long rows: 16 MiB.
const VERY_MANY: usize = 4096;
/// Pages that were compared without having changed, from which on the kernel is told to tell only those
/// that are written to from now on.
const IN_VAIN: usize = 128;
/// Rows that are mapped at most, as the kernel only has so many mappings for a process.
const MAPPED_MOST: usize = 1024;

/// The rows of slots that parts of a memory are private mappings of; what is not in a row is a mapping
/// of the image, or begins as zeros after the image's end.
#[derive(Debug, Default)]
pub(super) struct MappedRows(BTreeMap<usize, Row>);

impl MappedRows {
    /// The slot that a page is mapped of.
    fn slot(&self, page: usize) -> Option<Slot> {
        let (first, row) = self.0.range(..=page).next_back()?;
        let place = u32::try_from(page - first).ok()?;
        (place < row.length).then(|| row.slot + place)
    }

    /// Whether all these pages are mapped of the slots in a row from `slot` on.
    fn covers(&self, pages: &Range<usize>, slot: Slot) -> bool {
        let Some((first, row)) = self.0.range(..=pages.start).next_back() else { return false };
        let place = pages.start - first;
        place + pages.len() <= row.length as usize && row.slot + place as u32 == slot
    }

    /// Notes that pages are mapped, in place of what was noted of them.
    fn insert(&mut self, pages: Range<usize>, row: Row) {
        self.remove(&pages);
        self.0.insert(pages.start, row);
    }

    /// Forgets what was noted of pages.
    fn remove(&mut self, pages: &Range<usize>) {
        while let Some((&first, &row)) = self.0.range(..pages.end).next_back() {
            let end = first + row.length as usize;
            if end <= pages.start {
                return;
            }
            self.0.remove(&first);
            if end > pages.end {
                let (cut, rest) = (pages.end - first, end - pages.end);
                let slot = row.slot + cut as u32;
                self.0.insert(pages.end, Row { slot, length: rest as u32 });
            }
            if first < pages.start {
                let length = (pages.start - first) as u32;
                self.0.insert(first, Row { slot: row.slot, length });
            }
        }
    }
}

/// The pages of a memory that may have been written to.
#[derive(Debug)]
pub(super) struct Written {
    /// Where they are, as offsets, in order.
    pub(super) runs: Vec<Range<usize>>,
    /// What all the others hold, if it is not what is mapped there.
    since: Option<State>,
}

impl Written {
    /// All pages hold what they do in this state.
    pub(super) fn nothing_since(state: State) -> Written {
        Written { runs: Vec::new(), since: Some(state) }
    }

    pub(super) fn bytes(&self) -> usize {
        self.runs.iter().map(Range::len).sum()
    }
}

/// The contents that pages have in a state.
struct Contents<'a> {
    state: &'a State,
    reader: Reader,
    image: &'a ImageFile,
    zeros: Vec<u8>,
}

impl<'a> Contents<'a> {
    fn of(state: &'a State, image: &'a ImageFile) -> Contents<'a> {
        let zeros = vec![0; rustix::param::page_size()];
        Contents { state, reader: state.store().reader(), image, zeros }
    }

    fn page(&self, page: usize) -> io::Result<&[u8]> {
        if let Some(slot) = self.state.slot(page) {
            let row = Row { slot, length: 1 };
            return self.reader.bytes(row).ok_or(io::ErrorKind::NotFound.into());
        }
        let size = self.zeros.len();
        let at = page * size;
        if at + size > self.image.bytes {
            return Ok(&self.zeros);
        }
        // SAFETY: the page is inside of the view, which has the length of the image (checked above) and
        // lives as long as the image does; nobody writes to it.
        Ok(unsafe { std::slice::from_raw_parts(self.image.view.base.as_ptr().add(at), size) })
    }
}

impl MemoryImage {
    /// Calls `each` with where a state differs from this image, in order, [`DIFFERENCE`] bytes at a time:
    /// the same contents are the same calls on every machine.
    pub(crate) fn each_difference(
        &self,
        state: &State,
        mut each: impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let begun = self.state();
        let contents = Contents::of(&begun, &self.0);
        let page = contents.zeros.len();
        state.each_run(&begun, |offset, parts| {
            let pages = parts.iter().flat_map(|part| part.chunks(page));
            for (now, at) in pages.zip((offset..).step_by(page)) {
                let before =
                    contents.page(usize::try_from(at).map_err(io::Error::other)? / page)?;
                let both = now.chunks(DIFFERENCE).zip(before.chunks(DIFFERENCE));
                for ((now, before), at) in both.zip((at..).step_by(DIFFERENCE)) {
                    if now != before {
                        each(at, now)?;
                    }
                }
            }
            Ok(())
        })
    }
}

impl Addresses {
    /// The bytes of a part of it.
    ///
    /// # Safety
    ///
    /// The part can be read, and nobody writes to it as long as the slice lives.
    unsafe fn bytes(&self, range: Range<usize>) -> &[u8] {
        debug_assert!(range.end <= self.reserved);
        // SAFETY: the range is inside of what this value owns; the rest is the caller's promise.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr().add(range.start), range.len()) }
    }

    /// Overwrites a part of it.
    ///
    /// # Safety
    ///
    /// The part can be written, and nobody reads or writes it meanwhile; `bytes` is no part of it.
    pub(super) unsafe fn overwrite(&self, at: usize, bytes: &[u8]) {
        debug_assert!(at + bytes.len() <= self.reserved);
        // SAFETY: as above.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base.as_ptr().add(at), bytes.len());
        }
    }
}

impl Mapping {
    /// The pages of this memory that may have been written to.
    pub(super) fn written(&self, finder: &Finder) -> Written {
        let (base, bytes) = (self.base.as_ptr() as usize, self.committed());
        let since = self.condition().held.clone();
        match since.as_ref().and_then(|_| finder.since(base, bytes)) {
            Some(runs) => Written { runs, since },
            None => Written { runs: finder.written(base, bytes), since: None },
        }
    }

    /// Bytes of pages that are in memory and are no file's.
    pub(super) fn own(&self, finder: &Finder) -> usize {
        let runs = finder.written(self.base.as_ptr() as usize, self.committed());
        runs.iter().map(Range::len).sum()
    }

    /// What is mapped, for somebody who takes over the addresses as they are, and whether the kernel was
    /// told to tell only what is written to from some time on; it is told now if `mark` says so.
    pub(super) fn settle(&self, finder: &Finder, mark: bool) -> (MappedRows, bool) {
        let mut condition = self.condition();
        let (base, bytes) = (self.base.as_ptr() as usize, self.committed());
        condition.marked |= mark && finder.mark(base, bytes).is_some();
        (std::mem::take(&mut condition.mapped), condition.marked)
    }

    /// The state of this memory, of which `last` is an earlier one. Nobody runs code in the memory.
    pub(super) fn state(&self, last: &State, finder: &Finder) -> io::Result<State> {
        let mut condition = self.condition();
        let addresses = self.addresses()?;
        let image = self.image.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        if condition.revoked {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let page = rustix::param::page_size();
        let (base, bytes) = (self.base.as_ptr() as usize, self.committed());
        // If this fails, it is not known what pages hold that are marked.
        let held = condition.held.take().filter(|held| held.is_same(last));
        let since = held.as_ref().and_then(|_| match condition.marked {
            true => finder.touched_since(base, bytes),
            false => finder.since(base, bytes),
        });
        let is_held = since.is_some();
        let written = since.unwrap_or_else(|| finder.written(base, bytes));

        let contents = Contents::of(last, &image.0);
        let mut changed = Vec::new();
        for number in written.iter().flat_map(|run| run.start / page..run.end / page) {
            // SAFETY: what was written to is inside of what is committed, which can be read (invariant
            // 2, not revoked). No code runs in the memory, and interruptions wait for `condition`.
            let now = unsafe { addresses.bytes(number * page..(number + 1) * page) };
            if now != contents.page(number)? {
                changed.push(number);
            }
        }
        let runs = changed.chunk_by(|a, b| a + 1 == *b);
        let slices = runs.map(|run| {
            let range = run[0] * page..(run[run.len() - 1] + 1) * page;
            // SAFETY: as above.
            unsafe { addresses.bytes(range) }
        });
        let rows = last.store().write(&slices.collect::<Vec<_>>())?;
        let slots = rows.iter().flat_map(|row| row.slots());
        let changes = changed.iter().copied().zip(slots).collect::<Vec<_>>();
        let state = last.then(bytes, &changes);

        // Pages that most steps write to are compared each time, which takes less than having the kernel
        // find out again each time that they were written to.
        let compared = written.iter().map(|run| run.len() / page).sum::<usize>();
        let is_marked = compared - changed.len() > IN_VAIN && finder.mark(base, bytes).is_some();
        condition.marked |= is_marked;
        condition.stored += changed.len();
        if condition.stored > MANY {
            let busy = if condition.stored > VERY_MANY { &[] } else { changed.as_slice() };
            self.map_long(&state, busy, &mut condition.mapped)?;
            condition.stored = 0;
        }
        condition.held = (is_held || is_marked).then(|| state.clone());
        Ok(state)
    }

    /// Maps the slots of long rows in place of pages that hold the same, unless a page among them is
    /// busy.
    fn map_long(&self, state: &State, busy: &[usize], mapped: &mut MappedRows) -> io::Result<()> {
        let reader = state.store().reader();
        for (pages, row) in state.rows(|pages, slot| mapped.covers(&pages, slot)) {
            let next = busy.partition_point(|number| *number < pages.start);
            let is_busy = busy.get(next).is_some_and(|number| *number < pages.end);
            let is_mapped = mapped.covers(&pages, row.slot);
            if row.length >= LONG && !is_busy && !is_mapped && mapped.0.len() < MAPPED_MOST {
                self.map_row(pages, row, &reader, mapped)?;
            }
        }
        Ok(())
    }

    /// Maps slots in place of pages.
    fn map_row(
        &self,
        pages: Range<usize>,
        row: Row,
        reader: &Reader,
        mapped: &mut MappedRows,
    ) -> io::Result<()> {
        let page = rustix::param::page_size();
        let segment = reader.segment(row.slot).ok_or(io::ErrorKind::NotFound)?;
        let range = pages.start * page..pages.end * page;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let offset = SegmentFile::offset(row.slot);
        self.addresses()?.place(segment.file(), offset, range, access)?;
        mapped.insert(pages, row);
        Ok(())
    }

    /// Makes this memory what a state says. Nobody runs code in the memory, nor ever will who did.
    ///
    /// Pages for which `stay` says so are overwritten with what they have to be, even if that is what is
    /// mapped there.
    pub(super) fn restore(
        &self,
        state: &State,
        written: &Written,
        stay: impl Fn(usize) -> bool,
    ) -> io::Result<()> {
        let mut condition = self.condition();
        condition.held = None;
        let addresses = self.addresses()?;
        let image = self.image.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        let page = rustix::param::page_size();
        let committed = self.committed();
        let bytes = state.bytes();
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        if condition.revoked {
            addresses.protect(0..committed.min(bytes), access)?;
        }
        if committed > bytes {
            addresses.clear(bytes..committed, ProtFlags::empty())?;
            condition.mapped.remove(&(bytes / page..committed / page));
        } else {
            addresses.protect(committed..bytes, access)?;
        }
        self.set_committed(bytes);
        condition.revoked = false;

        let Chunks(mut differing) = match &written.since {
            Some(since) => state.differences(since),
            None => {
                let mut rows = state.rows(|pages, slot| condition.mapped.covers(&pages, slot));
                rows.retain(|(pages, row)| !condition.mapped.covers(pages, row.slot));
                Chunks(rows.into_iter().map(|(pages, row)| (pages, Some(row))).collect())
            }
        };
        // Rows that are wrong make way for what was there in the beginning.
        let wrong = |(first, row): (&usize, &Row)| {
            let pages = *first..first + row.length as usize;
            (!state.is_row(&pages, row.slot)).then_some(pages)
        };
        let cleared = condition.mapped.0.iter().filter_map(wrong).collect::<Vec<_>>();
        for pages in &cleared {
            self.map_base(pages, &image.0)?;
            condition.mapped.remove(pages);
        }
        differing = without(differing, &cleared);
        let chunks = cleared.into_iter().flat_map(|pages| state.chunks(pages).0);
        differing.extend(chunks.filter(|(_, row)| row.is_some()));

        let contents = Contents::of(state, &image.0);
        let overwrite = |number: usize| -> io::Result<()> {
            // SAFETY: the page is inside of what is committed, so it can be written (invariant 2); no
            // code runs in the memory, and interruptions wait for `condition`. The contents are in other
            // mappings.
            unsafe { addresses.overwrite(number * page, contents.page(number)?) };
            Ok(())
        };
        // Writes pages, or forgets what was written to them.
        let put_back = |mapped: &MappedRows, pages: Range<usize>| -> io::Result<()> {
            let mut forgotten = pages.start..pages.start;
            for number in pages {
                let is_mapped = state.slot(number) == mapped.slot(number);
                if is_mapped && !stay(number) {
                    forgotten.end = number + 1;
                    continue;
                }
                overwrite(number)?;
                addresses.forget(forgotten.start * page..forgotten.end * page)?;
                forgotten = number + 1..number + 1;
            }
            Ok(addresses.forget(forgotten.start * page..forgotten.end * page)?)
        };
        let pages = |run: &Range<usize>| run.start / page..run.end.min(bytes) / page;
        let written = written.runs.iter().map(pages).filter(|run| !run.is_empty());
        let written = written.collect::<Vec<_>>();
        written.iter().try_for_each(|run| put_back(&condition.mapped, run.clone()))?;

        for (pages, row) in without(differing, &written) {
            let pages = pages.start..pages.end.min(bytes / page);
            match row {
                Some(row) if !condition.mapped.covers(&pages, row.slot) => {
                    if row.length >= LONG && condition.mapped.0.len() < MAPPED_MOST {
                        self.map_row(pages, row, &contents.reader, &mut condition.mapped)?;
                    } else {
                        pages.into_iter().try_for_each(overwrite)?;
                    }
                }
                _ => put_back(&condition.mapped, pages)?,
            }
        }
        condition.held = Some(state.clone());
        Ok(())
    }

    /// Maps what was there in the beginning: the image, and zeros after its end.
    fn map_base(&self, pages: &Range<usize>, image: &ImageFile) -> io::Result<()> {
        let page = rustix::param::page_size();
        let addresses = self.addresses()?;
        let range = pages.start * page..pages.end * page;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        if range.start < image.bytes {
            let within = range.start..range.end.min(image.bytes);
            addresses.place(&image.file, within.start as u64, within, access)?;
        }
        if range.end > image.bytes {
            addresses.clear(range.start.max(image.bytes)..range.end, access)?;
        }
        Ok(())
    }
}

/// The parts of chunks that are in none of the runs, which are in order.
fn without(
    chunks: Vec<(Range<usize>, Option<Row>)>,
    runs: &[Range<usize>],
) -> Vec<(Range<usize>, Option<Row>)> {
    let parts = chunks.into_iter().flat_map(|(pages, row)| {
        outside(&pages, runs).map(move |some| {
            let slot = |row: Row| row.slot + (some.start - pages.start) as u32;
            let row = row.map(|row| Row { slot: slot(row), length: some.len() as u32 });
            (some, row)
        })
    });
    parts.collect()
}

/// The parts of a range that are in none of the runs, which are in order.
fn outside<'a>(
    range: &Range<usize>,
    runs: &'a [Range<usize>],
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let Range { start, end } = *range;
    let runs = &runs[runs.partition_point(|run| run.end <= start)..];
    let starts = std::iter::once(start).chain(runs.iter().map(|run| run.end));
    let ends = runs.iter().map(|run| run.start).chain(std::iter::once(end));
    let parts = starts.zip(ends).map(move |(start, next)| start..next.min(end));
    parts.take_while(move |part| part.start < end).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::{MemoryImage, WASM_PAGE};
    use super::*;

    const IMAGE: usize = 64 * WASM_PAGE;
    const MOST: usize = 640 * WASM_PAGE;

    fn image() -> MemoryImage {
        let mut file = tempfile::tempfile().unwrap();
        let bytes = (0..IMAGE).map(|at| (at / 4096) as u8).collect::<Vec<_>>();
        file.write_all(&bytes).unwrap();
        MemoryImage::new(file, WASM_PAGE).unwrap()
    }

    fn contents(memory: &Mapping) -> &[u8] {
        // SAFETY: that much can be read, and the tests write only while they hold no contents.
        unsafe { memory.addresses().unwrap().bytes(0..memory.committed()) }
    }

    fn fill(memory: &Mapping, range: Range<usize>, byte: u8) {
        // SAFETY: the tests write to what is committed, and hold no contents meanwhile.
        unsafe { memory.addresses().unwrap().overwrite(range.start, &vec![byte; range.len()]) };
    }

    /// Numbers that look random, the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) as usize % end
        }
    }

    /// What a session does to its memory in a step: grows it, writes here and there, and sometimes much.
    fn step(memory: &Mapping, numbers: &mut Numbers) {
        if numbers.below(3) == 0 && memory.committed() < MOST {
            let more = (1 + numbers.below(64)) * WASM_PAGE;
            memory.commit((memory.committed() + more).min(MOST)).unwrap();
        }
        let committed = memory.committed();
        for _ in 0..numbers.below(200) {
            let at = numbers.below(committed - 8);
            fill(memory, at..at + 8, numbers.below(256) as u8);
        }
        if numbers.below(4) == 0 {
            let start = numbers.below(committed);
            let end = (start + numbers.below(300 * WASM_PAGE)).min(committed);
            fill(memory, start..end, numbers.below(256) as u8);
        }
    }

    fn going_back_and_forth(finder: &Finder, seed: u64) {
        let image = image();
        let mut numbers = Numbers(seed);
        let view = |state: &State| Mapping::view(&image, state, MOST + WASM_PAGE).unwrap();
        let begun = image.state();
        let mut states = vec![(begun.clone(), contents(&view(&begun)).to_vec())];
        let mut memories = vec![(view(&begun), begun.clone())];
        for round in 0..60 {
            let which = numbers.below(memories.len());
            let (memory, last) = &mut memories[which];
            match numbers.below(5) {
                0 => {
                    let (state, expected) = &states[numbers.below(states.len())];
                    if numbers.below(2) == 0 {
                        memory.revoke().unwrap();
                    }
                    memory.restore(state, &memory.written(finder), |_| false).unwrap();
                    *last = state.clone();
                    assert!(contents(memory) == expected, "round {round}: gone back to another");
                }
                1 => {
                    let (state, expected) = &states[numbers.below(states.len())];
                    let child = view(state);
                    assert!(contents(&child) == expected, "round {round}: another child");
                    memories.push((child, state.clone()));
                    if memories.len() > 5 {
                        memories.remove(0);
                    }
                }
                _ => {
                    step(memory, &mut numbers);
                    let state = memory.state(last, finder).unwrap();
                    *last = state.clone();
                    states.push((state, contents(memory).to_vec()));
                    if states.len() > 8 {
                        states.remove(numbers.below(8));
                    }
                }
            }
        }
        let store = image.store();
        drop((memories, states));
        assert_eq!(store.bytes(), 0);
        assert!(
            contents(&view(&begun)) == contents(&view(&begun)),
            "what is kept is not the image"
        );
    }

    #[test]
    fn a_memory_goes_back_to_any_state_whatever_way_finds_what_was_written() {
        for (position, finder) in Finder::all().iter().enumerate() {
            going_back_and_forth(finder, 7 + position as u64);
            going_back_and_forth(finder, 70 + position as u64);
        }
    }

    #[test]
    fn what_is_large_is_mapped_and_no_longer_the_memorys_own() {
        let finder = Finder::best();
        if !finder.is_exact() {
            return;
        }
        let image = image();
        let memory = Mapping::view(&image, &image.state(), MOST + WASM_PAGE).unwrap();
        memory.commit(MOST).unwrap();
        fill(&memory, IMAGE..MOST, 9);
        let page = rustix::param::page_size();
        let own = |memory: &Mapping| {
            let runs = finder.written(memory.base.as_ptr() as usize, memory.committed());
            runs.iter().map(|run| run.len() / page).sum::<usize>()
        };
        assert_eq!(own(&memory), (MOST - IMAGE) / page);
        let state = memory.state(&image.state(), finder).unwrap();
        assert_eq!(own(&memory), 0);
        assert!(contents(&memory)[IMAGE..].iter().all(|byte| *byte == 9));
        let child = Mapping::view(&image, &state, MOST + WASM_PAGE).unwrap();
        assert_eq!(own(&child), 0);
        fill(&memory, MOST - 1..MOST, 8);
        let next = memory.state(&state, finder).unwrap();
        assert_eq!(next.store().bytes() as usize, MOST - IMAGE + page);
        assert_eq!(contents(&child)[MOST - 1], 9);
    }

    #[test]
    fn what_is_outside_of_runs_is_found_in_parts() {
        let parts = |range| outside(&range, &[2..4, 4..5, 8..10]).collect::<Vec<_>>();
        assert_eq!(parts(0..20), [0..2, 5..8, 10..20]);
        assert_eq!(parts(3..9), vec![5..8]);
        assert_eq!((parts(2..5), parts(8..9)), (vec![], vec![]));
        assert_eq!(parts(11..12), vec![11..12]);
        assert_eq!(outside(&(11..12), &[]).collect::<Vec<_>>(), vec![11..12]);
    }

    #[test]
    fn rows_that_are_mapped_are_noted_in_parts() {
        let mut mapped = MappedRows::default();
        mapped.insert(10..20, Row { slot: 100, length: 10 });
        mapped.insert(30..40, Row { slot: 130, length: 10 });
        mapped.insert(15..32, Row { slot: 500, length: 17 });
        let slots = [9, 10, 14, 15, 31, 32, 39, 40].map(|page| mapped.slot(page));
        let expected =
            [None, Some(100), Some(104), Some(500), Some(516), Some(132), Some(139), None];
        assert_eq!(slots, expected);
        mapped.remove(&(12..13));
        assert_eq!(
            (mapped.slot(11), mapped.slot(12), mapped.slot(13)),
            (Some(101), None, Some(103))
        );
        assert!(mapped.covers(&(15..32), 500) && !mapped.covers(&(14..16), 104));
    }
}

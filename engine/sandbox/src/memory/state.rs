//! What a memory holds at a time, apart from any memory: a value that can be copied and kept.
//!
//! A [`State`] is a table that says for each page in which slot of the store it is; a page that is in
//! none is that of the image, or zeros after the image's end. The table is in parts of [`PART`] pages,
//! which states share until one of them changes.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Weak};

use super::MemoryImage;
use super::store::{PageStore, Row, SEGMENT, Slot};

/// Pages in a part of a table.
const PART: usize = 512;
/// Pages that are read at a time.
const READ_PAGES: usize = 256;
/// No slot.
const NONE: Slot = Slot::MAX;

/// The contents of a memory.
#[derive(Clone, Debug)]
pub(crate) struct State {
    bytes: usize,
    /// `None` is a part without slots. Those after the end have none either.
    parts: Vec<Option<Arc<Part>>>,
    store: Arc<PageStore>,
}

#[derive(Debug)]
struct Part {
    slots: [Slot; PART],
    /// Where the slots of the whole part are, if they are in a row.
    row: Option<Slot>,
    store: Arc<PageStore>,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.store.release(held(&self.slots));
    }
}

/// A state that may be gone.
#[derive(Clone, Debug, Default)]
pub(super) struct WeakState {
    bytes: usize,
    parts: Vec<Option<Weak<Part>>>,
    store: Weak<PageStore>,
}

impl WeakState {
    /// The state, if all of it is still there.
    pub(super) fn upgrade(&self) -> Option<State> {
        let part = |part: &Option<Weak<Part>>| match part {
            Some(part) => Some(Some(part.upgrade()?)),
            None => Some(None),
        };
        let parts = self.parts.iter().map(part).collect::<Option<_>>()?;
        Some(State { bytes: self.bytes, parts, store: self.store.upgrade()? })
    }

    /// How many bytes the memory has.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// In how many parts of its table it may differ from a state.
    pub(super) fn distance(&self, from: &State) -> usize {
        let differs = |number: &usize| {
            let ours = self.parts.get(*number).and_then(Option::as_ref).map(Weak::as_ptr);
            let theirs = from.parts.get(*number).and_then(Option::as_ref).map(Arc::as_ptr);
            ours != theirs
        };
        (0..self.parts.len().max(from.parts.len())).filter(differs).count()
    }

    /// Whether some of the state is no longer there.
    pub(super) fn is_gone(&self) -> bool {
        self.parts.iter().flatten().any(|part| part.strong_count() == 0)
            || self.store.strong_count() == 0
    }
}

/// Whether two parts are known to be the same.
fn is_same_part(one: &Option<Arc<Part>>, other: &Option<Arc<Part>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn held(slots: &[Slot]) -> impl Iterator<Item = Slot> {
    slots.iter().copied().filter(|slot| *slot != NONE)
}

impl State {
    /// The image as it is.
    pub(super) fn image(bytes: usize, store: Arc<PageStore>) -> State {
        State { bytes, parts: Vec::new(), store }
    }

    /// What it began as, before there was any other state.
    pub(crate) fn begun(&self) -> State {
        State::image(self.bytes, Arc::clone(&self.store))
    }

    /// How many bytes the memory has.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of the pages that are not those of the image: of those that another state has elsewhere or as
    /// the image's, and of those that both have in common.
    pub(crate) fn bytes_beyond(&self, other: &State) -> (u64, u64) {
        let bytes = |Chunks(chunks): Chunks| {
            let pages = chunks.iter().filter_map(|(_, row)| row.map(|row| u64::from(row.length)));
            pages.sum::<u64>() * rustix::param::page_size() as u64
        };
        let (all, own) = (bytes(self.differences(&self.begun())), bytes(self.differences(other)));
        (own, all - own)
    }

    /// Whether every page that is the image's here is the image's there as well.
    pub(crate) fn is_on_top_of(&self, other: &State) -> bool {
        Arc::ptr_eq(&self.store, &other.store)
            && self.differences(other).0.iter().all(|(_, row)| row.is_some())
    }

    /// Calls `each` with the pages in which this state differs from another that it is on top of, in
    /// order, as runs: where they begin, and their bytes in parts. The same contents are always the same
    /// runs.
    pub(crate) fn each_run(
        &self,
        since: &State,
        mut each: impl FnMut(u64, &[&[u8]]) -> io::Result<()>,
    ) -> io::Result<()> {
        let page = rustix::param::page_size() as u64;
        let reader = self.store.reader();
        let Chunks(chunks) = self.differences(since);
        for run in chunks.chunk_by(|(before, _), (after, _)| before.end == after.start) {
            let bytes = run.iter().map(|(_, row)| reader.bytes((*row)?));
            let bytes = bytes.collect::<Option<Vec<_>>>().ok_or(io::ErrorKind::NotFound)?;
            each(run[0].0.start as u64 * page, &bytes)?;
        }
        Ok(())
    }

    /// A state of this size that differs from this one in what is read into it.
    pub(crate) fn building(self, bytes: usize) -> Building {
        Building { state: self, bytes, changed: Vec::new() }
    }

    /// Whether it is a state of a memory that began as this image.
    pub(crate) fn is_of(&self, image: &MemoryImage) -> bool {
        Arc::ptr_eq(&self.store, &image.store())
    }

    pub(super) fn store(&self) -> &Arc<PageStore> {
        &self.store
    }

    /// Where a page is, if it is not that of the image.
    pub(super) fn slot(&self, page: usize) -> Option<Slot> {
        let part = self.parts.get(page / PART)?.as_ref()?;
        Some(part.slots[page % PART]).filter(|slot| *slot != NONE)
    }

    /// Whether the two are known to be the same.
    pub(super) fn is_same(&self, other: &State) -> bool {
        let same = |(a, b): (&Option<Arc<Part>>, &Option<Arc<Part>>)| is_same_part(a, b);
        self.bytes == other.bytes
            && Arc::ptr_eq(&self.store, &other.store)
            && self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(same)
    }

    /// What says which state it is without keeping any of it.
    pub(super) fn downgrade(&self) -> WeakState {
        let parts = self.parts.iter().map(|part| part.as_ref().map(Arc::downgrade)).collect();
        WeakState { bytes: self.bytes, parts, store: Arc::downgrade(&self.store) }
    }

    /// The pages that are in other slots than in another state.
    pub(super) fn differences(&self, other: &State) -> Chunks {
        let mut chunks = Chunks::default();
        for number in 0..self.parts.len().max(other.parts.len()) {
            let ours = self.parts.get(number).and_then(Option::as_deref);
            let theirs = other.parts.get(number).and_then(Option::as_deref);
            let row = ours.and_then(|part| part.row);
            let is_same = match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    std::ptr::eq(ours, theirs) || (row.is_some() && row == theirs.row)
                }
                (ours, theirs) => ours.is_none() && theirs.is_none(),
            };
            if is_same {
                continue;
            }
            let whole = match (ours, theirs) {
                (Some(_), None) => row,
                (None, Some(Part { row: Some(_), .. })) => Some(NONE),
                _ => None,
            };
            if let Some(first) = whole {
                chunks.add(number * PART, first, PART as u32);
                continue;
            }
            for place in 0..PART {
                let [ours, theirs] = [ours, theirs].map(|p| p.map_or(NONE, |p| p.slots[place]));
                if ours != theirs {
                    chunks.add(number * PART + place, ours, 1);
                }
            }
        }
        chunks
    }

    /// Where these pages are.
    pub(super) fn chunks(&self, pages: Range<usize>) -> Chunks {
        let mut chunks = Chunks::default();
        let mut page = pages.start;
        while page < pages.end {
            let end = pages.end.min((page / PART + 1) * PART);
            let length = (end - page) as u32;
            let place = page % PART;
            match self.parts.get(page / PART).and_then(Option::as_deref) {
                None => chunks.add(page, NONE, length),
                Some(Part { row: Some(first), .. }) => {
                    chunks.add(page, first + place as u32, length)
                }
                Some(part) => {
                    let slots = &part.slots[place..place + length as usize];
                    slots.iter().zip(page..).for_each(|(slot, page)| chunks.add(page, *slot, 1));
                }
            }
            page = end;
        }
        chunks
    }

    /// Whether all these pages are in the slots in a row from `slot` on.
    pub(super) fn is_row(&self, pages: &Range<usize>, slot: Slot) -> bool {
        let mut page = pages.start;
        while page < pages.end {
            let expected = slot + (page - pages.start) as Slot;
            let Some(Some(part)) = self.parts.get(page / PART) else { return false };
            let end = pages.end.min((page / PART + 1) * PART);
            let place = page % PART;
            let is_row = match part.row {
                Some(first) => first + place as Slot == expected,
                None => (place..place + end - page)
                    .zip(expected..)
                    .all(|(place, expected)| part.slots[place] == expected),
            };
            if !is_row {
                return false;
            }
            page = end;
        }
        true
    }

    /// The state after this one: of this size, with pages of it in other slots, which it takes over from
    /// the caller. The pages are in order.
    pub(super) fn then(&self, bytes: usize, changed: &[(usize, Slot)]) -> State {
        let mut parts = self.parts.clone();
        for changes in changed.chunk_by(|(a, _), (b, _)| a / PART == b / PART) {
            let number = changes[0].0 / PART;
            if parts.len() <= number {
                parts.resize(number + 1, None);
            }
            let mut slots = parts[number].as_ref().map_or([NONE; PART], |part| part.slots);
            for (page, _) in changes {
                slots[page % PART] = NONE;
            }
            self.store.hold(held(&slots));
            for (page, slot) in changes {
                slots[page % PART] = *slot;
            }
            let first = slots[0];
            let consecutive =
                |(place, slot): (usize, &Slot)| *slot == first.wrapping_add(place as Slot);
            let one_segment = first % SEGMENT + (PART as u32) <= SEGMENT;
            let row = (first != NONE && one_segment && slots.iter().enumerate().all(consecutive))
                .then_some(first);
            parts[number] = Some(Arc::new(Part { slots, row, store: Arc::clone(&self.store) }));
        }
        State { bytes, parts, store: Arc::clone(&self.store) }
    }

    /// The pages that are in slots, as ranges of pages whose slots are in a row. `skip` is asked for
    /// whole parts that are one row; what it knows already is left out.
    pub(super) fn rows(
        &self,
        mut skip: impl FnMut(Range<usize>, Slot) -> bool,
    ) -> Vec<(Range<usize>, Row)> {
        let mut chunks = Chunks::default();
        for (number, part) in self.parts.iter().enumerate() {
            let Some(part) = part else { continue };
            let first = number * PART;
            match part.row {
                Some(slot) if skip(first..first + PART, slot) => {}
                Some(slot) => chunks.add(first, slot, PART as u32),
                None => {
                    for (place, slot) in part.slots.iter().enumerate() {
                        if *slot != NONE {
                            chunks.add(first + place, *slot, 1);
                        }
                    }
                }
            }
        }
        chunks.0.into_iter().filter_map(|(pages, row)| Some((pages, row?))).collect()
    }
}

/// Pages in order, as ranges whose slots are in a row, or that are in none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunks(pub(super) Vec<(Range<usize>, Option<Row>)>);

impl Chunks {
    /// Adds pages whose slots are in a row from `slot` on, or that are in none if it is [`NONE`].
    fn add(&mut self, page: usize, slot: Slot, length: u32) {
        let row = (slot != NONE).then_some(Row { slot, length });
        if let Some((pages, last)) = self.0.last_mut()
            && pages.end == page
        {
            match (last, row) {
                (None, None) => {
                    pages.end += length as usize;
                    return;
                }
                (Some(last), Some(row))
                    if last.slot + last.length == slot && !slot.is_multiple_of(SEGMENT) =>
                {
                    pages.end += length as usize;
                    last.length += row.length;
                    return;
                }
                _ => {}
            }
        }
        self.0.push((page..page + length as usize, row));
    }
}

/// A state in the making.
pub(crate) struct Building {
    state: State,
    bytes: usize,
    /// Pages and the slots they are in, in order, which are held.
    changed: Vec<(usize, Slot)>,
}

impl Building {
    /// Reads pages that follow all that were read before: `offset` and `length` are whole pages.
    pub(crate) fn read(
        &mut self,
        from: &mut impl Read,
        offset: u64,
        length: u64,
    ) -> io::Result<()> {
        let page = rustix::param::page_size();
        let mut number = usize::try_from(offset).map_err(io::Error::other)? / page;
        let mut left = usize::try_from(length).map_err(io::Error::other)?;
        let mut bytes = vec![0; left.min(READ_PAGES * page)];
        while left > 0 {
            let bytes = &mut bytes[..left.min(READ_PAGES * page)];
            from.read_exact(bytes)?;
            for row in self.state.store.write(&[bytes])? {
                self.changed.extend((number..).zip(row.slots()));
                number += row.length as usize;
            }
            left -= bytes.len();
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> State {
        let changed = std::mem::take(&mut self.changed);
        self.state.then(self.bytes, &changed)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        self.state.store.release(self.changed.iter().map(|(_, slot)| *slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(state: &State, pages: Range<usize>) -> State {
        let bytes = vec![1; pages.len() * rustix::param::page_size()];
        let rows = state.store.write(&[&bytes]).unwrap();
        let slots = rows.iter().flat_map(|row| row.slots());
        state.then(state.bytes, &pages.zip(slots).collect::<Vec<_>>())
    }

    #[test]
    fn states_share_what_they_have_in_common_and_nothing_outlives_them() {
        let store = Arc::new(PageStore::default());
        let page = rustix::param::page_size() as u64;
        let begun = State::image(1 << 30, Arc::clone(&store));
        let one = filled(&begun, 100..110);
        let other = filled(&one, 105..115);
        assert_eq!(one.slot(104), other.slot(104));
        assert_ne!(one.slot(105), other.slot(105));
        assert_eq!((one.slot(110), one.slot(99), one.slot(1 << 20)), (None, None, None));
        assert_eq!(store.bytes(), 20 * page);
        drop(one);
        assert_eq!(store.bytes(), 15 * page);
        let copy = other.clone();
        drop(other);
        assert_eq!(store.bytes(), 15 * page);
        drop(copy);
        assert_eq!(store.bytes(), 0);
    }

    #[test]
    fn states_tell_in_which_pages_they_differ() {
        let begun = State::image(1 << 30, Arc::default());
        let one = filled(&begun, 100..110);
        let other = filled(&filled(&one, 109..111), 5000..5001);
        assert!(one.is_same(&one.clone()) && !one.is_same(&other));
        let pages = |one: &State, other: &State| {
            let chunks = one.differences(other).0;
            for (pages, row) in &chunks {
                assert_eq!(row.map(|row| row.slot), one.slot(pages.start));
                assert_eq!(row.map_or(pages.len(), |row| row.length as usize), pages.len());
            }
            chunks.into_iter().map(|(pages, _)| pages).collect::<Vec<_>>()
        };
        assert!(pages(&one, &one.clone()).is_empty());
        assert_eq!(pages(&one, &other), [109..110, 110..111, 5000..5001]);
        assert_eq!(pages(&other, &one), [109..111, 5000..5001]);
        assert_eq!(pages(&begun, &one), vec![100..110]);
        let large = filled(&other, 512..4096);
        assert_eq!(pages(&large, &other), vec![512..4096]);
        assert_eq!(pages(&other, &large), vec![512..4096]);
        assert_eq!(pages(&filled(&large, 600..601), &large), vec![600..601]);
        assert_eq!(large.chunks(500..4200).0.len(), 3);
    }

    #[test]
    fn pages_in_a_row_are_told_as_one() {
        let begun = State::image(1 << 30, Arc::default());
        let state = filled(&filled(&begun, 2000..5000), 7..9);
        let rows = state.rows(|_, _| false);
        assert_eq!(
            rows.iter().map(|(pages, _)| pages.clone()).collect::<Vec<_>>(),
            [7..9, 2000..5000]
        );
        let slot = state.slot(2048).unwrap();
        let some = state.rows(|pages, first| (pages, first) == (2048..2560, slot));
        assert_eq!(some.iter().map(|(pages, _)| pages.len()).sum::<usize>(), 3002 - PART);
    }
}

//! Memories that are kept for the next session, as they were in the beginning.
//!
//! A fresh session writes to some two hundred pages of its view of the image, and reads as many more.
//! In a new mapping each is a page fault, which together take longer than everything else. So the
//! mapping of a session that has ended is not unmapped. The pages that were written to are found by
//! asking the kernel (`written`), and those that sessions usually write to get the bytes of the image
//! back and stay where they are; the others are given back to the system. The next session finds a
//! memory in which it need not fault.
//!
//! A session that began with a state, a fork say, is followed by others of that state. So its memory is
//! made what it was in that state, as long as somebody has it. The next session of the same state has
//! nothing left to copy, and one of a later state only what has changed since. When nobody has the state any
//! more, the next session that ends has the memory made what the image is.
//!
//! Where the kernel cannot say which pages were written to, nothing is kept.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::state::{State, WeakState};
use super::states::MappedRows;
use super::written::Finder;
use super::{Addresses, Mapping, MemoryImage};

/// Memories that are kept at most of each kind, of the image and of states, besides those of pools.
const MOST: usize = 16;
/// Pages that a session may have written to for them to count as what sessions usually write to, and
/// the most pages that do: 4 MiB. One with ten tools and a few imports writes to more than 2 MiB.
const USUAL: usize = 1024;
/// Bytes of their own that memories have at most, all together, that are kept in states: what the states
/// have here and there, and is not worth being mapped. A file of Python tools leaves some 7 MiB.
const OWN_MOST: usize = 128 << 20;
/// Pages of its own in a memory that is kept, from which on the kernel is told to tell only those that are
/// written to from then on.
const MARKED: usize = 128;

/// Memories of sessions that have ended.
#[derive(Debug, Default)]
pub(super) struct Kept {
    memories: Mutex<Memories>,
    /// How many are kept for pools.
    pooled: AtomicUsize,
    /// The pages that sessions usually write to.
    usual: Mutex<Arc<BTreeSet<usize>>>,
}

#[derive(Debug, Default)]
struct Memories {
    of_image: Vec<Addresses>,
    /// The one that was used last is the last.
    of_states: Vec<InState>,
}

/// A memory that holds a state other than the image.
#[derive(Debug)]
struct InState {
    memory: KeptMemory,
    state: WeakState,
    /// Bytes of pages that are no file's.
    own: usize,
}

/// A memory between two sessions.
#[derive(Debug)]
pub(super) struct KeptMemory {
    pub(super) addresses: Addresses,
    pub(super) bytes: usize,
    pub(super) mapped: MappedRows,
    pub(super) marked: bool,
}

impl KeptMemory {
    /// One that holds the image.
    pub(super) fn image(addresses: Addresses, image: &MemoryImage) -> KeptMemory {
        let mapped = MappedRows::default();
        KeptMemory { addresses, bytes: image.bytes(), mapped, marked: false }
    }
}

/// What a memory was made that can be kept.
pub(super) enum Prepared {
    Image,
    State { state: WeakState, mapped: MappedRows, marked: bool, own: usize },
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn most(&self) -> usize {
        MOST.saturating_add(self.pooled.load(Ordering::Relaxed))
    }

    /// A memory of this size that was kept: one that holds the image if that is what is wanted, and
    /// otherwise the one that differs least from it. With it comes what it holds.
    pub(super) fn take(
        &self,
        reserved: usize,
        wanted: &State,
        image: &MemoryImage,
    ) -> Option<(KeptMemory, State)> {
        let begun = image.state();
        let from_image = begun.downgrade().distance(wanted);
        let mut memories = locked(&self.memories);
        let states = memories.of_states.iter().enumerate().rev();
        let fitting = states
            .filter(|(_, kept)| kept.memory.addresses.reserved == reserved && !kept.state.is_gone())
            .map(|(position, kept)| (kept.state.distance(wanted), position))
            .filter(|(distance, _)| *distance < from_image);
        let nearest = fitting.min_by_key(|(distance, _)| *distance);
        let held = nearest.and_then(|(_, position)| {
            Some((position, memories.of_states[position].state.upgrade()?))
        });
        if let Some((position, state)) = held {
            return Some((memories.of_states.remove(position).memory, state));
        }
        let fits = |memory: &Addresses| memory.reserved == reserved;
        let position = memories.of_image.iter().rposition(fits)?;
        Some((KeptMemory::image(memories.of_image.swap_remove(position), image), begun))
    }

    /// Makes a memory in which no code runs any more what it was in the beginning, if there is room for
    /// it and that can be done. The caller then hands its addresses to `put`.
    pub(super) fn prepare(&self, memory: &Mapping, image: &MemoryImage) -> Option<Prepared> {
        let finder = Finder::best();
        let is_full = || locked(&self.memories).of_image.len() >= self.most();
        let origin = memory.origin.upgrade().filter(|origin| !origin.is_same(&image.state()));
        if !finder.is_exact() || (origin.is_none() && is_full()) {
            return None;
        }
        let written = memory.written(finder);
        let page = rustix::param::page_size();
        let inside = written.runs.iter().filter(|run| run.end <= image.bytes());
        let usual = self.usual_with(inside.flat_map(|run| run.start / page..run.end / page));
        if let Some(origin) = origin {
            memory.restore(&origin, &written, |number| usual.contains(&number)).ok()?;
            let own = memory.own(finder);
            if own <= OWN_MOST / 4 {
                let (mapped, marked) = memory.settle(finder, own > MARKED * page);
                return Some(Prepared::State { state: origin.downgrade(), mapped, marked, own });
            }
            if is_full() {
                return None;
            }
        }
        let written = memory.written(finder);
        let restored = memory.restore(&image.state(), &written, |number| usual.contains(&number));
        restored.ok().map(|()| Prepared::Image)
    }

    /// The pages that sessions usually write to, of which these are some if they are not too many.
    fn usual_with(&self, pages: impl Iterator<Item = usize> + Clone) -> Arc<BTreeSet<usize>> {
        let mut usual = locked(&self.usual);
        let count = pages.clone().count();
        let fit = count <= USUAL && usual.len() + count <= 2 * USUAL;
        if fit && !pages.clone().all(|page| usual.contains(&page)) {
            let usual = Arc::make_mut(&mut usual);
            usual.extend(pages);
            while usual.len() > USUAL {
                usual.pop_last();
            }
        }
        Arc::clone(&usual)
    }

    /// Keeps a memory that was made what `prepared` says.
    pub(super) fn put(&self, addresses: Addresses, prepared: Prepared, image: &MemoryImage) {
        let most = self.most();
        let mut memories = locked(&self.memories);
        let mut surplus = Vec::new();
        match prepared {
            Prepared::Image if memories.of_image.len() < most => memories.of_image.push(addresses),
            Prepared::Image => surplus.push(addresses),
            Prepared::State { state, mapped, marked, own } => {
                let memory = KeptMemory { addresses, bytes: state.bytes(), mapped, marked };
                memories.of_states.push(InState { memory, state, own });
                let mut all = memories.of_states.iter().map(|kept| kept.own).sum::<usize>();
                while memories.of_states.len() > most || all > OWN_MOST {
                    let first = memories.of_states.remove(0);
                    all -= first.own;
                    surplus.push(first.memory.addresses);
                }
            }
        }
        let gone = memories.of_states.extract_if(.., |kept| kept.state.is_gone());
        let gone = gone.collect::<Vec<_>>();
        drop(memories);
        drop(surplus);
        for InState { memory, .. } in gone {
            // As one that began with the image, it is made the image when it ends, which is now.
            drop(Mapping::kept(memory, None, image));
        }
    }
}

/// Has as many more memories kept as a pool has sessions, which all may end before the next are made.
pub(crate) struct KeptForPool {
    image: MemoryImage,
    sessions: usize,
}

impl KeptForPool {
    pub(crate) fn new(image: MemoryImage, sessions: usize) -> KeptForPool {
        image.0.kept.pooled.fetch_add(sessions, Ordering::Relaxed);
        KeptForPool { image, sessions }
    }
}

impl Drop for KeptForPool {
    fn drop(&mut self) {
        let kept = &self.image.0.kept;
        kept.pooled.fetch_sub(self.sessions, Ordering::Relaxed);
        let mut memories = locked(&kept.memories);
        let most = kept.most();
        let within = most.min(memories.of_image.len());
        let of_image = memories.of_image.split_off(within);
        let over = memories.of_states.len().saturating_sub(most);
        let of_states = memories.of_states.drain(..over).collect::<Vec<_>>();
        drop(memories);
        drop((of_image, of_states));
    }
}

#[cfg(test)]
mod tests {
    #![expect(unsafe_code, reason = "reads and writes what guests would")]

    use std::io::Write as _;

    use super::super::WASM_PAGE;
    use super::*;

    const PAGES: usize = 64;

    fn image() -> MemoryImage {
        let mut file = tempfile::tempfile().unwrap();
        for page in 0..PAGES {
            file.write_all(&vec![page as u8; WASM_PAGE]).unwrap();
        }
        MemoryImage::new(file, WASM_PAGE).unwrap()
    }

    fn contents(mapping: &Mapping) -> Vec<u8> {
        let committed = mapping.committed();
        // SAFETY: that much of the mapping can be read, and nobody writes to it.
        unsafe { std::slice::from_raw_parts(mapping.base.as_ptr(), committed) }.to_vec()
    }

    fn write(mapping: &Mapping, at: usize, byte: u8) {
        // SAFETY: the callers write to what can be written, and nobody reads meanwhile.
        unsafe { mapping.base.as_ptr().add(at).write(byte) };
    }

    /// Sessions write here and there, little and much, and let the memory grow; the next one always
    /// finds the image, and zeros where it grows.
    #[test]
    fn what_was_written_is_not_found_by_the_next() {
        let image = image();
        let reserved = 4 * PAGES * WASM_PAGE;
        let first = Mapping::view(&image, &image.state(), reserved).unwrap();
        let expected = contents(&first);
        drop(first);
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize
        };
        let mut reused = 0;
        let mut last = std::ptr::null_mut();
        for round in 0..200 {
            let mapping = Mapping::view(&image, &image.state(), reserved).unwrap();
            reused += usize::from(mapping.base.as_ptr() == last);
            last = mapping.base.as_ptr();
            assert!(contents(&mapping) == expected, "round {round} found something else");
            let bytes = (PAGES + random() % PAGES) * WASM_PAGE;
            mapping.commit(bytes).unwrap();
            assert!(contents(&mapping)[expected.len()..].iter().all(|byte| *byte == 0));
            for _ in 0..[3, 100, 2000][round % 3] {
                write(&mapping, random() % bytes, random() as u8);
            }
        }
        if Finder::best().is_exact() {
            assert!(reused > 190, "only {reused} were reused");
        }
    }

    /// A state that differs from the image in every other page, and has grown.
    fn scattered(image: &MemoryImage, reserved: usize) -> State {
        let memory = Mapping::view(image, &image.state(), reserved).unwrap();
        memory.commit(image.bytes() + WASM_PAGE).unwrap();
        let page = rustix::param::page_size();
        (0..memory.committed()).step_by(2 * page).for_each(|at| write(&memory, at, 9));
        memory.state(&image.state(), Finder::best()).unwrap()
    }

    /// Children of a state write to their memory; the next child finds the state in the same memory, with
    /// nothing to be copied, and a fresh session finds the image.
    #[test]
    fn a_memory_is_kept_in_the_state_that_it_began_with() {
        let image = image();
        let reserved = 4 * PAGES * WASM_PAGE;
        let state = scattered(&image, reserved);
        let first = Mapping::view(&image, &state, reserved).unwrap();
        let (expected, base) = (contents(&first), first.base);
        assert_eq!((expected[0], expected[1], expected[WASM_PAGE * PAGES]), (9, 0, 9));
        drop(first);
        for round in 0..20 {
            let child = Mapping::view(&image, &state, reserved).unwrap();
            assert!(contents(&child) == expected, "round {round} found something else");
            if Finder::best().is_exact() {
                assert_eq!(child.base, base);
            }
            let fresh = Mapping::view(&image, &image.state(), reserved).unwrap();
            assert_eq!(contents(&fresh)[0], 0);
            child.commit(image.bytes() + 2 * WASM_PAGE).unwrap();
            (0..child.committed()).step_by(7 * 4096 + round).for_each(|at| write(&child, at, 3));
        }
    }

    /// The memory is the image then, and goes to the next that wants it.
    #[test]
    fn a_state_that_nobody_has_any_more_is_not_kept_by_a_memory_in_it() {
        let image = image();
        let reserved = 4 * PAGES * WASM_PAGE;
        let counts = || {
            let memories = locked(&image.0.kept.memories);
            (memories.of_image.len(), memories.of_states.len())
        };
        let state = scattered(&image, reserved);
        let child = Mapping::view(&image, &state, reserved).unwrap();
        let base = child.base;
        drop(child);
        let fresh = Mapping::view(&image, &image.state(), reserved).unwrap();
        drop(state);
        assert_eq!(image.store().bytes(), 0);
        drop(fresh);
        if Finder::best().is_exact() {
            assert_eq!(counts(), (2, 0));
        }
        let both = [(); 2].map(|()| Mapping::view(&image, &image.state(), reserved).unwrap());
        assert!(
            both.iter().all(|fresh| contents(fresh)[0] == 0 && fresh.committed() == image.bytes())
        );
        assert!(!Finder::best().is_exact() || both.iter().any(|fresh| fresh.base == base));
    }

    #[test]
    fn what_was_revoked_is_kept_as_anything_is() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let mapping = Mapping::view(&image, &image.state(), reserved).unwrap();
        write(&mapping, 70, 7);
        mapping.revoke().unwrap();
        drop(mapping);
        let next = Mapping::view(&image, &image.state(), reserved).unwrap();
        assert_eq!(contents(&next)[70], 0);
        write(&next, 70, 7);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let all = (0..2 * MOST).map(|_| Mapping::view(&image, &image.state(), reserved).unwrap());
        drop(all.collect::<Vec<_>>());
        assert!(locked(&image.0.kept.memories).of_image.len() <= MOST);
    }

    #[test]
    fn more_are_kept_as_long_as_there_is_a_pool() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let kept = || locked(&image.0.kept.memories).of_image.len();
        let pool = KeptForPool::new(image.clone(), 5);
        let all = (0..2 * MOST).map(|_| Mapping::view(&image, &image.state(), reserved).unwrap());
        drop(all.collect::<Vec<_>>());
        let exact = Finder::best().is_exact();
        assert_eq!(kept(), if exact { MOST + 5 } else { 0 });
        drop(pool);
        assert_eq!(kept(), if exact { MOST } else { 0 });
    }
}

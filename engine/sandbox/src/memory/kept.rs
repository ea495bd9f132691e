//! Memories that are kept for the next session, as they were in the beginning.
//!
//! A fresh session writes to some two hundred pages of its view of the image, and reads as many more.
//! In a new mapping each is a page fault, which together take longer than everything else. So the
//! mapping of a session that has ended is not unmapped. The pages that were written to are found by
//! asking the kernel (`written`), and those that sessions usually write to get the bytes of the image
//! back and stay where they are; the others are given back to the system. The next session finds a
//! memory in which it need not fault.
//!
//! Where the kernel cannot say which pages were written to, nothing is kept.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::state::State;
use super::written::Finder;
use super::{Addresses, Mapping, MemoryImage};

/// Memories that are kept at most, besides those of pools; each takes what sessions usually write to.
const MOST: usize = 16;
/// Pages that a session may have written to for them to count as what sessions usually write to, and
/// the most pages that do: 4 MiB. One with ten tools and a few imports writes to more than 2 MiB.
const USUAL: usize = 1024;

/// Memories of sessions that have ended.
#[derive(Debug, Default)]
pub(super) struct Kept {
    memories: Mutex<Vec<Addresses>>,
    /// How many are kept for pools.
    pooled: AtomicUsize,
    /// The pages that sessions usually write to.
    usual: Mutex<BTreeSet<usize>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn most(&self) -> usize {
        MOST.saturating_add(self.pooled.load(Ordering::Relaxed))
    }

    /// A memory that holds a view of the image, if one of this size is kept.
    pub(super) fn take(&self, reserved: usize) -> Option<Addresses> {
        let mut memories = locked(&self.memories);
        let position = memories.iter().rposition(|memory| memory.reserved == reserved)?;
        Some(memories.swap_remove(position))
    }

    /// Keeps a memory in which no code runs any more, if there is room and it can be made what it was in
    /// the beginning. Says whether it is; the caller then hands its addresses to `put`.
    pub(super) fn prepare(&self, memory: &Mapping, image: &MemoryImage) -> bool {
        let finder = Finder::best();
        if !finder.is_exact() || locked(&self.memories).len() >= self.most() {
            return false;
        }
        let written = memory.written(finder);
        let page = rustix::param::page_size();
        let pages = || {
            let inside = written.runs.iter().filter(|run| run.end <= image.bytes());
            inside.flat_map(|run| run.start / page..run.end / page)
        };
        let mut usual = locked(&self.usual);
        let count = pages().count();
        if count <= USUAL && usual.len() + count <= 2 * USUAL {
            usual.extend(pages());
            while usual.len() > USUAL {
                usual.pop_last();
            }
        }
        let begun = State::image(image.bytes(), image.store());
        memory.restore(&begun, &written, |number| usual.contains(&number)).is_ok()
    }

    /// Takes the addresses of a memory that is as it was in the beginning.
    pub(super) fn put(&self, addresses: Addresses) {
        let mut memories = locked(&self.memories);
        if memories.len() < self.most() {
            memories.push(addresses);
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
        let most = kept.most().min(memories.len());
        let surplus = memories.split_off(most);
        drop(memories);
        drop(surplus);
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
        let first = Mapping::view(&image, reserved).unwrap();
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
            let mapping = Mapping::view(&image, reserved).unwrap();
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

    #[test]
    fn what_was_revoked_is_kept_as_anything_is() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let mapping = Mapping::view(&image, reserved).unwrap();
        write(&mapping, 70, 7);
        mapping.revoke().unwrap();
        drop(mapping);
        let next = Mapping::view(&image, reserved).unwrap();
        assert_eq!(contents(&next)[70], 0);
        write(&next, 70, 7);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let all = (0..2 * MOST).map(|_| Mapping::view(&image, reserved).unwrap());
        drop(all.collect::<Vec<_>>());
        assert!(locked(&image.0.kept.memories).len() <= MOST);
    }

    #[test]
    fn more_are_kept_as_long_as_there_is_a_pool() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let kept = || locked(&image.0.kept.memories).len();
        let pool = KeptForPool::new(image.clone(), 5);
        let all = (0..2 * MOST).map(|_| Mapping::view(&image, reserved).unwrap());
        drop(all.collect::<Vec<_>>());
        let exact = Finder::best().is_exact();
        assert_eq!(kept(), if exact { MOST + 5 } else { 0 });
        drop(pool);
        assert_eq!(kept(), if exact { MOST } else { 0 });
    }
}

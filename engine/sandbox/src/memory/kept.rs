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

#![expect(unsafe_code, reason = "copies the bytes of the image back")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::mm::MprotectFlags;

use super::written::PageTables;
use super::{Addresses, ImageFile};

/// Memories that are kept at most; each takes what sessions usually write to.
const MOST: usize = 16;
/// Pages that a session may have written to for them to count as what sessions usually write to, and
/// the most pages that do: 2 MiB.
const USUAL: usize = 512;

/// Memories of sessions that have ended.
#[derive(Debug, Default)]
pub(super) struct Kept {
    memories: Mutex<Vec<Addresses>>,
    /// The pages that sessions usually write to.
    usual: Mutex<BTreeSet<usize>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The page tables of this process, where the kernel tells of them.
fn page_tables() -> Option<&'static PageTables> {
    static PAGE_TABLES: OnceLock<Option<PageTables>> = OnceLock::new();
    PAGE_TABLES.get_or_init(PageTables::open).as_ref()
}

impl Kept {
    /// A memory that holds a view of the image, if one of this size is kept.
    pub(super) fn take(&self, reserved: usize) -> Option<Addresses> {
        let mut memories = locked(&self.memories);
        let position = memories.iter().rposition(|memory| memory.reserved == reserved)?;
        Some(memories.swap_remove(position))
    }

    /// Keeps a memory of which the first `committed` bytes were in use, if there is room and it can be
    /// made what it was in the beginning; otherwise it is unmapped.
    pub(super) fn keep(&self, memory: Addresses, committed: usize, image: &ImageFile) {
        if locked(&self.memories).len() >= MOST {
            return;
        }
        let Some(page_tables) = page_tables() else { return };
        if self.restore(&memory, committed, image, page_tables).is_some() {
            let mut memories = locked(&self.memories);
            if memories.len() < MOST {
                memories.push(memory);
            }
        }
    }

    /// Makes a memory a view of the image again, and nothing after it accessible.
    fn restore(
        &self,
        memory: &Addresses,
        committed: usize,
        image: &ImageFile,
        page_tables: &PageTables,
    ) -> Option<()> {
        if committed > image.bytes {
            let grown = image.bytes..committed;
            memory.forget(grown.clone()).ok()?;
            // Nobody depends on it: whoever used the memory is gone.
            memory.protect(grown, MprotectFlags::empty()).ok()?;
        }
        let page = rustix::param::page_size();
        let written = page_tables.written(memory.base.as_ptr() as usize, image.bytes)?;
        let pages = written.iter().map(|run| run.len() / page).sum::<usize>();
        let mut usual = locked(&self.usual);
        if pages <= USUAL && usual.len() + pages <= 2 * USUAL {
            usual.extend(written.iter().flat_map(|run| run.clone().step_by(page)));
            while usual.len() > USUAL {
                usual.pop_last();
            }
        }
        for run in written {
            let mut at = run.start;
            while at < run.end {
                let is_usual = usual.contains(&at);
                let mut end = at + page;
                while end < run.end && usual.contains(&end) == is_usual {
                    end += page;
                }
                if is_usual {
                    copy_back(memory, image, at..end)?;
                } else {
                    memory.forget(at..end).ok()?;
                }
                at = end;
            }
        }
        Some(())
    }
}

/// Overwrites a part of a memory with that of the image.
fn copy_back(memory: &Addresses, image: &ImageFile, range: Range<usize>) -> Option<()> {
    if range.end > image.bytes || range.end > memory.reserved {
        return None;
    }
    // SAFETY: both ranges lie inside of what their values own (checked above; the view has the length
    // of the image), which are different mappings. The view of the image can be read, and is not
    // written by anybody. The memory can be read and written up to the image's length (it was in use,
    // and is not revoked), and nobody else knows of it any more.
    unsafe {
        std::ptr::copy_nonoverlapping(
            image.view.base.as_ptr().add(range.start),
            memory.base.as_ptr().add(range.start),
            range.len(),
        );
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::{Mapping, MemoryImage, WASM_PAGE};
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
        let committed = mapping.committed.load(std::sync::atomic::Ordering::Relaxed);
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
        if page_tables().is_some() {
            assert!(reused > 190, "only {reused} were reused");
        }
    }

    #[test]
    fn what_is_revoked_is_not_kept() {
        let image = image();
        let mapping = Mapping::view(&image, 2 * PAGES * WASM_PAGE).unwrap();
        mapping.revoke().unwrap();
        drop(mapping);
        assert!(locked(&image.0.kept.memories).is_empty());
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let image = image();
        let reserved = 2 * PAGES * WASM_PAGE;
        let all = (0..2 * MOST).map(|_| Mapping::view(&image, reserved).unwrap());
        drop(all.collect::<Vec<_>>());
        assert!(locked(&image.0.kept.memories).len() <= MOST);
    }
}

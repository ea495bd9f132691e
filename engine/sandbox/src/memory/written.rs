//! Which pages of a mapping are no longer those of its file.
//!
//! There are several ways to know, of which the best that the kernel offers is used: a call that answers
//! just that (`PAGEMAP_SCAN`, Linux since 6.7), which also knows what was written to since it was last
//! asked, where memory is kept track of (`tracking`); the page tables themselves (`/proc/self/pagemap`);
//! and none at all, where every page has to be looked at.

#![expect(unsafe_code, reason = "asks the kernel by a call that rustix does not wrap")]

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;

use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, opcode};
use rustix::mm::MprotectFlags;
use rustix::process::Pid;

use super::Addresses;

/// How many runs of pages one call reports. More runs take more calls.
const RUNS: usize = 256;

/// Bytes of page table entries that are read at a time.
const ENTRIES: usize = 64 * 1024;

/// A way to find the pages that were written to.
#[derive(Debug)]
pub(super) enum Finder {
    /// The kernel is asked for them, and keeps track of what is written to after it was asked.
    Track(PageTables),
    /// The kernel is asked for them.
    Scan(PageTables),
    /// The page tables are read.
    Entries(PageTables),
    /// All pages may have been written to.
    Comparison,
}

/// The page tables of this process.
#[derive(Debug)]
pub(super) struct PageTables {
    file: File,
    /// Whose they are. What a child of this process reads from `file` is still its parent's.
    process: Pid,
}

impl Finder {
    /// The best that there is in this process.
    pub(super) fn best() -> &'static Finder {
        static BEST: OnceLock<Finder> = OnceLock::new();
        let best =
            BEST.get_or_init(|| Finder::all().into_iter().next().unwrap_or(Finder::Comparison));
        match best {
            Finder::Track(tables) | Finder::Scan(tables) | Finder::Entries(tables)
                if !tables.are_ours() =>
            {
                &Finder::Comparison
            }
            best => best,
        }
    }

    /// All that there are, the best first.
    pub(super) fn all() -> Vec<Finder> {
        let track = PageTables::open().filter(|tables| tables.track_a_page().is_some());
        let scan = PageTables::open().filter(|tables| tables.scan(0, 0, Asking::Own).is_some());
        let entries = PageTables::open().filter(|tables| tables.read(0, 0).is_some());
        let finders = [
            track.map(Finder::Track),
            scan.map(Finder::Scan),
            entries.map(Finder::Entries),
            Some(Finder::Comparison),
        ];
        finders.into_iter().flatten().collect()
    }

    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Finder::Track(_) => "PAGEMAP_SCAN and userfaultfd",
            Finder::Scan(_) => "PAGEMAP_SCAN",
            Finder::Entries(_) => "/proc/self/pagemap",
            Finder::Comparison => "comparison",
        }
    }

    /// Whether it names only pages that were written to.
    pub(super) fn is_exact(&self) -> bool {
        !matches!(self, Finder::Comparison)
    }

    /// The runs of pages in the addresses from `base` on that a private mapping has had written to, as
    /// offsets from `base`; or more, if it cannot tell.
    pub(super) fn written(&self, base: usize, bytes: usize) -> Vec<Range<usize>> {
        let found = match self {
            Finder::Track(tables) | Finder::Scan(tables) => tables.scan(base, bytes, Asking::Own),
            Finder::Entries(tables) => tables.read(base, bytes),
            Finder::Comparison => None,
        };
        // One run is what is meant.
        #[expect(clippy::single_range_in_vec_init)]
        found.unwrap_or_else(|| vec![0..bytes])
    }

    /// Those of them that may have been written to since `mark` was called of them, if that is known.
    pub(super) fn since(&self, base: usize, bytes: usize) -> Option<Vec<Range<usize>>> {
        match self {
            Finder::Track(tables) => tables.scan(base, bytes, Asking::Since),
            _ => None,
        }
    }

    /// Those, and pages of the file that were read for the first time since: leaving these out takes the
    /// kernel as long again as finding the others.
    pub(super) fn touched_since(&self, base: usize, bytes: usize) -> Option<Vec<Range<usize>>> {
        match self {
            Finder::Track(tables) => tables.scan(base, bytes, Asking::TouchedSince),
            _ => None,
        }
    }

    /// The same, which from now on count as neither written to nor read.
    pub(super) fn mark(&self, base: usize, bytes: usize) -> Option<Vec<Range<usize>>> {
        match self {
            Finder::Track(tables) => tables.scan(base, bytes, Asking::TouchedSinceAndMark),
            _ => None,
        }
    }
}

/// `struct page_region` of the kernel's `linux/fs.h`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct PageRegion {
    start: u64,
    end: u64,
    categories: u64,
}

/// `struct pm_scan_arg` of the kernel's `linux/fs.h`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct ScanArguments {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    regions: u64,
    regions_length: u64,
    most_pages: u64,
    inverted: u64,
    all_of: u64,
    any_of: u64,
    reported: u64,
}

// The categories of pages, from the same file.
const WRITTEN: u64 = 1 << 1;
const FILE: u64 = 1 << 2;
const PRESENT: u64 = 1 << 3;
const SWAPPED: u64 = 1 << 4;

// What else is to be done, from the same file: protecting the pages that are reported, and failing where
// pages are not kept track of.
const PROTECT: u64 = 1 << 0;
const CHECK: u64 = 1 << 1;

/// Which pages the kernel is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    /// Those that belong to no file.
    Own,
    /// Those of them that are not protected.
    Since,
    /// Those that are not protected, of a file or not.
    TouchedSince,
    /// The same; they are protected then.
    TouchedSinceAndMark,
}

/// `PAGEMAP_SCAN`.
struct Scan<'a> {
    arguments: &'a mut ScanArguments,
    /// Where the kernel writes; `arguments.regions` is its address.
    _regions: &'a mut [PageRegion],
}

// SAFETY: the opcode is that of PAGEMAP_SCAN, whose argument is a `pm_scan_arg`, which
// `ScanArguments` is field by field; the kernel writes `walk_end` in it, and at most `regions_length`
// entries at `regions`, which `_regions` keeps borrowed. Its result is the number of those.
unsafe impl Ioctl for Scan<'_> {
    type Output = usize;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        opcode::read_write::<ScanArguments>(b'f', 16)
    }

    fn as_ptr(&mut self) -> *mut std::ffi::c_void {
        std::ptr::from_mut(self.arguments).cast()
    }

    unsafe fn output_from_ptr(
        output: IoctlOutput,
        _arguments: *mut std::ffi::c_void,
    ) -> rustix::io::Result<usize> {
        usize::try_from(output).map_err(|_| rustix::io::Errno::INVAL)
    }
}

impl PageTables {
    fn open() -> Option<PageTables> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::open("/proc/self/pagemap", flags, Mode::empty()).ok()?;
        Some(PageTables { file: file.into(), process: rustix::process::getpid() })
    }

    fn are_ours(&self) -> bool {
        rustix::process::getpid() == self.process
    }

    /// Asks the kernel for the pages. `None` if it does not say.
    ///
    /// A page that was written to belongs to no file any more, whether it is present or swapped out;
    /// one that was only read belongs to the file or is not there.
    fn scan(&self, base: usize, bytes: usize, asking: Asking) -> Option<Vec<Range<usize>>> {
        // Whether a page is a file's is written elsewhere than in the page tables. It is looked up for all
        // pages there are as soon as anything is said of it.
        let (flags, inverted, category) = match asking {
            Asking::Own => (0, FILE, FILE),
            Asking::Since => (CHECK, FILE, FILE | WRITTEN),
            Asking::TouchedSince => (CHECK, 0, WRITTEN),
            Asking::TouchedSinceAndMark => (CHECK | PROTECT, 0, WRITTEN),
        };
        let mut written = Vec::new();
        let mut regions = [PageRegion::default(); RUNS];
        let mut arguments = ScanArguments {
            size: size_of::<ScanArguments>() as u64,
            start: base as u64,
            end: (base + bytes) as u64,
            regions: regions.as_mut_ptr() as u64,
            regions_length: RUNS as u64,
            flags,
            inverted,
            all_of: category,
            any_of: PRESENT | SWAPPED,
            ..ScanArguments::default()
        };
        loop {
            let scan = Scan { arguments: &mut arguments, _regions: &mut regions };
            // SAFETY: the file is `/proc/self/pagemap`, of which PAGEMAP_SCAN is a call.
            let found = unsafe { rustix::ioctl::ioctl(&self.file, scan) }.ok()?;
            for region in &regions[..found.min(RUNS)] {
                let offset = |address: u64| usize::try_from(address).ok()?.checked_sub(base);
                written.push(offset(region.start)?..offset(region.end)?);
            }
            if arguments.walk_end >= arguments.end {
                return Some(written);
            }
            if arguments.walk_end <= arguments.start {
                return None;
            }
            arguments.start = arguments.walk_end;
        }
    }

    /// Whether what was written to a page is found as often as it has to be, and only then.
    fn track_a_page(&self) -> Option<()> {
        let page = rustix::param::page_size();
        let memory = Addresses::reserve(page).ok()?;
        memory.track(0..page);
        memory.protect(0..page, MprotectFlags::READ | MprotectFlags::WRITE).ok()?;
        let base = memory.base.as_ptr() as usize;
        for _ in 0..2 {
            // SAFETY: the page can be written, and belongs to `memory`, which nobody else has.
            unsafe { memory.base.as_ptr().write_volatile(1) };
            for (asking, found) in
                [(Asking::Since, 1), (Asking::TouchedSinceAndMark, 1), (Asking::TouchedSince, 0)]
            {
                if self.scan(base, page, asking)?.len() != found {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Reads the page tables: for each page 64 bits, of which 63 says that it is present, 62 that it is
    /// swapped out, and 61 that it is a page of a file (`Documentation/admin-guide/mm/pagemap.rst`).
    fn read(&self, base: usize, bytes: usize) -> Option<Vec<Range<usize>>> {
        let page = rustix::param::page_size();
        let mut written: Vec<Range<usize>> = Vec::new();
        let mut entries = vec![0; ENTRIES.min(bytes / page * 8)];
        let mut at = 0;
        while at < bytes {
            let pages = (bytes - at).div_ceil(page).min(entries.len() / 8);
            let entries = &mut entries[..pages * 8];
            self.file.read_exact_at(entries, ((base + at) / page * 8) as u64).ok()?;
            for entry in entries.chunks_exact(8) {
                let entry = u64::from_ne_bytes(entry.try_into().ok()?);
                if entry >> 62 != 0 && entry >> 61 & 1 == 0 {
                    match written.last_mut() {
                        Some(run) if run.end == at => run.end += page,
                        _ => written.push(at..at + page),
                    }
                }
                at += page;
            }
        }
        Some(written)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rustix::mm::ProtFlags;

    use super::super::Addresses;
    use super::*;

    /// Pages that are read, written, forgotten again, and mapped anew, in a view of a file and in memory
    /// that begins as zeros.
    #[test]
    fn all_ways_find_the_same_pages() {
        let page = rustix::param::page_size();
        let pages = 2000;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![1; pages / 2 * page]).unwrap();
        let memory = Addresses::reserve(pages * page).unwrap();
        let access = ProtFlags::READ | ProtFlags::WRITE;
        memory.place(&file, 0, 0..pages / 2 * page, access).unwrap();
        memory.clear(pages / 2 * page..pages * page, access).unwrap();
        let base = memory.base.as_ptr() as usize;
        let at = |number: usize| {
            // SAFETY: the page is inside of the memory; nobody else uses it.
            unsafe { memory.base.as_ptr().add(number * page) }
        };
        let mut expected = Vec::new();
        for number in 0..pages {
            match number % 7 {
                0 | 1 => {
                    // SAFETY: the page is inside of the memory, which can be written.
                    unsafe { at(number).write(2) };
                    expected.push(number);
                }
                2 if number < pages / 2 => {
                    // SAFETY: the page is inside of the memory, which can be read.
                    std::hint::black_box(unsafe { at(number).read() });
                }
                3 => {
                    // SAFETY: the page is inside of the memory, which can be written.
                    unsafe { at(number).write(2) };
                    memory.forget(number * page..(number + 1) * page).unwrap();
                }
                _ => {}
            }
        }
        let mut exact = 0;
        for finder in Finder::all() {
            let runs = finder.written(base, pages * page);
            let found = runs.iter().flat_map(|run| run.start / page..run.end / page);
            if finder.is_exact() {
                exact += 1;
                assert_eq!(found.collect::<Vec<_>>(), expected, "{}", finder.name());
            } else {
                assert_eq!(found.count(), pages);
            }
        }
        assert!(exact > 0 || !cfg!(target_os = "linux"), "no way but comparing");
    }

    /// Pages are written to, read, taken away and given back in any order between marks; what is found is
    /// what was written to since the last one.
    #[test]
    fn what_is_written_to_after_a_mark_is_found_until_the_next() {
        let Some(finder @ Finder::Track(_)) = Finder::all().into_iter().next() else { return };
        let page = rustix::param::page_size();
        let pages = 1200;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![1; pages / 2 * page]).unwrap();
        let memory = Addresses::reserve(pages * page).unwrap();
        memory.track(0..pages * page);
        memory.place(&file, 0, 0..pages / 2 * page, ProtFlags::READ | ProtFlags::WRITE).unwrap();
        let all = MprotectFlags::READ | MprotectFlags::WRITE;
        memory.protect(pages / 2 * page..pages * page, all).unwrap();
        let base = memory.base.as_ptr() as usize;
        let mut seed = 1_u64;
        let mut random = |end: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % end
        };
        for _ in 0..50 {
            let mut written = std::collections::BTreeSet::new();
            let mut read = std::collections::BTreeSet::new();
            for _ in 0..random(400) {
                let number = random(pages);
                match random(8) {
                    0 => {
                        memory.forget(number * page..(number + 1) * page).unwrap();
                        written.remove(&number);
                    }
                    1 => {
                        memory.protect(0..pages * page, MprotectFlags::empty()).unwrap();
                        memory.protect(0..pages * page, all).unwrap();
                    }
                    2 if number < pages / 2 => {
                        // SAFETY: the page is inside of the memory, which can be read.
                        std::hint::black_box(unsafe {
                            memory.base.as_ptr().add(number * page).read_volatile()
                        });
                        read.insert(number);
                    }
                    _ => {
                        // SAFETY: the page is inside of the memory, which can be written.
                        unsafe { memory.base.as_ptr().add(number * page).write_volatile(2) };
                        written.insert(number);
                    }
                }
            }
            let expected = written.into_iter().collect::<Vec<_>>();
            let numbers = |runs: Vec<Range<usize>>| {
                let pages = runs.iter().flat_map(|run| run.start / page..run.end / page);
                pages.collect::<Vec<_>>()
            };
            assert_eq!(numbers(finder.since(base, pages * page).unwrap()), expected);
            let touched = numbers(finder.touched_since(base, pages * page).unwrap());
            assert!(expected.iter().all(|number| touched.binary_search(number).is_ok()));
            let known = |number: &usize| read.contains(number) || expected.contains(number);
            assert!(touched.iter().all(known));
            assert_eq!(numbers(finder.mark(base, pages * page).unwrap()), touched);
            assert!(finder.since(base, pages * page).unwrap().is_empty());
            assert!(finder.touched_since(base, pages * page).unwrap().is_empty());
        }
    }
}

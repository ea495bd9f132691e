//! Which pages of a mapping are no longer those of its file.

#![expect(unsafe_code, reason = "asks the kernel by a call that rustix does not wrap")]

use std::fs::File;
use std::ops::Range;

use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, opcode};
use rustix::process::Pid;

/// How many runs of pages one call reports. More runs take more calls.
const RUNS: usize = 256;

/// The page tables of this process, where the kernel lets them be asked: Linux since 6.7.
#[derive(Debug)]
pub(super) struct PageTables {
    file: File,
    /// Whose they are. What a child of this process reads from `file` is still its parent's.
    process: Pid,
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
const FILE: u64 = 1 << 2;
const PRESENT: u64 = 1 << 3;
const SWAPPED: u64 = 1 << 4;

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
    /// The page tables of this process, if the kernel tells of them.
    pub(super) fn open() -> Option<PageTables> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::open("/proc/self/pagemap", flags, Mode::empty()).ok()?;
        let tables = PageTables { file: file.into(), process: rustix::process::getpid() };
        // An empty range is a question that every kernel can answer that knows the call.
        tables.written(0, 0).map(|_| tables)
    }

    /// The runs of pages in the addresses from `base` on that a private mapping of a file has had
    /// written to, as offsets from `base`. `None` if the kernel does not say.
    ///
    /// A page that was written to belongs to no file any more, whether it is present or swapped out;
    /// one that was only read belongs to the file or is not there.
    pub(super) fn written(&self, base: usize, bytes: usize) -> Option<Vec<Range<usize>>> {
        if rustix::process::getpid() != self.process {
            return None;
        }
        let mut written = Vec::new();
        let mut regions = [PageRegion::default(); RUNS];
        let mut arguments = ScanArguments {
            size: size_of::<ScanArguments>() as u64,
            start: base as u64,
            end: (base + bytes) as u64,
            regions: regions.as_mut_ptr() as u64,
            regions_length: RUNS as u64,
            inverted: FILE,
            all_of: FILE,
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
}

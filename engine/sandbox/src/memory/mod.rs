//! Linear memories that begin as a copy-on-write view of an image.
//!
//! * [`MemoryImage`] is the contents a memory begins with: a file that nobody writes any more.
//! * [`Memories`] is what wasmtime asks for memories. [`Memories::expecting`] says what the next one is;
//!   every other memory (wasmtime's own heap for exceptions) begins as zeros.
//! * [`Mapping`] is a memory in use. Its owners are wasmtime's [`Linear`] and a [`MemoryHandle`] through
//!   which a session raises an interruption. When the last one lets go of it, it is made what it was in
//!   the beginning and kept for the next session (`kept`), or else unmapped.
//! * [`Addresses`] is the reservation under it.
//! * [`State`] is what a memory holds at a time, as a value; its pages are in a [`PageStore`]. `states`
//!   takes them and goes back to them.
//! * `tracking` has the kernel keep track of what is written to, and `written` asks it.
//!
//! This module and `precompiled` are the only ones with `unsafe` code. The invariants they keep:
//!
//! 1. An [`Addresses`] owns the range `base..base + reserved` from its creation to its drop, and nothing
//!    else in the process maps or unmaps within it.
//! 2. Of that range exactly `base..base + committed` can be read and written, unless it is *revoked*.
//!    As long as an instance uses the memory, `committed` only grows, and what is revoked stays so. Both
//!    change with `condition` locked.
//! 3. Rust code never makes a reference into a mapping that guest code may write. Interruptions are
//!    atomic operations on aligned words, with `condition` locked; states are taken and gone back to with
//!    `condition` locked, when no code runs in the memory.
//! 4. A mapping is revoked only while guest code runs in it, or when none will ever again: the state
//!    machine in `control::crossing` sees to it that no host code reads or writes the memory on the
//!    guest's behalf then. What [`MemoryHandle`] itself reads and writes asks before.
//! 5. Addresses that are kept hold the image, or the state that is noted with them, byte for byte, and
//!    nothing is accessible after it.

#![expect(unsafe_code, reason = "maps and unmaps guest memory")]

mod kept;
mod state;
mod states;
mod store;
mod tracking;
mod written;

use std::cell::RefCell;
use std::ffi::c_void;
use std::fs::File;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};
use serde::{Deserialize, Serialize};
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

pub(crate) use self::kept::KeptForPool;
use self::kept::{Kept, KeptMemory};
pub(crate) use self::state::State;
use self::state::WeakState;
use self::states::{MappedRows, Written};
pub(crate) use self::store::PageStore;
use self::written::Finder;

/// What the way is called by which pages are found that were written to.
pub(crate) fn finder_name() -> &'static str {
    Finder::best().name()
}

/// Bytes in a page of WebAssembly memory.
const WASM_PAGE: usize = 64 * 1024;

/// Bytes that were written to, of which no page is given back to the system when a memory goes back to a
/// state. Those of more are, unless they hold something else in that state.
const STAYING: usize = 4 << 20;

/// The contents a guest memory begins with.
#[derive(Clone, Debug)]
pub(crate) struct MemoryImage(Arc<ImageFile>);

#[derive(Debug)]
struct ImageFile {
    file: File,
    bytes: usize,
    /// The minimum size that the guest module declares for its memory, by which its memory is told
    /// from others.
    declared: usize,
    /// Where the file is mapped to be read.
    view: Addresses,
    /// Memories of sessions that have ended.
    kept: Kept,
    /// Where the states of memories are kept that began with this image.
    store: Arc<PageStore>,
}

impl MemoryImage {
    /// An image of the whole `file`, which must not be written to or cut off while any session lives.
    pub(crate) fn new(file: File, declared: usize) -> Result<MemoryImage, String> {
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let bytes = usize::try_from(length).map_err(|error| error.to_string())?;
        if bytes == 0 || !bytes.is_multiple_of(WASM_PAGE) || bytes < declared {
            return Err(format!("a memory image of {bytes} bytes is not whole pages of memory"));
        }
        let view = Addresses::reserve(bytes)
            .and_then(|view| view.place(&file, 0, 0..bytes, ProtFlags::READ).map(|()| view))
            .map_err(|error| format!("cannot map it: {error}"))?;
        let (kept, store) = (Kept::default(), Arc::default());
        Ok(MemoryImage(Arc::new(ImageFile { file, bytes, declared, view, kept, store })))
    }

    /// What a memory holds in the beginning.
    pub(crate) fn state(&self) -> State {
        State::image(self.0.bytes, self.store())
    }

    /// Where the states of memories are kept that began with this image.
    pub(crate) fn store(&self) -> Arc<PageStore> {
        Arc::clone(&self.0.store)
    }

    /// Its length, which is the size of a memory that has not grown.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes
    }
}

/// A word of guest memory and the bits to set in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WordBits {
    pub(crate) address: u32,
    pub(crate) bits: u32,
}

/// One reservation of addresses.
#[derive(Debug)]
struct Addresses {
    base: NonNull<u8>,
    reserved: usize,
}

// SAFETY: the range belongs to this value alone (invariant 1) and is not tied to a thread; what is
// done to it through a shared reference is system calls, which the kernel serialises.
unsafe impl Send for Addresses {}
// SAFETY: as above.
unsafe impl Sync for Addresses {}

impl Addresses {
    /// Reserves addresses without memory behind them.
    fn reserve(bytes: usize) -> rustix::io::Result<Addresses> {
        // SAFETY: a null hint without MAP_FIXED lets the kernel choose a range that is free, so no
        // existing mapping is affected.
        let base = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                bytes,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        }?;
        let base = NonNull::new(base.cast::<u8>()).ok_or(rustix::io::Errno::NOMEM)?;
        Ok(Addresses { base, reserved: bytes })
    }

    /// Puts a private view of a file, from `offset` on, in place of a part of it.
    fn place(
        &self,
        file: &File,
        offset: u64,
        range: Range<usize>,
        access: ProtFlags,
    ) -> rustix::io::Result<()> {
        if range.start > range.end || range.end > self.reserved {
            return Err(rustix::io::Errno::INVAL);
        }
        // SAFETY: MAP_FIXED replaces the range, which lies inside of what this value owns (checked
        // above). Nobody uses what was there: its callers have handed nothing of it out yet, or no code
        // runs in it and `condition` is locked.
        unsafe {
            rustix::mm::mmap(
                self.base.as_ptr().add(range.start).cast::<c_void>(),
                range.len(),
                access,
                MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE,
                file,
                offset,
            )
        }?;
        if access.contains(ProtFlags::WRITE) {
            self.track(range);
        }
        Ok(())
    }

    /// Puts all of a file in its place, which is written to when this is.
    fn place_shared(&self, file: &File, bytes: usize) -> rustix::io::Result<()> {
        if bytes > self.reserved {
            return Err(rustix::io::Errno::INVAL);
        }
        // SAFETY: as in `place`.
        unsafe {
            rustix::mm::mmap(
                self.base.as_ptr().cast::<c_void>(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED | MapFlags::FIXED | MapFlags::NORESERVE,
                file,
                0,
            )
        }?;
        Ok(())
    }

    /// Has the kernel keep track of what is written to a part of it, if it can.
    fn track(&self, range: Range<usize>) {
        tracking::register(self.base.as_ptr() as usize + range.start, range.len());
    }

    /// Puts zeros in place of a part of it.
    fn clear(&self, range: Range<usize>, access: ProtFlags) -> rustix::io::Result<()> {
        if range.start > range.end || range.end > self.reserved {
            return Err(rustix::io::Errno::INVAL);
        }
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: as in `place`.
        unsafe {
            rustix::mm::mmap_anonymous(
                self.base.as_ptr().add(range.start).cast::<c_void>(),
                range.len(),
                access,
                MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE,
            )
        }?;
        self.track(range);
        Ok(())
    }

    /// Changes what can be done with a part of it.
    fn protect(&self, range: Range<usize>, access: MprotectFlags) -> rustix::io::Result<()> {
        if range.start > range.end || range.end > self.reserved {
            return Err(rustix::io::Errno::INVAL);
        }
        // SAFETY: the range lies inside of what this value owns (checked above). Making more of it
        // accessible takes nothing from anybody; whoever makes less of it accessible says why nobody
        // depends on it.
        unsafe {
            rustix::mm::mprotect(
                self.base.as_ptr().add(range.start).cast::<c_void>(),
                range.len(),
                access,
            )
        }
    }

    /// Forgets what was written to a part of it: a view of a file is as the file again, other memory
    /// is zeros.
    fn forget(&self, range: Range<usize>) -> rustix::io::Result<()> {
        if range.start > range.end || range.end > self.reserved {
            return Err(rustix::io::Errno::INVAL);
        }
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: the range lies inside of what this value owns (checked above), and its callers own
        // the contents alone.
        unsafe {
            rustix::mm::madvise(
                self.base.as_ptr().add(range.start).cast::<c_void>(),
                range.len(),
                Advice::LinuxDontNeed,
            )
        }
    }
}

impl Drop for Addresses {
    fn drop(&mut self) {
        // SAFETY: the range belongs to this value (invariant 1), which is the last to know of it:
        // wasmtime's memory and every handle hold the `Arc` around the mapping that owns it.
        let unmapped = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), self.reserved) };
        debug_assert!(unmapped.is_ok(), "unmapping an owned range cannot fail");
    }
}

/// A memory in use.
#[derive(Debug)]
struct Mapping {
    /// There until the drop.
    addresses: Option<Addresses>,
    base: NonNull<u8>,
    committed: AtomicUsize,
    condition: Mutex<Condition>,
    /// Whether wasmtime has it as the memory of an instance.
    in_use: AtomicBool,
    /// What it began as a view of, if it did.
    image: Option<MemoryImage>,
    /// The state it began with.
    origin: WeakState,
}

/// What only changes while nobody else looks.
#[derive(Debug, Default)]
struct Condition {
    /// Whether the memory was taken from the guest.
    revoked: bool,
    /// What is mapped where it is not what was in the beginning.
    mapped: MappedRows,
    /// What pages hold that are not found to have been written to since, if that is known.
    held: Option<State>,
    /// Whether pages that were only read were marked, too, so that few of them are found.
    marked: bool,
    /// Pages that were put in the store since long rows were mapped last.
    stored: usize,
}

// SAFETY: `base` is that of the addresses, which are Send; what is done through it is atomic
// operations on words, and copying while nothing runs.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Memory that begins with nothing accessible.
    fn empty(bytes: usize) -> rustix::io::Result<Mapping> {
        Ok(Mapping::of(Addresses::reserve(bytes)?, 0, None))
    }

    /// Memory that begins with a state, as a private, writable view of the image and of what is in the
    /// store; in one that was kept if there is one.
    fn view(image: &MemoryImage, state: &State, reserved: usize) -> std::io::Result<Mapping> {
        let ImageFile { file, bytes, kept, .. } = &*image.0;
        let (memory, held) = match kept.take(reserved, state, image) {
            Some(taken) => taken,
            None => {
                let addresses = Addresses::reserve(reserved)?;
                addresses.track(0..reserved);
                addresses.place(file, 0, 0..*bytes, ProtFlags::READ | ProtFlags::WRITE)?;
                (KeptMemory::image(addresses, image), image.state())
            }
        };
        let mut mapping = Mapping::kept(memory, Some(held.clone()), image);
        if !held.is_same(state) {
            mapping.restore(state, &Written::nothing_since(held), |_| false)?;
        }
        mapping.origin = state.downgrade();
        Ok(mapping)
    }

    /// Memory that was kept, as it is; `held` is what it holds, if that is known.
    fn kept(memory: KeptMemory, held: Option<State>, image: &MemoryImage) -> Mapping {
        let KeptMemory { addresses, bytes, mapped, marked } = memory;
        let mapping = Mapping::of(addresses, bytes, Some(image.clone()));
        *mapping.condition() = Condition { held, mapped, marked, ..Condition::default() };
        mapping
    }

    fn of(addresses: Addresses, committed: usize, image: Option<MemoryImage>) -> Mapping {
        Mapping {
            base: addresses.base,
            addresses: Some(addresses),
            committed: AtomicUsize::new(committed),
            condition: Mutex::default(),
            in_use: AtomicBool::new(false),
            image,
            origin: WeakState::default(),
        }
    }

    fn addresses(&self) -> rustix::io::Result<&Addresses> {
        self.addresses.as_ref().ok_or(rustix::io::Errno::INVAL)
    }

    /// Its condition, which does not change as long as the guard lives.
    fn condition(&self) -> MutexGuard<'_, Condition> {
        // Nothing panics while it is held.
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn committed(&self) -> usize {
        self.committed.load(Ordering::Acquire)
    }

    fn set_committed(&self, bytes: usize) {
        self.committed.store(bytes, Ordering::Release);
    }

    /// Makes the first `bytes` readable and writable.
    fn commit(&self, bytes: usize) -> rustix::io::Result<()> {
        let condition = self.condition();
        if condition.revoked {
            return Err(rustix::io::Errno::ACCESS);
        }
        let committed = self.committed();
        let page = rustix::param::page_size();
        let end = bytes.checked_next_multiple_of(page).ok_or(rustix::io::Errno::NOMEM)?;
        if end <= committed {
            return Ok(());
        }
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        self.addresses()?.protect(committed..end, access)?;
        self.set_committed(end);
        Ok(())
    }

    /// Makes the memory inaccessible, for good: guest code that runs in it traps at its next access,
    /// at an instruction that wasmtime knows to be such an access, and host code does not access it
    /// any more (invariant 4).
    fn revoke(&self) -> rustix::io::Result<()> {
        let mut condition = self.condition();
        self.addresses()?.protect(0..self.committed(), MprotectFlags::empty())?;
        condition.revoked = true;
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let Some(image) = &self.image else { return };
        if let Some(prepared) = image.0.kept.prepare(self, image)
            && let Some(addresses) = self.addresses.take()
        {
            image.0.kept.put(addresses, prepared, image);
        }
    }
}

/// A memory in use by wasmtime.
struct Linear {
    mapping: Arc<Mapping>,
    /// Bytes the guest sees.
    bytes: usize,
    /// Bytes it may grow to without moving.
    capacity: usize,
}

impl Linear {
    /// The memory of an instance, which nobody else may have it as.
    fn of(mapping: Arc<Mapping>, bytes: usize, capacity: usize) -> Result<Linear, String> {
        if mapping.in_use.swap(true, Ordering::AcqRel) {
            return Err("the memory is in use already".to_owned());
        }
        Ok(Linear { mapping, bytes, capacity })
    }
}

impl Drop for Linear {
    fn drop(&mut self) {
        self.mapping.in_use.store(false, Ordering::Release);
    }
}

// SAFETY: `as_ptr` stays the same for the life of the value, `byte_size` bytes from there are
// readable and writable (invariant 2, `bytes <= committed`), what follows up to the reservation's end
// is inaccessible, and only `grow_to` changes the size.
unsafe impl LinearMemory for Linear {
    fn byte_size(&self) -> usize {
        self.bytes
    }

    fn byte_capacity(&self) -> usize {
        self.capacity
    }

    fn grow_to(&mut self, bytes: usize) -> wasmtime::Result<()> {
        if bytes > self.capacity {
            wasmtime::bail!("a memory of {} bytes cannot grow to {bytes}", self.capacity);
        }
        self.mapping.commit(bytes).map_err(std::io::Error::from)?;
        self.bytes = bytes;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.mapping.base.as_ptr()
    }
}

/// What a session keeps of its memory.
#[derive(Clone, Debug)]
pub(crate) struct MemoryHandle(Arc<Mapping>);

impl MemoryHandle {
    /// Sets bits in words of the memory, unless it is revoked. Words outside the memory, or not
    /// aligned, are left alone.
    pub(crate) fn set_bits(&self, words: &[WordBits]) {
        let condition = self.0.condition();
        if condition.revoked {
            return;
        }
        let committed = self.0.committed();
        for word in words {
            let at = word.address as usize;
            if !at.is_multiple_of(align_of::<AtomicU32>())
                || at + size_of::<AtomicU32>() > committed
            {
                continue;
            }
            // SAFETY: the word is inside the readable and writable part of a mapping that this
            // handle keeps alive (checked above, invariants 1 and 2; it cannot be revoked while
            // `condition` is locked) and is aligned; compiled guest code may read and write it
            // meanwhile, which an atomic operation allows.
            let cell = unsafe { AtomicU32::from_ptr(self.0.base.as_ptr().add(at).cast()) };
            cell.fetch_or(word.bits, Ordering::SeqCst);
        }
    }

    /// Takes the memory from the guest for good; see invariant 4 for when this may be done.
    ///
    /// # Errors
    ///
    /// If the system refuses; it may be tried again.
    pub(crate) fn revoke(&self) -> std::io::Result<()> {
        Ok(self.0.revoke()?)
    }

    /// Where it is.
    pub(crate) fn address(&self) -> usize {
        self.0.base.as_ptr() as usize
    }

    /// Bytes of pages that are in memory and are no file's.
    pub(crate) fn own_bytes(&self) -> u64 {
        self.0.own(Finder::best()) as u64
    }

    /// Bytes of memory the guest has.
    pub(crate) fn bytes(&self) -> usize {
        self.0.committed()
    }

    /// The state of the memory, of which `last` is an earlier one.
    ///
    /// The caller sees to it that no guest code runs in this memory meanwhile.
    ///
    /// # Errors
    ///
    /// If the memory is revoked, or there is no room for what has changed.
    pub(crate) fn state(&self, last: &State) -> std::io::Result<State> {
        self.0.state(last, Finder::best())
    }

    /// Makes the memory what a state says, whatever became of it.
    ///
    /// # Errors
    ///
    /// If an instance has this memory. If the system refuses; the memory may hold anything then.
    pub(crate) fn restore(&self, state: &State) -> std::io::Result<()> {
        if self.0.in_use.load(Ordering::Acquire) {
            return Err(std::io::ErrorKind::ResourceBusy.into());
        }
        // What was written to will be written to again; it stays, rather than being faulted in anew.
        let written = self.0.written(Finder::best());
        let few = written.bytes() <= STAYING;
        self.0.restore(state, &written, |_| few)
    }

    /// A copy of the whole memory, for making an image of it or looking for something in it.
    ///
    /// The caller sees to it that no guest code runs in this memory meanwhile.
    ///
    /// # Panics
    ///
    /// If the memory is revoked.
    pub(crate) fn contents(&self) -> Vec<u8> {
        let condition = self.0.condition();
        assert!(!condition.revoked, "what is revoked cannot be read");
        let bytes = self.bytes();
        let mut copy = vec![0_u8; bytes];
        // SAFETY: `bytes` bytes from `base` are readable (invariant 2, not revoked), `copy` is as long and is
        // not part of the mapping.
        unsafe {
            std::ptr::copy_nonoverlapping(self.0.base.as_ptr(), copy.as_mut_ptr(), bytes);
        }
        copy
    }
}

/// Creates the memories of an engine.
#[derive(Debug, Default)]
pub(crate) struct Memories;

/// What the next guest memory is.
#[derive(Clone, Debug)]
pub(crate) enum Beginning {
    /// A fresh one, which begins as the image.
    Image(MemoryImage),
    /// A fresh one that holds a state of a memory which began as the image.
    State(MemoryImage, State),
    /// One that has been used before, as it is.
    Memory(MemoryHandle),
}

impl Beginning {
    fn image(&self) -> Option<&MemoryImage> {
        match self {
            Beginning::Image(image) | Beginning::State(image, _) => Some(image),
            Beginning::Memory(handle) => handle.0.image.as_ref(),
        }
    }

    /// The memory, with so many bytes of addresses.
    fn mapping(&self, reserved: usize) -> Result<Arc<Mapping>, String> {
        let view = |image, state| {
            let describe = |error| format!("cannot map {reserved} bytes: {error}");
            Mapping::view(image, state, reserved).map(Arc::new).map_err(describe)
        };
        match self {
            Beginning::Image(image) => view(image, &image.state()),
            Beginning::State(image, state) => view(image, state),
            Beginning::Memory(MemoryHandle(mapping)) => {
                let fits = mapping.addresses().is_ok_and(|all| all.reserved == reserved);
                if fits { Ok(Arc::clone(mapping)) } else { Err("it has another size".to_owned()) }
            }
        }
    }
}

thread_local! {
    /// What the next guest memory made on this thread is, and that memory's handle once it is made.
    /// wasmtime asks for memories without saying for whom.
    static EXPECTED: RefCell<Option<(Beginning, Option<MemoryHandle>)>> = const { RefCell::new(None) };
}

impl Memories {
    /// Runs `instantiate`, which is expected to make one guest memory on this thread, and says what
    /// it is. Returns its handle as well.
    pub(crate) fn expecting<R>(
        beginning: &Beginning,
        instantiate: impl FnOnce() -> R,
    ) -> (R, Option<MemoryHandle>) {
        /// Clears the expectation even if instantiating panics.
        struct Forget;
        impl Drop for Forget {
            fn drop(&mut self) {
                EXPECTED.take();
            }
        }
        let forget = Forget;
        EXPECTED.set(Some((beginning.clone(), None)));
        let result = instantiate();
        let handle = EXPECTED.take().and_then(|(_, handle)| handle);
        drop(forget);
        (result, handle)
    }
}

// SAFETY: the memories made have the capacity asked for and inaccessible addresses for the guard
// after it, as the reservation covers both and only the part in use is committed. Those made of an
// image are not zero-filled, which is their purpose: the module they are made for has no data.
unsafe impl MemoryCreator for Memories {
    fn new_memory(
        &self,
        _ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let capacity = reserved.or(maximum).unwrap_or(minimum).max(minimum);
        let describe = |error: rustix::io::Errno| format!("cannot map {capacity} bytes: {error}");
        let total = capacity.checked_add(guard).ok_or("a memory that is too large")?;
        EXPECTED.with_borrow_mut(|expected| {
            let declares = |beginning: &Beginning| {
                beginning.image().is_some_and(|image| image.0.declared == minimum)
            };
            let (mapping, bytes) = match expected {
                Some((beginning, handle @ None)) if declares(beginning) => {
                    let mapping = beginning.mapping(total)?;
                    let bytes = mapping.committed();
                    if bytes > capacity {
                        return Err("the memory is larger than it may be".to_owned());
                    }
                    *handle = Some(MemoryHandle(Arc::clone(&mapping)));
                    (mapping, bytes)
                }
                _ => {
                    let mapping = Mapping::empty(total).map_err(describe)?;
                    mapping.commit(minimum).map_err(describe)?;
                    (Arc::new(mapping), minimum)
                }
            };
            Ok(Box::new(Linear::of(mapping, bytes, capacity)?) as Box<dyn LinearMemory>)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn image(byte: u8, pages: usize) -> MemoryImage {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![byte; pages * WASM_PAGE]).unwrap();
        MemoryImage::new(file, WASM_PAGE).unwrap()
    }

    fn memory(image: &MemoryImage) -> (Box<dyn LinearMemory>, MemoryHandle) {
        let ty = MemoryType::new(1, None);
        let capacity = 16 * WASM_PAGE;
        let (memory, handle) = Memories::expecting(&Beginning::Image(image.clone()), || {
            Memories.new_memory(ty, WASM_PAGE, None, Some(capacity), WASM_PAGE)
        });
        (memory.unwrap(), handle.unwrap())
    }

    #[test]
    fn memories_of_one_image_do_not_share_what_they_write() {
        let image = image(7, 2);
        let (_first, one) = memory(&image);
        let (_second, two) = memory(&image);
        one.set_bits(&[WordBits { address: 8, bits: 0xff }]);
        assert_eq!(one.contents()[8], 0xff);
        assert_eq!(two.contents()[8], 7);
        assert_eq!(memory(&image).1.contents(), vec![7; 2 * WASM_PAGE]);
    }

    #[test]
    fn growth_is_zeros_and_stops_at_the_capacity() {
        let image = image(1, 2);
        let (mut memory, handle) = memory(&image);
        memory.grow_to(5 * WASM_PAGE).unwrap();
        assert_eq!(handle.bytes(), 5 * WASM_PAGE);
        assert!(handle.contents()[2 * WASM_PAGE..].iter().all(|byte| *byte == 0));
        assert!(memory.grow_to(17 * WASM_PAGE).is_err());
        assert_eq!(memory.byte_size(), 5 * WASM_PAGE);
    }

    #[test]
    fn bits_outside_the_memory_or_unaligned_are_left_alone() {
        let image = image(0, 1);
        let (_memory, handle) = memory(&image);
        let end = WASM_PAGE as u32;
        for address in [1, 2, 3, end - 3, end, end + 4, u32::MAX - 3, u32::MAX] {
            handle.set_bits(&[WordBits { address, bits: u32::MAX }]);
        }
        assert!(handle.contents().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_is_revoked_is_left_alone_by_the_host() {
        let image = image(0, 1);
        let (mut memory, handle) = memory(&image);
        handle.revoke().unwrap();
        handle.revoke().unwrap();
        handle.set_bits(&[WordBits { address: 8, bits: 1 }]);
        assert!(memory.grow_to(2 * WASM_PAGE).is_err());
        assert_eq!(handle.bytes(), WASM_PAGE);
        assert!(std::panic::catch_unwind(|| handle.contents()).is_err());
    }

    #[test]
    fn a_memory_has_one_instance_at_a_time() {
        let image = image(7, 2);
        let ty = MemoryType::new(1, None);
        let (first, handle) = memory(&image);
        let begun = image.state();
        assert!(handle.restore(&begun).is_err());
        let again = || {
            let beginning = Beginning::Memory(handle.clone());
            let capacity = 16 * WASM_PAGE;
            let (memory, _) = Memories::expecting(&beginning, || {
                Memories.new_memory(ty.clone(), WASM_PAGE, None, Some(capacity), WASM_PAGE)
            });
            memory
        };
        assert!(again().is_err());
        handle.set_bits(&[WordBits { address: 8, bits: 0xff }]);
        drop(first);
        assert_eq!(handle.contents()[8], 0xff);
        handle.restore(&begun).unwrap();
        assert_eq!(handle.contents()[8], 7);
        assert_eq!(again().unwrap().byte_size(), 2 * WASM_PAGE);
    }

    #[test]
    fn a_memory_that_nobody_expects_is_zeros() {
        let image = image(9, 1);
        let ((), none) = Memories::expecting(&Beginning::Image(image), || ());
        assert!(none.is_none());
        let ty = MemoryType::new(1, None);
        let memory = Memories.new_memory(ty, WASM_PAGE, None, None, 0).unwrap();
        assert_eq!(memory.byte_size(), WASM_PAGE);
        assert!(EXPECTED.with_borrow(Option::is_none));
    }
}

//! Keeping the kernel from mapping pages that nobody has touched.
//!
//! When a page of a file is read for the first time, the kernel maps what it has of the pages around it,
//! too. To find what was written to (`written`) it then looks at all of these, again and again: with
//! them, a memory of 81 MiB takes 200 µs to look through, and 40 without. The kernel does not do so where
//! a userfaultfd might want to protect pages from being written. So memories are registered with one,
//! which protects nothing and never hears of a fault.
//!
//! Where there is none to be had, looking takes longer, and nothing else is different.

#![expect(unsafe_code, reason = "asks the kernel by calls that rustix does not wrap")]

use std::os::fd::OwnedFd;
use std::sync::OnceLock;

use rustix::ioctl::{Updater, opcode};
use rustix::mm::UserfaultfdFlags;
use rustix::process::Pid;

/// `struct uffdio_api` of the kernel's `linux/userfaultfd.h`.
#[repr(C)]
struct Api {
    api: u64,
    features: u64,
    ioctls: u64,
}

/// `struct uffdio_register`, of the same file.
#[repr(C)]
struct Register {
    start: u64,
    length: u64,
    mode: u64,
    ioctls: u64,
}

// From the same file.
const API: u64 = 0xAA;
const USER_MODE_ONLY: u32 = 1;
const FEATURE_WP_ASYNC: u64 = 1 << 15;
const MODE_WP: u64 = 1 << 1;

/// The one userfaultfd of this process.
struct Registrar {
    file: OwnedFd,
    /// Whose memory it registers. In a child of this process it is still its parent's.
    process: Pid,
}

impl Registrar {
    fn open() -> Option<Registrar> {
        let flags = UserfaultfdFlags::CLOEXEC
            | UserfaultfdFlags::NONBLOCK
            | UserfaultfdFlags::from_bits_retain(USER_MODE_ONLY);
        // SAFETY: what can be done with the file to this process is what `register` does.
        let file = unsafe { rustix::mm::userfaultfd(flags) }.ok()?;
        let mut api = Api { api: API, features: FEATURE_WP_ASYNC, ioctls: 0 };
        // SAFETY: the opcode is that of UFFDIO_API, whose argument is a `uffdio_api`, which the kernel
        // reads and writes.
        unsafe {
            let call = Updater::<{ opcode::read_write::<Api>(0xAA, 0x3F) }, Api>::new(&mut api);
            rustix::ioctl::ioctl(&file, call)
        }
        .ok()?;
        Some(Registrar { file, process: rustix::process::getpid() })
    }
}

/// Has the kernel map only those pages of a private mapping that are touched, if it can be had.
pub(super) fn map_touched_only(base: usize, bytes: usize) {
    static REGISTRAR: OnceLock<Option<Registrar>> = OnceLock::new();
    let Some(registrar) = REGISTRAR.get_or_init(Registrar::open) else { return };
    if rustix::process::getpid() != registrar.process {
        return;
    }
    let mut register =
        Register { start: base as u64, length: bytes as u64, mode: MODE_WP, ioctls: 0 };
    // SAFETY: the opcode is that of UFFDIO_REGISTER, whose argument is a `uffdio_register`, which the
    // kernel reads and writes. Nobody asks for pages to be protected, so the contents of the mapping and
    // what can be done with it stay the same. Refusals leave it as it was.
    unsafe {
        let call =
            Updater::<{ opcode::read_write::<Register>(0xAA, 0) }, Register>::new(&mut register);
        rustix::ioctl::ioctl(&registrar.file, call)
    }
    .ok();
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rustix::mm::ProtFlags;

    use super::super::Addresses;
    use super::*;

    /// What is registered reads and writes like anything else, and is put in place anew likewise.
    #[test]
    fn what_is_registered_is_memory_as_any() {
        let page = rustix::param::page_size();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![1; 100 * page]).unwrap();
        let memory = Addresses::reserve(100 * page).unwrap();
        for _ in 0..3 {
            memory.place(&file, 0, 0..100 * page, ProtFlags::READ | ProtFlags::WRITE).unwrap();
            map_touched_only(memory.base.as_ptr() as usize, 100 * page);
            map_touched_only(memory.base.as_ptr() as usize, 100 * page);
            for at in 0..100 {
                // SAFETY: the byte is inside of the memory, which nobody else uses.
                unsafe {
                    let byte = memory.base.as_ptr().add(at * page);
                    assert_eq!(byte.read(), 1);
                    byte.write(2);
                    assert_eq!(byte.read(), 2);
                }
            }
        }
    }
}

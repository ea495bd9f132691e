//! Having the kernel keep track of which pages of a memory are written to.
//!
//! Memories are registered with a userfaultfd whose protection is *asynchronous*: a page that is protected
//! and then written to is unprotected by the kernel itself, and nobody hears of it. So nothing that is
//! done with a memory is different, but the kernel can be asked which pages were written to since they
//! were protected (`written`).
//!
//! Registering has a second use. When a page of a file is read for the first time, the kernel maps what it
//! has of the pages around it, too, and looks at all of these whenever it is asked. It does not do so
//! where a page might be protected.
//!
//! Where there is no such userfaultfd to be had (Linux before 6.7, or a filter of system calls), more
//! pages have to be looked at, and nothing else is different.

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

/// Has the kernel keep track of a private mapping, if it can.
pub(super) fn register(base: usize, bytes: usize) {
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

//! What a session may do with files: how many it may make and have open, of what kind, and how much it
//! may write.
//!
//! WASI has no notion of any of this, so the functions that make, open, remove and write are replaced by
//! ones that count, and every stream that writes to a file is wrapped in one that does. Functions that
//! open what they are told about, are kept from what is no file, and no stream waits on another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use futures_util::FutureExt as _;
use rustix::io::Errno;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, HostDescriptor as _, NewTimestamp, OpenFlags,
    PathFlags,
};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsResult, InputStream, OutputStream, Pollable, StreamError,
    StreamResult,
};
use wasmtime_wasi_io::bytes::Bytes;

use crate::host::Host;
use crate::limits::Limits;

/// What a session may still do with files.
#[derive(Debug)]
pub(crate) struct FileQuota {
    /// Bytes that may still be written.
    bytes: AtomicU64,
    /// Files and folders that may still be made.
    files: AtomicU32,
    /// Files and folders that may be open, those that were granted included.
    open: usize,
}

impl FileQuota {
    pub(crate) fn new(limits: &Limits) -> FileQuota {
        FileQuota {
            bytes: AtomicU64::new(limits.file_bytes),
            files: AtomicU32::new(limits.files),
            open: usize::try_from(limits.open_files).unwrap_or(usize::MAX),
        }
    }

    /// Takes bytes of those that may still be written.
    fn write(&self, bytes: usize) -> Result<(), ErrorCode> {
        let bytes = bytes as u64;
        self.bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .map(drop)
            .map_err(|_| ErrorCode::InsufficientSpace)
    }

    /// The same for a stream, which has errors of another kind.
    fn stream(&self, bytes: usize) -> StreamResult<()> {
        self.write(bytes).map_err(|_| {
            // The guest sees `OSError: [Errno 51] No space left on device`.
            StreamError::LastOperationFailed(
                std::io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error()).into(),
            )
        })
    }

    /// Takes one of the files that may still be made.
    fn make(&self) -> Result<(), ErrorCode> {
        self.files
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(drop)
            .map_err(|_| ErrorCode::Quota)
    }

    /// Gives one back: it was removed, or not made after all.
    fn unmake(&self) {
        self.files
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_add(1))
            .ok();
    }
}

type At = (Resource<Descriptor>, String);
type Symlinking = (Resource<Descriptor>, String, String);
type Linking = (Resource<Descriptor>, PathFlags, String, Resource<Descriptor>, String);
type Opening = (Resource<Descriptor>, PathFlags, String, OpenFlags, DescriptorFlags);
type Dating = (Resource<Descriptor>, PathFlags, String, NewTimestamp, NewTimestamp);
type Writing = (Resource<Descriptor>, Vec<u8>, u64);
type Answer<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;

/// Replaces the functions that make, open, remove and write files.
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.2.12")?;
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, Host>, opening: Opening| {
            Box::new(async move { open(store.data_mut(), opening).await })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.create-directory-at",
        |mut store: StoreContextMut<'_, Host>, (folder, path): At| {
            Box::new(async move {
                let host = store.data_mut();
                if let Err(refused) = host.files.make() {
                    return Ok((Err(refused),));
                }
                let made = host.filesystem().create_directory_at(folder, path).await;
                answer(made_or_not(host, made))
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.symlink-at",
        |mut store: StoreContextMut<'_, Host>, (folder, old, new): Symlinking| {
            Box::new(async move {
                let host = store.data_mut();
                if let Err(refused) = host.files.make() {
                    return Ok((Err(refused),));
                }
                let made = host.filesystem().symlink_at(folder, old, new).await;
                answer(made_or_not(host, made))
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.link-at",
        |mut store: StoreContextMut<'_, Host>, (folder, resolving, old, to, new): Linking| {
            Box::new(async move {
                let host = store.data_mut();
                if let Err(refused) = host.files.make() {
                    return Ok((Err(refused),));
                }
                let made = host.filesystem().link_at(folder, resolving, old, to, new).await;
                answer(made_or_not(host, made))
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.unlink-file-at",
        |mut store: StoreContextMut<'_, Host>, (folder, path): At| {
            Box::new(async move {
                let host = store.data_mut();
                let removed = host.filesystem().unlink_file_at(folder, path).await;
                removed.is_ok().then(|| host.files.unmake());
                answer(removed)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.remove-directory-at",
        |mut store: StoreContextMut<'_, Host>, (folder, path): At| {
            Box::new(async move {
                let host = store.data_mut();
                let removed = host.filesystem().remove_directory_at(folder, path).await;
                removed.is_ok().then(|| host.files.unmake());
                answer(removed)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.set-times-at",
        |mut store: StoreContextMut<'_, Host>, dating: Dating| {
            let (folder, resolving, path, accessed, modified) = dating;
            Box::new(async move {
                let host = store.data_mut();
                // This opens the file.
                if let Err(refused) = is_there(host, &folder, resolving, &path).await {
                    return Ok((Err(refused),));
                }
                let mut files = host.filesystem();
                answer(files.set_times_at(folder, resolving, path, accessed, modified).await)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.write",
        |mut store: StoreContextMut<'_, Host>, (file, bytes, offset): Writing| {
            Box::new(async move {
                let host = store.data_mut();
                if let Err(refused) = host.files.write(bytes.len()) {
                    return Ok((Err(refused),));
                }
                answer(host.filesystem().write(file, bytes, offset).await)
            })
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read-via-stream",
        |mut store: StoreContextMut<'_, Host>, (file, offset): (Resource<Descriptor>, u64)| {
            let host = store.data_mut();
            let stream = match host.filesystem().read_via_stream(file, offset) {
                Ok(stream) => stream,
                Err(error) => return Ok((Err(error.downcast()?),)),
            };
            let inner = host.table.delete(stream)?;
            let outer: DynInputStream = Box::new(Reading(inner));
            Ok((Ok(host.table.push(outer)?),))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, Host>, (file, offset): (Resource<Descriptor>, u64)| {
            let made = store.data_mut().filesystem().write_via_stream(file, offset);
            counted(store.data_mut(), made)
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, Host>, (file,): (Resource<Descriptor>,)| {
            let made = store.data_mut().filesystem().append_via_stream(file);
            counted(store.data_mut(), made)
        },
    )
}

/// What the guest gets of a result; errors that are no errors of the file system trap.
fn answer<T>(result: FsResult<T>) -> Answer<T> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}

fn made_or_not<T>(host: &Host, made: FsResult<T>) -> FsResult<T> {
    if made.is_err() {
        host.files.unmake();
    }
    made
}

/// Whether there is something at a path. An error if it is nothing that can be opened.
async fn is_there(
    host: &mut Host,
    folder: &Resource<Descriptor>,
    resolving: PathFlags,
    path: &str,
) -> Result<bool, ErrorCode> {
    let folder = Resource::new_borrow(folder.rep());
    let found = host.filesystem().stat_at(folder, resolving, path.to_owned()).await;
    match found.map(|found| found.type_) {
        Ok(DescriptorType::RegularFile | DescriptorType::Directory) => Ok(true),
        // Unfollowed; opening it is an error of its own.
        Ok(DescriptorType::SymbolicLink) => Ok(true),
        // Opening a pipe waits for whoever holds its other end, and a device does what it does.
        Ok(_) => Err(ErrorCode::NotPermitted),
        Err(_) => Ok(false),
    }
}

async fn open(host: &mut Host, opening: Opening) -> Answer<Resource<Descriptor>> {
    let open = host.table.iter_mut().filter(|entry| entry.is::<Descriptor>()).count();
    if open >= host.files.open {
        return Ok((Err(ErrorCode::Quota),));
    }
    let (folder, resolving, path, opening, flags) = opening;
    let makes = match is_there(host, &folder, resolving, &path).await {
        Ok(there) => !there && opening.contains(OpenFlags::CREATE),
        Err(refused) => return Ok((Err(refused),)),
    };
    if makes && let Err(refused) = host.files.make() {
        return Ok((Err(refused),));
    }
    let opened = host.filesystem().open_at(folder, resolving, path, opening, flags).await;
    answer(if makes { made_or_not(host, opened) } else { opened })
}

fn counted(
    host: &mut Host,
    made: FsResult<Resource<DynOutputStream>>,
) -> Answer<Resource<DynOutputStream>> {
    let stream = match made {
        Ok(stream) => stream,
        Err(error) => return Ok((Err(error.downcast()?),)),
    };
    let inner = host.table.delete(stream)?;
    let quota = Arc::clone(&host.files);
    let outer: DynOutputStream = Box::new(Counted { inner, quota });
    Ok((Ok(host.table.push(outer)?),))
}

/// What a stream of a file answers, which it does at once: the thread that runs the guest works on the
/// file itself, as `wasi::context` has it.
fn at_once<T>(answer: impl Future<Output = StreamResult<T>>) -> StreamResult<T> {
    answer.now_or_never().unwrap_or_else(|| Err(StreamError::trap("the file does not answer")))
}

/// A stream from a file, which is always ready. That of WASI has another thread find that out, and the
/// guest then seems to hand control back for having used up its share of fuel.
struct Reading(DynInputStream);

#[async_trait]
impl Pollable for Reading {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for Reading {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        // Nothing would be taken for the end of the file.
        if size == 0 { Ok(Bytes::new()) } else { at_once(self.0.blocking_read(size)) }
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.read(size)
    }

    async fn cancel(&mut self) {
        self.0.cancel().await;
    }
}

/// A stream to a file that counts what goes through it, and is always ready, too.
struct Counted {
    inner: DynOutputStream,
    quota: Arc<FileQuota>,
}

#[async_trait]
impl Pollable for Counted {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Counted {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.quota.stream(bytes.len())?;
        at_once(self.inner.blocking_write_and_flush(bytes))
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write(bytes)
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

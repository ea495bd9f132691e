//! Guards around what a session does in granted folders.
//!
//! WASI has no notion of how much may be made and written, so the functions that make, remove and write
//! are wrapped in ones that count, and so is every stream that writes to a file. Functions that open
//! what they are told about, are kept from what is no file, and no stream waits on another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use futures_util::FutureExt as _;
use rustix::io::Errno;
use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, DirectoryEntry, DirectoryEntryStream, ErrorCode,
    HostDescriptor as _, HostDirectoryEntryStream, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsError, FsResult, InputStream, OutputStream, Pollable,
    StreamError, StreamResult,
};
use wasmtime_wasi_io::bytes::Bytes;

use crate::host::Host;
use crate::limits::Limits;

/// The entries of a granted folder that have not been told yet.
pub(super) type Sorted = std::vec::IntoIter<FsResult<DirectoryEntry>>;

/// What a session may still do in granted folders.
#[derive(Debug)]
pub(super) struct GrantedQuota {
    /// Bytes that may still be written.
    bytes: AtomicU64,
    /// Files and folders that may still be made.
    files: AtomicU32,
}

impl GrantedQuota {
    pub(super) fn new(limits: &Limits) -> GrantedQuota {
        GrantedQuota {
            bytes: AtomicU64::new(limits.file_bytes),
            files: AtomicU32::new(limits.files),
        }
    }

    /// Takes bytes of those that may still be written.
    pub(super) fn write(&self, bytes: usize) -> Result<(), ErrorCode> {
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
    pub(super) fn make(&self) -> Result<(), ErrorCode> {
        self.files
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(drop)
            .map_err(|_| ErrorCode::Quota)
    }

    /// Gives it back if it was not made after all.
    pub(super) fn made<T>(&self, made: FsResult<T>) -> FsResult<T> {
        if made.is_err() {
            self.unmake();
        }
        made
    }

    /// Gives one back for what was removed.
    pub(super) fn removed(&self, removed: FsResult<()>) -> FsResult<()> {
        if removed.is_ok() {
            self.unmake();
        }
        removed
    }

    fn unmake(&self) {
        self.files
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_add(1))
            .ok();
    }
}

impl Host {
    /// Opens something in a granted folder.
    pub(super) async fn open_granted(
        &mut self,
        folder: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
        opening: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let there = self.is_there(&folder, resolving, &path).await?;
        let makes = !there && opening.contains(OpenFlags::CREATE);
        if makes {
            self.files.granted.make()?;
        }
        let same = Resource::new_borrow(folder.rep());
        let opened = self.filesystem().open_at(same, resolving, path.clone(), opening, flags).await;
        let opened = if makes { self.files.granted.made(opened) } else { opened }?;
        self.note_place(&opened, &folder, resolving, &path).await;
        Ok(opened)
    }

    /// Lists a granted folder in the order of names, which is the same wherever the folder is.
    pub(super) async fn list_granted(
        &mut self,
        folder: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        let stream = self.filesystem().read_directory(folder).await?;
        let mut entries = Vec::new();
        loop {
            let same = Resource::new_borrow(stream.rep());
            match self.filesystem().read_directory_entry(same).await {
                Ok(None) => break,
                Ok(Some(entry)) => entries.push(Ok(entry)),
                Err(error) => entries.push(Err(error)),
            }
        }
        HostDirectoryEntryStream::drop(&mut self.filesystem(), stream).map_err(FsError::trap)?;
        // Errors, which are entries whose names are no text, come first.
        entries.sort_by(|one, other| match (one, other) {
            (Ok(one), Ok(other)) => one.name.cmp(&other.name),
            (one, other) => one.is_ok().cmp(&other.is_ok()),
        });
        let sorted: Sorted = entries.into_iter();
        Ok(Resource::new_own(self.table.push(sorted)?.rep()))
    }

    /// Whether there is something at a path of a granted folder. An error if it is nothing that can be
    /// opened.
    pub(super) async fn is_there(
        &mut self,
        folder: &Resource<Descriptor>,
        resolving: PathFlags,
        path: &str,
    ) -> FsResult<bool> {
        let folder = Resource::new_borrow(folder.rep());
        let found = self.filesystem().stat_at(folder, resolving, path.to_owned()).await;
        match found.map(|found| found.type_) {
            Ok(DescriptorType::RegularFile | DescriptorType::Directory) => Ok(true),
            // Unfollowed; opening it is an error of its own.
            Ok(DescriptorType::SymbolicLink) => Ok(true),
            // Opening a pipe waits for whoever holds its other end, and a device does what it does.
            Ok(_) => Err(ErrorCode::NotPermitted.into()),
            Err(_) => Ok(false),
        }
    }

    /// Has a stream from a granted file answer at once.
    pub(super) fn read_granted(
        &mut self,
        stream: Resource<DynInputStream>,
    ) -> FsResult<Resource<DynInputStream>> {
        let inner = self.table.delete(stream)?;
        let outer: DynInputStream = Box::new(Reading(inner));
        Ok(self.table.push(outer)?)
    }

    /// Has a stream to a granted file count, and answer at once.
    pub(super) fn count_granted(
        &mut self,
        stream: Resource<DynOutputStream>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let inner = self.table.delete(stream)?;
        let quota = Arc::clone(&self.files.granted);
        let outer: DynOutputStream = Box::new(Counted { inner, quota });
        Ok(self.table.push(outer)?)
    }
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
    quota: Arc<GrantedQuota>,
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

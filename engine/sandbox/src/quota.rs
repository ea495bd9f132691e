//! How much a session may write to files, and how many it may have open.
//!
//! WASI has no notion of either, so every stream that writes to a file is wrapped in one that counts,
//! and opening looks at what is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::io::Errno;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptor as _, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

use crate::host::Host;
use crate::limits::Limits;

/// What a session may still do with files.
#[derive(Debug)]
pub(crate) struct FileQuota {
    bytes: AtomicU64,
    /// Files and folders that may be open, those that were granted included.
    open: usize,
}

impl FileQuota {
    pub(crate) fn new(limits: &Limits) -> FileQuota {
        FileQuota { bytes: AtomicU64::new(limits.file_bytes), open: limits.open_files as usize }
    }

    fn take(&self, bytes: u64) -> StreamResult<()> {
        let taken = self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        match taken {
            Ok(_) => Ok(()),
            // The guest sees `OSError: [Errno 51] No space left on device`.
            Err(_) => Err(StreamError::LastOperationFailed(
                std::io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error()).into(),
            )),
        }
    }
}

/// Replaces the functions that open files and make streams that write to them.
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.2.12")?;
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
    )?;
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, Host>, opening: Opening| {
            Box::new(async move { open(store.data_mut(), opening).await })
        },
    )
}

type Opening = (Resource<Descriptor>, PathFlags, String, OpenFlags, DescriptorFlags);
type Opened = Result<Resource<Descriptor>, ErrorCode>;

async fn open(host: &mut Host, opening: Opening) -> wasmtime::Result<(Opened,)> {
    let open = host.table.iter_mut().filter(|entry| entry.is::<Descriptor>()).count();
    if open >= host.files.open {
        return Ok((Err(ErrorCode::Quota),));
    }
    let (folder, resolving, path, opening, flags) = opening;
    match host.filesystem().open_at(folder, resolving, path, opening, flags).await {
        Ok(file) => Ok((Ok(file),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}

type Made = Result<Resource<DynOutputStream>, ErrorCode>;

fn counted(
    host: &mut Host,
    made: wasmtime_wasi::p2::FsResult<Resource<DynOutputStream>>,
) -> wasmtime::Result<(Made,)> {
    let stream = match made {
        Ok(stream) => stream,
        Err(error) => return Ok((Err(error.downcast()?),)),
    };
    let inner = host.table.delete(stream)?;
    let quota = Arc::clone(&host.files);
    let outer: DynOutputStream = Box::new(Counted { inner, quota });
    Ok((Ok(host.table.push(outer)?),))
}

/// A stream to a file that counts what goes through it.
struct Counted {
    inner: DynOutputStream,
    quota: Arc<FileQuota>,
}

#[async_trait]
impl Pollable for Counted {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[async_trait]
impl OutputStream for Counted {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.quota.take(bytes.len() as u64)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.quota.take(bytes.len() as u64)?;
        self.inner.blocking_write_and_flush(bytes).await
    }
}

//! Streams from and to the session's own files, which are always ready.

use std::sync::Arc;

use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

use crate::files::open::OpenNode;
use crate::files::tree::Refusal;

/// Bytes that are read or written at a time at most.
pub(super) const CHUNK: usize = 1 << 20;

/// Reads some bytes of a file; none at its end.
pub(super) fn read(file: &OpenNode, at: u64, length: usize) -> Result<Vec<u8>, Refusal> {
    let tree = file.tree();
    let left = tree.metadata(file.inode)?.size.saturating_sub(at);
    let mut bytes = vec![0; length.min(CHUNK).min(usize::try_from(left).unwrap_or(usize::MAX))];
    let read = tree.read(file.inode, at, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// What a refusal is to a stream.
fn failed(refusal: Refusal) -> StreamError {
    StreamError::LastOperationFailed(refusal.into())
}

/// A stream from a file.
pub(super) struct Reading {
    pub(super) file: Arc<OpenNode>,
    pub(super) at: u64,
}

#[async_trait]
impl Pollable for Reading {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for Reading {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let bytes = read(&self.file, self.at, size).map_err(failed)?;
        if bytes.is_empty() && size > 0 {
            return Err(StreamError::Closed);
        }
        self.at += bytes.len() as u64;
        Ok(bytes.into())
    }
}

/// A stream to a file.
pub(super) struct Writing {
    pub(super) file: Arc<OpenNode>,
    /// None: at its end, wherever that is by then.
    pub(super) at: Option<u64>,
}

#[async_trait]
impl Pollable for Writing {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Writing {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut tree = self.file.tree();
        match &mut self.at {
            Some(at) => {
                tree.write(self.file.inode, *at, &bytes).map_err(failed)?;
                *at += bytes.len() as u64;
            }
            None => tree.append(self.file.inode, &bytes).map_err(failed)?,
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

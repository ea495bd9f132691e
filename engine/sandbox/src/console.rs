//! What a step prints: streamed as it comes, and collected up to its limit.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

use crate::control::{Control, Reason};
use crate::limits::{Limit, Reached, Scope};
use crate::outcome::{Event, Listener, Output, Stream};

/// The console of a session.
pub(crate) struct Console {
    control: Arc<Control>,
    /// `None` while no step runs: what an interpreter prints that is being set up goes nowhere.
    printing: Mutex<Option<Printing>>,
}

#[derive(Default)]
struct Printing {
    listener: Option<Listener>,
    limit: u64,
    scope: Scope,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    printed: u64,
}

impl Console {
    pub(crate) fn new(control: Arc<Control>) -> Console {
        Console { control, printing: Mutex::default() }
    }

    fn printing(&self) -> MutexGuard<'_, Option<Printing>> {
        // A listener may have panicked; what was collected is still whole.
        self.printing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a step that may print `limit` bytes.
    pub(crate) fn begin(&self, limit: u64, scope: Scope, listener: Option<Listener>) {
        *self.printing() = Some(Printing { listener, limit, scope, ..Printing::default() });
    }

    /// Ends the step: what it printed, and how many bytes that would have been without a limit.
    pub(crate) fn end(&self) -> (Output, u64) {
        let printing = self.printing().take().unwrap_or_default();
        let text = |bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            // Cut in the middle of a character, or not text at all.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let output = Output {
            stdout: text(printing.stdout),
            stderr: text(printing.stderr),
            cut_bytes: printing.printed.saturating_sub(printing.limit),
        };
        (output, printing.printed)
    }

    /// Prints what there is room for. The first byte past the limit interrupts the step.
    pub(crate) fn print(&self, stream: Stream, bytes: &[u8]) {
        let mut printing = self.printing();
        let Some(printing) = &mut *printing else { return };
        let before = printing.printed;
        let room = usize::try_from(printing.limit.saturating_sub(before)).unwrap_or(usize::MAX);
        let kept = &bytes[..bytes.len().min(room)];
        printing.printed = before.saturating_add(bytes.len() as u64);
        if !kept.is_empty() {
            match stream {
                Stream::Stdout => printing.stdout.extend_from_slice(kept),
                Stream::Stderr => printing.stderr.extend_from_slice(kept),
            }
            if let Some(listener) = &printing.listener {
                listener(Event::Output { stream, bytes: kept });
            }
        }
        if printing.printed > printing.limit && before <= printing.limit {
            self.control.interrupt(Reason::Limit(Reached {
                limit: Limit::Output,
                scope: printing.scope,
                value: printing.limit,
                used: printing.printed,
            }));
        }
    }
}

/// One of the guest's file descriptors 1 and 2.
#[derive(Clone)]
pub(crate) struct Descriptor {
    stream: Stream,
    console: Arc<Console>,
}

impl Descriptor {
    pub(crate) fn new(stream: Stream, console: &Arc<Console>) -> Descriptor {
        Descriptor { stream, console: Arc::clone(console) }
    }
}

impl IsTerminal for Descriptor {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Descriptor {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Descriptor {
    async fn ready(&mut self) {}
}

impl OutputStream for Descriptor {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.console.print(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 * 1024)
    }
}

impl AsyncWrite for Descriptor {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.console.print(self.stream, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

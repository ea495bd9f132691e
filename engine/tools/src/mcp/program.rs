//! A server that is a program of this machine.

use std::collections::VecDeque;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{ChildStdin, ChildStdout, Command};

use crate::texts;

/// Bytes of the end of what a program writes to stderr that are kept.
const COMPLAINT_BYTES: usize = 2000;
/// How long a program may take to end once it has closed its output.
const AT_ONCE: Duration = Duration::from_millis(500);
/// How long a program has to end by itself, and again when it is asked to.
const GRACE: Duration = Duration::from_secs(2);

/// The end of what a program has written to stderr.
#[derive(Clone, Debug, Default)]
pub(super) struct Complaint(Arc<Mutex<VecDeque<u8>>>);

impl Complaint {
    /// Reads until there is no more. Nothing that the program writes there is waited for, or keeps it waiting.
    async fn gather(self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(&buffer[..read]);
            let beyond = kept.len().saturating_sub(COMPLAINT_BYTES);
            kept.drain(..beyond);
        }
    }

    /// What was written last, if anything was.
    pub(super) fn told(&self) -> Option<String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(kept.make_contiguous()).trim().to_owned();
        (!text.is_empty()).then(|| texts::cleaned(&text, COMPLAINT_BYTES))
    }
}

/// A program that runs, in a process group of its own: what it starts itself ends with it, and Ctrl-C in the
/// terminal is not for it. It is killed when this value is dropped.
#[derive(Debug)]
pub(super) struct Child {
    child: tokio::process::Child,
    group: Option<Pid>,
}

/// A program that was started, and its pipes.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
    pub(super) complaint: Complaint,
}

/// Starts a program with nothing but this environment.
pub(super) fn start(
    command: &Path,
    arguments: &[String],
    environment: impl IntoIterator<Item = (String, String)>,
    folder: &Path,
) -> std::io::Result<Started> {
    let mut program = Command::new(command);
    program.args(arguments).env_clear().envs(environment).current_dir(folder);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program.process_group(0).kill_on_drop(true);
    let mut child = program.spawn()?;
    let gone = || std::io::Error::other("it has no pipes");
    let input = child.stdin.take().ok_or_else(gone)?;
    let output = child.stdout.take().ok_or_else(gone)?;
    let complaint = Complaint::default();
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(complaint.clone().gather(stderr));
    }
    let group = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    Ok(Started { child: Child { child, group }, input, output, complaint })
}

impl Child {
    /// How it has ended, if it has or does so at once.
    pub(super) async fn ended(&mut self) -> Option<String> {
        let ended = tokio::time::timeout(AT_ONCE, self.child.wait()).await;
        ended.ok()?.ok().map(told)
    }

    /// Waits until it ends, now that its input is closed, and makes it end if it does not. Says how it did.
    pub(super) async fn end(mut self) -> String {
        for signal in [None, Some(Signal::TERM)] {
            if let Some(signal) = signal {
                self.signal(signal);
            }
            if let Ok(Ok(status)) = tokio::time::timeout(GRACE, self.child.wait()).await {
                return told(status);
            }
        }
        "it was killed, as it did not end".to_owned()
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // There may be nobody left in it.
            kill_process_group(group, signal).ok();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // The program itself may have ended, and what it has started gone on.
        self.signal(Signal::KILL);
    }
}

fn told(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it ended with status {code}"),
        None => format!("it was ended: {status}"),
    }
}

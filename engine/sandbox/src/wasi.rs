//! What a session gets of WASI: the library, the granted folders, clocks, randomness, and nothing else.
//!
//! No address can be connected to or listened on, and no name looked up. The standard streams are those
//! of the step. Sleeping ends when the step is interrupted.

use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, async_trait};

use crate::console::{Console, Descriptor};
use crate::control::Control;
use crate::files;
use crate::host::Host;
use crate::outcome::Stream;

/// A folder of the host that a sandbox's code can use.
///
/// The folder is held open: what later happens to its path does not change what was granted.
/// Code cannot leave it, by `..` or by symbolic links.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(crate) folder: Arc<Dir>,
    pub(crate) path: String,
    pub(crate) writable: bool,
}

impl Grant {
    /// Lets code read what is in `folder`, under `path` in the guest, an absolute path.
    pub fn read_only(folder: Dir, path: impl Into<String>) -> Grant {
        Grant { folder: Arc::new(folder), path: path.into(), writable: false }
    }

    /// Lets code read and change what is in `folder`, under `path` in the guest, an absolute path.
    pub fn read_write(folder: Dir, path: impl Into<String>) -> Grant {
        Grant { folder: Arc::new(folder), path: path.into(), writable: true }
    }

    /// What is wrong with the path, if anything.
    pub(crate) fn refusal(&self) -> Option<String> {
        let path = &self.path;
        let clean = path.starts_with('/')
            && path.len() > 1
            && path[1..].split('/').all(|part| !matches!(part, "" | "." | ".."))
            && !path.contains('\0');
        let taken = path == "/usr" || path.starts_with("/usr/");
        if !clean {
            Some("it is not a plain absolute path such as `/data`".to_owned())
        } else if taken {
            Some("the guest's library is there".to_owned())
        } else {
            None
        }
    }
}

/// The WASI context of a session.
pub(crate) fn context(
    image: &[Grant],
    grants: &[Grant],
    console: &Arc<Console>,
) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
    builder
        // A folder is read by the thread that runs the guest; handing every read to another thread
        // costs more than the read.
        .allow_blocking_current_thread(true)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .stdout(Descriptor::new(Stream::Stdout, console))
        .stderr(Descriptor::new(Stream::Stderr, console));
    for grant in image.iter().chain(grants) {
        let permissions = if grant.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        builder.preopened_dir(open_path(&grant.folder), &grant.path, permissions)?;
    }
    Ok(builder.build())
}

/// A path that names the folder that is open, and not whatever has its name by now.
fn open_path(folder: &Dir) -> PathBuf {
    format!("/proc/self/fd/{}", folder.as_raw_fd()).into()
}

/// Adds the interfaces that the guest's C library uses.
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<Host, Clocks>(linker, |host| ClocksView {
        started: host.started,
        control: &host.control,
        table: &mut host.table,
    })?;
    files::add_to_linker(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Names [`ClocksView`] for the linker.
struct Clocks;

impl HasData for Clocks {
    type Data<'a> = ClocksView<'a>;
}

/// The monotonic clock, whose alarms also go off when the step is interrupted.
struct ClocksView<'a> {
    started: Instant,
    control: &'a Arc<Control>,
    table: &'a mut ResourceTable,
}

impl monotonic_clock::Host for ClocksView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.started.elapsed().as_nanos())?)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let now = self.now()?;
        self.subscribe_duration(when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, nanoseconds: u64) -> wasmtime::Result<Resource<DynPollable>> {
        // A time too far away to express never comes; the time limit does.
        let at = tokio::time::Instant::now().checked_add(Duration::from_nanos(nanoseconds));
        let alarm = self.table.push(Alarm { control: Arc::clone(self.control), at })?;
        subscribe(self.table, alarm)
    }
}

/// Ready at a time, or when the step is interrupted.
struct Alarm {
    control: Arc<Control>,
    at: Option<tokio::time::Instant>,
}

#[async_trait]
impl Pollable for Alarm {
    async fn ready(&mut self) {
        let _wait = self.control.wait();
        let time = async {
            match self.at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.control.interruption() => {}
            () = time => {}
        }
    }
}

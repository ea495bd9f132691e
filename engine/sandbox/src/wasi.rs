//! What a session gets of WASI: the library, the granted folders, clocks, randomness, and nothing else.
//!
//! No address can be connected to or listened on, and no name looked up. The standard streams are those
//! of the step. Sleeping ends when the step is interrupted.

use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::Arc;

use cap_std::fs::Dir;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, async_trait};

use crate::ambience::Ambience;
use crate::console::{Console, Descriptor};
use crate::control::Control;
use crate::files::{self, PACKAGES};
use crate::host::Host;
use crate::outcome::Stream;

/// Random bytes that the guest gets at a time.
const RANDOM_BYTES: u64 = 64 << 20;

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

    /// The folder.
    pub fn folder(&self) -> &Dir {
        &self.folder
    }

    /// Where code sees it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether code may change what is in it.
    pub fn is_writable(&self) -> bool {
        self.writable
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
        } else if path[1..].split('/').next() == Some(PACKAGES) {
            Some("the guest's packages are there".to_owned())
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
    monotonic_clock::add_to_linker::<Host, Surrounding>(linker, Surrounded::by)?;
    wall_clock::add_to_linker::<Host, Surrounding>(linker, Surrounded::by)?;
    random::add_to_linker::<Host, Surrounding>(linker, Surrounded::by)?;
    insecure::add_to_linker::<Host, Surrounding>(linker, Surrounded::by)?;
    insecure_seed::add_to_linker::<Host, Surrounding>(linker, Surrounded::by)?;
    files::add_to_linker(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Names [`Surrounded`] for the linker.
struct Surrounding;

impl HasData for Surrounding {
    type Data<'a> = Surrounded<'a>;
}

/// The clocks, and what is random.
struct Surrounded<'a> {
    ambience: &'a Arc<Ambience>,
    control: &'a Arc<Control>,
    table: &'a mut ResourceTable,
}

impl Surrounded<'_> {
    fn by(host: &mut Host) -> Surrounded<'_> {
        Surrounded { ambience: &host.ambience, control: &host.control, table: &mut host.table }
    }
}

impl monotonic_clock::Host for Surrounded<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.ambience.read();
        Ok(self.ambience.monotonic())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let (ambience, control) = (Arc::clone(self.ambience), Arc::clone(self.control));
        let alarm = self.table.push(Alarm { ambience, control, at: when })?;
        subscribe(self.table, alarm)
    }

    fn subscribe_duration(&mut self, nanoseconds: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.subscribe_instant(self.ambience.monotonic().saturating_add(nanoseconds))
    }
}

impl wall_clock::Host for Surrounded<'_> {
    fn now(&mut self) -> wasmtime::Result<Datetime> {
        self.ambience.read();
        let now = self.ambience.wall();
        Ok(Datetime { seconds: now.as_secs(), nanoseconds: now.subsec_nanos() })
    }

    fn resolution(&mut self) -> wasmtime::Result<Datetime> {
        Ok(Datetime { seconds: 0, nanoseconds: 1 })
    }
}

impl Surrounded<'_> {
    fn random_bytes(&self, length: u64) -> wasmtime::Result<Vec<u8>> {
        if length > RANDOM_BYTES {
            wasmtime::bail!("{length} random bytes at a time");
        }
        let mut bytes = vec![0; usize::try_from(length)?];
        self.ambience.random(&mut bytes)?;
        Ok(bytes)
    }

    fn random_number(&self) -> wasmtime::Result<u64> {
        let mut bytes = [0; 8];
        self.ambience.random(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

impl random::Host for Surrounded<'_> {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_number()
    }
}

impl insecure::Host for Surrounded<'_> {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random_bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.random_number()
    }
}

impl insecure_seed::Host for Surrounded<'_> {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((self.random_number()?, self.random_number()?))
    }
}

/// Ready at a time, or when the step is interrupted.
struct Alarm {
    ambience: Arc<Ambience>,
    control: Arc<Control>,
    /// On the monotonic clock.
    at: u64,
}

#[async_trait]
impl Pollable for Alarm {
    async fn ready(&mut self) {
        let _wait = self.control.wait();
        tokio::select! {
            biased;
            () = self.control.interruption() => {}
            () = self.ambience.until(self.at) => {}
        }
    }
}

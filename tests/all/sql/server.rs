//! A server of Postgres, which belongs to the tests.
//!
//! Its programs are those of this machine, in the `PATH` or where Debian has them, or the folder that
//! `FUMEHOOD_TEST_POSTGRES` says; where there are none, `scripts/postgres` fetches them with pip into the folder for what
//! tests make. Where there is no pip either, these tests say that they were not run; where the registry cannot be
//! reached, `FUMEHOOD_TEST_WITHOUT_PEERS=1` has them do the same.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Postgres does not run as root, so the tests of root have it run as nobody.
const NOBODY: u32 = 65_534;
/// The password of all its roles.
pub(super) const PASSWORD: &str = "s3cret-of-the-tests";

/// What the database has in it. Postgres reads a statement from each line here.
const CONTENTS: &str = include_str!("shop.sql");

pub(super) struct Server {
    pub(super) port: u16,
    pub(super) has_tls: bool,
    process: Child,
    _folder: TempDir,
}

impl Server {
    /// The one that all tests at work share; nothing, if there can be none.
    pub(super) fn shared() -> Option<Arc<Server>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Server::start(&programs()?));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// The address of the database, for a role.
    pub(super) fn address(&self, role: &str) -> String {
        format!("postgres://{role}:{PASSWORD}@127.0.0.1:{}/shop", self.port)
    }

    fn start(programs: &Path) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
        let data = root.join("data");
        fs::create_dir(&data).unwrap();
        let password = root.join("password");
        fs::write(&password, PASSWORD).unwrap();
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/all/egress/tls");
        for name in ["server.pem", "server.key"] {
            fs::copy(tls.join(name), root.join(name)).unwrap();
            fs::set_permissions(root.join(name), Permissions::from_mode(0o600)).unwrap();
        }
        let is_root = rustix::process::geteuid().is_root();
        if is_root {
            for path in [root, &data, &password, &root.join("server.pem"), &root.join("server.key")]
            {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(root).stdin(Stdio::null()).env_clear().env("LC_ALL", "C.UTF-8");
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        let mut init = command("initdb");
        init.arg("-D").arg(&data).arg("--pwfile").arg(&password).args([
            "--username=admin",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-sync",
        ]);
        done(init, "");
        let mut single = command("postgres");
        single.args(["--single", "-D"]).arg(&data).arg("postgres");
        done(single, "CREATE DATABASE shop;\n");
        let mut single = command("postgres");
        single.args(["--single", "-j", "-D"]).arg(&data).arg("shop");
        done(single, &CONTENTS.replace("PASSWORD_OF_THE_TESTS", PASSWORD));

        let said = command("pg_config").arg("--configure").output().unwrap().stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        let has_tls = said.contains("openssl");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = command("postgres");
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "fsync=off"]);
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        if has_tls {
            server.args(["-c", "ssl=on", "-c"]);
            server.arg(format!("ssl_cert_file={}", root.join("server.pem").display())).arg("-c");
            server.arg(format!("ssl_key_file={}", root.join("server.key").display()));
        }
        let log = fs::File::create(root.join("log")).unwrap();
        let process = server.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let server = Server { port, has_tls, process, _folder: folder };
        let began = Instant::now();
        // It listens before it answers, and says in this file when it does.
        let state = data.join("postmaster.pid");
        let is_ready = || {
            let said = fs::read_to_string(&state).unwrap_or_default();
            said.lines().nth(7).is_some_and(|state| state.trim() == "ready")
        };
        while !is_ready() {
            let log = || fs::read_to_string(server._folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(60), "{}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // At once, and with what it has shared between its processes.
        let quit = rustix::process::Signal::QUIT;
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.process), quit).ok();
        self.process.wait().ok();
    }
}

/// Runs a program to its end, with this on stdin.
fn done(mut command: Command, input: &str) {
    let running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = running.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A statement that fails is said, and no failure of the program.
    assert!(output.status.success() && !said.contains("ERROR:"), "{command:?}: {said}");
}

/// Where the programs are.
fn programs() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("FUMEHOOD_TEST_POSTGRES") {
        return Some(folder.into());
    }
    let mut folders =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.filter_map(|version| Some(version.ok()?.path().join("bin"))));
    }
    let wanted = ["initdb", "postgres", "pg_config"];
    let is_there = |folder: &&PathBuf| wanted.iter().all(|name| folder.join(name).is_file());
    if let Some(folder) = folders.iter().find(is_there) {
        return Some(folder.clone());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !pip.status().is_ok_and(|status| status.success()) {
        eprintln!("NOT RUN: there is no Postgres, and no pip to fetch one with");
        return None;
    }
    let fetched = Command::new(script).arg(&folder).stderr(Stdio::inherit()).output();
    if let Ok(fetched) = &fetched
        && fetched.status.success()
    {
        return Some(String::from_utf8_lossy(&fetched.stdout).trim().into());
    }
    if std::env::var_os("FUMEHOOD_TEST_WITHOUT_PEERS").is_some() {
        eprintln!("NOT RUN: there is no Postgres, and none could be fetched");
        return None;
    }
    panic!(
        "there is no Postgres, and none could be fetched; see above why, or set FUMEHOOD_TEST_WITHOUT_PEERS=1 to leave \
         these tests out"
    )
}

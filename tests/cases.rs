//! Small programs that do the same on host CPython and in the guest.
//!
//! Each `tests/cases/**/*.py` ends with what is expected of it:
//!
//! ```text
//! #=> a line of stdout
//! #! ZeroDivisionError: division by zero     the last line of the traceback, if it ends with one
//! #@ 3, 7                                    the lines of the traceback's frames, outermost first
//! ```
//!
//! and may begin with `# python: 3.12` and `# requires: numpy>=2, pandas>=2`, which say what a host
//! Python needs to run it; a host that has it not, is passed over. The guest has to run all, in both ways
//! of metering. A case that begins with `# guest: reason` shows how the guest differs from a host, and is
//! run in the guest only; `docs/python.md` lists them.
//!
//! In a deterministic sandbox each is run twice, as if on two machines: at another time, by another thread,
//! beside others, and with another copy of the image. Both have to come to the same, to the last bit of
//! their memory, those included that are ended by a limit of fuel.

#![expect(clippy::print_stderr, reason = "building the image shows its progress")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use fumehood::{Code, Determinism, Engine, Image, Limits, Metering, Outcome, Sandbox, Step};
use fumehood_image::ImageStore;
use libtest_mimic::{Arguments, Failed, Trial};

/// What a program does.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    printed: Vec<String>,
    exception: Option<String>,
    /// Compared only where the case says so.
    lines: Option<Vec<u32>>,
}

struct Case {
    name: String,
    path: PathBuf,
    source: String,
    expected: Done,
    minor_version: u32,
    requires: Vec<String>,
    guest_only: bool,
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut cases = Vec::new();
    collect(&root, &root, &mut cases);
    assert!(cases.len() >= 60, "only {} cases were found", cases.len());
    let elsewhere = Arc::new(OnceLock::new());
    let mut trials = Vec::new();
    for case in cases.into_iter().map(Arc::new) {
        let on_host = Arc::clone(&case);
        if !case.guest_only {
            trials.push(Trial::test(format!("host::{}", case.name), move || host(&on_host)));
        }
        for metering in [Metering::Fuel, Metering::Clock] {
            let case = Arc::clone(&case);
            let name = format!("{metering}::{}", case.name);
            trials.push(Trial::test(name, move || guest(&case, metering)));
        }
        let (name, elsewhere) = (format!("twice::{}", case.name), Arc::clone(&elsewhere));
        trials.push(Trial::test(name, move || twice(&case, &elsewhere)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(elsewhere);
    conclusion.exit();
}

fn collect(root: &Path, folder: &Path, cases: &mut Vec<Case>) {
    let mut entries =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, cases);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            cases.push(Case::read(root, path));
        }
    }
}

impl Case {
    fn read(root: &Path, path: PathBuf) -> Case {
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().with_extension("");
        let name = name.display().to_string().replace('/', "::");
        let mut expected = Done::default();
        for line in source.lines() {
            if let Some(printed) = line.strip_prefix("#=>") {
                expected.printed.push(printed.strip_prefix(' ').unwrap_or(printed).to_owned());
            } else if let Some(exception) = line.strip_prefix("#! ") {
                expected.exception = Some(exception.to_owned());
            } else if let Some(lines) = line.strip_prefix("#@ ") {
                let lines = lines.split(',').map(|line| line.trim().parse().unwrap());
                expected.lines = Some(lines.collect());
            }
        }
        let nothing = expected.printed.is_empty() && expected.exception.is_none();
        assert!(!nothing, "{name} expects nothing");
        let header = |key: &str| source.lines().take(3).find_map(|line| line.strip_prefix(key));
        let minor_version = header("# python: 3.").map_or(0, |minor| minor.trim().parse().unwrap());
        let requires = header("# requires: ")
            .map(|names| names.split(',').map(|name| name.trim().to_owned()).collect())
            .unwrap_or_default();
        let guest_only = header("# guest: ").is_some();
        Case { name, path, source, expected, minor_version, requires, guest_only }
    }

    fn check(&self, mut done: Done) -> Result<(), Failed> {
        if self.expected.lines.is_none() {
            done.lines = None;
        }
        if done == self.expected {
            return Ok(());
        }
        Err(format!("expected {:#?}\nbut it did {done:#?}", self.expected).into())
    }
}

/// The lines of the file's own frames in the last traceback of a text.
fn traceback_lines(traceback: &str, file: &str) -> Vec<u32> {
    let last = traceback.rfind("Traceback (most recent call last)").unwrap_or(0);
    let prefix = format!("File \"{file}\", line ");
    traceback[last..]
        .lines()
        .filter_map(|line| {
            let digits = line.trim_start().strip_prefix(&prefix)?;
            digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        })
        .collect()
}

// In the guest -------------------------------------------------------------------------------------

static BY_FUEL_IMAGE: LazyLock<Image> = LazyLock::new(|| image(Metering::Fuel));
static BY_FUEL_ENGINE: LazyLock<Engine> = LazyLock::new(|| engine(&BY_FUEL_IMAGE));
static BY_FUEL: LazyLock<Sandbox> = LazyLock::new(|| sandbox(&BY_FUEL_ENGINE));
static BY_CLOCK: LazyLock<Sandbox> = LazyLock::new(|| sandbox(&engine(&image(Metering::Clock))));

fn image(metering: Metering) -> Image {
    let store = ImageStore::of_user().expect("tests run for a user with a home");
    let store = store.with_metering(metering);
    store.open_or_build(|stage| eprintln!("{stage}")).expect("the image can be built")
}

fn engine(image: &Image) -> Engine {
    Engine::new(image).expect("the image can be loaded")
}

fn sandbox(engine: &Engine) -> Sandbox {
    // However busy the machine is; fuel ends what does not end.
    let limits = Limits::default().with_time(Duration::from_secs(600));
    Sandbox::builder(engine).limits(limits).build().expect("the defaults are a sandbox")
}

fn guest(case: &Case, metering: Metering) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let step = runtime.block_on(async {
        let sandbox = match metering {
            Metering::Clock => &*BY_CLOCK,
            _ => &*BY_FUEL,
        };
        let mut session = sandbox.session().await?;
        session.run(Code::new(&case.source).file("case.py")).await
    })?;
    case.check(done(&step)?)
}

fn done(step: &Step) -> Result<Done, Failed> {
    let mut done = Done {
        printed: step.output.stdout.lines().map(str::to_owned).collect(),
        ..Done::default()
    };
    match &step.outcome {
        Outcome::Completed(_) => {}
        Outcome::Raised(exception) => {
            let last = exception.traceback.lines().rfind(|line| !line.starts_with([' ', '+']));
            done.exception = last.map(str::to_owned);
            done.lines = Some(traceback_lines(&exception.traceback, "case.py"));
        }
        other => return Err(format!("it ended otherwise: {other:?}").into()),
    }
    Ok(done)
}

// Twice --------------------------------------------------------------------------------------------

/// What a program may use that is run twice: most do with less, and the others end there, alike.
const FUEL: u64 = 1_000_000_000;

/// The image as another machine has it: its files were made later and in another order.
struct Elsewhere {
    engine: Engine,
    _folder: tempfile::TempDir,
}

impl Elsewhere {
    fn new() -> Elsewhere {
        let image = &*BY_FUEL_IMAGE;
        let folder = tempfile::tempdir().unwrap();
        let mut names = image.manifest().files.keys().cloned().collect::<Vec<_>>();
        names.push("manifest.json".to_owned());
        for name in names.iter().rev() {
            let (from, to) = (image.path().join(name), folder.path().join(name));
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            let is_machine_code = name.ends_with(".cwasm");
            if !is_machine_code || std::fs::hard_link(&from, &to).is_err() {
                std::fs::copy(from, to).unwrap();
            }
        }
        let engine = Engine::new(&Image::open(folder.path()).unwrap()).unwrap();
        Elsewhere { engine, _folder: folder }
    }
}

/// What a run comes to that has to be the same each time.
#[derive(Debug, PartialEq)]
struct Run {
    outcome: String,
    stdout: String,
    stderr: String,
    fuel: u64,
    memory_bytes: u64,
    digest: String,
}

fn run(case: &Case, engine: &Engine) -> Result<(Run, Step), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let limits = Limits::default().with_time(Duration::from_secs(600)).with_fuel(FUEL);
        let deterministic = Determinism::with_seed(1);
        let sandbox =
            Sandbox::builder(engine).limits(limits).deterministic(deterministic).build()?;
        let mut session = sandbox.session().await?;
        let step = session.run(Code::new(&case.source).file("case.py")).await?;
        let run = Run {
            outcome: format!("{:?}, rolled back: {}", step.outcome, step.rolled_back),
            stdout: step.output.stdout.clone(),
            stderr: step.output.stderr.clone(),
            fuel: step.usage.fuel,
            memory_bytes: step.usage.memory_bytes,
            digest: session.checkpoint()?.digest(&sandbox)?,
        };
        Ok((run, step))
    })
}

fn twice(case: &Case, elsewhere: &OnceLock<Elsewhere>) -> Result<(), Failed> {
    let (one, step) = run(case, &BY_FUEL_ENGINE)?;
    if !matches!(step.outcome, Outcome::LimitReached(..)) {
        case.check(done(&step)?)?;
    }
    let elsewhere = &elsewhere.get_or_init(Elsewhere::new).engine;
    let other = std::thread::scope(|scope| scope.spawn(|| run(case, elsewhere)).join());
    let (other, _) = other.map_err(|_| "it panicked")??;
    if one == other { Ok(()) } else { Err(format!("{one:#?}\nand then {other:#?}").into()) }
}

// On the host --------------------------------------------------------------------------------------

fn python() -> Command {
    let mut command = Command::new("python3");
    command.stdin(Stdio::null());
    command
}

/// The minor version of the host's Python 3, if there is one.
static MINOR_VERSION: LazyLock<Option<u32>> = LazyLock::new(|| {
    let output = python().args(["-c", "import sys; print(sys.version_info[1])"]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
});

fn host(case: &Case) -> Result<(), Failed> {
    let Some(minor_version) = *MINOR_VERSION else {
        return Ok(());
    };
    // The oldest that has everything the cases use without saying so.
    if minor_version < case.minor_version.max(11) {
        return Ok(());
    }
    for required in &case.requires {
        let (library, major) = required.split_once(">=").unwrap_or((required, "0"));
        let check = format!(
            "import sys, {library}; sys.exit(int({library}.__version__.split('.')[0]) < {major})"
        );
        if !python().args(["-c", &check]).output()?.status.success() {
            return Ok(());
        }
    }
    let output = python().arg("-I").arg(&case.path).output()?;
    let stdout = String::from_utf8(output.stdout)?;
    let stderr = String::from_utf8(output.stderr)?;
    let mut done = Done { printed: stdout.lines().map(str::to_owned).collect(), ..Done::default() };
    if !output.status.success() {
        let last = stderr.lines().rfind(|line| !line.starts_with([' ', '+']));
        done.exception = last.map(str::to_owned);
        let file = case.path.display().to_string();
        done.lines = Some(traceback_lines(&stderr, &file));
    }
    case.check(done)
}

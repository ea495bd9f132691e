//! Attacks: programs that try to get out, to see or harm others, or to bring the host down.
//!
//! Each `tests/attacks/<topic>/<attack>.py` is one, named by what it does, and a trial of its own in
//! every way of metering. It begins with a comment that says what the attacker tries and what must
//! hold, and says what comes of it:
//!
//! ```text
//! # What the attacker tries, and what must hold.
//! #% limits: time=300ms memory=200MiB     what differs from the limits below; also output, fuel,
//!                                         tool_calls, files, open_files, file_bytes
//! #% needs: fuel                          tried in this way of metering only
//! the first step
//! #%% step
//! further steps, in the same session
//! #=> a line of stdout, of all steps together
//! #% ends: completed                      how the last step ends; this is the default
//! #% ends 1: limit time_ms                how the first step ends; without it, in any way
//! #% session: lives                       `lives`, which is the default, `rolled back` or `either`
//! #% after: fresh                         the code has broken its own interpreter, its own harm;
//!                                         only a fresh session has to work
//! ```
//!
//! A step ends in one of these ways, or in one of several with `|` between them: `completed`,
//! `answer JSON`, `raised NAME`, `limit NAME`, `failed`; or in `any`, if the code has broken memory that
//! decides it. A session that is rolled back is so in its last step. Where it may be, and was, no further
//! step is tried, and the lines of stdout may end early.
//!
//! The sandbox of an attack has three tools, `echo(value)`, `fail()` and `nap(seconds)`; a read-only
//! grant `/data` and a read-write grant `/out`; `GREETING=hello` in its environment. Both folders have a
//! pipe, and `/data` has `hello.txt` and two symbolic links to a file beside it; a canary is in that file,
//! in the tools' own state, and in the memory and the files of another live session of the same sandbox.
//!
//! Whatever an attack expects of itself, [`try_out`] checks in addition that
//!
//! * every step ended within its limits, the second walls included;
//! * the session works on, rolled back or not; its neighbour goes on; and a fresh session is as fresh
//!   as one was before;
//! * nothing that came back has the canary in it, nothing outside of `/out` has changed;
//! * nothing panicked on the host, which has the descriptors and threads of before, and no more
//!   memory than the session's limit explains.
//!
//! The last are of the whole process, so trials run one after another.

#![expect(clippy::print_stderr, reason = "building the image shows its progress")]

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Code, Engine, Event, FUEL_DEFAULT, FUEL_GRACE_LEAST, FUEL_GRACE_MOST, Grant, Limits, Listener,
    Metering, Outcome, Sandbox, Session, SessionError, Step, TIME_GRACE_LEAST, TIME_GRACE_MOST,
};
use fumehood_image::ImageStore;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

/// The ways of metering. Every attack is tried in each.
const MODES: &[(&str, Metering)] = &[("fuel", Metering::Fuel), ("clock", Metering::Clock)];

/// Fewer attacks than this means that they were not found.
const ATTACKS_LEAST: usize = 250;

/// Time that a step may take past its second wall: the machine has others to serve, and a call of its
/// file system is not interrupted.
const LATE: Duration = Duration::from_secs(2);
/// A step that has not come back by then never does.
const HANGS: Duration = Duration::from_secs(120);
/// Bytes of memory that the process may have at its peak beyond what the session's limit explains: the
/// stack of the guest, machine code that was not in use before, texts on their way.
const PEAK_MORE: u64 = 128 << 20;
/// Bytes of memory that the process may have after any number of attacks beyond those it began with. The
/// C library's allocator keeps some hundred MiB of what was free again once calls were begun by the
/// thousand (`door::beginning_calls_and_taking_no_answer`); each attack runs three sessions at least, so
/// that what a session leaves behind is found from a third of a MiB on.
const REST_MORE: u64 = 256 << 20;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/attacks");
    let mut attacks = Vec::new();
    collect(&root, &root, &mut attacks);
    assert!(attacks.len() >= ATTACKS_LEAST, "only {} attacks were found", attacks.len());
    let attacks = attacks.into_iter().map(Arc::new).collect::<Vec<_>>();
    let mut trials = Vec::new();
    for &(mode, metering) in MODES {
        for attack in &attacks {
            if attack.needs.as_ref().is_none_or(|needed| needed == mode) {
                let name = format!("{mode}::{}", attack.name);
                let attack = Arc::clone(attack);
                trials.push(Trial::test(name, move || trial(metering, &attack)));
            }
        }
    }
    note_panics();
    watch();
    libtest_mimic::run(&arguments, trials).exit();
}

/// The engine of a way of metering, made when it is first needed.
fn engine(metering: Metering) -> Engine {
    static ENGINES: Mutex<Vec<(Metering, Engine)>> = Mutex::new(Vec::new());
    let mut engines = ENGINES.lock().unwrap();
    if let Some((_, engine)) = engines.iter().find(|(of, _)| *of == metering) {
        return engine.clone();
    }
    let store = ImageStore::of_user().expect("tests run for a user with a home");
    let store = store.with_metering(metering);
    let image = store.open_or_build(|stage| eprintln!("{stage}")).expect("the image can be built");
    let engine = Engine::new(&image).expect("the image can be loaded");
    engines.push((metering, engine.clone()));
    engine
}

// The files ----------------------------------------------------------------------------------------

struct Attack {
    /// `topic::attack`
    name: String,
    needs: Option<String>,
    limits: Limits,
    steps: Vec<AttackStep>,
    printed: Vec<String>,
    fate: Fate,
    /// The session has to work after the attack, unless it is lost.
    goes_on: bool,
}

struct AttackStep {
    source: String,
    /// None: in any way.
    ends: Option<String>,
}

/// What becomes of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Lives,
    RolledBack,
    Either,
}

fn collect(root: &Path, folder: &Path, attacks: &mut Vec<Attack>) {
    let mut entries =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, attacks);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            attacks.push(Attack::read(root, &path));
        }
    }
}

impl Attack {
    fn read(root: &Path, path: &Path) -> Attack {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.strip_prefix(root).unwrap().with_extension("");
        let name = name.display().to_string().replace('/', "::");
        assert!(text.starts_with("# "), "{name} does not say what it is");
        let steps = text.split("#%% step\n");
        let steps = steps.map(|source| AttackStep { source: source.to_owned(), ends: None });
        let mut attack = Attack {
            name,
            needs: None,
            limits: Limits::default()
                .with_time(Duration::from_secs(10))
                .with_memory_bytes(256 << 20)
                .with_output_bytes(64 << 10)
                .with_file_bytes(16 << 20)
                .with_tool_calls(100),
            steps: steps.collect(),
            printed: Vec::new(),
            fate: Fate::Lives,
            goes_on: true,
        };
        let last = attack.steps.len() - 1;
        attack.steps[last].ends = Some("completed".to_owned());
        for line in text.lines() {
            if let Some(printed) = line.strip_prefix("#=>") {
                attack.printed.push(printed.strip_prefix(' ').unwrap_or(printed).to_owned());
            } else if let Some(said) = line.strip_prefix("#% ") {
                attack.say(said);
            }
        }
        attack
    }

    /// Takes in what a line of the file says.
    fn say(&mut self, said: &str) {
        let wrong = || -> ! { panic!("{}: it says `{said}`", self.name) };
        let Some((key, value)) = said.split_once(':') else { wrong() };
        let value = value.trim();
        let last = self.steps.len() - 1;
        match (key, value) {
            ("needs", mode) => self.needs = Some(mode.to_owned()),
            ("session", "lives") => self.fate = Fate::Lives,
            ("session", "rolled back") => self.fate = Fate::RolledBack,
            ("session", "either") => self.fate = Fate::Either,
            ("after", "fresh") => self.goes_on = false,
            ("ends", "any") => self.steps[last].ends = None,
            ("ends", ends) => self.steps[last].ends = Some(ends.to_owned()),
            ("limits", limits) => {
                for (key, value) in
                    limits.split_whitespace().filter_map(|limit| limit.split_once('='))
                {
                    self.limits = limited(self.limits.clone(), key, value);
                }
            }
            (key, ends) => {
                let number = key.strip_prefix("ends ").and_then(|number| number.parse().ok());
                let Some(number @ 1_usize..) = number else { wrong() };
                self.steps[number - 1].ends = Some(ends.to_owned());
            }
        }
    }
}

/// The limits with one of them changed.
fn limited(limits: Limits, key: &str, text: &str) -> Limits {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" | "ms" | "B" => 1,
        "s" => 1000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        unit => panic!("no unit is called `{unit}`"),
    };
    let value = digits.parse::<u64>().unwrap() * unit;
    let small = || u32::try_from(value).unwrap();
    match key {
        "time" => limits.with_time(Duration::from_millis(value)),
        "memory" => limits.with_memory_bytes(value),
        "output" => limits.with_output_bytes(value),
        "fuel" => limits.with_fuel(value),
        "tool_calls" => limits.with_tool_calls(value),
        "file_bytes" => limits.with_file_bytes(value),
        "files" => limits.with_files(small()),
        "open_files" => limits.with_open_files(small()),
        key => panic!("no limit is called `{key}`"),
    }
}

// What an attack is tried on -----------------------------------------------------------------------

/// What no attack gets to see. It is made anew by each process, so no file can have it.
static CANARY: LazyLock<String> = LazyLock::new(|| {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("canary{}x{}", std::process::id(), now.as_nanos())
});

/// The host's folders.
struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    fn new() -> Folders {
        let root = tempfile::tempdir().unwrap();
        let path = root.path();
        std::fs::write(path.join("secret"), &*CANARY).unwrap();
        let data = path.join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::create_dir(path.join("out")).unwrap();
        std::fs::write(data.join("hello.txt"), "hello\n").unwrap();
        symlink("../secret", data.join("relative")).unwrap();
        symlink(path.join("secret"), data.join("absolute")).unwrap();
        let pipes = [data.join("pipe"), path.join("out/pipe")];
        assert!(Command::new("mkfifo").args(pipes).status().unwrap().success());
        Folders { root }
    }

    fn open(&self, name: &str) -> Dir {
        Dir::open_ambient_dir(self.root.path().join(name), ambient_authority()).unwrap()
    }

    /// What is wrong with them after an attack, which may have changed `/out` and nothing else.
    fn complaint(&self) -> Option<String> {
        let names = |folder: &Path| {
            let entries = std::fs::read_dir(folder).unwrap();
            let mut names = entries.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
            names.sort();
            names
        };
        let root = self.root.path();
        let data = root.join("data");
        let same = names(root) == ["data", "out", "secret"]
            && names(&data) == ["absolute", "hello.txt", "pipe", "relative"]
            && std::fs::read_to_string(root.join("secret")).unwrap() == *CANARY
            && std::fs::read_to_string(data.join("hello.txt")).unwrap() == "hello\n";
        if !same {
            return Some("it has changed files outside of /out".to_owned());
        }
        leak(&root.join("out")).map(|path| format!("the canary is in {}", path.display()))
    }
}

/// The first file of a folder that begins with the canary, or has it somewhere if it is small.
fn leak(folder: &Path) -> Option<PathBuf> {
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = std::fs::symlink_metadata(entry.path()).unwrap();
            if metadata.is_dir() {
                pending.push(entry.path());
            } else if metadata.is_file() && metadata.len() < 1 << 20 {
                let found = std::fs::read(entry.path()).unwrap();
                if String::from_utf8_lossy(&found).contains(&*CANARY) {
                    return Some(entry.path());
                }
            }
        }
    }
    None
}

fn sandbox(metering: Metering, folders: &Folders, limits: &Limits) -> Sandbox {
    // Each tool has something of its own that the code must not get at.
    let (key, password) = (CANARY.clone(), CANARY.clone());
    let echo = fumehood::function(
        "echo",
        "The value.",
        json!({"type": "object", "properties": {"value": {}}, "required": ["value"]}),
        move |mut arguments| {
            let known = !key.is_empty();
            async move {
                match arguments.remove("value") {
                    Some(value) if known => Ok(value),
                    _ => Err("there is no value"),
                }
            }
        },
    );
    let fail = fumehood::function(
        "fail",
        "Fails.",
        json!({"type": "object", "properties": {}}),
        move |_| {
            let length = password.len().min(1);
            async move { Err::<Value, _>(format!("failed as it should, {length} time")) }
        },
    );
    let nap = fumehood::function(
        "nap",
        "Sleeps.",
        json!({
            "type": "object",
            "properties": {"seconds": {"type": "number"}},
            "required": ["seconds"],
        }),
        |arguments| async move {
            let seconds = arguments["seconds"].as_f64().unwrap_or(0.0);
            let time = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
            tokio::time::sleep(time).await;
            Ok::<_, String>(seconds)
        },
    );
    Sandbox::builder(&engine(metering))
        .limits(limits.clone())
        .tool(echo)
        .tool(fail)
        .tool(nap)
        .grant(Grant::read_only(folders.open("data"), "/data"))
        .grant(Grant::read_write(folders.open("out"), "/out"))
        .env("GREETING", "hello")
        .build()
        .unwrap()
}

// The process --------------------------------------------------------------------------------------

/// What the process uses.
struct Process {
    threads: u64,
    descriptors: usize,
    resident: u64,
    /// What of it is not a file's. Pages of the image that a session has only read belong to the system's
    /// cache, and stay in a memory that is kept for the next session.
    own: u64,
    peak: u64,
}

impl Process {
    fn now() -> Process {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        Process {
            threads: number("Threads:"),
            descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
            resident: number("VmRSS:") << 10,
            own: (number("RssAnon:") + number("RssShmem:")) << 10,
            peak: number("VmHWM:") << 10,
        }
    }

    /// Has the peak counted from here.
    fn forget_peak() {
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
    }
}

/// What panicked on the host since it was last asked for.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        if let Ok(mut panics) = PANICS.lock() {
            panics.push(panic.to_string());
        }
    }));
}

/// The trial that runs, and since when.
static RUNNING: Mutex<Option<(String, Instant)>> = Mutex::new(None);

/// Ends the process if a trial never ends: nobody else could say which one it was.
fn watch() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            if let Some((name, since)) = &*RUNNING.lock().unwrap()
                && since.elapsed() > HANGS
            {
                eprintln!("{name} hangs");
                std::process::abort();
            }
        }
    });
}

// Trying -------------------------------------------------------------------------------------------

impl Attack {
    /// The limits that can be kept in a way of metering.
    fn limits(&self, metering: Metering) -> Limits {
        let mut limits = self.limits.clone();
        if metering != Metering::Fuel {
            limits.fuel = None;
        }
        limits
    }
}

fn trial(metering: Metering, attack: &Attack) -> Result<(), Failed> {
    /// What the process used before the first attack in each way of metering.
    static RESTED: Mutex<Vec<(Metering, u64)>> = Mutex::new(Vec::new());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build();
    let folders = Folders::new();
    let limits = attack.limits(metering);
    // The first one may have to wait for the image to be built.
    let sandbox = sandbox(metering, &folders, &limits);
    *RUNNING.lock().unwrap() = Some((attack.name.clone(), Instant::now()));
    let known = RESTED.lock().unwrap().iter().find(|(of, _)| *of == metering).copied();
    let rested = match known {
        Some((_, rested)) => rested,
        None => {
            // What is made once in a process is there afterwards: the engine, memories and folders
            // that are kept for the next session, a watchdog.
            let runtime = runtime()?;
            for _ in 0..3 {
                runtime.block_on(try_out(&sandbox, attack))?;
            }
            drop(runtime);
            let own = Process::now().own;
            RESTED.lock().unwrap().push((metering, own));
            own
        }
    };
    PANICS.lock().unwrap().clear();
    Process::forget_peak();
    let before = Process::now();

    let runtime = runtime()?;
    let mut complaints = runtime.block_on(try_out(&sandbox, attack))?;
    let meanwhile = Process::now();
    drop(runtime);
    let after = Process::now();
    *RUNNING.lock().unwrap() = None;

    let mut complain = |found: bool, complaint: String| {
        if found {
            complaints.push(complaint);
        }
    };
    let threads = (before.threads, meanwhile.threads);
    complain(threads.1 > threads.0, format!("there are new threads: {threads:?}"));
    let descriptors = (before.descriptors, after.descriptors);
    complain(descriptors.0 != descriptors.1, format!("descriptors: {descriptors:?}"));
    let peak = after.peak.saturating_sub(before.resident) >> 20;
    let most = (attack.limits.memory_bytes + PEAK_MORE) >> 20;
    complain(peak > most, format!("the process grew by {peak} MiB, {most} MiB are explained"));
    let rest = after.own.saturating_sub(rested) >> 20;
    complain(rest > REST_MORE >> 20, format!("the process is {rest} MiB larger than at first"));
    let panics = std::mem::take(&mut *PANICS.lock().unwrap());
    complain(!panics.is_empty(), format!("the host panicked: {panics:?}"));
    complaints.extend(folders.complaint());
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}

/// Runs an attack with a neighbour, and then what has to work afterwards. Returns what is wrong.
async fn try_out(sandbox: &Sandbox, attack: &Attack) -> Result<Vec<String>, SessionError> {
    let mut complaints = Vec::new();
    let mut neighbour = sandbox.session().await?;
    let fresh = usual(&mut neighbour, attack, FRESH).await?;
    let secret = format!("kept = {:?}\nopen('/tmp/kept', 'w').write(kept)", &*CANARY);
    neighbour.run(secret).await?;

    let (mut session, log) = (sandbox.session().await?, Log::default());
    let mut printed = String::new();
    let mut rolled_back = false;
    for (number, step) in (1_usize..).zip(&attack.steps) {
        let code = Code::new(&step.source).listener(log.listener());
        let ended = session.run(code).await?;
        printed.push_str(&ended.output.stdout);
        log.note(&format!("{ended:?}"));
        let told = || format!("{:.2000}", told(&ended));
        let how = how(&ended);
        if let Some(expected) = &step.ends
            && !expected.split('|').any(|expected| expected.trim() == how)
        {
            complaints.push(format!("step {number} ended with `{how}`: {}", told()));
        }
        let exceeded = exceeded(&ended, sandbox.limits());
        complaints.extend(exceeded.map(|what| format!("step {number}: {what}: {}", told())));
        if ended.lost != session.is_lost() {
            complaints.push(format!("step {number}: the session and its step disagree"));
        }
        // What is rolled back to may be an interpreter that earlier steps have broken.
        if ended.lost && attack.fate != Fate::Either {
            complaints.push(format!("the session was lost with step {number}: {}", told()));
        }
        if ended.rolled_back || ended.lost {
            rolled_back = true;
            if number < attack.steps.len() && attack.fate != Fate::Either {
                complaints.push(format!("step {number} was rolled back: {}", told()));
            }
            break;
        }
    }
    match attack.fate {
        Fate::Lives if rolled_back => complaints.push("it was rolled back".to_owned()),
        Fate::RolledBack if !rolled_back => complaints.push("it was not rolled back".to_owned()),
        _ => {}
    }
    let lines = printed.lines().collect::<Vec<_>>();
    let early = rolled_back && attack.fate == Fate::Either;
    let same =
        if early { attack.printed.starts_with(&owned(&lines)) } else { attack.printed == lines };
    if !same {
        complaints.push(format!("expected {:#?}\nbut it printed {lines:#?}", attack.printed));
    }
    if log.has(&CANARY) {
        complaints.push("the canary came back".to_owned());
    }

    if attack.goes_on && !session.is_lost() {
        complaints.extend(usual(&mut session, attack, "").await?.complaint("the session"));
    }
    drop(session);
    let kept = format!("kept == open('/tmp/kept').read() == {:?}", &*CANARY);
    let step = neighbour.run(kept).await?;
    if !matches!(&step.outcome, Outcome::Completed(Some(value)) if value.repr == "True") {
        complaints.push(format!("the neighbour does not go on: {}", told(&step)));
    }
    drop(neighbour);
    let after = usual(&mut sandbox.session().await?, attack, FRESH).await?;
    complaints.extend(after.complaint("a fresh session"));
    complaints.extend(fresh.complaint("the neighbour"));
    for (before, after) in fresh.rest.iter().zip(&after.rest) {
        if before != after {
            complaints.push(format!("fresh sessions differ: first {before}, now {after}"));
        }
    }
    Ok(complaints)
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// What any program does; the limits of attacks are for attacks.
const USUAL: &str = "
import json
class Counter:
    def __init__(self):
        self.items = []
    def add(self, item):
        self.items.append(item)
        return self
def divided(number):
    try:
        return 42 // number
    except ZeroDivisionError as error:
        return type(error).__name__
print(json.dumps([len(Counter().add(1).add(2).items), sum([1, 2, 3]), divided(0), divided(2)]))
";

/// What [`USUAL`] prints.
const USUALLY: &str = r#"[2, 6, "ZeroDivisionError", 21]"#;

/// Describes a fresh session, a line for each thing that an attack on another may have changed.
const FRESH: &str = "
import builtins, gc, linecache, os, signal, sys, threading
import fumehood.limits, fumehood.steps
print('names', sorted(globals()))
print('modules', sorted(sys.modules))
print('builtins', sorted((name, id(value)) for name, value in vars(builtins).items() if name != '_'))
print('runtime', sorted((name, id(value)) for name, value in vars(fumehood.steps).items()))
print('streams', sys.stdout.name, sys.stderr.name, sys.stdout is sys.__stdout__)
print('environment', sorted(os.environ.items()), sys.argv, sys.path, os.getcwd())
print('files', os.listdir('/tmp'), sorted(os.listdir('/data')))
print('signal', signal.getsignal(signal.SIGINT) is fumehood.limits._interrupted)
print('tracing', sys.gettrace(), sys.getprofile(), threading.gettrace(), gc.isenabled())
print('numbers', sys.getrecursionlimit(), sys.get_int_max_str_digits(), sys.getswitchinterval())
print('lines', sorted(linecache.cache))
";

/// What came of [`USUAL`], and of what was asked in addition.
struct Usual {
    worked: Result<(), String>,
    rest: Vec<String>,
}

async fn usual(session: &mut Session, attack: &Attack, more: &str) -> Result<Usual, SessionError> {
    // Memory is not given back within a session, so that limit stays what it was.
    let limits = Limits::default()
        .with_memory_bytes(attack.limits.memory_bytes)
        .with_time(Duration::from_secs(20));
    let code = Code::new(format!("{USUAL}{more}\n6 * 7")).file("usual.py").limits(limits);
    let step = session.run(code).await?;
    let value = match &step.outcome {
        Outcome::Completed(Some(value)) => value.repr.as_str(),
        _ => "",
    };
    let mut lines = step.output.stdout.lines().map(str::to_owned);
    let worked = match lines.next() {
        Some(line) if line == USUALLY && value == "42" => Ok(()),
        _ => Err(told(&step)),
    };
    Ok(Usual { worked, rest: lines.collect() })
}

impl Usual {
    fn complaint(&self, whose: &str) -> Option<String> {
        let told = self.worked.as_ref().err()?;
        Some(format!("{whose} does not do the usual: {told}"))
    }
}

/// All that the guest gave back.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push_str(text);
    }

    fn has(&self, text: &str) -> bool {
        self.0.lock().unwrap().contains(text)
    }

    fn listener(&self) -> Listener {
        let log = self.clone();
        Arc::new(move |event| match event {
            // What is printed is also in the step.
            Event::Output { .. } => {}
            Event::ToolCalled { tool, arguments } => log.note(&format!("{tool} {arguments}\n")),
            Event::ToolReturned { result, .. } => log.note(&format!("{result:?}\n")),
            other => log.note(&format!("{other:?}\n")),
        })
    }
}

/// How a step ended, as the files say it.
fn how(step: &Step) -> String {
    match &step.outcome {
        Outcome::Completed(_) => "completed".to_owned(),
        Outcome::FinalAnswer(answer) => match &answer.json {
            Some(json) => format!("answer {json}"),
            None => "answer".to_owned(),
        },
        Outcome::Raised(exception) => format!("raised {:.80}", exception.name),
        Outcome::LimitReached(reached, _) => format!("limit {}", reached.limit.name()),
        Outcome::Failed(_) => "failed".to_owned(),
        Outcome::Cancelled(_) => "cancelled".to_owned(),
        _ => "in a new way".to_owned(),
    }
}

/// A step for whoever reads why a trial failed.
fn told(step: &Step) -> String {
    let mut told = String::new();
    let text = match &step.outcome {
        Outcome::Raised(exception) | Outcome::LimitReached(_, Some(exception)) => {
            exception.traceback.clone()
        }
        other => format!("{other:?}"),
    };
    let last = text.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
    write!(told, "{}\n{:?}, rolled back: {}", &text[last..], step.usage, step.rolled_back).ok();
    if !step.output.stderr.is_empty() {
        write!(told, "\nstderr: {:.500}", step.output.stderr).ok();
    }
    told
}

/// The limit that a step went past although it has a second wall.
fn exceeded(step: &Step, limits: &Limits) -> Option<String> {
    let usage = &step.usage;
    let time = limits.time + (limits.time / 10).clamp(TIME_GRACE_LEAST, TIME_GRACE_MOST) + LATE;
    let fuel = limits.fuel.unwrap_or(FUEL_DEFAULT);
    let fuel = fuel + (fuel / 10).clamp(FUEL_GRACE_LEAST, FUEL_GRACE_MOST);
    let printed = (step.output.stdout.len() + step.output.stderr.len()) as u64;
    if usage.wall > time {
        Some(format!("it took {:?}, and could take {time:?}", usage.wall))
    } else if usage.fuel > fuel {
        Some(format!("it used {} fuel, and could use {fuel}", usage.fuel))
    } else if usage.memory_bytes > limits.memory_bytes {
        Some(format!("it has {} bytes of memory", usage.memory_bytes))
    } else if printed > limits.output_bytes {
        Some(format!("it printed {printed} bytes"))
    } else {
        None
    }
}

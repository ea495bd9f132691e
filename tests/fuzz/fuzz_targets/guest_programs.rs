//! Programs in sessions of the real guest: Python source, hand-made bytecode, raw requests at the door,
//! system calls on files and descriptors. Whatever they are, the host goes on, every limit holds, what had
//! to be stopped is rolled back, what the session has come to can be saved, and a fresh session is fresh.
#![no_main]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arbitrary::Arbitrary;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Code, FileEntry, FileKind, Grant, Limits, Metering, Outcome, Sandbox, SavedError, Session,
    SessionError, Step,
};
use fumehood_fuzz::{block_on, engine, folder, prepare};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const TIME: Duration = Duration::from_millis(300);
/// Time that a step may take past its second wall: the machine has others to serve.
const LATE: Duration = Duration::from_secs(5);
const OUTPUT: u64 = 4096;
const TOOL_CALLS: u64 = 8;
const FILES: u32 = 20;
const FILE_BYTES: u64 = 64 << 10;
const MEMORY: u64 = 128 << 20;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    by_clock: bool,
    steps: Vec<Vec<Action<'a>>>,
}

#[derive(Arbitrary, Debug)]
enum Action<'a> {
    /// Python, as it is.
    Source(&'a str),
    /// A step whose source is this.
    Raw(&'a str),
    /// Runs bytes as bytecode: nothing in the guest's memory is safe from that.
    Bytecode(&'a [u8]),
    Unmarshal(&'a [u8]),
    /// Something said at the door.
    Door(&'a [u8]),
    Tool {
        size: Option<u32>,
        name: &'a [u8],
        arguments: &'a [u8],
    },
    Call(&'a str),
    Answer {
        json: u8,
        size: Option<u32>,
        text: &'a [u8],
    },
    Write {
        descriptor: u8,
        bytes: &'a [u8],
        times: u16,
    },
    File(Operation, Place<'a>, Place<'a>, u32),
    Raise(u8),
}

#[derive(Arbitrary, Debug)]
enum Operation {
    Fill,
    Append,
    At,
    Truncate,
    Open,
    MakeFolder,
    Link,
    LinkHard,
    Rename,
    Remove,
    RemoveFolder,
    Date,
    List,
    Read,
    Enter,
}

#[derive(Arbitrary, Debug)]
enum Place<'a> {
    Out(u8),
    Nested(u8),
    Data,
    Scratch(u8),
    Secret,
    Text(&'a str),
}

/// Bytes as Python writes them.
fn literal(bytes: &[u8]) -> String {
    let mut text = "b'".to_owned();
    bytes.iter().for_each(|byte| write!(text, "\\x{byte:02x}").unwrap());
    text + "'"
}

fn path(place: &Place<'_>) -> String {
    match place {
        Place::Out(number) => format!("'/out/{}'", number % 8),
        Place::Nested(number) => format!("'/out/{}/{}'", number % 2, number / 2 % 8),
        Place::Data => "'/data/hello'".to_owned(),
        Place::Scratch(number) => format!("'/tmp/{}'", number % 8),
        Place::Secret => "'../secret'".to_owned(),
        Place::Text(text) => {
            format!("{}.decode()", literal(text.as_bytes()))
        }
    }
}

impl Action<'_> {
    /// The action as Python source.
    fn source(&self) -> String {
        let sized = |size: &Option<u32>, bytes: &[u8]| {
            literal(&size.unwrap_or(bytes.len() as u32).to_le_bytes())
        };
        match self {
            Action::Source(source) | Action::Raw(source) => {
                format!("exec({}.decode(), globals())", literal(source.as_bytes()))
            }
            Action::Bytecode(code) => {
                let code = literal(code);
                format!(
                    "exec((lambda: (x, os, 1)).__code__.replace(co_code={code}, co_stacksize=99))"
                )
            }
            Action::Unmarshal(bytes) => format!("marshal.loads({})", literal(bytes)),
            Action::Door(request) => format!("kept.append(_host.call({}))", literal(request)),
            Action::Tool { size, name, arguments } => {
                let (size, name) = (sized(size, name), literal(name));
                let arguments = literal(arguments);
                format!(
                    "a = {arguments}; _host.call(b'\\1' + {size} + struct.pack('<IIII', len(a), 0, 0, 0) + {name} + a)"
                )
            }
            Action::Call(arguments) => {
                let arguments = literal(arguments.as_bytes());
                format!(
                    "a = {arguments}; _host.call(struct.pack('<BIIIII', 1, 4, len(a), 0, 0, 0) + b'echo' + a)"
                )
            }
            Action::Answer { json, size, text } => {
                let size = sized(size, text);
                format!("_host.call(b'\\2\\{:o}' + {size} + {})", json % 3, literal(text))
            }
            Action::Write { descriptor, bytes, times } => {
                format!("os.write({}, {} * {times})", descriptor % 24, literal(bytes))
            }
            Action::File(operation, one, other, number) => {
                let (one, other) = (path(one), path(other));
                match operation {
                    Operation::Fill => {
                        format!("open({one}, 'wb').write(bytes({}))", number % 200_000)
                    }
                    Operation::Append => {
                        format!("open({one}, 'ab').write(bytes({}))", number % 9000)
                    }
                    Operation::At => format!(
                        "kept.append(os.open({one}, os.O_RDWR | os.O_CREAT)); \
                         [os.pwrite(kept[-1], b'x', i * ({number} % 64)) for i in range(100)]"
                    ),
                    Operation::Truncate => format!("os.truncate({one}, {number} << 8)"),
                    Operation::Open => format!("kept.append(os.open({one}, {number}))"),
                    Operation::MakeFolder => format!("os.mkdir({one})"),
                    Operation::Link => format!("os.symlink({other}, {one})"),
                    Operation::LinkHard => format!("os.link({other}, {one})"),
                    Operation::Rename => format!("os.rename({one}, {other})"),
                    Operation::Remove => format!("os.remove({one})"),
                    Operation::RemoveFolder => format!("os.rmdir({one})"),
                    Operation::Date => format!("os.utime({one}, ns=({number} << 32, -{number}))"),
                    Operation::List => format!("kept.append([*os.scandir({one})])"),
                    Operation::Read => format!("kept.append(open({one}, 'rb').read({number}))"),
                    Operation::Enter => format!("os.chdir({one})"),
                }
            }
            Action::Raise(number) => {
                let names = "SystemExit KeyboardInterrupt MemoryError fumehood.LimitExceeded \
                             fumehood.TimeLimitExceeded fumehood.Cancelled GeneratorExit"
                    .split_whitespace()
                    .collect::<Vec<_>>();
                let name = names[usize::from(*number) % names.len()];
                format!("import fumehood; raise {name}('x')")
            }
        }
    }
}

/// A step that does these things, each whatever became of the others.
fn source(actions: &[Action<'_>]) -> String {
    if let [Action::Raw(source)] = actions {
        return (*source).to_owned();
    }
    let mut all =
        "import os, marshal, struct, _host\nx = 1\nkept = globals().setdefault('kept', [])\n"
            .to_owned();
    for (position, action) in actions.iter().enumerate() {
        // What is raised leaves only the last.
        let source = action.source();
        if position + 1 == actions.len() {
            writeln!(all, "{source}").unwrap();
        } else {
            writeln!(all, "try: {source}\nexcept BaseException: pass").unwrap();
        }
    }
    all
}

fn limits() -> Limits {
    Limits::default()
        .with_time(TIME)
        .with_memory_bytes(MEMORY)
        .with_output_bytes(OUTPUT)
        .with_tool_calls(TOOL_CALLS)
        .with_request_bytes(4096)
        .with_answer_bytes(4096)
        .with_nesting(8)
        .with_files(FILES)
        .with_file_bytes(FILE_BYTES)
        .with_open_files(24)
}

fn sandbox(metering: Metering, root: &Path, ran: &Arc<AtomicU64>) -> Sandbox {
    let ran = Arc::clone(ran);
    let schema = json!({"type": "object", "properties": {"value": {}}, "required": ["value"]});
    let echo = fumehood::function("echo", "The value.", schema, move |arguments| {
        ran.fetch_add(1, Ordering::Relaxed);
        async move { Ok::<_, String>(arguments["value"].clone()) }
    });
    let open = |name: &str| Dir::open_ambient_dir(root.join(name), ambient_authority()).unwrap();
    Sandbox::builder(engine(metering))
        .limits(limits())
        .tool(echo)
        .grant(Grant::read_only(open("data"), "/data"))
        .grant(Grant::read_write(open("out"), "/out"))
        .build()
        .unwrap()
}

fuzz_target!(init: prepare(&[Metering::Fuel, Metering::Clock]), |input: Input<'_>| {
    block_on(run(input));
});

async fn run(input: Input<'_>) {
    let root = folder();
    let path = root.path();
    fs::write(path.join("secret"), "secret").unwrap();
    for name in ["data", "out"] {
        fs::create_dir(path.join(name)).unwrap();
    }
    fs::write(path.join("data/hello"), "hello").unwrap();

    let metering = if input.by_clock { Metering::Clock } else { Metering::Fuel };
    let ran = Arc::default();
    let sandbox = sandbox(metering, path, &ran);
    let mut session = sandbox.session().await.unwrap();
    for actions in input.steps.iter().take(4) {
        let before = ran.load(Ordering::Relaxed);
        let had = files(&mut session);
        let was_lost = session.is_lost();
        let step = match session.run(Code::new(source(actions))).await {
            Ok(step) => step,
            Err(SessionError::Lost { .. }) if was_lost => break,
            Err(error) => panic!("{error}"),
        };
        let calls = ran.load(Ordering::Relaxed) - before;
        assert!(calls <= TOOL_CALLS && calls <= step.usage.tool_calls);
        check(&step, &session);
        if step.rolled_back {
            assert_eq!(files(&mut session), had);
        }
    }
    go_on(&sandbox, session).await;

    let fresh = "import os; [sorted(os.listdir('/tmp')), 'kept' in globals(), 40 + 2, echo(7)]";
    let mut session = sandbox.session().await.unwrap();
    match session.run(fresh).await.unwrap().outcome {
        Outcome::Completed(Some(value)) => assert_eq!(value.repr, "[[], False, 42, 7]"),
        other => panic!("{other:?}"),
    }
    drop(session);

    let mut names =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["data", "out", "secret"]);
    assert_eq!(fs::read(path.join("secret")).unwrap(), b"secret");
    assert_eq!(fs::read_dir(path.join("data")).unwrap().count(), 1);
    assert_eq!(fs::read(path.join("data/hello")).unwrap(), b"hello");
    let (files, bytes) = left(&path.join("out"));
    assert!(files <= FILES.into(), "{files} files");
    // Each place in a file that is written takes a page of the disk, and files may have holes.
    let places = files + 3 * input.steps.iter().map(|actions| actions.len() as u64).sum::<u64>();
    assert!(bytes <= FILE_BYTES + 4096 * places, "{bytes} bytes in {files} files");
}

/// What is in the session's own folders, by path: the size of each, and the bytes of small files.
fn files(session: &mut Session) -> BTreeMap<String, (u64, Option<Vec<u8>>)> {
    let files = session.files();
    let mut found = BTreeMap::new();
    let mut pending = vec!["/work".to_owned(), "/tmp".to_owned()];
    while let Some(folder) = pending.pop() {
        // Folders can be nested deeper than a path is long.
        for FileEntry { name, metadata, .. } in files.list(&folder).unwrap_or_default() {
            let path = format!("{folder}/{name}");
            let small = metadata.kind == FileKind::File && metadata.size <= FILE_BYTES;
            let bytes = small.then(|| files.read(&path).unwrap_or_default());
            if metadata.kind == FileKind::Folder {
                pending.push(path.clone());
            }
            found.insert(path, (metadata.size, bytes));
        }
    }
    found
}

/// Goes on from what the session has come to, which may be an interpreter without any sense.
async fn go_on(sandbox: &Sandbox, mut session: Session) {
    let mut saved = Vec::new();
    match session.save(&mut saved) {
        Ok(()) => {}
        Err(SavedError::Session(error)) if matches!(*error, SessionError::Lost { .. }) => return,
        Err(error) => panic!("{error}"),
    }
    let had = files(&mut session);
    drop(session);
    match sandbox.resume(saved.as_slice()).await {
        Ok(mut session) => {
            let step = session.run("1 + 1").await.unwrap();
            check(&step, &session);
            if step.rolled_back {
                assert_eq!(files(&mut session), had);
            }
        }
        // What begins an interpreter anew is in its memory, which is the code's.
        Err(SavedError::Session(error)) if matches!(*error, SessionError::Start { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// Files and folders below a folder, and the bytes of the disk that they take.
fn left(folder: &Path) -> (u64, u64) {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let metadata = fs::symlink_metadata(entry.path()).unwrap();
        files += 1;
        if metadata.is_dir() {
            let (more_files, more_bytes) = left(&entry.path());
            files += more_files;
            bytes += more_bytes;
        } else if metadata.is_file() {
            assert!(metadata.nlink() > 0);
            bytes += 512 * metadata.blocks();
        }
    }
    (files, bytes)
}

fn check(step: &Step, session: &Session) {
    assert_eq!(step.lost, session.is_lost());
    let stopped = matches!(
        step.outcome,
        Outcome::Failed(_) | Outcome::LimitReached(_, None) | Outcome::Cancelled(None)
    );
    assert_eq!(step.rolled_back || step.lost, stopped, "{step:?}");
    assert!(!(step.rolled_back && step.lost));
    assert!(step.usage.wall < TIME * 2 + LATE, "{:?}", step.usage);
    assert!(step.usage.memory_bytes <= MEMORY);
    let output = &step.output;
    // Each byte that is no text takes three.
    assert!((output.stdout.len() + output.stderr.len()) as u64 <= 3 * OUTPUT);
    assert_eq!(output.cut_bytes, step.usage.output_bytes.saturating_sub(OUTPUT));
    let json = match &step.outcome {
        Outcome::Completed(Some(value)) => value.json.as_ref(),
        Outcome::FinalAnswer(answer) => answer.json.as_ref(),
        _ => None,
    };
    if let Some(json) = json {
        assert!(!json.get().contains(['\n', '\r']));
        let parsed = serde_json::from_str::<Value>(json.get());
        assert!(parsed.is_err() || fumehood_fuzz::depth(&parsed.unwrap()) <= 8);
    }
}

//! Saved sessions by anybody: bytes of every kind, and real sessions in which the header, the memory, the
//! files or the packing is another, with a hash that is right. Whatever they are, they are refused or gone
//! on from within the limits; what is read can be saved and is read again as the same; its files count what
//! they hold; and nothing of it is left when it is gone.
#![no_main]
// The tests use the rest.
#![allow(dead_code)]

#[path = "../../all/session_format.rs"]
mod session_format;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use fumehood::{
    Checkpoint, FileKind, Limits, Metering, Refusal, Sandbox, SavedError, Session, SessionError,
};
use fumehood_fuzz::{block_on, engine, prepare};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use session_format::{PAGE, Saved, hashed, packed};

const NAMES: u32 = 12;
const FILE_BYTES: u64 = 200_000;
const DEPTH: u32 = 4;
const MEMORY: u64 = 128 << 20;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    /// As it is.
    Bytes(&'a [u8]),
    /// As it is, with a hash that is right, after what every saved session begins with.
    Hashed(&'a [u8]),
    Changed(Changed<'a>),
}

/// A saved session of which something was changed.
#[derive(Arbitrary, Debug)]
struct Changed<'a> {
    /// For a sandbox that sets memory no limit.
    unlimited: bool,
    /// Without the memory of the real session, which is then the image's and much sooner read.
    bare: bool,
    version: Rarely<u32>,
    header: Vec<(Key, Entry<'a>)>,
    memory: Vec<Write<'a>>,
    /// The beginning of a run of memory, before all others.
    run: Rarely<(Number, Number)>,
    files: Content<'a>,
    /// How long chunks are.
    chunk: Rarely<u16>,
    /// Changes after it was packed, and whether the hash fits them.
    damage: Rarely<(bool, Vec<(u32, u8)>)>,
}

/// What is not there most of the time: with all of it, hardly anything would be right in the rest.
#[derive(Debug)]
struct Rarely<T>(Option<T>);

impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for Rarely<T> {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Rarely<T>> {
        Ok(Rarely(if input.ratio(1, 16)? { Some(input.arbitrary()?) } else { None }))
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Number {
    Any(u64),
    Most,
    /// A power of two, the first that is too large included, or what is near it.
    Near(u8, i8),
}

impl Number {
    fn value(self) -> u64 {
        match self {
            Number::Any(number) => number,
            Number::Most => u64::MAX,
            Number::Near(power, away) => {
                (1_u128 << (power % 65)).wrapping_add_signed(away.into()) as u64
            }
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Key {
    Image,
    Metering,
    MemoryBytes,
    PageBytes,
    Tools,
    OpenFiles,
    Steps,
    Usage,
    Fuel,
    Wall,
    Calls,
    Other,
}

#[derive(Arbitrary, Debug)]
enum Entry<'a> {
    None,
    Number(Number),
    Pages(u16),
    Truth(bool),
    Text(&'a str),
    Texts(Vec<&'a str>),
    Nested(u8),
}

/// Bytes somewhere in memory: near something that was written to, or anywhere.
#[derive(Arbitrary, Debug)]
struct Write<'a> {
    near: Option<u16>,
    at: u32,
    bytes: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Content<'a> {
    /// The files of the real session.
    Real,
    /// The same, with other bytes.
    Damaged(Vec<(u16, u8)>),
    Bytes(&'a [u8]),
    Tree(Files<'a>),
}

/// Files, folders and links, each in a folder that comes before it, but for what is rare.
#[derive(Arbitrary, Debug)]
struct Files<'a> {
    next: Rarely<Number>,
    nodes: Vec<Node<'a>>,
    /// Names that are added: in which folder, and of what.
    names: Rarely<Vec<(u8, Name<'a>, u8)>>,
}

#[derive(Arbitrary, Debug)]
struct Node<'a> {
    /// In which of the folders before it.
    folder: u8,
    name: Name<'a>,
    /// How much the number of its inode is larger than that of the last; one less.
    further: Rarely<u8>,
    time: Rarely<(Number, u32)>,
    body: Body<'a>,
}

#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Folder,
    File { size: Rarely<Number>, blocks: Vec<Block> },
    Link(&'a str),
    Other(Rarely<u8>),
}

#[derive(Arbitrary, Debug)]
struct Block {
    /// How many blocks are left out before it.
    skips: u8,
    at: Rarely<Number>,
    length: u16,
    claims: Rarely<u32>,
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Short(u8),
    Work,
    Temporary,
    Text(&'a str),
    Long(u8),
}

fn sandbox(unlimited: bool) -> &'static Sandbox {
    static SANDBOXES: OnceLock<[Sandbox; 2]> = OnceLock::new();
    let made = SANDBOXES.get_or_init(|| {
        let limits = Limits::default()
            .with_time(Duration::from_millis(300))
            .with_fuel(300_000_000)
            .with_file_bytes(FILE_BYTES)
            .with_files(NAMES)
            .with_path_depth(DEPTH);
        [MEMORY, u64::MAX].map(|memory| {
            let limits = limits.clone().with_memory_bytes(memory);
            Sandbox::builder(engine(Metering::Fuel)).limits(limits).build().unwrap()
        })
    });
    &made[usize::from(unlimited)]
}

/// A session with files of each kind.
fn real() -> Saved {
    static REAL: OnceLock<Saved> = OnceLock::new();
    let save = || {
        block_on(async {
            let mut session = sandbox(false).session().await.unwrap();
            let code = "import os\nx = [1]\nopen('file', 'w').write('bytes' * 20_000)\nos.mkdir('folder')\n\
                        os.symlink('../file', 'folder/link')\nos.link('file', 'name')\n\
                        os.truncate('name', 900_000)\nopen_file = open('/tmp/open', 'w')";
            session.run(code).await.unwrap();
            let mut saved = Vec::new();
            session.save(&mut saved).unwrap();
            Saved::read(&saved)
        })
    };
    REAL.get_or_init(save).clone()
}

impl Name<'_> {
    fn text(&self) -> String {
        match self {
            Name::Short(number) => format!("n{}", number % 8),
            Name::Work => "work".to_owned(),
            Name::Temporary => "tmp".to_owned(),
            Name::Text(text) => (*text).to_owned(),
            Name::Long(length) => "x".repeat((*length).into()),
        }
    }
}

impl Files<'_> {
    fn bytes(&self) -> Vec<u8> {
        // The root, its two folders, and what is in them.
        let mut inodes = vec![1_u64, 2, 3];
        let mut folders = vec![0_usize, 1, 2];
        let mut names = vec![BTreeMap::new(); 3 + self.nodes.len()];
        names[0].extend([("tmp".to_owned(), 2), ("work".to_owned(), 3)]);
        for (node, position) in self.nodes.iter().zip(3..) {
            let inode = inodes[position - 1] + u64::from(node.further.0.unwrap_or_default()) + 1;
            let folder = folders[1 + usize::from(node.folder) % (folders.len() - 1)];
            names[folder].insert(node.name.text(), inode);
            inodes.push(inode);
            if matches!(node.body, Body::Folder) {
                folders.push(position);
            }
        }
        for (folder, name, of) in self.names.0.iter().flatten() {
            let inode = inodes[usize::from(*of) % inodes.len()];
            names[folders[usize::from(*folder) % folders.len()]].insert(name.text(), inode);
        }
        let next = self.next.0.map_or(inodes[inodes.len() - 1] + 1, Number::value);
        let mut bytes = b"fumetree\x01\0\0\0".to_vec();
        bytes.extend(next.to_le_bytes());
        bytes.extend((inodes.len() as u32).to_le_bytes());
        for (position, inode) in inodes.iter().enumerate() {
            let node = position.checked_sub(3).map(|position| &self.nodes[position]);
            let time = node.and_then(|node| node.time.0);
            let (seconds, nanoseconds) = time.unwrap_or((Number::Any(0), 0));
            bytes.extend(inode.to_le_bytes());
            for _ in 0..3 {
                bytes.extend(seconds.value().to_le_bytes());
                bytes.extend(nanoseconds.to_le_bytes());
            }
            match node.map_or(&Body::Folder, |node| &node.body) {
                Body::Folder => {
                    bytes.push(0);
                    bytes.extend((names[position].len() as u32).to_le_bytes());
                    for (name, inode) in &names[position] {
                        bytes.push(name.len() as u8);
                        bytes.extend(name.as_bytes());
                        bytes.extend(inode.to_le_bytes());
                    }
                }
                Body::File { size, blocks } => file(&mut bytes, size.0, blocks),
                Body::Link(target) => {
                    bytes.push(2);
                    bytes.extend((target.len() as u16).to_le_bytes());
                    bytes.extend(target.as_bytes());
                }
                Body::Other(kind) => bytes.push(kind.0.unwrap_or_default()),
            }
        }
        bytes
    }
}

fn file(bytes: &mut Vec<u8>, size: Option<Number>, blocks: &[Block]) {
    let mut end = 0;
    let places = blocks.iter().map(|block| {
        let at = end + u64::from(block.skips % 4) * 65536;
        end = at + 65536;
        block.at.0.map_or(at, Number::value)
    });
    let places = places.collect::<Vec<_>>();
    bytes.push(1);
    bytes.extend(size.map_or(end, Number::value).to_le_bytes());
    bytes.extend((blocks.len() as u32).to_le_bytes());
    for (block, at) in blocks.iter().zip(places) {
        let length = u32::from(block.length) + 1;
        bytes.extend(at.to_le_bytes());
        bytes.extend(block.claims.0.unwrap_or(length).to_le_bytes());
        bytes.extend(std::iter::repeat_n(7, length as usize));
    }
}

impl Entry<'_> {
    fn value(&self) -> Value {
        match self {
            Entry::None => Value::Null,
            Entry::Number(number) => json!(number.value()),
            Entry::Pages(pages) => json!(u64::from(*pages) * 65536),
            Entry::Truth(truth) => json!(truth),
            Entry::Text(text) => json!(text),
            Entry::Texts(texts) => json!(texts),
            Entry::Nested(depth) => (0..*depth).fold(Value::Null, |inner, _| json!([inner])),
        }
    }
}

fn change_header(header: &mut serde_json::Map<String, Value>, key: &Key, value: Value) {
    let (name, inner) = match key {
        Key::Image => ("image", None),
        Key::Metering => ("metering", None),
        Key::MemoryBytes => ("memory_bytes", None),
        Key::PageBytes => ("page_bytes", None),
        Key::Tools => ("tools", None),
        Key::OpenFiles => ("open_files", None),
        Key::Steps => ("steps", None),
        Key::Usage => ("usage", None),
        Key::Fuel => ("usage", Some("fuel")),
        Key::Wall => ("usage", Some("wall_us")),
        Key::Calls => ("usage", Some("tool_calls")),
        Key::Other => ("other", None),
    };
    match inner {
        None => drop(header.insert(name.to_owned(), value)),
        Some(inner) => {
            if let Some(Value::Object(usage)) = header.get_mut(name) {
                usage.insert(inner.to_owned(), value);
            }
        }
    }
}

fn change_memory(pages: &mut BTreeMap<u64, Vec<u8>>, write: &Write<'_>) {
    let mut at = match write.near {
        Some(near) => {
            let number = pages.keys().nth(usize::from(near) % pages.len().max(1)).copied();
            number.unwrap_or_default() * PAGE as u64 + u64::from(write.at % PAGE as u32)
        }
        None => u64::from(write.at),
    };
    for byte in write.bytes {
        let page = pages.entry(at / PAGE as u64).or_insert_with(|| vec![0; PAGE]);
        page[at as usize % PAGE] = *byte;
        at += 1;
    }
}

impl Changed<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut saved = real();
        if self.bare {
            saved.pages.clear();
        }
        for (key, entry) in &self.header {
            change_header(&mut saved.header, key, entry.value());
        }
        for write in &self.memory {
            change_memory(&mut saved.pages, write);
        }
        match &self.files {
            Content::Real => {}
            Content::Damaged(changes) => {
                for (at, byte) in changes {
                    let length = saved.files.len();
                    saved.files[usize::from(*at) % length] ^= byte;
                }
            }
            Content::Bytes(bytes) => saved.files = bytes.to_vec(),
            Content::Tree(files) => saved.files = files.bytes(),
        }
        let mut contents = saved.contents();
        if let Some((at, length)) = self.run.0 {
            let run = [at, length].map(|number| number.value().to_le_bytes());
            contents.splice(0..0, run.concat());
        }
        let header = serde_json::to_vec(&saved.header).unwrap();
        let chunk = self.chunk.0.map_or(session_format::CHUNK, |length| 64 + usize::from(length));
        let mut bytes = packed(self.version.0.unwrap_or(1), &header, &contents, chunk);
        if let Some((fits, changes)) = &self.damage.0 {
            if *fits {
                bytes.truncate(bytes.len() - 32);
            }
            for (at, byte) in changes {
                // Most of it is memory; the beginning is of more interest.
                let length = if at % 2 == 0 { bytes.len() } else { bytes.len().min(1000) };
                bytes[*at as usize % length] ^= byte;
            }
            if *fits {
                bytes = hashed(bytes);
            }
        }
        bytes
    }
}

impl Input<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Input::Bytes(bytes) => bytes.to_vec(),
            Input::Hashed(bytes) => hashed([b"fumehood\x01\0\0\0", *bytes].concat()),
            Input::Changed(changed) => changed.bytes(),
        }
    }
}

fn save(checkpoint: &Checkpoint, sandbox: &Sandbox) -> Vec<u8> {
    let mut bytes = Vec::new();
    checkpoint.save(sandbox, &mut bytes).unwrap();
    bytes
}

/// How many files, folders and links are below a folder.
fn count(files: &fumehood::Files<'_>, path: &str, depth: u32) -> u32 {
    assert!(depth <= DEPTH, "{path} is too deep");
    let mut sum = 0;
    for entry in files.list(path).unwrap() {
        sum += 1;
        if entry.metadata.kind == FileKind::Folder {
            sum += count(files, &format!("{path}/{}", entry.name), depth + 1);
        }
    }
    sum
}

/// The files of a session that nobody has open: as many as there may be, and when they are gone there is
/// room for as much as ever.
fn look_at_files(session: &mut Session) {
    let mut files = session.files();
    let folders = files.list("/").unwrap();
    let found = folders.iter().map(|folder| count(&files, &format!("/{}", folder.name), 1));
    assert!(found.sum::<u32>() <= NAMES);
    for folder in &folders {
        let path = format!("/{}", folder.name);
        for entry in files.list(&path).unwrap() {
            files.remove(&format!("{path}/{}", entry.name)).unwrap();
        }
        assert!(files.list(&path).unwrap().is_empty());
    }
    let Some(folder) = folders.first() else { return };
    let path = format!("/{}/all", folder.name);
    let most = FILE_BYTES as usize - 512;
    files.write(&path, &vec![1; most]).unwrap();
    let refused = files.write(&format!("{path} more"), b"");
    assert!(
        matches!(refused, Err(fumehood::FilesError::Refused { reason: Refusal::NoSpace, .. })),
        "{refused:?}"
    );
}

const LOOKING_AROUND: &str = "
import os
for top in ('/work', '/tmp'):
    for folder, folders, files in os.walk(top):
        for name in files + folders:
            os.lstat(folder + '/' + name)
            with open(folder + '/' + name, 'ab') as file:
                file.write(b'x')
x.append(2)
";

async fn run(bytes: &[u8], sandbox: &Sandbox) {
    let checkpoint = match Checkpoint::load(sandbox, bytes) {
        Ok(checkpoint) => checkpoint,
        Err(SavedError::Io(error)) => panic!("{error}"),
        Err(_) => return,
    };
    let saved = save(&checkpoint, sandbox);
    let again = Checkpoint::load(sandbox, saved.as_slice()).unwrap();
    assert!(save(&again, sandbox) == saved, "what is read is not what was saved");
    drop(again);
    for looks in [true, false] {
        match sandbox.session_from(&checkpoint).await {
            Ok(mut session) if looks => look_at_files(&mut session),
            Ok(mut session) => {
                let step = session.run(LOOKING_AROUND).await.unwrap();
                assert!(step.usage.memory_bytes <= sandbox.limits().memory_bytes);
                count(&session.files(), "/", 0);
            }
            // What begins an interpreter anew is in its memory.
            Err(SessionError::Start { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fuzz_target!(init: prepare(&[Metering::Fuel]), |input: Input<'_>| {
    let unlimited = matches!(input, Input::Changed(Changed { unlimited: true, .. }));
    let sandbox = sandbox(unlimited);
    block_on(run(&input.bytes(), sandbox));
    assert_eq!(engine(Metering::Fuel).state_bytes(), 0, "something of it is left");
});

//! The tree, compared with a folder of the host: random operations have to come to the same in both.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt as _, OpenOptions};
use proptest::prelude::*;
use rustix::io::Errno;

use crate::files::open::{OpenNode, SharedTree};
use crate::files::tree::{Body, Bounds, FileKind, Inode, Opening, ROOT, Refusal, Tree};
use crate::limits::ENTRY_BYTES;

/// What may be done. Numbers of files stand for those that are open, round and round.
#[derive(Clone, Debug)]
enum Operation {
    Open { path: String, write: bool, create: bool, exclusive: bool, truncate: bool },
    Close(usize),
    ReadAt(usize, u64, usize),
    WriteAt(usize, u64, Vec<u8>),
    Append(usize, Vec<u8>),
    Resize(usize, u64),
    StatOpen(usize),
    ReadAll(String),
    MakeFolder(String),
    MakeLink(String, String),
    AddName(String, String),
    RemoveFile(String),
    RemoveFolder(String),
    Rename(String, String),
    Target(String),
    Stat(String, bool),
    List(String),
    Copy,
    PutBack,
}

/// Paths of which none ends in `.`, which the reference drops.
fn path() -> impl Strategy<Value = String> {
    let name = || prop_oneof![4 => Just("a"), 4 => Just("b"), 3 => Just("c"), 1 => Just("..")];
    let way = prop_oneof![9 => name().boxed(), 1 => Just(".").boxed()];
    (prop::collection::vec(way, 0..3), name()).prop_map(|(mut names, last)| {
        names.push(last);
        names.join("/")
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        (any::<u8>(), 60_000..140_000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

fn position() -> impl Strategy<Value = u64> {
    prop_oneof![0..50_u64, 65_530..65_545_u64, 0..300_000_u64]
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let flag = any::<bool>;
    prop_oneof![
        6 => (path(), flag(), prop::bool::weighted(0.8), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
            .prop_map(|(path, write, create, exclusive, truncate)| {
                Open { path, write: write || create || truncate, create, exclusive, truncate }
            }),
        2 => any::<usize>().prop_map(Close),
        2 => (any::<usize>(), position(), 0..200_000_usize).prop_map(|(n, at, length)| ReadAt(n, at, length)),
        3 => (any::<usize>(), position(), bytes()).prop_map(|(n, at, bytes)| WriteAt(n, at, bytes)),
        2 => (any::<usize>(), bytes()).prop_map(|(n, bytes)| Append(n, bytes)),
        2 => (any::<usize>(), position()).prop_map(|(n, size)| Resize(n, size)),
        2 => any::<usize>().prop_map(StatOpen),
        2 => path().prop_map(ReadAll),
        5 => path().prop_map(MakeFolder),
        3 => (path(), path()).prop_map(|(target, path)| MakeLink(target, path)),
        2 => (path(), path()).prop_map(|(path, new)| AddName(path, new)),
        3 => path().prop_map(RemoveFile),
        2 => path().prop_map(RemoveFolder),
        5 => (path(), path()).prop_map(|(path, new)| Rename(path, new)),
        1 => path().prop_map(Target),
        3 => (path(), flag()).prop_map(|(path, follow)| Stat(path, follow)),
        2 => path().prop_map(List),
        1 => Just(Copy),
        1 => Just(PutBack),
    ]
}

/// What an operation comes to.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Bytes(Vec<u8>),
    Text(String),
    Names(Vec<String>),
    Stat(FileKind, Option<u64>, Option<u64>),
    Refused(Refusal),
}

impl<T: Into<Answer>> From<Result<T, Refusal>> for Answer {
    fn from(result: Result<T, Refusal>) -> Answer {
        result.map_or_else(Answer::Refused, Into::into)
    }
}

impl From<()> for Answer {
    fn from((): ()) -> Answer {
        Answer::Done
    }
}

/// The error of a system as that of a tree.
fn refusal(error: io::Error) -> Refusal {
    let Some(number) = error.raw_os_error() else {
        // What leads out of its folder.
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error:?}");
        return Refusal::NotPermitted;
    };
    match Errno::from_raw_os_error(number) {
        Errno::BUSY => Refusal::Busy,
        Errno::EXIST => Refusal::Exists,
        Errno::INVAL => Refusal::Invalid,
        Errno::ISDIR => Refusal::IsFolder,
        Errno::LOOP => Refusal::Loop,
        Errno::NOTDIR => Refusal::NotFolder,
        Errno::NOENT => Refusal::NotFound,
        Errno::NOTEMPTY => Refusal::NotEmpty,
        Errno::PERM | Errno::XDEV => Refusal::NotPermitted,
        _ => panic!("{error:?}"),
    }
}

// The folder of the host --------------------------------------------------------------------------

struct Real {
    folder: tempfile::TempDir,
    dir: Dir,
    open: Vec<std::fs::File>,
    copy: Option<tempfile::TempDir>,
}

fn copied(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("cp").arg("-aT").arg(from).arg(folder.path()).status().unwrap();
    assert!(status.success());
    folder
}

impl Real {
    fn of(folder: tempfile::TempDir) -> Real {
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        Real { folder, dir, open: Vec::new(), copy: None }
    }

    fn stat(metadata: &cap_std::fs::Metadata) -> Answer {
        let (size, links) = (Some(metadata.len()), Some(metadata.nlink()));
        match metadata.file_type() {
            kind if kind.is_dir() => Answer::Stat(FileKind::Folder, None, None),
            kind if kind.is_file() => Answer::Stat(FileKind::File, size, links),
            _ => Answer::Stat(FileKind::Link, size, links),
        }
    }

    fn run(&mut self, operation: &Operation) -> Answer {
        self.try_run(operation).unwrap_or_else(|error| Answer::Refused(refusal(error)))
    }

    fn try_run(&mut self, operation: &Operation) -> io::Result<Answer> {
        let chosen =
            |number: usize, open: &[std::fs::File]| (!open.is_empty()).then(|| number % open.len());
        let dir = &self.dir;
        Ok(match operation {
            Operation::Open { path, write, create, exclusive, truncate } => {
                let mut options = OpenOptions::new();
                options.read(true).write(*write).truncate(*truncate);
                options.create(*create).create_new(*create && *exclusive);
                let file = dir.open_with(path, &options)?;
                if file.metadata()?.is_file() {
                    self.open.push(file.into_std());
                }
                Answer::Done
            }
            Operation::Close(number) => {
                if let Some(at) = chosen(*number, &self.open) {
                    self.open.remove(at);
                }
                Answer::Done
            }
            Operation::ReadAt(number, at, length) => {
                let Some(n) = chosen(*number, &self.open) else { return Ok(Answer::Done) };
                let mut bytes = vec![7; *length];
                let mut read = 0;
                while read < *length {
                    match self.open[n].read_at(&mut bytes[read..], at + read as u64)? {
                        0 => break,
                        some => read += some,
                    }
                }
                bytes.truncate(read);
                Answer::Bytes(bytes)
            }
            Operation::WriteAt(number, at, bytes) => {
                if let Some(n) = chosen(*number, &self.open)
                    && is_writable(&self.open[n])
                {
                    self.open[n].write_all_at(bytes, *at)?;
                }
                Answer::Done
            }
            Operation::Append(number, bytes) => {
                if let Some(n) = chosen(*number, &self.open)
                    && is_writable(&self.open[n])
                {
                    let end = self.open[n].metadata()?.len();
                    self.open[n].write_all_at(bytes, end)?;
                }
                Answer::Done
            }
            Operation::Resize(number, size) => {
                if let Some(n) = chosen(*number, &self.open)
                    && is_writable(&self.open[n])
                {
                    self.open[n].set_len(*size)?;
                }
                Answer::Done
            }
            Operation::StatOpen(number) => {
                let Some(n) = chosen(*number, &self.open) else { return Ok(Answer::Done) };
                let metadata = self.open[n].metadata()?;
                let links = std::os::unix::fs::MetadataExt::nlink(&metadata);
                Answer::Stat(FileKind::File, Some(metadata.len()), Some(links))
            }
            Operation::ReadAll(path) => {
                let mut bytes = Vec::new();
                dir.open(path)?.read_to_end(&mut bytes)?;
                Answer::Bytes(bytes)
            }
            Operation::MakeFolder(path) => dir.create_dir(path)?.into(),
            Operation::MakeLink(target, path) => dir.symlink(target, path)?.into(),
            Operation::AddName(path, new) => dir.hard_link(path, dir, new)?.into(),
            Operation::RemoveFile(path) => dir.remove_file(path)?.into(),
            Operation::RemoveFolder(path) => dir.remove_dir(path)?.into(),
            Operation::Rename(path, new) => dir.rename(path, dir, new)?.into(),
            Operation::Target(path) => {
                Answer::Text(dir.read_link_contents(path)?.to_str().unwrap().to_owned())
            }
            Operation::Stat(path, true) => Real::stat(&dir.metadata(path)?),
            Operation::Stat(path, false) => Real::stat(&dir.symlink_metadata(path)?),
            Operation::List(path) => {
                let entries = dir.read_dir(path)?;
                let names = entries.map(|entry| Ok(entry?.file_name().into_string().unwrap()));
                let mut names = names.collect::<io::Result<Vec<_>>>()?;
                names.sort();
                Answer::Names(names)
            }
            Operation::Copy => {
                self.copy = Some(copied(self.folder.path()));
                Answer::Done
            }
            Operation::PutBack => {
                if let Some(copy) = &self.copy {
                    let again = copied(copy.path());
                    let copy = self.copy.take();
                    *self = Real { copy, ..Real::of(again) };
                }
                Answer::Done
            }
        })
    }
}

fn is_writable(file: &std::fs::File) -> bool {
    let flags = rustix::fs::fcntl_getfl(file).unwrap();
    flags.intersects(rustix::fs::OFlags::RDWR | rustix::fs::OFlags::WRONLY)
}

// The tree ----------------------------------------------------------------------------------------

/// Where the compared folder is in the tree.
const START: Inode = ROOT + 1;

const BOUNDS: Bounds =
    Bounds { bytes: u64::MAX, entries: u32::MAX, file_size: 1 << 40, depth: 128 };

fn clock() -> crate::files::Clock {
    Arc::new(|| Duration::from_secs(1))
}

struct Own {
    tree: SharedTree,
    open: Vec<(OpenNode, bool)>,
    copy: Option<(Tree, Dump)>,
}

type Dump = BTreeMap<Inode, (u32, Vec<u8>)>;

/// All that is in a tree.
fn dump(tree: &Tree) -> Dump {
    let node = |inode: &Inode| {
        let node = tree.node(*inode).unwrap();
        let bytes = match &node.body {
            Body::File(content) => {
                let mut bytes = vec![0; content.size() as usize];
                content.read(0, &mut bytes);
                bytes
            }
            body => format!("{body:?}").into_bytes(),
        };
        (*inode, (node.links, bytes))
    };
    tree.nodes.keys().map(node).collect()
}

impl Own {
    fn run(&mut self, operation: &Operation) -> Answer {
        self.try_run(operation).unwrap_or_else(Answer::Refused)
    }

    fn try_run(&mut self, operation: &Operation) -> Result<Answer, Refusal> {
        let chosen = |number: usize, open: &[(OpenNode, bool)]| {
            (!open.is_empty()).then(|| number % open.len())
        };
        let mut tree = self.tree.lock();
        Ok(match operation {
            Operation::Open { path, write, create, exclusive, truncate } => {
                let opening = Opening {
                    write: *write,
                    create: *create,
                    exclusive: *exclusive,
                    truncate: *truncate,
                    folder: false,
                    follow: true,
                };
                let inode = tree.open(START, path, opening)?;
                if tree.kind(inode)? == FileKind::File {
                    self.open.push((OpenNode::new(&self.tree, &mut tree, inode), *write));
                }
                Answer::Done
            }
            Operation::Close(number) => {
                drop(tree);
                if let Some(at) = chosen(*number, &self.open) {
                    self.open.remove(at);
                }
                Answer::Done
            }
            Operation::ReadAt(number, at, length) => {
                let Some(n) = chosen(*number, &self.open) else { return Ok(Answer::Done) };
                let mut bytes = vec![7; *length];
                let read = tree.read(self.open[n].0.inode, *at, &mut bytes)?;
                bytes.truncate(read);
                Answer::Bytes(bytes)
            }
            Operation::WriteAt(number, at, bytes) => {
                if let Some(n) = chosen(*number, &self.open)
                    && self.open[n].1
                {
                    tree.write(self.open[n].0.inode, *at, bytes)?;
                }
                Answer::Done
            }
            Operation::Append(number, bytes) => {
                if let Some(n) = chosen(*number, &self.open)
                    && self.open[n].1
                {
                    tree.append(self.open[n].0.inode, bytes)?;
                }
                Answer::Done
            }
            Operation::Resize(number, size) => {
                if let Some(n) = chosen(*number, &self.open)
                    && self.open[n].1
                {
                    tree.resize(self.open[n].0.inode, *size)?;
                }
                Answer::Done
            }
            Operation::StatOpen(number) => {
                let Some(n) = chosen(*number, &self.open) else { return Ok(Answer::Done) };
                stat(&tree, self.open[n].0.inode)?
            }
            Operation::ReadAll(path) => {
                let inode = tree.find(START, path, true)?;
                let mut bytes = vec![7; tree.metadata(inode)?.size as usize];
                tree.read(inode, 0, &mut bytes)?;
                Answer::Bytes(bytes)
            }
            Operation::MakeFolder(path) => tree.make_folder(START, path).map(drop)?.into(),
            Operation::MakeLink(target, path) => {
                tree.make_link(target, START, path).map(drop)?.into()
            }
            Operation::AddName(path, new) => tree.add_name(START, path, START, new)?.into(),
            Operation::RemoveFile(path) => tree.remove_file(START, path)?.into(),
            Operation::RemoveFolder(path) => tree.remove_folder(START, path)?.into(),
            Operation::Rename(path, new) => tree.rename(START, path, START, new)?.into(),
            Operation::Target(path) => Answer::Text(tree.target(START, path)?.to_string()),
            Operation::Stat(path, follow) => {
                let inode = tree.find(START, path, *follow)?;
                stat(&tree, inode)?
            }
            Operation::List(path) => {
                let folder = tree.find(START, path, true)?;
                let mut names = Vec::new();
                while let Some((name, _)) =
                    tree.entry_after(folder, names.last().map(String::as_str))?
                {
                    names.push(name.to_string());
                }
                Answer::Names(names)
            }
            Operation::Copy => {
                let copy = tree.closed();
                let dump = dump(&copy);
                self.copy = Some((copy, dump));
                Answer::Done
            }
            Operation::PutBack => {
                drop(tree);
                if let Some((copy, _)) = &self.copy {
                    self.open.clear();
                    self.tree.put_back(copy.clone());
                }
                Answer::Done
            }
        })
    }

    /// What has to hold at any time.
    fn check(&self) {
        let tree = self.tree.lock();
        let folders = tree.nodes.iter().filter_map(|(inode, node)| match &node.body {
            Body::Folder(folder) if *inode != ROOT => Some(folder.entries.len()),
            _ => None,
        });
        let names = folders.sum::<usize>();
        assert_eq!(names, tree.entries as usize);
        let bytes = tree.nodes.values().map(|node| node.body.bytes()).sum::<u64>();
        assert_eq!(bytes + names as u64 * ENTRY_BYTES, tree.bytes);
        if let Some((copy, dumped)) = &self.copy {
            assert_eq!(dump(copy), *dumped, "a copy has changed");
        }
    }
}

fn stat(tree: &Tree, inode: Inode) -> Result<Answer, Refusal> {
    let metadata = tree.metadata(inode)?;
    let (size, links) = (Some(metadata.size), Some(u64::from(metadata.links)));
    Ok(match metadata.kind {
        FileKind::Folder => Answer::Stat(FileKind::Folder, None, None),
        kind => Answer::Stat(kind, size, links),
    })
}

/// Operations that end differently on the host for reasons that are not the tree's.
fn differs(operation: &Operation) -> bool {
    let ends_in_dots = |path: &str| path.ends_with('.');
    match operation {
        // Which of several errors is told for a name that is none.
        Operation::MakeFolder(path)
        | Operation::RemoveFile(path)
        | Operation::RemoveFolder(path)
        | Operation::Target(path)
        | Operation::MakeLink(_, path) => ends_in_dots(path),
        Operation::AddName(path, new) | Operation::Rename(path, new) => {
            ends_in_dots(path) || ends_in_dots(new)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_come_to_the_same(operations in prop::collection::vec(operation(), 1..80)) {
        let mut real = Real::of(tempfile::tempdir().unwrap());
        let tree = SharedTree::new(Tree::new(&["tmp"], BOUNDS, clock()));
        let mut own = Own { tree, open: Vec::new(), copy: None };
        for operation in operations.iter().filter(|operation| !differs(operation)) {
            prop_assert_eq!(own.run(operation), real.run(operation), "{:?}", operation);
            own.check();
        }
        // What was saved is what is read.
        let tree = own.tree.copy();
        let mut bytes = Vec::new();
        tree.save(&mut bytes).unwrap();
        let mut from = bytes.as_slice();
        let read = Tree::load(&mut from, BOUNDS, clock()).unwrap();
        prop_assert!(from.is_empty());
        prop_assert_eq!(&read.nodes, &tree.nodes);
        prop_assert_eq!((read.bytes, read.entries, read.next), (tree.bytes, tree.entries, tree.next));
    }
}

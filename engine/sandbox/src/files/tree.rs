//! A tree of folders, files and links in memory, of which a copy costs nothing until it changes.
//!
//! It is a table of inodes. A folder has names for them, so a file can have several names, or none as
//! long as it is open. Nothing owns anything in a chain, and nothing here calls itself: however deep
//! folders are nested, walking and dropping them takes no stack.
//!
//! Copies share all inodes, and copies of an inode share the blocks of a file. The table itself is
//! copied with the first change after a copy was made, which takes some tens of nanoseconds for each
//! entry. Inodes are numbered in the order in which they are made, and folders list in the order of
//! names, so the same operations lead to the same tree everywhere.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use crate::files::content::Content;
use crate::files::path::Place;
use crate::limits::{ENTRY_BYTES, Limits, PATH_BYTES};

/// The number of an inode. None is given twice.
pub(crate) type Inode = u64;

/// The folder that all others are in. Code never gets to see it; it sees the folders in it, and these
/// are the same for as long as the tree is there.
pub(crate) const ROOT: Inode = 1;

/// Says what time it is, as time since the beginning of 1970.
pub(crate) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Why an operation on files is refused, named as POSIX names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// `EBUSY`: it is where a path begins, and stays there.
    #[error("the folder is in use")]
    Busy,
    /// `EEXIST`
    #[error("there is one already")]
    Exists,
    /// `EFBIG`: the file would be larger than [`Limits::file_size`].
    #[error("the file would be too large")]
    FileTooLarge,
    /// `EINVAL`
    #[error("that makes no sense")]
    Invalid,
    /// `EISDIR`
    #[error("it is a folder")]
    IsFolder,
    /// `ELOOP`: there are too many links on the way, or one that was not to be followed.
    #[error("too many links")]
    Loop,
    /// `ENAMETOOLONG`: the name or the path is too long, or it would be deeper than
    /// [`Limits::path_depth`].
    #[error("the path is too long or too deep")]
    NameTooLong,
    /// `ENOTDIR`
    #[error("it is not a folder")]
    NotFolder,
    /// `ENOENT`
    #[error("there is no such file or folder")]
    NotFound,
    /// `ENOTEMPTY`
    #[error("the folder is not empty")]
    NotEmpty,
    /// `EPERM`: the path leads out of where it begins, or into what cannot be changed.
    #[error("that is not permitted")]
    NotPermitted,
    /// `ENOSPC`: the files would hold more than [`Limits::file_bytes`].
    #[error("no space is left for files")]
    NoSpace,
    /// `EDQUOT`: there would be more than [`Limits::files`].
    #[error("there are too many files")]
    TooMany,
}

/// How much a tree may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) bytes: u64,
    pub(crate) entries: u32,
    pub(crate) file_size: u64,
    pub(crate) depth: u32,
}

impl Bounds {
    /// For a tree that has kept within bounds already.
    pub(crate) const NONE: Bounds =
        Bounds { bytes: u64::MAX, entries: u32::MAX, file_size: i64::MAX as u64, depth: u32::MAX };

    pub(crate) fn new(limits: &Limits) -> Bounds {
        Bounds {
            bytes: limits.file_bytes,
            entries: limits.files,
            // No offset of a file is larger in POSIX.
            file_size: limits.file_size.min(i64::MAX as u64),
            depth: limits.path_depth,
        }
    }
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

/// What is known about a file, folder or link. Times are such since the beginning of 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileMetadata {
    /// What it is.
    pub kind: FileKind,
    /// The length of a file or of a link's target, in bytes; 0 for a folder.
    pub size: u64,
    /// A number that nothing else in the same session has.
    pub inode: u64,
    /// Names that it has. A folder has one.
    pub links: u32,
    /// When it was last read, as somebody has set it; reading does not change this.
    pub accessed: Duration,
    /// When its contents last changed.
    pub modified: Duration,
    /// When anything about it last changed.
    pub changed: Duration,
}

/// How something is opened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opening {
    pub(crate) write: bool,
    pub(crate) create: bool,
    pub(crate) exclusive: bool,
    pub(crate) truncate: bool,
    /// Only a folder will do.
    pub(crate) folder: bool,
    /// A link at the end of the path is followed.
    pub(crate) follow: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) accessed: Duration,
    pub(super) modified: Duration,
    pub(super) changed: Duration,
}

impl Times {
    fn all(now: Duration) -> Times {
        Times { accessed: now, modified: now, changed: now }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Names it has.
    pub(super) links: u32,
    pub(super) times: Times,
    pub(super) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Folder(Folder),
    File(Content),
    Link(Arc<str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    /// The folder it is in; the root is in itself.
    pub(super) parent: Inode,
    pub(super) entries: BTreeMap<Arc<str>, Inode>,
}

impl Body {
    fn kind(&self) -> FileKind {
        match self {
            Body::Folder(_) => FileKind::Folder,
            Body::File(_) => FileKind::File,
            Body::Link(_) => FileKind::Link,
        }
    }

    /// Bytes it counts for, besides those of its names.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Body::Folder(_) => 0,
            Body::File(content) => content.stored(),
            Body::Link(target) => target.len() as u64,
        }
    }
}

/// The files of a session.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(super) nodes: Arc<BTreeMap<Inode, Arc<Node>>>,
    /// The number of the next inode.
    pub(super) next: Inode,
    pub(super) bounds: Bounds,
    /// Bytes that count, of those there may be.
    pub(super) bytes: u64,
    /// Names, of those there may be; the folders of the root do not count.
    pub(super) entries: u32,
    /// How often each inode is open.
    open: BTreeMap<Inode, u32>,
    clock: Clock,
}

impl Tree {
    /// A tree with empty folders of these names.
    pub(crate) fn new(folders: &[&str], bounds: Bounds, clock: Clock) -> Tree {
        let times = Times::all(clock());
        let folder = |entries| Node {
            links: 1,
            times: times.clone(),
            body: Body::Folder(Folder { parent: ROOT, entries }),
        };
        let numbered = || folders.iter().zip(ROOT + 1..);
        let mut nodes = numbered()
            .map(|(_, inode)| (inode, Arc::new(folder(BTreeMap::new()))))
            .collect::<BTreeMap<_, _>>();
        let names = numbered().map(|(name, inode)| (Arc::from(*name), inode)).collect();
        nodes.insert(ROOT, Arc::new(folder(names)));
        let next = ROOT + 1 + folders.len() as Inode;
        Tree::of(nodes, next, bounds, clock)
    }

    /// A tree of these nodes, of which what counts is not yet counted.
    pub(super) fn of(
        nodes: BTreeMap<Inode, Arc<Node>>,
        next: Inode,
        bounds: Bounds,
        clock: Clock,
    ) -> Tree {
        let nodes = Arc::new(nodes);
        Tree { nodes, next, bounds, bytes: 0, entries: 0, open: BTreeMap::new(), clock }
    }

    /// The same, dated by another clock from now on.
    pub(crate) fn with_clock(self, clock: Clock) -> Tree {
        Tree { clock, ..self }
    }

    // What is there --------------------------------------------------------------------------------

    /// Bytes and names, as the bounds count them.
    pub(crate) fn held(&self) -> (u64, u32) {
        (self.bytes, self.entries)
    }

    pub(super) fn node(&self, inode: Inode) -> Result<&Node, Refusal> {
        self.nodes.get(&inode).map(|node| &**node).ok_or(Refusal::NotFound)
    }

    pub(super) fn folder(&self, inode: Inode) -> Result<&Folder, Refusal> {
        match &self.node(inode)?.body {
            Body::Folder(folder) => Ok(folder),
            Body::File(_) | Body::Link(_) => Err(Refusal::NotFolder),
        }
    }

    fn content(&self, inode: Inode) -> Result<&Content, Refusal> {
        match &self.node(inode)?.body {
            Body::File(content) => Ok(content),
            Body::Folder(_) => Err(Refusal::IsFolder),
            Body::Link(_) => Err(Refusal::Invalid),
        }
    }

    pub(crate) fn kind(&self, inode: Inode) -> Result<FileKind, Refusal> {
        Ok(self.node(inode)?.body.kind())
    }

    pub(crate) fn metadata(&self, inode: Inode) -> Result<FileMetadata, Refusal> {
        let Node { links, times, body } = self.node(inode)?;
        let size = match body {
            Body::Folder(_) => 0,
            Body::File(content) => content.size(),
            Body::Link(target) => target.len() as u64,
        };
        let Times { accessed, modified, changed } = *times;
        Ok(FileMetadata {
            kind: body.kind(),
            size,
            inode,
            links: *links,
            accessed,
            modified,
            changed,
        })
    }

    /// What is at a path, which has to be there.
    pub(crate) fn find(&self, start: Inode, path: &str, follow: bool) -> Result<Inode, Refusal> {
        self.locate(start, path, follow)?.inode.ok_or(Refusal::NotFound)
    }

    /// The entry of a folder that comes after a name, or the first.
    pub(crate) fn entry_after(
        &self,
        folder: Inode,
        name: Option<&str>,
    ) -> Result<Option<(Arc<str>, Inode)>, Refusal> {
        let begin = name.map_or(Bound::Unbounded, Bound::Excluded);
        let mut entries = self.folder(folder)?.entries.range::<str, _>((begin, Bound::Unbounded));
        Ok(entries.next().map(|(name, inode)| (Arc::clone(name), *inode)))
    }

    /// Reads from a file as much as fits and is there.
    pub(crate) fn read(&self, file: Inode, at: u64, into: &mut [u8]) -> Result<usize, Refusal> {
        Ok(self.content(file)?.read(at, into))
    }

    /// The parts of a file that are not holes, each with where it begins.
    pub(crate) fn parts(&self, file: Inode) -> Result<impl Iterator<Item = (u64, &[u8])>, Refusal> {
        Ok(self.content(file)?.blocks())
    }

    /// What a link leads to.
    pub(crate) fn target(&self, start: Inode, path: &str) -> Result<Arc<str>, Refusal> {
        match &self.node(self.find(start, path, false)?)?.body {
            Body::Link(target) => Ok(Arc::clone(target)),
            Body::Folder(_) | Body::File(_) => Err(Refusal::Invalid),
        }
    }

    // Changes to a file ----------------------------------------------------------------------------

    pub(crate) fn write(&mut self, file: Inode, at: u64, bytes: &[u8]) -> Result<(), Refusal> {
        let content = self.content(file)?;
        let end = at.checked_add(bytes.len() as u64).ok_or(Refusal::FileTooLarge)?;
        if end > self.bounds.file_size {
            return Err(Refusal::FileTooLarge);
        }
        self.take_bytes(content.growth(at, bytes.len()))?;
        self.change_content(file, |content| content.write(at, bytes));
        Ok(())
    }

    pub(crate) fn append(&mut self, file: Inode, bytes: &[u8]) -> Result<(), Refusal> {
        let end = self.content(file)?.size();
        self.write(file, end, bytes)
    }

    /// Cuts a file, or appends a hole to it.
    pub(crate) fn resize(&mut self, file: Inode, size: u64) -> Result<(), Refusal> {
        let before = self.content(file)?.stored();
        if size > self.bounds.file_size {
            return Err(Refusal::FileTooLarge);
        }
        self.change_content(file, |content| content.resize(size));
        let after = self.content(file)?.stored();
        self.bytes -= before - after;
        Ok(())
    }

    fn change_content(&mut self, file: Inode, change: impl FnOnce(&mut Content)) {
        let now = (self.clock)();
        if let Some(Node { times, body: Body::File(content), .. }) = self.node_mut(file) {
            change(content);
            (times.modified, times.changed) = (now, now);
        }
    }

    /// Sets times; `None` leaves one as it is.
    pub(crate) fn set_times(
        &mut self,
        inode: Inode,
        accessed: Option<Duration>,
        modified: Option<Duration>,
    ) -> Result<(), Refusal> {
        let now = (self.clock)();
        let times = &mut self.node_mut(inode).ok_or(Refusal::NotFound)?.times;
        times.accessed = accessed.unwrap_or(times.accessed);
        times.modified = modified.unwrap_or(times.modified);
        times.changed = now;
        Ok(())
    }

    pub(crate) fn now(&self) -> Duration {
        (self.clock)()
    }

    // Changes to folders ---------------------------------------------------------------------------

    /// What is at a path, made if that is asked for. It is not yet noted as open.
    pub(crate) fn open(
        &mut self,
        start: Inode,
        path: &str,
        opening: Opening,
    ) -> Result<Inode, Refusal> {
        let Opening { write, create, exclusive, truncate, folder, follow } = opening;
        let place = self.locate(start, path, follow && !(create && exclusive))?;
        if write || truncate {
            self.let_change(place.folder)?;
        }
        let Some(inode) = place.inode else {
            return match create {
                true if place.is_folder => Err(Refusal::IsFolder),
                true => self.add(&place, Body::File(Content::default())),
                false => Err(Refusal::NotFound),
            };
        };
        if create && exclusive {
            return Err(Refusal::Exists);
        }
        match self.kind(inode)? {
            FileKind::Folder if write || create || truncate => Err(Refusal::IsFolder),
            FileKind::Folder => Ok(inode),
            FileKind::File | FileKind::Link if folder => Err(Refusal::NotFolder),
            FileKind::Link => Err(Refusal::Loop),
            FileKind::File => {
                if truncate {
                    self.resize(inode, 0)?;
                }
                Ok(inode)
            }
        }
    }

    pub(crate) fn make_folder(&mut self, start: Inode, path: &str) -> Result<Inode, Refusal> {
        let place = self.locate(start, path, false)?;
        if place.inode.is_some() {
            return Err(Refusal::Exists);
        }
        let folder = Folder { parent: place.folder, entries: BTreeMap::new() };
        self.add(&place, Body::Folder(folder))
    }

    pub(crate) fn make_link(
        &mut self,
        target: &str,
        start: Inode,
        path: &str,
    ) -> Result<Inode, Refusal> {
        if target.is_empty() {
            return Err(Refusal::NotFound);
        }
        if target.len() > PATH_BYTES {
            return Err(Refusal::NameTooLong);
        }
        if target.starts_with('/') {
            return Err(Refusal::NotPermitted);
        }
        let place = self.locate(start, path, false)?;
        match place.inode {
            Some(_) => Err(Refusal::Exists),
            None if place.is_folder => Err(Refusal::NotFound),
            None => self.add(&place, Body::Link(Arc::from(target))),
        }
    }

    /// Gives a file or a link another name.
    pub(crate) fn add_name(
        &mut self,
        start: Inode,
        path: &str,
        new_start: Inode,
        new_path: &str,
    ) -> Result<(), Refusal> {
        let old = self.locate(start, path, false)?;
        let place = self.locate(new_start, new_path, false)?;
        let inode = old.inode.ok_or(Refusal::NotFound)?;
        if place.inode.is_some() {
            return Err(Refusal::Exists);
        }
        if self.kind(inode)? == FileKind::Folder {
            return Err(Refusal::NotPermitted);
        }
        // What is written by the one name is written by the other.
        self.let_change(old.folder)?;
        if place.is_folder {
            return Err(Refusal::NotFound);
        }
        self.admit(&place)?;
        self.take_bytes(ENTRY_BYTES)?;
        self.put_name(&place, inode);
        self.change_links(inode, |links| links + 1);
        Ok(())
    }

    /// Removes a name, and the file or link with its last one.
    pub(crate) fn remove_file(&mut self, start: Inode, path: &str) -> Result<(), Refusal> {
        let place = self.locate(start, path, false)?;
        let inode = place.inode.ok_or(Refusal::NotFound)?;
        if self.kind(inode)? == FileKind::Folder {
            return Err(Refusal::IsFolder);
        }
        self.let_change(place.folder)?;
        self.remove(&place, inode);
        Ok(())
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&mut self, start: Inode, path: &str) -> Result<(), Refusal> {
        let place = self.locate(start, path, false)?;
        let inode = place.inode.ok_or(Refusal::NotFound)?;
        let folder = self.folder(inode)?;
        if place.name.is_none() {
            return Err(Refusal::Invalid);
        }
        if place.folder == ROOT {
            return Err(Refusal::Busy);
        }
        self.let_change(place.folder)?;
        if !folder.entries.is_empty() {
            return Err(Refusal::NotEmpty);
        }
        self.remove(&place, inode);
        Ok(())
    }

    /// Removes a folder and all that is in it.
    pub(crate) fn remove_all(&mut self, start: Inode, path: &str) -> Result<(), Refusal> {
        let place = self.locate(start, path, false)?;
        if place.folder == ROOT || place.name.is_none() {
            return Err(Refusal::Busy);
        }
        let mut folders = vec![place.inode.ok_or(Refusal::NotFound)?];
        while let Some(&here) = folders.last() {
            match self.entry_after(here, None)? {
                Some((name, inode)) if self.kind(inode)? == FileKind::Folder => {
                    match self.remove_folder(here, &name) {
                        Err(Refusal::NotEmpty) => folders.push(inode),
                        removed => removed?,
                    }
                }
                Some((name, _)) => self.remove_file(here, &name)?,
                None => drop(folders.pop()),
            }
        }
        self.remove_folder(start, path)
    }

    /// Moves something, onto what may be there.
    pub(crate) fn rename(
        &mut self,
        start: Inode,
        path: &str,
        new_start: Inode,
        new_path: &str,
    ) -> Result<(), Refusal> {
        let old = self.locate(start, path, false)?;
        let new = self.locate(new_start, new_path, false)?;
        let inode = old.inode.ok_or(Refusal::NotFound)?;
        let is_folder = self.kind(inode)? == FileKind::Folder;
        if old.name.is_none() || new.name.is_none() || old.folder == ROOT || new.folder == ROOT {
            return Err(Refusal::Busy);
        }
        self.let_change(old.folder)?;
        self.let_change(new.folder)?;
        if !is_folder && (old.is_folder || new.is_folder) {
            return Err(Refusal::NotFolder);
        }
        if is_folder && self.way_up(new.folder).any(|folder| folder == inode) {
            return Err(Refusal::Invalid);
        }
        if let Some(there) = new.inode {
            if there == inode {
                return Ok(());
            }
            if self.way_up(old.folder).any(|folder| folder == there) {
                return Err(Refusal::NotEmpty);
            }
            match &self.node(there)?.body {
                Body::Folder(_) if !is_folder => return Err(Refusal::IsFolder),
                Body::Folder(folder) if !folder.entries.is_empty() => {
                    return Err(Refusal::NotEmpty);
                }
                Body::File(_) | Body::Link(_) if is_folder => return Err(Refusal::NotFolder),
                Body::Folder(_) | Body::File(_) | Body::Link(_) => {}
            }
        }
        if self.node(new.folder)?.links == 0 {
            return Err(Refusal::NotFound);
        }
        let (from, to) = (self.depth(old.folder), self.depth(new.folder));
        let Some(below) = self.bounds.depth.checked_sub(to.saturating_add(1)) else {
            return Err(Refusal::NameTooLong);
        };
        if to > from && self.is_deeper_than(inode, below) {
            return Err(Refusal::NameTooLong);
        }

        if let Some(there) = new.inode {
            self.remove(&new, there);
        }
        // What moves counts as before, so nothing can be refused from here on.
        self.take_name(&old);
        self.put_name(&new, inode);
        let now = (self.clock)();
        if let Some(node) = self.node_mut(inode) {
            node.times.changed = now;
            if let Body::Folder(folder) = &mut node.body {
                folder.parent = new.folder;
            }
        }
        Ok(())
    }

    // What the changes are made of -----------------------------------------------------------------

    pub(super) fn node_mut(&mut self, inode: Inode) -> Option<&mut Node> {
        Arc::make_mut(&mut self.nodes).get_mut(&inode).map(Arc::make_mut)
    }

    /// Counts bytes that are about to be held.
    fn take_bytes(&mut self, bytes: u64) -> Result<(), Refusal> {
        let sum = self.bytes.checked_add(bytes).filter(|sum| *sum <= self.bounds.bytes);
        self.bytes = sum.ok_or(Refusal::NoSpace)?;
        Ok(())
    }

    /// The folder and those it is in, up to the root.
    pub(super) fn way_up(&self, folder: Inode) -> impl Iterator<Item = Inode> {
        std::iter::successors(Some(folder), |inode| {
            self.folder(*inode).ok().map(|folder| folder.parent).filter(|parent| parent != inode)
        })
    }

    /// How deep a folder is; what is in it is one deeper.
    fn depth(&self, folder: Inode) -> u32 {
        u32::try_from(self.way_up(folder).count() - 1).unwrap_or(u32::MAX)
    }

    /// Whether something is more levels below a folder than so many.
    fn is_deeper_than(&self, folder: Inode, most: u32) -> bool {
        let mut level = vec![folder];
        for _ in 0..=most {
            let folders = level.iter().filter_map(|inode| self.folder(*inode).ok());
            level = folders.flat_map(|folder| folder.entries.values().copied()).collect();
            if level.is_empty() {
                return false;
            }
        }
        true
    }

    /// Whether a name can be put at a place.
    fn admit(&self, place: &Place) -> Result<(), Refusal> {
        if place.folder == ROOT || place.name.is_none() {
            return Err(Refusal::NotPermitted);
        }
        self.let_change(place.folder)?;
        // A folder that was removed while it is open.
        if self.node(place.folder)?.links == 0 {
            return Err(Refusal::NotFound);
        }
        if self.depth(place.folder) >= self.bounds.depth {
            return Err(Refusal::NameTooLong);
        }
        if self.entries >= self.bounds.entries {
            return Err(Refusal::TooMany);
        }
        Ok(())
    }

    /// Makes an inode and its first name.
    fn add(&mut self, place: &Place, body: Body) -> Result<Inode, Refusal> {
        self.admit(place)?;
        self.take_bytes(ENTRY_BYTES + body.bytes())?;
        let inode = self.next;
        self.next += 1;
        let node = Node { links: 1, times: Times::all((self.clock)()), body };
        Arc::make_mut(&mut self.nodes).insert(inode, Arc::new(node));
        self.put_name(place, inode);
        Ok(inode)
    }

    /// Removes a name, and its inode with the last one.
    fn remove(&mut self, place: &Place, inode: Inode) {
        self.take_name(place);
        self.bytes -= ENTRY_BYTES;
        self.change_links(inode, |links| links - 1);
        self.forget_unused(inode);
    }

    fn put_name(&mut self, place: &Place, inode: Inode) {
        let now = (self.clock)();
        if let (Some(name), Some(Node { times, body: Body::Folder(folder), .. })) =
            (&place.name, self.node_mut(place.folder))
        {
            folder.entries.insert(Arc::clone(name), inode);
            (times.modified, times.changed) = (now, now);
            self.entries += 1;
        }
    }

    fn take_name(&mut self, place: &Place) {
        let now = (self.clock)();
        if let (Some(name), Some(Node { times, body: Body::Folder(folder), .. })) =
            (&place.name, self.node_mut(place.folder))
        {
            folder.entries.remove(name);
            (times.modified, times.changed) = (now, now);
            self.entries -= 1;
        }
    }

    fn change_links(&mut self, inode: Inode, change: impl FnOnce(u32) -> u32) {
        let now = (self.clock)();
        if let Some(node) = self.node_mut(inode) {
            node.links = change(node.links);
            node.times.changed = now;
        }
    }

    // What is open ---------------------------------------------------------------------------------

    /// Notes that something is open: it stays as long as it is, with or without a name.
    pub(crate) fn note_open(&mut self, inode: Inode) {
        *self.open.entry(inode).or_default() += 1;
    }

    /// Notes that something is open once less.
    pub(crate) fn note_closed(&mut self, inode: Inode) {
        if let Some(times) = self.open.get_mut(&inode) {
            *times -= 1;
            if *times == 0 {
                self.open.remove(&inode);
                self.forget_unused(inode);
            }
        }
    }

    /// The tree as it is for somebody who has nothing open.
    pub(crate) fn closed(&self) -> Tree {
        let mut tree = self.clone();
        for inode in std::mem::take(&mut tree.open).into_keys() {
            tree.forget_unused(inode);
        }
        tree
    }

    /// These files for a session that would otherwise have others: they keep within the bounds of those
    /// from here on, go by their clock, and have the folders and packages besides that those begin with.
    pub(crate) fn in_place_of(mut self, other: &Tree) -> Tree {
        self.bounds = other.bounds;
        self.clock = Arc::clone(&other.clock);
        self.take_over(other);
        self
    }

    /// Forgets an inode that has no name any more and is not open.
    fn forget_unused(&mut self, inode: Inode) {
        let unused = self.node(inode).is_ok_and(|node| node.links == 0);
        if unused
            && !self.open.contains_key(&inode)
            && let Some(node) = Arc::make_mut(&mut self.nodes).remove(&inode)
        {
            self.bytes -= node.body.bytes();
        }
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree")
            .field("bytes", &self.bytes)
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { bytes: 10_000, entries: 5, file_size: 6_000, depth: 4 };
    const TOP: Inode = ROOT + 1;

    fn tree() -> Tree {
        let now = std::sync::atomic::AtomicU64::new(0);
        let clock =
            move || Duration::from_secs(now.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        Tree::new(&["top", "other"], BOUNDS, Arc::new(clock))
    }

    fn make(tree: &mut Tree, path: &str) -> Result<Inode, Refusal> {
        tree.open(TOP, path, Opening { write: true, create: true, ..Opening::default() })
    }

    #[test]
    fn files_keep_within_the_bounds_and_beside_the_folders_of_those_they_replace() {
        let mut before = tree();
        let kept = make(&mut before, "kept").unwrap();
        before.write(kept, 0, &[1; 5000]).unwrap();
        let bounds = Bounds { bytes: 4000, ..BOUNDS };
        let mut tree = before.in_place_of(&Tree::new(&["top", "work"], bounds, tree().clock));
        let names = tree.folder(ROOT).unwrap().entries.keys().map(|name| name.to_string());
        assert_eq!(names.collect::<Vec<_>>(), ["other", "top", "work"]);
        assert_eq!(make(&mut tree, "more"), Err(Refusal::NoSpace));
        tree.resize(kept, 0).unwrap();
        make(&mut tree, "more").unwrap();
        let work = tree.find(ROOT, "work", true).unwrap();
        tree.make_folder(work, "inner").unwrap();
        assert_eq!(tree.find(work, "../top", true), Err(Refusal::NotPermitted));
        assert_eq!(tree.remove_folder(ROOT, "work"), Err(Refusal::Busy));
    }

    #[test]
    fn bytes_are_given_back_when_they_are_removed_and_not_before() {
        let mut tree = tree();
        let file = make(&mut tree, "f").unwrap();
        assert_eq!(tree.write(file, 0, &[1; 6_001]), Err(Refusal::FileTooLarge));
        assert_eq!(tree.resize(file, 6_001), Err(Refusal::FileTooLarge));
        assert_eq!(tree.write(file, u64::MAX, &[1]), Err(Refusal::FileTooLarge));
        tree.write(file, 0, &[1; 6_000]).unwrap();
        // Writing over it takes nothing.
        tree.write(file, 0, &[2; 6_000]).unwrap();
        let other = make(&mut tree, "g").unwrap();
        let left = BOUNDS.bytes - 6_000 - 2 * ENTRY_BYTES;
        assert_eq!(tree.write(other, 0, &vec![1; left as usize + 1]), Err(Refusal::NoSpace));
        tree.write(other, 0, &vec![1; left as usize]).unwrap();
        assert_eq!(make(&mut tree, "h"), Err(Refusal::NoSpace));
        tree.note_open(file);
        tree.remove_file(TOP, "f").unwrap();
        assert_eq!(tree.append(other, &[1; 513]), Err(Refusal::NoSpace));
        // Who copies it then does not get what is open.
        assert_eq!(tree.closed().bytes, left + ENTRY_BYTES);
        tree.note_closed(file);
        assert_eq!(tree.bytes, left + ENTRY_BYTES);
        assert_eq!(tree.kind(file), Err(Refusal::NotFound));
        tree.resize(other, 0).unwrap();
        assert_eq!(tree.bytes, ENTRY_BYTES);
    }

    #[test]
    fn names_of_all_kinds_count_together() {
        let mut tree = tree();
        make(&mut tree, "a").unwrap();
        tree.make_folder(TOP, "b").unwrap();
        tree.make_link("a", TOP, "c").unwrap();
        tree.add_name(TOP, "a", TOP, "d").unwrap();
        make(&mut tree, "b/e").unwrap();
        assert_eq!(make(&mut tree, "f"), Err(Refusal::TooMany));
        assert_eq!(tree.make_folder(TOP, "f"), Err(Refusal::TooMany));
        assert_eq!(tree.make_link("a", TOP, "f"), Err(Refusal::TooMany));
        assert_eq!(tree.add_name(TOP, "a", TOP, "f"), Err(Refusal::TooMany));
        // Moving makes nothing.
        tree.rename(TOP, "b/e", TOP, "f").unwrap();
        tree.rename(TOP, "f", TOP, "a").unwrap();
        make(&mut tree, "g").unwrap();
        assert_eq!(tree.entries, 5);
    }

    #[test]
    fn folders_are_as_deep_as_they_may_be() {
        let mut tree = tree();
        for path in ["a", "a/b", "a/b/c"] {
            tree.make_folder(TOP, path).unwrap();
        }
        assert_eq!(tree.make_folder(TOP, "a/b/c/d"), Err(Refusal::NameTooLong));
        assert_eq!(make(&mut tree, "a/b/c/d"), Err(Refusal::NameTooLong));
        tree.make_folder(TOP, "x").unwrap();
        assert_eq!(tree.rename(TOP, "a", TOP, "x/a"), Err(Refusal::NameTooLong));
        tree.rename(TOP, "a/b/c", TOP, "c").unwrap();
        tree.rename(TOP, "a", TOP, "x/a").unwrap();
        assert_eq!(tree.find(TOP, "x/a/b", true), tree.find(TOP, "x/../x/./a/b", true));
        assert_eq!(tree.rename(TOP, "c", TOP, "x/a/b/c"), Err(Refusal::NameTooLong));
        assert_eq!(tree.rename(TOP, "x", TOP, "x/a/x"), Err(Refusal::Invalid));
    }

    #[test]
    fn names_and_paths_have_a_length() {
        let mut tree = tree();
        assert_eq!(make(&mut tree, &"x".repeat(256)), Err(Refusal::NameTooLong));
        make(&mut tree, &"x".repeat(255)).unwrap();
        assert_eq!(tree.find(TOP, &"./".repeat(2_048), true), Err(Refusal::NameTooLong));
        assert_eq!(tree.find(TOP, &"./".repeat(2_047), true), Ok(TOP));
        assert_eq!(tree.make_link(&"x".repeat(4_096), TOP, "l"), Err(Refusal::NameTooLong));
        assert_eq!(make(&mut tree, "a\0b"), Err(Refusal::Invalid));
        assert_eq!(make(&mut tree, ""), Err(Refusal::NotFound));
    }

    #[test]
    fn no_path_leads_out_of_where_it_begins() {
        let mut tree = tree();
        tree.make_folder(TOP, "a").unwrap();
        for path in ["..", "../other", "a/../..", "/", "/top", "./.."] {
            assert_eq!(tree.find(TOP, path, true), Err(Refusal::NotPermitted), "{path}");
        }
        assert_eq!(tree.make_link("/top", TOP, "l"), Err(Refusal::NotPermitted));
        tree.make_link("../other", TOP, "l").unwrap();
        assert_eq!(tree.find(TOP, "l", true), Err(Refusal::NotPermitted));
        // From further up it does not.
        assert_eq!(tree.find(ROOT, "top/l", true), Ok(TOP + 1));
        assert_eq!(tree.rename(TOP, ".", TOP, "b"), Err(Refusal::Busy));
        assert_eq!(tree.remove_folder(TOP, "."), Err(Refusal::Invalid));
        for path in ["top", "other"] {
            assert_eq!(tree.remove_folder(ROOT, path), Err(Refusal::Busy));
            assert_eq!(tree.remove_all(ROOT, path), Err(Refusal::Busy));
            assert_eq!(tree.rename(ROOT, path, ROOT, "top/a/b"), Err(Refusal::Busy));
        }
        assert_eq!(tree.make_folder(ROOT, "new"), Err(Refusal::NotPermitted));
    }

    #[test]
    fn links_that_lead_to_each_other_end() {
        let mut tree = tree();
        tree.make_link("b", TOP, "a").unwrap();
        tree.make_link("a", TOP, "b").unwrap();
        assert_eq!(tree.find(TOP, "a", true), Err(Refusal::Loop));
        assert_eq!(make(&mut tree, "a"), Err(Refusal::Loop));
        tree.make_link("c/../c/../c/../c", TOP, "c").unwrap();
        assert_eq!(tree.find(TOP, "c/x", true), Err(Refusal::Loop));
    }

    #[test]
    fn nothing_can_be_made_in_a_folder_that_was_removed() {
        let mut tree = tree();
        let folder = tree.make_folder(TOP, "a").unwrap();
        tree.note_open(folder);
        tree.remove_folder(TOP, "a").unwrap();
        assert_eq!(tree.make_folder(folder, "b"), Err(Refusal::NotFound));
        make(&mut tree, "f").unwrap();
        assert_eq!(tree.rename(TOP, "f", folder, "f"), Err(Refusal::NotFound));
        assert_eq!(tree.add_name(TOP, "f", folder, "f"), Err(Refusal::NotFound));
        tree.note_closed(folder);
        assert_eq!(tree.entries, 1);
    }

    #[test]
    fn times_are_those_of_the_clock() {
        let mut tree = tree();
        let file = make(&mut tree, "f").unwrap();
        let made = tree.metadata(file).unwrap();
        assert_eq!(made.modified, made.accessed);
        tree.write(file, 0, b"x").unwrap();
        let written = tree.metadata(file).unwrap();
        assert!(written.modified > made.modified && written.accessed == made.accessed);
        let set = Duration::new(7, 123_456_789);
        tree.set_times(file, None, Some(set)).unwrap();
        let dated = tree.metadata(file).unwrap();
        assert_eq!((dated.modified, dated.accessed), (set, made.accessed));
        assert!(dated.changed > written.changed);
        let before = tree.metadata(TOP).unwrap().modified;
        tree.remove_file(TOP, "f").unwrap();
        assert!(tree.metadata(TOP).unwrap().modified > before);
    }

    #[test]
    fn what_is_nested_deeply_is_dropped_and_removed_without_a_stack() {
        let bounds = Bounds { entries: 50_000, bytes: u64::MAX, depth: u32::MAX, ..BOUNDS };
        let mut tree = Tree::new(&["top"], bounds, Arc::new(|| Duration::ZERO));
        let mut folder = TOP;
        for _ in 0..2_000 {
            folder = tree.make_folder(folder, "a").unwrap();
        }
        let copy = tree.clone();
        tree.remove_all(TOP, "a").unwrap();
        assert_eq!((tree.entries, tree.bytes), (0, 0));
        assert_eq!(copy.entries, 2_000);
    }
}

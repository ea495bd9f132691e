//! A tree as bytes, and back.
//!
//! All numbers are little-endian and unsigned.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `fumetree` |
//! | 4 | version of this form, 1 |
//! | 8 | the number that the next inode gets, at most 2^62 |
//! | 4 | how many inodes follow, in the order of their numbers; the first is the root |
//!
//! Each inode:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | its number |
//! | 3 × 12 | when it was last read, modified and changed: seconds since 1970 in 8 bytes, nanoseconds in 4 |
//! | 1 | what it is: 0 a folder, 1 a file, 2 a link |
//!
//! and then of a folder 4 bytes with the number of its entries, and for each in the order of names
//!
//! | bytes | what |
//! |---|---|
//! | 1 | length of the name |
//! | so many | the name, in UTF-8 |
//! | 8 | the number of its inode |
//!
//! of a file 8 bytes with its size and 4 with the number of its blocks, and for each in their order
//!
//! | bytes | what |
//! |---|---|
//! | 8 | where it begins, a multiple of 65536 |
//! | 4 | its length, at most 65536 |
//! | so many | the bytes; what no block has is zeros |
//!
//! and of a link
//!
//! | bytes | what |
//! |---|---|
//! | 2 | length of the target |
//! | so many | the target, in UTF-8 |
//!
//! What is open without a name is not saved. Reading trusts nothing: it checks each length before it
//! makes room for it, counts as it goes, and then walks from the root, so that each folder has one place
//! and each file at least one name.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use crate::files::content::{BLOCK, Content};
use crate::files::path::check;
use crate::files::tree::{Body, Bounds, Clock, Folder, Inode, Node, ROOT, Refusal, Times, Tree};
use crate::limits::{ENTRY_BYTES, PATH_BYTES};

const MAGIC: &[u8; 8] = b"fumetree";
const VERSION: u32 = 1;

const FOLDER: u8 = 0;
const FILE: u8 = 1;
const LINK: u8 = 2;

/// Why bytes are not a tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LoadError {
    /// They end early, or cannot be read.
    #[error("they cannot be read")]
    Io(#[from] io::Error),
    /// They are of another version.
    #[error("they have version {found}, this library reads version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// They are not what this module writes.
    #[error("they are damaged: {0}")]
    Damaged(&'static str),
    /// The tree is larger than it may be here.
    #[error("they are too much for the limits")]
    Limits(#[from] Refusal),
}

impl Tree {
    /// Writes the tree.
    pub(crate) fn save(&self, to: &mut impl Write) -> io::Result<()> {
        let tree = self.closed();
        to.write_all(MAGIC)?;
        to.write_all(&VERSION.to_le_bytes())?;
        to.write_all(&tree.next.to_le_bytes())?;
        to.write_all(&count(tree.nodes.len())?)?;
        for (inode, node) in &*tree.nodes {
            to.write_all(&inode.to_le_bytes())?;
            let Times { accessed, modified, changed } = &node.times;
            for time in [accessed, modified, changed] {
                to.write_all(&time.as_secs().to_le_bytes())?;
                to.write_all(&time.subsec_nanos().to_le_bytes())?;
            }
            match &node.body {
                Body::Folder(folder) => {
                    to.write_all(&[FOLDER])?;
                    to.write_all(&count(folder.entries.len())?)?;
                    for (name, inode) in &folder.entries {
                        let length = u8::try_from(name.len()).map_err(io::Error::other)?;
                        to.write_all(&[length])?;
                        to.write_all(name.as_bytes())?;
                        to.write_all(&inode.to_le_bytes())?;
                    }
                }
                Body::File(content) => {
                    to.write_all(&[FILE])?;
                    to.write_all(&content.size().to_le_bytes())?;
                    let blocks = content.blocks();
                    to.write_all(&count(blocks.len())?)?;
                    for (at, bytes) in blocks {
                        to.write_all(&at.to_le_bytes())?;
                        to.write_all(&count(bytes.len())?)?;
                        to.write_all(bytes)?;
                    }
                }
                Body::Link(target) => {
                    to.write_all(&[LINK])?;
                    let length = u16::try_from(target.len()).map_err(io::Error::other)?;
                    to.write_all(&length.to_le_bytes())?;
                    to.write_all(target.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// Reads a tree that may hold as much as the bounds say. What comes after it is left to be read.
    pub(crate) fn load(
        from: &mut impl Read,
        bounds: Bounds,
        clock: Clock,
    ) -> Result<Tree, LoadError> {
        if &bytes::<8>(from)? != MAGIC {
            return Err(LoadError::Damaged("they do not begin as a tree does"));
        }
        let version = u32::from_le_bytes(bytes(from)?);
        if version != VERSION {
            return Err(LoadError::Version { found: version });
        }
        let next = u64::from_le_bytes(bytes(from)?);
        if next > INODE_MOST {
            return Err(LoadError::Damaged("there are no numbers left for inodes"));
        }
        let mut loading = Loading { bounds, bytes: 0, entries: 0 };
        let mut nodes = BTreeMap::new();
        for _ in 0..u32::from_le_bytes(bytes(from)?) {
            let inode = u64::from_le_bytes(bytes(from)?);
            if nodes.last_key_value().is_some_and(|(last, _)| *last >= inode) || inode >= next {
                return Err(LoadError::Damaged("the inodes are in no order"));
            }
            nodes.insert(inode, loading.node(from, inode)?);
            // Each but the root has a name that was counted, or is found to have none in the end.
            if nodes.len() > bounds.entries as usize + FOLDERS_OF_ROOT + 1 {
                return Err(LoadError::Limits(Refusal::TooMany));
            }
        }
        place(&mut nodes, bounds)?;
        let nodes = nodes.into_iter().map(|(inode, node)| (inode, Arc::new(node))).collect();
        let mut tree = Tree::of(nodes, next, bounds, clock);
        (tree.bytes, tree.entries) = (loading.bytes, loading.entries);
        Ok(tree)
    }
}

/// No inode has a larger number: nobody makes so many, and there are as many again to go on with.
const INODE_MOST: Inode = Inode::MAX / 2;

/// Folders that the root has at most.
const FOLDERS_OF_ROOT: usize = 16;

/// What has been counted while a tree is read.
struct Loading {
    bounds: Bounds,
    bytes: u64,
    entries: u32,
}

impl Loading {
    /// Counts bytes before there is room for them.
    fn take(&mut self, bytes: u64) -> Result<(), LoadError> {
        let sum = self.bytes.checked_add(bytes).filter(|sum| *sum <= self.bounds.bytes);
        self.bytes = sum.ok_or(Refusal::NoSpace)?;
        Ok(())
    }

    /// An inode, whose names are not yet counted.
    fn node(&mut self, from: &mut impl Read, inode: Inode) -> Result<Node, LoadError> {
        let times = Times { accessed: time(from)?, modified: time(from)?, changed: time(from)? };
        let body = match bytes::<1>(from)? {
            [FOLDER] => self.folder(from, inode)?,
            [FILE] => self.file(from)?,
            [LINK] => {
                let length = u16::from_le_bytes(bytes(from)?);
                self.take(length.into())?;
                let target = text(from, length.into())?;
                if target.is_empty() || target.len() > PATH_BYTES || target.starts_with('/') {
                    return Err(LoadError::Damaged("a link leads to no path"));
                }
                Body::Link(target)
            }
            _ => return Err(LoadError::Damaged("something is of no kind")),
        };
        Ok(Node { links: 0, times, body })
    }

    fn folder(&mut self, from: &mut impl Read, inode: Inode) -> Result<Body, LoadError> {
        let mut entries = BTreeMap::new();
        let length = u32::from_le_bytes(bytes(from)?);
        if inode == ROOT && length as usize > FOLDERS_OF_ROOT {
            return Err(LoadError::Damaged("the root has too many folders"));
        }
        for _ in 0..length {
            if inode != ROOT {
                self.take(ENTRY_BYTES)?;
                self.entries += 1;
                if self.entries > self.bounds.entries {
                    return Err(LoadError::Limits(Refusal::TooMany));
                }
            }
            let [length] = bytes(from)?;
            let name = text(from, length.into())?;
            check(&name).map_err(|_| LoadError::Damaged("nothing can have that name"))?;
            if entries.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(LoadError::Damaged("the names are in no order"));
            }
            entries.insert(name, u64::from_le_bytes(bytes(from)?));
        }
        Ok(Body::Folder(Folder { parent: ROOT, entries }))
    }

    fn file(&mut self, from: &mut impl Read) -> Result<Body, LoadError> {
        let size = u64::from_le_bytes(bytes(from)?);
        if size > self.bounds.file_size {
            return Err(LoadError::Limits(Refusal::FileTooLarge));
        }
        let mut content = Content::default();
        for _ in 0..u32::from_le_bytes(bytes(from)?) {
            let at = u64::from_le_bytes(bytes(from)?);
            let length = u32::from_le_bytes(bytes(from)?) as usize;
            let fits = (1..=BLOCK).contains(&length)
                && at.is_multiple_of(BLOCK as u64)
                && at >= content.size().next_multiple_of(BLOCK as u64)
                && at.checked_add(length as u64).is_some_and(|end| end <= size);
            if !fits {
                return Err(LoadError::Damaged("a block is in no place"));
            }
            self.take(content.growth(at, length))?;
            let mut bytes = vec![0; length];
            from.read_exact(&mut bytes)?;
            content.write(at, &bytes);
        }
        content.resize(size);
        Ok(Body::File(content))
    }
}

/// Finds the place of each inode, from the root downwards.
fn place(nodes: &mut BTreeMap<Inode, Node>, bounds: Bounds) -> Result<(), LoadError> {
    let damaged = |what| Err(LoadError::Damaged(what));
    match nodes.get_mut(&ROOT) {
        Some(Node { links, body: Body::Folder(_), .. }) => *links = 1,
        _ => return damaged("there is no root"),
    }
    let mut level = vec![ROOT];
    let mut depth = 0;
    while !level.is_empty() {
        let mut below = Vec::new();
        for parent in level {
            let Some(Node { body: Body::Folder(folder), .. }) = nodes.get(&parent) else {
                continue;
            };
            for inode in folder.entries.values().copied().collect::<Vec<_>>() {
                if depth >= bounds.depth {
                    return Err(LoadError::Limits(Refusal::NameTooLong));
                }
                let Some(node) = nodes.get_mut(&inode) else {
                    return damaged("a name is that of nothing");
                };
                node.links += 1;
                match &mut node.body {
                    Body::Folder(_) if node.links > 1 => {
                        return damaged("a folder is in two places");
                    }
                    Body::Folder(folder) => {
                        folder.parent = parent;
                        below.push(inode);
                    }
                    Body::File(_) | Body::Link(_) if parent == ROOT => {
                        return damaged("the root has something other than folders");
                    }
                    Body::File(_) | Body::Link(_) => {}
                }
            }
        }
        level = below;
        depth += 1;
    }
    match nodes.values().all(|node| node.links > 0) {
        true => Ok(()),
        false => damaged("something has no name"),
    }
}

fn count(length: usize) -> io::Result<[u8; 4]> {
    u32::try_from(length).map(u32::to_le_bytes).map_err(io::Error::other)
}

fn bytes<const LENGTH: usize>(from: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A text, whose length is one that a name or a path may have.
fn text(from: &mut impl Read, length: usize) -> Result<Arc<str>, LoadError> {
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    let text = String::from_utf8(bytes);
    text.map(Arc::from).map_err(|_| LoadError::Damaged("a text is not UTF-8"))
}

fn time(from: &mut impl Read) -> Result<Duration, LoadError> {
    let seconds = u64::from_le_bytes(bytes(from)?);
    match u32::from_le_bytes(bytes(from)?) {
        nanoseconds @ 0..1_000_000_000 => Ok(Duration::new(seconds, nanoseconds)),
        _ => Err(LoadError::Damaged("a time has too many nanoseconds")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::tree::Opening;

    const BOUNDS: Bounds = Bounds { bytes: 300_000, entries: 20, file_size: 1 << 30, depth: 8 };
    const TOP: Inode = ROOT + 1;

    fn clock() -> Clock {
        Arc::new(|| Duration::new(1_700_000_000, 123_456_789))
    }

    fn tree() -> Tree {
        let mut tree = Tree::new(&["tmp", "work"], BOUNDS, clock());
        let opening = Opening { write: true, create: true, ..Opening::default() };
        let file = tree.open(TOP, "file", opening).unwrap();
        tree.write(file, 0, b"bytes").unwrap();
        tree.write(file, 1 << 20, &[7; 100_000]).unwrap();
        tree.resize(file, 1 << 29).unwrap();
        tree.make_folder(TOP, "folder").unwrap();
        tree.make_link("../file", TOP, "folder/link").unwrap();
        tree.add_name(TOP, "file", TOP + 1, "name").unwrap();
        tree
    }

    fn saved(tree: &Tree) -> Vec<u8> {
        let mut bytes = Vec::new();
        tree.save(&mut bytes).unwrap();
        bytes
    }

    fn load(mut bytes: &[u8], bounds: Bounds) -> Result<Tree, LoadError> {
        Tree::load(&mut bytes, bounds, clock())
    }

    #[test]
    fn what_was_saved_is_what_is_read() {
        let tree = tree();
        let bytes = saved(&tree);
        assert!(bytes.len() < 110_000, "holes were saved");
        let read = load(&bytes, BOUNDS).unwrap();
        assert_eq!(read.nodes, tree.nodes);
        assert_eq!((read.bytes, read.entries), (tree.bytes, tree.entries));
        assert_eq!(saved(&read), bytes);
    }

    #[test]
    fn what_is_more_than_may_be_is_refused() {
        let bytes = saved(&tree());
        for bounds in [
            Bounds { bytes: 50_000, ..BOUNDS },
            Bounds { bytes: 0, ..BOUNDS },
            Bounds { entries: 3, ..BOUNDS },
            Bounds { file_size: 1 << 28, ..BOUNDS },
            Bounds { depth: 2, ..BOUNDS },
        ] {
            assert!(matches!(load(&bytes, bounds), Err(LoadError::Limits(_))), "{bounds:?}");
        }
    }

    #[test]
    fn inodes_without_numbers_for_further_ones_are_refused() {
        let mut tree = tree();
        tree.next = INODE_MOST;
        load(&saved(&tree), BOUNDS).unwrap().make_folder(TOP, "another").unwrap();
        tree.next = u64::MAX;
        assert!(matches!(load(&saved(&tree), BOUNDS), Err(LoadError::Damaged(_))));
    }

    #[test]
    fn what_ends_early_is_refused() {
        let bytes = saved(&tree());
        for length in (0..bytes.len()).step_by(7) {
            assert!(matches!(load(&bytes[..length], BOUNDS), Err(LoadError::Io(_))), "{length}");
        }
    }

    /// Folders that are in each other, and not in the root.
    #[test]
    fn circles_are_refused() {
        let mut tree = Tree::new(&["tmp"], BOUNDS, clock());
        let one = tree.make_folder(TOP, "one").unwrap();
        let two = tree.make_folder(TOP, "one/two").unwrap();
        let nodes = Arc::make_mut(&mut tree.nodes);
        let mut entries = |folder: Inode, name: &str, inode| {
            let node = Arc::make_mut(nodes.get_mut(&folder).unwrap());
            let Body::Folder(folder) = &mut node.body else { unreachable!() };
            folder.entries.clear();
            folder.entries.extend((inode > 0).then_some((Arc::from(name), inode)));
        };
        entries(two, "one", one);
        assert!(matches!(load(&saved(&tree), BOUNDS), Err(LoadError::Damaged(_))));
        let nodes = Arc::make_mut(&mut tree.nodes);
        if let Body::Folder(folder) = &mut Arc::make_mut(nodes.get_mut(&TOP).unwrap()).body {
            folder.entries.clear();
        }
        assert!(matches!(load(&saved(&tree), BOUNDS), Err(LoadError::Damaged(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is read is a tree that can be written, walked and dropped.
        #[test]
        fn no_bytes_bring_it_down(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
            let mut bytes = saved(&tree());
            for (at, byte) in changes {
                // Most of it is content.
                let at = if at % 2 == 0 { at % 400 } else { at % bytes.len() };
                bytes[at] = byte;
            }
            if let Ok(mut tree) = load(&bytes, BOUNDS) {
                prop_assert!(tree.bytes <= BOUNDS.bytes && tree.entries <= BOUNDS.entries);
                let again = load(&saved(&tree), BOUNDS).unwrap();
                prop_assert_eq!(&again.nodes, &tree.nodes);
                let folders = tree.folder(ROOT).unwrap().entries.clone();
                for folder in folders.into_values() {
                    while let Some((name, inode)) = tree.entry_after(folder, None).unwrap() {
                        match tree.folder(inode).is_ok() {
                            true => tree.remove_all(folder, &name).unwrap(),
                            false => tree.remove_file(folder, &name).unwrap(),
                        }
                    }
                }
                prop_assert_eq!((tree.bytes, tree.entries), (0, 0));
            }
        }
    }
}

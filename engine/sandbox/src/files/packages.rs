//! Packages of Python among a session's files: a folder that code imports from, and cannot change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::tree::{Body, Bounds, Clock, FileKind, Folder, Inode, Node, Opening, ROOT};
use crate::files::tree::{Refusal, Tree};
use crate::limits::ENTRY_BYTES;

/// The folder, which is one of the root's.
pub(crate) const PACKAGES: &str = "site-packages";

impl Tree {
    /// A tree with nothing but packages, which consist of these files, by their paths.
    pub(crate) fn of_packages<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        clock: Clock,
    ) -> Result<Tree, Refusal> {
        // What has the name cannot be changed, so it gets it last.
        const UNNAMED: &str = "unnamed";
        let mut tree = Tree::new(&[UNNAMED], Bounds::NONE, clock);
        let top = tree.find(ROOT, UNNAMED, false)?;
        for (path, bytes) in files {
            let mut folder = top;
            let mut names = path.split('/').peekable();
            while let Some(name) = names.next() {
                folder = match names.peek() {
                    Some(_) => match tree.make_folder(folder, name) {
                        Err(Refusal::Exists) => tree.find(folder, name, false)?,
                        made => made?,
                    },
                    None => {
                        let opening = Opening { write: true, create: true, ..Opening::default() };
                        let file = tree.open(folder, name, opening)?;
                        tree.write(file, 0, bytes)?;
                        folder
                    }
                };
            }
        }
        tree.name_folder(ROOT, PACKAGES, top);
        tree.unname_folder(ROOT, UNNAMED);
        Ok(tree)
    }

    fn packages(&self) -> Option<Inode> {
        self.folder(ROOT).ok()?.entries.get(PACKAGES).copied()
    }

    /// Whether there are any.
    pub(crate) fn has_packages(&self) -> bool {
        self.packages().is_some()
    }

    /// The names by which the packages can be imported.
    pub(crate) fn importable(&self) -> Vec<String> {
        let Some(Ok(folder)) = self.packages().map(|top| self.folder(top)) else {
            return Vec::new();
        };
        let module = |(name, inode): (&Arc<str>, &Inode)| match self.kind(*inode) {
            Ok(FileKind::Folder) if !name.contains('.') => Some(name.to_string()),
            Ok(FileKind::File) => name.strip_suffix(".py").map(str::to_owned),
            _ => None,
        };
        folder.entries.iter().filter_map(module).collect()
    }

    /// Refuses what would change a folder of the packages.
    pub(super) fn let_change(&self, folder: Inode) -> Result<(), Refusal> {
        match self.packages() {
            Some(top) if self.way_up(folder).any(|above| above == top) => {
                Err(Refusal::NotPermitted)
            }
            _ => Ok(()),
        }
    }

    /// Takes over the folders of another tree's root that this one does not have, and of its packages those that this
    /// one does not have.
    pub(crate) fn take_over(&mut self, other: &Tree) {
        let (Ok(theirs), Ok(ours)) = (other.folder(ROOT), self.folder(ROOT)) else { return };
        let missing = |own: &Folder, all: &Folder| {
            let all = all.entries.iter().filter(|(name, _)| !own.entries.contains_key(*name));
            all.map(|(name, inode)| (Arc::clone(name), *inode)).collect::<Vec<_>>()
        };
        let mut all = vec![(ROOT, missing(ours, theirs))];
        if let (Some(own), Some(their)) = (self.packages(), other.packages())
            && let (Ok(ours), Ok(theirs)) = (self.folder(own), other.folder(their))
        {
            all.push((own, missing(ours, theirs)));
        }
        while let Some((into, entries)) = all.pop() {
            for (name, from) in entries {
                let Ok(node) = other.node(from) else { continue };
                let body = match &node.body {
                    Body::Folder(_) => {
                        Body::Folder(Folder { parent: into, entries: BTreeMap::new() })
                    }
                    body => body.clone(),
                };
                if into != ROOT {
                    self.entries += 1;
                    self.bytes += ENTRY_BYTES;
                }
                self.bytes += body.bytes();
                let inode = self.next;
                self.next += 1;
                let taken = Node { links: 1, times: node.times.clone(), body };
                Arc::make_mut(&mut self.nodes).insert(inode, Arc::new(taken));
                self.name_folder(into, &name, inode);
                if let Body::Folder(folder) = &node.body {
                    let inner = folder.entries.iter();
                    all.push((
                        inode,
                        inner.map(|(name, inode)| (Arc::clone(name), *inode)).collect(),
                    ));
                }
            }
        }
    }

    /// Puts an entry into a folder, and counts nothing.
    fn name_folder(&mut self, folder: Inode, name: &str, inode: Inode) {
        if let Some(Node { body: Body::Folder(folder), .. }) = self.node_mut(folder) {
            folder.entries.insert(Arc::from(name), inode);
        }
    }

    fn unname_folder(&mut self, folder: Inode, name: &str) {
        if let Some(Node { body: Body::Folder(folder), .. }) = self.node_mut(folder) {
            folder.entries.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambience::system_time;
    use crate::limits::BLOCK_BYTES_LEAST;

    fn packages(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
        Tree::of_packages(files, Arc::new(system_time)).unwrap()
    }

    fn session() -> Tree {
        let bounds = Bounds { bytes: 1 << 20, entries: 100, file_size: 1 << 20, depth: 9 };
        Tree::new(&["tmp", "work"], bounds, Arc::new(system_time))
    }

    fn read(tree: &Tree, path: &str) -> String {
        let mut bytes = vec![0; 100];
        let length = tree.read(tree.find(ROOT, path, true).unwrap(), 0, &mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    #[test]
    fn packages_cannot_be_changed_in_any_way() {
        let mut tree = session();
        tree.take_over(&packages(&[("a/__init__.py", "x = 1"), ("a/inner/b.py", "")]));
        tree.make_folder(ROOT, "work/w").unwrap();
        let write = Opening { write: true, ..Opening::default() };
        let create = Opening { create: true, ..write };
        let file = "site-packages/a/__init__.py";
        let no = Err(Refusal::NotPermitted);
        assert_eq!(tree.open(ROOT, file, write).map(drop), no);
        assert_eq!(
            tree.open(ROOT, file, Opening { truncate: true, ..Opening::default() }).map(drop),
            no
        );
        assert_eq!(tree.open(ROOT, "site-packages/new.py", create).map(drop), no);
        assert_eq!(tree.open(ROOT, "site-packages/a/inner/new.py", create).map(drop), no);
        assert_eq!(tree.make_folder(ROOT, "site-packages/new").map(drop), no);
        assert_eq!(tree.make_link("a", ROOT, "site-packages/new").map(drop), no);
        assert_eq!(tree.add_name(ROOT, file, ROOT, "work/same.py"), no);
        assert_eq!(tree.remove_file(ROOT, file), no);
        assert_eq!(tree.remove_folder(ROOT, "site-packages/a/inner").map(drop), no);
        assert_eq!(tree.remove_all(ROOT, "site-packages/a").map(drop), no);
        assert_eq!(tree.rename(ROOT, file, ROOT, "work/moved.py"), no);
        assert_eq!(tree.rename(ROOT, "work/w", ROOT, "site-packages/w"), no);
        assert_eq!(tree.remove_folder(ROOT, "site-packages"), Err(Refusal::Busy));
        assert_eq!(read(&tree, file), "x = 1");
    }

    #[test]
    fn packages_are_added_to_those_that_are_there_and_all_of_it_counts() {
        let mut tree = session();
        tree.take_over(&packages(&[("a.py", "first")]));
        let (bytes, entries) = tree.held();
        assert_eq!((bytes, entries), (BLOCK_BYTES_LEAST + ENTRY_BYTES, 1));
        tree.take_over(&packages(&[
            ("a.py", "other"),
            ("b/__init__.py", "y"),
            ("c-1.dist-info/M", ""),
        ]));
        assert_eq!(read(&tree, "site-packages/a.py"), "first");
        assert_eq!(read(&tree, "site-packages/b/__init__.py"), "y");
        assert_eq!(tree.importable(), ["a", "b"]);
        assert_eq!(tree.held().1, 5);

        let mut saved = Vec::new();
        tree.save(&mut saved).unwrap();
        let loaded =
            Tree::load(&mut saved.as_slice(), Bounds::NONE, Arc::new(system_time)).unwrap();
        assert_eq!(loaded.held(), tree.held());
        assert_eq!(loaded.let_change(loaded.packages().unwrap()), Err(Refusal::NotPermitted));
    }
}

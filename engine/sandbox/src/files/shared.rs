//! A tree without what another one has, to be put together again later.

use std::sync::Arc;

use crate::files::content::Content;
use crate::files::tree::{Body, Inode, Node, Tree};

/// Files of a tree that are also those of another.
pub(crate) struct SharedFiles(Vec<(Inode, Arc<Node>)>);

impl Tree {
    /// This tree with nothing in the files that another tree has as well, unchanged since one was a copy
    /// of the other; and these files.
    pub(crate) fn parted(&self, other: &Tree) -> (Tree, SharedFiles) {
        let mut own = self.closed();
        let is_shared = |(inode, node): &(&Inode, &Arc<Node>)| {
            let is_file = matches!(node.body, Body::File(_));
            is_file && other.nodes.get(inode).is_some_and(|theirs| Arc::ptr_eq(node, theirs))
        };
        let nodes = own.nodes.iter().filter(is_shared);
        let nodes = nodes.map(|(inode, node)| (*inode, Arc::clone(node))).collect::<Vec<_>>();
        if !nodes.is_empty() {
            let all = Arc::make_mut(&mut own.nodes);
            for (inode, node) in &nodes {
                let empty = Node { body: Body::File(Content::default()), ..Node::clone(node) };
                all.insert(*inode, Arc::new(empty));
            }
        }
        (own, SharedFiles(nodes))
    }
}

impl SharedFiles {
    /// The tree that they are of, of what was left of it without them.
    pub(crate) fn joined(&self, mut own: Tree) -> Tree {
        for (inode, node) in &self.0 {
            own.bytes += node.body.bytes();
            Arc::make_mut(&mut own.nodes).insert(*inode, Arc::clone(node));
        }
        own
    }
}

impl std::fmt::Debug for SharedFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedFiles").field("files", &self.0.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambience::system_time;
    use crate::files::tree::{Bounds, Opening, ROOT};

    const BOUNDS: Bounds = Bounds { bytes: 1 << 20, entries: 100, file_size: 1 << 20, depth: 9 };

    fn write(tree: &mut Tree, path: &str, bytes: &[u8]) {
        let opening = Opening { write: true, create: true, ..Opening::default() };
        let file = tree.open(ROOT, path, opening).unwrap();
        tree.write(file, 0, bytes).unwrap();
    }

    #[test]
    fn a_tree_is_put_together_again_and_shares_what_it_shared() {
        let mut begun = Tree::new(&["work"], BOUNDS, Arc::new(system_time));
        for name in ["kept", "changed", "removed"] {
            write(&mut begun, &format!("work/{name}"), &[7; 5000]);
        }
        let mut tree = begun.clone();
        write(&mut tree, "work/changed", b"other");
        write(&mut tree, "work/new", &[8; 3000]);
        tree.remove_file(ROOT, "work/removed").unwrap();

        let (own, shared) = tree.parted(&begun);
        let mut bytes = Vec::new();
        own.save(&mut bytes).unwrap();
        assert!((8000..9000).contains(&bytes.len()), "{} bytes", bytes.len());
        let read = Tree::load(&mut bytes.as_slice(), Bounds::NONE, Arc::new(system_time)).unwrap();
        let joined = shared.joined(read);
        assert_eq!(joined.nodes, tree.nodes);
        assert_eq!(
            (joined.bytes, joined.entries, joined.next),
            (tree.bytes, tree.entries, tree.next)
        );
        let kept = joined.find(ROOT, "work/kept", true).unwrap();
        assert!(Arc::ptr_eq(&joined.nodes[&kept], &begun.nodes[&kept]));
    }
}

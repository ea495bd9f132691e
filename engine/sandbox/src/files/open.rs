//! Files that are open: they stay as long as they are, with or without a name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::tree::{Inode, Tree};

/// The tree of a session, as everything that has some of it open sees it.
#[derive(Clone, Debug)]
pub(crate) struct SharedTree(Arc<Mutex<Tree>>);

impl SharedTree {
    pub(crate) fn new(tree: Tree) -> SharedTree {
        SharedTree(Arc::new(Mutex::new(tree)))
    }

    /// Code and the tools that it has called may both be at it. Nobody holds it for longer than it takes to copy a file.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Tree> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files as they are now, for somebody who has none of them open. It costs nothing until one of
    /// the two changes.
    pub(crate) fn copy(&self) -> Tree {
        self.lock().closed()
    }

    /// Puts other files in the place of these, dated by the same clock from now on. What is open stays
    /// open, and is that of the former.
    pub(crate) fn put_back(&mut self, tree: Tree) {
        let tree = tree.in_place_of(&self.lock());
        *self = SharedTree::new(tree);
    }
}

/// Something that is open. It is closed with this value.
#[derive(Debug)]
pub(super) struct OpenNode {
    tree: SharedTree,
    pub(super) inode: Inode,
}

impl OpenNode {
    /// Notes that something of a tree is open, which is locked.
    pub(super) fn new(shared: &SharedTree, tree: &mut Tree, inode: Inode) -> OpenNode {
        tree.note_open(inode);
        OpenNode { tree: shared.clone(), inode }
    }

    /// Notes that something else of its tree is open, which is locked.
    pub(super) fn open(&self, tree: &mut Tree, inode: Inode) -> OpenNode {
        OpenNode::new(&self.tree, tree, inode)
    }

    pub(super) fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock()
    }

    /// Whether both are of the same tree.
    pub(super) fn is_beside(&self, other: &OpenNode) -> bool {
        Arc::ptr_eq(&self.tree.0, &other.tree.0)
    }
}

impl Drop for OpenNode {
    fn drop(&mut self) {
        self.tree.lock().note_closed(self.inode);
    }
}

/// A descriptor of something in a tree.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) node: Arc<OpenNode>,
    pub(super) read: bool,
    pub(super) write: bool,
}

/// How far a folder has been listed.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) folder: Arc<OpenNode>,
    /// The entry that was told last.
    pub(super) last: Option<Arc<str>>,
}

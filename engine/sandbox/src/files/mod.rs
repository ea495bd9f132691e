//! What a session's code sees of files.
//!
//! Its own are in a [`Tree`] in memory, of which it sees two folders: `/tmp`, and `/work`, where it
//! begins; and a third that it cannot change, `/site-packages`, if it was given packages. They are copied with the session, put back with it, saved with it, and gone with it; nothing
//! of them is ever on a disk. Besides there are the folders of the host that were granted.
//!
//! Both are behind the same interface of WASI (`descriptors`), which asks for each descriptor whose it
//! is. Those of granted folders are WASI's own, with guards around them (`granted`), and in deterministic
//! sessions without what differs from machine to machine (`places`).

mod content;
mod copying;
mod descriptors;
mod granted;
mod open;
mod packages;
mod path;
mod places;
mod saved;
mod session_files;
mod shared;
mod streams;
mod tree;

#[cfg(test)]
mod model;

use std::sync::Arc;

pub use copying::Copied;
pub(crate) use descriptors::add_to_linker;
use granted::GrantedQuota;
pub(crate) use open::SharedTree;
pub(crate) use packages::PACKAGES;
pub(crate) use path::check as check_name;
pub(crate) use places::Places;
pub(crate) use saved::LoadError;
pub use session_files::{FileEntry, Files};
pub(crate) use shared::SharedFiles;
pub(crate) use tree::{Bounds, Clock, Tree};
pub use tree::{FileKind, FileMetadata, Refusal};

use crate::limits::Limits;

/// The folder for what is of no use later.
pub(crate) const TEMPORARY: &str = "tmp";
/// The folder that code begins in.
pub(crate) const WORK: &str = "work";

/// What the host keeps of a session's files.
#[derive(Clone)]
pub(crate) struct HostFiles {
    /// The session's own.
    pub(crate) tree: SharedTree,
    granted: Arc<GrantedQuota>,
    /// Files and folders that may be open at a time, those of grants included.
    most_open: usize,
}

impl HostFiles {
    /// With files of the session's own, which are dated by this clock from now on.
    pub(crate) fn new(tree: Tree, limits: &Limits, clock: Clock) -> HostFiles {
        HostFiles {
            tree: SharedTree::new(tree.with_clock(clock)),
            granted: Arc::new(GrantedQuota::new(limits)),
            most_open: usize::try_from(limits.open_files).unwrap_or(usize::MAX),
        }
    }
}

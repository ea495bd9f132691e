//! Finding what a path leads to.
//!
//! A path is that of a folder that is open, and never leads out of it: neither by `..` nor by a link,
//! and a link to an absolute path leads nowhere.

use std::borrow::Cow;
use std::sync::Arc;

use crate::files::tree::{Body, Inode, Refusal, Tree};
use crate::limits::{NAME_BYTES, PATH_BYTES};

/// Links that are followed in one path at most.
pub(super) const LINKS: u32 = 40;

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder that has the last name of the path.
    pub(super) folder: Inode,
    /// That name. None if the path ends in `.` or `..`.
    pub(super) name: Option<Arc<str>>,
    /// What has the name, if anything has.
    pub(super) inode: Option<Inode>,
    /// The path ends in a slash, so only a folder will do.
    pub(super) is_folder: bool,
}

impl Tree {
    /// Follows a path from a folder. If its last name is a link, `follow` says whether that is followed
    /// as well.
    pub(super) fn locate(&self, start: Inode, path: &str, follow: bool) -> Result<Place, Refusal> {
        if path.len() > PATH_BYTES {
            return Err(Refusal::NameTooLong);
        }
        let mut text = Cow::Borrowed(path);
        // Where in the text the next name begins.
        let mut at = 0;
        // The folders on the way; the last is where we are.
        let mut way = vec![start];
        let mut links = 0;
        loop {
            let rest = &text[at..];
            if rest.starts_with('/') {
                return Err(Refusal::NotPermitted);
            }
            let name = rest.split('/').next().unwrap_or_default();
            let after = rest[name.len()..].trim_start_matches('/');
            let has_slash = rest.len() > name.len();
            let is_last = after.is_empty();
            let Some(&here) = way.last() else { return Err(Refusal::NotPermitted) };
            let folder = self.folder(here)?;
            if name == "." || name == ".." {
                if name == ".." {
                    way.pop();
                }
                let Some(&here) = way.last() else { return Err(Refusal::NotPermitted) };
                if is_last {
                    let inode = Some(here);
                    return Ok(Place { folder: here, name: None, inode, is_folder: true });
                }
                at = text.len() - after.len();
                continue;
            }
            check(name)?;
            let inode = folder.entries.get(name).copied();
            let body = inode.map(|inode| self.node(inode)).transpose()?.map(|node| &node.body);
            match body {
                Some(Body::Link(target)) if !is_last || has_slash || follow => {
                    links += 1;
                    if links > LINKS {
                        return Err(Refusal::Loop);
                    }
                    let slash = if has_slash { "/" } else { "" };
                    text = Cow::Owned(format!("{target}{slash}{after}"));
                    at = 0;
                }
                None if !is_last => return Err(Refusal::NotFound),
                Some(Body::File(_) | Body::Link(_)) if !is_last || has_slash => {
                    return Err(Refusal::NotFolder);
                }
                _ if is_last => {
                    let name = Some(Arc::from(name));
                    return Ok(Place { folder: here, name, inode, is_folder: has_slash });
                }
                _ => {
                    way.extend(inode);
                    at = text.len() - after.len();
                }
            }
        }
    }
}

/// Whether something can have this name.
pub(crate) fn check(name: &str) -> Result<(), Refusal> {
    match name {
        "" => Err(Refusal::NotFound),
        name if name.len() > NAME_BYTES => Err(Refusal::NameTooLong),
        name if name.contains(['\0', '/']) || name == "." || name == ".." => Err(Refusal::Invalid),
        _ => Ok(()),
    }
}

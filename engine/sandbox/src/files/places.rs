//! What is told of the host's files where the same has to be told everywhere.
//!
//! A file of the library or of a granted folder is the same on two machines if its contents are. When it
//! was written, how many names it has, the number of its inode and the size of a folder are the
//! machine's. In a deterministic session, and while an image is made, all such files are as old as the
//! session, have one name, and a number that follows from where they are.

use std::collections::{BTreeMap, VecDeque};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorStat, DescriptorType, HostDescriptor as _, MetadataHashValue, PathFlags,
};

use crate::determinism::Determinism;
use crate::files::path::LINKS;
use crate::host::Host;

/// Where the files and folders of the host are that are open, as the guest sees it, by their number in the
/// resource table.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<u32, String>);

impl Places {
    pub(super) fn insert(&mut self, descriptor: &Resource<Descriptor>, place: String) {
        self.0.insert(descriptor.rep(), place);
    }

    pub(super) fn remove(&mut self, descriptor: &Resource<Descriptor>) {
        self.0.remove(&descriptor.rep());
    }

    fn of(&self, descriptor: &Resource<Descriptor>) -> &str {
        self.0.get(&descriptor.rep()).map_or("", String::as_str)
    }
}

/// What is told of a file in place of what the host says.
fn told(found: DescriptorStat, determinism: Determinism) -> DescriptorStat {
    let start = determinism.start;
    let time = Some(Datetime { seconds: start.as_secs(), nanoseconds: start.subsec_nanos() });
    let size = if found.type_ == DescriptorType::Directory { 0 } else { found.size };
    DescriptorStat {
        type_: found.type_,
        link_count: 1,
        size,
        data_access_timestamp: time,
        data_modification_timestamp: time,
        status_change_timestamp: time,
    }
}

/// A number for what is at a place.
fn number(place: &str) -> MetadataHashValue {
    let hash = Sha256::digest(place);
    let word =
        |at: usize| hash[at..at + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    MetadataHashValue { lower: word(0), upper: word(8) }
}

impl Host {
    /// What is told of a file that is open.
    pub(super) async fn stat_of_host(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<DescriptorStat> {
        let found = self.filesystem().stat(fd).await?;
        Ok(self.as_told(found))
    }

    /// What is told of a file at a path.
    pub(super) async fn stat_at_of_host(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let found = self.filesystem().stat_at(fd, resolving, path).await?;
        Ok(self.as_told(found))
    }

    fn as_told(&self, found: DescriptorStat) -> DescriptorStat {
        match self.ambience.course() {
            Some(course) => told(found, course.determinism),
            None => found,
        }
    }

    /// The number of a file that is open.
    pub(super) async fn number_of_host(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<MetadataHashValue> {
        if self.ambience.is_computed() {
            return Ok(number(self.places.of(&fd)));
        }
        self.filesystem().metadata_hash(fd).await
    }

    /// The number of a file at a path.
    pub(super) async fn number_at_of_host(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let same = Resource::new_borrow(fd.rep());
        let found = self.filesystem().metadata_hash_at(same, resolving, path.clone()).await?;
        if self.ambience.is_computed() {
            return Ok(number(&self.place_at(&fd, resolving, &path).await));
        }
        Ok(found)
    }

    /// Notes where something is that was opened.
    pub(super) async fn note_place(
        &mut self,
        opened: &Resource<Descriptor>,
        fd: &Resource<Descriptor>,
        resolving: PathFlags,
        path: &str,
    ) {
        if self.ambience.is_computed() {
            let place = self.place_at(fd, resolving, path).await;
            self.places.insert(opened, place);
        }
    }

    /// Where something is that a path leads to, all links followed, but for one at its end that is not
    /// to be.
    async fn place_at(
        &mut self,
        fd: &Resource<Descriptor>,
        resolving: PathFlags,
        path: &str,
    ) -> String {
        let mut left = parts(path);
        let mut way: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop_front() {
            if part == ".." {
                way.pop();
                continue;
            }
            way.push(part);
            let follow = !left.is_empty() || resolving.contains(PathFlags::SYMLINK_FOLLOW);
            if !follow || links == LINKS {
                continue;
            }
            let same = Resource::new_borrow(fd.rep());
            // An error: it is no link.
            if let Ok(target) = self.filesystem().readlink_at(same, way.join("/")).await {
                links += 1;
                way.pop();
                let mut further = parts(&target);
                further.append(&mut left);
                left = further;
            }
        }
        let mut place = self.places.of(fd).to_owned();
        for part in way {
            place.push('/');
            place.push_str(&part);
        }
        place
    }
}

/// The names in a path.
fn parts(path: &str) -> VecDeque<String> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
}

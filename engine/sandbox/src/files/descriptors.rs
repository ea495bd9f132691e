//! The functions of WASI that the guest's C library calls for files.
//!
//! Each asks whose a descriptor is. The session's own are [`Opened`] entries of the resource table,
//! which the guest knows by the same kind of handle as those of granted folders.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, ErrorCode, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue,
    NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

use crate::files::granted::Sorted;
use crate::files::open::{Listing, OpenNode, Opened};
use crate::files::streams::{self, Reading, Writing};
use crate::files::tree::{FileKind, FileMetadata, Inode, Opening, ROOT, Refusal, Tree};
use crate::host::Host;

/// The upper half of the hash of what is in a tree. What is in granted folders has others.
const HASH: u64 = u64::from_be_bytes(*b"fumehood");

/// Replaces the functions of WASI for files.
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    preopens::add_to_linker::<Host, HasSelf<Host>>(linker, |host| host)?;
    types::add_to_linker::<Host, HasSelf<Host>>(linker, |host| host)
}

impl From<Refusal> for TrappableError<ErrorCode> {
    fn from(refusal: Refusal) -> FsError {
        code(refusal).into()
    }
}

fn code(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::Busy => ErrorCode::Busy,
        Refusal::Exists => ErrorCode::Exist,
        Refusal::FileTooLarge => ErrorCode::FileTooLarge,
        Refusal::Invalid => ErrorCode::Invalid,
        Refusal::IsFolder => ErrorCode::IsDirectory,
        Refusal::Loop => ErrorCode::Loop,
        Refusal::NameTooLong => ErrorCode::NameTooLong,
        Refusal::NotFolder => ErrorCode::NotDirectory,
        Refusal::NotFound => ErrorCode::NoEntry,
        Refusal::NotEmpty => ErrorCode::NotEmpty,
        Refusal::NotPermitted => ErrorCode::NotPermitted,
        Refusal::NoSpace => ErrorCode::InsufficientSpace,
        Refusal::TooMany => ErrorCode::Quota,
    }
}

fn kind(kind: FileKind) -> DescriptorType {
    match kind {
        FileKind::File => DescriptorType::RegularFile,
        FileKind::Folder => DescriptorType::Directory,
        FileKind::Link => DescriptorType::SymbolicLink,
    }
}

fn stat(metadata: &FileMetadata) -> DescriptorStat {
    let time = |time: Duration| {
        Some(Datetime { seconds: time.as_secs(), nanoseconds: time.subsec_nanos() })
    };
    DescriptorStat {
        type_: kind(metadata.kind),
        link_count: metadata.links.into(),
        size: metadata.size,
        data_access_timestamp: time(metadata.accessed),
        data_modification_timestamp: time(metadata.modified),
        status_change_timestamp: time(metadata.changed),
    }
}

fn hash(inode: Inode) -> MetadataHashValue {
    MetadataHashValue { lower: inode, upper: HASH }
}

/// What a time is to be set to, if it is to be.
fn time(tree: &Tree, time: NewTimestamp) -> Result<Option<Duration>, Refusal> {
    match time {
        NewTimestamp::NoChange => Ok(None),
        NewTimestamp::Now => Ok(Some(tree.now())),
        NewTimestamp::Timestamp(Datetime { seconds, nanoseconds })
            if nanoseconds < 1_000_000_000 =>
        {
            Ok(Some(Duration::new(seconds, nanoseconds)))
        }
        NewTimestamp::Timestamp(_) => Err(Refusal::Invalid),
    }
}

fn follows(resolving: PathFlags) -> bool {
    resolving.contains(PathFlags::SYMLINK_FOLLOW)
}

impl Opened {
    fn inode(&self) -> Inode {
        self.node.inode
    }

    /// Sees to it that it can be written to.
    fn writable(&self) -> FsResult<()> {
        if self.write { Ok(()) } else { Err(ErrorCode::BadDescriptor.into()) }
    }

    /// Sees to it that it can be read from.
    fn readable(&self) -> FsResult<()> {
        if self.read { Ok(()) } else { Err(ErrorCode::BadDescriptor.into()) }
    }
}

impl Host {
    /// What a descriptor stands for, if it is one of the session's own.
    fn own(&self, descriptor: &Resource<Descriptor>) -> Option<Opened> {
        self.table.get(&Resource::<Opened>::new_borrow(descriptor.rep())).ok().cloned()
    }

    /// What two descriptors stand for, if both are the session's own. An error if only one of them is.
    fn both_own(
        &self,
        first: &Resource<Descriptor>,
        second: &Resource<Descriptor>,
    ) -> FsResult<Option<(Opened, Opened)>> {
        match (self.own(first), self.own(second)) {
            (Some(first), Some(second)) if first.node.is_beside(&second.node) => {
                Ok(Some((first, second)))
            }
            (None, None) => Ok(None),
            _ => Err(ErrorCode::CrossDevice.into()),
        }
    }

    /// Files and folders that are open, whosever they are.
    pub(crate) fn open_files(&mut self) -> usize {
        self.table
            .iter_mut()
            .filter(|entry| entry.is::<Opened>() || entry.is::<Descriptor>())
            .count()
    }
}

impl preopens::Host for Host {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let mut folders = Vec::new();
        let shared = self.files.tree.clone();
        let mut last = None;
        loop {
            let opened = {
                let mut tree = shared.lock();
                let Some((name, inode)) = tree.entry_after(ROOT, last.as_deref())? else { break };
                last = Some(name);
                let node = Arc::new(OpenNode::new(&shared, &mut tree, inode));
                Opened { node, read: true, write: false }
            };
            let rep = self.table.push(opened)?.rep();
            let name = last.as_deref().unwrap_or_default();
            folders.push((Resource::new_own(rep), format!("/{name}")));
        }
        for (folder, path) in self.filesystem().get_directories()? {
            self.places.insert(&folder, path.clone());
            folders.push((folder, path));
        }
        self.given = folders.len();
        Ok(folders)
    }
}

impl types::Host for Host {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        if let Some(refusal) = self.table.get(&error)?.downcast_ref::<Refusal>() {
            return Ok(Some(code(*refusal)));
        }
        self.filesystem().filesystem_error_code(error)
    }
}

impl HostDescriptor for Host {
    async fn advise(
        &mut self,
        fd: Resource<Descriptor>,
        offset: u64,
        length: u64,
        advice: Advice,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            return self.filesystem().advise(fd, offset, length, advice).await;
        };
        match own.node.tree().kind(own.inode())? {
            FileKind::File => Ok(()),
            FileKind::Folder | FileKind::Link => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    async fn sync_data(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        match self.own(&fd) {
            Some(_) => Ok(()),
            None => self.filesystem().sync_data(fd).await,
        }
    }

    async fn sync(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        match self.own(&fd) {
            Some(_) => Ok(()),
            None => self.filesystem().sync(fd).await,
        }
    }

    async fn get_flags(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        let Some(own) = self.own(&fd) else { return self.filesystem().get_flags(fd).await };
        if own.node.tree().kind(own.inode())? == FileKind::Folder {
            return Ok(DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY);
        }
        let mut flags = DescriptorFlags::empty();
        if own.read {
            flags |= DescriptorFlags::READ;
        }
        if own.write {
            flags |= DescriptorFlags::WRITE;
        }
        Ok(flags)
    }

    async fn get_type(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorType> {
        match self.own(&fd) {
            Some(own) => Ok(kind(own.node.tree().kind(own.inode())?)),
            None => self.filesystem().get_type(fd).await,
        }
    }

    async fn set_size(&mut self, fd: Resource<Descriptor>, size: u64) -> FsResult<()> {
        let Some(own) = self.own(&fd) else { return self.filesystem().set_size(fd, size).await };
        if !own.write {
            return Err(ErrorCode::Invalid.into());
        }
        Ok(own.node.tree().resize(own.inode(), size)?)
    }

    async fn set_times(
        &mut self,
        fd: Resource<Descriptor>,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            return self.filesystem().set_times(fd, accessed, modified).await;
        };
        let mut tree = own.node.tree();
        let (accessed, modified) = (time(&tree, accessed)?, time(&tree, modified)?);
        Ok(tree.set_times(own.inode(), accessed, modified)?)
    }

    async fn read(
        &mut self,
        fd: Resource<Descriptor>,
        length: u64,
        offset: u64,
    ) -> FsResult<(Vec<u8>, bool)> {
        let Some(own) = self.own(&fd) else {
            return self.filesystem().read(fd, length, offset).await;
        };
        own.readable()?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = streams::read(&own.node, offset, length)?;
        let ends = bytes.is_empty();
        Ok((bytes, ends))
    }

    async fn write(
        &mut self,
        fd: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: u64,
    ) -> FsResult<u64> {
        let Some(own) = self.own(&fd) else {
            self.files.granted.write(bytes.len())?;
            return self.filesystem().write(fd, bytes, offset).await;
        };
        own.writable()?;
        own.node.tree().write(own.inode(), offset, &bytes)?;
        Ok(bytes.len() as u64)
    }

    fn read_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: u64,
    ) -> FsResult<Resource<DynInputStream>> {
        let Some(own) = self.own(&fd) else {
            let stream = self.filesystem().read_via_stream(fd, offset)?;
            return self.read_granted(stream);
        };
        own.readable()?;
        if own.node.tree().kind(own.inode())? == FileKind::Folder {
            return Err(ErrorCode::IsDirectory.into());
        }
        let stream: DynInputStream = Box::new(Reading { file: own.node, at: offset });
        Ok(self.table.push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: u64,
    ) -> FsResult<Resource<DynOutputStream>> {
        let Some(own) = self.own(&fd) else {
            let stream = self.filesystem().write_via_stream(fd, offset)?;
            return self.count_granted(stream);
        };
        own.writable()?;
        let stream: DynOutputStream = Box::new(Writing { file: own.node, at: Some(offset) });
        Ok(self.table.push(stream)?)
    }

    fn append_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let Some(own) = self.own(&fd) else {
            let stream = self.filesystem().append_via_stream(fd)?;
            return self.count_granted(stream);
        };
        own.writable()?;
        let stream: DynOutputStream = Box::new(Writing { file: own.node, at: None });
        Ok(self.table.push(stream)?)
    }

    async fn read_directory(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        let Some(own) = self.own(&fd) else { return self.list_granted(fd).await };
        if own.node.tree().kind(own.inode())? != FileKind::Folder {
            return Err(ErrorCode::NotDirectory.into());
        }
        let listing = self.table.push(Listing { folder: own.node, last: None })?;
        Ok(Resource::new_own(listing.rep()))
    }

    async fn open_at(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
        opening: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        if self.open_files() >= self.files.most_open {
            return Err(ErrorCode::Quota.into());
        }
        let Some(own) = self.own(&fd) else {
            return self.open_granted(fd, resolving, path, opening, flags).await;
        };
        let in_sync = DescriptorFlags::FILE_INTEGRITY_SYNC
            | DescriptorFlags::DATA_INTEGRITY_SYNC
            | DescriptorFlags::REQUESTED_WRITE_SYNC;
        if flags.intersects(in_sync) {
            return Err(ErrorCode::Unsupported.into());
        }
        let truncate = opening.contains(OpenFlags::TRUNCATE);
        let opening = Opening {
            write: flags.contains(DescriptorFlags::WRITE),
            create: opening.contains(OpenFlags::CREATE),
            exclusive: opening.contains(OpenFlags::EXCLUSIVE),
            truncate,
            folder: opening.contains(OpenFlags::DIRECTORY),
            follow: follows(resolving),
        };
        if opening.folder && (opening.create || opening.exclusive || truncate) {
            return Err(ErrorCode::Invalid.into());
        }
        let opened = {
            let mut tree = own.node.tree();
            let inode = tree.open(own.inode(), &path, opening)?;
            Opened {
                node: Arc::new(own.node.open(&mut tree, inode)),
                read: flags.contains(DescriptorFlags::READ) || !opening.write,
                write: opening.write || truncate,
            }
        };
        Ok(Resource::new_own(self.table.push(opened)?.rep()))
    }

    fn drop(&mut self, fd: Resource<Descriptor>) -> wasmtime::Result<()> {
        if self.own(&fd).is_none() {
            self.places.remove(&fd);
            return HostDescriptor::drop(&mut self.filesystem(), fd);
        }
        self.table.delete(Resource::<Opened>::new_own(fd.rep()))?;
        Ok(())
    }

    async fn create_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            self.files.granted.make()?;
            let made = self.filesystem().create_directory_at(fd, path).await;
            return self.files.granted.made(made);
        };
        own.node.tree().make_folder(own.inode(), &path)?;
        Ok(())
    }

    async fn stat(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        match self.own(&fd) {
            Some(own) => Ok(stat(&own.node.tree().metadata(own.inode())?)),
            None => self.stat_of_host(fd).await,
        }
    }

    async fn stat_at(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let Some(own) = self.own(&fd) else {
            return self.stat_at_of_host(fd, resolving, path).await;
        };
        let tree = own.node.tree();
        let inode = tree.find(own.inode(), &path, follows(resolving))?;
        Ok(stat(&tree.metadata(inode)?))
    }

    async fn set_times_at(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            // This opens the file.
            self.is_there(&fd, resolving, &path).await?;
            let mut files = self.filesystem();
            return files.set_times_at(fd, resolving, path, accessed, modified).await;
        };
        let mut tree = own.node.tree();
        let inode = tree.find(own.inode(), &path, follows(resolving))?;
        let (accessed, modified) = (time(&tree, accessed)?, time(&tree, modified)?);
        Ok(tree.set_times(inode, accessed, modified)?)
    }

    async fn link_at(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let Some((old, new)) = self.both_own(&fd, &new_fd)? else {
            self.files.granted.make()?;
            let made = self.filesystem().link_at(fd, resolving, path, new_fd, new_path).await;
            return self.files.granted.made(made);
        };
        if follows(resolving) {
            return Err(ErrorCode::Invalid.into());
        }
        Ok(old.node.tree().add_name(old.inode(), &path, new.inode(), &new_path)?)
    }

    async fn symlink_at(
        &mut self,
        fd: Resource<Descriptor>,
        target: String,
        path: String,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            self.files.granted.make()?;
            let made = self.filesystem().symlink_at(fd, target, path).await;
            return self.files.granted.made(made);
        };
        own.node.tree().make_link(&target, own.inode(), &path)?;
        Ok(())
    }

    async fn readlink_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<String> {
        match self.own(&fd) {
            Some(own) => Ok(own.node.tree().target(own.inode(), &path)?.to_string()),
            None => self.filesystem().readlink_at(fd, path).await,
        }
    }

    async fn rename_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let Some((old, new)) = self.both_own(&fd, &new_fd)? else {
            return self.filesystem().rename_at(fd, path, new_fd, new_path).await;
        };
        Ok(old.node.tree().rename(old.inode(), &path, new.inode(), &new_path)?)
    }

    async fn unlink_file_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            let removed = self.filesystem().unlink_file_at(fd, path).await;
            return self.files.granted.removed(removed);
        };
        Ok(own.node.tree().remove_file(own.inode(), &path)?)
    }

    async fn remove_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let Some(own) = self.own(&fd) else {
            let removed = self.filesystem().remove_directory_at(fd, path).await;
            return self.files.granted.removed(removed);
        };
        Ok(own.node.tree().remove_folder(own.inode(), &path)?)
    }

    async fn is_same_object(
        &mut self,
        first: Resource<Descriptor>,
        second: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        match (self.own(&first), self.own(&second)) {
            (Some(first), Some(second)) => {
                Ok(first.inode() == second.inode() && first.node.is_beside(&second.node))
            }
            (None, None) => self.filesystem().is_same_object(first, second).await,
            _ => Ok(false),
        }
    }

    async fn metadata_hash(&mut self, fd: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        match self.own(&fd) {
            Some(own) => Ok(hash(own.inode())),
            None => self.number_of_host(fd).await,
        }
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Resource<Descriptor>,
        resolving: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        let Some(own) = self.own(&fd) else {
            return self.number_at_of_host(fd, resolving, path).await;
        };
        Ok(hash(own.node.tree().find(own.inode(), &path, follows(resolving))?))
    }
}

impl HostDirectoryEntryStream for Host {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let own = Resource::<Listing>::new_borrow(stream.rep());
        let Ok(listing) = self.table.get_mut(&own) else {
            let granted = self.table.get_mut(&Resource::<Sorted>::new_borrow(stream.rep()))?;
            return granted.next().transpose();
        };
        let tree = listing.folder.tree();
        let Some((name, inode)) =
            tree.entry_after(listing.folder.inode, listing.last.as_deref())?
        else {
            return Ok(None);
        };
        let entry = DirectoryEntry { type_: kind(tree.kind(inode)?), name: name.to_string() };
        drop(tree);
        listing.last = Some(name);
        Ok(Some(entry))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        let own = Resource::<Listing>::new_own(stream.rep());
        if self.table.get(&own).is_ok() {
            self.table.delete(own)?;
        } else {
            self.table.delete(Resource::<Sorted>::new_own(stream.rep()))?;
        }
        Ok(())
    }
}

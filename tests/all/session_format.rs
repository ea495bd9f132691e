//! The form of saved sessions once more, written after `docs/session-format.md` and sharing nothing with the
//! library: so tests, and the fuzz target `saved_sessions`, make files that are right in all but one thing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Bytes of a chunk, and no more.
pub(crate) const CHUNK: usize = 1 << 20;
/// Bytes of a page, in which runs of memory are counted here.
pub(crate) const PAGE: usize = 4096;

/// A saved session that was taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) version: u32,
    pub(crate) header: Map<String, Value>,
    /// The pages that differ from the image, by their numbers.
    pub(crate) pages: BTreeMap<u64, Vec<u8>>,
    /// The tree of files.
    pub(crate) files: Vec<u8>,
}

impl Saved {
    /// Takes a whole one apart.
    pub(crate) fn read(bytes: &[u8]) -> Saved {
        let (all, hash) = bytes.split_last_chunk::<32>().unwrap();
        assert_eq!(Sha256::digest(all)[..], hash[..], "the hash is another");
        let mut rest = all.strip_prefix(b"fumehood").unwrap();
        let version = number(&mut rest);
        let length = number(&mut rest) as usize;
        let header = serde_json::from_slice(take(&mut rest, length)).unwrap();
        let mut contents = Vec::new();
        loop {
            let length = number(&mut rest) as usize;
            if length == 0 {
                break;
            }
            let packed_length = number(&mut rest) as usize;
            let packed = take(&mut rest, packed_length);
            assert!(length <= CHUNK && packed_length <= length);
            if packed_length == length {
                contents.extend_from_slice(packed);
            } else {
                contents.extend(lz4_flex::block::decompress(packed, length).unwrap());
            }
        }
        assert!(rest.is_empty());
        let mut files = contents.as_slice();
        let mut pages = BTreeMap::new();
        loop {
            let begin = u64::from_le_bytes(take(&mut files, 8).try_into().unwrap());
            if begin == u64::MAX {
                break;
            }
            let length = u64::from_le_bytes(take(&mut files, 8).try_into().unwrap());
            let run = take(&mut files, length as usize).chunks_exact(PAGE);
            pages.extend((begin / PAGE as u64..).zip(run.map(<[u8]>::to_vec)));
        }
        Saved { version, header, pages, files: files.to_vec() }
    }

    /// The memory and the files as they are packed.
    pub(crate) fn contents(&self) -> Vec<u8> {
        let mut contents = Vec::new();
        let pages = self.pages.iter().collect::<Vec<_>>();
        for run in pages.chunk_by(|(before, _), (after, _)| **before + 1 == **after) {
            contents.extend((run[0].0 * PAGE as u64).to_le_bytes());
            contents.extend(((run.len() * PAGE) as u64).to_le_bytes());
            run.iter().for_each(|(_, page)| contents.extend_from_slice(page));
        }
        contents.extend([0xff; 8]);
        contents.extend_from_slice(&self.files);
        contents
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let header = serde_json::to_vec(&self.header).unwrap();
        packed(self.version, &header, &self.contents(), CHUNK)
    }
}

/// A file with this version, header and contents, which need not make sense, and a hash that is right.
pub(crate) fn packed(version: u32, header: &[u8], contents: &[u8], chunk: usize) -> Vec<u8> {
    let mut bytes = b"fumehood".to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(header);
    for chunk in contents.chunks(chunk) {
        let packed = lz4_flex::block::compress(chunk);
        let packed = if packed.len() < chunk.len() { &packed } else { chunk };
        bytes.extend((chunk.len() as u32).to_le_bytes());
        bytes.extend((packed.len() as u32).to_le_bytes());
        bytes.extend_from_slice(packed);
    }
    bytes.extend([0; 4]);
    hashed(bytes)
}

/// The bytes with the hash after them.
pub(crate) fn hashed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

fn number(rest: &mut &[u8]) -> u32 {
    u32::from_le_bytes(take(rest, 4).try_into().unwrap())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, after) = rest.split_at(length);
    *rest = after;
    taken
}

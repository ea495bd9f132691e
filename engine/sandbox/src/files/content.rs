//! What is in a file: blocks that copies of the file share until one of them changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::BLOCK_BYTES_LEAST;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64 << 10;

/// The bytes of a file.
///
/// A block holds the first of its bytes; those after them, and those of blocks that are not there, are
/// zeros. So holes take no memory, and a short file takes little.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    size: u64,
    /// Bytes that the blocks count for.
    stored: u64,
    blocks: BTreeMap<u64, Arc<Vec<u8>>>,
}

/// A part of a range of bytes that lies in one block.
struct Part {
    block: u64,
    /// Where it begins in the block.
    begin: usize,
    length: usize,
}

/// Divides the range at the borders of blocks.
fn parts(mut at: u64, mut length: usize) -> impl Iterator<Item = Part> {
    std::iter::from_fn(move || {
        let begin = (at % BLOCK as u64) as usize;
        let part = Part { block: at / BLOCK as u64, begin, length: length.min(BLOCK - begin) };
        at += part.length as u64;
        length -= part.length;
        (part.length > 0).then_some(part)
    })
}

/// What a block of so many bytes counts for: no less than the host needs to know about it.
fn counted(length: usize) -> u64 {
    match length as u64 {
        0 => 0,
        length => length.max(BLOCK_BYTES_LEAST),
    }
}

impl Content {
    /// The size of the file, holes included.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that it counts for.
    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    /// Reads from a position as much as fits and is there.
    pub(super) fn read(&self, at: u64, into: &mut [u8]) -> usize {
        let there = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let length = into.len().min(there);
        let mut done = 0;
        for part in parts(at, length) {
            let into = &mut into[done..done + part.length];
            let held = self.blocks.get(&part.block).map_or(&[][..], |block| block.as_slice());
            let held = held.get(part.begin..).unwrap_or_default();
            let held = &held[..held.len().min(part.length)];
            into[..held.len()].copy_from_slice(held);
            into[held.len()..].fill(0);
            done += part.length;
        }
        length
    }

    /// Bytes that writing so many at a position adds to those it counts for.
    pub(super) fn growth(&self, at: u64, length: usize) -> u64 {
        parts(at, length)
            .map(|part| {
                let held = self.blocks.get(&part.block).map_or(0, |block| block.len());
                counted((part.begin + part.length).max(held)) - counted(held)
            })
            .sum()
    }

    /// Writes at a position, which with the length has to be a `u64`.
    pub(super) fn write(&mut self, at: u64, bytes: &[u8]) {
        let mut done = 0;
        for part in parts(at, bytes.len()) {
            let block = Arc::make_mut(self.blocks.entry(part.block).or_default());
            let end = part.begin + part.length;
            if block.len() < end {
                self.stored += counted(end) - counted(block.len());
                if block.capacity() < end {
                    block.reserve_exact(end.next_power_of_two().min(BLOCK) - block.len());
                }
                block.resize(end, 0);
            }
            block[part.begin..end].copy_from_slice(&bytes[done..done + part.length]);
            done += part.length;
        }
        if !bytes.is_empty() {
            self.size = self.size.max(at + bytes.len() as u64);
        }
    }

    /// Cuts the file, or appends a hole to it.
    pub(super) fn resize(&mut self, size: u64) {
        self.size = size;
        let first_cut = size.div_ceil(BLOCK as u64);
        let cut = self.blocks.split_off(&first_cut);
        self.stored -= cut.values().map(|block| counted(block.len())).sum::<u64>();
        let rest = (size % BLOCK as u64) as usize;
        if rest > 0
            && let Some(block) = self.blocks.get_mut(&(size / BLOCK as u64))
            && block.len() > rest
        {
            self.stored -= counted(block.len()) - counted(rest);
            // A copy of its own, and not the long one with a shorter length.
            *block = Arc::new(block[..rest].to_vec());
        }
    }

    /// What is held, each with where it begins, in order.
    pub(super) fn blocks(&self) -> impl ExactSizeIterator<Item = (u64, &[u8])> {
        self.blocks.iter().map(|(block, held)| (block * BLOCK as u64, held.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Content};

    fn all(content: &Content) -> Vec<u8> {
        let mut bytes = vec![1; usize::try_from(content.size()).unwrap()];
        assert_eq!(content.read(0, &mut bytes), bytes.len());
        bytes
    }

    #[test]
    fn what_was_written_is_read_across_the_borders_of_blocks() {
        let mut content = Content::default();
        let bytes = (0..3 * BLOCK + 5).map(|n| (n % 251) as u8).collect::<Vec<_>>();
        let growth = content.growth(7, bytes.len());
        // The last block has 12 bytes.
        assert_eq!(growth, 3 * BLOCK as u64 + 256);
        content.write(7, &bytes);
        assert_eq!((content.stored(), content.size()), (growth, 3 * BLOCK as u64 + 12));
        assert_eq!(content.growth(8, bytes.len()), 0);
        assert_eq!(content.growth(8, bytes.len() + 300), 56 + 1);
        assert_eq!(&all(&content)[..7], &[0; 7]);
        assert_eq!(&all(&content)[7..], &bytes);
        let mut some = [0; 9];
        assert_eq!(content.read(content.size() - 4, &mut some), 4);
        assert_eq!(content.read(content.size() + 4, &mut some), 0);
        assert_eq!(content.read(u64::MAX, &mut some), 0);
    }

    #[test]
    fn holes_take_no_memory_and_are_zeros() {
        let mut content = Content::default();
        content.write(1 << 40, b"x");
        assert_eq!((content.size(), content.stored()), ((1 << 40) + 1, 256));
        let mut bytes = [7; 3];
        assert_eq!(content.read((1 << 40) - 2, &mut bytes), 3);
        assert_eq!(&bytes, b"\0\0x");
        content.resize(1 << 50);
        assert_eq!(content.stored(), 256);
        content.resize(0);
        assert_eq!((content.size(), content.stored()), (0, 0));
    }

    #[test]
    fn what_was_cut_off_does_not_come_back() {
        let mut content = Content::default();
        content.write(0, &vec![9; 2 * BLOCK]);
        content.resize(BLOCK as u64 + 10);
        assert_eq!(content.stored(), BLOCK as u64 + 256);
        content.resize(2 * BLOCK as u64);
        assert!(all(&content)[BLOCK + 10..].iter().all(|byte| *byte == 0));
        content.resize(BLOCK as u64);
        content.resize(2 * BLOCK as u64);
        assert!(all(&content)[BLOCK..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn copies_change_independently() {
        let mut content = Content::default();
        content.write(0, &vec![1; 2 * BLOCK]);
        let mut copy = content.clone();
        copy.write(3, b"other");
        copy.resize(BLOCK as u64 + 1);
        assert_eq!(all(&content), vec![1; 2 * BLOCK]);
        assert_eq!(&all(&copy)[3..8], b"other");
        let shared = |content: &Content, at: usize| content.blocks().nth(at).unwrap().1.as_ptr();
        let mut other = content.clone();
        other.write(0, b"x");
        assert_eq!(shared(&content, 1), shared(&other, 1), "what is the same is there once");
    }

    #[test]
    fn nothing_written_changes_nothing() {
        let mut content = Content::default();
        content.write(100, b"");
        assert_eq!(content, Content::default());
    }
}

//! Bytes in chunks, each packed by itself, and a hash of them all.
//!
//! Whoever reads makes room for a chunk only after looking at its length, so what is read decides over no
//! more memory than a chunk has.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

/// Bytes of a chunk at most, before it is packed.
const CHUNK: usize = 1 << 20;

/// Writes bytes and hashes them.
pub(crate) struct Hashing<T> {
    inner: T,
    hash: Sha256,
}

impl<T> Hashing<T> {
    pub(crate) fn new(inner: T) -> Hashing<T> {
        Hashing { inner, hash: Sha256::new() }
    }

    /// What is written to or read from, and the hash of everything so far.
    pub(crate) fn finish(self) -> (T, [u8; 32]) {
        (self.inner, self.hash.finalize().into())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}

/// Packs what is written.
pub(super) struct Packer<W> {
    to: W,
    chunk: Vec<u8>,
    packed: Vec<u8>,
}

impl<W: Write> Packer<W> {
    pub(super) fn new(to: W) -> Packer<W> {
        let packed = vec![0; lz4_flex::block::get_maximum_output_size(CHUNK)];
        Packer { to, chunk: Vec::with_capacity(CHUNK), packed }
    }

    fn put(&mut self) -> io::Result<()> {
        let length = lz4_flex::block::compress_into(&self.chunk, &mut self.packed)
            .map_err(io::Error::other)?;
        // What does not become shorter is left as it is.
        let bytes = match length < self.chunk.len() {
            true => &self.packed[..length],
            false => &self.chunk,
        };
        self.to.write_all(&(self.chunk.len() as u32).to_le_bytes())?;
        self.to.write_all(&(bytes.len() as u32).to_le_bytes())?;
        self.to.write_all(bytes)?;
        self.chunk.clear();
        Ok(())
    }

    /// Ends the chunks.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.chunk.is_empty() {
            self.put()?;
        }
        self.to.write_all(&0_u32.to_le_bytes())?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        if self.chunk.len() == CHUNK {
            self.put()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks what is read.
pub(super) struct Unpacker<R> {
    from: R,
    chunk: Vec<u8>,
    /// How much of the chunk has been read.
    read: usize,
    ended: bool,
    packed: Vec<u8>,
}

impl<R: Read> Unpacker<R> {
    pub(super) fn new(from: R) -> Unpacker<R> {
        Unpacker { from, chunk: Vec::new(), read: 0, ended: false, packed: Vec::new() }
    }

    fn number(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 4];
        self.from.read_exact(&mut bytes)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let damaged = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let length = self.number()?;
        if length == 0 {
            self.ended = true;
            return Ok(());
        }
        let packed = self.number()?;
        if length > CHUNK || packed > length {
            return damaged("a chunk has a length that none has");
        }
        self.read = 0;
        self.chunk.resize(length, 0);
        if packed == length {
            return self.from.read_exact(&mut self.chunk);
        }
        self.packed.resize(packed, 0);
        self.from.read_exact(&mut self.packed)?;
        match lz4_flex::block::decompress_into(&self.packed, &mut self.chunk) {
            Ok(unpacked) if unpacked == length => Ok(()),
            _ => damaged("a chunk cannot be unpacked"),
        }
    }

    /// What was read from, after the end of the chunks, which has to be here.
    pub(super) fn finish(mut self) -> io::Result<R> {
        if self.read == self.chunk.len() && !self.ended {
            self.read = 0;
            self.chunk.clear();
            self.next_chunk()?;
        }
        if self.ended {
            return Ok(self.from);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "there is more than there should be"))
    }
}

impl<R: Read> Read for Unpacker<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() && !self.ended {
            self.chunk.clear();
            self.read = 0;
            self.next_chunk()?;
        }
        let rest = &self.chunk[self.read..];
        let length = rest.len().min(bytes.len());
        bytes[..length].copy_from_slice(&rest[..length]);
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = Packer::new(Vec::new());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_again_and_what_follows_is_left() {
        let mut seed = 1_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        let noise = (0..2_500_000).map(|_| random()).collect::<Vec<_>>();
        for bytes in [&b""[..], b"short", &noise, &vec![7; 3 * CHUNK], &vec![0; CHUNK]] {
            let mut all = packed(bytes);
            all.extend_from_slice(b"after");
            let mut unpacker = Unpacker::new(all.as_slice());
            let mut unpacked = vec![0; bytes.len()];
            unpacker.read_exact(&mut unpacked).unwrap();
            assert!(unpacked == bytes);
            assert_eq!(unpacker.finish().unwrap(), b"after");
        }
        assert!(packed(&vec![7; 3 * CHUNK]).len() < CHUNK / 10);
        assert!(packed(&noise).len() < noise.len() + 100);
    }

    #[test]
    fn damaged_chunks_are_refused() {
        let good = packed(&[5; 10_000]);
        for end in 0..good.len() {
            let mut unpacker = Unpacker::new(&good[..end]);
            let read = io::copy(&mut unpacker, &mut io::sink());
            assert!(read.is_err(), "{end} bytes were enough");
        }
        for lengths in [[u32::MAX, 1], [CHUNK as u32 + 1, 1], [10, 11], [10, 5]] {
            let mut bytes = lengths.map(u32::to_le_bytes).concat();
            bytes.extend_from_slice(&[0xff; 5]);
            assert!(io::copy(&mut Unpacker::new(bytes.as_slice()), &mut io::sink()).is_err());
        }
        let more = packed(b"more than is read");
        let mut unpacker = Unpacker::new(more.as_slice());
        unpacker.read_exact(&mut [0; 4]).unwrap();
        assert!(unpacker.finish().is_err());
    }
}

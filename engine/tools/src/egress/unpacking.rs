//! Bodies that are sent packed.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::error::EgressError;
use super::message::HttpResponse;

/// What a client says that it can unpack.
pub(super) const ACCEPTED: &str = "gzip, deflate";

/// Codings one over the other; more is no way to send anything.
const CODINGS: usize = 2;

/// Unpacks the body of an answer, whose headers then say nothing about packing any more.
pub(super) fn unpack(response: &mut HttpResponse, limit: u64) -> Result<(), EgressError> {
    let named = response.headers.iter().filter(|(name, _)| name == "content-encoding");
    let codings = named
        .flat_map(|(_, value)| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect::<Vec<_>>();
    if codings.len() > CODINGS {
        return Err(EgressError::Encoding { reason: "it is packed many times over".to_owned() });
    }
    for coding in codings.iter().rev() {
        if response.body.is_empty() {
            break;
        }
        let packed = response.body.as_ref();
        response.body = match coding.as_str() {
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(packed), limit)?,
            // Some servers leave out the frame that the name stands for.
            "deflate" if packed[0] & 0x0f == 8 => read(ZlibDecoder::new(packed), limit)?,
            "deflate" => read(DeflateDecoder::new(packed), limit)?,
            other => {
                let reason = format!("it is packed as `{}`", other.escape_debug());
                return Err(EgressError::Encoding { reason });
            }
        };
    }
    if !codings.is_empty() {
        response.headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
    }
    Ok(())
}

fn read(unpacking: impl Read, limit: u64) -> Result<Bytes, EgressError> {
    let mut unpacked = Vec::new();
    unpacking
        .take(limit.saturating_add(1))
        .read_to_end(&mut unpacked)
        .map_err(|error| EgressError::Encoding { reason: error.to_string() })?;
    if unpacked.len() as u64 > limit {
        return Err(EgressError::TooLarge { what: "the unpacked body of the answer", limit });
    }
    Ok(unpacked.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn answer(coding: &str, body: Vec<u8>) -> HttpResponse {
        HttpResponse {
            url: String::new(),
            status: 200,
            headers: vec![("content-encoding".to_owned(), coding.to_owned())],
            body: body.into(),
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        packing.write_all(bytes).unwrap();
        packing.finish().unwrap()
    }

    #[test]
    fn every_coding_that_is_asked_for_is_unpacked() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(b"text").unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(b"text").unwrap();
        for (coding, body) in [
            ("gzip", gzip(b"text")),
            ("X-GZIP", gzip(b"text")),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("gzip, gzip", gzip(&gzip(b"text"))),
            ("identity", b"text".to_vec()),
        ] {
            let mut answer = answer(coding, body);
            unpack(&mut answer, 100).unwrap();
            assert_eq!(answer.body, "text", "{coding}");
        }
    }

    #[test]
    fn a_bomb_goes_off_at_the_limit() {
        let bomb = gzip(&vec![0; 50 << 20]);
        assert!(bomb.len() < 100_000);
        for (coding, body) in [("gzip", bomb.clone()), ("gzip, gzip", gzip(&bomb))] {
            let refused = unpack(&mut answer(coding, body), 1 << 20).unwrap_err();
            assert!(matches!(refused, EgressError::TooLarge { limit: 1_048_576, .. }), "{refused}");
        }
        let refused = unpack(&mut answer("gzip, gzip, gzip", b"x".to_vec()), 1 << 20).unwrap_err();
        assert!(matches!(refused, EgressError::Encoding { .. }), "{refused}");
    }

    #[test]
    fn what_is_not_what_it_says_is_an_error() {
        for (coding, body) in [("gzip", "no"), ("deflate", "no"), ("br", "no"), ("\u{7}", "no")] {
            let refused = unpack(&mut answer(coding, body.into()), 1 << 20).unwrap_err();
            assert!(matches!(refused, EgressError::Encoding { .. }), "{coding}: {refused}");
        }
    }
}

//! Bytes as text, in the encoding that they are in.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes at the beginning of a page in which it may say what its encoding is.
const PROLOGUE: usize = 2048;

/// The text of an answer: by a mark at its beginning, by its header, by what the page says, or by how it looks. What
/// is none of that encoding becomes replacement characters.
pub(in crate::web) fn decoded(bytes: &[u8], content_type: &str) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let said = label(content_type.as_bytes()).and_then(Encoding::for_label);
    let encoding = said.or_else(|| said_inside(bytes)).unwrap_or_else(|| {
        // Whatever is not that is Latin, as browsers have it.
        if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }
    });
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// What `<meta charset>`, its older form or the declaration of XML says.
fn said_inside(bytes: &[u8]) -> Option<&'static Encoding> {
    let prologue = bytes[..bytes.len().min(PROLOGUE)].to_ascii_lowercase();
    let tag = |name: &[u8]| prologue.windows(name.len()).position(|found| found == name);
    let from = match prologue.starts_with(b"<?xml") {
        true => 0,
        false => tag(b"<meta")?,
    };
    let encoding = Encoding::for_label(label(&prologue[from..])?)?;
    // Whoever can read these words does not read pairs of bytes.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// What stands behind `charset=` or `encoding=`.
fn label(text: &[u8]) -> Option<&[u8]> {
    let lower = text.to_ascii_lowercase();
    let after = ["charset", "encoding"].iter().find_map(|key| {
        let at = lower.windows(key.len()).position(|found| found == key.as_bytes())?;
        let rest = text[at + key.len()..].trim_ascii_start();
        rest.strip_prefix(b"=")
    })?;
    let after = after.trim_ascii_start();
    let after = after.strip_prefix(b"\"").or_else(|| after.strip_prefix(b"'")).unwrap_or(after);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"';>/?".contains(byte);
    let end = after.iter().position(is_end).unwrap_or(after.len());
    Some(&after[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_the_encoding_that_it_says() {
        for (bytes, content_type, text) in [
            (&b"na\xc3\xafve"[..], "text/html", "naïve"),
            (b"na\xefve", "text/html", "naïve"),
            (b"na\xefve", "text/html; charset=iso-8859-1", "naïve"),
            (b"\xeb\xf3\xed\xe0", "text/html;charset=\"windows-1251\"", "луна"),
            (b"<meta charset='koi8-r'>\xcc\xd5\xce\xc1", "text/html", "<meta charset='koi8-r'>луна"),
            (
                b"<META http-equiv=content-type content=\"text/html; CHARSET = Shift_JIS\">\x8c\x8e",
                "",
                "<META http-equiv=content-type content=\"text/html; CHARSET = Shift_JIS\">月",
            ),
            (
                b"<?xml version='1.0' encoding=\"iso-8859-2\"?>\xb9",
                "application/xml",
                "<?xml version='1.0' encoding=\"iso-8859-2\"?>š",
            ),
            // The header comes before the page, and the mark before both.
            (b"<meta charset=koi8-r>\xc3\xa9", "text/html; charset=utf-8", "<meta charset=koi8-r>é"),
            (b"\xef\xbb\xbf\xc3\xa9", "text/html; charset=iso-8859-1", "é"),
            (b"\xff\xfea\0\xe9\0", "", "aé"),
            (b"<meta charset=utf-16>\xc3\xa9", "", "<meta charset=utf-16>é"),
            // What nobody knows is as if it was not said.
            (b"\xc3\xa9", "text/html; charset=none", "é"),
            (b"\xff\xfe", "text/plain; charset=utf-16be", ""),
            (b"a\xff", "text/plain; charset=utf-8", "a\u{fffd}"),
            (b"", "", ""),
        ] {
            assert_eq!(decoded(bytes, content_type), text, "{content_type}");
        }
    }

    #[test]
    fn what_says_it_without_an_end_is_read_to_its_end() {
        for text in
            ["<meta charset", "<meta charset=", "<meta charset=\"", "<?xml encoding=", "charset="]
        {
            assert_eq!(decoded(text.as_bytes(), text), text);
        }
    }
}

//! What bytes are.

use fumehood::{Attachment, ImageFormat};

/// What bytes are: what is said of them, if it is a media type, and, of pictures, if they begin as such.
pub(super) fn media_type(said: &str, bytes: &[u8]) -> String {
    let said = said.get(..300).unwrap_or(said).to_ascii_lowercase();
    let essence = said.split(';').next().unwrap_or_default().trim();
    let is_token = |part: &str| {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        !part.is_empty() && part.len() <= 127 && part.bytes().all(is_good)
    };
    let is_media =
        essence.split_once('/').is_some_and(|(kind, name)| is_token(kind) && is_token(name));
    let found = ImageFormat::of(bytes).map(ImageFormat::media_type);
    match essence {
        Attachment::PNG | Attachment::JPEG | "image/jpg" => {
            found.unwrap_or(Attachment::BYTES).to_owned()
        }
        essence if is_media => essence.to_owned(),
        _ => Attachment::BYTES.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_they_are_only_if_they_look_like_it() {
        assert_eq!(media_type("image/png", b"MZ"), Attachment::BYTES);
        assert_eq!(media_type("image/jpg", b"\x89PNG\r\n\x1a\n"), Attachment::PNG);
        assert_eq!(media_type("text/csv; charset=utf-8", b"a"), "text/csv");
        for said in ["", "image", "a/b/c", "a/\u{1b}", "a /b", "a/b\r\nx: y", "*/*"] {
            assert_eq!(media_type(said, b"a"), Attachment::BYTES, "{said}");
        }
    }
}

//! Long texts, without their middle.

/// A text of at most so many characters, besides the note that says what is missing: the first and the
/// last half of what is there.
pub(crate) fn shortened(text: String, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most {
        return text;
    }
    let count = text.chars().count();
    if count <= most {
        return text;
    }
    let half = most / 2;
    let at = |position| text.char_indices().nth(position).map_or(text.len(), |(byte, _)| byte);
    let (head, tail) = (&text[..at(half)], &text[at(count - half)..]);
    format!("{head}\n[{} characters were cut here]\n{tail}", count - 2 * half)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_texts_lose_their_middle() {
        let text = shortened("é".repeat(30_000), 20_000);
        assert!(text.contains("[10000 characters were cut here]"));
        assert_eq!(text.matches('é').count(), 20_000);
        assert_eq!(shortened("short".to_owned(), 5), "short");
        assert_eq!(shortened("éé".to_owned(), 3), "éé");
    }
}

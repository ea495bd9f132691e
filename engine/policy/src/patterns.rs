//! Simple patterns for texts.

use std::fmt;

/// A text in which `*` stands for any characters, and none. Everything else stands for itself, character for
/// character, and the whole text has to be like it.
///
/// However long a text is, matching takes about as many steps as it has bytes, for each `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(pattern: impl Into<String>) -> Pattern {
        Pattern(pattern.into())
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return text == self.0 };
        let Some(text) = text.strip_prefix(first) else { return false };
        let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut text) = text.strip_suffix(last) else { return false };
        // Where a part is found first, the most is left for those after it.
        for part in between.split('*') {
            match text.find(part) {
                Some(at) => text = &text[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Pattern;

    #[test]
    fn stars_stand_for_anything_and_the_rest_for_itself() {
        for (pattern, text, matches) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything\nat all", true),
            ("*@example.org", "ann@example.org", true),
            ("*@example.org", "ann@example.org.evil.com", false),
            ("*@example.org", "ANN@EXAMPLE.ORG", false),
            ("https://example.org/*", "https://example.org/a/b", true),
            ("https://example.org/*", "https://example.org", false),
            ("a*b*c", "a--b--b--c", true),
            ("a*b*c", "acb", false),
            ("a**c", "ac", true),
            ("ab*ba", "aba", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), matches, "{pattern} {text}");
        }
    }

    /// The same, as slow as it is plain.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern @ ..], _) => {
                (0..=text.len()).any(|skipped| plainly(pattern, &text[skipped..]))
            }
            ([one, pattern @ ..], [other, text @ ..]) => one == other && plainly(pattern, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_the_plain_way_says(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            let (p, t) = (pattern.chars().collect::<Vec<_>>(), text.chars().collect::<Vec<_>>());
            prop_assert_eq!(Pattern::new(&*pattern).matches(&text), plainly(&p, &t));
        }
    }
}

//! Long texts in parts.

/// One part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::web) struct Part<'a> {
    pub(in crate::web) text: &'a str,
    pub(in crate::web) number: usize,
    pub(in crate::web) of: usize,
}

/// The part of this number, from 1; nothing, if there are not so many. Each has at most so many characters, and ends
/// with a line where there is one in its last fifth.
pub(in crate::web) fn part(
    text: &str,
    number: usize,
    characters: usize,
) -> Result<Part<'_>, usize> {
    let (mut found, mut of, mut rest) = (None, 0, text);
    loop {
        of += 1;
        let (part, others) = rest.split_at(end(rest, characters.max(1)));
        if of == number {
            found = Some(part);
        }
        rest = others;
        if rest.is_empty() {
            break;
        }
    }
    found.map(|text| Part { text, number, of }).ok_or(of)
}

/// Where the first part of a text ends.
fn end(text: &str, characters: usize) -> usize {
    let Some((end, _)) = text.char_indices().nth(characters) else { return text.len() };
    let from = text.floor_char_boundary(end - end / 5);
    text[from..end].rfind('\n').map_or(end, |line| from + line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_all_of_the_text_and_end_with_lines() {
        let line = "naïve words\n";
        for text in [line.repeat(100), "ü".repeat(1234), String::new(), "a".to_owned()] {
            for characters in [1, 7, 100, 500, 10_000] {
                let of = part(&text, 1, characters).unwrap().of;
                let parts = (1..=of).map(|number| part(&text, number, characters).unwrap());
                let parts = parts.collect::<Vec<_>>();
                assert!(parts.iter().all(|part| part.text.chars().count() <= characters));
                assert_eq!(parts.iter().map(|part| part.text).collect::<String>(), text);
                assert_eq!(part(&text, of + 1, characters), Err(of));
                assert_eq!(part(&text, 0, characters), Err(of));
            }
        }
        let text = line.repeat(100);
        let first = part(&text, 1, 100).unwrap();
        assert!(first.text.ends_with('\n') && first.text.len() > 80, "{first:?}");
    }
}

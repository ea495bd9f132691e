//! Texts of strangers, fit to be read by people and models.

/// Whether a character shows nothing, or changes how others are shown: controls, marks of direction, characters
/// without width, and the tags that hide whole sentences.
fn is_hidden(character: char) -> bool {
    let is_shown_control = matches!(character, '\n' | '\t');
    (character.is_control() && !is_shown_control)
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text without characters that hide, and no longer than so many bytes.
pub(crate) fn cleaned(text: &str, most: usize) -> String {
    let mut cleaned = String::new();
    for character in text.chars().filter(|character| !is_hidden(*character)) {
        if cleaned.len() + character.len_utf8() > most {
            cleaned.push('…');
            break;
        }
        cleaned.push(character);
    }
    cleaned
}

/// The same in one line.
pub(crate) fn line(text: &str, most: usize) -> String {
    // Of a long text, no more is looked at than can become part of the line.
    let text = &text[..text.floor_char_boundary(most.saturating_mul(4))];
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cleaned(&words, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_removed_and_what_is_long_is_cut() {
        assert_eq!(cleaned("a\u{1b}[2J\tb\nc\r\u{202e}d\u{e0041}", 100), "a[2J\tb\ncd");
        assert_eq!(cleaned("naïve", 3), "na…");
        assert_eq!(line(" a \n\n b\u{0} ", 100), "a b");
        assert_eq!(line(&"x ".repeat(1000), 5), "x x x…");
    }
}

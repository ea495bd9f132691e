//! How far strings and comments go in code that may be no code: enough of Python's lexical rules to tell a tag in a
//! string from one around the code.

/// Where a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Code,
    Comment,
    /// In a string, its quotes included.
    Text,
    /// In a string in which names can be used.
    Formatted,
}

/// The characters of a text, as where they begin and where that is. What comes first is known without looking at
/// what comes later.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    place: Place,
    /// Where the string ends that is read.
    end: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0, place: Place::Code, end: 0 }
    }

    /// Where the string ends that begins at a quote: after the quotes that end it; at the end of the line, if it
    /// must not go on there; else at the end of the text.
    fn end_of_string(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let quotes = [bytes[start]; 3];
        let is_long = bytes[start..].starts_with(&quotes);
        let mut at = start + if is_long { 3 } else { 1 };
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'\n' if !is_long => return at,
                byte if byte == quotes[0] && !is_long => return at + 1,
                _ if is_long && bytes[at..].starts_with(&quotes) => return at + 3,
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }

    /// Whether the string at a quote has a prefix by which names can be used in it.
    fn is_formatted(&self, quote: usize) -> bool {
        let before = self.text[..quote].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        let prefix = &self.text[before.len()..quote];
        prefix.len() <= 2 && prefix.contains(['f', 'F', 't', 'T'])
    }
}

impl Iterator for Lexer<'_> {
    type Item = (usize, Place);

    fn next(&mut self) -> Option<(usize, Place)> {
        let character = self.text[self.at..].chars().next()?;
        let is_over = match self.place {
            Place::Code => true,
            Place::Comment => character == '\n',
            Place::Text | Place::Formatted => self.at >= self.end,
        };
        if is_over {
            self.place = match character {
                '#' => Place::Comment,
                '"' | '\'' => {
                    self.end = self.end_of_string(self.at);
                    if self.is_formatted(self.at) { Place::Formatted } else { Place::Text }
                }
                _ => Place::Code,
            };
        }
        let at = self.at;
        self.at += character.len_utf8();
        Some((at, self.place))
    }
}

/// Where the characters begin that are in no string.
pub(super) fn outside_of_strings(text: &str) -> impl Iterator<Item = usize> {
    let outside = |(at, place)| matches!(place, Place::Code | Place::Comment).then_some(at);
    Lexer::new(text).filter_map(outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in strings and comments, as spaces.
    fn code(text: &str) -> String {
        let place = |(at, place)| {
            if place == Place::Code { text[at..].chars().next().unwrap() } else { ' ' }
        };
        Lexer::new(text).map(place).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn strings_end_where_python_says() {
        assert_eq!(code("a = 'x' + \"it's\";"), "a =     +       ;");
        assert_eq!(code(r#"'a\'b',"c\\",'d',"#), r"      ,     ,   ,");
        assert_eq!(code("'''a\n'b' '' c''', '',"), "                ,   ,");
        assert_eq!(code("x\"\"\"open\nand so on"), "x");
        assert_eq!(code("x = 'open\ny = 'b',"), "x =      \ny =    ,");
        assert_eq!(code("'a\\\nb',"), "      ,");
        assert_eq!(code("ä = 'ö\\ü',"), "ä =      ,");
    }

    #[test]
    fn quotes_in_comments_begin_no_string() {
        assert_eq!(code("# it's\nx = 'a#b' # don't\ny"), "      \nx =              \ny");
        assert_eq!(code("#'"), "");
    }

    #[test]
    fn prefixes_tell_in_which_strings_names_are_used() {
        let is_formatted =
            |text: &str| Lexer::new(text).any(|(_, place)| place == Place::Formatted);
        for text in ["f'a'", "Rf\"d\"", "x(t'f')"] {
            assert!(is_formatted(text), "{text}");
        }
        for text in ["rb'b'", "'c'", "off'e'", "ärf'x'"] {
            assert!(!is_formatted(text), "{text}");
        }
    }
}

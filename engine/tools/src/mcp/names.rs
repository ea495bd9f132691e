//! Names for the Python functions of tools.

use std::collections::HashSet;

/// Characters of a name: no model's server takes longer ones.
const CHARACTERS: usize = 64;

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// A name for a tool of a server. It begins with that of the server, so that no server can take the name of
    /// another's tool, or of one that is not a server's; if it is taken all the same, a number is put behind it.
    pub(super) fn take(&mut self, server: &str, tool: &str) -> String {
        let server = identifier(server);
        let begins_well = server.starts_with(|c: char| c.is_ascii_alphabetic());
        let prefix = if begins_well { server } else { format!("mcp_{server}") };
        let whole = format!("{prefix}_{}", identifier(tool));
        let mut name = cut(&whole, CHARACTERS);
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            let ending = format!("_{number}");
            name = format!("{}{ending}", cut(&whole, CHARACTERS - ending.len()));
            number += 1;
        }
        name
    }
}

fn cut(name: &str, most: usize) -> String {
    // It is ASCII.
    let cut = name.get(..most).unwrap_or(name);
    cut.trim_end_matches('_').to_owned()
}

/// A text as a part of an identifier: what is no letter and no digit becomes an underscore, one for several.
fn identifier(text: &str) -> String {
    let mut identifier = String::new();
    for character in text.chars().take(2 * CHARACTERS) {
        if character.is_ascii_alphanumeric() {
            identifier.push(character);
        } else if !identifier.ends_with('_') {
            identifier.push('_');
        }
    }
    match identifier.trim_matches('_') {
        "" => "x".to_owned(),
        rest => rest.to_owned(),
    }
}

/// A name for a parameter, which is not among `taken`. One that Python can have stays as it is.
pub(super) fn parameter(name: &str, taken: &HashSet<String>) -> String {
    let is_free = |name: &str| {
        fumehood::unusable_name(name).is_none() && name.len() <= CHARACTERS && !taken.contains(name)
    };
    if is_free(name) {
        return name.to_owned();
    }
    let mut base = cut(&identifier(name), CHARACTERS - 4);
    if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
        base.insert_str(0, "p_");
    }
    let candidates = [base.clone(), format!("{base}_")].into_iter();
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    candidates.chain(numbered).find(|name| is_free(name)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_one_that_python_has_and_none_becomes_that_of_another() {
        let mut names = Names::default();
        for (server, tool, name) in [
            ("everything", "get-sum", "everything_get_sum"),
            ("everything", "get_sum", "everything_get_sum_2"),
            ("everything", "get.sum", "everything_get_sum_3"),
            ("9front", "class", "mcp_9front_class"),
            ("_", "", "x_x"),
            ("__import", "__call__", "import_call"),
            ("a_b", "c", "a_b_c"),
            ("a", "b_c", "a_b_c_2"),
            ("naïve", "\u{1b}[2J", "na_ve_2J"),
            ("a", "final_answer", "a_final_answer"),
        ] {
            assert_eq!(names.take(server, tool), name);
            assert_eq!(fumehood::unusable_name(name), None, "{name}");
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let mut names = Names::default();
        let first = names.take("s", &"x".repeat(10_000));
        let second = names.take("s", &"x".repeat(10_001));
        assert_eq!((first.len(), second.len()), (CHARACTERS, CHARACTERS));
        assert!(second.ends_with("x_2"));
    }

    #[test]
    fn parameters_keep_their_names_if_python_can_have_them() {
        let taken = HashSet::from(["of".to_owned(), "a_b".to_owned()]);
        for (name, expected) in [
            ("message", "message"),
            ("messageType", "messageType"),
            ("class", "class_"),
            ("a-b", "a_b_"),
            ("2nd", "p_2nd"),
            ("", "x"),
            ("__x", "x"),
            ("of", "of_"),
        ] {
            assert_eq!(parameter(name, &taken), expected);
        }
    }
}

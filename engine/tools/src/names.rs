//! Names for the Python functions of tools.

use std::collections::{HashMap, HashSet};

/// Characters of a name: no model's server takes longer ones.
const CHARACTERS: usize = 64;

/// What code has without any tools, and would not have any more if a tool had its name.
const OF_PYTHON: &[&str] = &[
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "final_answer",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "parallel",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// The names that are taken, each with the number that the next one like it is tried with.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    /// A name for a tool of a server. It begins with that of the server, so that no server can take the name of
    /// another's tool, or of one that is not a server's; if it is taken all the same, a number is put behind it.
    pub(super) fn take(&mut self, server: &str, tool: &str) -> String {
        let server = identifier(server);
        let begins_well = server.starts_with(|c: char| c.is_ascii_alphabetic());
        let prefix = if begins_well { server } else { format!("mcp_{server}") };
        self.unique(&format!("{prefix}_{}", identifier(tool)))
    }

    /// A name for a tool that is called like this where it comes from. It begins with the prefix, if that is not
    /// empty; without one it is none that code has for something else.
    pub(super) fn take_own(&mut self, prefix: &str, tool: &str) -> String {
        let name = identifier(tool);
        let is_begun = prefix.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_good = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && fumehood::unusable_name(&name).is_none()
            && !OF_PYTHON.contains(&name.as_str());
        match (is_begun, is_good) {
            (true, _) => self.unique(&format!("{}_{name}", identifier(prefix))),
            (false, true) => self.unique(&name),
            (false, false) => self.unique(&format!("api_{name}")),
        }
    }

    fn unique(&mut self, whole: &str) -> String {
        let base = cut(whole, CHARACTERS);
        let mut name = base.clone();
        let mut number = self.0.get(&base).copied().unwrap_or(2);
        while self.0.contains_key(&name) {
            let ending = format!("_{number}");
            name = format!("{}{ending}", cut(whole, CHARACTERS - ending.len()));
            number += 1;
        }
        self.0.insert(base, number);
        self.0.entry(name.clone()).or_insert(2);
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
    fn names_that_begin_with_nothing_of_ours_take_none_of_pythons() {
        let mut names = Names::default();
        for (prefix, tool, name) in [
            ("", "listPets", "listPets"),
            ("", "pets/list", "pets_list"),
            ("", "pets.list", "pets_list_2"),
            ("", "print", "api_print"),
            ("", "final_answer", "api_final_answer"),
            ("", "class", "api_class"),
            ("", "2fa", "api_2fa"),
            ("", "", "x"),
            ("shop", "print", "shop_print"),
            ("9", "print", "api_print_2"),
        ] {
            assert_eq!(names.take_own(prefix, tool), name);
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

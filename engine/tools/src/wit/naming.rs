//! Names of WIT as names of Python.
//!
//! Fields, parameters, functions and modules are `snake_case`, classes `CamelCase`, cases of enums and flags
//! `UPPER_CASE`. Where that is a keyword, it ends with an underscore.

use fumehood::unusable_name;

/// A field, a parameter, a function or a part of a module's name.
pub(crate) fn snake(name: &str) -> String {
    let name = name.replace('-', "_").to_lowercase();
    // Methods have a `self` of their own.
    if name == "self" { format!("{name}_") } else { usable(name) }
}

/// A class.
pub(crate) fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(characters).collect::<String>()
    };
    usable(name.split('-').map(word).collect())
}

/// A case of an enum, or a flag.
pub(crate) fn upper(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

fn usable(name: String) -> String {
    if unusable_name(&name).is_some() { format!("{name}_") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_python_would_have_chosen() {
        assert_eq!(snake("unit-price"), "unit_price");
        assert_eq!(snake("HTTP-status"), "http_status");
        assert_eq!(snake("from"), "from_");
        assert_eq!(snake("self"), "self_");
        assert_eq!(camel("order-item"), "OrderItem");
        assert_eq!(camel("none"), "None_");
        assert_eq!(camel("HTTP-error"), "HTTPError");
        assert_eq!(upper("dark-red"), "DARK_RED");
    }
}

//! Code that takes the name of `final_answer` for something else and then wants to call it, as models like to:
//!
//! ```python
//! final_answer = total / count
//! final_answer(final_answer)
//! ```

use std::ops::Range;

use super::python::{Lexer, Place};

const NAME: &str = "final_answer";
const OTHER: &str = "final_answer_value";

/// Code in which the variable has another name than the function, if both are there.
pub(super) fn resolved(code: String) -> String {
    let uses = uses(&code);
    let is = |kind: Use| uses.iter().any(|(_, used)| *used == kind);
    if !is(Use::Assigned) || !is(Use::Called) {
        return code;
    }
    let mut resolved = String::with_capacity(code.len());
    let mut at = 0;
    for (range, _) in uses.iter().filter(|(_, used)| *used != Use::Called) {
        resolved.push_str(&code[at..range.start]);
        resolved.push_str(OTHER);
        at = range.end;
    }
    resolved + &code[at..]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Assigned,
    Called,
    Read,
}

/// Where the name is used, in order. It is none of an attribute, of a parameter that is named in a call, nor of
/// something in a comment or in a string without names.
fn uses(code: &str) -> Vec<(Range<usize>, Use)> {
    let places =
        Lexer::new(code).filter(|(_, place)| matches!(place, Place::Code | Place::Formatted));
    let named = places.filter(|(at, _)| code[*at..].starts_with(NAME));
    let ranges = named.map(|(at, _)| at..at + NAME.len());
    ranges.filter_map(|range| Some((range.clone(), used(code, &range)?))).collect()
}

fn used(code: &str, range: &Range<usize>) -> Option<Use> {
    let (before, after) = (&code[..range.start], &code[range.end..]);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if before.ends_with(is_word) || after.starts_with(is_word) {
        return None;
    }
    let blank = [' ', '\t'];
    let (before, after) = (before.trim_end_matches(blank), after.trim_start_matches(blank));
    if before.ends_with('.') {
        return None;
    }
    let is_equals = after.starts_with('=') && !after.starts_with("==");
    match is_equals {
        true if before.is_empty() || before.ends_with('\n') => Some(Use::Assigned),
        true if before.ends_with(['(', ',']) => None,
        _ if after.starts_with('(') => Some(Use::Called),
        _ => Some(Use::Read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: &str) {
        assert_eq!(resolved(code.to_owned()), expected);
    }

    #[test]
    fn the_variable_gets_another_name() {
        check(
            "final_answer = 5\nprint(f'{final_answer}', final_answer == 5)\nfinal_answer(final_answer)",
            "final_answer_value = 5\nprint(f'{final_answer_value}', final_answer_value == 5)\nfinal_answer(final_answer_value)",
        );
        check(
            "if x:\n    final_answer = 1\nfinal_answer (final_answer)",
            "if x:\n    final_answer_value = 1\nfinal_answer (final_answer_value)",
        );
    }

    #[test]
    fn what_is_something_else_stays() {
        for code in [
            "final_answer = 5\nprint(final_answer)",
            "final_answer(3)",
            "answer = final_answer\nanswer(3)",
            "my_final_answer = 5\nfinal_answer(my_final_answer)",
        ] {
            check(code, code);
        }
        check(
            "final_answer = a.final_answer # final_answer\nf(final_answer=final_answer, b='final_answer')\nfinal_answer(1)",
            "final_answer_value = a.final_answer # final_answer\nf(final_answer=final_answer_value, b='final_answer')\nfinal_answer(1)",
        );
    }
}

//! What is to be done by what a model has said.
//!
//! Models write code and calls in many ways, and a reply that is misread is a step lost. What is clear is
//! understood; what is not is told back. Nothing is run because it happens to be Python.
//!
//! * `mod`: the code in a reply, between tags or in Markdown
//! * `python`: how far strings and comments go, so that a tag in a string is no tag
//! * `shadowing`: code that takes the name of `final_answer` for something else
//! * `structured`: replies that are JSON
//! * `calls`: calls of tools that a model has written as text

mod calls;
mod python;
mod shadowing;
mod structured;

pub(crate) use calls::tool_calls_of_text;
pub(crate) use structured::{structured_code_of, thought_and_code_schema};

use self::python::outside_of_strings;

/// The tags around code in a reply. The default is `<code>` and `</code>`.
///
/// Models do not write them letter by letter as they were told: case does not matter, and a tag in angle
/// brackets may have attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTags {
    /// Before the code.
    pub open: String,
    /// After the code.
    pub close: String,
}

impl Default for CodeTags {
    fn default() -> CodeTags {
        CodeTags { open: "<code>".to_owned(), close: "</code>".to_owned() }
    }
}

impl CodeTags {
    /// Blocks of Markdown: three backticks and `python` before the code, three backticks after it.
    pub fn markdown() -> CodeTags {
        CodeTags { open: "```python".to_owned(), close: "```".to_owned() }
    }

    fn is_markdown(&self) -> bool {
        self.open.starts_with("```")
    }

    /// What ends a reply whose code is complete. A closing tag that is part of the opening one would end it
    /// before its beginning.
    pub(crate) fn stop(&self) -> Option<String> {
        let ends = !self.close.is_empty() && !self.open.contains(&self.close);
        ends.then(|| self.close.clone())
    }
}

const THINK: &str = "<think>";
const THOUGHT: &str = "</think>";
/// The languages that blocks of Markdown have if they are meant to be run.
const LANGUAGES: [&str; 5] = ["", "python", "py", "python3", "tool_code"];

/// Extracts the code of a reply: all blocks between the tags; if there are none, all Markdown blocks of
/// Python. What a model thinks aloud between `<think>` tags is not part of the reply.
///
/// The error is what the model is told.
pub(crate) fn code_of(reply: &str, tags: &CodeTags) -> Result<String, String> {
    let Found { blocks, said, .. } = found(reply, tags);
    if !blocks.is_empty() {
        return Ok(shadowing::resolved(blocks.join("\n\n")));
    }
    let CodeTags { open, close } = tags;
    let hint = if said.contains("final") && said.contains("answer") {
        format!("To give the final answer, write:\n{open}\nfinal_answer(\"your answer\")\n{close}")
    } else {
        format!("Write for instance:\nThought: your thought\n{open}\n# your code\n{close}")
    };
    Err(format!("There is no code between {open} and {close} in your reply.\n{hint}"))
}

/// Whether the last block of code in a reply has no end.
pub(crate) fn is_open(reply: &str, tags: &CodeTags) -> bool {
    found(reply, tags).is_open
}

/// What is in a reply.
struct Found {
    blocks: Vec<String>,
    /// The reply without what was thought.
    said: String,
    is_open: bool,
}

fn found(reply: &str, tags: &CodeTags) -> Found {
    let Found { blocks, said, is_open } = tagged(reply, tags);
    if blocks.is_empty() && !is_open {
        let (blocks, is_open) = fences(&said, tags.is_markdown());
        return Found { blocks, said, is_open };
    }
    Found { blocks, said, is_open }
}

/// The blocks between tags, and what is said around what is thought.
fn tagged(reply: &str, tags: &CodeTags) -> Found {
    let opening = (!tags.is_markdown()).then(|| Tag::new(&tags.open)).flatten();
    let closing = Tag::new(&tags.close);
    let (mut blocks, mut said, mut is_open) = (Vec::new(), String::new(), false);
    let mut rest = reply;
    while let Some((before, met, after)) = next(rest, opening.as_ref()) {
        said.push_str(before);
        match met {
            Met::Think => match after.split_once(THOUGHT) {
                Some((_, after)) => rest = after,
                // It never came to saying anything else.
                None => return Found { blocks, said, is_open },
            },
            // Some servers send the end of the thinking only.
            Met::Thought => {
                blocks.clear();
                said.clear();
                rest = after;
            }
            Met::Open => match end_of_block(after, opening.as_ref(), closing.as_ref()) {
                End::Closed { code, after } => {
                    blocks.extend(self::code(code));
                    said.push_str(&rest[before.len()..rest.len() - after.len()]);
                    rest = after;
                }
                End::Missing => {
                    blocks.extend(self::code(after));
                    said.push_str(&rest[before.len()..]);
                    is_open = true;
                    rest = "";
                }
                // The tag was only talked about.
                End::Again { at } => {
                    said.push_str(&rest[before.len()..rest.len() - after.len() + at]);
                    rest = &after[at..];
                }
            },
        }
    }
    said.push_str(rest);
    Found { blocks, said, is_open }
}

enum Met {
    Think,
    Thought,
    Open,
}

/// What comes next outside of code: what is before it, what it is, and what comes after.
fn next<'a>(text: &'a str, open: Option<&Tag>) -> Option<(&'a str, Met, &'a str)> {
    let met = |rest: &str| {
        if rest.starts_with(THINK) {
            return Some((Met::Think, THINK.len()));
        }
        if rest.starts_with(THOUGHT) {
            return Some((Met::Thought, THOUGHT.len()));
        }
        Some((Met::Open, open?.length_at(rest)?))
    };
    let found = text.char_indices().find_map(|(at, _)| Some((at, met(&text[at..])?)));
    let (at, (met, length)) = found?;
    Some((&text[..at], met, &text[at + length..]))
}

enum End<'a> {
    Closed {
        code: &'a str,
        after: &'a str,
    },
    Missing,
    /// Something that begins anew comes first.
    Again {
        at: usize,
    },
}

/// Where a block ends: at the first closing tag that is not in a string of the code; if all are, at the first.
fn end_of_block<'a>(text: &'a str, open: Option<&Tag>, close: Option<&Tag>) -> End<'a> {
    let Some(close) = close else { return End::Missing };
    let closed =
        |at: usize, length: usize| End::Closed { code: &text[..at], after: &text[at + length..] };
    for at in outside_of_strings(text) {
        let rest = &text[at..];
        if let Some(length) = close.length_at(rest) {
            return closed(at, length);
        }
        if rest.starts_with(THOUGHT) || open.is_some_and(|open| open.length_at(rest).is_some()) {
            return End::Again { at };
        }
    }
    let Some((at, length)) = close.first_in(text) else { return End::Missing };
    match open.and_then(|open| open.first_in(&text[..at])) {
        Some((at, _)) => End::Again { at },
        None => closed(at, length),
    }
}

/// Bytes of the attributes of a tag, at most.
const LONGEST: usize = 256;

/// A tag, as models write it.
struct Tag {
    /// In lower case, if it is ASCII.
    text: String,
    /// Whether it is one in angle brackets, which can have attributes or spaces.
    is_element: bool,
}

impl Tag {
    /// Nothing is no tag: it would be everywhere.
    fn new(text: &str) -> Option<Tag> {
        let name = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let name = name.map(|name| name.strip_prefix('/').unwrap_or(name));
        let is_element = name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c))
        });
        (!text.is_empty()).then(|| Tag { text: text.to_ascii_lowercase(), is_element })
    }

    /// Where it is first, and how long it is there.
    fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        text.char_indices().find_map(|(at, _)| Some((at, self.length_at(&text[at..])?)))
    }

    /// How long it is, if the text begins with it.
    fn length_at(&self, text: &str) -> Option<usize> {
        if !self.is_element {
            let begins = text.get(..self.text.len())?;
            return begins.eq_ignore_ascii_case(&self.text).then_some(self.text.len());
        }
        let name = &self.text[..self.text.len() - 1];
        if !text.get(..name.len())?.eq_ignore_ascii_case(name) {
            return None;
        }
        let rest = &text[name.len()..];
        let end = rest.bytes().take(LONGEST).position(|byte| b"><\n".contains(&byte))?;
        let is_tag =
            rest[end..].starts_with('>') && (end == 0 || rest.starts_with([' ', '\t', '/']));
        is_tag.then_some(name.len() + end + 1)
    }
}

/// Blocks that begin with a line of three backticks with a name of Python or nothing after them, and whether the
/// last of them has no end. That is only a block if `open` says so.
fn fences(text: &str, open: bool) -> (Vec<String>, bool) {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((language, after)) = opening_fence(rest) {
        let is_python = LANGUAGES.contains(&language.to_ascii_lowercase().as_str());
        match closing_fence(after, is_python) {
            Some((block, after)) => {
                if is_python {
                    blocks.extend(dedented(block));
                }
                rest = after;
            }
            None => {
                if open && is_python {
                    blocks.extend(dedented(after));
                }
                return (blocks, open && is_python);
            }
        }
    }
    (blocks, false)
}

/// The language of the first fence, and what follows its line.
fn opening_fence(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if let Some(language) = line.trim().strip_prefix("```") {
            return Some((language.trim(), after));
        }
        rest = after;
    }
    None
}

/// A block of Markdown up to the line that ends it, and what follows that line: the first such line that is not in
/// a string, if it is code; if all are, the first.
fn closing_fence(text: &str, is_python: bool) -> Option<(&str, &str)> {
    let mut outside = outside_of_strings(text).peekable();
    let (mut first, mut at) = (None, 0);
    while at < text.len() {
        let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
        let after = at + line.len();
        if line.trim_start().starts_with("```") {
            let block = (&text[..at], &text[after..]);
            while outside.next_if(|place| *place < at).is_some() {}
            if !is_python || outside.peek() == Some(&at) {
                return Some(block);
            }
            first = first.or(Some(block));
        }
        at = after;
    }
    first
}

/// The code of a block, which may be Markdown again inside of the tags. Nothing, if nothing is left.
fn code(block: &str) -> Option<String> {
    if block.trim_start().starts_with("```") {
        let (blocks, _) = fences(block.trim_start(), true);
        return (!blocks.is_empty()).then(|| blocks.join("\n\n"));
    }
    dedented(block)
}

/// Code without the indentation that all its lines have, and without empty lines around it. Nothing, if nothing
/// is left.
fn dedented(block: &str) -> Option<String> {
    let lines = block.lines().map(str::trim_end).collect::<Vec<_>>();
    let first = lines.iter().position(|line| !line.is_empty())?;
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let lines = &lines[first..=last];
    let indentation = |line: &&&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common =
        lines.iter().filter(|line| !line.is_empty()).map(|line| indentation(&line)).min()?;
    let dedented = lines.iter().map(|line| line.get(common..).unwrap_or("")).collect::<Vec<_>>();
    Some(dedented.join("\n"))
}

#[cfg(test)]
mod tests;

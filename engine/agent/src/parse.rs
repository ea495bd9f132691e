//! The code in a reply.

/// The tags around code in a reply. The default is `<code>` and `</code>`.
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

/// Extracts the code of a reply: all blocks between the tags; if there are none, all Markdown blocks of
/// Python. What a model thinks aloud between `<think>` tags is not part of the reply.
///
/// The error is what the model is told.
pub(crate) fn code_of(reply: &str, tags: &CodeTags) -> Result<String, String> {
    let said = without_thinking(reply);
    let tagged = blocks(&said, &tags.open, &tags.close);
    let found = if tagged.is_empty() { fences(&said) } else { tagged };
    if !found.is_empty() {
        return Ok(found.join("\n\n"));
    }
    let CodeTags { open, close } = tags;
    let hint = if said.contains("final") && said.contains("answer") {
        format!("To give the final answer, write:\n{open}\nfinal_answer(\"your answer\")\n{close}")
    } else {
        format!("Write for instance:\nThought: your thought\n{open}\n# your code\n{close}")
    };
    Err(format!("There is no code between {open} and {close} in your reply.\n{hint}"))
}

fn without_thinking(reply: &str) -> String {
    let mut said = String::new();
    let mut rest = reply;
    while let Some((before, after)) = rest.split_once("<think>") {
        said.push_str(before);
        match after.split_once("</think>") {
            Some((_, after)) => rest = after,
            None => return said,
        }
    }
    // Some servers send the end of the thinking only.
    match rest.rsplit_once("</think>") {
        Some((_, after)) => said.push_str(after),
        None => said.push_str(rest),
    }
    said
}

fn blocks(text: &str, open: &str, close: &str) -> Vec<String> {
    let mut found = Vec::new();
    if open.is_empty() {
        // It would be found for ever without getting on.
        return found;
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let (block, after) = after.split_once(close).unwrap_or((after, ""));
        found.extend(code(block));
        rest = after;
    }
    found
}

/// Blocks that begin with a line of three backticks, with `python`, `py` or nothing after them.
fn fences(text: &str) -> Vec<String> {
    /// Where a line is: outside of all blocks, in one of Python, or in one of something else.
    enum Place {
        Outside,
        Python(String),
        Other,
    }
    let mut found = Vec::new();
    let mut place = Place::Outside;
    for line in text.lines() {
        place = match (place, line.trim().strip_prefix("```")) {
            (Place::Outside, Some("python" | "py" | "")) => Place::Python(String::new()),
            (Place::Outside, Some(_)) => Place::Other,
            (Place::Python(block), Some(_)) => {
                found.extend(code(&block));
                Place::Outside
            }
            (Place::Python(block), None) => Place::Python(block + line + "\n"),
            (Place::Other, Some(_)) => Place::Outside,
            (place, None) => place,
        };
    }
    found
}

/// The code of a block without the indentation that all its lines have, and without a Markdown fence
/// inside of the tags. Nothing, if nothing is left.
fn code(block: &str) -> Option<String> {
    let trimmed = block.trim();
    if trimmed.starts_with("```") {
        return fences(trimmed).into_iter().next();
    }
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
mod tests {
    use super::*;

    #[track_caller]
    fn check(reply: &str, code: &str) {
        assert_eq!(code_of(reply, &CodeTags::default()).as_deref(), Ok(code));
    }

    #[test]
    fn code_is_what_stands_between_the_tags() {
        check("Thought: x\n<code>\nprint(1)\n</code>", "print(1)");
        check("<code>a = 1</code> and <code>b = 2</code>", "a = 1\n\nb = 2");
        check("<code>\n    if a:\n        b()\n</code>", "if a:\n    b()");
        check("<code>\nx = 1\n", "x = 1");
    }

    #[test]
    fn markdown_is_understood() {
        check("First\n```python\nprint(1)\n```\nand\n```py\nprint(2)\n```", "print(1)\n\nprint(2)");
        check("<code>\n```python\nprint(1)\n```\n</code>", "print(1)");
        check("```json\n{}\n```\n```\nprint(3)\n```", "print(3)");
    }

    #[test]
    fn thinking_is_not_part_of_a_reply() {
        check("<think><code>no()</code></think><code>yes()</code>", "yes()");
        check("<code>no()</code></think><code>yes()</code>", "yes()");
    }

    #[test]
    fn a_reply_without_code_is_told_how_to_write_it() {
        let tags = CodeTags::default();
        let told = code_of("I will do it.", &tags).unwrap_err();
        assert!(told.contains("<code>\n# your code\n</code>"), "{told}");
        let told = code_of("The final answer is 3.", &tags).unwrap_err();
        assert!(told.contains("final_answer(\"your answer\")"), "{told}");
        assert!(code_of("<code>\n\n</code>", &tags).is_err());
    }

    #[test]
    fn an_empty_tag_is_nowhere() {
        let tags = CodeTags { open: String::new(), close: String::new() };
        assert!(code_of("anything", &tags).is_err());
        assert_eq!(code_of("```py\nx\n```", &tags).as_deref(), Ok("x"));
    }
}

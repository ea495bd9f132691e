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
fn tags_are_understood_as_models_write_them() {
    check("<CODE>\nx = 1\n</Code>", "x = 1");
    check("<code lang=\"python\">\nx = 1\n</code >", "x = 1");
    check("<codes>no</codes><code>x = 1</code>", "x = 1");
    let tags = CodeTags { open: "[[RUN]]".to_owned(), close: "[[/RUN]]".to_owned() };
    assert_eq!(code_of("[[run]]\nx = 1\n[[/run]]", &tags).as_deref(), Ok("x = 1"));
}

#[test]
fn a_closing_tag_in_a_string_is_part_of_the_code() {
    check("<code>\nx = '</code>'\nprint(x)\n</code> done", "x = '</code>'\nprint(x)");
    check("<code>\nx = \"\"\"\n</code>\n\"\"\"\n</code>", "x = \"\"\"\n</code>\n\"\"\"");
    check("<code>\nprint('<code>')  # don't\n</code> it's done", "print('<code>')  # don't");
    // A string without an end is an error of the code, and does not swallow the reply.
    check("<code>\nx = '''open\n</code> and '''more", "x = '''open");
    check("<code>\nx = 'open\n</code> isn't", "x = 'open");
}

#[test]
fn a_tag_that_is_only_talked_about_begins_nothing() {
    check("I use the <code> tag as I'm told: <code>x = 1</code>", "x = 1");
}

#[test]
fn markdown_is_understood() {
    check("First\n```python\nprint(1)\n```\nand\n```py\nprint(2)\n```", "print(1)\n\nprint(2)");
    check("<code>\n```python\nprint(1)\n```\n</code>", "print(1)");
    check("<code>```py\nprint(1)</code>", "print(1)");
    check("```json\n{}\n```\n```\nprint(3)\n```", "print(3)");
    check("  ```Python\n  x = 1\n  if x:\n    y()\n  ```", "x = 1\nif x:\n  y()");
    check("```python\nx = '''\n```\n'''\n```\nand", "x = '''\n```\n'''");
    assert!(code_of("```bash\nls\n```", &CodeTags::default()).is_err());
    // It may have been cut.
    assert!(code_of("```python\nremove(", &CodeTags::default()).is_err());
}

#[test]
fn markdown_can_be_what_an_agent_is_told_to_write() {
    let tags = CodeTags::markdown();
    let code = |reply| code_of(reply, &tags);
    assert_eq!(code("So:\n```python\nx = 1\n```\nand").as_deref(), Ok("x = 1"));
    assert_eq!(code("```python\nx = 1").as_deref(), Ok("x = 1"));
    assert!(is_open("```python\nx = 1", &tags) && !is_open("```python\nx = 1\n```", &tags));
    assert_eq!(tags.stop(), None);
    assert_eq!(CodeTags::default().stop().as_deref(), Some("</code>"));
}

#[test]
fn thinking_is_not_part_of_a_reply() {
    check("<think><code>no()</code></think><code>yes()</code>", "yes()");
    check("<code>no()</code></think><code>yes()</code>", "yes()");
    check("I'd use <code> here.</think><code>yes()</code>", "yes()");
    check("<code>print('<think>')</code>", "print('<think>')");
    assert!(code_of("<think>I would write <code>x</code>", &CodeTags::default()).is_err());
}

/// smolagents runs `42`, `Done` or any other reply that happens to be Python.
#[test]
fn a_reply_that_happens_to_be_python_is_not_run() {
    for reply in ["42", "Done", "", "print(1)"] {
        assert!(code_of(reply, &CodeTags::default()).is_err());
    }
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
fn a_block_without_an_end_is_open() {
    let tags = CodeTags::default();
    for (reply, expected) in [
        ("<code>\nx = 1\n", true),
        ("<code>\nx = 1\n</code>", false),
        ("<code>a</code><code>b", true),
        ("nothing", false),
        ("<think><code>", false),
    ] {
        assert_eq!(is_open(reply, &tags), expected, "{reply}");
    }
}

#[test]
fn an_empty_tag_is_nowhere() {
    let tags = CodeTags { open: String::new(), close: String::new() };
    assert!(code_of("anything", &tags).is_err());
    assert_eq!(code_of("```py\nx\n```", &tags).as_deref(), Ok("x"));
}

/// What a reply costs grows as it does, whatever is in it.
#[test]
fn replies_that_are_made_to_be_slow_are_not() {
    let tags = CodeTags::default();
    for piece in [
        "<code>",
        "</code>",
        "<code>'",
        "<code>'''</code>",
        "<think>",
        "</think>",
        "```\n",
        "```python\n'''\n",
        "<code a",
    ] {
        let _ = code_of(&piece.repeat(20_000), &tags);
    }
}

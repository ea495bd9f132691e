//! Tools that the command gives to code: by name, and by what a file says.

use std::fs;

use insta::assert_snapshot;

use crate::command::{fumehood, shown, with_stdin};

/// What comes of code that is given what is written to a file.
fn described(name: &str, description: &str, code: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, description).unwrap();
    let mut command = fumehood(&["exec", "--tool", name, "-c", code]);
    shown(&command.current_dir(folder.path()).output().unwrap())
}

#[test]
fn what_is_wrong_with_a_description_is_told_with_its_line() {
    let description = "name = 'x'\nsource = 'programm'\n";
    assert_snapshot!(described("x.toml", description, "0"), @"
    status: 4
    --- stdout

    --- stderr
    error: cannot use the tool in `x.toml`
      caused by: `x.toml`, line 2, key `source`: there is no source `programm`; it may be meant for `program`
    ");
    assert_snapshot!(described("x.toml", "name = 'x'\nsource = 1\n", "0"), @"
    status: 4
    --- stdout

    --- stderr
    error: cannot use the tool in `x.toml`
      caused by: `x.toml`, line 2, key `source`: it is the name of a source, a text
    ");
    let description = "source = 'component'\nfile = 'x.wasm'\n\nmemmory = '1MiB'\n";
    assert_snapshot!(described("x.toml", description, "0"), @"
    status: 4
    --- stdout

    --- stderr
    error: cannot use the tool in `x.toml`
      caused by: `x.toml`, line 4: there is no key `memmory`; it may be meant for `memory`
    ");
    assert_snapshot!(shown(&fumehood(&["exec", "--tool", "user_imput", "-c", "0"]).output().unwrap()), @"
    status: 4
    --- stdout

    --- stderr
    error: there is no tool `user_imput` in the library, nor a file; it may be meant for `user_input`
    ");
    assert_snapshot!(shown(&fumehood(&["exec", "--tool", "missing.toml", "-c", "0"]).output().unwrap()), @"
    status: 4
    --- stdout

    --- stderr
    error: cannot use the tool in `missing.toml`
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn a_program_is_a_tool() {
    let description = "
        source = 'program'
        name = 'shout'
        description = 'Says it louder.'
        program = ['tr', 'a-z', 'A-Z']
        parameters = { type = 'object', required = ['text'], properties.text.type = 'string' }
    ";
    assert_snapshot!(described("x.toml", description, "print(shout('hey'))"), @"
    status: 0
    --- stdout
    {'TEXT': 'HEY'}
    --- stderr
    ");
}

#[test]
fn code_asks_the_user() {
    let code = "\
import fumehood
print(repr(user_input('Your name?')))
print(repr(user_input('Which?\\x1b[2J', ['tea', 'a \\u202e juice'])))
try:
    user_input('Anybody?')
except fumehood.ToolError as error:
    print(error)
";
    let arguments = ["exec", "--tool", "user_input", "--time", "5s", "-c", code];
    let asked = with_stdin(&arguments, b"Ada \nthree\n2\n");
    assert_snapshot!(shown(&asked), @r"
    status: 0
    --- stdout
    'Ada'
    'a \u202e juice'
    nobody is there who answers
    --- stderr

    The agent asks:
    Your name?
    Your answer: 
    The agent asks:
    Which?�[2J
      1. tea
      2. a � juice
    Your answer, 1 to 2: fumehood: the number of an answer, or the answer itself
    Your answer, 1 to 2: 
    The agent asks:
    Anybody?
    Your answer:
    ");
}

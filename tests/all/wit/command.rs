//! Tools on the command line.

use std::fs;

use insta::assert_snapshot;

use super::components::{self, MEMORY, identity_of_list};
use crate::command::{fumehood, shown};

const WIT: &str = "
    package acme:words;
    /// Does something with words.
    interface words {
        /// A word.
        record word { text: string, /// How often.
            count: u32 }
        variant trouble { none, bad(word) }
        resource book { constructor(name: string); /// How long.
            pages: func() -> u32; }
        /// Answers the words.
        same: func(words: list<word>) -> list<word>;
        /// Fails if it is odd.
        even: func(number: u32, why: option<string>) -> result<u32, trouble>;
        broken: func();
    }
    world w { export words; }
";

fn words() -> Vec<u8> {
    let same = identity_of_list("acme:words/words#same");
    let module = format!(
        r#"(import "[export]acme:words/words" "[resource-new]book" (func $new (param i32) (result i32)))
        {MEMORY}{same}
        (func (export "acme:words/words#[constructor]book") (param i32 i32) (result i32)
            (call $new (local.get 1)))
        (func (export "acme:words/words#[method]book.pages") (param i32) (result i32) (local.get 0))
        (func (export "acme:words/words#even") (param i32 i32 i32 i32) (result i32)
            (i32.store (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (local.get 0))
            (if (i32.and (local.get 0) (i32.const 1))
                (then
                    (i32.store (i32.const 16) (i32.const 1))
                    (i32.store (i32.const 20) (i32.const 0))))
            (i32.const 16))
        (func (export "acme:words/words#broken") unreachable)"#
    );
    components::component(WIT, &module)
}

#[test]
fn a_component_can_be_looked_at_and_called_without_an_agent() {
    let folder = tempfile::tempdir().unwrap();
    let (file, wit) = (folder.path().join("words.wasm"), folder.path().join("words.wit"));
    fs::write(&file, words()).unwrap();
    fs::write(&wit, WIT).unwrap();
    let file = file.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = fumehood(&[&["tool"], arguments].concat()).output().unwrap();
        shown(&output).replace(folder.path().to_str().unwrap(), "FOLDER")
    };
    let listed = run(&["list", file]);
    assert_snapshot!(listed, @r###"
    status: 0
    --- stdout
    # from acme.words import same, even, broken, Word, Trouble, Book

    @dataclass
    class Word:
        text: str
        count: int

    class Trouble:
        # one of these, for `match` and `isinstance`:
        # Trouble.None_()
        # Trouble.Bad(value: Word)
        ...

    class Book:
        def __init__(self, name: str) -> None:
            ...
        def pages(self) -> int:
            ...
        # a handle: `with` closes it, as does .close()

    def same(words: list[Word]) -> list[Word]:
        ...

    def even(number: int, why: str | None = None) -> int:
        """Raises ToolError, whose .payload is: Trouble"""

    def broken() -> None:
        ...
    --- stderr
    "###);
    // What is written into a package is told as well; a component need not have kept it.
    let of_package = run(&["list", wit.to_str().unwrap()]);
    assert!(
        of_package.contains("\"\"\"A word.\"\"\"") && !listed.contains("A word."),
        "{of_package}"
    );
    let call = |function: &str, arguments: &[&str]| {
        let arguments =
            arguments.iter().flat_map(|argument| ["--arg", argument]).collect::<Vec<_>>();
        run(&[&["call", file, function], arguments.as_slice()].concat())
    };
    let answers = [
        call("same", &[r#"words=[{"text": "a", "count": 1}]"#]),
        call("acme.words.even", &["number=4"]),
        call("even", &["number=5"]),
        call("even", &["number=-5"]),
        call("even", &["number=4", "why=3"]),
        call("broken", &[]),
        call("odd", &[]),
        call("same", &["words"]),
        run(&["call", file, "even", "--arg", "number=5", "--json"]),
        run(&["call", wit.to_str().unwrap(), "even"]),
    ];
    assert_snapshot!(answers.join("\n\n"), @r###"
    status: 0
    --- stdout
    [{"text":"a","count":1}]
    --- stderr


    status: 0
    --- stdout
    4
    --- stderr


    status: 1
    --- stdout

    --- stderr
    error: acme.words.even gave an error: none

    status: 1
    --- stdout

    --- stderr
    error: number: -5 is not a u32, which is from 0 to 4294967295

    status: 1
    --- stdout

    --- stderr
    error: why: 3 is not a string

    status: 1
    --- stdout

    --- stderr
    error: the component failed: wasm trap: wasm `unreachable` instruction executed

    status: 4
    --- stdout

    --- stderr
    error: there is no function `odd`; there are: acme.words.Book, acme.words.Book.pages, acme.words.same, acme.words.even, acme.words.broken

    status: 2
    --- stdout

    --- stderr
    error: invalid value 'words' for '--arg <NAME=VALUE>': `words` is not of the form NAME=VALUE

    For more information, try '--help'.

    status: 1
    --- stdout
    {"err":"none"}
    --- stderr


    status: 4
    --- stdout

    --- stderr
    error: `FOLDER/words.wit` is WIT, which says what functions take and give, and not what they do
    "###);
}

#[test]
fn code_imports_what_a_component_exports() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("words.wasm");
    fs::write(&file, words()).unwrap();
    let code = "from acme.words import *; print(same([Word('a', 1)]), Book('b').pages())";
    let run =
        || fumehood(&["exec", "--component", file.to_str().unwrap(), "-c", code]).output().unwrap();
    assert_snapshot!(shown(&run()), @r###"
    status: 0
    --- stdout
    [Word(text='a', count=1)] 1
    --- stderr
    "###);
    fs::write(&file, "no component").unwrap();
    let told = shown(&run());
    assert!(
        told.contains("cannot use the component")
            && told.contains("is no component that can be run"),
        "{told}"
    );
}

#[test]
fn an_agent_as_a_file_has_components_of_its_folder_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("words.wasm"), words()).unwrap();
    let show = |file: &str| {
        let text = format!(
            "version = 1\n\n[[tools]]\nsource = \"component\"\nfile = {file:?}\ntime = \"1s\"\n"
        );
        fs::write(folder.path().join("agent.toml"), text).unwrap();
        shown(&fumehood(&["agent", "show", folder.path().to_str().unwrap()]).output().unwrap())
    };
    let told = show("words.wasm");
    assert!(told.contains("# from acme.words import same"), "{told}");
    for outside in ["../words.wasm", "/etc/passwd", "other.wasm"] {
        let told = show(outside);
        assert!(told.contains(&format!("key `tools`: cannot read `{outside}`")), "{told}");
    }
}

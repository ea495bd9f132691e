//! Python files as tools of the command, and of agents that are folders.

use std::fs;

use serde_json::Value;

use crate::command::{fumehood, shown};

const SHOP: &str = r#"
def price(article: str, count: int = 1) -> float:
    """What something costs.

    Args:
        article: Its name.
        count: How many.
    """
    if article == "boat":
        raise KeyError("there is no boat")
    return 2.5 * count

def stock(folder: str) -> list[str]:
    """What is there."""
    import os
    return sorted(os.listdir(folder))
"#;

#[test]
fn a_file_of_python_is_listed_called_and_given_to_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my-shop.py");
    fs::write(&file, SHOP).unwrap();
    let file = file.to_str().unwrap();
    let run = |arguments: &[&str]| fumehood(arguments).output().unwrap();

    let listed = shown(&run(&["tool", "list", file]));
    assert!(listed.contains("def price(article: str, count: int = 1) -> float:"), "{listed}");
    assert!(listed.contains("What something costs."), "{listed}");
    let output = run(&["tool", "list", file, "--json"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["parameters"]["properties"]["article"]["description"], "Its name.");

    let output = run(&["tool", "call", file, "price", "--arg", "article=7", "--arg", "count=2"]);
    assert_eq!(shown(&output), "status: 0\n--- stdout\n5.0\n--- stderr\n");
    for (arguments, told) in [
        (vec!["price", "--arg", "article=boat"], "KeyError: 'there is no boat'"),
        (vec!["price"], "\"article\" is a required property"),
        (vec!["price", "--arg", "article=x", "--arg", "count=many"], "is not of type \"integer\""),
    ] {
        let output = run(&[&["tool", "call", file][..], &arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(shown(&output).contains(told), "{}", shown(&output));
    }
    let output = run(&["tool", "call", file, "prise"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(shown(&output).contains("there is no tool `prise`; there are: price, stock"));

    let output = run(&["exec", "--tool", file, "-c", "print(price('hat', count=4))"]);
    assert_eq!(shown(&output), "status: 0\n--- stdout\n10.0\n--- stderr\n");

    let wrong = folder.path().join("wrong.py");
    fs::write(&wrong, "def f(x): 'f'").unwrap();
    let output = run(&["exec", "--tool", wrong.to_str().unwrap(), "-c", "1"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(shown(&output).contains("the parameter 'x' of f has no type"), "{}", shown(&output));
}

/// The file of the documentation, and what is done with it there.
#[test]
fn the_example_of_the_documentation_works() {
    let text = include_str!("../../../docs/tools.md");
    let chapter =
        text.split_once("\n## Python\n").unwrap().1.split_once("\n## Documents\n").unwrap().0;
    let block = |language: &str| {
        let begun = chapter.split_once(&format!("```{language}\n")).unwrap().1;
        begun.split_once("```").unwrap().0.to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lengths.py"), block("python")).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    // There is no such image here.
    let description = block("toml")
        .lines()
        .filter(|line| !line.starts_with("image"))
        .fold(String::new(), |all, line| all + line + "\n");
    fs::write(folder.path().join("lengths.toml"), description).unwrap();
    let lines = block("sh").lines().map(str::to_owned).collect::<Vec<_>>();
    let run = |arguments: &[&str]| {
        let mut command = fumehood(arguments);
        shown(&command.current_dir(folder.path()).output().unwrap())
    };
    assert_eq!(lines[1], "fumehood tool call lengths.py convert --arg amount=2");
    let said = run(&["tool", "call", "lengths.py", "convert", "--arg", "amount=2"]);
    assert_eq!(said, "status: 0\n--- stdout\n3218.688\n--- stderr\n");
    assert_eq!(lines[2], "fumehood exec --tool lengths.py -c 'print(convert(2, \"yard\"))'");
    for tool in ["lengths.py", "lengths.toml"] {
        let said = run(&["exec", "--tool", tool, "-c", "print(convert(2, \"yard\"))"]);
        assert_eq!(said, "status: 0\n--- stdout\n1.8288\n--- stderr\n");
    }
    let code = "import pandas as pd\nprint(len(largest(pd.DataFrame({'n': range(9)}), 'n')))";
    assert_eq!(
        run(&["exec", "--tool", "lengths.py", "-c", code]),
        "status: 0\n--- stdout\n3\n--- stderr\n"
    );
}

#[test]
fn a_description_says_what_a_file_may_read_and_use() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.py"), SHOP).unwrap();
    fs::create_dir(folder.path().join("goods")).unwrap();
    fs::write(folder.path().join("goods/hat"), "").unwrap();
    let file = folder.path().join("shop.toml");
    let describe = |text: &str| {
        fs::write(&file, format!("source = 'python'\nfile = 'shop.py'\n{text}")).unwrap();
        let code = "print(stock('/goods'))";
        shown(&fumehood(&["exec", "--tool", file.to_str().unwrap(), "-c", code]).output().unwrap())
    };
    let said = describe(
        "labels = ['reads_private']\nkeep_state = true\nfolders = {'/goods' = 'goods'}\n\
         limits = {time = '5s', memory = '256MiB'}",
    );
    assert_eq!(said, "status: 0\n--- stdout\n['hat']\n--- stderr\n");
    assert!(describe("").contains("FileNotFoundError"));
    for (text, told) in [
        ("limits = {time = 'long'}", "line 3"),
        ("grant = 'goods'", "line 3: there is no key `grant`"),
        ("folders = {'/goods' = 'nowhere'}", "cannot grant"),
        ("image = 'no-such-image'", "there is no prepared image `no-such-image`"),
    ] {
        let said = describe(text);
        assert!(said.starts_with("status: 4"), "{text}: {said}");
        assert!(said.contains(told), "{text}: {said}");
    }
}

#[test]
fn documents_are_read_by_a_tool_of_the_library_or_one_with_folders() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("reports")).unwrap();
    fs::write(folder.path().join("reports/a.csv"), "n\n1\n").unwrap();
    let code = "open('b.csv', 'w').write('m\\n2\\n')\n\
                print(read_document('b.csv', content=open('b.csv', 'rb').read()))";
    let output = fumehood(&["exec", "--tool", "documents", "-c", code]).output().unwrap();
    assert_eq!(shown(&output), "status: 0\n--- stdout\n| m |\n| --- |\n| 2 |\n--- stderr\n");
    let file = folder.path().join("documents.toml");
    fs::write(&file, "source = 'documents'\nfolders = {'/reports' = 'reports'}").unwrap();
    let code = "print(list_documents(), int(read_table('/reports/a.csv').n.sum()))";
    let output =
        fumehood(&["exec", "--tool", file.to_str().unwrap(), "-c", code]).output().unwrap();
    let told = "status: 0\n--- stdout\n[{'path': '/reports/a.csv', 'bytes': 4}] 1\n--- stderr\n";
    assert_eq!(shown(&output), told);
}

#[test]
fn an_agent_has_the_python_of_its_folder_and_nothing_outside_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let agent = folder.path().join("agent");
    fs::create_dir_all(agent.join("tools")).unwrap();
    fs::write(agent.join("tools/shop.py"), SHOP).unwrap();
    fs::write(folder.path().join("outside.py"), SHOP).unwrap();
    let check = |entry: &str| {
        let text = format!("version = 1\nname = 'seller'\n[[tools]]\nsource = 'python'\n{entry}");
        fs::write(agent.join("agent.toml"), text).unwrap();
        shown(&fumehood(&["agent", "show", agent.to_str().unwrap()]).output().unwrap())
    };
    let said = check("file = 'tools/shop.py'\nlimits = {time = '2s'}");
    assert!(said.starts_with("status: 0"), "{said}");
    assert!(said.contains("def price(article: str, count: int = 1) -> float:"), "{said}");
    for (entry, told) in [
        ("file = '../outside.py'", "cannot read `../outside.py`"),
        ("file = 'tools/none.py'", "cannot read `tools/none.py`"),
        ("file = 'tools/shop.py'\nfolders = {'/etc' = '/etc'}", "unknown field `folders`"),
        ("file = 'tools/shop.py'\nimage = 'x'", "unknown field `image`"),
        ("", "missing field `file`"),
    ] {
        let said = check(entry);
        assert!(!said.starts_with("status: 0"), "{entry}: {said}");
        assert!(said.contains(told), "{entry}: {said}");
    }
}

//! What docs/smolagents.md says is there, as far as its tests go: each row names a test that exists, or says
//! why there is none. Tests that other pages name have to be there as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names that rows may use: `all/agents::memory::f`, `unit parse::f`, `model::wrappers::f`,
/// `cases/differences/f`, `attacks/files/f` and `scripts/f`.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let root = root();
    for file in files(&root.join("tests/all"), "rs") {
        let module = module(&file, &root.join("tests/all"));
        names.extend(functions(&file).map(|name| format!("all/{module}::{name}")));
    }
    for file in files(&root.join("engine/model/tests"), "rs") {
        let module = file.file_stem().unwrap().to_str().unwrap();
        names.extend(functions(&file).map(|name| format!("model::{module}::{name}")));
    }
    for part in ["sandbox", "image", "model", "agent", "command", "policy", "tools"] {
        let sources = root.join("engine").join(part).join("src");
        for file in files(&sources, "rs") {
            let path = module(&file, &sources);
            let module = path.trim_end_matches("::tests").rsplit("::").next().unwrap().to_owned();
            names.extend(functions(&file).map(|name| format!("unit {module}::{name}")));
        }
    }
    for folder in ["cases", "attacks"] {
        let below = root.join("tests").join(folder);
        for file in files(&below, "py") {
            let path = file.strip_prefix(&below).unwrap().with_extension("");
            names.insert(format!("{folder}/{}", path.display()));
        }
    }
    for script in fs::read_dir(root.join("scripts")).unwrap() {
        names.insert(format!("scripts/{}", script.unwrap().file_name().display()));
    }
    names
}

/// All files of a folder and those in it.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found
}

/// The name of a file's module, without `mod`.
fn module(file: &Path, below: &Path) -> String {
    let path = file.strip_prefix(below).unwrap().with_extension("");
    let names = path.iter().map(|name| name.to_str().unwrap()).filter(|name| *name != "mod");
    names.collect::<Vec<_>>().join("::")
}

/// The functions of a file that are tests: their attribute is on one of the lines before them.
fn functions(file: &Path) -> impl Iterator<Item = String> + use<> {
    let text = fs::read_to_string(file).unwrap();
    let mut is_test = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            names.extend(name.map(str::to_owned));
            is_test = false;
        }
    }
    names.into_iter()
}

/// A row of a table: where it is, and its cells.
#[derive(Debug)]
struct Row {
    line: usize,
    cells: Vec<String>,
}

/// The rows of all tables but their heads, by the heading that they are under.
fn rows(text: &str) -> BTreeMap<String, Vec<Row>> {
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut heading = String::new();
    let mut in_table = false;
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(title) = text.strip_prefix("## ") {
            heading = title.to_owned();
        }
        let Some(row) = text.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) else {
            in_table = in_table && text.starts_with("|--");
            continue;
        };
        if std::mem::replace(&mut in_table, true) {
            let cells = row.split(" | ").map(|cell| cell.trim().to_owned()).collect();
            rows.entry(heading.clone()).or_default().push(Row { line, cells });
        }
    }
    rows
}

/// What is between backticks in a cell.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What is wrong with a row, if something is.
fn wrong(row: &Row, tests: &BTreeSet<String>) -> Option<String> {
    let [theirs, ours, differs, proof] = row.cells.as_slice() else {
        return Some(format!("there are {} cells", row.cells.len()));
    };
    if theirs.is_empty() || ours.is_empty() {
        return Some("one of the first two cells is empty".to_owned());
    }
    if proof == "–" {
        let reason = differs.split_whitespace().count() >= 3;
        return (!reason).then(|| "there is neither a test nor a reason".to_owned());
    }
    if quoted(proof).next().is_none() {
        return Some(format!("no test is named in {proof:?}"));
    }
    let missing = quoted(proof).filter(|name| !tests.contains(*name)).collect::<Vec<_>>();
    (!missing.is_empty()).then(|| format!("there are no such tests: {}", missing.join(", ")))
}

#[test]
fn every_row_names_a_test_that_exists_or_a_reason() {
    let text = fs::read_to_string(root().join("docs/smolagents.md")).unwrap();
    let rows = rows(&text);
    let tests = tests();
    assert!(rows.len() >= 10 && rows.values().all(|rows| !rows.is_empty()), "{:?}", rows.keys());
    let wrong = rows
        .values()
        .flatten()
        .filter_map(|row| Some(format!("line {}: {}", row.line, wrong(row, &tests)?)));
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "docs/smolagents.md:\n{}", wrong.join("\n"));
}

#[test]
fn a_row_without_a_test_or_with_one_that_is_not_there_is_found() {
    let tests = tests();
    let text = "\
## A\n\n| smolagents | here | what differs | test |\n|---|---|---|---|\n\
| a | b |  | `all/agents::parity::a_row_without_a_test_or_with_one_that_is_not_there_is_found` |\n\
| a | b |  | `unit parse::code_is_what_stands_between_the_tags`, `scripts/check` |\n\
| a | none | There is no network. | – |\n\
| a | none |  | – |\n\
| a | b |  | `all/agents::parity::no_such_test` |\n\
| a | b |  | it is tested |\n\
| a | b |\n";
    let found = rows(text)["A"].iter().map(|row| wrong(row, &tests)).collect::<Vec<_>>();
    let found = found.iter().map(Option::as_deref).collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            None,
            None,
            None,
            Some("there is neither a test nor a reason"),
            Some("there are no such tests: all/agents::parity::no_such_test"),
            Some("no test is named in \"it is tested\""),
            Some("there are 2 cells"),
        ]
    );
}

/// The names of tests, or of modules and folders of tests, that a page has outside of its examples. `f` is any.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(quoted).filter(|name| {
        let kinds = ["all/", "unit ", "model::", "attacks/", "cases/"];
        kinds.iter().any(|kind| name.starts_with(kind) && name != kind)
            && !name.ends_with("::f")
            && !name.ends_with("/f")
    })
}

#[test]
fn every_test_that_a_page_names_exists() {
    let tests = tests();
    let exists = |name: &str| {
        let below = |test: &String| {
            let rest = test.strip_prefix(name);
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with("::") || rest.starts_with('/')
            })
        };
        tests.iter().any(below)
    };
    let (mut count, mut missing) = (0, Vec::new());
    for page in files(&root().join("docs"), "md") {
        let text = fs::read_to_string(&page).unwrap();
        for name in named(&text) {
            count += 1;
            if !exists(name) {
                missing.push(format!("{}: {name}", page.file_name().unwrap().display()));
            }
        }
    }
    assert!(count > 300, "only {count} were found");
    assert!(missing.is_empty(), "{missing:#?}");
}

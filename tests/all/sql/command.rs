//! Databases as tools of the command.

use super::server::Server;
use super::{File, SHOP};
use crate::command::fumehood;

/// What the command says on stdout and stderr when code has the tools of a description.
#[track_caller]
fn says(file: &File, description: &str, code: &str, variable: Option<&str>) -> (String, String) {
    let path = file.folder.path().join("shop.toml");
    std::fs::write(&path, description).unwrap();
    let mut command = fumehood(&["exec", "--tool", path.to_str().unwrap(), "-c", code]);
    if let Some(address) = variable {
        command.env("SHOP_URL", address);
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_description_makes_a_database_of_a_file() {
    let file = File::of(SHOP);
    let description = "source = \"sql\"\nname = \"shop\"\nfile = \"shop.db\"\nrows = 2\ntime = \"5s\"\nanswer = \"1MiB\"\n";
    let code = "print(len(shop_query('SELECT * FROM customers')['rows']), len(shop_tables()))";
    let (stdout, stderr) = says(&file, description, code, None);
    assert_eq!(stdout, "2 3\n", "{stderr}");
    for (wrong, told) in [
        (description.replace("rows", "row"), "there is no key `row`"),
        (description.replace("file = \"shop.db\"\n", ""), "either a `file` or a `url`"),
        (description.replace("shop.db", "none.db"), "No such file or directory"),
        (
            description.replace("file = \"shop.db\"", "url = \"env:SHOP_URL\""),
            "`SHOP_URL` has no address",
        ),
        (
            description.replace("file = \"shop.db\"", "url = \"postgres://a:hunter2@b/c\""),
            "the name of an environment variable",
        ),
        (description.replace("\"shop\"", "\"my shop\""), "cannot be the name of a database"),
    ] {
        let (stdout, stderr) = says(&file, &wrong, code, None);
        assert!(stdout.is_empty() && stderr.contains(told), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[test]
fn a_description_makes_a_database_of_a_variable() {
    let Some(server) = Server::shared() else { return };
    let file = File::of(SHOP);
    let description = "source = \"sql\"\nname = \"shop\"\nurl = \"env:SHOP_URL\"\n";
    let code = "print(shop_query('SELECT name FROM customers WHERE id = $1', [1])['rows'])";
    let (stdout, stderr) = says(&file, description, code, Some(&server.address("reader")));
    assert_eq!(stdout, "[{'name': 'Ada'}]\n", "{stderr}");
    // What the host knows, code does not.
    let code = "import os; print([name for name in os.environ if 'SHOP' in name])";
    assert_eq!(says(&file, description, code, Some(&server.address("reader"))).0, "[]\n");
}

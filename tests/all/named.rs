//! `fumehood image prepare`: images that are prepared once, and used by name.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use fumehood::Metering;
use insta::assert_snapshot;
use tempfile::TempDir;

use crate::command::{fumehood, shown, with_stdin};
use crate::store;

/// A cache of its own, which has the guest images of all tests.
pub(crate) struct Cache {
    folder: TempDir,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cache");
        std::fs::DirBuilder::new().mode(0o700).create(&root).unwrap();
        for metering in [Metering::Fuel, Metering::Clock] {
            let image = store().with_metering(metering);
            image.open_or_build(|_| ()).unwrap();
            let path = image.image_path();
            symlink(&path, root.join(path.file_name().unwrap())).unwrap();
        }
        Cache { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = fumehood(arguments);
        command.env("FUMEHOOD_CACHE", self.root()).current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Prepares an image, which works.
    #[track_caller]
    fn prepare(&self, name: &str, code: &str, flags: &[&str]) {
        let output = self.run(&[&["image", "prepare", name, "-c", code], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    }

    /// What code prints that begins with an image.
    #[track_caller]
    pub(crate) fn printed(&self, image: &str, code: &str) -> String {
        let output = self.run(&["exec", "--image", image, "-c", code]);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The files that are kept, those that are no images included.
    fn kept(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.root().join("prepared")) else {
            return Vec::new();
        };
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        let mut names = entries.map(name).collect::<Vec<_>>();
        names.sort();
        names
    }
}

#[test]
fn code_begins_with_what_is_prepared() {
    let cache = Cache::new();
    let code = "print('preparing')\nimport colorsys\nx = [1]\nopen('notes.txt', 'w').write('kept')\n\
                def divide(n):\n    return n / 0";
    let output = cache.run(&["image", "prepare", "mine", "-c", code]);
    let said = shown(&output);
    assert!(said.starts_with("status: 0\n--- stdout\npreparing\n--- stderr\n"), "{said}");
    assert!(said.contains("fumehood: prepared `mine`, "), "{said}");
    for _ in 0..2 {
        let code = "import sys\nx.append(2)\nprint(x, open('notes.txt').read(), 'colorsys' in sys.modules)\n\
                    open('notes.txt', 'w')";
        assert_eq!(cache.printed("mine", code), "[1, 2] kept True\n");
    }
    assert_snapshot!(shown(&cache.run(&["exec", "--image", "mine", "-c", "# one\ndivide(1)"])), @r#"
    status: 1
    --- stdout

    --- stderr
    Traceback (most recent call last):
      File "<string>", line 2, in <module>
        divide(1)
        ~~~~~~^^^
      File "<set-up>", line 6, in divide
        return n / 0
               ~~^~~
    ZeroDivisionError: division by zero
    "#);
    let file = self::file(&cache, "mine");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let path = cache.run(&["image", "path", "--image", "mine"]);
    assert_eq!(String::from_utf8_lossy(&path.stdout).trim_end(), file.to_str().unwrap());
}

fn file(cache: &Cache, name: &str) -> PathBuf {
    cache.root().join("prepared").join(name)
}

#[test]
fn set_up_code_comes_from_a_file_or_from_stdin() {
    let cache = Cache::new();
    std::fs::write(cache.folder.path().join("set_up.py"), "import sys\narguments = sys.argv")
        .unwrap();
    let output = cache.run(&["image", "prepare", "one", "--code", "set_up.py"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(
        cache.printed("one", "import sys; print(arguments, sys.argv)"),
        "['set_up.py'] ['-c']\n"
    );
    let root = cache.root();
    let flags = ["--cache", root.to_str().unwrap(), "image", "prepare", "two", "--code", "-"];
    assert_eq!(with_stdin(&flags, b"x = 'from stdin'").status.code(), Some(0));
    assert_eq!(cache.printed("two", "print(x)"), "from stdin\n");
}

#[test]
fn what_was_granted_to_the_set_up_is_granted_to_it_alone() {
    let cache = Cache::new();
    let data = cache.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("in.txt"), "data").unwrap();
    let grants = ["--grant", "data", "--env", "SECRET=1", "--time", "20s"];
    let code = "import os\ntext = open('/data/in.txt').read() + os.environ['SECRET']";
    cache.prepare("mine", code, &grants);
    let seen = "print(text, os.path.exists('/data'), 'SECRET' in os.environ)";
    assert_eq!(cache.printed("mine", seen), "data1 False False\n");
    let again = cache.run(&[&["exec", "--image", "mine", "-c", seen], &grants[..]].concat());
    assert_eq!(String::from_utf8_lossy(&again.stdout), "data1 True True\n");
}

#[test]
fn every_command_that_starts_sessions_takes_a_prepared_image() {
    let cache = Cache::new();
    cache.prepare("mine", "def double(n): return 2 * n", &[]);
    let root = cache.root();
    let flags = ["--cache", root.to_str().unwrap(), "--image", "mine"];
    let output = with_stdin(&[&flags[..], &["repl"]].concat(), b"double(21)\n%reset\ndouble(4)\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "42\n8\n", "{}", shown(&output));
    let line = br#"{"code": "double(21)"}"#;
    let output = with_stdin(&[&flags[..], &["exec", "--jsonl"]].concat(), line);
    let answer = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert_eq!(answer["value"]["json"], 42, "{answer}");
    let replies = cache.folder.path().join("replies.jsonl");
    std::fs::write(&replies, r#"{"content": "<code>\nfinal_answer(double(21))\n</code>"}"#)
        .unwrap();
    let output = cache.run(&["run", "--image", "mine", "it", "--model", "replay:replies.jsonl"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "42\n", "{}", shown(&output));
    let output = cache.run(&["bench", "--image", "mine", "--json", "--only", "step_empty_us"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    // And it can be prepared further.
    cache.prepare("further", "def quadruple(n): return double(double(n))", &["--image", "mine"]);
    assert_eq!(cache.printed("further", "print(quadruple(3))"), "12\n");
}

#[test]
fn metering_is_that_of_the_prepared_image_and_no_other_is_taken() {
    let cache = Cache::new();
    cache.prepare("mine", "x = 1", &["--metering", "clock"]);
    let output = cache.run(&["exec", "--image", "mine", "--json", "-c", "x"]);
    let report = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert_eq!((&report["value"]["json"], &report["usage"]["fuel"]), (&1.into(), &0.into()));
    let output = cache.run(&["exec", "--image", "mine", "--metering", "fuel", "-c", "x"]);
    let told = shown(&output);
    assert!(
        told.starts_with(
            "status: 4\n--- stdout\n\n--- stderr\nerror: cannot use the prepared image `mine`"
        ),
        "{told}"
    );
    let id = |metering| store().with_metering(metering).open().unwrap().manifest().id.clone();
    let (found, expected) = (id(Metering::Clock), id(Metering::Fuel));
    assert!(
        told.contains(&format!("the session was saved with the image {found}, this is {expected}")),
        "{told}"
    );
}

#[test]
fn set_up_code_that_fails_leaves_what_was_there() {
    let cache = Cache::new();
    cache.prepare("mine", "x = 'first'", &[]);
    for (code, status, told) in [
        ("x = 2\n1 / 0", 1, "  File \"<set-up>\", line 2, in <module>\n    1 / 0"),
        ("while True: pass", 3, "fumehood: the step's time limit of 300ms was reached"),
        ("import os; os.abort()", 4, "fumehood: the interpreter aborted: "),
    ] {
        for name in ["mine", "other"] {
            let output = cache.run(&["image", "prepare", name, "-c", code, "--time", "300ms"]);
            assert_eq!(output.status.code(), Some(status), "{}", shown(&output));
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(stderr.contains(told), "{stderr}");
            assert!(
                stderr.ends_with(&format!("fumehood: `{name}` was not prepared\n")),
                "{stderr}"
            );
        }
    }
    assert_eq!(cache.kept(), ["mine"]);
    assert_eq!(cache.printed("mine", "print(x)"), "first\n");
    cache.prepare("mine", "x = 'second'", &[]);
    assert_eq!(cache.printed("mine", "print(x)"), "second\n");
}

#[test]
fn prepared_images_are_listed_and_removed() {
    let cache = Cache::new();
    let list = || String::from_utf8(cache.run(&["image", "list"]).stdout).unwrap();
    assert_eq!(list(), "");
    assert!(cache.kept().is_empty() && !cache.root().join("prepared").exists());
    cache.prepare("second", "x = 1", &["--metering", "clock"]);
    cache.prepare("first.1", "x = bytes(range(256)) * 4000", &[]);
    std::fs::write(file(&cache, "broken"), "no session").unwrap();
    let listed = list();
    let lines = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let [broken, first, second] = &lines.collect::<Vec<_>>()[..] else { panic!("{listed}") };
    assert_eq!(broken[..3], ["broken", "10B", "this"], "{listed}");
    assert!(listed.contains("this is no saved session"), "{listed}");
    for (line, name, metering) in
        [(first, "first.1", Metering::Fuel), (second, "second", Metering::Clock)]
    {
        let id = store().with_metering(metering).open().unwrap().manifest().id.clone();
        assert_eq!((line[0], line[2], line[3]), (name, metering.name(), id.as_str()), "{listed}");
        assert!(line[1].ends_with("iB"), "{listed}");
        // A day and a minute, as in `2026-02-28 23:59`.
        assert!(line[4].len() == 10 && line[5].len() == 5, "{listed}");
    }
    for name in ["broken", "second"] {
        assert_eq!(cache.run(&["image", "remove", name]).status.code(), Some(0));
    }
    assert_eq!(cache.kept(), ["first.1"]);
    assert_snapshot!(shown(&cache.run(&["image", "remove", "second"])), @r"
    status: 4
    --- stdout

    --- stderr
    error: there is no prepared image `second`
    ");
    // Without a name, all that is in the cache goes; the guest images here are links.
    for entry in std::fs::read_dir(cache.root()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_symlink() {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    assert_eq!(cache.run(&["image", "remove"]).status.code(), Some(0));
    assert!(!cache.root().join("prepared").exists());
}

#[test]
fn names_and_directories_are_told_apart() {
    let cache = Cache::new();
    symlink(store().image_path(), cache.folder.path().join("mine")).unwrap();
    let seen = "print('x' in dir())";
    assert_eq!(cache.printed("mine", seen), "False\n", "a directory");
    cache.prepare("mine", "x = 1", &[]);
    assert_eq!(cache.printed("mine", seen), "True\n", "a name, if there is one");
    assert_eq!(cache.printed("./mine", seen), "False\n", "a directory again");
    let image = store().image_path();
    assert_eq!(cache.printed(image.to_str().unwrap(), seen), "False\n");
    assert_snapshot!(shown(&cache.run(&["exec", "--image", "yours", "-c", "1"])), @r"
    status: 4
    --- stdout

    --- stderr
    error: there is neither a prepared image nor a directory `yours`
    ");
    assert_snapshot!(shown(&cache.run(&["exec", "--image", "./yours", "-c", "1"])), @r"
    status: 4
    --- stdout

    --- stderr
    error: there is no guest image in `./yours`
    ");
}

#[test]
fn names_that_could_be_paths_or_hide_are_wrong_usage() {
    let cache = Cache::new();
    for name in ["../out", "a/b", "/tmp/a", ".hidden", "", "two words", &"n".repeat(65)] {
        for arguments in [&["image", "prepare", name, "-c", "1"][..], &["image", "remove", name]] {
            let output = cache.run(arguments);
            assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
        }
    }
    for arguments in [
        &["image", "prepare", "mine"][..],
        &["image", "prepare", "mine", "-c", "1", "--code", "file.py"],
        &["image", "prepare", "-c", "1"],
    ] {
        assert_eq!(cache.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(cache.kept().is_empty());
}

#[test]
fn an_image_is_whole_or_not_there_whenever_its_preparation_is_killed() {
    let cache = Cache::new();
    cache.prepare("mine", "x = 'first'", &[]);
    // What cannot be packed takes longer to write.
    let code = "import numpy as np\nx = 'second'\ny = np.random.default_rng(1).bytes(200_000_000)";
    let left = |kept: &[String]| kept.iter().any(|name| name.starts_with('.'));
    // It may be done before it is killed.
    let killed = (0..10).any(|_| {
        let mut child = cache.command(&["image", "prepare", "mine", "-c", code]).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && !left(&cache.kept()) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        left(&cache.kept())
    });
    assert!(killed, "it was never killed while it wrote");
    let listed = String::from_utf8(cache.run(&["image", "list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 1, "{listed}");
    let printed = cache.printed("mine", "print(x)");
    assert!(["first\n", "second\n"].contains(&printed.as_str()), "{printed}");
    cache.prepare("other", "x = 'third'", &[]);
    assert_eq!(cache.kept(), ["mine", "other"], "what was left goes");
}

#[test]
fn a_prepared_image_that_is_cut_off_or_too_large_is_not_begun_with() {
    let cache = Cache::new();
    cache.prepare("mine", "x = bytearray(100_000_000)", &[]);
    let output = cache.run(&["exec", "--image", "mine", "-c", "1", "--memory", "150MiB"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("bytes of memory, the limit is 157286400 bytes"), "{told}");
    let bytes = std::fs::read(file(&cache, "mine")).unwrap();
    std::fs::write(file(&cache, "mine"), &bytes[..bytes.len() - 1]).unwrap();
    assert_snapshot!(shown(&cache.run(&["exec", "--image", "mine", "-c", "1"])), @r"
    status: 4
    --- stdout

    --- stderr
    error: cannot use the prepared image `mine`
      caused by: the saved session is damaged: it ends too early
    ");
}

#[test]
fn info_says_what_the_image_is_and_how_changes_are_found() {
    let cache = Cache::new();
    let info = |flags: &[&str]| {
        let output = cache.run(&[&["image", "info"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    assert_eq!(info(&[])["metering"], "fuel");
    assert_eq!(info(&[])["changes_found_by"], crate::engine().changes_found_by());
    cache.prepare("mine", "x = 1", &["--metering", "clock"]);
    assert_eq!(info(&["--image", "mine"])["metering"], "clock", "that of its guest image");
}

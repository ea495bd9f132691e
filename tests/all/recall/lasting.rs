//! The file: several processes, crashes, and what is erased.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fumehood::{Label, Labels};
use fumehood_tools::recall::{MemoryStore, NewMemory, Query, RecallError};
use rusqlite::Connection;

use super::{Kept, found, save};
use crate::command::fumehood;

/// A file that describes the tools of memories.
fn description(folder: &Path) -> String {
    let path = folder.join("memory.toml");
    std::fs::write(
        &path,
        "source = \"memory\"\nfile = \"memories.db\"\nuser = \"ada\"\nagent = \"helper\"\n",
    )
    .unwrap();
    path.display().to_string()
}

fn saving(description: &str, code: &str) -> Command {
    let mut command = fumehood(&["exec", "--tool", description, "-c", code]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// That all that is there is whole, and is found.
fn check(kept: &Kept) -> isize {
    let space = kept.space("ada");
    let memories = space.search(&Query::new("").most(1_000)).unwrap();
    let mut count = 0;
    kept.store
        .export(None, None, |memory| {
            count += 1;
            let (number, rest) = memory.text.split_once(' ').unwrap();
            assert_eq!(rest, "x".repeat(2_000), "{number}");
            Ok(())
        })
        .unwrap();
    for memory in memories {
        let number = memory.text.split_once(' ').unwrap().0;
        assert_eq!(found(&space, number), [memory.text.as_str()]);
    }
    let file = Connection::open(kept.store.path()).unwrap();
    let whole = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    assert_eq!(file.query_row("PRAGMA integrity_check", [], whole).unwrap(), "ok");
    count
}

#[test]
fn a_process_that_is_killed_while_it_saves_leaves_whole_memories() {
    let kept = Kept::new();
    // So that there is an index when the first one is killed.
    save(&kept.space("ada"), &format!("first {}", "x".repeat(2_000)));
    let description = description(kept.folder.path());
    let mut before = 1;
    for round in 0..6 {
        let code = format!("for i in range(900): memory_save(f'r{round}n{{i}} ' + 'x' * 2000)");
        let mut child = saving(&description, &code).spawn().unwrap();
        // Not before it has begun.
        let file = Connection::open(kept.store.path()).unwrap();
        let count =
            || file.query_row("SELECT count(*) FROM memories", [], |row| row.get::<_, isize>(0));
        while count().unwrap() <= before {
            assert!(child.try_wait().unwrap().is_none(), "it has ended without saving");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        drop(file);
        let after = check(&kept);
        assert!(after > before, "{after} after {before}");
        before = after;
    }
}

#[test]
fn several_processes_save_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let description = description(folder.path());
    // They make the file as well.
    let children = (0..4).map(|process| {
        let code = format!("for i in range(50): memory_save(f'p{process}n{{i}} ' + 'x' * 2000)");
        saving(&description, &code).spawn().unwrap()
    });
    for child in children.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
    let store = MemoryStore::open(folder.path().join("memories.db")).unwrap();
    assert_eq!(check(&Kept { folder, store }), 200);
}

#[test]
fn what_is_forgotten_or_erased_is_not_in_the_file_any_more() {
    let kept = Kept::new();
    let ada = kept.space("ada");
    let secret = |text: &str| {
        let bytes = kept.bytes().to_ascii_lowercase();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let memory =
        NewMemory::new("The password is xyzzyplugh.").tagged(["quuxtag"]).about("frobabout");
    ada.save(memory, &Labels::default()).unwrap();
    for number in 0..50 {
        save(&ada, &format!("Note {number} about something else."));
    }
    assert!(secret("xyzzyplugh") && secret("quuxtag") && secret("frobabout"));
    assert!(ada.forget(1).unwrap());
    assert!(!secret("xyzzyplugh") && !secret("quuxtag") && !secret("frobabout"));
    assert_eq!(found(&ada, "something").len(), 50);

    save(&kept.store.space("ada", "other").unwrap(), "plughxyzzy");
    save(&kept.space("grace"), "Graces note");
    assert!(secret("plughxyzzy"));
    assert_eq!(kept.store.erase("ada", Some("helper")).unwrap(), 50);
    assert!(secret("plughxyzzy") && !secret("something else"));
    assert_eq!(kept.store.erase("ada", None).unwrap(), 1);
    assert!(!secret("plughxyzzy") && !secret("ada"));
    let left = kept.store.spaces().unwrap();
    assert_eq!(left.iter().map(|space| space.user.as_str()).collect::<Vec<_>>(), ["grace"]);
    assert_eq!(found(&kept.space("grace"), "note").len(), 1);
    // A space that was erased can be used again.
    assert_eq!(save(&ada, "Begun anew"), 1);
}

#[test]
fn what_a_reader_keeps_from_being_erased_is_told() {
    let kept = Kept::new();
    save(&kept.space("ada"), "secret");
    let reader = Connection::open(kept.store.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM memories").unwrap();
    let error = kept.store.erase("ada", None).unwrap_err();
    assert!(matches!(error, RecallError::StillRead { .. }), "{error}");
    assert!(found(&kept.space("ada"), "").is_empty());
    reader.execute_batch("COMMIT").unwrap();
    kept.store.erase("ada", None).unwrap();
}

#[test]
fn memories_go_out_as_lines_and_come_back() {
    let (kept, elsewhere) = (Kept::new(), Kept::new());
    let mut labels = Labels::default();
    labels.add(Label::Untrusted, "a page");
    let memory = NewMemory::new("Line one\nline \"two\" 🦀").tagged(["a", "b"]).about("x");
    kept.space("ada").save(memory, &labels).unwrap();
    save(&kept.space("grace"), "Hers");
    let lines = |kept: &Kept, user: Option<&str>| {
        let mut lines = String::new();
        let tell = |memory: &_| {
            lines += &serde_json::to_string(memory)?;
            lines.push('\n');
            Ok(())
        };
        kept.store.export(user, None, tell).unwrap();
        lines
    };
    let all = lines(&kept, None);
    assert_eq!(all.lines().count(), 2);
    assert_eq!(lines(&kept, Some("ada")).lines().count(), 1);
    let imported = elsewhere.store.import(all.as_bytes()).unwrap();
    assert_eq!((imported.taken, imported.known), (2, 0));
    assert_eq!(lines(&elsewhere, None), all);
    let again = elsewhere.store.import(all.as_bytes()).unwrap();
    assert_eq!((again.taken, again.known), (0, 2));
    assert_eq!(found(&elsewhere.space("ada"), "two").len(), 1);
}

#[test]
fn lines_that_are_none_change_nothing() {
    let kept = Kept::new();
    let good = r#"{"user":"ada","agent":"helper","id":1,"text":"good","about":null,"tags":[],"labels":{},"saved":"2026-01-02T03:04:05Z"}"#;
    let long = good.replace("good", &"x".repeat(200_000));
    let large = good.replace("good", &"x".repeat(9_000));
    for (bad, told) in [
        ("{", "EOF"),
        ("[]", "invalid"),
        (&good.replace("ada", ""), "the name of the user"),
        (&good.replace("good", " "), "there is no text"),
        (&good.replace("\"tags\":[]", "\"tags\":[\"\"]"), "a tag has to have"),
        (&good.replace("2026-01-02T03:04:05Z", "yesterday"), "`saved` is not of the form"),
        (&good.replace("2026-01-02T03:04:05Z", "now"), "`saved` is not of the form"),
        (&good.replace("\"labels\":{}", "\"labels\":{\"trusted\":[]}"), "unknown variant"),
        (&good.replace("\"id\":1", "\"id\":1,\"more\":2"), "unknown field"),
        (&large, "the text has 9000 bytes"),
        (&long, "it is longer than"),
        (&"[".repeat(100_000), "invalid type"),
    ] {
        let lines = format!("{good}\n\n{bad}\n");
        let error = kept.store.import(lines.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("line 3: ") && error.contains(told), "{error}");
        assert!(kept.store.spaces().unwrap().is_empty());
    }
    assert_eq!(kept.store.import(good.as_bytes()).unwrap().taken, 1);
    let found = kept.space("ada").search(&Query::new("good")).unwrap();
    assert_eq!(found[0].saved, "2026-01-02T03:04:05Z");
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    let error = MemoryStore::open(&path).unwrap_err();
    assert!(error.to_string().contains("it is a database of something else"), "{error}");
    let text = folder.path().join("text");
    std::fs::write(&text, "no database ".repeat(1_000)).unwrap();
    assert!(MemoryStore::open(&text).unwrap_err().to_string().contains("not a database"));
    assert!(matches!(MemoryStore::open(folder.path()), Err(RecallError::Open { .. })));
    assert!(matches!(MemoryStore::open("/nowhere/at/all.db"), Err(RecallError::Open { .. })));
    // Later versions know more.
    let later = folder.path().join("later.db");
    drop(MemoryStore::open(&later).unwrap());
    Connection::open(&later).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(MemoryStore::open(&later).unwrap_err().to_string().contains("another version"));
    // Nobody else reads what is made.
    let mode = std::fs::metadata(&later).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

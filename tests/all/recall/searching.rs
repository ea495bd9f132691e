//! What is saved, and what is found.

use fumehood::Labels;
use fumehood_tools::recall::{MemoryStore, NewMemory, Query, RecallError, RecallLimits};

use super::{Kept, found, save, session, value};

#[tokio::test]
async fn what_one_run_saves_another_one_finds() {
    let kept = Kept::new();
    let space = kept.space("ada");
    let mut first = session(&space).await;
    for (code, told) in [
        (
            "memory_save('Ada prefers window seats.', tags=['travel', 'seats'], about='Ada')",
            "{'id': 1, 'known': False}",
        ),
        (
            "memory_save('The budget for 2026 is 40 000 euros.', ['money'])",
            "{'id': 2, 'known': False}",
        ),
        ("memory_save('  Ada prefers window seats. ')", "{'id': 1, 'known': True}"),
    ] {
        assert_eq!(value(&mut first, code).await, told, "{code}");
    }
    drop(first);
    let mut second = session(&space).await;
    for (code, told) in [
        (
            "[m['text'] for m in memory_search('which seat does she prefer?')]",
            "['Ada prefers window seats.']",
        ),
        (
            "m = memory_search('budgets')[0]; (m['id'], m['about'], m['tags'], len(m['saved']))",
            "(2, None, ['money'], 20)",
        ),
        (
            "import datetime; datetime.datetime.fromisoformat(m['saved']).utcoffset()",
            "datetime.timedelta(0)",
        ),
        ("m = memory_search('ADA')[0]; (m['about'], m['tags'])", "('Ada', ['travel', 'seats'])"),
        ("memory_search('unheard of')", "[]"),
        ("[m['id'] for m in memory_search('')]", "[2, 1]"),
        ("[m['id'] for m in memory_search('', most=1)]", "[2]"),
        ("[m['id'] for m in memory_search('Ada budget', tags=['money'])]", "[2]"),
        ("memory_search('Ada', tags=['money', 'seats'])", "[]"),
        ("memory_forget(2)", "True"),
        ("memory_forget(2)", "False"),
        ("memory_search('budget')", "[]"),
        // A number that was forgotten is not given again.
        ("memory_save('New.')['id']", "3"),
    ] {
        assert_eq!(value(&mut second, code).await, told, "{code}");
    }
}

#[test]
fn what_fits_best_comes_first() {
    let kept = Kept::new();
    let space = kept.space("ada");
    for text in [
        "The meeting about the garden was moved to Friday.",
        "Garden, garden, garden: the garden needs water.",
        "A long note about many things, among which the roof, the cellar, the windows, the doors and once the garden.",
        "Nothing to do with it.",
    ] {
        save(&space, text);
    }
    let texts = found(&space, "garden");
    assert_eq!(texts.len(), 3);
    assert!(texts[0].starts_with("Garden"), "{texts:?}");
    // Stems and accents do not matter.
    save(&space, "Crème brûlée is her favourite dessert");
    assert_eq!(found(&space, "creme desserts").len(), 1);
}

#[test]
fn a_query_is_never_an_error_whatever_stands_in_it() {
    let kept = Kept::new();
    let space = kept.space("ada");
    save(&space, "The word NEAR is a word, and so are AND, OR and NOT.");
    for query in [
        "\"",
        "\"\"",
        "'",
        "*",
        "^word",
        "word*",
        "text: word",
        "about:x",
        "{text about} : word",
        "NEAR(word",
        "NEAR(a b, 5)",
        "AND",
        "OR OR",
        "NOT",
        "word NOT",
        "(",
        ")))",
        "-word",
        "+",
        "a\"b",
        "word\0x",
        "\u{202e}word",
        "%",
        "_",
        "; DROP TABLE memories",
        "word -- ",
        "\u{10ffff}",
        "🦀",
        "words_1",
        "rank",
        "日本語",
        " \n\t ",
        "\\",
        "word\" OR \"x",
    ] {
        space.search(&Query::new(query)).unwrap_or_else(|error| panic!("{query:?}: {error}"));
    }
    for query in ["NEAR", "\"NOT\"", "word*"] {
        assert_eq!(found(&space, query).len(), 1, "{query}");
    }
    let long = "word ".repeat(5_000);
    let error = space.search(&Query::new(long)).unwrap_err();
    assert!(error.to_string().contains("longer than 4096 bytes"), "{error}");
}

#[test]
fn no_space_reaches_another() {
    let kept = Kept::new();
    let (ada, grace) = (kept.space("ada"), kept.space("grace"));
    let other = kept.store.space("ada", "other").unwrap();
    save(&ada, "The secret of Ada");
    save(&grace, "The secret of Grace");
    assert_eq!(found(&ada, "secret Grace Ada"), ["The secret of Ada"]);
    assert_eq!(found(&ada, ""), ["The secret of Ada"]);
    assert!(found(&other, "secret").is_empty() && found(&other, "").is_empty());
    // Numbers are of a space, so they tell nothing of others and reach nothing of theirs.
    assert_eq!(save(&grace, "Another"), 2);
    assert!(!ada.forget(2).unwrap() && !other.forget(1).unwrap());
    assert_eq!(found(&grace, "").len(), 2);
    // Names that differ in anything are others.
    for (user, agent) in
        [("ada ", "helper"), ("Ada", "helper"), ("ad", "ahelper"), ("ada'--", "helper"), ("%", "%")]
    {
        assert!(found(&kept.store.space(user, agent).unwrap(), "").is_empty());
    }
    for name in ["", "a\0b", "a\nb", &"x".repeat(201)] {
        assert!(matches!(kept.store.space(name, "helper"), Err(RecallError::Invalid { .. })));
        assert!(matches!(kept.store.space("ada", name), Err(RecallError::Invalid { .. })));
    }
}

/// What others have saved changes neither what is found nor its order, by which it could be found out.
#[test]
fn the_order_of_results_does_not_depend_on_others() {
    let order = |others: &str| {
        let kept = Kept::new();
        let ada = kept.space("ada");
        save(&ada, "rare words here");
        save(&ada, "common words here");
        for number in 0..200 {
            save(&kept.space("grace"), &format!("{others} {number}"));
        }
        found(&ada, "rare common")
    };
    assert_eq!(order("rare"), order("common"));
}

#[test]
fn limits_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let mut limits = RecallLimits::default();
    limits.memories = 2;
    limits.spaces = 2;
    limits.results = 1;
    let store = MemoryStore::with_limits(folder.path().join("m.db"), limits).unwrap();
    let space = store.space("ada", "helper").unwrap();
    let failed =
        |memory: NewMemory| space.save(memory, &Labels::default()).unwrap_err().to_string();
    save(&space, "one thing");
    save(&space, "another thing");
    assert!(failed(NewMemory::new("a third thing")).contains("there are 2 memories already"));
    // What is known takes no place, and what is forgotten gives one back.
    save(&space, "one thing");
    assert_eq!(found(&space, "thing").len(), 1);
    space.forget(1).unwrap();
    save(&space, "a third thing");
    for (memory, told) in [
        (NewMemory::new(" \n "), "there is no text to remember"),
        (NewMemory::new("x".repeat(8193)), "the text has 8193 bytes, and 8192 at most"),
        (NewMemory::new("a\0b"), "null character"),
        (NewMemory::new("x").tagged(vec!["t"; 17]), "more than 16 tags"),
        (NewMemory::new("x").tagged([""]), "a tag has to have 1 to 200 bytes, in one line"),
        (NewMemory::new("x").tagged(["a\nb"]), "a tag has to have"),
        (NewMemory::new("x").about("x".repeat(201)), "what it is about has to have"),
    ] {
        let error = failed(memory);
        assert!(error.contains(told), "{error}");
    }
    save(&store.space("grace", "helper").unwrap(), "x");
    let third = store.space("emmy", "helper").unwrap();
    let error = third.save(NewMemory::new("x"), &Labels::default()).unwrap_err();
    assert!(error.to_string().contains("there are 2 spaces already"), "{error}");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told() {
    let kept = Kept::new();
    let mut session = session(&kept.space("ada")).await;
    for (code, told) in [
        ("memory_save(1)", "1"),
        ("memory_save('')", "there is no text to remember"),
        ("memory_save('x', tags='y')", "y"),
        ("memory_search('x', most=0)", "0"),
        ("memory_search('x', most=10**9)", "1000"),
        ("memory_forget(-1)", "-1"),
        ("memory_forget(2**63)", ""),
    ] {
        let step = session.run(code).await.unwrap();
        if code == "memory_forget(2**63)" {
            assert_eq!(crate::repr(step), "False");
            continue;
        }
        let raised = crate::raised(step);
        assert_eq!(raised.name, "fumehood.ToolArgumentError", "{code}");
        assert!(raised.message.contains(told), "{code}: {}", raised.message);
    }
}

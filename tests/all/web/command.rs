//! The tools by flags, files and agents of the command.

use std::process::Output;

use super::saved;
use super::site::Site;

/// What the command says, in a folder with a file.
fn fumehood(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    crate::command::fumehood(arguments)
        .current_dir(folder.path())
        .env("SEARCH_KEY", "s3cret-key\n")
        .env_remove("OPENAI_API_KEY")
        .env_remove("BRAVE_API_KEY")
        .output()
        .unwrap()
}

/// A folder with a file of this name.
fn folder(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

#[test]
fn a_file_says_who_searches_and_where_the_key_is() {
    let site = Site::saying(200, "application/json", saved("search/brave.json"));
    let text = format!(
        "source = 'web_search'\nprovider = 'brave'\nkey_env = 'SEARCH_KEY'\nurl = 'http://127.0.0.1:{}/s'\n\
         most = 3\npace = '1ms'",
        site.port
    );
    let folder = folder("search.toml", &text);
    let code = "print(web_search('reed boats')[1]['url'])";
    let output = fumehood(&folder, &["exec", "--tool", "search.toml", "-c", code]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "https://lake.example/bau\n", "{output:?}");
    let asked = &site.asked()[0];
    assert_eq!(asked.header("x-subscription-token"), Some("s3cret-key"));
    assert!(asked.line.contains("count=3"), "{}", asked.line);
}

#[test]
fn a_file_says_what_may_be_visited() {
    let site = Site::saying(200, "text/html", "<p>a page of the own network");
    let text = format!(
        "source = 'visit_webpage'\nallow = []\nprivate = ['127.0.0.1:{}']\ntime = '5s'",
        site.port
    );
    let folder = folder("visit.toml", &text);
    let code = format!("print(visit_webpage('http://127.0.0.1:{}/'))", site.port);
    let output = fumehood(&folder, &["exec", "--tool", "visit.toml", "-c", &code]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "a page of the own network\n",
        "{output:?}"
    );
    // By its name alone the tool reads public pages.
    let output = fumehood(&folder, &["exec", "--tool", "visit_webpage", "-c", &code]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("127.0.0.1` is not allowed")
            || told.contains("which is a loopback address")
            || told.contains("refused"),
        "{output:?}"
    );
    assert_eq!(site.asked().len(), 1);
}

#[test]
fn what_a_file_says_wrongly_is_told_with_its_line() {
    for (text, told) in [
        ("source = 'web_search'\nprovider = 'altavista'", "unknown variant `altavista`"),
        ("source = 'web_search'\nprovder = 'brave'", "provder"),
        (
            "source = 'web_search'\nprovider = 'brave'",
            "there is no key in the variable `BRAVE_API_KEY`",
        ),
        (
            "source = 'web_search'\nprovider = 'searxng'",
            "SearXNG has no server of its own: say the address of one",
        ),
        ("source = 'visit_webpage'\nallow = ['http://']", "does not say what is allowed"),
        ("source = 'wikipedia_search'\nurl = 'wiki'", "`wiki` is no address of a server"),
        ("source = 'transcriber'", "there is no key in the variable `OPENAI_API_KEY`"),
    ] {
        let folder = folder("tool.toml", text);
        let output = fumehood(&folder, &["exec", "--tool", "tool.toml", "-c", "1"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(told), "{text}: {said}");
    }
}

#[test]
fn an_agent_of_a_folder_has_the_tools_that_need_no_key() {
    let entry = |name: &str| format!("[[tools]]\nsource = 'built_in'\nname = '{name}'\n");
    let names = ["web_search", "visit_webpage", "wikipedia_search"];
    let tools = names.map(entry).concat();
    let folder = folder("agent.toml", &format!("version = 1\nname = 'reader'\n{tools}"));
    let output = fumehood(&folder, &["agent", "show", "."]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for name in names {
        assert!(said.contains(name), "{name}: {said}");
    }
}

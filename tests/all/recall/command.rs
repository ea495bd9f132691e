//! `fumehood memory`, and memories as tools of the command.

use std::process::Output;

use super::endpoint::Endpoint;
use crate::command::{fumehood, with_stdin};

struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn file(&self) -> String {
        self.folder.path().join("memories.db").display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = fumehood(arguments);
        command.env("FUMEHOOD_MEMORIES", self.file()).output().unwrap()
    }

    /// What a command says on stdout and stderr.
    #[track_caller]
    fn says(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    }
}

#[test]
fn what_code_remembers_is_listed_searched_taken_elsewhere_and_erased() {
    let home = Home { folder: tempfile::tempdir().unwrap() };
    let (_, stderr) = home.says(&["memory", "list"]);
    assert!(stderr.contains("there are no memories in"), "{stderr}");

    let code = "memory_save('Ada prefers \\x1b[2J window seats.', tags=['travel']); memory_save('Tea at four.')";
    let (_, stderr) = home.says(&["exec", "--tool", "memory", "-c", code]);
    assert_eq!(stderr, "");
    let code = "print(memory_search('tea')[0]['text'])";
    assert_eq!(home.says(&["exec", "--tool", "memory", "-c", code]).0, "Tea at four.\n");

    let (listed, _) = home.says(&["memory", "list"]);
    assert!(listed.starts_with("me  fumehood      2 memories  20"), "{listed}");
    let (listed, _) = home.says(&["memory", "list", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&listed).unwrap()["memories"], 2);
    let (searched, _) = home.says(&["memory", "search", "window"]);
    assert!(searched.contains("Ada prefers \\u{1b}[2J window seats. #travel"), "{searched}");
    assert_eq!(home.says(&["memory", "search"]).0.lines().count(), 2);
    assert_eq!(home.says(&["memory", "search", "--tag", "travel", "--json"]).0.lines().count(), 1);

    let (lines, _) = home.says(&["memory", "export"]);
    assert_eq!(lines.lines().count(), 2);
    let other = home.folder.path().join("other.db").display().to_string();
    let output = with_stdin(&["memory", "import", "-", "--file", &other], lines.as_bytes());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("took in 2 memories; 0 were there before")
    );
    assert_eq!(home.says(&["memory", "export", "--file", &other]).0, lines);

    assert!(home.says(&["memory", "forget", "1"]).1.contains("forgot the memory 1"));
    assert!(home.says(&["memory", "forget", "1"]).1.contains("has no memory 1 of `me`"));
    assert!(home.says(&["memory", "erase", "me"]).1.contains("erased 1 memories"));
    assert_eq!(home.says(&["memory", "list"]).0, "");
}

#[test]
fn a_description_says_whose_memories_and_what_embeds_them() {
    let home = Home { folder: tempfile::tempdir().unwrap() };
    let endpoint = Endpoint::start();
    let description = home.folder.path().join("memory.toml");
    let text = format!(
        "source = \"memory\"\nfile = \"ada.db\"\nuser = \"ada\"\nagent = \"cook\"\nmemories = 2\n\
         [embeddings]\nurl = \"{}\"\nmodel = \"meanings\"\nprivate = true\n",
        endpoint.url()
    );
    std::fs::write(&description, &text).unwrap();
    let tool = description.display().to_string();
    let code = "memory_save('She had soup.'); memory_save('A sofa.'); print(memory_search('eat', most=1)[0]['text'])
memory_save('A third thing.')";
    let (stdout, stderr) = home.says(&["exec", "--tool", &tool, "-c", code]);
    assert_eq!(stdout, "She had soup.\n", "{stderr}");
    assert!(stderr.contains("there are 2 memories already"), "{stderr}");
    assert!(home.folder.path().join("ada.db").is_file());
    for (wrong, told) in [
        (text.replace("agent", "agents"), "there is no key `agents`"),
        (
            text.replace("private = true", "env = \"FUMEHOOD_NO_SUCH_KEY\""),
            "`FUMEHOOD_NO_SUCH_KEY` has no key",
        ),
        (text.replace("private = true", "key = \"sk-123\""), "there is no key `key`"),
        (text.replace("http://127", "ftp://127"), "is no address of an endpoint"),
    ] {
        std::fs::write(&description, wrong).unwrap();
        let (_, stderr) = home.says(&["exec", "--tool", &tool, "-c", "1"]);
        assert!(stderr.contains(told), "{stderr}");
    }
}

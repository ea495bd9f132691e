//! Agents that are files, in conversations, and in runs that are gone on with.

use std::fs;

use serde_json::json;

use super::runs::{Place, stderr, stdout, until};
use crate::terminal::Terminal;

/// Writes a file of the agent `boss`, or of one that it manages.
fn write(place: &Place, name: &str, text: &str) {
    let path = place.path("boss").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What a model says, in a file of the agent.
fn say(place: &Place, name: &str, codes: &[&str]) {
    let line = |code: &&str| json!({"content": format!("<code>\n{code}\n</code>")}).to_string();
    write(place, name, &codes.iter().map(line).collect::<Vec<_>>().join("\n"));
}

/// A boss with a counter, who says something of his own for each task that he is given.
fn team(boss: &[&str], counter: &[&str]) -> Place {
    let place = Place::with(&[]);
    let file = "version = 1\nname = 'boss'\nmodel = 'replay:replies.jsonl'\n[env]\nUNIT = 'km'\n\
                [[grants]]\nfolder = 'numbers'\nat = '/data'\n";
    write(&place, "agent.toml", file);
    write(&place, "numbers/all.txt", "1\n2\n3\n");
    let file =
        "version = 1\nname = 'counter'\ndescription = 'Counts.'\nmodel = 'replay:said.jsonl'\n";
    write(&place, "agents/counter/agent.toml", file);
    say(&place, "replies.jsonl", boss);
    say(&place, "agents/counter/said.jsonl", counter);
    place
}

#[test]
fn a_folder_is_talked_to_and_the_conversation_is_gone_on_with() {
    let place = team(
        &[
            "import os\nn = int(counter('Count.').split()[-1])\nfinal_answer([n, os.environ['UNIT']])",
            "n += sum(map(int, open('/data/all.txt')))\nfinal_answer(n)",
            "final_answer(['again', n])",
        ],
        &["final_answer(42)"],
    );
    let output = place.told(&["chat", "--agent", "boss"], "Count.\nAdd.\n/undo\nAnd?\n");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(stdout(&output), "[42,\"km\"]\n48\n[\"again\",42]\n", "{told}");

    // From somewhere else: what the flags say is relative to where the conversation was begun.
    say(
        &place,
        "replies.jsonl",
        &["import os\nfinal_answer([n, len(os.listdir('/data')), os.environ['UNIT']])"],
    );
    let mut command = place.command(&["resume"]);
    command.current_dir("/");
    let resumed = command.output().unwrap();
    assert_eq!(stdout(&resumed), "", "{}", stderr(&resumed));
    let resumed = place.told(&["resume"], "What is it?\n/undo\n/undo\n");
    assert_eq!(stdout(&resumed), "[42,1,\"km\"]\n", "{}", stderr(&resumed));
    assert!(stderr(&resumed).contains("there is no turn that can be undone"));
}

#[test]
fn what_the_flags_say_comes_before_the_folder_in_a_conversation_too() {
    let place = team(&["import os\nfinal_answer(os.environ['UNIT'])"], &[]);
    let output = place.told(&["chat", "--agent", "boss", "--env", "UNIT=miles"], "Which?\n");
    assert_eq!(stdout(&output), "miles\n", "{}", stderr(&output));
    // What was said by flags holds when it is gone on with.
    let resumed = place.told(&["resume"], "Which?\n");
    assert_eq!(stdout(&resumed), "miles\n", "{}", stderr(&resumed));
}

#[test]
fn a_folder_is_talked_to_in_a_terminal() {
    let place = team(&["final_answer(counter('Count.').split()[-1])"], &["final_answer('seven')"]);
    let mut terminal = Terminal::of(place.command(&["chat", "--agent", "boss"]));
    terminal.expect("you> ");
    terminal.press("Count.\r");
    terminal.expect("seven\r\n");
    terminal.expect("you> ");
    terminal.press("/quit\r");
    terminal.expect("goes on from here");
    assert_eq!(terminal.status(), Some(0));
}

/// The process is killed when the member has answered and its manager's step has not ended.
#[test]
fn a_folder_that_was_killed_at_work_goes_on_and_its_member_does_nothing_twice() {
    let code = "n = int(counter('Count.').split()[-1])\nn += count('wait')";
    let place =
        team(&[code, "final_answer(n)"], &["count = 42\nprint(count)", "final_answer(count)"]);
    place.counter();
    let arguments = ["run", "Count.", "--agent", "boss", "--tool", "count.toml"];
    let mut child = place.command(&arguments).spawn().unwrap();
    until("the step waits", || !place.calls().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(place.path("go"), "").unwrap();
    // Neither is asked for what was said.
    say(&place, "replies.jsonl", &["final_answer(n)"]);
    say(&place, "agents/counter/said.jsonl", &["final_answer('asked twice')"]);
    let resumed = place.output(&["resume"]);
    assert_eq!(stdout(&resumed), "44\n", "{}", stderr(&resumed));
    assert_eq!(place.calls(), ["wait", "wait"]);
}

/// The process is killed while the member's own step waits.
#[test]
fn a_folder_whose_member_was_at_work_goes_on_in_the_middle_of_its_step() {
    let place = team(&["final_answer(counter('Count.').split()[-1])"], &[]);
    let file = "version = 1\nname = 'counter'\ndescription = 'Counts.'\nmodel = 'replay:said.jsonl'\n\
                [[grants]]\nfolder = 'shared'\nat = '/shared'\nwrite = true\n";
    write(&place, "agents/counter/agent.toml", file);
    write(&place, "agents/counter/shared/x", "");
    say(
        &place,
        "agents/counter/said.jsonl",
        &[
            "import os, time\nn = 6",
            "open('/shared/there', 'w').close()\nwhile not os.path.exists('/shared/go'): time.sleep(0.05)\nn += 1",
            "final_answer(n)",
        ],
    );
    let mut child = place.command(&["run", "Count.", "--agent", "boss"]).spawn().unwrap();
    let shared = place.path("boss/agents/counter/shared");
    until("the member waits", || shared.join("there").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(shared.join("go"), "").unwrap();
    say(&place, "replies.jsonl", &["final_answer('asked twice')"]);
    // The replies before are in what was stored.
    say(&place, "agents/counter/said.jsonl", &["final_answer(n)"]);
    let resumed = place.output(&["resume"]);
    assert_eq!(stdout(&resumed), "7\n", "{}", stderr(&resumed));
}

#[test]
fn a_run_whose_folder_is_gone_or_broken_says_so_and_is_kept() {
    let place = team(&["n = 1", "final_answer(n)"], &[]);
    let output = place.output(&["run", "x", "--agent", "boss"]);
    assert_eq!(stdout(&output), "1\n", "{}", stderr(&output));
    write(&place, "agent.toml", "version = 1\nmax_stpes = 3\n");
    let resumed = place.output(&["resume"]);
    assert_eq!(resumed.status.code(), Some(4));
    assert!(stderr(&resumed).contains("there is no key `max_stpes`"), "{}", stderr(&resumed));
    fs::remove_dir_all(place.path("boss")).unwrap();
    let resumed = place.output(&["resume"]);
    assert_eq!(resumed.status.code(), Some(4));
    assert!(stderr(&resumed).contains("cannot open the folder"), "{}", stderr(&resumed));
    assert_eq!(stdout(&place.output(&["runs"])).lines().count(), 1);
    let failed = place.told(&["chat", "--agent", "boss"], "x\n");
    assert_eq!(failed.status.code(), Some(4));
    // Nothing was said, so nothing is kept.
    assert_eq!(stdout(&place.output(&["runs"])).lines().count(), 1);
}

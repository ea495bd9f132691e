//! Agents in a terminal: what is asked for, what is shown, and in which colours.

use rustix::process::Signal;

use super::runs::{Place, signal};
use crate::terminal::{CTRL_D, Terminal};

#[test]
fn what_was_not_said_is_asked_for() {
    let place = Place::with(&["<code>final_answer(open('/data/n.txt').read())</code>"]);
    std::fs::write(place.path("n.txt"), "seven").unwrap();
    let mut command = place.command(&["run"]);
    command.env("GROQ_API_KEY", "unused");
    let mut terminal = Terminal::of(command);
    terminal.expect("There are keys for: groq.");
    terminal.expect("Which model? (provider:name) ");
    terminal.press("replay:replies.jsonl\r");
    terminal.expect("What is to be done? ");
    terminal.press("\rRead it.\r");
    terminal.expect("A file for it, or nothing: ");
    terminal.press("nowhere.txt\r");
    terminal.expect("there is no file `nowhere.txt`");
    terminal.press("n.txt\r");
    terminal.expect("A file for it, or nothing: ");
    terminal.press("\r");
    terminal.expect("--- Answer ---");
    terminal.expect("seven\r\n");
    terminal.expect("[1 steps in ");
    assert_eq!(terminal.status(), Some(0));
    // What was answered is how the run was asked for.
    let resumed = place.output(&["resume"]);
    assert_eq!(String::from_utf8_lossy(&resumed.stdout), "seven\n");
}

#[test]
fn a_line_is_shown_as_it_comes_and_then_in_colours() {
    let place = Place::with(&["# Now\n<code>\nx = 'a'  # b\nprint(x)\nfinal_answer(1)\n</code>"]);
    let mut terminal =
        Terminal::of(place.command(&["run", "x", "--model", "replay:replies.jsonl"]));
    terminal.expect("\x1b[1m--- Step 1 ---");
    terminal.expect("# Now\r\n");
    terminal.expect("\x1b[1m");
    terminal.expect("x = 'a'  # b\r\n");
    terminal.expect("\x1b[32m'\x1b[0m\x1b[32ma\x1b[0m");
    terminal.expect("--- Output ---");
    terminal.expect("a\r\n");
    assert_eq!(terminal.status(), Some(0));
}

/// A model, or code that nobody has reviewed, moves no cursor and hides nothing.
#[test]
fn what_is_shown_does_nothing_to_the_terminal() {
    let code = "<code>\nprint('\\x1b[2Jgone\\x1b]0;title\\x07')\nfinal_answer(1)\n</code>\u{1b}[2J";
    let place = Place::with(&[code]);
    let output = place.output(&["run", "x", "--model", "replay:replies.jsonl"]);
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!shown.contains('\x1b') && !shown.contains('\x07'), "{shown:?}");
    assert!(shown.contains("\u{fffd}[2Jgone"), "{shown:?}");
}

#[test]
fn a_conversation_has_prompts_and_survives_ctrl_c() {
    let place = Place::with(&[
        "<code>\nimport time\ntime.sleep(60)\n</code>",
        "<code>final_answer('hello')</code>",
    ]);
    let mut terminal = Terminal::of(place.command(&["chat", "--model", "replay:replies.jsonl"]));
    terminal.expect("you> ");
    terminal.press("Sleep.\r");
    terminal.expect("time.sleep(60)");
    terminal.expect("running");
    // The terminal is not the controlling one, so its keys send no signals.
    signal(&terminal.child, Signal::INT);
    terminal.expect("the run ends after this step");
    signal(&terminal.child, Signal::INT);
    terminal.expect("interrupted; say what is to be done next");
    terminal.expect("you> ");
    terminal.press("Say\\\rhello.\r");
    terminal.expect("...> ");
    terminal.expect("hello\r\n");
    terminal.expect("you> ");
    terminal.press(CTRL_D);
    terminal.expect("goes on from here");
    assert_eq!(terminal.status(), Some(0));
}

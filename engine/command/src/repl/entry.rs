//! What was typed.

/// The commands, each with what it does.
pub(crate) const COMMANDS: [(&str, &str); 15] = [
    ("%checkpoint", "keep the state of the session, under the name that follows or a number"),
    ("%close", "end the session whose name follows"),
    ("%files", "list what is in /work, /tmp and the granted folders"),
    ("%fork", "keep a copy of the session under the name that follows"),
    ("%help", "list the commands"),
    ("%limits", "show the limits and what was used; %limits time=5s memory=512MiB changes them"),
    ("%quit", "leave, as Ctrl-D and exit() do"),
    ("%reset", "start a fresh session"),
    ("%restore", "go back to the checkpoint whose name follows"),
    ("%resume", "go on from the session that was saved in the file that follows"),
    ("%save", "save the session in the file that follows"),
    ("%sessions", "list the sessions and the checkpoints"),
    ("%switch", "go to the session whose name follows"),
    ("%time", "run the Python that follows, and show its time, fuel and memory"),
    (
        "%undo",
        "go back to before the last entry; again, to before the one before, up to 20 entries",
    ),
];

/// What was typed: Python, or a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    Python {
        source: &'a str,
        timed: bool,
    },
    Limits {
        changes: &'a str,
    },
    Files,
    Reset,
    Sessions,
    /// Something is done with the session as a whole.
    Session(Deed<'a>),
    Help,
    Quit,
    Unknown {
        name: &'a str,
    },
}

/// What is done with a session, its states and the sessions beside it. Names and files may be missing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Deed<'a> {
    Undo,
    Checkpoint { name: &'a str },
    Restore { name: &'a str },
    Fork { name: &'a str },
    Switch { name: &'a str },
    Close { name: &'a str },
    Save { file: &'a str },
    Resume { file: &'a str },
}

impl Entry<'_> {
    pub(crate) fn of(text: &str) -> Entry<'_> {
        if !text.starts_with('%') {
            // Nothing can be left from within the sandbox, so this is taken here.
            return match text.trim_end() {
                "exit" | "exit()" | "quit" | "quit()" => Entry::Quit,
                _ => Entry::Python { source: text, timed: false },
            };
        }
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match name {
            "%time" => Entry::Python { source: rest.trim_start_matches(' '), timed: true },
            "%limits" => Entry::Limits { changes: rest },
            "%files" => Entry::Files,
            "%reset" => Entry::Reset,
            "%sessions" => Entry::Sessions,
            "%undo" => Entry::Session(Deed::Undo),
            "%checkpoint" => Entry::Session(Deed::Checkpoint { name: rest.trim() }),
            "%restore" => Entry::Session(Deed::Restore { name: rest.trim() }),
            "%fork" => Entry::Session(Deed::Fork { name: rest.trim() }),
            "%switch" => Entry::Session(Deed::Switch { name: rest.trim() }),
            "%close" => Entry::Session(Deed::Close { name: rest.trim() }),
            "%save" => Entry::Session(Deed::Save { file: rest.trim() }),
            "%resume" => Entry::Session(Deed::Resume { file: rest.trim() }),
            "%help" => Entry::Help,
            "%quit" => Entry::Quit,
            _ => Entry::Unknown { name },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_and_commands_are_told_apart() {
        let python = |source, timed| Entry::Python { source, timed };
        assert_eq!(Entry::of("x % 2"), python("x % 2", false));
        assert_eq!(Entry::of("x = (7\n% 2)"), python("x = (7\n% 2)", false));
        assert_eq!(Entry::of("%time for x in y:\n    x"), python("for x in y:\n    x", true));
        assert_eq!(Entry::of("%time"), python("", true));
        assert_eq!(Entry::of("%limits time=5s"), Entry::Limits { changes: "time=5s" });
        assert_eq!(Entry::of("%limit"), Entry::Unknown { name: "%limit" });
        assert_eq!(Entry::of("%save  a file "), Entry::Session(Deed::Save { file: "a file" }));
        assert_eq!(Entry::of("%fork"), Entry::Session(Deed::Fork { name: "" }));
        assert_eq!(Entry::of("exit() "), Entry::Quit);
        assert_eq!(Entry::of("exit(1 if x else 2)"), python("exit(1 if x else 2)", false));
    }

    #[test]
    fn every_command_is_known() {
        for (name, _) in COMMANDS {
            assert!(!matches!(Entry::of(name), Entry::Unknown { .. }), "{name}");
        }
        assert!(COMMANDS.is_sorted());
    }

    #[test]
    fn help_says_how_much_can_be_undone() {
        let (_, what) = COMMANDS.iter().find(|(name, _)| *name == "%undo").unwrap();
        assert!(what.ends_with(&format!(" up to {} entries", super::super::undo::UNDOABLE)));
    }
}

//! What was typed.

/// The commands, each with what it does.
pub(crate) const COMMANDS: [(&str, &str); 6] = [
    ("%files", "list what is in /work, /tmp and the granted folders"),
    ("%help", "list the commands"),
    ("%limits", "show the limits and what was used; %limits time=5s memory=512MiB changes them"),
    ("%quit", "leave, as Ctrl-D and exit() do"),
    ("%reset", "start a fresh session"),
    ("%time", "run the Python that follows, and show its time, fuel and memory"),
];

/// What was typed: Python, or a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    Python { source: &'a str, timed: bool },
    Limits { changes: &'a str },
    Files,
    Reset,
    Help,
    Quit,
    Unknown { name: &'a str },
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
        assert_eq!(Entry::of("exit() "), Entry::Quit);
        assert_eq!(Entry::of("exit(1 if x else 2)"), python("exit(1 if x else 2)", false));
    }

    #[test]
    fn every_command_is_known() {
        for (name, _) in COMMANDS {
            assert!(!matches!(Entry::of(name), Entry::Unknown { .. }), "{name}");
        }
    }
}

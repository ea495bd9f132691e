//! `fumehood repl`: what is typed, and what is answered.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use insta::assert_snapshot;

use crate::command::{fumehood, shown, with_stdin};
use crate::terminal::{CTRL_C, CTRL_D, Terminal, UP};

/// What a prompt did with some lines, to compare with a snapshot.
fn repl(lines: &str) -> String {
    shown(&typed(&[], lines))
}

fn typed(flags: &[&str], lines: &str) -> Output {
    with_stdin(&[&["repl"], flags].concat(), lines.as_bytes())
}

/// What it printed on stdout.
fn answers(lines: &str) -> String {
    let output = typed(&[], lines);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(output.stderr.is_empty(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn values_are_printed_and_kept() {
    let lines = "6 * 7\n_ + 1\nNone\n_\nx = 5\n_\nprint('out')\n[_, 'a']\n\n# nothing\n_\n";
    assert_eq!(answers(lines), "42\n43\n43\n43\nout\n[43, 'a']\n[43, 'a']\n");
    assert_eq!(answers("_ = 'mine'\n1\n_\n"), "1\n'mine'\n", "a name of the session comes first");
    let fresh = stderr(&typed(&[], "_\n"));
    assert!(fresh.contains("NameError: name '_' is not defined"), "{fresh}");
}

#[test]
fn output_and_errors_have_their_streams() {
    assert_snapshot!(repl("import sys; print('out'); print('err', file=sys.stderr)\n"), @r"
    status: 0
    --- stdout
    out
    --- stderr
    err
    ");
}

#[test]
fn a_block_goes_on_until_it_is_whole() {
    let function =
        "def double(x):\n    if x:\n        return x * 2\n    return 'none'\n\ndouble(4)\n";
    assert_eq!(answers(function), "8\n");
    assert_eq!(answers("if True: print(1)\n\nfor i in 'ab':\n  print(i)\n\n"), "1\na\nb\n");
    assert_eq!(
        answers("try:\n    1 / 0\nexcept ZeroDivisionError:\n    print('caught')\n\n"),
        "caught\n"
    );
    assert_eq!(answers("[1,\n\n2,\n    ]\n'''a\n\n b'''\n1 + \\\n1\n"), "[1, 2]\n'a\\n\\n b'\n2\n");
    assert_eq!(
        answers("@str\ndef f(): pass\n\nf[:9]\n"),
        "'<function'\n",
        "a decorator waits for what it decorates"
    );
}

#[test]
fn a_block_also_ends_where_its_indentation_does() {
    assert_eq!(answers("def f():\n    return 7\nf()\nf() + 1\n"), "7\n8\n");
}

#[test]
fn what_is_there_at_the_end_is_run() {
    assert_eq!(answers("1"), "1\n");
    assert_eq!(answers("for i in 'ab':\n    print(i)"), "a\nb\n");
    assert!(stderr(&typed(&[], "f(1,\n")).contains("SyntaxError: '(' was never closed"));
}

#[test]
fn an_error_is_told_and_the_next_line_runs() {
    assert_snapshot!(repl("def f(x):\n    return 1 / x\n\nf(0)\n)\n  y\nimport sys; sys.exit(3)\nf(1)\n"), @r#"
    status: 0
    --- stdout
    1.0
    --- stderr
    Traceback (most recent call last):
      File "<repl 2>", line 1, in <module>
        f(0)
        ~^^^
      File "<repl 1>", line 2, in f
        return 1 / x
               ~~^~~
    ZeroDivisionError: division by zero
      File "<repl 3>", line 1
        )
        ^
    SyntaxError: unmatched ')'
      File "<repl 4>", line 1
        y
    IndentationError: unexpected indent
    Traceback (most recent call last):
      File "<repl 5>", line 1, in <module>
        import sys; sys.exit(3)
                    ~~~~~~~~^^^
    SystemExit: 3
    "#);
}

#[test]
fn a_limit_is_told_and_the_session_goes_on() {
    let lines = "x = 5\nwhile True: pass\n\nx\n";
    let output = typed(&["--time", "300ms"], lines);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "5\n"));
    let told = stderr(&output);
    assert!(
        told.contains("File \"<repl 2>\", line 1, in <module>\n    while True: pass"),
        "{told}"
    );
    let line = told.lines().last().unwrap();
    assert!(line.starts_with("fumehood: the step's time limit of 300ms was reached, 3"), "{line}");
    assert!(line.ends_with("ms used; the session goes on"), "{line}");

    for (flags, code, told) in [
        (
            ["--fuel", "60M"],
            "while True: pass\n\n",
            "the step's fuel limit of 60000000 was reached, ",
        ),
        (
            ["--output", "10B"],
            "while True: print(1)\n\n",
            "the step's output limit of 10 bytes was reached, ",
        ),
        (
            ["--memory", "200MiB"],
            "y = bytearray(2**30)\n",
            "the step's memory limit of 209715200 bytes was reached, ",
        ),
    ] {
        let output = typed(&flags, &format!("x = 5\n{code}x\n"));
        assert!(stdout(&output).ends_with("5\n"), "{}", shown(&output));
        let line = stderr(&output).lines().last().unwrap().to_owned();
        assert!(line.contains(told) && line.ends_with("; the session goes on"), "{line}");
    }
}

#[test]
fn an_entry_that_is_rolled_back_is_told() {
    let lines = "x = 5\nx = 6; sum(range(10**12))\nx\n_\n";
    let output = typed(&["--time", "100ms"], lines);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "5\n5\n"));
    let told = stderr(&output);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.trim_end().ends_with("ms used; rolled back to before it"), "{told}");

    let output = typed(&[], "import os; os._exit(1)\n'here'\n");
    assert_eq!(stdout(&output), "'here'\n");
    assert!(
        stderr(&output).starts_with("fumehood: the interpreter aborted: "),
        "{}",
        shown(&output)
    );
}

#[test]
fn the_prompt_leaves_no_names_behind() {
    let lines =
        "def f():\n    pass\n\n%files\nsorted(n for n in globals() if not n.startswith('__'))\n";
    assert!(answers(lines).ends_with("\n['f', 'final_answer']\n"));
}

#[test]
fn a_session_that_breaks_the_prompt_can_still_be_talked_to() {
    let lines =
        "import builtins\nbuiltins.__import__ = None\n1 + 1\n%files\n%reset\nimport os\n2 + 2\n";
    let output = typed(&[], lines);
    assert!(stdout(&output).starts_with("2\n"), "{}", shown(&output));
    assert!(stdout(&output).ends_with("4\n"), "{}", shown(&output));
    assert!(stderr(&output).contains("the session does not tell what is in `/work`"));
}

#[test]
fn time_shows_what_a_step_used() {
    let output =
        typed(&[], "%time x = bytearray(50 * 2**20)\n%time for i in 'ab':\n    print(i)\n\n");
    assert_eq!(stdout(&output), "a\nb\n");
    let told = stderr(&output);
    let lines = told.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 2, "{told}");
    for line in &lines {
        assert!(line.starts_with("fumehood: ") && line.contains("s, "), "{line}");
        assert!(line.contains(" fuel, ") && line.contains("MiB memory, "), "{line}");
    }
    assert!(lines[0].ends_with("MiB more than before"), "{told}");
    assert!(lines[1].ends_with(" 0B more than before"), "{told}");
}

#[test]
fn limits_are_shown_and_changed() {
    let table = answers("%limits\n");
    let row = |table: &str, name: &str| {
        let row = table.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        row.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row(&table, "time")[0], "30s");
    assert_eq!(row(&table, "memory")[0], "1GiB");
    assert!(row(&table, "memory")[1].ends_with("MiB"));
    assert_eq!(row(&table, "fuel")[0], "300G");
    assert_eq!(row(&table, "output"), ["1MiB", "0B"]);
    assert_eq!(row(&table, "tool_calls"), ["1000", "0"]);
    assert_eq!(row(&table, "file_bytes"), ["256MiB"]);
    assert_eq!(row(&table, "file_size"), ["256MiB"]);
    assert_eq!(row(&table, "files"), ["4096"]);
    assert_eq!(row(&table, "path_depth"), ["128"]);
    assert_eq!(row(&table, "open_files"), ["256"]);

    let table = answers("print('abc')\n%limits time=5s memory=512MiB fuel=2G\n");
    assert_eq!(row(&table, "time")[0], "5s");
    assert_eq!(row(&table, "memory")[0], "512MiB");
    assert_eq!(row(&table, "fuel")[0], "2G");
    assert_eq!(row(&table, "output"), ["1MiB", "4B"]);

    let output = typed(&[], "%limits time=200ms\nwhile True: pass\n\n%reset\nwhile True: pass\n\n");
    let told = stderr(&output);
    let reached = "fumehood: the step's time limit of 200ms was reached, ";
    assert_eq!(told.lines().filter(|line| line.starts_with(reached)).count(), 2, "{told}");
}

#[test]
fn limits_that_are_none_change_nothing() {
    for (changes, told) in [
        ("time=soon", "`soon` does not begin with a number; no limit was changed"),
        (
            "thyme=5s",
            "there is no limit `thyme`; there are time, cpu, memory, fuel, output and tool_calls",
        ),
        ("time=5s fuel", "`fuel` is not of the form NAME=VALUE"),
        ("files=3", "`files` holds for a session from its start"),
        ("time=5s memory=1k", "memory_bytes is too small: it is 1024, the least is "),
    ] {
        let output = typed(&[], &format!("%limits {changes}\n%limits\n"));
        assert!(stderr(&output).starts_with("fumehood: "), "{}", shown(&output));
        assert!(stderr(&output).contains(told), "{}", shown(&output));
        assert!(stdout(&output).contains("time        30s"), "{}", shown(&output));
    }
}

#[test]
fn files_are_listed_as_the_session_sees_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    std::fs::write(folder.path().join("inner/two.bin"), [0; 2048]).unwrap();
    let path = folder.path().display();
    let lines = "open('a.txt', 'w').write('hello')\nopen('b\\x1b[2J', 'w').close()\n%files\n";
    let grants = [format!("{path}:/data"), format!("{path}:/out:rw")];
    let output = typed(&["--grant", &grants[0], "--grant", &grants[1]], lines);
    assert_snapshot!(shown(&output), @r"
    status: 0
    --- stdout
    5
    /work: the session's own
            5B  /work/a.txt
            0B  /work/b\u{1b}[2J
    /tmp: the session's own
    /data: granted, to read
                /data/inner/
        2.0KiB  /data/inner/two.bin
    /out: granted, to read and write
                /out/inner/
        2.0KiB  /out/inner/two.bin
    --- stderr
    ");
}

#[test]
fn reset_starts_a_fresh_session() {
    assert_snapshot!(repl("x = 5\n%reset\n'x' in globals()\n_\n"), @r"
    status: 0
    --- stdout
    False
    False
    --- stderr
    fumehood: a fresh session
    ");
}

#[test]
fn entries_are_undone_one_after_the_other() {
    let lines = "x = [1]\nx.append(2)\nopen('a.txt', 'w').write('kept')\nfor i in range(3):\n    x.append(i)\n\n\
                 %undo\nx, open('a.txt').read()\n%undo\n%undo\n%undo\nimport os; x, os.listdir()\n\
                 %undo\n%undo\n'x' in dir()\n%undo\n%undo\n";
    assert_snapshot!(repl(lines), @r"
    status: 0
    --- stdout
    4
    ([1, 2], 'kept')
    ([1], [])
    False
    --- stderr
    fumehood: undone: for i in range(3): ...
    fumehood: undone: x, open('a.txt').read()
    fumehood: undone: open('a.txt', 'w').write('kept')
    fumehood: undone: x.append(2)
    fumehood: undone: import os; x, os.listdir()
    fumehood: undone: x = [1]
    fumehood: undone: 'x' in dir()
    fumehood: there is nothing to undo
    ");
}

#[test]
fn an_entry_that_was_rolled_back_is_not_there_to_be_undone() {
    let lines = "x = 1\nx = 2; sum(range(10**12))\n1 / 0\n%undo\n%undo\n'x' in dir()\n";
    let output = typed(&["--time", "100ms"], lines);
    assert_eq!(stdout(&output), "False\n", "{}", shown(&output));
    let told = stderr(&output);
    let undone = told.lines().filter(|line| line.contains("undone")).collect::<Vec<_>>();
    assert_eq!(undone, ["fumehood: undone: 1 / 0", "fumehood: undone: x = 1"], "{told}");
}

#[test]
fn as_many_entries_are_undone_as_help_says() {
    let entries = (0..25).map(|i| format!("x = {i}\n")).collect::<String>();
    let output = typed(&[], &format!("{entries}{}x\n", "%undo\n".repeat(21)));
    assert_eq!(stdout(&output), "4\n", "{}", shown(&output));
    assert!(stderr(&output).ends_with("undone: x = 5\nfumehood: there is nothing to undo\n"));
    assert!(answers("%help\n").contains("up to 20 entries"));
}

#[test]
fn checkpoints_are_gone_back_to_and_that_is_undone() {
    let lines = "x = 1\n%checkpoint\nx = 2\n%checkpoint two\n%checkpoint\nx = 3\n\
                 %restore 1\nx\n%restore two\nx\n%undo\n%undo\nx\n%undo\n%undo\n%undo\nx\n\
                 %restore three\n%restore\n%reset\n'x' in dir()\n%restore 2\nx\n%undo\n%undo\n%undo\n%undo\nx\n";
    assert_snapshot!(repl(lines), @r"
    status: 0
    --- stdout
    1
    2
    1
    3
    False
    2
    3
    --- stderr
    fumehood: kept as the checkpoint `1`
    fumehood: kept as the checkpoint `two`
    fumehood: kept as the checkpoint `2`
    fumehood: went back to the checkpoint `1`
    fumehood: went back to the checkpoint `two`
    fumehood: undone: x
    fumehood: undone: %restore two
    fumehood: undone: x
    fumehood: undone: x
    fumehood: undone: %restore 1
    fumehood: there is no checkpoint `three`; there are 1, 2, two
    fumehood: the name of a checkpoint has to follow
    fumehood: a fresh session
    fumehood: went back to the checkpoint `2`
    fumehood: undone: x
    fumehood: undone: %restore 2
    fumehood: undone: 'x' in dir()
    fumehood: undone: %reset
    ");
}

#[test]
fn sessions_are_forked_and_gone_to() {
    let lines = "x = [1]\n%fork try\nx.append(2)\n%sessions\n%switch try\nx\nx.append(3)\n%checkpoint late\n\
                 %undo\n%undo\n%undo\n%undo\n'x' in dir()\n%switch main\nx\n%restore late\nx\n%sessions\n\
                 %fork main\n%fork try\n%switch main\n%switch other\n%close main\n%close try\n%switch try\n%fork\n%close\n";
    assert_snapshot!(repl(lines), @r"
    status: 0
    --- stdout
    * main
      try
    [1]
    False
    [1, 2]
    [1, 3]
    * main
      try
      checkpoint late
    --- stderr
    fumehood: a copy is kept as the session `try`; this is still `main`
    fumehood: this is the session `try`
    fumehood: kept as the checkpoint `late`
    fumehood: undone: x.append(3)
    fumehood: undone: x
    fumehood: undone: x = [1]
    fumehood: there is nothing to undo
    fumehood: this is the session `main`
    fumehood: went back to the checkpoint `late`
    fumehood: there is a session `main` already
    fumehood: there is a session `try` already
    fumehood: this is the session `main`
    fumehood: there is no session `other`; there are try
    fumehood: this is the session `main`
    fumehood: the session `try` has ended
    fumehood: there is no session `try`; there is none yet
    fumehood: a name for the copy has to follow
    fumehood: the name of a session has to follow
    ");
}

#[test]
fn sessions_are_saved_in_files_and_gone_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a session");
    let path = file.display();
    let lines = format!("def divide(n):\n    return n / 0\n\nx = 5\nx\n%save {path}\nx = 6\n");
    let told = shown(&typed(&[], &lines)).replace(&path.to_string(), "FILE");
    assert_snapshot!(told, @r"
    status: 0
    --- stdout
    5
    --- stderr
    fumehood: saved in `FILE`
    ");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let lines = format!(
        "y = 1\n%resume {path}\nx, _\n_\ndivide(1)\n%undo\n%undo\n%undo\n%undo\ny\n\
                         %resume\n%save\n\
                         %resume {path}.not\n%save {path}/below\ny\n"
    );
    let told = shown(&typed(&[], &lines)).replace(&path.to_string(), "FILE");
    // What follows names the file that could not be made, at random.
    let told = told.split(" (os error 20)").next().unwrap();
    assert_snapshot!(told, @r#"
    status: 0
    --- stdout
    (5, 5)
    (5, 5)
    1
    1
    --- stderr
    fumehood: went on from `FILE`
    Traceback (most recent call last):
      File "<repl 12>", line 1, in <module>
        divide(1)
        ~~~~~~^^^
      File "<repl 1>", line 2, in divide
        return n / 0
               ~~^~~
    ZeroDivisionError: division by zero
    fumehood: undone: divide(1)
    fumehood: undone: _
    fumehood: undone: x, _
    fumehood: undone: %resume FILE
    fumehood: a file has to follow
    fumehood: a file has to follow
    fumehood: cannot read `FILE.not`: No such file or directory (os error 2)
    fumehood: cannot save the session as `FILE/below`: Not a directory
    "#);
}

#[test]
fn help_names_every_command_and_so_does_a_wrong_one() {
    let help = answers("%help\n");
    let wrong = stderr(&typed(&[], "%halp me\n"));
    assert!(wrong.starts_with("fumehood: there is no command `%halp`; there are "), "{wrong}");
    for name in ["%checkpoint", "%files", "%fork", "%help", "%limits", "%quit", "%reset", "%undo"] {
        assert!(help.lines().any(|line| line.starts_with(name)), "{help}");
        assert!(wrong.contains(name), "{wrong}");
    }
}

#[test]
fn quit_leaves() {
    for leaving in ["%quit", "exit()", "quit()", "exit", "quit"] {
        assert_eq!(answers(&format!("1\n{leaving}\n2\n")), "1\n", "{leaving}");
    }
}

#[test]
fn variables_are_granted_by_flags() {
    let output = typed(&["--env", "MODE=x=y"], "import os\nos.environ['MODE']\n");
    assert_eq!(stdout(&output), "'x=y'\n");
}

/// A prompt whose stdin stays open.
struct Talk {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Talk {
    fn begin() -> Talk {
        let mut child = fumehood(&["repl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Talk { child, answers }
    }

    fn say(&mut self, lines: &str) {
        self.child.stdin.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    /// The next line of stdout.
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }

    fn interrupt(&self) {
        interrupt(&self.child);
    }

    /// The end of the input: the status, and what was said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let output = self.child.wait_with_output().unwrap();
        self.answers.read_to_end(&mut Vec::new()).unwrap();
        (output.status.code(), stderr(&output))
    }
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn each_line_is_answered_before_the_next_is_there() {
    let mut talk = Talk::begin();
    talk.say("x = 20\nx + 1\n");
    assert_eq!(talk.answer(), "21\n");
    talk.say("import time; print('first'); time.sleep(30)\n");
    assert_eq!(talk.answer(), "first\n", "output is there while the code runs");
    talk.interrupt();
    talk.say("x + 2\n");
    assert_eq!(talk.answer(), "22\n");
    assert_eq!(talk.end().0, Some(0));
}

#[test]
fn interrupting_cancels_the_step_and_keeps_the_session() {
    let mut talk = Talk::begin();
    talk.say("x = 5\nfor i in range(10**12): i or print('ready')\n\n");
    assert_eq!(talk.answer(), "ready\n");
    talk.interrupt();
    talk.say("x\n");
    assert_eq!(talk.answer(), "5\n");
    talk.say("print('ready'); sum(range(10**12))\n");
    assert_eq!(talk.answer(), "ready\n");
    // By then it is in the C library, which does not look.
    std::thread::sleep(Duration::from_millis(500));
    talk.interrupt();
    talk.say("x\n");
    assert_eq!(talk.answer(), "5\n");
    let (status, told) = talk.end();
    assert_eq!(status, Some(0));
    assert!(told.contains("fumehood.Cancelled: the step was cancelled"), "{told}");
    assert!(told.contains("cancelled, but it did not end; rolled back to before it"), "{told}");
}

#[test]
fn interrupting_ends_a_prompt_that_waits_for_a_pipe() {
    let mut talk = Talk::begin();
    talk.say("1\n");
    assert_eq!(talk.answer(), "1\n");
    talk.say("2\n");
    assert_eq!(talk.answer(), "2\n");
    std::thread::sleep(Duration::from_millis(500));
    talk.interrupt();
    let open = talk.child.stdin.take();
    assert_eq!(talk.child.wait().unwrap().code(), Some(130));
    drop(open);
}

/// A prompt in a terminal.
fn begin(state: &Path, flags: &[&str]) -> Terminal {
    let mut command = fumehood(&[&["repl"], flags].concat());
    command.env("XDG_STATE_HOME", state);
    let mut terminal = Terminal::of(command);
    terminal.expect("%help lists the commands\r\n");
    terminal.expect(">>> ");
    terminal
}

#[test]
fn a_terminal_has_prompts_editing_and_completion() {
    let state = tempfile::tempdir().unwrap();
    let mut terminal = begin(state.path(), &[]);
    terminal.press("quantity = 67\x7f\r");
    terminal.expect(">>> ");
    terminal.press("quant\t + 1\r");
    terminal.expect("\r\n7\r\n");
    terminal.expect(">>> ");
    terminal.press("def f():\r");
    terminal.expect("... ");
    terminal.press("\treturn 'f' + 'g'\r");
    terminal.expect("... ");
    terminal.press("\r");
    terminal.expect(">>> ");
    terminal.press("f()\r");
    terminal.expect("\r\n'fg'\r\n");
    terminal.expect(">>> ");
    terminal.press("print(end='open')\r");
    terminal.expect("\r\nopen\r\n");
    terminal.expect(">>> ");
    terminal.press(CTRL_D);
    assert_eq!(terminal.status(), Some(0));
}

#[test]
fn interrupting_in_a_terminal_clears_the_line_or_cancels_the_step() {
    let state = tempfile::tempdir().unwrap();
    let mut terminal = begin(state.path(), &[]);
    terminal.press("def f(");
    terminal.expect("def f(");
    terminal.press(CTRL_C);
    terminal.expect(">>> ");
    terminal.press("def f():\r");
    terminal.expect("... ");
    terminal.press(CTRL_C);
    terminal.expect(">>> ");
    terminal.press("6 * 7\r");
    terminal.expect("\r\n42\r\n");
    terminal.expect(">>> ");
    terminal.press("while print('r' + 'eady') or True: pass\r\r");
    terminal.expect("ready");
    interrupt(&terminal.child);
    terminal.expect("fumehood.Cancelled: the step was cancelled");
    terminal.expect(">>> ");
    terminal.press("_ + 1\r");
    terminal.expect("\r\n43\r\n");
    terminal.expect(">>> ");
    terminal.press("%quit\r");
    assert_eq!(terminal.status(), Some(0));
}

#[test]
fn what_was_typed_is_kept_for_its_owner_alone() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("fumehood/history");
    let mut terminal = begin(state.path(), &[]);
    terminal.press("for i in '12':\r");
    terminal.expect("... ");
    terminal.press("    print(i * 3)\r");
    terminal.expect("... ");
    terminal.press("\r");
    terminal.expect("\r\n222\r\n");
    terminal.expect(">>> ");
    // It is there at once, and not only at the end.
    assert!(std::fs::read_to_string(&file).unwrap().contains("for i in '12'"));
    terminal.press(CTRL_D);
    assert_eq!(terminal.status(), Some(0));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    let mut terminal = begin(state.path(), &[]);
    terminal.press(UP);
    terminal.expect("print(i * 3)");
    terminal.press("\r");
    terminal.expect("... ");
    terminal.press("\r");
    terminal.expect("\r\n111\r\n222\r\n");
    terminal.expect(">>> ");
    terminal.press(CTRL_D);
    assert_eq!(terminal.status(), Some(0));
}

#[test]
fn nothing_is_kept_where_that_is_not_wanted() {
    let state = tempfile::tempdir().unwrap();
    let mut terminal = begin(state.path(), &["--no-history"]);
    terminal.press("6 * 7\r");
    terminal.expect("\r\n42\r\n");
    terminal.expect(">>> ");
    terminal.press(CTRL_D);
    assert_eq!(terminal.status(), Some(0));
    let mut command = fumehood(&["repl"]);
    assert!(command.env("XDG_STATE_HOME", state.path()).output().unwrap().status.success());
    assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 0, "a pipe has no history");
}

# Small command-line tools: shlex splitting and quoting, getopt, string.Template substitution and a cmd interpreter.
import cmd
import getopt
import io
import shlex
import string

line = r'''copy "my file.txt" 'it''s' a\ b --to=/tmp/x  # a comment'''
print(shlex.split(line), shlex.split(line, comments=True)[-1], shlex.split("a 'b\"c' d", posix=False))
print(shlex.quote("it's; rm -rf"), shlex.quote("plain-1.txt"), shlex.join(["echo", "two words", "$HOME", ""]))
lexer = shlex.shlex("x = foo(1, 'two') && y|z", punctuation_chars=True)
print(list(lexer))
try:
    shlex.split("echo 'unclosed")
except ValueError as exc:
    print("ValueError:", exc)
arguments = ["in.txt", "-v", "-o", "out.txt", "--level=3", "--dry-run", "-xy", "--", "-z"]
options, rest = getopt.gnu_getopt(arguments, "vo:xy", ["level=", "dry-run"])
print(options, rest)
try:
    getopt.getopt(["--nope"], "a", ["known"])
except getopt.GetoptError as exc:
    print("GetoptError:", exc, exc.opt)


class Shell(cmd.Cmd):
    prompt = "? "
    use_rawinput = False

    def __init__(self, script):
        self.output = io.StringIO()
        super().__init__(stdin=io.StringIO(script), stdout=self.output)
        self.variables = {}

    def do_set(self, rest):
        """set NAME VALUE: remember a value"""
        name, value = rest.split(maxsplit=1)
        self.variables[name] = value

    def do_echo(self, rest):
        """echo TEXT: print it with $variables"""
        print(string.Template(rest).safe_substitute(self.variables), file=self.output)

    def do_quit(self, rest):
        return True

    def default(self, line):
        print(f"what is {line.split()[0]}?", file=self.output)

    def emptyline(self):
        print("(nothing)", file=self.output)


shell = Shell("set who Ada King\necho hello $who and $other\n\nfly away\nhelp set\nquit\necho never\n")
shell.cmdloop()
for line in shell.output.getvalue().replace(shell.prompt, "").splitlines():
    print("|", line)
print(shell.completenames("e"), shell.parseline("!ls -l"), shell.onecmd("quit"))

#=> ['copy', 'my file.txt', 'its', 'a b', '--to=/tmp/x', '#', 'a', 'comment'] --to=/tmp/x ['a', '\'b"c\'', 'd']
#=> 'it'"'"'s; rm -rf' plain-1.txt echo 'two words' '$HOME' ''
#=> ['x', '=', 'foo', '(', '1', ',', "'two'", ')', '&&', 'y', '|', 'z']
#=> ValueError: No closing quotation
#=> [('-v', ''), ('-o', 'out.txt'), ('--level', '3'), ('--dry-run', ''), ('-x', ''), ('-y', '')] ['in.txt', '-z']
#=> GetoptError: option --nope not recognized nope
#=> | hello Ada King and $other
#=> | (nothing)
#=> | what is fly?
#=> | set NAME VALUE: remember a value
#=> ['echo'] (None, None, '!ls -l') True

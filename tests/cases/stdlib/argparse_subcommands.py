# argparse: subcommands, groups, exclusive options, types, defaults, help text and the errors of wrong use.
import argparse
import contextlib
import io

parser = argparse.ArgumentParser(prog="birds", description="Keep a list of birds.", epilog="That is all.")
parser.add_argument("--verbose", "-v", action="count", default=0)
parser.add_argument("--version", action="version", version="%(prog)s 2.1")
commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
add = commands.add_parser("add", help="add a bird", aliases=["new"])
add.add_argument("name")
add.add_argument("mass", type=float, nargs="?", default=1.0)
add.add_argument("--tag", action="append", default=[], dest="tags")
add.add_argument("--wild", action=argparse.BooleanOptionalAction, default=True)
show = commands.add_parser("show", help="show birds")
kind = show.add_mutually_exclusive_group()
kind.add_argument("--json", action="store_const", const="json", dest="format", default="text")
kind.add_argument("--csv", action="store_const", const="csv", dest="format")
show.add_argument("--limit", type=int, choices=range(1, 6), default=3)
show.add_argument("--sizes", type=int, nargs=2, metavar=("MIN", "MAX"))
show.add_argument("patterns", nargs="*", default=["*"])


def run(*arguments):
    err = io.StringIO()
    try:
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(err):
            return vars(parser.parse_args(arguments))
    except SystemExit as exc:
        return exc.code, err.getvalue().strip().splitlines()[-1]


print(run("-vv", "add", "gull", "1.5", "--tag", "sea", "--tag=big", "--no-wild"))
print(run("new", "tern"))
print(run("show", "--csv", "--limit", "2", "a*", "b?"), run("show", "--sizes", "1", "9")["sizes"])
for arguments in (["add"], ["add", "gull", "heavy"], ["show", "--json", "--csv"], ["show", "--bogus"], ["--version"], []):
    status, text = run(*arguments)
    print(status, text.partition("error: ")[2][:44] or text)
print(parser.format_usage().strip())
print([line.strip() for line in parser.format_help().splitlines() if "bird" in line and "usage" not in line])
known, rest = parser.parse_known_args(["show", "--limit=1", "--later", "x"])
print(known.limit, rest, known.patterns, parser.get_default("verbose"))


def pair(text):
    key, sep, value = text.partition("=")
    if not sep:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


other = argparse.ArgumentParser(exit_on_error=False)
other.add_argument("-D", type=pair, action="append")
print(other.parse_args(["-Da=1", "-D", "b=x=y"]).D)
try:
    other.parse_args(["-D", "oops"])
except argparse.ArgumentError as exc:
    print("ArgumentError:", exc)

#=> {'verbose': 2, 'command': 'add', 'name': 'gull', 'mass': 1.5, 'tags': ['sea', 'big'], 'wild': False}
#=> {'verbose': 0, 'command': 'new', 'name': 'tern', 'mass': 1.0, 'tags': [], 'wild': True}
#=> {'verbose': 0, 'command': 'show', 'format': 'csv', 'limit': 2, 'sizes': None, 'patterns': ['a*', 'b?']} [1, 9]
#=> 2 the following arguments are required: name
#=> 2 argument mass: invalid float value: 'heavy'
#=> 2 argument --csv: not allowed with argument --
#=> 2 unrecognized arguments: --bogus
#=> 0 birds 2.1
#=> 2 the following arguments are required: COMMAN
#=> usage: birds [-h] [--verbose] [--version] COMMAND ...
#=> ['Keep a list of birds.', 'add (new)    add a bird', 'show         show birds']
#=> 1 ['--later'] ['x'] 0
#=> [('a', '1'), ('b', 'x=y')]
#=> ArgumentError: argument -D: 'oops' is not KEY=VALUE

# Reading many files line by line: fileinput with in-place edits, linecache, csv dialect sniffing and line filters.
import csv
import fileinput
import linecache
import os
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    names = []
    for number, text in enumerate(("alpha\nbeta\n", "gamma\n# note\n", "delta"), start=1):
        path = Path(folder, f"part{number}.txt")
        path.write_text(text)
        names.append(str(path))
    with fileinput.input(names) as lines:
        for line in lines:
            print(f"{os.path.basename(lines.filename())}:{lines.filelineno()}/{lines.lineno()} {line.rstrip()}",
                  "first" if lines.isfirstline() else "-")
    with fileinput.input(names[:2], inplace=True, backup=".bak") as lines:
        for line in lines:
            if not line.startswith("#"):
                print(line.upper(), end="")
    print(Path(names[0]).read_text().split(), Path(names[1]).read_text().split())
    print(Path(names[1] + ".bak").read_text().split())
    with fileinput.input(names, openhook=fileinput.hook_encoded("utf-8")) as lines:
        total = 0
        for line in lines:
            if line.startswith("B"):
                lines.nextfile()
                continue
            total += 1
        print(total, os.path.basename(lines.filename()))

    print(repr(linecache.getline(names[0], 2)), repr(linecache.getline(names[0], 99)))
    print(repr(linecache.getline("/no/file", 1)))
    Path(names[0]).write_text("changed\nlines\nhere\n")
    linecache.checkcache(names[0])
    print(linecache.getlines(names[0]), names[0] in linecache.cache)
    linecache.clearcache()

    table = Path(folder, "table.csv")
    table.write_text("name;mass;when\n'gull; big';1,2;2024\ntern;0,1;2023\n")
    with table.open(newline="") as file:
        dialect = csv.Sniffer().sniff(file.read(200), delimiters=";,")
        file.seek(0)
        print(dialect.delimiter, csv.Sniffer().has_header("name,n\nx,1\ny,2\n"))
        reader = csv.reader(file, delimiter=";", quotechar="'")
        print(next(reader), [row for row in reader], reader.line_num)
    csv.register_dialect("pipes", delimiter="|", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    with table.open("w", newline="") as file:
        csv.writer(file, "pipes").writerows([["a", 1], ["b|c", 2.5], ['say "x"', -3]])
    print(table.read_text().splitlines(), [row for row in csv.reader(table.open(), "pipes")])
    for bad in ('a,"b\nc', "a\0b"):
        try:
            print(list(csv.reader([bad], strict=True)))
        except csv.Error as exc:
            print("Error:", "NUL" in str(exc) or "unexpected end" in str(exc))

#=> part1.txt:1/1 alpha first
#=> part1.txt:2/2 beta -
#=> part2.txt:1/3 gamma first
#=> part2.txt:2/4 # note -
#=> part3.txt:1/5 delta first
#=> ['ALPHA', 'BETA'] ['GAMMA']
#=> ['gamma', '#', 'note']
#=> 3 part3.txt
#=> 'BETA\n' ''
#=> ''
#=> ['changed\n', 'lines\n', 'here\n'] True
#=> ; True
#=> ['name', 'mass', 'when'] [['gull; big', '1,2', '2024'], ['tern', '0,1', '2023']] 3
#=> ['"a"|1', '"b|c"|2.5', '"say ""x"""|-3'] [['a', 1.0], ['b|c', 2.5], ['say "x"', -3.0]]
#=> Error: True
#=> [['a\x00b']]

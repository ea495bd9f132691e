# A small command-line report: argparse options, a CSV written under a temporary directory, and pathlib queries.
import argparse
import csv
import io
import tempfile
from pathlib import Path, PurePosixPath

parser = argparse.ArgumentParser(prog="report")
parser.add_argument("files", nargs="+", type=PurePosixPath)
parser.add_argument("-d", "--delimiter", default=",")
parser.add_argument("-n", "--limit", type=int, default=10)
parser.add_argument("-v", "--verbose", action="count", default=0)
parser.add_argument("--sort", choices=["name", "total"], default="name")
args = parser.parse_args(["sales.csv", "old/sales.v2.csv", "-vv", "--limit=2", "--sort", "total", "-d;"])
print(args.files[1].stem, args.files[1].suffixes, args.delimiter, args.limit, args.verbose, args.sort)

rows = [{"name": "Tea; green", "total": 12}, {"name": 'Mug "big"', "total": 7}, {"name": "Plain", "total": 30}]
with tempfile.TemporaryDirectory(dir="/tmp") as folder:
    path = Path(folder) / "out" / "sales.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["name", "total"], delimiter=args.delimiter)
        writer.writeheader()
        writer.writerows(rows)
    print(path.read_bytes())
    with path.open(newline="") as file:
        read = list(csv.DictReader(file, delimiter=args.delimiter))
    for row in sorted(read, key=lambda row: int(row[args.sort]), reverse=True)[: args.limit]:
        print(row)
    (path.parent / "notes.txt").write_text("línea uno\ntwo\n", encoding="utf-8")
    print(sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file()))
    print(path.with_suffix(".bak").name, path.exists(), path.stat().st_size, (path.parent / "notes.txt").stat().st_size)
    path.rename(path.with_name("moved.csv"))
    print(path.exists(), sorted(p.name for p in path.parent.iterdir()))
print(Path(folder).exists(), list(csv.reader(io.StringIO('a,"b,1",""\n"multi\nline",2,3\n'))))

#=> sales.v2 ['.v2', '.csv'] ; 2 2 total
#=> b'name;total\r\n"Tea; green";12\r\n"Mug ""big""";7\r\nPlain;30\r\n'
#=> {'name': 'Plain', 'total': '30'}
#=> {'name': 'Tea; green', 'total': '12'}
#=> ['out/notes.txt', 'out/sales.csv']
#=> sales.bak True 56 15
#=> False ['moved.csv', 'notes.txt']
#=> False [['a', 'b,1', ''], ['multi\nline', '2', '3']]

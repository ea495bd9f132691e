# Parse a web server log with a verbose regular expression and summarise it per path, status and hour.
import re
from collections import Counter, defaultdict
from datetime import datetime

LOG = """\
10.0.0.1 - - [12/Mar/2024:08:15:01 +0000] "GET /index.html HTTP/1.1" 200 5120
10.0.0.2 - ada [12/Mar/2024:08:15:09 +0000] "POST /login HTTP/1.1" 302 0
10.0.0.1 - - [12/Mar/2024:08:59:59 +0000] "GET /logo.png HTTP/1.1" 404 -
this line is damaged
10.0.0.3 - - [12/Mar/2024:09:00:00 +0000] "GET /index.html HTTP/1.1" 200 5120
10.0.0.2 - ada [12/Mar/2024:09:30:30 +0000] "GET /report?year=2024 HTTP/1.1" 500 87
"""
PATTERN = re.compile(r"""
    (?P<ip>\d+(?:\.\d+){3}) \s - \s (?P<user>\S+) \s
    \[(?P<when>[^\]]+)\] \s
    "(?P<method>[A-Z]+) \s (?P<path>[^\s?]+)(?:\?(?P<query>\S*))? \s HTTP/[\d.]+" \s
    (?P<status>\d{3}) \s (?P<size>\d+|-)
""", re.VERBOSE)

statuses, per_path, users = Counter(), defaultdict(int), defaultdict(set)
for number, line in enumerate(LOG.splitlines(), start=1):
    if not (found := PATTERN.fullmatch(line)):
        print(f"line {number} skipped: {line!r}")
        continue
    entry = found.groupdict()
    when = datetime.strptime(entry["when"], "%d/%b/%Y:%H:%M:%S %z")
    statuses[f"{entry['status'][0]}xx"] += 1
    per_path[entry["path"]] += 0 if entry["size"] == "-" else int(entry["size"])
    users[when.hour].add(entry["ip"])
    if entry["query"]:
        print("query:", dict(pair.split("=") for pair in entry["query"].split("&")), "by", entry["user"])

print(sorted(statuses.items()))
for path, size in sorted(per_path.items(), key=lambda item: item[1], reverse=True):
    print(f"{size:>7,} B  {path}")
print({hour: sorted(ips) for hour, ips in users.items()})
print(re.sub(r"(\d+)\.(\d+)\.\d+\.\d+", r"\1.\2.x.x", LOG.splitlines()[0])[:20])

#=> line 4 skipped: 'this line is damaged'
#=> query: {'year': '2024'} by ada
#=> [('2xx', 2), ('3xx', 1), ('4xx', 1), ('5xx', 1)]
#=>  10,240 B  /index.html
#=>      87 B  /report
#=>       0 B  /login
#=>       0 B  /logo.png
#=> {8: ['10.0.0.1', '10.0.0.2'], 9: ['10.0.0.2', '10.0.0.3']}
#=> 10.0.x.x - - [12/Mar

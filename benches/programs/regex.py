"""Regular expressions over a log."""

import re


def program():
    line = '10.0.{}.{} - - [12/Mar/2024:10:{:02}:11] "GET /shop/item/{} HTTP/1.1" {} {}'
    log = "\n".join(
        line.format(n % 256, n % 199, n % 60, n, 200 if n % 9 else 404, n * 31 % 9000) for n in range(4000)
    )
    entry = re.compile(r'^(\S+) \S+ \S+ \[([^\]]+)\] "(\w+) ([^ "]+)[^"]*" (\d{3}) (\d+)$', re.MULTILINE)
    total = sum(int(match[6]) for match in entry.finditer(log) if match[5] == "200")
    return total, len(re.sub(r"\d+", "#", log))

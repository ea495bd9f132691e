# requires: tabulate>=0, regex>=2, tqdm>=4
# Smaller helpers: tabulate in several formats, the regex module beyond re, and tqdm that reports to a buffer.
import io

import regex
from tabulate import tabulate
from tqdm import tqdm, trange

rows = [["tea", 4.5, 10], ["mug", 12, None], ["a | b", -0.25, 1000]]
for style in ("simple", "github", "plain", "grid"):
    print(tabulate(rows, headers=["item", "price", "count"], tablefmt=style, floatfmt=".2f", missingval="-"))
print(tabulate([{"a": 1, "b": "x"}, {"a": 22, "b": "yy"}], headers="keys", tablefmt="presto", stralign="right"))
print(tabulate([[1, 2]], tablefmt="html", headers=["<a>", "b"]).count("<td"))
print(tabulate([], headers=["none"]).splitlines()[0].strip())
print(tabulate([["a long cell of text", 1]], tablefmt="plain", maxcolwidths=[6, None]).splitlines())

print(regex.findall(r"\p{Lu}\p{Ll}+", "Åsa met Émile and bob"))
print(regex.findall(r"\b\w{3}\b", "one two", overlapped=True), regex.findall(r"aa", "aaaa", overlapped=True))
print(regex.search(r"(?:colour){e<=1}", "my color box")[0])
print(regex.fullmatch(r"(?:cats){s<=1}", "cots").fuzzy_counts, regex.match(r"(?P<w>\w)+", "abc").captures("w"))
nested = regex.compile(r"\((?:[^()]++|(?R))*+\)")
print(nested.findall("f(a(b)c) + (d)"), regex.sub(r"(?<year>\d{4})", r"<\g<year>>", "in 2024"))
print(regex.split(r"(?V1)(?=[A-Z])", "camelCaseText"))
print(len(regex.findall(r"\X", "e\u0301👩‍👧!")))
print(regex.fullmatch(r"(?i:straße)", "STRASSE", regex.FULLCASE) is not None)
print(regex.findall(r"[[a-z]--[aeiou]]+", "education", regex.V1))
print(regex.search(r"(?<=a+)b", "aaab").start(), regex.match(r"\L<words>", "tea time", words=["tea", "mug"])[0])
print(regex.findall(r"(?r)\d", "1a2"), regex.escape("a.b c"))
try:
    regex.compile("(unclosed")
except regex.error as exc:
    print("error:", exc)

stream = io.StringIO()
total = 0
style = "{desc}: {percentage:3.0f}% {n_fmt}/{total_fmt}"
for number in tqdm(range(50), desc="adding", file=stream, mininterval=0, bar_format=style):
    total += number
lines = stream.getvalue().replace("\n", "").split("\r")
print(total, lines[1].strip(), lines[-1].strip())
bar = tqdm(total=10, file=io.StringIO(), disable=False)
bar.update(4)
bar.set_postfix(loss=0.5)
print(bar.n, bar.total, bar.postfix, tqdm.format_interval(3725))
print(tqdm.format_sizeof(123456), tqdm.format_num(1234567), list(trange(3, disable=True)))
bar.close()

#=> item      price    count
#=> ------  -------  -------
#=> tea        4.50       10
#=> mug       12.00        -
#=> a | b     -0.25     1000
#=> | item   |   price |   count |
#=> |--------|---------|---------|
#=> | tea    |    4.50 |      10 |
#=> | mug    |   12.00 |       - |
#=> | a | b  |   -0.25 |    1000 |
#=> item      price    count
#=> tea        4.50       10
#=> mug       12.00        -
#=> a | b     -0.25     1000
#=> +--------+---------+---------+
#=> | item   |   price |   count |
#=> +========+=========+=========+
#=> | tea    |    4.50 |      10 |
#=> +--------+---------+---------+
#=> | mug    |   12.00 |       - |
#=> +--------+---------+---------+
#=> | a | b  |   -0.25 |    1000 |
#=> +--------+---------+---------+
#=>    a |   b
#=> -----+-----
#=>    1 |   x
#=>   22 |  yy
#=> 2
#=> none
#=> ['a long  1', 'cell', 'of', 'text']
#=> ['Åsa', 'Émile']
#=> ['one', 'two'] ['aa', 'aa', 'aa']
#=> color
#=> (1, 0, 0) ['a', 'b', 'c']
#=> ['(a(b)c)', '(d)'] in <2024>
#=> ['camel', 'Case', 'Text']
#=> 3
#=> True
#=> ['d', 'c', 't', 'n']
#=> 3 tea
#=> ['2', '1'] a\.b\ c
#=> error: missing ) at position 9
#=> 1225 adding:   0% 0/50 adding: 100% 50/50
#=> 4 10 loss=0.5 1:02:05
#=> 123k 1234567 [0, 1, 2]

# Regular expressions: groups, lookaround, flags, substitution functions, splitting, scanners and error positions.
import re

text = "Order #42 of 2024-03-05, order #7 of 2023-12-31; total: $1,234.50 (EUR 99)"
date = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
print(date.findall(text), [m.span("month") for m in date.finditer(text)], date.search(text).groupdict())
print(re.findall(r"order #(\d+)", text, re.I))
print(re.search(r"\$([\d,]+\.\d\d)", text)[1].replace(",", ""), re.split(r"[;,]\s*", text)[1])
print(date.sub(r"\g<day>.\g<month>.\1", text)[:24], re.subn(r"\d", "#", text, count=3), re.split(r"(\W)", "a-b c"))
print(re.sub(r"#(\d+)", lambda m: f"#{int(m[1]) * 2:03}", text)[:10], re.escape("a.b*c?"), re.fullmatch(r"a+", "aab"))
print(re.findall(r"(?<=\()\w+|\w+(?=:)", text), re.findall(r"\b(?!of)\w{2}\b", text))
print(re.search(r"(?<!\d)\d(?!\d)", text).start())
print(re.findall(r"(\w)\1", "bookkeeper"), re.findall(r"<.+?>", "<a><b>"))
print(re.findall(r"<.+>", "<a><b>"), re.findall("x*", "axb"))
print(re.match(r"(a)|(b)", "b").groups(), re.match(r"(a)?(b)", "b").groups("-"), re.match("(a)(b)?", "a").lastindex)
print(re.findall(r"^\w+", "one\ntwo\n", re.M), re.findall(r"a.c", "a\nc", re.S))
print(bool(re.match(r"\w", "é")), re.match(r"\w", "é", re.A))
print(re.sub(r"(?i:hello) (\w+)", r"Bye \1", "HELLO Bob, hello Eve"))
print(re.sub(r"(?m)^", "> ", "a\nb"), re.findall(r"[^\W\d_]+", "añb_c9"))
print(re.search(r"(?P<quote>['\"]).*?(?P=quote)", "say 'it \"is\"' now")[0], re.search(r"(\()?\d+(?(1)\))", "x(12)")[0])
print(re.findall(r"a++b|c", "aab c"), re.fullmatch(r"(?>a|ab)c", "abc"), re.sub(r"\s+", " ", " a \t\n b ").strip())

TOKENS = [("NUMBER", r"\d+(\.\d*)?"), ("NAME", r"[A-Za-z_]\w*"), ("OP", r"[-+*/=()]"), ("SKIP", r"[ \t]+"), ("BAD", r".")]
master = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in TOKENS))
print([(m.lastgroup, m[0]) for m in master.finditer("rate = 3.5*(x1 + 2)$") if m.lastgroup != "SKIP"])
camel = lambda name: re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name).lower().split()
print(camel("someHTTPRequest_idNumber2Go"), "_".join(camel("parseXmlFile")), re.sub(r"\B(?=(\d{3})+$)", ",", "1234567"))
pattern = re.compile(r"""
    (?P<user>[\w.+-]+) @      # the mailbox
    (?P<host>\w+(\.\w+)+)     # and where it is
""", re.X)
print(pattern.fullmatch("ada.l+x@mail.example.test").group("user", "host"))
print(pattern.groups, pattern.groupindex["host"], pattern.flags & re.X > 0)
print(pattern.match("x a@b.c"), pattern.search("x a@b.c", 3), pattern.search("x a@b.c", 2).string, date.pattern[:9])
for broken in ("(a", "a)", "[b-a]", "*a", r"(?P<x>a)(?P<x>b)", r"\1", "(?<=a*)b"):
    try:
        re.compile(broken)
    except re.error as exc:
        print(f"{broken!r} at {exc.pos}", end="; ")
print(re.compile("a") is re.compile("a"))

#=> [('2024', '03', '05'), ('2023', '12', '31')] [(18, 20), (42, 44)] {'year': '2024', 'month': '03', 'day': '05'}
#=> ['42', '7']
#=> 1234.50 order #7 of 2023-12-31
#=> Order #42 of 05.03.2024, ('Order ### of #024-03-05, order #7 of 2023-12-31; total: $1,234.50 (EUR 99)', 3) ['a', '-', 'b', ' ', 'c']
#=> Order #084 a\.b\*c\? None
#=> ['total', 'EUR'] ['42', '03', '05', '12', '31', '50', '99']
#=> 32
#=> ['o', 'k', 'e'] ['<a>', '<b>']
#=> ['<a><b>'] ['', 'x', '', '']
#=> (None, 'b') ('-', 'b') 1
#=> ['one', 'two'] ['a\nc']
#=> True None
#=> Bye Bob, Bye Eve
#=> > a
#=> > b ['añb', 'c']
#=> 'it "is"' (12)
#=> ['aab', 'c'] None a b
#=> [('NAME', 'rate'), ('OP', '='), ('NUMBER', '3.5'), ('OP', '*'), ('OP', '('), ('NAME', 'x1'), ('OP', '+'), ('NUMBER', '2'), ('OP', ')'), ('BAD', '$')]
#=> ['some', 'httprequest', 'id', 'number2', 'go'] parse_xml_file 1,234,567
#=> ('ada.l+x', 'mail.example.test')
#=> 3 2 True
#=> None None x a@b.c (?P<year>
#=> '(a' at 0; 'a)' at 1; '[b-a]' at 1; '*a' at 0; '(?P<x>a)(?P<x>b)' at 12; '\\1' at 1; '(?<=a*)b' at None; True

# A tour of the string methods used for cleaning, splitting, testing and translating text.
line = "  Name: Ada Lovelace ; born=1815 ; tags=math,poetry  "
print([part.strip() for part in line.split(";")])
key, _, value = line.strip().partition(":")
print(repr(key), repr(value))
print("a.b.c.txt".rpartition("."), "a,b,,c".split(","), " a  b ".split(), "a-b-c-d".rsplit("-", 1))
print("one\ntwo\r\nthree\n".splitlines(), "one\ntwo".splitlines(keepends=True))

print("hello world".title(), "hELLO".capitalize(), "Hello".swapcase(), "Straße".casefold(), "Straße".upper())
print("report.csv".removesuffix(".csv"), "test_login".removeprefix("test_"), "xxabcxx".strip("x"))
print("banana".count("an"), "banana".find("nan"), "banana".rfind("an"), "banana".find("z"), "banana".replace("a", "o", 2))
print("42".zfill(6), "-42".zfill(6), "left".ljust(8, ".") + "|", "right".rjust(8, ".") + "|", "mid".center(9, "*"))

for text in ("abc", "abc1", "123", "½", " ", "", "Title Case", "snake_case"):
    checks = ("isalpha", "isalnum", "isdigit", "isnumeric", "isspace", "istitle", "isidentifier")
    print(f"{text!r:<13}", ", ".join(name for name in checks if getattr(text, name)()) or "-")

table = str.maketrans({"a": "4", "e": "3", "o": None})
print("a good elephant".translate(table), "python".translate(str.maketrans("pt", "PT", "y")))
print("col1\tcol2\tx".expandtabs(8), "%s is %d years, %.1f%%" % ("Bo", 30, 99.5))
print("file.tar.gz".endswith((".gz", ".zip")), "abc" < "abd" < "b", "Z" < "a", "-".join("abc"), "ab" * 3)

#=> ['Name: Ada Lovelace', 'born=1815', 'tags=math,poetry']
#=> 'Name' ' Ada Lovelace ; born=1815 ; tags=math,poetry'
#=> ('a.b.c', '.', 'txt') ['a', 'b', '', 'c'] ['a', 'b'] ['a-b-c', 'd']
#=> ['one', 'two', 'three'] ['one\n', 'two']
#=> Hello World Hello hELLO strasse STRASSE
#=> report login abc
#=> 2 2 3 -1 bonona
#=> 000042 -00042 left....| ...right| ***mid***
#=> 'abc'         isalpha, isalnum, isidentifier
#=> 'abc1'        isalnum, isidentifier
#=> '123'         isalnum, isdigit, isnumeric
#=> '½'           isalnum, isnumeric
#=> ' '           isspace
#=> ''            -
#=> 'Title Case'  istitle
#=> 'snake_case'  isidentifier
#=> 4 gd 3l3ph4nt PThon
#=> col1    col2    x Bo is 30 years, 99.5%
#=> True True True a-b-c ababab

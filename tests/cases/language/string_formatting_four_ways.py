# The four ways to format text: percent, str.format, Template and f-strings, with the same table.
import string

rows = [("tea", 2, 4.5), ("biscuits", 12, 0.75), ("café au lait", 1, 3)]
for name, count, price in rows:
    print("%-14s|%4d|%8.2f" % (name, count, price) == f"{name:<14}|{count:4}|{price:8.2f}"
          == "{:<14}|{:4}|{:8.2f}".format(name, count, price), "%-14s|%4d|%8.2f|" % (name, count, price))

print("%(user)s has %(n)03d%% of %(total)+.1e, %(n)x %(n)#o" % {"user": "ada", "n": 42, "total": 12345.678})
print("%5s|%-5s|%.2s|%r|%a|%c|%c|%%" % ("ab", "ab", "abc", "é", "é", "x", 65), "%*d" % (6, 42), "%i" % 3.99)
print("{0}{1}{0} {name!r:>8} {data[key]} {data[list][1]} {obj.real}".format(
    "a", "b", name="n", data={"key": 1, "list": [2, 3]}, obj=5j + 1))
print("{:{fill}{align}{width}}".format("mid", fill="*", align="^", width=9))
print("{:,} {:_} {:.2%} {:e}".format(1234567, 10**6, 0.5, 1e9))
print("{:>+8.3f}|{:<8b}|{:^8o}|{:08X}|{:=+6d}".format(3.14159, 5, 64, 48879, 42), "{!s} {!r} {!a}".format("é", "é", "é"))

template = string.Template("$who owes $$${amount} to ${who}'s ${missing}")
print(template.safe_substitute(who="Bo", amount="5.00"), template.get_identifiers())
try:
    template.substitute(who="Bo", amount=5)
except KeyError as exc:
    print("KeyError:", exc)


class Roman:
    def __format__(self, spec):
        return {"u": "XIV", "l": "xiv"}.get(spec, "14")


class Safe(dict):
    def __missing__(self, key):
        return f"<{key}?>"


print("{} {:u} {:l}".format(*[Roman()] * 3), "{known} {unknown}".format_map(Safe(known="yes")), format(Roman(), "u"))
for attempt in (lambda: "%d" % "x", lambda: "%s %s" % "one", lambda: "{}{}".format(1), lambda: "{a}".format(),
                lambda: "%y" % 1, lambda: "{:d}".format("a"), lambda: "{0} {}".format(1, 2)):
    try:
        attempt()
    except (TypeError, IndexError, KeyError, ValueError) as exc:
        print(type(exc).__name__, end=" ")
print("all refused")

#=> True tea           |   2|    4.50|
#=> True biscuits      |  12|    0.75|
#=> True café au lait  |   1|    3.00|
#=> ada has 042% of +1.2e+04, 2a 0o52
#=>    ab|ab   |ab|'é'|'\xe9'|x|A|%     42 3
#=> aba      'n' 1 3 1.0
#=> ***mid***
#=> 1,234,567 1_000_000 50.00% 1.000000e+09
#=>   +3.142|101     |  100   |0000BEEF|+   42 é 'é' '\xe9'
#=> Bo owes $5.00 to Bo's ${missing} ['who', 'amount', 'missing']
#=> KeyError: 'missing'
#=> 14 XIV xiv yes <unknown?> XIV
#=> TypeError TypeError IndexError KeyError ValueError ValueError ValueError all refused

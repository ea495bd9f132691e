# Assignment expressions where they help: reading in blocks, regular expressions in a chain, filters and while loops.
import io
import re

source = io.StringIO("alpha=1\nbeta = two\n\n# note\ngamma=3 # trailing\n[section]\n")
entries, section = [], None
while line := source.readline():
    if not (text := line.split("#")[0].strip()):
        continue
    if found := re.fullmatch(r"\[(\w+)\]", text):
        section = found[1]
    elif (found := re.fullmatch(r"(\w+)\s*=\s*(\d+)", text)) and (number := int(found[2])) > 1:
        entries.append((found[1], number))
    elif found:
        entries.append((found[1], "small"))
    else:
        entries.append(("?", text))
print(entries, section)

stream, sizes = io.BytesIO(bytes(range(10))), []
while chunk := stream.read(4):
    sizes.append((len(chunk), sum(chunk)))
print(sizes, chunk)

prices = {"tea": "4.50", "mug": "n/a", "pot": "12"}
print({name: value for name, text in prices.items() if (value := re.sub(r"[^\d.]", "", text)) and float(value) > 4.4})
print([total := 0] and [total := total + n for n in (5, 7, 9)], total)
print(any((word := candidate).startswith("z") for candidate in ("ape", "zebra", "zoo")), word)
print((n := 10) + n, [n := n * 2, n], f"{(half := n / 2):.1f}", half)


def collatz(start):
    steps = [start]
    while (start := start // 2 if start % 2 == 0 else 3 * start + 1) != 1:
        steps.append(start)
    return steps


print(collatz(6), max(len(seq := collatz(k)) for k in range(2, 30)))
for wrong in ("x := 1", "[y := i for y in range(3)]", "[i for i in (j := [1])]", "(a, b := 1, 2)\na"):
    try:
        exec(wrong)
        print("fine:", wrong.split("\n")[0])
    except (SyntaxError, NameError) as exc:
        print(type(exc).__name__, wrong.split("\n")[-1])

#=> [('alpha', 'small'), ('?', 'beta = two'), ('gamma', 3)] section
#=> [(4, 6), (4, 22), (2, 17)] b''
#=> {'tea': '4.50', 'pot': '12'}
#=> [5, 12, 21] 21
#=> True zebra
#=> 20 [20, 20] 10.0 10.0
#=> [6, 3, 10, 5, 16, 8, 4, 2] 111
#=> SyntaxError x := 1
#=> SyntaxError [y := i for y in range(3)]
#=> SyntaxError [i for i in (j := [1])]
#=> NameError a

# Wrap, indent, dedent and shorten paragraphs, and fully justify a column by hand.
import textwrap

QUOTE = """
    The Analytical Engine has no pretensions whatever to originate anything.
    It can do whatever we know how to order it to perform. It can follow analysis;
    but it has no power of anticipating any analytical relations or truths.
"""
text = " ".join(textwrap.dedent(QUOTE).split())

print(textwrap.fill(text, width=40, initial_indent="  * ", subsequent_indent="    "))
print(textwrap.shorten(text, width=50, placeholder=" [...]"))
print(textwrap.indent("first\n\nsecond", "> "))
print(textwrap.wrap("a supercalifragilistic well-known word", width=12))
print(textwrap.wrap("a supercalifragilistic well-known word", width=12, break_long_words=False, break_on_hyphens=False))


def justify(words, width):
    lines, line = [], []
    for word in words:
        if sum(map(len, line)) + len(line) + len(word) > width:
            gaps, spare = len(line) - 1, width - sum(map(len, line))
            for spot in range(spare):
                line[spot % gaps if gaps else 0] += " "
            lines.append("".join(line))
            line = []
        line.append(word)
    return lines + [" ".join(line)]


for line in justify(text.split(), 34):
    print(f"|{line:<34}|")
left, right = textwrap.wrap(text[:120], 24), textwrap.wrap("Notes by the translator, Ada Lovelace, printed in 1843.", 20)
for index in range(max(len(left), len(right))):
    row = (left[index : index + 1] or [""])[0].ljust(26) + (right[index : index + 1] or [""])[0].rjust(20)
    print(row.rstrip())

#=>   * The Analytical Engine has no
#=>     pretensions whatever to originate
#=>     anything. It can do whatever we know
#=>     how to order it to perform. It can
#=>     follow analysis; but it has no power
#=>     of anticipating any analytical
#=>     relations or truths.
#=> The Analytical Engine has no pretensions [...]
#=> > first
#=>
#=> > second
#=> ['a supercalif', 'ragilistic', 'well-known', 'word']
#=> ['a', 'supercalifragilistic', 'well-known', 'word']
#=> |The   Analytical   Engine  has  no|
#=> |pretensions  whatever to originate|
#=> |anything.  It  can  do whatever we|
#=> |know  how  to order it to perform.|
#=> |It can follow analysis; but it has|
#=> |no   power   of  anticipating  any|
#=> |analytical relations or truths.   |
#=> The Analytical Engine             Notes by the
#=> has no pretensions             translator, Ada
#=> whatever to originate     Lovelace, printed in
#=> anything. It can do                      1843.
#=> whatever we know how to
#=> order it to p

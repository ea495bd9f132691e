# Levenshtein distance with the edit script recovered, and a spelling suggester built on it.
from difflib import SequenceMatcher, get_close_matches


def edit_table(source, target):
    table = [list(range(len(target) + 1))]
    for i, a in enumerate(source, start=1):
        row = [i]
        for j, b in enumerate(target, start=1):
            row.append(min(table[-1][j] + 1, row[-1] + 1, table[-1][j - 1] + (a != b)))
        table.append(row)
    return table


def edits(source, target):
    table, i, j, steps = edit_table(source, target), len(source), len(target), []
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (source[i - 1] != target[j - 1]):
            i, j = i - 1, j - 1
            if source[i] != target[j]:
                steps.append(f"{source[i]}->{target[j]}")
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            steps.append(f"-{source[i]}")
        else:
            j -= 1
            steps.append(f"+{target[j]}")
    return steps[::-1]


for pair in [("kitten", "sitting"), ("saturday", "sunday"), ("", "abc"), ("same", "same")]:
    print(pair, edit_table(*pair)[-1][-1], edits(*pair))
words = ["python", "panda", "pandas", "numpy", "jupyter", "scipy"]
for typo in ("pyhton", "pnadas", "numpi", "sipy"):
    best = min(words, key=lambda word: (edit_table(typo, word)[-1][-1], word))
    print(f"{typo} -> {best} {get_close_matches(typo, words, n=1)}")
print([tag for tag, *_ in SequenceMatcher(None, "abcd", "bxcd").get_opcodes()])

#=> ('kitten', 'sitting') 3 ['k->s', 'e->i', '+g']
#=> ('saturday', 'sunday') 3 ['-a', '-t', 'r->n']
#=> ('', 'abc') 3 ['+a', '+b', '+c']
#=> ('same', 'same') 0 []
#=> pyhton -> python ['python']
#=> pnadas -> pandas ['pandas']
#=> numpi -> numpy ['numpy']
#=> sipy -> scipy ['scipy']
#=> ['delete', 'equal', 'insert', 'equal']

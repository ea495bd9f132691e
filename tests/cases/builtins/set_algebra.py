# Set algebra on course enrolments: union, intersection, difference, subsets, frozensets and power sets.
from itertools import chain, combinations

math = {"ana", "bo", "cy", "dee"}
art = {"cy", "dee", "eve"}
music = frozenset({"dee", "fay"})


def show(label, members):
    print(f"{label:<24}{', '.join(sorted(members)) or '(none)'}")


show("either", math | art)
show("both", math & art)
show("only math", math - art)
show("exactly one", math ^ art)
show("all three", math & art & music)
show("any of three", set().union(math, art, music))
show("method takes iterables", math.intersection(["cy", "zed"], "cy dee".split()))

print({"cy"} < art, art <= art, art < art, math.isdisjoint(music - {"dee"}), music == {"fay", "dee"})
print(type(math | music).__name__, type(music | math).__name__, len({music, frozenset(["fay", "dee"])}))

art.add("gil")
art.discard("nobody")
art -= {"eve"}
art.update("hal ida".split(), ["jo"])
show("art now", art)
try:
    art.remove("nobody")
except KeyError as exc:
    print("KeyError:", exc)

items = sorted(music | {"ana"})
powerset = chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))
print([tuple(subset) for subset in powerset])
print(sorted({n * n % 10 for n in range(10)}), sorted(set("mississippi")), len({1, 1.0, True, "1"}))

#=> either                  ana, bo, cy, dee, eve
#=> both                    cy, dee
#=> only math               ana, bo
#=> exactly one             ana, bo, eve
#=> all three               dee
#=> any of three            ana, bo, cy, dee, eve, fay
#=> method takes iterables  cy
#=> True True False True True
#=> set frozenset 1
#=> art now                 cy, dee, gil, hal, ida, jo
#=> KeyError: 'nobody'
#=> [(), ('ana',), ('dee',), ('fay',), ('ana', 'dee'), ('ana', 'fay'), ('dee', 'fay'), ('ana', 'dee', 'fay')]
#=> [0, 1, 4, 5, 6, 9] ['i', 'm', 'p', 's'] 2

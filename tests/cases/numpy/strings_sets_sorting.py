# requires: numpy>=2
# Unique values, set operations, searching, histogram counts, and vectorised string functions.
import numpy as np

visits = np.array(["home", "shop", "home", "help", "shop", "home"])
values, first, inverse, counts = np.unique(visits, return_index=True, return_inverse=True, return_counts=True)
print(dict(zip(values.tolist(), counts.tolist())), first.tolist(), inverse.tolist())
print(np.strings.upper(visits[:2]).tolist(), np.char.add(visits[:2], "!").tolist(), np.strings.str_len(visits[-2:]).tolist())
print(np.strings.startswith(visits, "h").tolist(), np.char.replace(visits[1], "sh", "dr").item())

a, b = np.array([5, 1, 3, 1, 7]), np.array([7, 2, 3])
print(np.union1d(a, b).tolist(), np.intersect1d(a, b).tolist(), np.setdiff1d(a, b).tolist(), np.isin(a, b).tolist())

ordered = np.sort(a)
print(ordered.tolist(), np.searchsorted(ordered, [0, 1, 4, 9]).tolist(), np.searchsorted(ordered, 1, side="right").item())
print(np.argsort([30, 10, 20]).tolist(), np.lexsort(([2, 1, 3], [1, 1, 0])).tolist(), np.sort(np.partition(a, 2)[:2]).tolist())

ages = np.array([3, 17, 25, 25, 42, 64, 65, 90])
counts, edges = np.histogram(ages, bins=[0, 18, 65, 100])
print(counts.tolist(), edges.tolist(), np.digitize(ages, [18, 65]).tolist())
print(np.bincount([0, 1, 1, 3], minlength=5).tolist(), np.bincount([0, 1, 1], weights=[0.5, 1, 2]).tolist())

labels = np.select([ages < 18, ages < 65], ["child", "adult"], default="senior")
for label in ("child", "adult", "senior"):
    chosen = ages[labels == label]
    print(f"{label:<7}{chosen.size} mean {chosen.mean():.2f} oldest {chosen.max()}")
print(np.flatnonzero(np.diff(ages) == 0).tolist(), np.take(labels, [0, -1]).tolist(), np.unravel_index(5, (2, 3))[1].item())

#=> {'help': 1, 'home': 3, 'shop': 2} [3, 0, 1] [1, 2, 1, 0, 2, 1]
#=> ['HOME', 'SHOP'] ['home!', 'shop!'] [4, 4]
#=> [True, False, True, True, False, True] drop
#=> [1, 2, 3, 5, 7] [3, 7] [1, 5] [False, False, True, False, True]
#=> [1, 1, 3, 5, 7] [0, 0, 3, 5] 2
#=> [1, 2, 0] [2, 1, 0] [1, 1]
#=> [2, 4, 2] [0, 18, 65, 100] [0, 0, 1, 1, 1, 1, 2, 2]
#=> [1, 2, 0, 1, 0] [0.5, 3.0]
#=> child  2 mean 10.00 oldest 17
#=> adult  4 mean 39.00 oldest 64
#=> senior 2 mean 77.50 oldest 90
#=> [2] ['child', 'senior'] 2

# requires: numpy>=2
# Selecting: masks, index arrays, where, take and put, assignment through an index, and views against copies.
import numpy as np

table = np.arange(24, dtype=np.int64).reshape(4, 6)
print(table[table % 5 == 0].tolist(), table[[0, -1], [1, 2]].tolist(), table[np.ix_([0, 2], [1, 3])].tolist())
print(table[1:3, ::2].tolist(), table[..., -1].tolist())
print(table[:, np.newaxis, 0].shape, table[table[:, 0] > 5][:, :2].tolist())

view, copy = table[1], table[[1]]
view[0], copy[0, 0] = 100, 200
print(table[1, 0], np.shares_memory(view, table), np.shares_memory(copy, table), table[::2].base is not None)
table[table > 20] = -1
table[:, 5] += 1000
print(table[:2].tolist(), np.count_nonzero(table < 0), np.where(table < 0, 0, table).max())

scores = np.array([55.0, 91.5, np.nan, 78.0, 62.5])
print(np.nanmean(scores), np.nanargmax(scores))
print(np.isnan(scores).nonzero()[0].tolist(), np.nan_to_num(scores, nan=0).sum())
print(np.select([scores >= 90, scores >= 60], ["A", "B"], default="C").tolist(), np.clip(scores[[0, 1]], 60, 90).tolist())
rows, columns = np.nonzero(np.eye(3, dtype=bool)[:, ::-1])
print(list(zip(rows.tolist(), columns.tolist())), np.argwhere(np.array([[0, 3], [4, 0]])).tolist())

totals = np.zeros(4, dtype=np.int64)
totals[[0, 1, 1, 3]] += 1
print(totals.tolist(), end=" ")
np.add.at(totals, [0, 1, 1, 3], 10)
print(totals.tolist())
letters = np.array(list("hello"))
letters[np.flatnonzero(letters == "l")[0]] = "L"
print("".join(letters), np.take([10, 20, 30], [2, 0, 5], mode="wrap").tolist())
print(np.choose([0, 1, 1], [[1, 2, 3], [10, 20, 30]]).tolist())
mask = np.tri(3, dtype=bool)
print(mask.astype(int).tolist(), np.arange(9).reshape(3, 3)[mask].tolist())
print(np.any(mask, axis=0).tolist(), (~mask).sum().item())
for attempt in (lambda: table[4], lambda: table[[True, False]], lambda: table[1.0], lambda: table.reshape(5, 5)):
    try:
        attempt()
    except (IndexError, ValueError) as exc:
        print(type(exc).__name__, end=" ")
print(np.delete(np.arange(6), [1, 3]).tolist(), np.insert([1, 2], 1, [9, 8]).tolist())
print(np.argmax([[1, 9], [7, 3]], axis=1).tolist())

#=> [0, 5, 10, 15, 20] [1, 20] [[1, 3], [13, 15]]
#=> [[6, 8, 10], [12, 14, 16]] [5, 11, 17, 23]
#=> (4, 1) [[6, 7], [12, 13], [18, 19]]
#=> 100 True False True
#=> [[0, 1, 2, 3, 4, 1005], [-1, 7, 8, 9, 10, 1011]] 3 1017
#=> 71.75 1
#=> [2] 287.0
#=> ['C', 'A', 'C', 'B', 'B'] [60.0, 90.0]
#=> [(0, 2), (1, 1), (2, 0)] [[0, 1], [1, 0]]
#=> [1, 1, 0, 1] [11, 21, 0, 11]
#=> heLlo [30, 10, 30]
#=> [1, 20, 30]
#=> [[1, 0, 0], [1, 1, 0], [1, 1, 1]] [0, 3, 4, 6, 7, 8]
#=> [True, True, True] 3
#=> IndexError IndexError IndexError ValueError [0, 2, 4, 5] [1, 9, 8, 2]
#=> [1, 0]

# requires: numpy>=2
# NumPy arrays: shapes, broadcasting, slicing views against copies, boolean masks and fancy indexing.
import numpy as np

grid = np.arange(12, dtype=np.int64).reshape(3, 4)
print(grid.shape, grid.ndim, grid.size, grid.dtype.name, grid.T.shape)
print((grid + np.array([10, 20, 30, 40])).tolist())
print((grid * np.array([[1], [0], [-1]])).tolist())

view, copy = grid[1:, ::2], grid[1:, ::2].copy()
view[0, 0] = 99
print(grid.tolist(), copy.tolist(), bool(np.shares_memory(view, grid)))

mask = grid % 3 == 0
print(grid[mask].tolist(), int(mask.sum()), np.argwhere(mask)[:2].tolist())
grid[grid > 50] = -1
print(grid[[2, 0], [3, 1]].tolist(), grid[:, [3, 0]].tolist(), grid[-1, -1].item())

table = np.add.outer(np.arange(1, 4), np.arange(0, 30, 10))
print(table.tolist(), table[..., np.newaxis].shape)
print(np.where(grid < 0, 0, grid).max(axis=1).tolist(), np.clip(grid, 2, 8)[0].tolist())
print(np.concatenate([grid[:1], grid[2:]]).tolist(), np.stack([grid[0], grid[2]], axis=1).shape)
print(np.split(np.arange(9), 3)[1].tolist(), np.repeat([1, 2], [3, 1]).tolist(), np.tile([0, 1], 2).tolist())
try:
    grid + np.ones(3)
except ValueError as exc:
    print("ValueError:", str(exc).split("(")[0].strip())

#=> (3, 4) 2 12 int64 (4, 3)
#=> [[10, 21, 32, 43], [14, 25, 36, 47], [18, 29, 40, 51]]
#=> [[0, 1, 2, 3], [0, 0, 0, 0], [-8, -9, -10, -11]]
#=> [[0, 1, 2, 3], [99, 5, 6, 7], [8, 9, 10, 11]] [[4, 6], [8, 10]] True
#=> [0, 3, 99, 6, 9] 5 [[0, 0], [0, 3]]
#=> [11, 1] [[3, 0], [7, -1], [11, 8]] 11
#=> [[1, 11, 21], [2, 12, 22], [3, 13, 23]] (3, 3, 1)
#=> [3, 7, 11] [2, 2, 2, 3]
#=> [[0, 1, 2, 3], [8, 9, 10, 11]] (4, 2)
#=> [3, 4, 5] [1, 1, 1, 2] [0, 1, 0, 1]
#=> ValueError: operands could not be broadcast together with shapes

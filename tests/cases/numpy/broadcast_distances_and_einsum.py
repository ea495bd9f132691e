# requires: numpy>=2
# Broadcasting instead of loops: distance matrices, outer products, normalising, einsum and tensor products.
import numpy as np

cities = {"Oslo": (59.91, 10.75), "Rome": (41.9, 12.5), "Lima": (-12.05, -77.04)}
angles = np.radians(np.array(list(cities.values())))
latitude, longitude = angles[:, 0], angles[:, 1]
half = np.sin((latitude[:, None] - latitude) / 2) ** 2
half += np.cos(latitude)[:, None] * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
kilometres = 2 * 6371 * np.arcsin(np.sqrt(half))
for name, row in zip(cities, kilometres):
    print(f"{name:<5}", " ".join(f"{value:8.1f}" for value in row))

points = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
gaps = np.linalg.norm(points[:, None, :] - points[None, :, :], axis=-1)
print(gaps.tolist(), np.where(np.eye(3) > 0, np.inf, gaps).argmin(axis=1).tolist())

data = np.array([[1.0, 200.0], [2.0, 300.0], [3.0, 700.0]])
scaled = (data - data.mean(axis=0)) / data.std(axis=0)
print(scaled.round(3).tolist(), np.allclose(scaled.mean(axis=0), 0))
print((data / data.sum(axis=1, keepdims=True)).round(3)[0].tolist())

a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
print(np.einsum("ij,jk->ik", a, b).tolist() == (a @ b).tolist())
print(np.einsum("ii->", np.eye(4)), np.einsum("ij->j", a).tolist())
print(np.einsum("i,j->ij", [1, 2], [3, 4]).tolist(), np.outer([1, 2], [3, 4]).tolist(), np.tensordot(a, b, axes=1).shape)
batch = np.arange(24.0).reshape(4, 2, 3)
print((batch @ np.ones((3, 1))).squeeze().tolist())
print(np.einsum("bij,bij->b", batch, batch).tolist(), np.matmul(a, a.T).tolist())
print(np.broadcast_shapes((3, 1), (1, 4)), np.broadcast_to([1, 2], (3, 2)).tolist(), np.kron([1, 10], [1, 2]).tolist())
print(np.add.outer([0, 10], [1, 2, 3]).tolist(), np.subtract.reduce([10, 3, 2]).item())
print(np.multiply.accumulate([1, 2, 3, 4]).tolist())
print(np.meshgrid([1, 2, 3], [10, 20])[1].tolist(), np.logaddexp(0, 0).round(6), np.vander([2.0, 3.0], 3).tolist())
try:
    np.ones((2, 3)) + np.ones((2, 2))
except ValueError as exc:
    print("ValueError:", str(exc).strip())

#=> Oslo       0.0   2006.2  11042.4
#=> Rome    2006.2      0.0  10861.1
#=> Lima   11042.4  10861.1      0.0
#=> [[0.0, 5.0, 10.0], [5.0, 0.0, 5.0], [10.0, 5.0, 0.0]] [1, 0, 1]
#=> [[-1.225, -0.926], [0.0, -0.463], [1.225, 1.389]] True
#=> [0.005, 0.995]
#=> True
#=> 4.0 [3.0, 5.0, 7.0]
#=> [[3, 4], [6, 8]] [[3, 4], [6, 8]] (2, 4)
#=> [[3.0, 12.0], [21.0, 30.0], [39.0, 48.0], [57.0, 66.0]]
#=> [55.0, 451.0, 1279.0, 2539.0] [[5.0, 14.0], [14.0, 50.0]]
#=> (3, 4) [[1, 2], [1, 2], [1, 2]] [1, 2, 10, 20]
#=> [[1, 2, 3], [11, 12, 13]] 5
#=> [1, 2, 6, 24]
#=> [[10, 10, 10], [20, 20, 20]] 0.693147 [[4.0, 2.0, 1.0], [9.0, 3.0, 1.0]]
#=> ValueError: operands could not be broadcast together with shapes (2,3) (2,2)

# requires: numpy>=2
# Applications of linear algebra: a Markov chain, PageRank, a rotation, principal components and a spring network.
import numpy as np

weather = np.array([[0.8, 0.15, 0.05], [0.2, 0.6, 0.2], [0.25, 0.25, 0.5]])
print(np.linalg.matrix_power(weather, 3).round(4)[0].tolist(), np.allclose(weather.sum(axis=1), 1))
values, vectors = np.linalg.eig(weather.T)
steady = np.real(vectors[:, np.argmin(np.abs(values - 1))])
steady /= steady.sum()
print(steady.round(5).tolist(), np.allclose(steady @ weather, steady), np.sort(values.real).round(4)[-1])

links = {0: [1, 2], 1: [2], 2: [0], 3: [0, 2]}
matrix = np.zeros((4, 4))
for source, targets in links.items():
    matrix[targets, source] = 1 / len(targets)
rank = np.full(4, 0.25)
for step in range(100):
    new = 0.15 / 4 + 0.85 * matrix @ rank
    if np.abs(new - rank).sum() < 1e-10:
        break
    rank = new
print(rank.round(4).tolist(), rank.argsort()[::-1].tolist(), 20 < step < 100)

angle = np.pi / 6
rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
square = np.array([[0, 0], [2, 0], [2, 1], [0, 1]], dtype=float)
turned = square @ rotation.T
area = 0.5 * abs(np.dot(turned[:, 0], np.roll(turned[:, 1], 1)) - np.dot(turned[:, 1], np.roll(turned[:, 0], 1)))
print(turned.round(4).tolist()[2], round(area, 6), np.linalg.det(rotation).round(6))
print(np.allclose(rotation @ rotation.T, np.eye(2)))

body = np.array([[170, 65, 9.0], [180, 81, 10], [160, 55, 8], [175, 70, 9.5], [185, 90, 10.5]])
centred = body - body.mean(axis=0)
u, s, vt = np.linalg.svd(centred, full_matrices=False)
explained = s**2 / (s**2).sum()
print(explained.round(4).tolist(), np.abs(vt[0]).round(3).tolist(), np.linalg.matrix_rank(centred, tol=1e-8))
rebuilt = (u[:, :1] * s[:1]) @ vt[:1] + body.mean(axis=0)
print(np.abs(rebuilt - body).max().round(2), np.corrcoef(body.T).round(3)[0].tolist())

stiffness = 2 * np.eye(5) - np.eye(5, k=1) - np.eye(5, k=-1)
shift = np.linalg.solve(stiffness, np.ones(5))
print(shift.round(3).tolist(), np.linalg.eigvalsh(stiffness).round(4).tolist())
print(np.linalg.cholesky(stiffness)[1, :2].round(4).tolist())
print(np.linalg.pinv(np.array([[1.0, 2], [2, 4], [3, 6]])).round(4).tolist())
print(np.trace(stiffness), np.linalg.slogdet(stiffness)[1].round(6))

#=> [0.6143, 0.2596, 0.1261] True
#=> [0.52174, 0.30435, 0.17391] True 1.0
#=> [0.3797, 0.1989, 0.3839, 0.0375] [2, 0, 1, 3] True
#=> [1.2321, 1.866] 2.0 1.0
#=> True
#=> [0.9918, 0.0082, 0.0] [0.572, 0.818, 0.057] 2
#=> 1.7 [1.0, 0.982, 1.0]
#=> [2.5, 4.0, 4.5, 4.0, 2.5] [0.2679, 1.0, 2.0, 3.0, 3.7321]
#=> [-0.7071, 1.2247]
#=> [[0.0143, 0.0286, 0.0429], [0.0286, 0.0571, 0.0857]]
#=> 10.0 1.791759

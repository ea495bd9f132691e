# requires: numpy>=2, scipy>=1
# Sparse matrices, shortest paths on them, spatial trees, hulls and hierarchical clusters.
import numpy as np
from scipy import sparse
from scipy.cluster import hierarchy, vq
from scipy.sparse import csgraph, linalg
from scipy.spatial import ConvexHull, Delaunay, KDTree, distance

matrix = sparse.csr_array(np.array([[4.0, 0, 1], [0, 3, 0], [1, 0, 2]]))
print(matrix.nnz, matrix.data.tolist(), (matrix @ np.ones(3)).tolist())
print((matrix.T @ matrix).toarray().tolist()[0], matrix.format)
coo = sparse.coo_array(([1.0, 2.0, 3.0], ([0, 1, 1], [2, 0, 0])), shape=(2, 3))
print(coo.toarray().tolist(), coo.tocsr().sum(axis=1).tolist())
print(sparse.kron(sparse.coo_array([[1, 2]]), sparse.coo_array([[1], [0]])).toarray().tolist())
laplace = sparse.diags_array([-1, 2, -1], offsets=[-1, 0, 1], shape=(50, 50), format="csc", dtype=float)
solved = linalg.spsolve(laplace, np.ones(50))
print(solved.max().round(4), np.allclose(laplace @ solved, 1))
print(linalg.eigsh(laplace, k=2, sigma=0, return_eigenvectors=False).round(5).tolist())
steps, info = linalg.cg(laplace, np.ones(50), rtol=1e-10)
print(info, np.allclose(steps, solved), linalg.norm(laplace).round(4))
print(laplace.toarray()[1, :3].tolist())

roads = np.array([[0, 7, 0, 2], [0, 0, 1, 0], [0, 0, 0, 0], [0, 3, 8, 0]])
lengths, before = csgraph.dijkstra(sparse.csr_array(roads), indices=0, return_predecessors=True)
print(lengths.tolist(), before.tolist(), csgraph.floyd_warshall(roads)[3].tolist())
parts, labels = csgraph.connected_components(sparse.csr_array([[0, 1, 0], [0, 0, 0], [0, 0, 0]]), directed=False)
print(parts, labels.tolist(), csgraph.minimum_spanning_tree(roads).sum())
print(csgraph.breadth_first_order(sparse.csr_array(roads), 0)[0].tolist())

points = np.array([[0, 0], [1, 0], [0, 1], [10, 10], [11, 10], [10, 11.0], [0.4, 0.3]])
tree = KDTree(points)
print(tree.query([9, 9])[1], tree.query([0.1, 0.1], k=2)[1].tolist())
print(sorted(tree.query_ball_point([0, 0], 1.1)), len(tree.query_pairs(1.05)))
hull = ConvexHull(points)
print(sorted(hull.vertices.tolist()), round(hull.volume, 3), round(hull.area, 3))
print(Delaunay(points[:3]).find_simplex([[0.2, 0.2], [5, 5]]).tolist())
links = hierarchy.linkage(points, method="average")
print(hierarchy.fcluster(links, 2, criterion="maxclust").tolist())
print(links[-1, 2].round(3), hierarchy.leaves_list(links).size)
centres, _ = vq.kmeans(points, points[[0, 3]])
print(centres[centres[:, 0].argsort()].round(2).tolist())
print(vq.vq(points, centres)[0].tolist() in ([0, 0, 0, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0, 1]))
print(distance.cdist([[0, 0]], [[3, 4], [1, 1]], "cityblock").tolist(), distance.pdist(points[:3]).round(4).tolist())
print(distance.cosine([1, 0], [0, 1]))
print(distance.jaccard([1, 0, 1], [1, 1, 1]).round(4))

#=> 5 [4.0, 1.0, 3.0, 1.0, 2.0] [5.0, 3.0, 3.0]
#=> [17.0, 0.0, 6.0] csr
#=> [[0.0, 0.0, 1.0], [5.0, 0.0, 0.0]] [1.0, 5.0]
#=> [[1, 2], [0, 0]]
#=> 325.0 True
#=> [0.00379, 0.01516]
#=> 0 True 17.2627
#=> [-1.0, 2.0, -1.0]
#=> [0.0, 5.0, 6.0, 2.0] [-9999, 3, 1, 0] [inf, 3.0, 4.0, 0.0]
#=> 2 [0, 0, 1] 6.0
#=> [0, 1, 3, 2]
#=> 3 [0, 6]
#=> [0, 1, 2, 6] 7
#=> [0, 1, 2, 4, 5] 20.5 31.698
#=> [0, -1]
#=> [1, 1, 1, 2, 2, 2, 1]
#=> 14.157 7
#=> [[0.35, 0.32], [10.33, 10.33]]
#=> True
#=> [[7.0, 2.0]] [1.0, 1.0, 1.4142]
#=> 1.0
#=> 0.3333

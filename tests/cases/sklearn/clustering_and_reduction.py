# requires: numpy>=2, sklearn>=1
# Unsupervised learning: k-means, density clusters, principal components, silhouettes and nearest neighbours.
import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

points, truth = make_blobs(90, centers=[[0, 0], [6, 0], [3, 6]], cluster_std=0.6, random_state=4)
kmeans = KMeans(3, n_init=5, random_state=0).fit(points)
centres = kmeans.cluster_centers_[kmeans.cluster_centers_.sum(axis=1).argsort()]
print(np.abs(centres.round(1)).tolist(), adjusted_rand_score(truth, kmeans.labels_), np.bincount(kmeans.labels_).tolist())
print([KMeans(k, n_init=3, random_state=0).fit(points).inertia_ > 200 for k in (1, 2, 3)])
print(round(float(silhouette_score(points, kmeans.labels_)), 2))
new = kmeans.predict([[0.2, 0.1], [5.5, 0.5]])
print(new[0] != new[1], new[0] == kmeans.labels_[truth == 0][0], kmeans.transform([[0, 0]]).shape)

noisy = np.vstack([points, [[20, 20], [-15, 4]]])
dense = DBSCAN(eps=1.0, min_samples=4).fit(noisy)
print(sorted(set(dense.labels_.tolist())), dense.labels_[-2:].tolist())
print(adjusted_rand_score(truth, dense.labels_[:-2]) > 0.95)
print(adjusted_rand_score(truth, AgglomerativeClustering(3).fit_predict(points)))
print(np.bincount(GaussianMixture(3, random_state=0).fit(points).predict(points)).tolist())

base = np.linspace(-1, 1, 40)
table = np.column_stack([base, 2 * base + 0.01 * np.sin(50 * base), -base, 0.05 * np.cos(20 * base)])
pca = PCA().fit(table)
print(pca.explained_variance_ratio_.round(4).tolist(), np.abs(pca.components_[0]).round(3).tolist(), pca.n_components_)
reduced = PCA(0.99).fit(table)
print(reduced.n_components_, np.abs(reduced.inverse_transform(reduced.transform(table)) - table).max() < 0.1)
print(reduced.transform(table[:1]).shape)
print(TruncatedSVD(1, random_state=0).fit(table).explained_variance_ratio_.round(3).tolist())
print(np.allclose(pca.transform(table).mean(axis=0), 0))
neighbours = NearestNeighbors(n_neighbors=3).fit(points)
distances, indices = neighbours.kneighbors(points[:2])
print(indices[:, 0].tolist(), distances[:, 0].tolist(), (truth[indices] == truth[:2, None]).all())
print(neighbours.radius_neighbors([[0, 0]], 0.01)[1][0].size)

#=> [[0.0, 0.0], [6.1, 0.0], [3.1, 5.9]] 1.0 [30, 30, 30]
#=> [True, True, False]
#=> 0.83
#=> True True (1, 3)
#=> [-1, 0, 1, 2] [-1, -1]
#=> True
#=> 1.0
#=> [30, 30, 30]
#=> [0.9994, 0.0006, 0.0, 0.0] [0.408, 0.816, 0.408, 0.0] 4
#=> 1 True
#=> (1, 1)
#=> [0.999]
#=> True
#=> [0, 1] [0.0, 0.0] True
#=> 0

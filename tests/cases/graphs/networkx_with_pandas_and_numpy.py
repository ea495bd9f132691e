# requires: numpy>=2, pandas>=2, scipy>=1, networkx>=3
# Graphs from tables and matrices: edge lists, adjacency, spectra, layouts and random walks.
import networkx as nx
import numpy as np
import pandas as pd

table = pd.DataFrame({"source": ["oslo", "oslo", "rome", "bern"], "target": ["rome", "bern", "bern", "lima"],
                      "km": [2006, 1440, 690, 10700], "line": ["a", "b", "a", "c"]})
flights = nx.from_pandas_edgelist(table, edge_attr=["km", "line"])
print(flights.edges["oslo", "bern"], sorted(flights), flights.size(weight="km"))
print(nx.to_pandas_edgelist(flights).sort_values("km")["line"].tolist())
print(nx.to_pandas_adjacency(flights, weight="km").loc["rome", "bern"])
degrees = pd.Series(dict(flights.degree), name="degree").sort_values(ascending=False, kind="stable")
print(degrees.to_dict(), table.groupby("line")["km"].sum().to_dict())

matrix = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])
graph = nx.from_numpy_array(matrix)
print(nx.to_numpy_array(graph, dtype=int).tolist() == matrix.tolist())
print(np.linalg.matrix_power(matrix, 3).diagonal().tolist())
laplacian = nx.laplacian_matrix(graph).toarray()
print(laplacian.tolist(), np.abs(np.linalg.eigvalsh(laplacian.astype(float)).round(4)).tolist())
print(round(nx.algebraic_connectivity(graph, method="lanczos"), 4))
trees = round(np.linalg.det(laplacian[1:, 1:].astype(float)))
print("spanning trees:", trees, nx.adjacency_matrix(graph).nnz, nx.incidence_matrix(graph).toarray().sum(axis=0).tolist())
vector = nx.eigenvector_centrality_numpy(graph)
katz = nx.katz_centrality_numpy(graph, alpha=0.1)
print({node: round(abs(float(value)), 4) for node, value in vector.items()}, max(katz, key=katz.get))

circle = nx.circular_layout(graph)
spring = nx.spring_layout(graph, seed=1)
print({node: np.abs(position.round(3)).tolist() for node, position in circle.items()})
print(all(position.shape == (2,) for position in spring.values()))
ranks = nx.pagerank(nx.DiGraph(graph))
rng = np.random.default_rng(3)
visits, place = np.zeros(4), 0
for _ in range(4000):
    place = rng.choice(list(graph[place])) if rng.random() < 0.85 else rng.integers(4)
    visits[int(place)] += 1
print(np.abs(visits / visits.sum() - np.array([ranks[node] for node in range(4)])).max() < 0.05)
print(round(sum(ranks.values()), 6))
hubs, authorities = nx.hits(nx.DiGraph([(0, 1), (2, 1), (3, 1)]))
print(max(authorities, key=authorities.get), round(hubs[0], 4), nx.floyd_warshall_numpy(graph)[0].tolist())
print(nx.attr_matrix(flights, edge_attr="km", rc_order=["oslo", "rome", "bern", "lima"]).tolist()[0])
print(round(nx.global_efficiency(graph), 4))

#=> {'km': 1440, 'line': 'b'} ['bern', 'lima', 'oslo', 'rome'] 14836.0
#=> ['a', 'b', 'a', 'c']
#=> 690.0
#=> {'bern': 3, 'oslo': 2, 'rome': 2, 'lima': 1} {'a': 2696, 'b': 1440, 'c': 10700}
#=> True
#=> [2, 2, 2, 0]
#=> [[2, -1, -1, 0], [-1, 2, -1, 0], [-1, -1, 3, -1], [0, 0, -1, 1]] [0.0, 1.0, 3.0, 4.0]
#=> 1.0
#=> spanning trees: 3 8 [2.0, 2.0, 2.0, 2.0]
#=> {0: 0.5227, 1: 0.5227, 2: 0.6116, 3: 0.2818} 2
#=> {0: [1.0, 0.0], 1: [0.0, 1.0], 2: [1.0, 0.0], 3: [0.0, 1.0]}
#=> True
#=> True
#=> 1.0
#=> 1 0.3333 [0.0, 1.0, 1.0, 2.0]
#=> [0.0, 2006.0, 1440.0, 0.0]
#=> 0.8333

# requires: networkx>=3, numpy>=1
# networkx: weighted shortest paths, centrality, spanning trees, clustering and a report on a small road map.
import networkx as nx

roads = nx.Graph()
roads.add_weighted_edges_from([("A", "B", 4), ("A", "C", 2), ("B", "C", 1), ("B", "D", 5), ("C", "D", 8),
                                 ("D", "E", 3), ("F", "G", 1)])
print(roads.number_of_nodes(), roads.number_of_edges(), sorted(roads["B"]))
print(roads.edges["A", "B"]["weight"], roads.degree["D"])
print(nx.shortest_path(roads, "A", "E", weight="weight"))
print(nx.shortest_path_length(roads, "A", "E", weight="weight"), nx.shortest_path_length(roads, "A", "E"))
print(nx.single_source_dijkstra_path_length(roads, "A"), nx.has_path(roads, "A", "F"))
print([sorted(part) for part in nx.connected_components(roads)])
print(nx.number_connected_components(roads), nx.is_connected(roads))
tree = nx.minimum_spanning_tree(roads)
print(sorted(tree.edges), tree.size(weight="weight"), sorted(nx.bridges(roads)), sorted(nx.articulation_points(roads)))

main = roads.subgraph("ABCDE").copy()
for name, values in (("degree", nx.degree_centrality(main)),
                     ("closeness", nx.closeness_centrality(main, distance="weight")),
                     ("betweenness", nx.betweenness_centrality(main)), ("pagerank", nx.pagerank(main, weight=None))):
    print(f"{name:<12}", {node: round(value, 4) for node, value in sorted(values.items())})
print(nx.diameter(main), nx.radius(main), nx.center(main), nx.density(main))
print(nx.average_clustering(main), nx.triangles(main)["C"])
print(nx.average_shortest_path_length(main), nx.eccentricity(main)["E"])
print(sorted(map(sorted, nx.find_cliques(main))), nx.transitivity(main))

main.nodes["A"]["pos"] = (0, 0)
positions = {"A": (0, 0), "B": (2, 2), "C": (1, 0), "D": (5, 2), "E": (7, 2)}
guess = lambda a, b: abs(positions[a][0] - positions[b][0]) / 2
print(nx.astar_path(main, "A", "E", heuristic=guess, weight="weight"))
print(list(nx.all_simple_paths(main, "A", "D", cutoff=2)))
main.remove_edge("B", "D")
print(nx.dijkstra_path(main, "A", "E"), nx.to_dict_of_lists(main)["D"])
print(sorted(main.adj["C"]))
for attempt in (lambda: nx.shortest_path(roads, "A", "G"), lambda: nx.shortest_path(roads, "A", "Z"),
                lambda: nx.diameter(roads), lambda: main.remove_node("Q")):
    try:
        attempt()
    except nx.NetworkXException as exc:
        print(type(exc).__name__, end=" ")
print(len(roads))

#=> 7 7 ['A', 'C', 'D']
#=> 4 3
#=> ['A', 'C', 'B', 'D', 'E']
#=> 11 3
#=> {'A': 0, 'C': 2, 'B': 3, 'D': 8, 'E': 11} False
#=> [['A', 'B', 'C', 'D', 'E'], ['F', 'G']]
#=> 2 False
#=> [('A', 'C'), ('B', 'C'), ('B', 'D'), ('D', 'E'), ('F', 'G')] 12.0 [('D', 'E'), ('F', 'G')] ['D']
#=> degree       {'A': 0.5, 'B': 0.75, 'C': 0.75, 'D': 0.75, 'E': 0.25}
#=> closeness    {'A': 0.1667, 'B': 0.2353, 'C': 0.2222, 'D': 0.1818, 'E': 0.129}
#=> betweenness  {'A': 0.0, 'B': 0.1667, 'C': 0.1667, 'D': 0.5, 'E': 0.0}
#=> pagerank     {'A': 0.166, 'B': 0.2401, 'C': 0.2401, 'D': 0.2523, 'E': 0.1015}
#=> 3 2 ['B', 'C', 'D'] 0.6
#=> 0.5333333333333333 2
#=> 1.5 3
#=> [['A', 'B', 'C'], ['B', 'C', 'D'], ['D', 'E']] 0.6
#=> ['A', 'C', 'B', 'D', 'E']
#=> [['A', 'B', 'D'], ['A', 'C', 'D']]
#=> ['A', 'C', 'D', 'E'] ['C', 'E']
#=> ['A', 'B', 'D']
#=> NetworkXNoPath NodeNotFound NetworkXError NetworkXError 7

# requires: networkx>=3, numpy>=1
# networkx: the karate club, communities, colourings, generators, isomorphism, and reading and writing formats.
import io
import json

import networkx as nx
from networkx.algorithms import community

club = nx.karate_club_graph()
print(club.number_of_nodes(), club.number_of_edges())
print(max(dict(club.degree).items(), key=lambda item: item[1]), nx.degree_histogram(club)[:5])
parts = community.greedy_modularity_communities(club)
print(len(parts), sorted(map(len, parts)), community.modularity(club, parts) > 0.35, 0 in parts[0] or 0 in parts[1])
print([sorted(core) for core in [nx.k_core(club, 4).nodes]][0])
print(nx.core_number(club)[11], round(nx.degree_assortativity_coefficient(club), 4))
halves = community.kernighan_lin_bisection(club, seed=1)
print(sorted(map(len, halves)), next(community.girvan_newman(nx.barbell_graph(4, 0)))[0] in ({0, 1, 2, 3}, {4, 5, 6, 7}))

wheel = nx.wheel_graph(6)
colours = nx.greedy_color(wheel, strategy="largest_first")
print(len(set(colours.values())), all(colours[a] != colours[b] for a, b in wheel.edges))
print(nx.is_planar(nx.complete_graph(5)), nx.is_planar(wheel))
print(nx.is_isomorphic(nx.cycle_graph(4), nx.complete_bipartite_graph(2, 2)))
print(nx.is_eulerian(nx.complete_graph(5)), len(list(nx.eulerian_circuit(nx.cycle_graph(3)))))
print(nx.grid_2d_graph(2, 3).number_of_edges(), nx.balanced_tree(2, 3).number_of_nodes())
print(nx.petersen_graph().degree[0], nx.is_tree(nx.path_graph(4)), nx.girth(nx.petersen_graph()))
random = nx.gnp_random_graph(30, 0.2, seed=7)
print(random.number_of_edges(), nx.gnp_random_graph(30, 0.2, seed=7).edges == random.edges)
print(nx.watts_strogatz_graph(10, 4, 0.1, seed=3).number_of_edges())
print(sorted(nx.maximal_independent_set(nx.star_graph(4), [0])), len(nx.dominating_set(nx.star_graph(4))))
print(nx.approximation.max_clique(nx.complete_graph(4)) == {0, 1, 2, 3})

small = nx.Graph(name="small")
small.add_edge("a", "b", weight=2.5, kind="road")
small.add_node("ü", size=3)
buffer = io.BytesIO()
nx.write_graphml(small, buffer)
back = nx.read_graphml(io.BytesIO(buffer.getvalue()))
print(dict(back.nodes(data=True)), list(back.edges(data=True)))
data = json.loads(json.dumps(nx.node_link_data(small, edges="links")))
print(nx.utils.graphs_equal(nx.node_link_graph(data, edges="links"), small))
print(sorted(data), list(nx.to_edgelist(small)))
print(list(nx.generate_edgelist(small)), list(nx.generate_adjlist(nx.path_graph(3))))
print(nx.parse_edgelist(["x y {'w': 1}"])["x"]["y"])
print(*nx.generate_network_text(nx.balanced_tree(2, 1, create_using=nx.DiGraph)), sep="\n")
multi = nx.MultiGraph([(1, 2), (1, 2), (2, 2)])
print(multi.number_of_edges(1, 2), nx.number_of_selfloops(multi), nx.Graph(multi).number_of_edges())
print(nx.compose(nx.path_graph(2), nx.path_graph(3)).size(), nx.complement(nx.path_graph(4)).size())

#=> 34 78
#=> (33, 17) [0, 1, 11, 6, 6]
#=> 3 [8, 9, 17] True False
#=> [0, 1, 2, 3, 7, 8, 13, 30, 32, 33]
#=> 1 -0.4756
#=> [17, 17] True
#=> 4 True
#=> False True
#=> True
#=> True 3
#=> 7 15
#=> 3 True 5
#=> 102 True
#=> 20
#=> [0] 1
#=> True
#=> {'a': {}, 'b': {}, 'ü': {'size': 3}} [('a', 'b', {'weight': 2.5, 'kind': 'road'})]
#=> True
#=> ['directed', 'graph', 'links', 'multigraph', 'nodes'] [('a', 'b', {'weight': 2.5, 'kind': 'road'})]
#=> ["a b {'weight': 2.5, 'kind': 'road'}"] ['0 1', '1 2', '2']
#=> {'w': 1}
#=> ╙── 0
#=>     ├─╼ 1
#=>     └─╼ 2
#=> 2 1 2
#=> 2 3

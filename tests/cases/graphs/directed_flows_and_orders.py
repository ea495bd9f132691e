# requires: networkx>=3
# networkx on directed graphs: topological order, cycles, strong components, flows, matching and tournaments of tasks.
import networkx as nx

tasks = nx.DiGraph([("plan", "dig"), ("dig", "walls"), ("walls", "roof"), ("walls", "wires"),
                    ("roof", "paint"), ("wires", "paint")])
hours = {"plan": 4, "dig": 8, "walls": 16, "roof": 10, "wires": 6, "paint": 5}
nx.set_node_attributes(tasks, hours, "hours")
print(list(nx.lexicographical_topological_sort(tasks)), [sorted(layer) for layer in nx.topological_generations(tasks)])
print(sorted(nx.ancestors(tasks, "roof")), sorted(nx.descendants(tasks, "walls")), nx.is_directed_acyclic_graph(tasks))
weighted = nx.DiGraph()
weighted.add_weighted_edges_from((a, b, hours[a]) for a, b in tasks.edges)
path = nx.dag_longest_path(weighted)
print(path, sum(hours[name] for name in path), sorted(nx.transitive_closure(tasks).successors("walls")))
print(sorted(nx.transitive_reduction(nx.DiGraph([(1, 2), (2, 3), (1, 3)])).edges))
print(tasks.in_degree("paint"), [n for n in tasks if tasks.out_degree(n) == 0])

web = nx.DiGraph([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 4), (6, 1)])
print(sorted(sorted(part) for part in nx.strongly_connected_components(web)))
print(sorted(sorted(cycle) for cycle in nx.simple_cycles(web)))
condensed = nx.condensation(web)
print(condensed.number_of_nodes(), nx.is_weakly_connected(web), nx.find_cycle(web, 4), round(nx.reciprocity(web), 4))
try:
    list(nx.topological_sort(web))
except nx.NetworkXUnfeasible as exc:
    print("NetworkXUnfeasible:", exc)

pipes = nx.DiGraph()
for a, b, capacity in (("s", "a", 10), ("s", "b", 5), ("a", "b", 15), ("a", "t", 5), ("b", "t", 10)):
    pipes.add_edge(a, b, capacity=capacity)
value, flow = nx.maximum_flow(pipes, "s", "t")
cut, (left, right) = nx.minimum_cut(pipes, "s", "t")
print(value, flow["s"], flow["a"], cut, sorted(left), sorted(right))
goods = nx.DiGraph()
goods.add_node("mine", demand=-5)
goods.add_node("city", demand=5)
goods.add_edge("mine", "city", weight=3, capacity=4)
goods.add_edge("mine", "port", weight=1)
goods.add_edge("port", "city", weight=1, capacity=3)
cost, plan = nx.network_simplex(goods)
print(cost, plan["mine"], plan["port"])

jobs = nx.Graph([("ann", "cook"), ("ann", "sing"), ("bob", "sing"), ("cid", "sing"), ("cid", "drive")])
matching = nx.bipartite.maximum_matching(jobs, top_nodes=["ann", "bob", "cid"])
print({name: matching[name] for name in ("ann", "bob", "cid")}, nx.is_bipartite(jobs))
print(sorted(nx.bipartite.sets(jobs, ["ann", "bob", "cid"])[0]))
pairs = nx.max_weight_matching(nx.Graph([(1, 2, {"weight": 5}), (2, 3, {"weight": 11}), (3, 4, {"weight": 5})]))
print(sorted(tuple(sorted(pair)) for pair in pairs))
print(nx.negative_edge_cycle(nx.DiGraph([(1, 2, {"weight": -3}), (2, 1, {"weight": 1})])))
refunds = nx.DiGraph([("a", "b", {"weight": 4}), ("a", "c", {"weight": 1}), ("c", "b", {"weight": -2})])
print(nx.bellman_ford_path(refunds, "a", "b"), nx.bellman_ford_path_length(refunds, "a", "b"))

#=> ['plan', 'dig', 'walls', 'roof', 'wires', 'paint'] [['plan'], ['dig'], ['walls'], ['roof', 'wires'], ['paint']]
#=> ['dig', 'plan', 'walls'] ['paint', 'roof', 'wires'] True
#=> ['plan', 'dig', 'walls', 'roof', 'paint'] 43 ['paint', 'roof', 'wires']
#=> [(1, 2), (2, 3)]
#=> 2 ['paint']
#=> [[1, 2, 3], [4, 5], [6]]
#=> [[1, 2, 3], [4, 5]]
#=> 3 True [(4, 5), (5, 4)] 0.2857
#=> NetworkXUnfeasible: Graph contains a cycle or graph changed during iteration
#=> 15 {'a': 10, 'b': 5} {'b': 5, 't': 5} 15 ['a', 'b', 's'] ['t']
#=> 12 {'city': 2, 'port': 3} {'city': 3}
#=> {'ann': 'cook', 'bob': 'sing', 'cid': 'drive'} True
#=> ['ann', 'bob', 'cid']
#=> [(2, 3)]
#=> True
#=> ['a', 'c', 'b'] -1

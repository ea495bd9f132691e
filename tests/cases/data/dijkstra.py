# Shortest paths through a small weighted graph with Dijkstra's algorithm, plus breadth-first search on a grid.
import heapq
from collections import deque

ROADS = {
    "A": {"B": 4, "C": 2}, "B": {"D": 5}, "C": {"B": 1, "D": 8, "E": 10},
    "D": {"E": 2, "F": 6}, "E": {"F": 3}, "F": {}, "Z": {"A": 1},
}


def dijkstra(graph, start):
    distance, previous, queue = {start: 0}, {}, [(0, start)]
    while queue:
        here, node = heapq.heappop(queue)
        if here > distance[node]:
            continue
        for neighbour, weight in graph[node].items():
            if here + weight < distance.get(neighbour, float("inf")):
                distance[neighbour], previous[neighbour] = here + weight, node
                heapq.heappush(queue, (here + weight, neighbour))
    return distance, previous


distance, previous = dijkstra(ROADS, "A")
for town in sorted(ROADS):
    path = [town]
    while path[-1] in previous:
        path.append(previous[path[-1]])
    print(town, distance.get(town, "unreachable"), " > ".join(reversed(path)))

maze = ["S.#.", "..#.", "#...", "...E"]
queue, seen = deque([(0, 0, 0)]), {(0, 0)}
while queue:
    row, column, steps = queue.popleft()
    if maze[row][column] == "E":
        print("exit after", steps, "steps, visited", len(seen))
        break
    for r, c in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
        if 0 <= r < 4 and 0 <= c < 4 and maze[r][c] != "#" and (r, c) not in seen:
            seen.add((r, c))
            queue.append((r, c, steps + 1))

#=> A 0 A
#=> B 3 A > C > B
#=> C 2 A > C
#=> D 8 A > C > B > D
#=> E 10 A > C > B > D > E
#=> F 13 A > C > B > D > E > F
#=> Z unreachable Z
#=> exit after 6 steps, visited 12

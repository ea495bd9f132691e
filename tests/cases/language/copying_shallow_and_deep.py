# Shallow and deep copies: shared parts, cycles, __copy__, __deepcopy__ with its memo, and copy.replace-like updates.
import copy


class Node:
    def __init__(self, name, *children):
        self.name, self.children, self.parent = name, list(children), None
        for child in children:
            child.parent = self


class Connection:
    opened = 0

    def __init__(self, host):
        self.host, self.number = host, Connection.opened
        Connection.opened += 1

    def __copy__(self):
        return Connection(self.host)

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), self)


board = [[0] * 3 for _ in range(2)]
aliased, shallow, deep = board, copy.copy(board), copy.deepcopy(board)
board[0][0] = 1
board.append("new")
print(aliased is board, shallow, deep, [[0] * 2] * 2 == [[0, 0], [0, 0]])
rows = [[0] * 2] * 2
rows[0][1] = 9
print(rows, rows[0] is rows[1], board[:][0] is board[0], list(board) is board, dict(a=board)["a"] is board)

tree = Node("root", Node("left"), Node("right", Node("leaf")))
twin = copy.deepcopy(tree)
twin.children[1].children[0].name = "changed"
print(tree.children[1].children[0].name, twin.children[0].parent is twin, twin.parent, type(twin).__name__)

loop = {"name": "loop"}
loop["self"] = loop
other = copy.deepcopy(loop)
print(other["self"] is other, other is loop, len(other))

pool = [Connection("db"), Connection("db")]
pool.append(pool[0])
clone = copy.deepcopy(pool)
print([a is b for a, b in zip(pool, clone)], copy.copy(pool[0]).number, Connection.opened)
shared = [1, 2]
pair = copy.deepcopy((shared, shared))
frozen = (1, ("a", None))
print(pair[0] is pair[1], pair[0] is shared)
print(copy.deepcopy(frozen) is frozen, copy.copy(frozen) is frozen, copy.copy(len) is len)

#=> True [[1, 0, 0], [0, 0, 0]] [[0, 0, 0], [0, 0, 0]] True
#=> [[0, 9], [0, 9]] True True False True
#=> leaf True None Node
#=> True False 2
#=> [True, True, True] 2 3
#=> True False
#=> True True True

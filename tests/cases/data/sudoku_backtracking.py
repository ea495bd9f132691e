# Backtracking search: solve a Sudoku by always filling the most constrained cell, and count N-queens placements.
PUZZLE = """
53..7....  6..195...  .98....6.
8...6...3  4..8.3..1  7...2...6
.6....28.  ...419..5  ....8..79
"""


def candidates(grid, cell):
    row, column = divmod(cell, 9)
    box = row // 3 * 27 + column // 3 * 3
    used = set(grid[row * 9 : row * 9 + 9]) | set(grid[column::9])
    used.update(*(grid[box + 9 * line : box + 9 * line + 3] for line in range(3)))
    return [digit for digit in "123456789" if digit not in used]


def solve(grid):
    choices = {cell: candidates(grid, cell) for cell, digit in enumerate(grid) if digit == "."}
    if not choices:
        return grid
    cell = min(choices, key=lambda cell: len(choices[cell]))
    for digit in choices[cell]:
        if solved := solve(grid[:cell] + digit + grid[cell + 1 :]):
            return solved
    return None


def queens(size, row=0, columns=frozenset(), rising=frozenset(), falling=frozenset()):
    if row == size:
        return 1
    return sum(queens(size, row + 1, columns | {c}, rising | {row + c}, falling | {row - c})
               for c in range(size)
               if c not in columns and row + c not in rising and row - c not in falling)


solution = solve("".join(PUZZLE.split()))
for row in range(9):
    line = solution[row * 9 : row * 9 + 9]
    print(line[:3], line[3:6], line[6:])
print(all(len(set(solution[column::9])) == 9 for column in range(9)), [queens(n) for n in range(1, 8)])

#=> 534 678 912
#=> 672 195 348
#=> 198 342 567
#=> 859 761 423
#=> 426 853 791
#=> 713 924 856
#=> 961 537 284
#=> 287 419 635
#=> 345 286 179
#=> True [1, 0, 0, 2, 10, 4, 40]

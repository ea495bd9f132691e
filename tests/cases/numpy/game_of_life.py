# requires: numpy>=2
# Conway's Game of Life on a wrapping NumPy grid, following a glider and a blinker.
import numpy as np


def neighbours(board):
    shifts = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]
    return sum(np.roll(board, shift, axis=(0, 1)) for shift in shifts)


def step(board):
    around = neighbours(board)
    return ((around == 3) | ((board == 1) & (around == 2))).astype(np.uint8)


def draw(board):
    return "\n".join("".join(".#"[cell] for cell in row) for row in board.tolist())


board = np.zeros((8, 8), dtype=np.uint8)
board[0:3, 0:3] = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
start = board.copy()
print(draw(board), end="\n\n")
for generation in range(4):
    board = step(board)
print(draw(board))
print("moved diagonally:", np.array_equal(board, np.roll(start, (1, 1), axis=(0, 1))))
for generation in range(28):
    board = step(board)
print("back home after 32:", np.array_equal(board, start), board.sum().item(), "cells alive")

blinker = np.zeros((5, 5), dtype=np.uint8)
blinker[2, 1:4] = 1
print(np.argwhere(step(blinker)).tolist(), np.array_equal(step(step(blinker)), blinker))

#=> .#......
#=> ..#.....
#=> ###.....
#=> ........
#=> ........
#=> ........
#=> ........
#=> ........
#=>
#=> ........
#=> ..#.....
#=> ...#....
#=> .###....
#=> ........
#=> ........
#=> ........
#=> ........
#=> moved diagonally: True
#=> back home after 32: True 5 cells alive
#=> [[1, 2], [2, 2], [3, 2]] True

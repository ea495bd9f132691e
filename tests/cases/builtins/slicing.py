# Slicing lists, strings, ranges and bytes, including negative steps, slice assignment and deletion.
letters = list("abcdefgh")
print(letters[2:5], letters[:-6], letters[-3:], letters[::3], letters[::-1][:2], letters[6:2:-2])
print(letters[100:], letters[5:2], "hello"[1:-1], "hello"[::-1], "hello"[-100:3])
print(range(0, 100, 7)[2:8:2], list(range(10))[slice(None, None, 4)], b"bytes"[1:3], b"bytes"[0])

numbers = list(range(10))
numbers[2:5] = ["x"]
print(numbers)
numbers[1:1] = [0.25, 0.5]
print(numbers)
numbers[::3] = [None] * len(numbers[::3])
print(numbers)
del numbers[::2]
print(numbers)
try:
    numbers[::2] = [1]
except ValueError as exc:
    print("ValueError:", exc)

print(slice(-4, None, 2).indices(9), slice(None, None, -1).indices(4))
first, *rest, last = "abcde"
print(first, rest, last)
grid = [[row * 3 + column for column in range(3)] for row in range(3)]
print([row[:] for row in grid[::-1]], [row[1] for row in grid], [list(column) for column in zip(*grid)])
alias, copy = letters, letters[:]
letters[:2] = []
print(alias, len(copy), alias is letters, copy == letters)
data = bytearray(b"0123456789")
view = memoryview(data)[2:6]
view[:2] = b"AB"
print(data, bytes(view), view.tolist())

#=> ['c', 'd', 'e'] ['a', 'b'] ['f', 'g', 'h'] ['a', 'd', 'g'] ['h', 'g'] ['g', 'e']
#=> [] [] ell olleh hel
#=> range(14, 56, 14) [0, 4, 8] b'yt' 98
#=> [0, 1, 'x', 5, 6, 7, 8, 9]
#=> [0, 0.25, 0.5, 1, 'x', 5, 6, 7, 8, 9]
#=> [None, 0.25, 0.5, None, 'x', 5, None, 7, 8, None]
#=> [0.25, None, 5, 7, None]
#=> ValueError: attempt to assign sequence of size 1 to extended slice of size 3
#=> (5, 9, 2) (3, -1, -1)
#=> a ['b', 'c', 'd'] e
#=> [[6, 7, 8], [3, 4, 5], [0, 1, 2]] [1, 4, 7] [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
#=> ['c', 'd', 'e', 'f', 'g', 'h'] 8 True False
#=> bytearray(b'01AB456789') b'AB45' [65, 66, 52, 53]

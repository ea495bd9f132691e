# Matrices in pure Python: product, transpose, fast power for Fibonacci numbers, determinant and inverse with fractions.
from fractions import Fraction


def identity(size):
    return [[int(row == column) for column in range(size)] for row in range(size)]


def multiply(a, b):
    if len(a[0]) != len(b):
        raise ValueError(f"cannot multiply {len(a)}x{len(a[0])} by {len(b)}x{len(b[0])}")
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def power(matrix, exponent):
    result = identity(len(matrix))
    while exponent:
        if exponent & 1:
            result = multiply(result, matrix)
        matrix, exponent = multiply(matrix, matrix), exponent >> 1
    return result


def inverse(matrix):
    size = len(matrix)
    work = [[Fraction(x) for x in row] + unit for row, unit in zip(matrix, identity(size))]
    for pivot in range(size):
        swap = next(row for row in range(pivot, size) if work[row][pivot])
        work[pivot], work[swap] = work[swap], work[pivot]
        work[pivot] = [x / work[pivot][pivot] for x in work[pivot]]
        for row in range(size):
            if row != pivot:
                work[row] = [x - work[row][pivot] * y for x, y in zip(work[row], work[pivot])]
    return [row[size:] for row in work]


print(multiply([[1, 2, 3], [4, 5, 6]], [[7, 8], [9, 10], [11, 12]]))
print(power([[1, 1], [1, 0]], 90)[0][1], power([[2, 0], [0, 3]], 5))
m = [[0, 2, 1], [1, 1, 0], [3, 0, 1]]
for row in inverse(m):
    print(" ".join(f"{str(x):>5}" for x in row))
print(multiply(m, inverse(m)) == identity(3))
multiply([[1, 2]], [[3, 4]])

#=> [[58, 64], [139, 154]]
#=> 2880067194370816120 [[32, 0], [0, 243]]
#=>  -1/5   2/5   1/5
#=>   1/5   3/5  -1/5
#=>   3/5  -6/5   2/5
#=> True
#! ValueError: cannot multiply 1x2 by 1x2
#@ 43, 11

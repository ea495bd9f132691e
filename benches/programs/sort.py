"""Sorting, with a key and without."""


def program():
    seed = 42
    numbers = []
    for _ in range(60_000):
        seed = (seed * 1103515245 + 12345) % 2**31
        numbers.append(seed)
    plain = sorted(numbers)
    by_digits = sorted(numbers, key=lambda n: (n % 1000, n))
    return plain[0], by_digits[0]

# Dynamic programming: 0/1 knapsack with the chosen items, coin change, and longest common subsequence.
from functools import lru_cache

ITEMS = [("tent", 5, 60), ("stove", 3, 50), ("rope", 4, 70), ("torch", 1, 30), ("book", 2, 10)]


def knapsack(items, capacity):
    best = [[0] * (capacity + 1)]
    for _, weight, value in items:
        above = best[-1]
        best.append([max(above[room], above[room - weight] + value if weight <= room else 0)
                     for room in range(capacity + 1)])
    chosen, room = [], capacity
    for index in range(len(items), 0, -1):
        if best[index][room] != best[index - 1][room]:
            chosen.append(items[index - 1][0])
            room -= items[index - 1][1]
    return best[-1][capacity], chosen[::-1]


def coin_ways(coins, amount):
    ways = [1] + [0] * amount
    for coin in coins:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    return ways[amount]


def longest_common(a, b):
    @lru_cache(maxsize=None)
    def solve(i, j):
        if i == len(a) or j == len(b):
            return ""
        if a[i] == b[j]:
            return a[i] + solve(i + 1, j + 1)
        return max(solve(i + 1, j), solve(i, j + 1), key=len)
    return solve(0, 0)


for capacity in (0, 4, 8, 10, 15):
    print(capacity, *knapsack(ITEMS, capacity))
print(coin_ways([1, 2, 5, 10, 20, 50, 100, 200], 200), coin_ways([5, 7], 13))
print(longest_common("AGGTABCDXY", "GXTXAYBDY"), len(longest_common("ab" * 40, "ba" * 40)))

#=> 0 0 []
#=> 4 80 ['stove', 'torch']
#=> 8 150 ['stove', 'rope', 'torch']
#=> 10 160 ['tent', 'rope', 'torch']
#=> 15 220 ['tent', 'stove', 'rope', 'torch', 'book']
#=> 73682 0
#=> GTABDY 79

"""Strings and dictionaries: counting the words of a text."""

from collections import Counter


def program():
    syllables = ["ka", "ro", "mi", "ten", "lu", "sa", "vor", "ne"]
    words = []
    seed = 7
    for _ in range(40_000):
        seed = (seed * 1103515245 + 12345) % 2**31
        words.append(syllables[seed % 8] + syllables[seed // 8 % 8] + syllables[seed // 64 % 8])
    text = " ".join(word.capitalize() + "," if len(word) > 7 else word for word in words)
    counts = Counter(word.strip(",").lower() for word in text.split())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]

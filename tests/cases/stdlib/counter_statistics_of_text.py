# Letter statistics with Counter: entropy, index of coincidence, a Caesar cipher broken by frequencies, and anagrams.
import math
import string
from collections import Counter, defaultdict

TEXT = """Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and
nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world."""
ENGLISH = "etaoinshrdlcumwfgypbvkjxqz"


def shift(text, by):
    table = str.maketrans(string.ascii_letters, "".join(alphabet[by % 26:] + alphabet[:by % 26] for alphabet in
                                                        (string.ascii_lowercase, string.ascii_uppercase)))
    return text.translate(table)


def letters(text):
    return Counter(character for character in text.lower() if character.isalpha())


def score(text):
    counts = letters(text)
    return sum(count * (26 - ENGLISH.index(letter)) for letter, count in counts.items())


counts = letters(TEXT)
total = counts.total()
entropy = -sum(n / total * math.log2(n / total) for n in counts.values())
print(total, counts.most_common(4), f"{entropy:.3f} bits")
print(f"coincidence {sum(n * (n - 1) for n in counts.values()) / (total * (total - 1)):.4f}")
print(sorted(set(string.ascii_lowercase) - set(counts)), [letter for letter, n in counts.items() if n == 1])

secret = shift(TEXT, 11)
found = max(range(26), key=lambda by: score(shift(secret, by)))
print(secret[:16], "->", shift(secret, found)[:16], found)

words = Counter(word.strip(string.punctuation).lower() for word in TEXT.split())
lengths = Counter(map(len, words.elements()))
print(words.most_common(3), max(words, key=len), sorted(lengths.items())[:4])
for length, count in sorted(lengths.items())[-3:]:
    print(f"{length:>2} {'#' * count}")
groups = defaultdict(list)
for word in "listen silent enlist google elbow below state taste tinsel".split():
    groups["".join(sorted(word))].append(word)
print([group for group in groups.values() if len(group) > 1])
difference = Counter("mississippi")
difference.subtract("misspi")
print(difference, +difference, Counter("aab") <= Counter("aaabb"), list(Counter(b=2, a=1).elements()))

#=> 178 [('e', 21), ('o', 16), ('t', 16), ('a', 14)] 4.067 bits
#=> coincidence 0.0628
#=> ['j', 'k', 'q', 'x', 'z'] ['b', 'f']
#=> Nlww xp Tdsxlpw. -> Call me Ishmael. 15
#=> [('me', 2), ('little', 2), ('and', 2)] particular [(1, 3), (2, 9), (3, 7), (4, 6)]
#=>  8 #
#=>  9 #
#=> 10 #
#=> [['listen', 'silent', 'enlist', 'tinsel'], ['elbow', 'below'], ['state', 'taste']]
#=> Counter({'i': 2, 's': 2, 'p': 1, 'm': 0}) Counter({'i': 2, 's': 2, 'p': 1}) True ['b', 'b', 'a']

# Count words, letters and bigrams in a passage, ignoring case, punctuation and stop words.
import re
from collections import Counter

PASSAGE = """It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness, it was the epoch of belief -- it was the epoch of incredulity;
it was the season of Light, it wasn't the season of Darkness."""
STOP = {"it", "was", "the", "of"}

words = re.findall(r"[a-z]+(?:'[a-z]+)?", PASSAGE.lower())
print(len(words), "words,", len(set(words)), "distinct")

counts = Counter(words)
for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:6]:
    print(f"{word:<8}{count:>3} {'#' * count}")

print(Counter(word for word in words if word not in STOP).most_common(4))
bigrams = Counter(zip(words, words[1:]))
print([" ".join(pair) for pair, count in bigrams.items() if count >= 6])

letters = Counter(filter(str.isalpha, PASSAGE.lower()))
print("".join(letter for letter, _ in letters.most_common(5)), round(letters["e"] / letters.total(), 3))
longest = max(words, key=len)
print(longest, words.index(longest), sorted(w for w in counts if counts[w] == 1 and len(w) > 7))
lengths = Counter(map(len, words))
print({length: lengths[length] for length in sorted(lengths)})

#=> 48 words, 17 distinct
#=> it        8 ########
#=> of        8 ########
#=> the       8 ########
#=> was       7 #######
#=> age       2 ##
#=> epoch     2 ##
#=> [('times', 2), ('age', 2), ('epoch', 2), ('season', 2)]
#=> ['it was', 'was the']
#=> tseio 0.125
#=> foolishness 23 ['darkness', 'foolishness', 'incredulity']
#=> {2: 16, 3: 17, 4: 1, 5: 6, 6: 5, 8: 1, 11: 2}

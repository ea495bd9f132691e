# Seeded random numbers: the same sequence everywhere, distributions, sampling, shuffling and saved states.
import random
import statistics
from collections import Counter

generator = random.Random(42)
print([generator.randrange(100) for _ in range(6)], f"{generator.random():.12f}", generator.getrandbits(70))
print(generator.sample(range(1000), 4), generator.choice("abcdef"))
print(generator.choices(["red", "blue"], weights=[9, 1], k=5))
cards = [f"{rank}{suit}" for suit in "SH" for rank in "A23"]
generator.shuffle(cards)
print(cards, generator.randint(1, 6), generator.uniform(1, 2) < 2, generator.sample(["a", "b"], counts=[3, 1], k=3))
print([f"{value:.6f}" for value in (generator.gauss(0, 1), generator.expovariate(2), generator.betavariate(2, 3),
                                    generator.triangular(0, 10, 3), generator.lognormvariate(0, 0.5))])
state = generator.getstate()
first = [generator.random() for _ in range(3)]
generator.setstate(state)
print(first == [generator.random() for _ in range(3)])
print(random.Random("text").randrange(10**6), random.Random(b"bytes").randrange(10**6))
random.seed(7)
module_level = random.random()
print(module_level == random.Random(7).random())
print(random.Random(-7).random() == module_level, random.Random(10**30).randrange(1000))
print(generator.randbytes(4).hex(), random.Random(3).randrange(10, 100, 10), random.Random(0).sample(range(10**9), 2))

rolls = random.Random(2024)
throws = Counter(rolls.randint(1, 6) + rolls.randint(1, 6) for _ in range(3600))
print(throws.most_common(1)[0][0], all(abs(throws[n] - 100 * (6 - abs(7 - n))) < 90 for n in range(2, 13)), throws[7])
values = [rolls.gauss(100, 15) for _ in range(2000)]
print(round(statistics.mean(values), 3), round(statistics.stdev(values), 3))
inside = sum(rolls.random() ** 2 + rolls.random() ** 2 < 1 for _ in range(20000))
print(f"pi is about {4 * inside / 20000:.4f}")


class Constant(random.Random):
    def random(self):
        return 0.25


print(Constant().choice("abcd"), Constant().uniform(0, 8), sorted(Constant().sample(range(8), 2)))
print(0 <= random.SystemRandom().random() < 1, random.SystemRandom().randrange(5) in range(5))
for attempt in (lambda: random.choice([]), lambda: random.sample([1], 2), lambda: random.randrange(5, 5),
                lambda: random.sample({1}, 1)):
    try:
        attempt()
    except (IndexError, ValueError, TypeError) as exc:
        print(type(exc).__name__, end=" ")
print(random.choices([1], k=2))

#=> [81, 14, 3, 94, 35, 31] 0.223210738149 795100697393359315113
#=> [758, 913, 558, 89] e
#=> ['red', 'red', 'red', 'red', 'red']
#=> ['3S', '3H', 'AS', 'AH', '2H', '2S'] 5 True ['a', 'b', 'a']
#=> ['-0.312277', '1.575761', '0.550326', '4.733200', '2.650501']
#=> True
#=> 913473 388766
#=> True
#=> True 956
#=> f188528d 40 [906691059, 413653999]
#=> 7 True 613
#=> 100.169 15.458
#=> pi is about 3.1384
#=> a 2.0 [0, 1]
#=> True True
#=> IndexError ValueError ValueError TypeError [1, 1]

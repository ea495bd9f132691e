# Chained comparison evaluates once and stops early; truthiness, short circuits, identity and rich comparison.


class Loud:
    def __init__(self, value, length=1):
        self.value, self.length = value, length

    def __len__(self):
        return self.length

    def __lt__(self, other):
        print(f"{self.value}<{other.value}", end=" ")
        return self.value < other.value


class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts if isinstance(other, Version) else NotImplemented

    def __gt__(self, other):
        return self.parts > other.parts if isinstance(other, Version) else NotImplemented

    def __hash__(self):
        return hash(self.parts)


def seen(value):
    print(f"[{value}]", end=" ")
    return value


print(1 < seen(2) < 3, 3 < seen(2) < seen(9), 1 < 2 > 1 != 0, 1 in [1] == True)
print(Loud(1) < Loud(2) < Loud(0), Loud(1) > Loud(2))
print(bool(Loud(0)), bool(Loud(1, length=0)), [bool(x) for x in (0.0, "0", [], [0], None, 0j, range(0), ...)])
print(0 or "" or "last", 1 and [] and seen("never"), not "" and 5, None is None is not True)
print(Version("1.10") > Version("1.9"), Version("1.2") < Version("1.10"))
print(Version("2.0") == "2.0", Version("1") != Version("1"), Version("1.0") != Version("1"))
print(len({Version("1.0"), Version("1.0"), Version("1.1")}))
print(max([Version("1.2"), Version("1.11")], key=lambda v: v.parts).parts)
try:
    Version("1") < 3
except TypeError as exc:
    print("TypeError:", exc)
nan = float("nan")
print(nan == nan, nan in [nan], [nan] == [nan], nan is nan, sorted([3, 1, 2]) == [1, 2, 3] is not None)
print((1, "a") < (1, "b"), [1, 2] < [1, 2, 0], {1} < {1, 2}, {1} < {2}, "Z" < "a", True == 1.0 == 1 + 0j)
print(max("apple", "fig", "kiwi", key=len), min([[]], default=0), all([]), any([]), sum([True, True]))

#=> [2] [2] True False True False
#=> 1<2 2<0 2<1 False False
#=> True False [False, True, False, True, False, False, False, True]
#=> last [] 5 True
#=> True True
#=> False False True
#=> 2
#=> (1, 11)
#=> TypeError: '<' not supported between instances of 'Version' and 'int'
#=> False True True True True
#=> True True True False True True
#=> apple [] True False 2

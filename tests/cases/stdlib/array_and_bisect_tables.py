# Typed arrays and bisect: compact storage, byte order, grading tables, sorted insertion with keys and ranges.
import bisect
from array import array
from collections import namedtuple

readings = array("h", [3, -1, 400])
readings.extend(range(5, 8))
readings.insert(0, 32767)
print(readings, readings.itemsize, readings.tobytes()[:4], readings.index(400), readings.count(5), sum(readings))
swapped = array("h", readings)
swapped.byteswap()
print(swapped[1], array("d", [0.5, 1]).tolist(), array("L", [7]).pop(), array("B", b"hi") + array("B", [33]))
readings[1:3] = array("h", [10, 20, 30])
print(readings.tolist(), readings[::-2].tolist(), readings == array("i", readings), array("f", [0.1])[0] == 0.1)
for attempt in (lambda: readings.append(40000), lambda: readings.append(1.5), lambda: array("B", [-1]), lambda: array("z"),
                lambda: readings.remove(999)):
    try:
        attempt()
    except (OverflowError, TypeError, ValueError) as exc:
        print(type(exc).__name__, end="; ")
print(array("q", [2**40])[0])

grades, limits = "FDCBA", [50, 60, 75, 90]
print([grades[bisect.bisect(limits, score)] for score in (49.9, 50, 74, 75, 90, 100)])
print(bisect.bisect_left(limits, 60), bisect.bisect_right(limits, 60), bisect.bisect(limits, 60, lo=2))

Film = namedtuple("Film", "title year")
films = [Film("Solaris", 1972), Film("Alien", 1979), Film("Brazil", 1985)]
for film in (Film("Stalker", 1979), Film("Metropolis", 1927)):
    bisect.insort(films, film, key=lambda film: film.year)
print([film.title for film in films])
low = bisect.bisect_left(films, 1975, key=lambda film: film.year)
high = bisect.bisect_right(films, 1980, key=lambda film: film.year)
print([film.title for film in films[low:high]], bisect.bisect_left([], 1))


def closest(values, target):
    position = bisect.bisect_left(values, target)
    return min(values[max(position - 1, 0):position + 1], key=lambda value: abs(value - target))


print([closest([1, 4, 9, 16], target) for target in (0, 6, 6.6, 13, 99)])

#=> array('h', [32767, 3, -1, 400, 5, 6, 7]) 2 b'\xff\x7f\x03\x00' 3 1 33187
#=> 768 [0.5, 1.0] 7 array('B', [104, 105, 33])
#=> [32767, 10, 20, 30, 400, 5, 6, 7] [7, 5, 30, 10] True False
#=> OverflowError; TypeError; OverflowError; ValueError; ValueError; 1099511627776
#=> ['F', 'D', 'C', 'B', 'A', 'A']
#=> 1 2 2
#=> ['Metropolis', 'Solaris', 'Alien', 'Stalker', 'Brazil']
#=> ['Alien', 'Stalker'] 0
#=> [1, 4, 9, 16, 16]

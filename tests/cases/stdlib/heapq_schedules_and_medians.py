# Heaps: a priority queue with updates, a running median of two heaps, merging sorted streams and an event simulation.
import heapq
import itertools


class PriorityQueue:
    removed = object()

    def __init__(self):
        self.heap, self.entries, self.counter = [], {}, itertools.count()

    def put(self, task, priority=0):
        if task in self.entries:
            self.entries.pop(task)[-1] = self.removed
        entry = self.entries[task] = [priority, next(self.counter), task]
        heapq.heappush(self.heap, entry)

    def __iter__(self):
        while self.heap:
            priority, _, task = heapq.heappop(self.heap)
            if task is not self.removed:
                del self.entries[task]
                yield task, priority


class Median:
    def __init__(self):
        self.low, self.high = [], []

    def add(self, value):
        heapq.heappush(self.low, -heapq.heappushpop(self.high, value))
        if len(self.low) > len(self.high):
            heapq.heappush(self.high, -heapq.heappop(self.low))
        return self.high[0] if len(self.high) > len(self.low) else (self.high[0] - self.low[0]) / 2


def bank(arrivals, service):
    events, clock, free_at, waits = [], 0, 0, []
    for customer, time in enumerate(arrivals):
        heapq.heappush(events, (time, customer, "arrives"))
    while events:
        clock, customer, what = heapq.heappop(events)
        if what == "arrives":
            start = max(clock, free_at)
            waits.append(start - clock)
            free_at = start + service[customer]
            heapq.heappush(events, (free_at, customer, "leaves"))
    return waits, clock


queue = PriorityQueue()
for task, priority in (("write", 5), ("test", 3), ("plan", 1), ("ship", 9), ("write", 2)):
    queue.put(task, priority)
print(list(queue))
median = Median()
print([median.add(value) for value in (5, 15, 1, 3, 8, 7)])
print(bank([0, 1, 2, 9], [4, 2, 1, 1]))
numbers = [7, 2, 9, 4, 1, 8]
heapq.heapify(numbers)
print(numbers[0], all(numbers[i] <= min(numbers[2 * i + 1:2 * i + 3], default=99) for i in range(6)))
print(heapq.heapreplace(numbers, 5), heapq.heappushpop(numbers, 0), heapq.nsmallest(3, numbers))
print(heapq.nlargest(2, "pear fig banana".split(), key=len))
print(list(heapq.merge([1, 5, 9], [2, 6], [0, 10])), list(heapq.merge("db", "ca", reverse=True)))

#=> [('plan', 1), ('write', 2), ('test', 3), ('ship', 9)]
#=> [5, 10.0, 5, 4.0, 5, 6.0]
#=> ([0, 3, 4, 0], 10)
#=> 1 True
#=> 1 0 [2, 4, 5]
#=> ['banana', 'pear']
#=> [0, 1, 2, 5, 6, 9, 10] ['d', 'c', 'b', 'a']

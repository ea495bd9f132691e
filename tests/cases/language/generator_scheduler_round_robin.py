# Generators as lightweight processes: a scheduler that rotates them, passes messages and collects results.
from collections import deque


class Scheduler:
    def __init__(self):
        self.ready, self.mail, self.results = deque(), {}, {}

    def spawn(self, name, process):
        self.mail[name] = deque()
        self.ready.append((name, process, None))

    def run(self, budget):
        while self.ready and budget:
            budget -= 1
            name, process, value = self.ready.popleft()
            try:
                request = process.send(value)
            except StopIteration as stop:
                self.results[name] = stop.value
                continue
            answer = None
            match request:
                case "send", target, message:
                    self.mail[target].append((name, message))
                case "receive", when_empty:
                    answer = self.mail[name].popleft() if self.mail[name] else when_empty
            self.ready.append((name, process, answer))
        return budget


def player(me, friend, rounds):
    score = 0
    for number in range(rounds):
        yield "send", friend, number * 10
        sender, points = yield "receive", (me, 1)
        score += points
    return score, sender


def ticker(limit):
    count = 0
    while count < limit:
        count += 1
        yield
    return f"{count} ticks"


scheduler = Scheduler()
scheduler.spawn("ann", player("ann", "ben", 3))
scheduler.spawn("ben", player("ben", "ann", 2))
scheduler.spawn("clock", ticker(5))
print("left over:", scheduler.run(budget=100))
print(scheduler.results, [len(box) for box in scheduler.mail.values()])
endless = iter(int, 1)
print(sum(1 for _ in zip(range(7), endless)), next(iter([]), "default"), list(iter([1, 2, 0, 3].copy().pop, 2)))

#=> left over: 82
#=> {'ben': (10, 'ann'), 'clock': '5 ticks', 'ann': (11, 'ann')} [0, 1, 0]
#=> 7 default [3, 0]

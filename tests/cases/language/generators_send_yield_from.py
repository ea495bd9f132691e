# Generators as coroutines: send, throw, close, return values and yield from delegation.


def averager():
    total = count = 0
    average = None
    while (value := (yield average)) is not None:
        total += value
        count += 1
        average = total / count
    return count, average


def report(results):
    while True:
        outcome = yield from averager()
        results.append(outcome)
        print("finished a series:", outcome)


def guarded():
    try:
        while True:
            try:
                yield "ready"
            except ValueError as exc:
                print("recovered from", exc)
    finally:
        print("closing")


results = []
collector = report(results)
next(collector)
for item in (10, 20, 60, None, 1, 2, None):
    print("sent", item, "got", collector.send(item))
print(results)

worker = guarded()
print(next(worker), worker.throw(ValueError("bad input")))
worker.close()

#=> sent 10 got 10.0
#=> sent 20 got 15.0
#=> sent 60 got 30.0
#=> finished a series: (3, 30.0)
#=> sent None got None
#=> sent 1 got 1.0
#=> sent 2 got 1.5
#=> finished a series: (2, 1.5)
#=> sent None got None
#=> [(3, 30.0), (2, 1.5)]
#=> recovered from bad input
#=> ready ready
#=> closing

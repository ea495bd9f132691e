# Closures, nonlocal counters, late binding, and where the walrus binds inside comprehensions.


def make_counter(start=0, step=1):
    count = start

    def bump():
        nonlocal count
        count += step
        return count

    def reset():
        nonlocal count
        count = start

    return bump, reset


bump, reset = make_counter(10, 5)
print(bump(), bump(), bump())
reset()
print(bump())

late = [lambda: i for i in range(3)]
early = [lambda i=i: i for i in range(3)]
print([f() for f in late], [f() for f in early])

x = "outer"
squares = [x * x for x in range(4)]
print(x, squares)

readings = [3, 8, 1, 12, 7]
if any((hit := value) > 7 for value in readings):
    print("first reading above 7:", hit)
running = 0
print([running := running + value for value in readings], running)

#=> 15 20 25
#=> 15
#=> [2, 2, 2] [0, 1, 2]
#=> outer [0, 1, 4, 9]
#=> first reading above 7: 8
#=> [3, 11, 12, 24, 31] 31

# Puts work where definitions are: annotations, defaults, decorators, class keywords, type parameters.
#% limits: time=300ms
def spin():
    while True: pass
def f(a: spin()): pass
print("lazy")
class A[T: spin()]: pass
print("lazy")
type B = spin()
print("lazy")
f.__annotations__
#=> lazy
#=> lazy
#=> lazy
#% ends: limit time_ms

# Calls a tool with values that have ever more items. The time limit ends it, in the runtime's own code,
# and the session goes on.
#% limits: time=300ms memory=400MiB
class Dict(dict):
    def items(self):
        while True:
            yield "a", 1
try:
    echo(Dict(a=1))
except Exception as error:
    print(error)
class Dict(dict):
    def items(self):
        n = 0
        while True:
            n += 1
            yield str(n % 10**4), 1
class List(list):
    def __iter__(self):
        while True:
            yield []
echo([List([1])])
#=> echo: argument ['value'] has two keys that are 'a' in JSON
#% ends: limit time_ms | limit memory_bytes

# Dictionaries: merge operators, insertion order, views as sets, setdefault, nested update and inversion.
defaults = {"host": "localhost", "port": 80, "debug": False}
overrides = {"port": 8080, "user": "ada"}

print(defaults | overrides)
print({**overrides, **defaults})
merged = dict(defaults)
merged |= overrides.items()
print(merged, list(merged)[-1], next(reversed(merged)))

merged["host"] = "example.test"
merged["debug"] = merged.pop("debug")
print(merged)
print(defaults.keys() & overrides.keys(), sorted(defaults.keys() ^ overrides.keys()), overrides.items() <= merged.items())

index = {}
for word in "apple avocado banana blueberry cherry apricot".split():
    index.setdefault(word[0], []).append(word)
print(index, index.get("z"), index.get("z", []), sep="\n")


def deep_update(target, source):
    for key, value in source.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            deep_update(target[key], value)
        else:
            target[key] = value
    return target


print(deep_update({"db": {"host": "a", "opts": {"x": 1}}, "n": 1}, {"db": {"opts": {"y": 2}}, "n": [2]}))
print({value: key for key, value in {"a": 1, "b": 2, "c": 1}.items()}, dict.fromkeys("aba", 0))
print(merged.popitem(), merged.pop("nope", "absent"), "port" in merged, {"a": 1, "b": 2} == {"b": 2, "a": 1})
print({1: "int", 1.0: "float", True: "bool"}, dict(zip("xyz", range(3))), dict([("k", "v")], extra=1))

#=> {'host': 'localhost', 'port': 8080, 'debug': False, 'user': 'ada'}
#=> {'port': 80, 'user': 'ada', 'host': 'localhost', 'debug': False}
#=> {'host': 'localhost', 'port': 8080, 'debug': False, 'user': 'ada'} user user
#=> {'host': 'example.test', 'port': 8080, 'user': 'ada', 'debug': False}
#=> {'port'} ['debug', 'host', 'user'] True
#=> {'a': ['apple', 'avocado', 'apricot'], 'b': ['banana', 'blueberry'], 'c': ['cherry']}
#=> None
#=> []
#=> {'db': {'host': 'a', 'opts': {'x': 1, 'y': 2}}, 'n': [2]}
#=> {1: 'c', 2: 'b'} {'a': 0, 'b': 0}
#=> ('debug', False) absent True True
#=> {1: 'bool'} {'x': 0, 'y': 1, 'z': 2} {'k': 'v', 'extra': 1}

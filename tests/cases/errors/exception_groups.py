# Exception groups: except* splits by type, unmatched parts travel on, and split and derive keep the structure.


def check(record):
    problems = []
    if not record.get("name"):
        problems.append(ValueError("name is empty"))
    if not isinstance(record.get("age"), int):
        problems.append(TypeError("age is not an int"))
    if "email" not in record:
        problems.append(KeyError("email"))
    if problems:
        raise ExceptionGroup(f"bad record {record.get('id')}", problems)


def names(group):
    return [type(exc).__name__ for exc in group.exceptions]


for record in ({"id": 1, "name": "Ada", "age": 36, "email": "a@b"}, {"id": 2, "age": "x"}, {"id": 3, "name": "Bo", "age": 5}):
    try:
        check(record)
    except* ValueError as group:
        print("values:", group.message, names(group))
    except* (TypeError, KeyError) as group:
        print("others:", group.message, names(group))
    else:
        print("record", record["id"], "is fine")

try:
    try:
        raise ExceptionGroup("outer", [OSError("disk"), ExceptionGroup("inner", [ValueError(1), OSError("net")])])
    except* OSError as group:
        print("handled", group, "leaves", names(group.exceptions[1]))
except ExceptionGroup as rest:
    print("left over:", rest, names(rest), repr(rest.exceptions[0].exceptions[0]))

matched, other = ExceptionGroup("g", [ValueError("a"), KeyError("b")]).split(KeyError)
print(matched, "|", other, "|", matched.subgroup(ValueError))
try:
    raise RuntimeError("alone")
except* RuntimeError as group:
    print(type(group).__name__, len(group.exceptions), group.exceptions[0])

#=> record 1 is fine
#=> values: bad record 2 ['ValueError']
#=> others: bad record 2 ['TypeError', 'KeyError']
#=> others: bad record 3 ['KeyError']
#=> handled outer (2 sub-exceptions) leaves ['OSError']
#=> left over: outer (1 sub-exception) ['ExceptionGroup'] ValueError(1)
#=> g (1 sub-exception) | g (1 sub-exception) | None
#=> ExceptionGroup 1 alone

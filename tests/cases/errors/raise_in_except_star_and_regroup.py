# except* in depth: several clauses running, raising inside them, naked exceptions, and deriving own group classes.


class JobFailures(ExceptionGroup):
    def __new__(cls, message, excs, job):
        self = super().__new__(cls, message, excs)
        self.job = job
        return self

    def derive(self, excs):
        return JobFailures(self.message, excs, self.job)


def leaves(group):
    for exc in group.exceptions:
        if isinstance(exc, BaseExceptionGroup):
            yield from leaves(exc)
        else:
            yield f"{type(exc).__name__}({exc})"


failures = JobFailures("nightly", [ValueError("row 1"), TypeError("row 2"),
                                   JobFailures("import", [OSError("disk"), ValueError("row 3")], "b")], "a")
for kind in (ValueError, (OSError, TypeError), KeyError):
    matched, rest = failures.split(kind)
    print([list(leaves(part)) if part else None for part in (matched, rest)], getattr(matched, "job", None))
print(list(leaves(failures.subgroup(lambda exc: "row" in str(exc)))), str(failures))

try:
    try:
        raise failures
    except* OSError as group:
        print("clause 1:", list(leaves(group)), group.job)
        raise RuntimeError("while handling") from group
    except* ValueError as group:
        print("clause 2:", list(leaves(group)))
except ExceptionGroup as exc:
    print(type(exc).__name__, list(leaves(exc)), [type(e).__name__ for e in exc.exceptions])
try:
    try:
        1 / 0
    except* ArithmeticError as group:
        print("wrapped:", repr(group.message), list(leaves(group)))
        raise
except ZeroDivisionError as exc:
    print("naked again")
except ExceptionGroup as exc:
    print("still a group", len(exc.exceptions))
for wrong in (lambda: ExceptionGroup("empty", []), lambda: ExceptionGroup("bad", [KeyboardInterrupt()]),
              lambda: ExceptionGroup("bad", [1])):
    try:
        wrong()
    except (ValueError, TypeError) as exc:
        print(f"{type(exc).__name__}: {exc}")
print(type(BaseExceptionGroup("plain", [ValueError()])).__name__, isinstance(failures, Exception))

#=> [['ValueError(row 1)', 'ValueError(row 3)'], ['TypeError(row 2)', 'OSError(disk)']] a
#=> [['TypeError(row 2)', 'OSError(disk)'], ['ValueError(row 1)', 'ValueError(row 3)']] a
#=> [None, ['ValueError(row 1)', 'TypeError(row 2)', 'OSError(disk)', 'ValueError(row 3)']] None
#=> ['ValueError(row 1)', 'TypeError(row 2)', 'ValueError(row 3)'] nightly (3 sub-exceptions)
#=> clause 1: ['OSError(disk)'] a
#=> clause 2: ['ValueError(row 1)', 'ValueError(row 3)']
#=> ExceptionGroup ['RuntimeError(while handling)', 'TypeError(row 2)'] ['RuntimeError', 'JobFailures']
#=> wrapped: '' ['ZeroDivisionError(division by zero)']
#=> still a group 1
#=> ValueError: second argument (exceptions) must be a non-empty sequence
#=> TypeError: Cannot nest BaseExceptions in an ExceptionGroup
#=> ValueError: Item 0 of second argument (exceptions) is not an exception
#=> ExceptionGroup True

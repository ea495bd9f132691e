"""Calls of tools that are under way at the same time.

There is one thread here, and the host has many: it works on calls that were begun while the code goes on, or
waits for all of them at once. `search.aio(...)` is awaited, as any coroutine; `parallel` needs no loop.
"""

import asyncio
import collections

from fumehood import door, tools

waited_for: dict[int, asyncio.Future] = {}
"""What becomes done when a call that was begun is, by its number."""


async def call(tool: str, arguments: dict, attaching=()):
    """Calls a tool, and lets others go on until it answers."""
    number = tools.begin(tool, arguments, attaching)
    done = asyncio.get_running_loop().create_future()
    waited_for[number] = done
    try:
        await done
    except BaseException:
        door.abandon(number)
        raise
    finally:
        del waited_for[number]
    return tools.taken(number)


def wait(seconds: float | None) -> None:
    """Waits until one of the calls is done, or for some time."""
    for number in door.wait(seconds):
        done = waited_for.get(number)
        if done is None:
            _done.add(number)
        elif not done.done():
            # Who waited may have given up.
            done.set_result(None)


def parallel(tool, /, *arguments, return_exceptions: bool = False) -> list:
    """Call a tool with each of several arguments at the same time, and wait for all answers.

    As `map` does, it takes one iterable for each parameter that it passes: `parallel(search, ["a", "b"])`
    answers `[search("a"), search("b")]`. Answers are in the order of the arguments. The first call that fails
    raises, and the others are given up; with `return_exceptions` each exception takes the place of an answer.
    """
    made = getattr(getattr(tool, "aio", None), "made", None)
    if made is None:
        raise TypeError(f"parallel() calls tools, and {tool!r} is none")
    begin = made(tools.begin)
    finish = getattr(tool.aio, "finish", None)
    under_way: collections.deque[int | Exception] = collections.deque()
    answers = []

    def take_first():
        answers.append(_answer(under_way[0], finish, return_exceptions))
        under_way.popleft()

    try:
        for given in zip(*arguments, strict=True):
            if len(under_way) >= _WINDOW:
                take_first()
            try:
                under_way.append(begin(*given))
            except Exception as error:
                if not return_exceptions:
                    raise
                under_way.append(error)
        while under_way:
            take_first()
        return answers
    finally:
        for call in under_way:
            if isinstance(call, int):
                _done.discard(call)
                door.abandon(call)


_WINDOW = 256
"""How many calls `parallel` has begun at most whose answers it has not taken: those the host has to keep."""

_done: set[int] = set()
"""Calls of `parallel` that the host has said are done, of which the answer was not taken."""


def _answer(call: int | Exception, finish, return_exceptions: bool):
    if isinstance(call, Exception):
        return call
    while call not in _done:
        wait(None)
    _done.discard(call)
    try:
        answer = tools.taken(call)
        return answer if finish is None else finish(answer)
    except Exception as error:
        if not return_exceptions:
            raise
        return error

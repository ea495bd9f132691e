"""The same with CPython's means, after state.py: prints the microseconds of each of a number of rounds."""

import os
import pickle
import time


def fork():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def pickle_round_trip():
    pickle.loads(pickle.dumps((records, blocks), pickle.HIGHEST_PROTOCOL))


def measured(function, rounds):
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        print((time.perf_counter() - started) * 1e6)

# Ends a step, answers and fails from deep inside of calls of C, where telling it needs stack as well.
#% limits: time=10s memory=400MiB
import functools, sys
sys.setrecursionlimit(10**6)
def deep(n, do):
    return do() if n == 0 else functools.reduce(lambda a, b: deep(n - 1, do), [1, 2])
def most(do):
    for n in (100_000, 10_000, 5_000, 2_000, 1_000, 500, 100):
        try:
            return deep(n, do)
        except RecursionError:
            pass
most(lambda: 1 / 0)
#%% step
most(lambda: print(echo([1] * 1000)[0]))
#%% step
most(lambda: final_answer("deep"))
#=> 1
#% ends 1: raised ZeroDivisionError
#% ends 2: completed
#% ends: answer "deep"

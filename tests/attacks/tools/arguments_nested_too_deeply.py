# Calls a tool with values inside of values without end: loops, and depths of a million.
def tried(value):
    try:
        echo(value)
        print("called")
    except Exception as error:
        print(type(error).__name__, str(error)[-24:])
loop = []
loop.append(loop)
turn = {}
turn["a"] = [turn]
deep = []
for _ in range(10**6):
    deep = [deep]
pair = {}
for _ in range(100_000):
    pair = {"a": pair}
most = 0
for _ in range(62):
    most = [most]
for value in (loop, turn, deep, pair, most, [most], [[most]]):
    tried(value)
import numpy as np
array = np.empty(1, dtype=object)
array[0] = array
tried(array)
import enum
class Loop(enum.Enum):
    A = 1
Loop.A._value_ = Loop.A
tried(Loop.A)
#=> ToolArgumentError [0] is nested too deeply
#=> ToolArgumentError a'] is nested too deeply
#=> ToolArgumentError [0] is nested too deeply
#=> ToolArgumentError a'] is nested too deeply
#=> called
#=> called
#=> ToolArgumentError [0] is nested too deeply
#=> ToolArgumentError [0] is nested too deeply
#=> ToolArgumentError e'] is nested too deeply

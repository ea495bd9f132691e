# Takes the functions of tools apart, to find what the host keeps behind them. There are templates,
# names and the door.
import gc, inspect
for tool in (echo, fail, nap):
    code = tool.__code__
    assert inspect.isfunction(tool), tool
    print(tool.__name__, code.co_names, code.co_consts, code.co_filename == "<step 1>", tool.__closure__,
          sorted(tool.__globals__))
seen = [o for tool in (echo, fail, nap) for o in gc.get_referents(tool, *gc.get_referents(tool))]
print(len(repr(seen)) > 100)
#=> echo ('_call',) (None,) False None ['__builtins__', '__name__', '_call']
#=> fail ('_call',) (None, ()) False None ['__builtins__', '__name__', '_call']
#=> nap ('_call',) (None,) False None ['__builtins__', '__name__', '_call']
#=> True

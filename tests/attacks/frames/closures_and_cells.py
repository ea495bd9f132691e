# Changes the closures, cells, defaults and code of the runtime's functions.
import fumehood.steps as steps, fumehood.tools as tools
def nothing(*a, **k): return b""
real = tools.call.__code__
tools.call.__code__ = (lambda tool, arguments, attaching=(): "from here").__code__
print(echo(1))
tools.call.__code__ = real
print(echo(1))
steps._encoded.__code__ = (lambda text: b"changed").__code__
"value"
#%% step
steps.run.__code__ = (lambda source, file: b"").__code__
#%% step
x = 1
#=> from here
#=> 1
#% ends 1: completed
#% ends 2: completed
#% ends: failed
#% session: rolled back
#% after: fresh

# Replaces the function that asks the host, so that tools seem to answer. The harm is the code's own: the
# host was not asked.
from fumehood import door, tools
door._call = lambda request: b'"forged"'
print(echo(1))
#%% step
print(echo(2))
tools.call = lambda tool, arguments, attaching=(): "again"
print(echo(3))
#%% step
import _host
door._call = _host.call
#=> forged
#=> forged
#=> forged

# Has the function that sets an interpreter up wait for ever, call tools and print, and then breaks the
# interpreter, so that the host has to set it up anew in the same memory, outside of any step.
#% session: either
#% ends: failed
import fumehood.sessions
def start(setup):
    import time, _host
    print("nobody sees this" * 10000)
    try:
        _host.call(b"\1\4\0\0\0echo" + b'{"value": 1}')
    except Exception:
        pass
    time.sleep(10**9)
fumehood.sessions.start.__code__ = start.__code__
#%% step
import os
os.abort()

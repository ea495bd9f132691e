# Watches every instruction by the monitoring interface, and raises or loops where it is called.
#% limits: time=500ms
import sys
m = sys.monitoring
m.use_tool_id(1, "attack")
E = m.events
def act(*a):
    raise RuntimeError("monitored")
m.register_callback(1, E.CALL, act)
m.set_events(1, E.CALL)
len("x")
#%% step
m.set_events(1, 0)
m.register_callback(1, E.CALL, None)
print("on")
m.register_callback(1, E.INSTRUCTION, lambda *a: [0] * 10_000)
m.set_events(1, E.INSTRUCTION)
while True: pass
#%% step
m.set_events(1, 0)
print("off")
#=> ?
#% ends 1: raised RuntimeError | raised Exception | failed
#% ends 2: limit time_ms | raised RuntimeError | raised Exception
#% ends: completed | raised Exception
#% session: either
#% after: fresh

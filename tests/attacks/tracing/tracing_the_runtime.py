# Traces what runs after its step and before the next one, and has the runtime run other code than the
# host's. It is a step of the same session, and within the same walls.
import sys
def trace(frame, event, argument):
    if frame.f_code.co_name == "_execute":
        frame.f_locals["source"] = "print('mine')"
    return trace
sys.settrace(trace)
#%% step
print("the host's")
#=> mine
#% after: fresh

# Looks for the handler's frame by a profile function and changes what it raises.
#% limits: time=300ms
import sys
def profile(frame, event, argument):
    if frame.f_code.co_name == "_interrupted":
        frame.f_locals["text"] = ""
sys.setprofile(profile)
while True: pass
#%% step
sys.setprofile(None)
print("on")
#% ends 1: limit time_ms
#% session: either
#=> on

# Clears frames that run, and jumps in them.
import sys
frame = sys._getframe()
while frame:
    for do in (frame.clear, lambda: setattr(frame, "f_lineno", 1), lambda: setattr(frame, "f_trace", 5), lambda: frame.f_locals.clear() if False else None, lambda: delattr(frame, "f_trace")):
        try:
            do()
        except (RuntimeError, ValueError, AttributeError, TypeError) as error:
            pass
    frame = frame.f_back
print("still here")
#=> still here

# Puts something else in place of its `__builtins__`: each step begins with the real ones.
__builtins__ = {"print": None}
#%% step
print("printed")
__builtins__ = None
#%% step
del __builtins__
#%% step
import __main__
__main__.__dict__.clear()
#%% step
print(len("abc"), sorted(globals()))
#=> printed
#=> 3 ['__builtins__']

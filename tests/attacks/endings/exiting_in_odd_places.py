# Calls `sys.exit` where nothing expects it: while a value is rendered, in a comparison, a finaliser, a
# class body, a generator, an exception's text. Each is an end of the step, or nothing.
import sys
class A:
    def __repr__(self): sys.exit(3)
    def __eq__(self, other): sys.exit()
    def __hash__(self): sys.exit("text")
    def __del__(self): sys.exit(4)
A()
#%% step
A() == 1
#%% step
{A(): 1}
#%% step
A()
None
#%% step
class B:
    sys.exit(None)
#%% step
list(sys.exit(False) for _ in range(3))
#%% step
class E(Exception):
    def __str__(self): sys.exit(5)
raise E
#%% step
raise SystemExit(SystemExit(SystemExit()))
#%% step
exit()
#% ends 1: raised SystemExit
#% ends 2: completed
#% ends 3: raised SystemExit
#% ends 4: completed
#% ends 5: completed
#% ends 6: completed | raised SystemExit
#% ends 7: raised Exception | raised E
#% ends 8: raised SystemExit
#% ends: completed | raised NameError

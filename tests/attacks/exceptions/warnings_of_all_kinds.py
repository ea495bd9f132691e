# Warns with texts, categories and filters that are hostile, and has warnings raise.
import warnings
warnings.simplefilter("error")
try:
    eval("1 is 1")
except SyntaxError:
    print("raised")
warnings.resetwarnings()
class Odd(Warning):
    def __str__(self): raise ValueError
warnings.showwarning = lambda *a: 1 / 0
try:
    warnings.warn(Odd())
except ZeroDivisionError:
    print("shown")
warnings.filters[:] = [5]
try:
    warnings.warn("x")
except Exception as error:
    print(type(error).__name__)
#%% step
warnings._showwarnmsg = None
eval("1 is 1")
#=> raised
#% ends: raised ValueError | raised TypeError | completed | raised SyntaxError
#% after: fresh

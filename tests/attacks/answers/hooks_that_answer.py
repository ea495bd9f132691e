# Has the display hook, the exception hook and the audit hook answer. No runtime here calls them, or the
# answer is given by code that runs in the step anyway.
import sys
sys.excepthook = lambda *a: final_answer("excepthook")
sys.displayhook = lambda value: final_answer("displayhook")
1 / 0
#%% step
6 * 7
#% ends 1: raised ZeroDivisionError
#% ends: completed

# Answers and then ends by an exception. There is no answer, in this step or in the next one.
try:
    final_answer("early")
except BaseException:
    pass
1 / 0
#%% step
x = 1
#% ends 1: raised ZeroDivisionError
#% ends: completed

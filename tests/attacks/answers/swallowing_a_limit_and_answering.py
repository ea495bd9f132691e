# Goes past a limit, swallows its exception and raises another. Within the grace that is the code's right;
# what is told is what ended the step.
#% limits: time=200ms
try:
    while True:
        pass
except BaseException:
    final_answer("after all")
#% ends: answer "after all"

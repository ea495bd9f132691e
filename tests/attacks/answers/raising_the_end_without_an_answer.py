# Raises what ends a step that has answered, without an answer. There is none.
from fumehood import tools
raise tools._FinalAnswer
#%% step
class Mine(tools._FinalAnswer):
    pass
raise Mine
#%% step
tools._FinalAnswer = ValueError
raise ValueError("not an answer")
#% ends 1: completed
#% ends 2: raised fumehood.tools.Mine | raised Mine
#% ends: completed

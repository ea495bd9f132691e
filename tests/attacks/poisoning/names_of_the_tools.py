# Hides the tools and the runtime's function behind its own names. They are names like any other.
echo = fail = final_answer = lambda *a: "hidden"
print(echo(1), final_answer(2))
#%% step
from fumehood import final_answer
final_answer(3)
#=> hidden hidden
#% ends: answer 3

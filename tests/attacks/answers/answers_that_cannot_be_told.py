# Gives answers that have no text, or a text that never ends, or no JSON.
#% limits: time=300ms
class Answer:
    def __str__(self):
        raise ValueError("no text")
final_answer(Answer())
#%% step
class Answer:
    def __str__(self):
        return 5
final_answer(Answer())
#%% step
class Answer:
    def __str__(self):
        while True: pass
final_answer(Answer())
#%% step
loop = []
loop.append(loop)
final_answer(loop)
#%% step
final_answer("\ud800")
#%% step
final_answer(float("nan"))
#% ends 1: raised ValueError
#% ends 2: raised TypeError
#% ends 3: limit time_ms
#% ends 4: answer
#% ends 5: answer
#% ends: answer

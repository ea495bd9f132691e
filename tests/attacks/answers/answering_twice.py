# Answers, catches what ends the step, and answers otherwise. The first answer counts.
for answer in (1, 2, 3):
    try:
        final_answer(answer)
    except BaseException:
        pass
#% ends: answer 1

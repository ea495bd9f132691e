# Calls tools past their limit and swallows each refusal. None is called; the time limit ends it.
#% limits: time=300ms tool_calls=5
answered = 0
try:
    while True:
        try:
            echo(1)
            answered += 1
        except BaseException as error:
            if "time" in str(error):
                raise
finally:
    print(answered)
#=> 5
#% ends: limit time_ms

# The order in which try, except, else and finally blocks run, with returns, loops and a re-raise.


def steps(action):
    trace = []
    try:
        trace.append("try")
        action()
    except ValueError:
        trace.append("except")
    else:
        trace.append("else")
    finally:
        trace.append("finally")
    return " > ".join(trace)


def early_return(values):
    for value in values:
        try:
            if value < 0:
                continue
            if value == 0:
                return "returned from the loop"
            print("  looked at", value)
        finally:
            print("  finally for", value)
    return "loop ended"


def reraise(text):
    try:
        return float(text)
    except ValueError as exc:
        print("logged:", exc)
        raise
    finally:
        print("closing", text)


print(steps(lambda: None), steps(lambda: int("x")), sep="\n")
print(early_return([1, -1, 2, 0, 5]))
print(reraise("2.5"))
reraise("two")

#=> try > else > finally
#=> try > except > finally
#=>   looked at 1
#=>   finally for 1
#=>   finally for -1
#=>   looked at 2
#=>   finally for 2
#=>   finally for 0
#=> returned from the loop
#=> closing 2.5
#=> 2.5
#=> logged: could not convert string to float: 'two'
#=> closing two
#! ValueError: could not convert string to float: 'two'
#@ 44, 33

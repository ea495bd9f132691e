# Catches the exception of the fuel limit and goes on, as often as it comes.
#% needs: fuel
#% limits: fuel=200M time=20s
while True:
    try:
        while True: pass
    except BaseException:
        pass
#% ends: limit fuel
#% session: rolled back

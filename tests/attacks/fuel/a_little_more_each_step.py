# Uses up the fuel of each step, and the grace after it, to get more of it in the end. Each step has its
# own, and is told so.
#% needs: fuel
#% limits: fuel=100M time=20s
n = 0
try:
    while True: n += 1
finally:
    for _ in range(10_000): n += 1
#%% step
try:
    while True: n += 1
finally:
    for _ in range(10_000): n += 1
#%% step
print(n > 20_000)
#=> True
#% ends 1: limit fuel
#% ends 2: limit fuel

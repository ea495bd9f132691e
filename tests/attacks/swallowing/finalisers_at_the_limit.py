# Is interrupted in a finaliser, whose exceptions nobody gets: the limit is raised again elsewhere.
#% limits: time=200ms
class Loop:
    def __del__(self):
        while True: pass
n = 0
while True:
    n += 1
    Loop()
#% ends: limit time_ms
#% session: either

# Raises an exception whose finaliser swallows interruptions, so that the step does not end after it has.
#% limits: time=300ms
class Error(Exception):
    def __del__(self):
        while True:
            try:
                while True: pass
            except BaseException:
                pass
raise Error
#% ends: limit time_ms
#% session: rolled back

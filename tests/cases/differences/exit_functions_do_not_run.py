# guest: a session ends without Python being finalised: registered exit functions and last finalizers do not run
# Use with, try and finally, which are not affected; what a program prints is flushed after every step.
import atexit
import sys
import weakref


class Resource:
    def __del__(self):
        print("finalizer of", self.__dict__)


print(atexit.register(print, "an exit function"))
kept = Resource()
other = Resource()
weakref.finalize(kept, print, "a weak finalizer")
other.name = "other"
del other
sys.stdout.write("no newline at the end, and yet shown")

#=> <built-in function print>
#=> finalizer of {'name': 'other'}
#=> no newline at the end, and yet shown

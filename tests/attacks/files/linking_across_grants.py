# Gives a file of the read-only folder a second name in the writable one, to write to it there.
import os
for do in (os.link, os.rename, os.replace):
    for source in ("/data/hello.txt", "/data/pipe", "/data/absolute", "/data/relative"):
        try:
            do(source, "/out/stolen")
            print(do.__name__, source)
        except OSError:
            pass
for source in ("/usr/local/lib/python315.zip",):
    for do in (os.link, os.rename):
        try:
            do(source, "/out/library")
            print(do.__name__, source)
        except OSError:
            pass
print(os.listdir("/out"))
#=> ['pipe']

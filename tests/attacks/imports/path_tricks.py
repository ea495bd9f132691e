# Has imports find its own files first, in place of the library's, by paths, folders and archives.
import os, sys, zipfile
for name in ("wave", "fumehood_plugin", "sitecustomize", "usercustomize"):
    open(f"/tmp/{name}.py", "w").write("planted = True\nprint('planted', __name__)")
sys.path[:0] = ["/tmp", "/data/..", "/", "", ".", "/tmp/../", "http://127.0.0.1/", "/proc/self/cwd"]
import wave
print(wave.planted)
with zipfile.ZipFile("/tmp/more.zip", "w") as z:
    z.writestr("zipped.py", "x = 1")
    z.writestr("../outside.py", "x = 2")
sys.path.insert(0, "/tmp/more.zip")
import zipped
try:
    import outside
except ImportError:
    print("not outside")
#%% step
import site
print(site.ENABLE_USER_SITE)
try:
    site.main()
except (OSError, AttributeError, TypeError) as error:
    pass
#=> planted wave
#=> True
#=> not outside
#=> None
#=> planted sitecustomize
#% after: fresh

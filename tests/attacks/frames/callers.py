# Climbs from its own frame to the runtime's, and reads and changes what is there. It finds its source,
# its name and the module; what the host asks next is not among that.
import sys
frame = sys._getframe()
names = []
while frame:
    names.append((frame.f_code.co_name, sorted(frame.f_locals)[:8] if frame.f_code.co_name != "<module>" else []))
    frame = frame.f_back
for name in names:
    print(*name)
frame = sys._getframe()
while frame:
    if frame.f_code.co_name == "run":
        frame.f_locals["file"] = "changed"
        frame.f_locals["source"] = "changed"
    frame = frame.f_back
1 / 0
#=> <module> []
#=> _execute ['expression', 'file', 'last', 'namespace', 'source', 'statements', 'tree']
#=> run ['file', 'source']
#% ends: raised ZeroDivisionError

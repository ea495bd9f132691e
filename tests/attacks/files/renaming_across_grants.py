# Moves folders and files between its own folders, so that a path inside one leads out of it.
import os
os.makedirs("/out/deep/er")
open("/tmp/mine", "w").write("mine")
for source, target in [("/tmp/mine", "/data/mine"), ("/out/deep", "/data/deep"), ("/out", "/tmp/out"),
                       ("/tmp", "/out/tmp"), ("/data", "/out/data"), ("/out/deep", "/out/../deep"),
                       ("/tmp/mine", "/tmp/../mine"), ("/data/..", "/out/up"),
                       ("/out/deep", "/out/deep/er/deep")]:
    try:
        os.rename(source, target)
        print(source, target)
    except OSError:
        pass
print(sorted(os.listdir("/out")), os.listdir("/tmp"), open("/tmp/mine").read())
#=> ['deep', 'pipe'] ['mine'] mine

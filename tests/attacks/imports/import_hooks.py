# Hooks imports, so that whatever is imported is its own, also by the runtime within its session.
import sys, types
class Finder:
    def find_spec(self, name, path=None, target=None):
        return __import__("importlib.util").util.spec_from_loader(name, self)
    def create_module(self, spec):
        return types.ModuleType(spec.name)
    def exec_module(self, module):
        module.planted = True
sys.meta_path.insert(0, Finder())
import anything_at_all, tomllib
print(anything_at_all.planted, hasattr(tomllib, "planted"))
#%% step
import wave
print(wave.planted)
#%% step
sys.meta_path[:] = [5]
import chunk
#=> True True
#=> True
#% ends: raised AttributeError | raised ModuleNotFoundError | raised TypeError
#% after: fresh

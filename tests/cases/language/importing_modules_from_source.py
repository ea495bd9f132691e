# The import machinery: modules made by hand, from source text, from a folder and a zip, and a finder of one's own.
import importlib
import importlib.abc
import importlib.util
import sys
import tempfile
import types
import zipfile
from pathlib import Path

handmade = types.ModuleType("handmade", "A module without a file.")
exec("VALUE = 6\ndef double(): return VALUE * 2", handmade.__dict__)
sys.modules["handmade"] = handmade
from handmade import double

handmade.VALUE = 10
print(double(), handmade.__doc__, handmade.__name__, type(handmade).__name__)


class Recipes(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    sources = {"recipes": "from recipes import soup\nNAMES = [soup.NAME]", "recipes.soup": "NAME = __name__ + '!'"}

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, is_package=name == "recipes")

    def exec_module(self, module):
        exec(self.sources[module.__name__], module.__dict__)


sys.meta_path.insert(0, Recipes())
import recipes

print(recipes.NAMES, recipes.soup.__package__, "recipes.soup" in sys.modules, recipes.__spec__.name)

with tempfile.TemporaryDirectory() as folder:
    package = Path(folder, "shop")
    package.mkdir()
    (package / "__init__.py").write_text("from .prices import price\n__all__ = ['price']\nloaded = __file__[-16:]")
    (package / "prices.py").write_text("def price(item):\n    return {'tea': 4}[item]\n")
    with zipfile.ZipFile(Path(folder, "lib.zip"), "w") as archive:
        archive.writestr("zipped.py", "WHERE = __file__.split('/')[-2:]")
    sys.path[:0] = [folder, f"{folder}/lib.zip"]
    importlib.invalidate_caches()
    import shop
    import zipped

    print(shop.price("tea"), shop.loaded, zipped.WHERE, shop.prices.__name__)
    path = package / "prices.py"
    spec = importlib.util.spec_from_file_location("fresh_prices", path)
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    print(fresh is shop.prices, fresh.price("tea"), importlib.import_module("shop.prices") is shop.prices)
    del sys.path[:2]
for name in ("no_such_module", "shop.missing", "json.nothing"):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as exc:
        print(exc.name, "|", exc)

#=> 20 A module without a file. handmade module
#=> ['recipes.soup!'] recipes True recipes
#=> 4 shop/__init__.py ['lib.zip', 'zipped.py'] shop.prices
#=> False 4 True
#=> no_such_module | No module named 'no_such_module'
#=> shop.missing | No module named 'shop.missing'
#=> json.nothing | No module named 'json.nothing'

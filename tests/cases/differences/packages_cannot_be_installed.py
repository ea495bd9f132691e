# guest: the packages are linked in; there is no pip, no site-packages folder, and no network to fetch from
import importlib.util
import sys

print([name for name in ("pip", "requests", "torch", "polars", "pyarrow", "cv2") if importlib.util.find_spec(name)])
print(all(importlib.util.find_spec(name) for name in (
    "numpy", "pandas", "scipy", "sklearn", "statsmodels", "matplotlib", "seaborn", "sympy", "networkx", "lxml", "bs4", "PIL",
    "openpyxl", "xlsxwriter", "pypdf", "reportlab", "jinja2", "yaml", "regex", "tabulate", "tqdm", "attr", "joblib")))
try:
    import requests
except ModuleNotFoundError as exc:
    print(exc)
print([path for path in sys.path if "site-packages" in path])

#=> []
#=> True
#=> No module named 'requests'
#=> []

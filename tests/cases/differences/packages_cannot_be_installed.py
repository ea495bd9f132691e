# guest: the packages are linked in; there is no pip and no network to fetch from, and site-packages is the image's
import importlib.util
import sys

print([name for name in ("pip", "torch", "polars", "pyarrow", "cv2") if importlib.util.find_spec(name)])
print(all(importlib.util.find_spec(name) for name in (
    "numpy", "pandas", "scipy", "sklearn", "statsmodels", "matplotlib", "seaborn", "sympy", "networkx", "lxml", "bs4", "PIL",
    "openpyxl", "xlsxwriter", "pypdf", "reportlab", "jinja2", "yaml", "regex", "tabulate", "tqdm", "attr", "joblib")))
try:
    import torch
except ModuleNotFoundError as exc:
    print(exc)
print([path for path in sys.path if "site-packages" in path])
try:
    open("/usr/local/lib/site-packages/torch.py", "w")
except OSError as exc:
    print(type(exc).__name__)

#=> []
#=> True
#=> No module named 'torch'
#=> ['/usr/local/lib/site-packages']
#=> PermissionError

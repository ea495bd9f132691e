# code, codeop and runpy: an interactive interpreter driven by text, incomplete input, and programs run from files.
import code
import codeop
import contextlib
import io
import runpy
import sys
import tempfile
import zipfile
from pathlib import Path


class Notebook(code.InteractiveInterpreter):
    def __init__(self):
        super().__init__({"__name__": "__notebook__"})
        self.errors = []

    def write(self, text):
        self.errors.append(text)

    def cell(self, source):
        self.errors.clear()
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            more = self.runsource(source, "<cell>", "exec" if "\n" in source else "single")
        last = "".join(self.errors).strip().splitlines()[-1:] or [""]
        return "incomplete" if more else out.getvalue().strip() or last[0] or None


notebook = Notebook()
for source in ("x = 6", "x * 7", "print('hi')", "for n in range(3):", "for n in range(2):\n    print(n, end=';')\n",
               "1 / 0", "x +* 2", "def f(a):\n    return a + x\n", "f(4)", "(1,\n2", "'x' * f(-4)"):
    print(f"{source!r:<44} {notebook.cell(source)!r}")
print(sorted(name for name in notebook.locals if not name.startswith("__")))
for source in ("if True:", "x = [1,", "x = 1", "def f():\n  pass", "'''open"):
    print(codeop.compile_command(source) is None, end=" ")
try:
    codeop.compile_command("x ==== 1")
except SyntaxError as exc:
    print(type(exc).__name__)

with tempfile.TemporaryDirectory() as folder:
    program = Path(folder, "program.py")
    program.write_text("import sys\nNAME = __name__\nARGS = sys.argv[1:]\n"
                       "if __name__ == '__main__':\n    print('as main', __file__[-10:])\n")
    old, sys.argv = sys.argv, [str(program), "-v"]
    result = runpy.run_path(str(program), run_name="__main__")
    print(result["NAME"], result["ARGS"], runpy.run_path(str(program), init_globals={"GIVEN": 5})["GIVEN"])
    sys.argv = old
    package = Path(folder, "tool")
    package.mkdir()
    (package / "__init__.py").write_text("VERSION = '2'\n")
    (package / "__main__.py").write_text("from . import VERSION\nprint('tool', VERSION, __package__)\n")
    sys.path.insert(0, folder)
    runpy.run_module("tool", run_name="__main__")
    bundle = Path(folder, "app.pyz")
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("__main__.py", "import helper\nprint('zipped', helper.X, __name__)\n")
        archive.writestr("helper.py", "X = 41 + 1\n")
    runpy.run_path(str(bundle), run_name="__main__")
    sys.path.remove(folder)

#=> 'x = 6'                                      None
#=> 'x * 7'                                      '42'
#=> "print('hi')"                                'hi'
#=> 'for n in range(3):'                         'incomplete'
#=> "for n in range(2):\n    print(n, end=';')\n" '0;1;'
#=> '1 / 0'                                      'ZeroDivisionError: division by zero'
#=> 'x +* 2'                                     'SyntaxError: invalid syntax'
#=> 'def f(a):\n    return a + x\n'              None
#=> 'f(4)'                                       '10'
#=> '(1,\n2'                                     'incomplete'
#=> "'x' * f(-4)"                                "'xx'"
#=> ['f', 'n', 'x']
#=> True True False True True SyntaxError
#=> as main program.py
#=> __main__ ['-v'] 5
#=> tool 2 tool
#=> zipped 42 __main__

"""Runs one module of CPython's tests inside the sandbox, where `scripts/cpython-tests` imports it: what
it defines is not to be found in `__main__`, where some tests look.

It has the tests' `test` package below /cpython, and writes to /result, a line of JSON for each event, as
soon as it happens: what a test that ends the whole interpreter has not lost by then.

    {"tests": [name, ...]}                          what there is to run
    {"start": name}                                 a test begins
    {"test": name, "outcome": word, "why": text}    it has ended: pass, fail, error, skip, limit
    {"end": true}                                   nothing is left to run
"""

import importlib
import json
import os
import random
import sys
import traceback
import types
import unittest
import warnings

with open("/result/task") as _file:
    _task = json.load(_file)
MODULE = _task["module"]
SETTLED = set(_task["settled"])
PREFIX = f"test.{MODULE}."
RANKS = ["pass", "skip", "fail", "error", "limit"]

# Modules for tests of CPython's C code, which the guest lacks. Most tests skip themselves without them;
# the others are counted so.
FOR_TESTS = {"_testcapi", "_testinternalcapi", "_testlimitedcapi"}

# Modules that use the helpers of `test_importlib`, which refuse where a module for tests is lacking.
NEED_IMPORTLIB = {
    "test_compileall",
    "test_import",
    "test_importlib",
    "test_pkgutil",
    "test_pyclbr",
    "test_runpy",
    "test_zipimport",
}

# Modules that use ctypes if it can be imported.
NEED_CTYPES = {"test_code", "test_frame", "test_genericalias", "test_io", "test_memoryview"}

# Modules that refuse where there are no sockets, though few of their tests use any. Those of asyncio are
# such too: the loop of the sandbox needs none.
NEED_NO_SOCKET = {"test_asyncgen", "test_urllib2", "test_wsgiref", "test_xml_dom_xmlbuilder"}

# Kept from tests that replace them.
_write = os.write
_encode = json.dumps
_events = os.open("/result/events", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def tell(**event):
    _write(_events, (_encode(event) + "\n").encode())


def name_of(test):
    return test.id().removeprefix(PREFIX)


def limit_reached(cls):
    """Whether the exception is the sandbox's own, after which the host allows little more."""
    return any(base.__module__ == "fumehood" for base in cls.__mro__)


class Result(unittest.TestResult):
    """Tells of each test once it has ended, with the worst that was said of it until then."""

    def __init__(self):
        super().__init__()
        self.outcomes = {}

    def say(self, test, outcome, why=""):
        before = self.outcomes.get(name_of(test), ("pass", ""))
        if RANKS.index(outcome) > RANKS.index(before[0]):
            self.outcomes[name_of(test)] = (outcome, why)

    def startTest(self, test):
        super().startTest(test)
        tell(start=name_of(test))

    def stopTest(self, test):
        super().stopTest(test)
        outcome, why = self.outcomes.get(name_of(test), ("pass", ""))
        tell(test=name_of(test), outcome=outcome, why=why)

    def raised(self, test, outcome, error):
        why = "".join(traceback.format_exception(*error, limit=-6))[-6000:]
        if limit_reached(error[0]):
            self.say(test, "limit", why)
            self.stop()
        elif isinstance(error[1], ModuleNotFoundError) and error[1].name in FOR_TESTS:
            self.say(test, "skip", str(error[1]))
        else:
            self.say(test, outcome, why)
        if not hasattr(test, "_testMethodName") and not hasattr(test, "_dt_test"):
            # What prepares a class or a module failed, or the import of a part: no test ever starts.
            self.stopTest(test)

    def addError(self, test, error):
        self.raised(test, "error", error)

    def addFailure(self, test, error):
        self.raised(test, "fail", error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            kind = "fail" if issubclass(error[0], test.failureException) else "error"
            self.raised(test, kind, error)

    def addSkip(self, test, reason):
        if isinstance(test, unittest.case._SubTest):
            # A test of which a part was skipped has passed if the rest has.
            return
        self.say(test, "skip", reason)
        # A test that is skipped once it has registered itself to monitor stays registered.
        for tool in range(6):
            if sys.monitoring.get_tool(tool) is not None:
                sys.monitoring.free_tool_id(tool)
        if not hasattr(test, "_testMethodName") and not hasattr(test, "_dt_test"):
            self.stopTest(test)

    def addUnexpectedSuccess(self, test):
        self.say(test, "fail", "it was expected to fail")


def flat(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


def without(suite, names):
    """The suite, in its own shape, less what ran before the interpreter had to be started again."""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(without(test, names))
        elif name_of(test) not in names:
            kept.addTest(test)
    return kept


def prepare():
    """Makes the surroundings what the tests expect of CPython for WASI, where the guest differs, and has
    modules run that refuse to as a whole, for something that only a few of their tests need.

    None of this touches what is tested.
    """
    if MODULE in NEED_CTYPES:
        # CPython for WASI has no ctypes, and what needs it is skipped. The guest has a stand-in that
        # does nothing, so that libraries can import it.
        sys.modules["ctypes"] = None
    # There is no such file, and `platform.libc_ver`, which modules call while they are imported, wants
    # to read it.
    sys.executable = ""

    from test import support
    from test.support import import_helper, os_helper, socket_helper

    # Some tests remove compiled modules wherever modules are looked for. Where nothing can be written,
    # that is refused, before anybody looks whether there is such a file.
    import_helper.unlink = forgiving(os_helper.unlink)
    if MODULE == "test_class":
        stand_in("_testinternalcapi", "has_inline_values")
    if MODULE == "test_with":
        stand_in("_testinternalcapi", "SelfInterruptingContextManager")
    if MODULE == "test_bytes":
        stand_in("_testlimitedcapi", "sequence_getitem", "sequence_setitem", "sequence_delitem")
    if MODULE in ("test_argparse", "test_getopt", "test_optparse"):
        # They want it for a tool that is not installed with CPython, and it wants subprocesses.
        stand_in("test.test_tools", "skip_if_missing")
    if MODULE in NEED_IMPORTLIB:
        stand_in("_testmultiphase")
        import test.test_importlib.util

        # Whoever else asks for it is to hear that there is none.
        del sys.modules["_testmultiphase"]
    if MODULE in ("test_mailbox", "test_urllib", "test_urllib2"):
        # CPython for WASI has no `socket.gethostname`; the guest has.
        socket_helper.has_gethostname = True
    if MODULE in NEED_NO_SOCKET or MODULE.startswith("test_asyncio."):
        required = support.requires_working_socket
        support.requires_working_socket = lambda *, module=False: None if module else required()
    if MODULE == "test_ast":
        # It reads the standard library as files, from where `ast` is. Here that is an archive of
        # compiled modules; so it finds only its own example files.
        import ast

        ast.__file__ = "/cpython/ast.py"


def forgiving(unlink):
    def without_refusal(name):
        try:
            unlink(name)
        except PermissionError:
            pass

    return without_refusal


def stand_in(module, *functions):
    """Puts a module in the place of one that is not there, for tests that import from it without asking
    first. A test that calls a function of it is skipped."""

    def skip(*args, **kwargs):
        raise unittest.SkipTest(f"needs {module}")

    sys.modules[module] = types.ModuleType(module)
    for name in functions:
        setattr(sys.modules[module], name, skip)


def load():
    """The tests of the module, with CPython's `test` package set up as its own runner does it: quiet, and
    without what costs much time or needs a network."""
    sys.path.insert(0, "/cpython")
    prepare()
    from test import support

    support.verbose = 0
    support.use_resources = {}
    support.record_original_stdout(sys.stdout)
    random.seed(0)

    return unittest.TestLoader().loadTestsFromModule(importlib.import_module(f"test.{MODULE}"))


def main():
    tell(start="(module)")
    try:
        suite = load()
    except Exception as error:
        skip = isinstance(error, unittest.SkipTest) or getattr(error, "name", None) in FOR_TESTS
        why = str(error) if skip else "".join(traceback.format_exception(error))
        tell(test="(module)", outcome="skip" if skip else "error", why=why)
        tell(end=True)
        return
    tell(test="(module)", outcome="pass", why="")
    tell(tests=[name_of(test) for test in flat(suite)])
    result = Result()
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        without(suite, SETTLED).run(result)
    if not result.shouldStop:
        tell(end=True)

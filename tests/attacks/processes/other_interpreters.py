# Starts interpreters inside of the interpreter, and attaches to running ones.
import sys
for do in ("__import__('concurrent.interpreters').interpreters.create()", "__import__('_interpreters').create()",
           "__import__('concurrent.futures.interpreter')",
           "__import__('concurrent.futures').futures.InterpreterPoolExecutor(1).submit(print)",
           "sys.remote_exec(1, '/tmp/x.py')", "sys.activate_stack_trampoline('perf')", "__import__('pdb').attach(1)"):
    try:
        print(do, eval(do))
    except (ImportError, AttributeError, OSError, ValueError, RuntimeError):
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused

# Starts processes through the libraries that others use for it.
import asyncio, concurrent.futures, multiprocessing, platform, subprocess, webbrowser
def tried(do):
    try:
        return do()
    except (OSError, ImportError, AttributeError, NotImplementedError, RuntimeError, ValueError,
            webbrowser.Error):
        return "refused"
async def shell():
    process = await asyncio.create_subprocess_shell("id")
    await process.wait()
for do in (lambda: subprocess.run(["id"]), lambda: subprocess.check_output("id", shell=True),
           lambda: subprocess.Popen("id", preexec_fn=print), lambda: subprocess.getoutput("id"),
           lambda: multiprocessing.Process(target=print).start(),
           lambda: multiprocessing.Pool(2).map(abs, [1]), lambda: multiprocessing.Manager(),
           lambda: list(concurrent.futures.ProcessPoolExecutor(2).map(abs, [1])),
           lambda: asyncio.run(shell()), lambda: webbrowser.open("http://127.0.0.1") and "opened",
           lambda: __import__("pty").spawn("sh"), lambda: __import__("ensurepip").bootstrap()):
    print(tried(do))
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> False
#=> refused
#=> refused

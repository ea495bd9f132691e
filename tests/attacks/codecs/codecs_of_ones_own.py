# Registers codecs that lie: about lengths, by returning what is no text, by running code while a name of
# a file, an argument or an output is encoded.
import codecs
def search(name):
    if name.startswith("evil"):
        return codecs.CodecInfo(encode=lambda text, errors="strict": (b"x" * 10, 10**9), decode=lambda data, errors="strict": (5, -1), name=name)
    if name == "loop":
        raise codecs.lookup("loop")
codecs.register(search)
codecs.register_error("strict", lambda error: ("", 10**9))
codecs.register_error("backslashreplace", lambda error: (1 / 0, 0))
def tried(do):
    try:
        return do()
    except Exception as error:
        return type(error).__name__
print(tried(lambda: "a".encode("evil")), tried(lambda: b"a".decode("evil")), tried(lambda: "a".encode("loop")))
print(tried(lambda: open("/tmp/f", "w", encoding="evil").write("text")), tried(lambda: echo("\ud800")))
#%% step
"\ud800"
#%% step
raise ValueError("\udfff")
#=> b'xxxxxxxxxx' TypeError RecursionError
#=> TypeError IndexError
#% ends 1: completed
#% ends 2: completed | raised Exception
#% ends: raised ValueError | raised Exception
#% after: fresh

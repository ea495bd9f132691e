# Encodes and decodes what grows a hundredfold, shifts state, or is cut in the middle, in every encoding.
#% limits: time=20s memory=400MiB
import codecs, encodings.aliases
tried = set()
for name in sorted(set(encodings.aliases.aliases.values())):
    for text, data in (("\U0010ffff" * 1000, b"\x1b$B\xff" * 1000), ("\ud800a\0" * 100, b"\x81" * 999), ("xn--" * 30, b"+" * 999)):
        for errors in ("strict", "ignore", "replace", "surrogateescape", "xmlcharrefreplace", "namereplace"):
            for do in (lambda: text.encode(name, errors), lambda: data.decode(name, errors), lambda: codecs.getincrementaldecoder(name)(errors).decode(data), lambda: codecs.encode(data, name)):
                try:
                    do()
                except Exception as error:
                    tried.add(type(error).__name__)
print("UnicodeDecodeError" in tried, "UnicodeEncodeError" in tried, "SystemError" in tried)
print(len(codecs.encode(b"a" * 10**6, "hex")), tried - {"UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError", "LookupError", "TypeError", "ValueError", "Error", "error", "OSError", "AssertionError", "AttributeError", "NotImplementedError"})
#=> True True False
#=> 2000000 set()

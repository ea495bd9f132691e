# Encodings: codecs by name, byte-order marks, error handlers of one's own, incremental decoding and text wrappers.
import codecs
import io

word = "Grüße, мир ☃"
for name in ("utf-8", "utf-16", "utf-16-be", "utf-32-le", "cp1251", "latin-1", "ascii", "utf-7", "punycode"):
    try:
        encoded = word.encode(name)
        print(f"{name:<10}{len(encoded):>3} bytes {encoded[:6]} {encoded.decode(name) == word}")
    except UnicodeEncodeError as exc:
        print(f"{name:<10}cannot encode {exc.object[exc.start]!r} at {exc.start}")
print(codecs.lookup("latin1").name, codecs.lookup("UTF8").name)
print(codecs.BOM_UTF8 + "x".encode() == "\ufeffx".encode(), b"\xef\xbb\xbfx".decode("utf-8-sig"))


def transliterate(error):
    table = {"ü": "ue", "ß": "ss", "ö": "oe"}
    return "".join(table.get(c, "?") for c in error.object[error.start:error.end]), error.end


codecs.register_error("transliterate", transliterate)
print(word.encode("ascii", "transliterate"), word.encode("ascii", "namereplace")[:40])
print(b"ok \xff\xfe".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
print(b"a\xffb".decode("utf-8", "ignore"))
decoder = codecs.getincrementaldecoder("utf-8")()
print([decoder.decode(bytes([byte])) for byte in "é☃".encode()], decoder.decode(b"", final=True) == "")
print(codecs.encode("Hello", "rot13"), codecs.decode(b"68656c6c6f", "hex"), codecs.encode(b"hi", "base64"))
stream = io.TextIOWrapper(io.BytesIO("línea\r\nzwei\r\n".encode("cp1252")), encoding="cp1252")
print(stream.read().split("\n"), stream.encoding)
reader = codecs.getreader("utf-16")(io.BytesIO("ab☃".encode("utf-16")))
print(reader.read(), list(codecs.iterdecode([b"\xe2", b"\x98\x83!"], "utf-8")))
for attempt in (lambda: "x".encode("no-such"), lambda: b"\x80".decode(), lambda: b"\x00".decode("utf-16"),
                lambda: codecs.decode("zz", "hex")):
    try:
        attempt()
    except (LookupError, UnicodeError, ValueError) as exc:
        print(type(exc).__name__, end="; ")
print("\ud800".encode("utf-8", "surrogatepass"))

#=> utf-8      19 bytes b'Gr\xc3\xbc\xc3\x9f' True
#=> utf-16     26 bytes b'\xff\xfeG\x00r\x00' True
#=> utf-16-be  24 bytes b'\x00G\x00r\x00\xfc' True
#=> utf-32-le  48 bytes b'G\x00\x00\x00r\x00' True
#=> cp1251    cannot encode 'ü' at 2
#=> latin-1   cannot encode 'м' at 7
#=> ascii     cannot encode 'ü' at 2
#=> utf-7      28 bytes b'Gr+APw' True
#=> punycode   24 bytes b'Gre,  ' True
#=> iso8859-1 utf-8
#=> True x
#=> b'Gruesse, ??? ?' b'Gr\\N{LATIN SMALL LETTER U WITH DIAERESIS'
#=> b'ok \xff\xfe'
#=> ab
#=> ['', 'é', '', '', '☃'] True
#=> Uryyb b'hello' b'aGk=\n'
#=> ['línea', 'zwei', ''] cp1252
#=> ab☃ ['☃!']
#=> LookupError; UnicodeDecodeError; UnicodeDecodeError; Error; b'\xed\xa0\x80'

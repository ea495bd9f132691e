# Binary data: bytes methods, in-place editing of a bytearray, and memoryviews that share and cast memory.
packet = bytearray(b"\x02\x00HELLO\x00\x03")
view = memoryview(packet)
body = view[2:7]
print(bytes(body), body.nbytes, body.readonly, packet[0], packet[2:3])
body[:] = b"WORLD"
view[0] += 5
print(packet, packet.hex(" ", 3))
try:
    packet.append(9)
except BufferError as exc:
    print("BufferError:", exc)
body.release()
view.release()
packet += b"!"
packet[2:4] = b"wOOOO"
del packet[-2]
print(packet, packet.count(b"O"), packet.find(b"RL"), packet.partition(b"\x00")[2])

numbers = memoryview(bytearray(range(12))).cast("B", (3, 4))
print(numbers.tolist(), numbers.shape, numbers[1, 2], numbers.strides)
words = memoryview(bytearray(b"\x01\x00\x02\x00\xff\xff")).cast("H")
print(words.itemsize, len(words), words[2], words[::-1].tolist()[0], words == memoryview(words.tobytes()).cast("H"))

text = "naïve — 5 €"
encoded = text.encode()
print(len(text), len(encoded), encoded[2:4], encoded.decode("ascii", "replace").count("\ufffd"))
print(text.encode("latin-1", "xmlcharrefreplace"), text.encode("ascii", "backslashreplace"))
print(b"%d%% of %s" % (7, b"all"), bytes([104, 105]), bytes(3), b"a,b,,c".split(b","), b"\t x ".strip())
print(bytes.fromhex("00 ff"), b"abc" < b"abd", 98 in b"abc", b"bc" in b"abc", bytes.maketrans(b"ab", b"xy")[97:99])
print(int.from_bytes(b"\x01\x00", "big"), int.from_bytes(b"\xfe\xff", "little", signed=True), (1000).to_bytes(2, "big"))
for wrong in (lambda: bytes([256]), lambda: b"a" + "b", lambda: b"\xe9".decode(), lambda: bytes.fromhex("0g")):
    try:
        wrong()
    except (ValueError, TypeError) as exc:
        print(type(exc).__name__)

#=> b'HELLO' 5 False 2 bytearray(b'H')
#=> bytearray(b'\x07\x00WORLD\x00\x03') 070057 4f524c 440003
#=> BufferError: Existing exports of data: object cannot be re-sized
#=> bytearray(b'\x07\x00wOOOORLD\x00!') 4 7 bytearray(b'wOOOORLD\x00!')
#=> [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]] (3, 4) 6 (4, 1)
#=> 2 3 65535 65535 True
#=> 11 16 b'\xc3\xaf' 8
#=> b'na\xefve &#8212; 5 &#8364;' b'na\\xefve \\u2014 5 \\u20ac'
#=> b'7% of all' b'hi' b'\x00\x00\x00' [b'a', b'b', b'', b'c'] b'x'
#=> b'\x00\xff' True True True b'xy'
#=> 256 -2 b'\x03\xe8'
#=> ValueError
#=> TypeError
#=> UnicodeDecodeError
#=> ValueError

# Digests, message authentication, base64 and hex encodings, compression, and packing binary records.
import base64
import binascii
import hashlib
import hmac
import struct
import zlib

message = "The quick brown fox jumps over the lazy dog".encode()
for name in ("md5", "sha1", "sha256", "sha3_256", "blake2b"):
    print(f"{name:<9}{hashlib.new(name, message).hexdigest()[:40]}")
digest = hashlib.sha256()
for word in message.split(b" "):
    digest.update(word)
print(digest.digest_size, digest.hexdigest() == hashlib.sha256(message.replace(b" ", b"")).hexdigest())
tag = hmac.new(b"key", message, "sha256").hexdigest()
print(tag[:16], hmac.compare_digest(tag, hmac.new(b"key", message, hashlib.sha256).hexdigest()))

token = base64.b64encode(b"\xfb\xff\xfe binary?")
print(token, base64.urlsafe_b64encode(b"\xfb\xff\xfe"), base64.b32encode(b"hi"), base64.b85encode(b"hello"))
print(base64.b64decode(token), bytes.fromhex("de ad be ef").hex(":"), binascii.hexlify(b"ok"), zlib.crc32(message))
try:
    base64.b64decode("abc")
except binascii.Error as exc:
    print("bad base64:", exc)

record = struct.Struct("<4sHiq?d")
packed = record.pack(b"FUME", 65535, -7, 2**40, True, 0.5)
print(record.size, packed.hex())
print(record.unpack(packed), struct.unpack(">HH", b"\x01\x02\xff\xfe"), struct.calcsize(">bhi"))
print(list(struct.iter_unpack("<hB", bytes(range(6)))), struct.pack(">f", 1.5), struct.unpack_from("<I", packed, 6))

text = b"abcabcabc" * 200
squeezed = zlib.compress(text, 9)
print(len(text), len(squeezed) < 60, zlib.decompress(squeezed) == text)

#=> md5      9e107d9d372bb6826bd81d3542a419d6
#=> sha1     2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
#=> sha256   d7a8fbb307d7809469ca9abcb0082e4f8d5651e4
#=> sha3_256 69070dda01975c8c120c3aada1b282394e7f032f
#=> blake2b  a8add4bdddfd93e4877d2746e62817b116364a1f
#=> 32 True
#=> f7bc83f430538424 True
#=> b'+//+IGJpbmFyeT8=' b'-__-' b'NBUQ====' b'Xk~0{Zv'
#=> b'\xfb\xff\xfe binary?' de:ad:be:ef b'6f6b' 1095738169
#=> bad base64: Incorrect padding
#=> 27 46554d45fffff9ffffff000000000001000001000000000000e03f
#=> (b'FUME', 65535, -7, 1099511627776, True, 0.5) (258, 65534) 7
#=> [(256, 2), (1027, 5)] b'?\xc0\x00\x00' (4294967289,)
#=> 1800 True True

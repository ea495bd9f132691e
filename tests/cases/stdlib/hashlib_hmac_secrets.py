# Hashing: files in chunks, keyed digests, tokens, content addressing and a small password store.
import hashlib
import hmac
import io
import secrets
import tempfile
from pathlib import Path

data = bytes(range(256)) * 40
for name in ("md5", "sha1", "sha512", "sha3_224", "blake2s"):
    digest = hashlib.new(name, data)
    print(f"{name:<10}{digest.block_size:>4} {digest.digest_size:>3} {digest.hexdigest()[:24]}")
print(hashlib.shake_128(data).hexdigest(12))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "data.bin")
    path.write_bytes(data)
    with path.open("rb") as file:
        print(hashlib.file_digest(file, "sha256").hexdigest() == hashlib.sha256(data).hexdigest())
partial = hashlib.sha256(b"ab")
branch = partial.copy()
partial.update(b"c")
print(partial.hexdigest()[:8], branch.hexdigest()[:8], hashlib.sha256(b"abc").hexdigest()[:8])
print(hashlib.blake2b(b"msg", digest_size=8, key=b"secret", person=b"app").hexdigest())
print(hashlib.blake2b(digest_size=20).digest_size)
print(hmac.new(b"k", b"m", "sha1").hexdigest()[:16], hmac.digest(b"k", b"m", "sha256").hex()[:16])


class Passwords:
    def __init__(self):
        self.entries = {}

    def set(self, user, password):
        salt = secrets.token_bytes(8)
        self.entries[user] = salt, self.derive(password, salt)

    def derive(self, password, salt):
        key = password.encode()
        for _ in range(50):
            key = hashlib.blake2b(key, salt=salt).digest()
        return key

    def check(self, user, password):
        salt, stored = self.entries.get(user, (b"", b""))
        return hmac.compare_digest(stored, self.derive(password, salt))


store = Passwords()
store.set("ada", "engine")
store.set("bob", "engine")
print(store.check("ada", "engine"), store.check("ada", "Engine"))
print(store.check("eve", "x"), store.entries["ada"] != store.entries["bob"])
print(len(secrets.token_hex(8)), len(secrets.token_urlsafe(16)))
print(secrets.token_bytes(4) != secrets.token_bytes(4), 0 <= secrets.randbelow(5) < 5)
print(secrets.choice(["only"]), {"sha256", "md5"} <= hashlib.algorithms_guaranteed)
print(len({secrets.randbits(64) for _ in range(50)}))
blobs = {hashlib.sha1(b"blob %d\0" % len(text) + text).hexdigest()[:7]: text for text in (b"hello\n", b"", b"hello\n")}
print(blobs)
for attempt in (lambda: hashlib.new("sha9"), lambda: hashlib.md5("text"), lambda: hmac.compare_digest("é", "é"),
                lambda: hashlib.file_digest(io.StringIO("x"), "md5")):
    try:
        attempt()
    except (ValueError, TypeError) as exc:
        print(type(exc).__name__)

#=> md5         64  16 c3cd26e07e555c0116db237f
#=> sha1        64  20 36812e99f2d591c5114a7b09
#=> sha512     128  64 ad3a2775dab72f905f9ec1b5
#=> sha3_224   144  28 6912d82b6a9357d07421333d
#=> blake2s     64  32 415be11b5e9fd9082eff7e60
#=> c0fb38ad1cffe6db81c25c15
#=> True
#=> ba7816bf fb8e20fc ba7816bf
#=> a8128a558192165f
#=> 20
#=> 772b71c8a2997e76 b60090e3052297ae
#=> True False
#=> False True
#=> 16 22
#=> True True
#=> only True
#=> 50
#=> {'ce01362': b'hello\n', 'e69de29': b''}
#=> ValueError
#=> TypeError
#=> TypeError
#=> ValueError

# Identifiers and encodings: UUID versions, base64 variants, base32, base85, hexadecimal, uuencoding and base 62 by hand.
import base64
import binascii
import string
import uuid

known = uuid.UUID("12345678-1234-5678-1234-567812345678")
print(known.hex, known.int, known.urn, known.bytes[:2], known.fields[0], known.version, uuid.UUID(int=1))
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.test"))
print(uuid.uuid3(uuid.NAMESPACE_URL, "http://x.test/"), uuid.NAMESPACE_OID.version)
random_one = uuid.uuid4()
print(random_one.version, random_one.variant == uuid.RFC_4122, random_one != uuid.uuid4())
print(len(str(random_one)), uuid.UUID(str(random_one)) == random_one)
print(uuid.UUID(bytes=bytes(range(16))), uuid.UUID("{00112233-4455-6677-8899-aabbccddeeff}").bytes_le[:4].hex())
print(sorted([known, uuid.UUID(int=5)])[0].int)

data = bytes([0, 1, 250, 251, 252, 253, 254, 255]) + "é".encode()
for encode, decode in ((base64.b64encode, base64.b64decode), (base64.urlsafe_b64encode, base64.urlsafe_b64decode),
                       (base64.b32encode, base64.b32decode), (base64.b16encode, base64.b16decode),
                       (base64.b85encode, base64.b85decode), (base64.a85encode, base64.a85decode)):
    text = encode(data)
    print(f"{encode.__name__:<18}{text.decode():<26}{decode(text) == data}")
print(base64.encodebytes(data * 8).count(b"\n"), base64.b64decode("aGk=\n  "))
print(base64.b32decode("nbuq====", casefold=True))
print(base64.b32hexencode(b"hi"), base64.b64encode(b"\xff\xfe", altchars=b"-_"))
print(base64.b64decode(b"aGk" + b"=" * (-3 % 4)), base64.standard_b64encode(b"hi"))
print(binascii.hexlify(b"\x01\xab", ":"), binascii.unhexlify("01ab"))
print(binascii.b2a_qp("é=".encode()), binascii.crc_hqx(b"abc", 0))
print(binascii.b2a_uu(b"cat"), binascii.a2b_uu(b"#8V%T\n"), binascii.crc32(b"hello") & 0xFFFFFFFF)

DIGITS = string.digits + string.ascii_letters


def to62(number):
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text or "0"


def from62(text):
    number = 0
    for character in text:
        number = number * 62 + DIGITS.index(character)
    return number


print(to62(known.int), from62(to62(known.int)) == known.int, to62(0), to62(61), to62(62))
for attempt in (lambda: uuid.UUID("not-a-uuid"), lambda: base64.b64decode("a"), lambda: base64.b32decode("1"),
                lambda: binascii.unhexlify("0"), lambda: base64.b64decode("a$b=", validate=True), lambda: uuid.UUID(int=-1)):
    try:
        attempt()
    except ValueError as exc:
        print(type(exc).__name__, end=" ")
print("- all refused")

#=> 12345678123456781234567812345678 24197857161011715162171839636988778104 urn:uuid:12345678-1234-5678-1234-567812345678 b'\x124' 305419896 None 00000000-0000-0000-0000-000000000001
#=> 4a63a3ed-c1d1-5183-95b9-8491ccc69182
#=> e5bbbdf9-ea84-3be1-a32b-68ce388209eb 1
#=> 4 True True
#=> 36 True
#=> 00010203-0405-0607-0809-0a0b0c0d0e0f 33221100
#=> 5
#=> b64encode         AAH6+/z9/v/DqQ==          True
#=> urlsafe_b64encode AAH6-_z9_v_DqQ==          True
#=> b32encode         AAA7V6747X7P7Q5J          True
#=> b16encode         0001FAFBFCFDFEFFC3A9      True
#=> b85encode         00H{@{Qds_!>I             True
#=> a85encode         !!2rnr;HWp_l3             True
#=> 2 b'hi'
#=> b'hi'
#=> b'D1KG====' b'__4='
#=> b'hi' b'aGk='
#=> b'01:ab' b'\x01\xab'
#=> b'=C3=A9=3D' 40406
#=> b'#8V%T\n' b'cat' 907060870
#=> ylMnww2nWAIPFrr50hipa True 0 Z 10
#=> ValueError Error Error Error Error ValueError - all refused

# Unicode: normal forms, accent stripping, categories, encodings, error handlers and case folding.
import unicodedata

composed, decomposed = "café", "cafe\u0301"
print(composed == decomposed, len(composed), len(decomposed))
for form in ("NFC", "NFD", "NFKC", "NFKD"):
    print(form, [len(unicodedata.normalize(form, text)) for text in (composed, decomposed, "ﬁ", "①", "Å")])


def strip_accents(text):
    return "".join(ch for ch in unicodedata.normalize("NFD", text) if not unicodedata.combining(ch))


def slugify(text):
    plain = strip_accents(text).encode("ascii", "ignore").decode()
    return "-".join("".join(ch if ch.isalnum() else " " for ch in plain.lower()).split())


print(strip_accents("Ångström naïve Dvořák São Paulo"), slugify("  Crème brûlée: déjà vu!  "), sep=" | ")
for ch in "aÉ٣€ 😀\u200b":
    print(f"U+{ord(ch):04X} {unicodedata.category(ch)} {unicodedata.name(ch)}")

text = "naïve €5 😀"
for codec in ("utf-8", "utf-16-le", "utf-32-be"):
    print(codec, len(text.encode(codec)), text.encode(codec).decode(codec) == text)
for handler in ("replace", "backslashreplace", "xmlcharrefreplace"):
    print(text.encode("ascii", handler))
print(b"ok \xff\xc3\xa9".decode("utf-8", "replace"), b"caf\xe9".decode("latin-1"), "\N{SNOWMAN}", "\N{GREEK SMALL LETTER PI}")
print("STRASSE".casefold() == "straße".casefold(), "ς".upper(), "İ".lower() == "i\u0307")
print("ǆ".title(), "٣".isdigit(), int("٣"))
print("é😀"[::-1], sorted(["éclair", "zebra", "apple", "Éa"], key=lambda word: strip_accents(word).lower()))
composed.encode("ascii")

#=> False 4 5
#=> NFC [4, 4, 1, 1, 1]
#=> NFD [5, 5, 1, 1, 2]
#=> NFKC [4, 4, 2, 1, 1]
#=> NFKD [5, 5, 2, 1, 2]
#=> Angstrom naive Dvorak Sao Paulo | creme-brulee-deja-vu
#=> U+0061 Ll LATIN SMALL LETTER A
#=> U+00C9 Lu LATIN CAPITAL LETTER E WITH ACUTE
#=> U+0663 Nd ARABIC-INDIC DIGIT THREE
#=> U+20AC Sc EURO SIGN
#=> U+0020 Zs SPACE
#=> U+1F600 So GRINNING FACE
#=> U+200B Cf ZERO WIDTH SPACE
#=> utf-8 16 True
#=> utf-16-le 22 True
#=> utf-32-be 40 True
#=> b'na?ve ?5 ?'
#=> b'na\\xefve \\u20ac5 \\U0001f600'
#=> b'na&#239;ve &#8364;5 &#128512;'
#=> ok �é café ☃ π
#=> True Σ True
#=> ǅ True 3
#=> 😀é ['apple', 'Éa', 'éclair', 'zebra']
#! UnicodeEncodeError: 'ascii' codec can't encode character '\xe9' in position 3: ordinal not in range(128)
#@ 32

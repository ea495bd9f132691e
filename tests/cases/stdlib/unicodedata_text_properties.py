# Unicode: names, categories, normal forms, widths, casefolding, sorting without accents and grapheme-like splitting.
import sys
import unicodedata as ud

for character in ("A", "é", "ß", "½", "٣", "☃", "𝒳", "\u0301", "한", "\t"):
    name = ud.name(character, "<no name>")
    print(f"U+{ord(character):05X} {ud.category(character)} {ud.east_asian_width(character):<2} {ud.combining(character):>3}"
          f" {ud.numeric(character, '-')} {name}")
decomposed = ud.normalize("NFD", "Ångström ﬁn")
print(len("Ångström ﬁn"), len(decomposed), len(ud.normalize("NFKC", decomposed)), ud.is_normalized("NFC", decomposed))
print("".join(c for c in decomposed if not ud.combining(c)))
print(ud.lookup("GREEK SMALL LETTER OMEGA"), ud.decimal("٣") + ud.digit("²"))
print("Straße".casefold() == "STRASSE".casefold(), "ß".upper())
print("ŉ".upper(), "İ".lower().encode(), "ΑΣ".lower(), "ǆ".title())
print([text.isidentifier() for text in ("naïve", "2x", "_", "a-b", "변수")])
print("²".isdigit(), "²".isdecimal(), "½".isnumeric(), "٣٤".isdecimal())
print(int("٣٤"), float("١.٥"))
print("\u200b".isspace(), "\u00a0".isspace(), "\u00ad".isprintable())


def key(word):
    plain = "".join(c for c in ud.normalize("NFD", word.casefold()) if not ud.combining(c))
    return plain, word


print(sorted(["zebra", "Äpfel", "apple", "Éclair", "eclipse", "Ångström"], key=key))


def clusters(text):
    groups = []
    for character in text:
        if groups and (ud.combining(character) or character in "\u200d\ufe0f" or groups[-1].endswith("\u200d")):
            groups[-1] += character
        else:
            groups.append(character)
    return groups


family = "e\u0301👩\u200d👩\u200d👧!"
print(len(family), len(clusters(family)), [len(c) for c in clusters(family)], len(family.encode("utf-16-le")) // 2)
print("".join(reversed(clusters("noe\u0308l"))), ud.bidirectional("א"), ud.mirrored("("), sys.maxunicode)
print([ud.normalize(form, "ﬀ①ｱ") for form in ("NFC", "NFKC")], "a\u0308" == "ä", ud.normalize("NFC", "a\u0308") == "ä")
try:
    ud.lookup("NO SUCH NAME")
except KeyError as exc:
    print("KeyError:", exc)

#=> U+00041 Lu Na   0 - LATIN CAPITAL LETTER A
#=> U+000E9 Ll A    0 - LATIN SMALL LETTER E WITH ACUTE
#=> U+000DF Ll A    0 - LATIN SMALL LETTER SHARP S
#=> U+000BD No A    0 0.5 VULGAR FRACTION ONE HALF
#=> U+00663 Nd N    0 3.0 ARABIC-INDIC DIGIT THREE
#=> U+02603 So N    0 - SNOWMAN
#=> U+1D4B3 Lu N    0 - MATHEMATICAL SCRIPT CAPITAL X
#=> U+00301 Mn A  230 - COMBINING ACUTE ACCENT
#=> U+0D55C Lo W    0 - HANGUL SYLLABLE HAN
#=> U+00009 Cc N    0 - <no name>
#=> 11 13 12 False
#=> Angstrom ﬁn
#=> ω 5
#=> True SS
#=> ʼN b'i\xcc\x87' ας ǅ
#=> [True, False, True, False, True]
#=> True False True True
#=> 34 1.5
#=> False True False
#=> ['Ångström', 'Äpfel', 'apple', 'Éclair', 'eclipse', 'zebra']
#=> 8 3 [2, 5, 1] 11
#=> lëon R 1 1114111
#=> ['ﬀ①ｱ', 'ff1ア'] False True
#=> KeyError: "undefined character name 'NO SUCH NAME'"

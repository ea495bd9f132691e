# Reads text that is nested a million deep, with every reader of the library.
#% limits: time=30s memory=400MiB
import ast, configparser, csv, email, html.parser, json, pickle, plistlib, re, string, tomllib, xml.etree.ElementTree as tree
def html_parsed():
    html.parser.HTMLParser().feed("<a>" * 10**5)
def formatted():
    return ("{" * 1000 + "}" * 1000).format(*range(10))
for read in (lambda: json.loads("[" * 10**6), lambda: json.loads('{"a":' * 10**5 + "1" + "}" * 10**5), lambda: ast.literal_eval("[" * 10**5), lambda: ast.literal_eval("-" * 10**5 + "1"),
             lambda: pickle.loads(b"(" * 10**6 + b"."), lambda: pickle.loads(b"]" * 10**5 + b"a" * (10**5 - 1) + b"."), lambda: tomllib.loads("a = " + "[" * 10**4), lambda: tomllib.loads("a" + ".a" * 10**4 + " = 1"),
             lambda: tree.fromstring("<a>" * 10**5 + "</a>" * 10**5), lambda: re.compile("(" * 10**5 + ")" * 10**5), lambda: re.compile("(?:" * 10**5 + ")" * 10**5), lambda: plistlib.loads(b"<plist>" + b"<array>" * 10**5 + b"</array>" * 10**5 + b"</plist>"),
             html_parsed, formatted, lambda: email.message_from_string("Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 10**4).as_string()):
    try:
        read()
        print("read")
    except Exception as error:
        print(type(error).__name__)
#=> RecursionError
#=> RecursionError
#=> MemoryError
#=> MemoryError
#=> UnpicklingError
#=> read
#=> RecursionError
#=> RecursionError
#=> read
#=> RecursionError
#=> RecursionError
#=> read
#=> read
#=> read
#=> read

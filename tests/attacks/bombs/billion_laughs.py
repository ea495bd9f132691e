# Expands entities inside of entities, in every XML reader. The parser refuses, or memory ends it.
#% limits: time=20s
import xml.dom.minidom, xml.etree.ElementTree as tree, xml.parsers.expat, xml.sax
entities = "".join(f'<!ENTITY e{n} "{("&e%d;" % (n - 1)) * 10}">' for n in range(1, 12))
bomb = f'<!DOCTYPE d [<!ENTITY e0 "laugh">{entities}]><d>&e11;</d>'
quadratic = '<!DOCTYPE d [<!ENTITY e "' + "x" * 100_000 + '">]><d>' + "&e;" * 100_000 + "</d>"
outside = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'
deep = "<d>" * 100_000
def sax(text):
    xml.sax.parseString(text.encode(), xml.sax.ContentHandler())
for read in (tree.fromstring, xml.dom.minidom.parseString, lambda text: xml.parsers.expat.ParserCreate().Parse(text, True), sax):
    for text in (bomb, quadratic, outside, deep):
        try:
            read(text)
            print("read")
        except Exception as error:
            print(type(error).__name__)
#=> ParseError
#=> ParseError
#=> ParseError
#=> ParseError
#=> ExpatError
#=> ExpatError
#=> read
#=> ExpatError
#=> ExpatError
#=> ExpatError
#=> read
#=> ExpatError
#=> SAXParseException
#=> SAXParseException
#=> read
#=> SAXParseException

# ElementTree: parsing, searching with namespaces, building, editing, iterparse and writing back.
import io
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

XML = """<?xml version="1.0" encoding="UTF-8"?>
<!-- the shop -->
<shop xmlns:b="http://books.test" currency="EUR">
  <b:book id="b1" price="9.50"><b:title>Solaris &amp; more</b:title><tag>sf</tag><tag>classic</tag></b:book>
  <b:book id="b2" price="20"><b:title lang="fr">Les Mis&#233;rables</b:title></b:book>
  <mug id="m1">tea <b>or</b> coffee</mug>
</shop>"""
root = ET.fromstring(XML)
space = {"b": "http://books.test"}
print(root.tag, root.attrib, len(root), [child.tag.split("}")[-1] for child in root])
for book in root.iterfind("b:book", space):
    title = book.find("b:title", space)
    print(book.get("id"), float(book.get("price")), title.text)
    print(title.get("lang", "-"), [tag.text for tag in book.findall("tag")])
print(root.find("mug").text, "|", "".join(root.find("mug").itertext()), "|", repr(root.find("mug/b").tail))
print([e.get("id") for e in root.findall("*[@price]")], root.findtext(".//tag[2]"))
print(root.find("b:book[@id='b2']", space).get("price"))
print([e.tag for e in root.iter("tag")], root.find("nothing"))
print(root.findtext("nothing", "default"), len(root.findall(".//*")))

catalogue = ET.Element("catalogue", version="1")
for name, mass in (("gull", 1.2), ("tern & co", 0.1)):
    bird = ET.SubElement(catalogue, "bird", {"mass": str(mass)})
    ET.SubElement(bird, "name").text = name
catalogue.append(ET.Comment(" generated "))
ET.indent(catalogue)
print(ET.tostring(catalogue, encoding="unicode"))
catalogue.remove(catalogue[0])
catalogue[0].set("mass", "<0.2>")
print(ET.tostring(catalogue.find("bird"), encoding="us-ascii").decode().strip().splitlines()[0])
buffer = io.BytesIO()
ET.ElementTree(catalogue).write(buffer, encoding="utf-8", xml_declaration=True, short_empty_elements=False)
print(buffer.getvalue().splitlines()[0], ET.parse(io.BytesIO(buffer.getvalue())).getroot().get("version"))
events = [(event, element.tag[-5:]) for event, element in ET.iterparse(io.StringIO(XML), events=("start", "end"))]
print(len(events), events[0], events[-1], ET.canonicalize("<a  z='1' b='2'/>"))
print(escape("a < b & c"), quoteattr('say "hi"'), ET.tostring(ET.fromstring("<x><y/></x>")))
parser = ET.XMLPullParser(["end"])
parser.feed("<log><entry n='1'/><ent")
first = [element.get("n") for _, element in parser.read_events()]
parser.feed("ry n='2'/></log>")
print(first, [element.get("n") for _, element in parser.read_events()])
for wrong in ("<a><b></a>", "<a", "", "<a>&nope;</a>"):
    try:
        ET.fromstring(wrong)
    except ET.ParseError as exc:
        print(exc)

#=> shop {'currency': 'EUR'} 3 ['book', 'book', 'mug']
#=> b1 9.5 Solaris & more
#=> - ['sf', 'classic']
#=> b2 20.0 Les Misérables
#=> fr []
#=> tea  | tea or coffee | ' coffee'
#=> ['b1', 'b2'] classic
#=> 20
#=> ['tag', 'tag'] None
#=> default 8
#=> <catalogue version="1">
#=>   <bird mass="1.2">
#=>     <name>gull</name>
#=>   </bird>
#=>   <bird mass="0.1">
#=>     <name>tern &amp; co</name>
#=>   </bird>
#=>   <!-- generated -->
#=> </catalogue>
#=> <bird mass="&lt;0.2&gt;">
#=> b"<?xml version='1.0' encoding='utf-8'?>" 1
#=> 18 ('start', 'shop') ('end', 'shop') <a b="2" z="1"></a>
#=> a &lt; b &amp; c 'say "hi"' b'<x><y /></x>'
#=> ['1'] ['2', None]
#=> mismatched tag: line 1, column 8
#=> unclosed token: line 1, column 0
#=> no element found: line 1, column 0
#=> undefined entity: line 1, column 3

# requires: lxml>=5
# lxml: validation by DTD, XML Schema and RelaxNG, a stylesheet that transforms, and errors that name their line.
from io import BytesIO, StringIO

from lxml import etree

SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="order"><xs:complexType><xs:sequence>
    <xs:element name="item" maxOccurs="unbounded"><xs:complexType><xs:simpleContent>
      <xs:extension base="xs:string"><xs:attribute name="count" type="xs:positiveInteger" use="required"/></xs:extension>
    </xs:simpleContent></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
schema = etree.XMLSchema(etree.fromstring(SCHEMA))
for source in (b'<order><item count="2">tea</item></order>', b'<order>\n<item count="-1">tea</item>\n</order>',
               b"<order/>"):
    document = etree.fromstring(source)
    print(schema.validate(document), [(error.line, error.type_name) for error in schema.error_log])

dtd = etree.DTD(StringIO("<!ELEMENT order (item+)> <!ELEMENT item (#PCDATA)> <!ATTLIST item count CDATA #REQUIRED>"))
print(dtd.validate(etree.fromstring('<order><item count="x"/></order>')))
print(dtd.validate(etree.fromstring("<order><item/></order>")))
relax = etree.RelaxNG(etree.fromstring("""<element name="list" xmlns="http://relaxng.org/ns/structure/1.0">
  <zeroOrMore><element name="n"><text/></element></zeroOrMore></element>"""))
print(relax.validate(etree.fromstring("<list><n>1</n><n/></list>")))
print(relax.validate(etree.fromstring("<list><m/></list>")))

transform = etree.XSLT(etree.fromstring("""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:param name="unit" select="'pieces'"/>
  <xsl:output omit-xml-declaration="yes"/>
  <xsl:template match="/order"><ul><xsl:apply-templates select="item">
    <xsl:sort select="@count" data-type="number" order="descending"/></xsl:apply-templates>
    <li>total <xsl:value-of select="sum(item/@count)"/></li></ul></xsl:template>
  <xsl:template match="item[@count &gt; 10]"><li class="big"><xsl:value-of select="."/></li></xsl:template>
  <xsl:template match="item"><li><xsl:value-of select="concat(@count, ' ', $unit, ' ', .)"/></li></xsl:template>
</xsl:stylesheet>"""))
order = etree.fromstring('<order><item count="2">tea</item><item count="30">mugs</item><item count="9">pots</item></order>')
print(str(transform(order)))
print(str(transform(order, unit=etree.XSLT.strparam("boxes")))[25:70])

for broken in (b"<a>\n<b>\n</a>", b"<a>&nope;</a>", b"", b"<a><b/></a>trailing"):
    try:
        etree.fromstring(broken)
    except etree.XMLSyntaxError as exc:
        print(exc.lineno, type(exc).__name__)
recovered = etree.fromstring(b"<a><b>one</c><d>two</a>", etree.XMLParser(recover=True))
print([element.tag for element in recovered.iter()])
events = [(event, element.tag) for event, element in etree.iterparse(BytesIO(b"<r><x n='1'/><y/><x n='2'/></r>"), tag="x")]
print(events)

#=> True []
#=> False [(2, 'SCHEMAV_CVC_DATATYPE_VALID_1_2_1')]
#=> False [(1, 'SCHEMAV_ELEMENT_CONTENT')]
#=> True
#=> False
#=> True
#=> False
#=> <ul><li class="big">mugs</li><li>9 pieces pots</li><li>2 pieces tea</li><li>total 41</li></ul>
#=>
#=> /li><li>9 boxes pots</li><li>2 boxes tea</li>
#=> 3 XMLSyntaxError
#=> 1 XMLSyntaxError
#=> 1 XMLSyntaxError
#=> 1 XMLSyntaxError
#=> ['a', 'b', 'd']
#=> [('end', 'x'), ('end', 'x')]

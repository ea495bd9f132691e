# requires: lxml>=5
# lxml: XPath with namespaces and functions, editing a tree, building with E, and serialising.
from lxml import etree
from lxml.builder import E

XML = b"""<library xmlns:d="http://dates.test">
  <book id="1" price="12.5"><title>Solaris</title><author>Lem</author><d:year>1961</d:year></book>
  <book id="2" price="8"><title>Ficciones</title><author>Borges</author><d:year>1944</d:year></book>
  <book id="3"><title>Emma</title><author>Austen</author><d:year>1815</d:year><!-- old --></book>
</library>"""
root = etree.fromstring(XML)
space = {"d": "http://dates.test"}
print(root.xpath("//book[@price > 9]/title/text()"), root.xpath("count(//book)"), root.xpath("sum(//book/@price)"))
print(root.xpath("//book[d:year < $before]/@id", namespaces=space, before=1950))
print(root.xpath("string(//book[last()]/author)"))
print([node.tag for node in root.xpath("//title[contains(., 'i')]/following-sibling::*[1]")])
print(root.xpath("//comment()")[0].text.strip())
print(root.xpath("boolean(//magazine)"), root.xpath("//book[not(@price)]")[0].get("id"), root.find("book[2]/title").text)
years = {book.findtext("title"): int(book.findtext("d:year", namespaces=space)) for book in root.iter("book")}
print(years, root.nsmap, etree.QName(root[0][2]).localname, root.getroottree().getpath(root[1][0]))

root[0].set("price", "10")
root[0].append(E.tag("sf", kind="genre"))
root.remove(root[2])
root.insert(0, E.book(E.title("New & old"), id="0"))
title = root[1].find("title")
title.addnext(etree.Comment("after the title"))
title.text, title.tail = title.text.upper(), "!"
print(etree.tostring(root[1]).decode().strip())
print([child.tag if isinstance(child.tag, str) else "comment" for child in root[1]])
print(root[1].getprevious().get("id"), len(root))
etree.strip_tags(root, "tag")
etree.strip_elements(root, "{http://dates.test}year")
compact = etree.fromstring(etree.tostring(root), etree.XMLParser(remove_blank_text=True, remove_comments=True))
print(etree.tostring(compact, pretty_print=True, encoding="unicode"), end="")
page = E.html(E.body(E.p("one ", E.b("two"), " three"), E.br()))
print(etree.tostring(page).decode(), etree.tostring(page, method="text").decode())
print(etree.tostring(page, method="html").decode())

#=> ['Solaris'] 3.0 20.5
#=> ['2', '3']
#=> Austen
#=> ['author', 'author']
#=> old
#=> False 3 Ficciones
#=> {'Solaris': 1961, 'Ficciones': 1944, 'Emma': 1815} {'d': 'http://dates.test'} year /library/book[2]/title
#=> <book xmlns:d="http://dates.test" id="1" price="10"><title>SOLARIS</title>!<!--after the title--><author>Lem</author><d:year>1961</d:year><tag kind="genre">sf</tag></book>
#=> ['title', 'comment', 'author', '{http://dates.test}year', 'tag']
#=> 0 3
#=> <library xmlns:d="http://dates.test">
#=>   <book id="0">
#=>     <title>New &amp; old</title>
#=>   </book>
#=>   <book id="1" price="10"><title>SOLARIS</title>!<author>Lem</author></book>
#=>   <book id="2" price="8">
#=>     <title>Ficciones</title>
#=>     <author>Borges</author>
#=>   </book>
#=> </library>
#=> <html><body><p>one <b>two</b> three</p><br/></body></html> one two three
#=> <html><body><p>one <b>two</b> three</p><br></body></html>

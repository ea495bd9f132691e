# requires: lxml>=5
# lxml.html: broken markup, links made absolute, forms, tables to rows and text content.
from lxml import html

PAGE = """<html><head><title>Birds</title><base href="/ignored/"></head><body>
<div id=main class="wide box"><p>First <b>bold<p>Second &eacute; &amp;
<a href="gull.html">gull</a> <a href="/tern?x=1">tern</a>
<img src=img/a.png alt='A "quoted" name'>
<table><tr><th>name</th><th>mass</th></tr><tr><td>gull<td> 1.2 <tr><td>tern</td><td>0.1</td></tr></table>
<form action="/search" method="post"><input name=q value="tea"><input type=hidden name=token value=42>
<select name=kind><option value=a>A<option value=b selected>B</select><textarea name=note>hi
there</textarea><input type=checkbox name=all checked><input type=submit></form>
<script>var x = "<p>no</p>";</script></div></body>"""
page = html.fromstring(PAGE)
print(page.findtext(".//title"), len(page.xpath("//p")), page.xpath("//p[2]/text()")[0].strip())
print(page.xpath("//div[contains(concat(' ', @class, ' '), ' box ')]/@id"))
print(page.get_element_by_id("main").tag, page.xpath("//img/@alt"))
base = page.find(".//base")
base.getparent().remove(base)
page.make_links_absolute("http://birds.test/list/index.html")
print([(element.tag, link) for element, attribute, link, _ in page.iterlinks()])
rows = [[cell.text_content().strip() for cell in row.xpath("./td|./th")] for row in page.xpath("//table//tr")]
print(rows, sum(float(mass) for _, mass in rows[1:]))
form = page.forms[0]
print(form.method, form.action, sorted(form.form_values()), form.inputs["kind"].value_options)
form.fields["q"] = "mug & pot"
form.inputs["kind"].value = "a"
print(form.fields["q"], form.fields["kind"], html.tostring(form.xpath(".//input[@name='q']")[0]).decode().strip())
for element in page.xpath("//script|//form"):
    element.drop_tree()
print(" ".join(page.body.text_content().split()))
fragment = html.fragment_fromstring("loose <i>text</i> and <br> more", create_parent="div")
print(html.tostring(fragment).decode(), html.tostring(fragment, method="xml").decode())
print([type(node).__name__ for node in html.fragments_fromstring("start <u>a</u><s>b</s>")])
print(html.fromstring("<p>x</p>").tag)
document = html.document_fromstring("<p>only a paragraph")
print([element.tag for element in document.iter()], html.tostring(document, doctype="<!DOCTYPE html>").decode())

#=> Birds 2 Second é &
#=> ['main']
#=> div ['A "quoted" name']
#=> [('a', 'http://birds.test/list/gull.html'), ('a', 'http://birds.test/tern?x=1'), ('img', 'http://birds.test/list/img/a.png'), ('form', 'http://birds.test/search')]
#=> [['name', 'mass'], ['gull', '1.2'], ['tern', '0.1']] 1.3
#=> POST http://birds.test/search [('all', 'on'), ('kind', 'b'), ('note', 'hi\nthere'), ('q', 'tea'), ('token', '42')] ['a', 'b']
#=> mug & pot a <input name="q" value="mug &amp; pot">
#=> First boldSecond é & gull tern namemassgull 1.2 tern0.1
#=> <div>loose <i>text</i> and <br> more</div> <div>loose <i>text</i> and <br/> more</div>
#=> ['str', 'HtmlElement', 'HtmlElement']
#=> p
#=> ['html', 'body', 'p'] <!DOCTYPE html>
#=> <html><body><p>only a paragraph</p></body></html>

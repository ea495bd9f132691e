# html: escaping, entities, and an HTMLParser that collects links, tables and visible text.
import html
from html.parser import HTMLParser

PAGE = """<!DOCTYPE html><html><head><title>Birds &amp; Co</title><style>p { color: red }</style></head>
<body><h1 class="big">Birds</h1><p>See <a href="/gull?x=1&amp;y=2">the <b>gull</b></a> and <A HREF='tern.html'>tern</A>.<br/>
<table><tr><th>name<th>mass</tr><tr><td>gull</td><td>1.2&nbsp;kg</td></tr></table>
<script>if (a < b) alert("<p>not text</p>")</script><!-- hidden --><img src=x.png alt=""></body></html>"""


class Collector(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.text, self.rows, self.skip, self.cell, self.comments = [], [], [], 0, False, []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True
        self.skip += tag in ("script", "style", "title")

    def handle_endtag(self, tag):
        self.skip -= tag in ("script", "style", "title")
        if tag in ("td", "th", "tr"):
            self.cell = False

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][-1] += data
        elif not self.skip and data.strip():
            self.text.append(data.strip())

    def handle_comment(self, data):
        self.comments.append(data.strip())


collector = Collector()
for start in range(0, len(PAGE), 50):
    collector.feed(PAGE[start:start + 50])
collector.close()
print(collector.links, collector.comments)
print(collector.rows)
print(" ".join(collector.text))
print(html.escape("<a href=\"x\">Tom & 'Jerry'</a>"), html.escape('"', quote=False))
print(html.unescape("&lt;&eacute;&#233;&#xe9;&hearts;&nosuch;&amp;amp; &copy 2024 &notit;"))
print(html.entities.name2codepoint["euro"])
attributes = []
parser = HTMLParser()
parser.handle_startendtag = lambda tag, attrs: attributes.append((tag, attrs))
parser.feed("<input type=checkbox checked data-x='1 &gt; 0'/>")
print(attributes, parser.getpos(), parser.get_starttag_text())

#=> ['/gull?x=1&y=2', 'tern.html'] ['hidden']
#=> [['name', 'mass'], ['gull', '1.2\xa0kg']]
#=> Birds See the gull and tern .
#=> &lt;a href=&quot;x&quot;&gt;Tom &amp; &#x27;Jerry&#x27;&lt;/a&gt; "
#=> <ééé♥&nosuch;&amp; © 2024 ¬it;
#=> 8364
#=> [('input', [('type', 'checkbox'), ('checked', None), ('data-x', '1 > 0')])] (1, 48) <input type=checkbox checked data-x='1 &gt; 0'/>

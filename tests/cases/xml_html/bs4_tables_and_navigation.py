# requires: bs4>=4
# Beautiful Soup: searching, navigating, CSS selectors, tables to records and changing the tree.
import re

from bs4 import BeautifulSoup, Comment

PAGE = """<html><head><title>Prices</title></head><body><h1 class="head big">Price list</h1>
<p id="intro">See <a href="/tea" class="item hot">tea</a>, <a href="/mug" class="item">mug</a>
and <a>nothing</a>.<!-- secret --></p>
<table id="prices"><thead><tr><th>Item</th><th>Price</th></tr></thead>
<tbody><tr><td>Tea</td><td>€ 4.50</td></tr><tr class="sale"><td>Mug</td><td>€ 12</td></tr>
<tr><td>Pot</td><td>n/a</td></tr></tbody></table>
<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul><p>Last &copy; 2024</p></body></html>"""
soup = BeautifulSoup(PAGE, "html.parser")
print(soup.title.string, soup.h1["class"], soup.find(id="intro").a.get("href"), soup.a.parent.name, soup.find("nothing"))
print([a.get_text() for a in soup.find_all("a", href=True)], [a["href"] for a in soup.find_all("a", class_="hot")])
print(soup.find_all(string=re.compile("o{2}|e$")))
print([tag.name for tag in soup.find_all(["h1", "ul"])], len(soup.find_all("li", recursive=False)))
print([cell.text for cell in soup.select("#prices tr.sale > td")])
print(soup.select_one("ul > li li").text, len(soup.select("a:not(.hot)[href^='/']")))

header = [cell.get_text(strip=True).lower() for cell in soup.select("#prices thead th")]
records = [dict(zip(header, (cell.text for cell in row("td")))) for row in soup.select("tbody tr")]
prices = {record["item"]: float(found[0]) for record in records if (found := re.search(r"[\d.]+", record["price"]))}
print(records[0], prices, sum(prices.values()))
row = soup.find("tr", "sale")
print(row.find_previous_sibling("tr").td.text, row.find_next_sibling("tr").td.text)
print([parent.name for parent in row.parents][:3])
print([child.name for child in soup.body.children if child.name], soup.p.contents[0], list(soup.ul.stripped_strings))
print([comment.strip() for comment in soup.find_all(string=lambda text: isinstance(text, Comment))])

link = soup.new_tag("a", href="/pot", attrs={"class": "item new"})
link.string = "pot & lid"
soup.find("a", string="nothing").replace_with(link)
soup.select_one("ul ul").decompose()
soup.h1["class"] = "plain"
soup.h1.name = "h2"
soup.find("tbody").tr.extract()
soup.ul.append(BeautifulSoup("<li>three</li>", "html.parser"))
soup.ul.li.wrap(soup.new_tag("b"))
print(soup.find(id="intro"))
print(soup.h2, soup.ul, len(soup.select("tbody tr")))
print(soup.find_all("p")[-1].encode(formatter="html"), soup.find("p", id=True).get_text("|", strip=True))
broken = BeautifulSoup("<p>one<p>two <b>bold</p> tail</b>", "html.parser")
print(broken, len(broken.find_all("p")))

#=> Prices ['head', 'big'] /tea p None
#=> ['tea', 'mug'] ['/tea']
#=> ['Price', 'one']
#=> ['h1', 'ul', 'ul'] 0
#=> ['Mug', '€ 12']
#=> inner 1
#=> {'item': 'Tea', 'price': '€ 4.50'} {'Tea': 4.5, 'Mug': 12.0} 16.5
#=> Tea Pot
#=> ['tbody', 'table', 'body']
#=> ['h1', 'p', 'table', 'ul', 'p'] See  ['one', 'inner', 'two']
#=> ['secret']
#=> <p id="intro">See <a class="item hot" href="/tea">tea</a>, <a class="item" href="/mug">mug</a>
#=> and <a class="item new" href="/pot">pot &amp; lid</a>.<!-- secret --></p>
#=> <h2 class="plain">Price list</h2> <ul><b><li>one</li></b><li>two</li><li>three</li></ul> 2
#=> b'<p>Last &copy; 2024</p>' See|tea|,|mug|and|pot & lid|.
#=> <p>one<p>two <b>bold</b></p> tail</p> 2

# requires: jinja2>=3
# Jinja2: loops, filters, macros, inheritance, whitespace control, escaping, own filters and errors with their line.
import jinja2

pages = {
    "base.html": "<title>{% block title %}Shop{% endblock %}</title>\n{% block body %}{% endblock %}\n<p>{{ footer }}</p>",
    "list.html": """{% extends "base.html" %}
{% from "macros.html" import price %}
{% block title %}{{ super() }}: {{ items | length }} items{% endblock %}
{% block body -%}
{% for item in items | sort(attribute="name") if item.stock -%}
{{ loop.index }}/{{ loop.length }} {{ item.name | title }} {{ price(item.cost, unit="€") }}{{ ", " if not loop.last }}
{%- else %}nothing{% endfor %}
{%- endblock %}""",
    "macros.html": "{% macro price(value, unit='$') %}{{ unit }}{{ '%.2f' | format(value) }}{% endmacro %}",
}
env = jinja2.Environment(loader=jinja2.DictLoader(pages), autoescape=True, undefined=jinja2.StrictUndefined)
items = [{"name": "tea pot", "cost": 12, "stock": 2},
         {"name": "mug & lid", "cost": 4.5, "stock": 9}, {"name": "gone", "cost": 1, "stock": 0}]
print(env.get_template("list.html").render(items=items, footer="<b>bye</b>"))
print(env.get_template("list.html").render(items=[], footer=jinja2.filters.Markup("<i>raw</i>")).splitlines()[1:])

plain = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
plain.filters["shout"] = lambda text, mark="!": text.upper() + mark
plain.tests["big"] = lambda number: number > 100
plain.globals["now"] = lambda: "noon"
render = lambda text, **values: plain.from_string(text).render(values)
people = [{"name": "Ann", "city": "Oslo", "age": 31}, {"name": "Bob", "city": "Bern", "age": 29}]
for source in (
    "{{ 'hi' | shout('?') }} {{ 7 is big }} {{ now() }} {{ missing | default('none') }} [{{ missing }}]",
    "{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }} {{ 7 // 2 }}",
    "{{ people | groupby('city') | map(attribute='grouper') | list }} {{ people | sum('age') }}",
    "{{ people | selectattr('age', '>', 30) | map(attribute='name') | first }} {{ [3, 1, 2] | sort | join('-') }}",
    "{% raw %}{{ not }}{% endraw %} {# note #}{{ 'a b' | replace(' ', '_') | upper }} {{ {'b': 1, 'a': 2} | dictsort }}",
    "{{ 'a long text here' | truncate(9) }} {{ 'abc' | reverse }} {{ '<b>' | e }} {{ [1, 2] | tojson }} {{ 'x' ~ 1 }}",
    "{{ 'one two' | wordcount }} {% filter upper %}in{% endfilter %} {{ 1234.5 | round | int }} {{ 2 ** 10 }}",
):
    print(render(source, people=people))
print(render("{%- for row in rows | batch(2, '-') %}\n{{ row | join(' ') }}\n{% endfor %}", rows="abc").split("\n"))
for source in ("{% for x in %}", "{{ 1 / 0 }}", "{{ x.y.z }}", "{% include 'none' %}", "{{ 'a' | nofilter }}"):
    try:
        render(source)
    except Exception as exc:
        print(type(exc).__name__, getattr(exc, "lineno", "-"))
try:
    env.from_string("line\n{{ nobody }}").render()
except jinja2.UndefinedError as exc:
    print("UndefinedError:", exc)
from jinja2.sandbox import SandboxedEnvironment

try:
    SandboxedEnvironment().from_string("{{ ().__class__.__bases__ }}").render()
except jinja2.exceptions.SecurityError as exc:
    print("SecurityError:", exc)

#=> <title>Shop: 3 items</title>
#=> 1/2 Mug &amp; Lid €4.50, 2/2 Tea Pot €12.00
#=> <p>&lt;b&gt;bye&lt;/b&gt;</p>
#=> ['nothing', '<p><i>raw</i></p>']
#=> HI? False noon none []
#=> 10 3
#=> ['Bern', 'Oslo'] 60
#=> Ann 1-2-3
#=> {{ not }} A_B [('a', 2), ('b', 1)]
#=> a... cba &lt;b&gt; [1, 2] x1
#=> 2 IN 1234 1024
#=> ['a b', 'c -', '']
#=> TemplateSyntaxError 1
#=> ZeroDivisionError -
#=> UndefinedError -
#=> TypeError -
#=> TemplateAssertionError 1
#=> UndefinedError: 'nobody' is undefined
#=> SecurityError: access to attribute '__class__' of 'tuple' object is unsafe.

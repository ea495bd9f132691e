# A tiny template engine with variables, filters, loops and conditions, next to string.Template.
import re
from functools import reduce
from operator import getitem
from string import Template

FILTERS = {"upper": str.upper, "title": str.title, "money": lambda value: f"${value:,.2f}", "len": len}
TOKEN = re.compile(r"({{.*?}}|{%.*?%})")


def lookup(expression, scope):
    path, *filters = expression.replace(" ", "").split("|")
    value = reduce(getitem, path.split("."), scope)
    return reduce(lambda value, name: FILTERS[name](value), filters, value)


def render(tokens, scope, out, active=True):
    while tokens:
        token = tokens.pop(0)
        if token.startswith("{{"):
            out.append(str(lookup(token[2:-2], scope)) if active else "")
        elif not token.startswith("{%"):
            out.append(token if active else "")
        elif (words := token[2:-2].split())[0] == "end":
            return
        elif words[0] == "if":
            render(tokens, scope, out, active and bool(lookup(words[1], scope)))
        elif words[0] == "for":
            body = list(tokens)
            for item in lookup(words[3], scope) if active else []:
                render(list(body), scope | {words[1]: item}, out)
            render(tokens, scope, [], False)


PAGE = """Dear {{ user.name | title }},
{% for line in lines %}  - {{ line.what }}: {{ line.cost | money }}{% if line.gift %} (gift){% end %}
{% end %}That is {{ lines | len }} items, {{ note | upper }}."""
data = {"user": {"name": "ada lovelace"}, "note": "thanks",
        "lines": [{"what": "tea", "cost": 4.5, "gift": False}, {"what": "piano", "cost": 12000, "gift": True}]}
out = []
render(TOKEN.split(PAGE), data, out)
print("".join(out))

mail = Template("$name owes $$${amount}; ref ${ref}x $missing")
print(mail.safe_substitute(name="Bo", amount=5, ref="A1"))
render(["{{ user.email }}"], data, out)

#=> Dear Ada Lovelace,
#=>   - tea: $4.50
#=>   - piano: $12,000.00 (gift)
#=> That is 2 items, THANKS.
#=> Bo owes $5; ref A1x $missing
#! KeyError: 'email'
#@ 46, 21, 13

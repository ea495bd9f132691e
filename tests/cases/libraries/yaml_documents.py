# requires: yaml>=6
# PyYAML: reading all kinds of values, anchors and merges, several documents, writing, own tags and errors.
import io
from collections import OrderedDict
from datetime import date

import yaml

TEXT = """
name: Fleet   # a comment
count: 3
ratio: 1.5e3
octal: 0o14
yes_word: yes
text: "quoted: \\u00e9\\n"
none: ~
when: 2024-02-29
at: 2024-02-29T10:11:12Z
folded: >
  two lines
  become one

  and a break
literal: |-
  keeps
    its lines
list: [1, two, {three: 3}]
nested:
  - &base {kind: ship, crew: [Ann, Bob]}
  - <<: *base
    kind: boat
? [a, b]
: complex key
"""
try:
    yaml.safe_load(TEXT)
except yaml.constructor.ConstructorError as exc:
    print("ConstructorError:", exc.problem)
data = yaml.safe_load(TEXT.replace("? [a, b]", "? ab"))
for key in ("count", "ratio", "octal", "yes_word", "text", "none", "when", "at", "folded", "literal", "list", "ab"):
    print(f"{key:<9}{data[key]!r}")
print(data["nested"][1], data["nested"][0]["crew"] is data["nested"][1]["crew"])
print(list(yaml.safe_load_all("a: 1\n---\n- x\n---\n")), yaml.safe_load(""))
print(yaml.safe_load("'1'"), yaml.safe_load("[1_000, 0x1F, .inf, 12:30:45]"))

out = {"b": [1, 2.5, None, True], "empty": [],
       "a": {"text": "line\nbreak", "ü": "naïve", "date": date(2024, 3, 1), "like": "yes", "number": "007"}}
print(yaml.safe_dump(out, allow_unicode=True))
print(yaml.dump([1, {"x": "y"}], default_flow_style=True).strip())
print(yaml.safe_dump({"z": 1, "a": 2}, sort_keys=False, indent=4).splitlines(), yaml.safe_dump("text").splitlines())
shared = [1]
print(yaml.safe_dump([shared, shared]).splitlines(), yaml.safe_load(yaml.safe_dump(out)) == out)


class Point(yaml.YAMLObject):
    yaml_tag, yaml_loader = "!point", yaml.SafeLoader

    @classmethod
    def from_yaml(cls, loader, node):
        return tuple(loader.construct_mapping(node).values())


yaml.SafeDumper.add_representer(OrderedDict, lambda dumper, value: dumper.represent_mapping("!ordered", value.items()))
print(yaml.safe_load("where: !point {x: 1, y: 2}"), yaml.safe_dump(OrderedDict(b=1, a=2)).splitlines())
for broken in ("a: [1, 2", "a: b: c", "\tx: 1", "- a\nb: 1", "!!python/object:os.system x", "*nope"):
    try:
        yaml.safe_load(broken)
    except yaml.YAMLError as exc:
        print(f"{type(exc).__name__} line {exc.problem_mark.line + 1}")
print([type(event).__name__ for event in yaml.parse("[1]")][2:4])
print([node.value for node in yaml.compose("[p, q]").value], yaml.safe_load(io.StringIO("k: v")))

#=> ConstructorError: found unhashable key
#=> count    3
#=> ratio    '1.5e3'
#=> octal    '0o14'
#=> yes_word True
#=> text     'quoted: é\n'
#=> none     None
#=> when     datetime.date(2024, 2, 29)
#=> at       datetime.datetime(2024, 2, 29, 10, 11, 12, tzinfo=datetime.timezone.utc)
#=> folded   'two lines become one\nand a break\n'
#=> literal  'keeps\n  its lines'
#=> list     [1, 'two', {'three': 3}]
#=> ab       'complex key'
#=> {'kind': 'boat', 'crew': ['Ann', 'Bob']} True
#=> [{'a': 1}, ['x'], None] None
#=> 1 [1000, 31, inf, 45045]
#=> a:
#=>   date: 2024-03-01
#=>   like: 'yes'
#=>   number: '007'
#=>   text: 'line
#=>
#=>     break'
#=>   ü: naïve
#=> b:
#=> - 1
#=> - 2.5
#=> - null
#=> - true
#=> empty: []
#=>
#=> [1, {x: y}]
#=> ['z: 1', 'a: 2'] ['text', '...']
#=> ['- &id001', '  - 1', '- *id001'] True
#=> {'where': (1, 2)} ['!ordered', 'b: 1', 'a: 2']
#=> ParserError line 1
#=> ScannerError line 1
#=> ScannerError line 1
#=> ParserError line 2
#=> ConstructorError line 1
#=> ComposerError line 1
#=> ['SequenceStartEvent', 'ScalarEvent']
#=> ['p', 'q'] {'k': 'v'}

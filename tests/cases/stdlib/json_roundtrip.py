# JSON: pretty printing, custom encoding and decoding, key coercion, and where a syntax error is reported.
import json
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from decimal import Decimal


@dataclass
class Order:
    number: int
    placed: date
    lines: list


def encode(value):
    if is_dataclass(value):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"cannot encode {type(value).__name__}")


order = Order(17, date(2024, 5, 1), [{"sku": "tea", "qty": 2, "price": 4.5}, {"sku": "mug", "qty": 1, "price": None}])
text = json.dumps(order, default=encode, indent=2)
print(text)
back = json.loads(text, object_hook=lambda obj: {key.upper(): value for key, value in obj.items()})
print(back["LINES"][0], back["PLACED"])

print(json.dumps({"b": {3, 1}, "a": (1, 2), 5: True, None: 1e3}, default=encode, separators=(",", ":")))
print(json.dumps({"z": 1, "é": "naïve ☃ 😀"}, sort_keys=True), json.dumps("naïve ☃", ensure_ascii=False))
print(json.loads("[1.10, 1e2, -0, 123456789012345678901]", parse_float=Decimal), json.loads('"\\u00e9\\n"'))
print(json.dumps([float("inf"), -0.0, 1e-7, 1e22, 0.1]))
for broken in ('{"a": 1', "[1 2]", ""):
    try:
        json.loads(broken)
    except json.JSONDecodeError as exc:
        print(exc)

#=> {
#=>   "number": 17,
#=>   "placed": "2024-05-01",
#=>   "lines": [
#=>     {
#=>       "sku": "tea",
#=>       "qty": 2,
#=>       "price": 4.5
#=>     },
#=>     {
#=>       "sku": "mug",
#=>       "qty": 1,
#=>       "price": null
#=>     }
#=>   ]
#=> }
#=> {'SKU': 'tea', 'QTY': 2, 'PRICE': 4.5} 2024-05-01
#=> {"b":[1,3],"a":[1,2],"5":true,"null":1000.0}
#=> {"z": 1, "\u00e9": "na\u00efve \u2603 \ud83d\ude00"} "naïve ☃"
#=> [Decimal('1.10'), Decimal('1E+2'), 0, 123456789012345678901] é
#=>
#=> [Infinity, -0.0, 1e-07, 1e+22, 0.1]
#=> Expecting ',' delimiter: line 1 column 8 (char 7)
#=> Expecting ',' delimiter: line 1 column 4 (char 3)
#=> Expecting value: line 1 column 1 (char 0)

"""The C accelerator of `json`: text from objects and back."""

import json


def program():
    records = [
        {"id": n, "name": f"item {n}", "tags": ["a", "b", str(n % 7)], "price": n / 8, "ok": n % 2 == 0}
        for n in range(3000)
    ]
    for _ in range(4):
        records = json.loads(json.dumps(records))
    return len(records)

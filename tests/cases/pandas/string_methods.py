# requires: numpy>=2, pandas>=2
# Cleaning a text column with the vectorised string methods: strip, split, extract, replace, contains and map.
import pandas as pd

people = pd.DataFrame({
    "name": ["  ada LOVELACE ", "Grace hopper", "alan  Turing", None],
    "contact": ["ada@example.org; +44 20 7946", "grace@navy.test; +1 555 0100", "alan@bletchley.test", "nobody"],
})

clean = people["name"].str.strip().str.title().str.replace(r"\s+", " ", regex=True)
print(clean.fillna("?").tolist())
parts = clean.str.split(" ", expand=True)
print(parts[1].dropna().str.upper().tolist(), clean.str.len().fillna(0).astype(int).tolist())
print((clean.str[0] + clean.str.split().str[-1].str[:3]).fillna("-").tolist())

found = people["contact"].str.extract(r"(?P<user>\w+)@(?P<domain>[\w.]+)(?:; \+(?P<code>\d+))?")
print(found.fillna("").values.tolist())
print(people["contact"].str.contains("@").tolist(), people["contact"].str.endswith("test").tolist())
print(found["domain"].str.split(".").str[-1].value_counts().sort_index().to_dict())
print(people["contact"].str.findall(r"\d+").str.len().tolist(), people["contact"].str.count("a").tolist())

codes = pd.Series(["7", "42", "1234"])
print(codes.str.zfill(4).tolist(), codes.str.pad(6, side="both", fillchar="*").tolist(), codes.str.isdigit().all().item())
print(codes.astype(int).map({7: "seven", 42: "answer"}).fillna("other").tolist())
print(codes.str.cat(["a", "b", "c"], sep="-").tolist())

tags = pd.Series(["red,big", "blue", "red,small"])
print(tags.str.get_dummies(",").astype(int).to_dict("list"))
print(tags.str.split(",").explode().str.upper().unique().tolist(), tags.str.partition(",")[2].tolist())
print(sorted(["b", "A", "c"], key=str.lower) == pd.Series(["b", "A", "c"]).sort_values(key=lambda s: s.str.lower()).tolist())
kinds = pd.Series(["lo", "hi", "lo"], dtype=pd.CategoricalDtype(["lo", "hi"], ordered=True))
print(kinds.cat.codes.tolist(), kinds.max(), kinds.sort_values().tolist())

#=> ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', '?']
#=> ['LOVELACE', 'HOPPER', 'TURING'] [12, 12, 11, 0]
#=> ['ALov', 'GHop', 'ATur', '-']
#=> [['ada', 'example.org', '44'], ['grace', 'navy.test', '1'], ['alan', 'bletchley.test', ''], ['', '', '']]
#=> [True, True, True, False] [False, False, True, False]
#=> {'org': 1, 'test': 2}
#=> [3, 3, 0, 0] [3, 2, 2, 0]
#=> ['0007', '0042', '1234'] ['**7***', '**42**', '*1234*'] True
#=> ['seven', 'answer', 'other']
#=> ['7-a', '42-b', '1234-c']
#=> {'big': [1, 0, 0], 'blue': [0, 1, 0], 'red': [1, 0, 1], 'small': [0, 0, 1]}
#=> ['RED', 'BIG', 'BLUE', 'SMALL'] ['big', '', 'small']
#=> True
#=> [0, 1, 0] hi ['lo', 'lo', 'hi']

# Everyday design patterns in Python: registry by decorator, singleton, builder by __getattr__, and a pipeline.
from functools import reduce


class Registry:
    def __init__(self):
        self.handlers = {}

    def __call__(self, *extensions):
        def register(function):
            self.handlers.update(dict.fromkeys(extensions, function))
            return function

        return register

    def open(self, path):
        extension = path.rpartition(".")[2].lower()
        return self.handlers.get(extension, lambda path: f"cannot open {path}")(path)


class Settings:
    _only = None

    def __new__(cls):
        if cls._only is None:
            cls._only = super().__new__(cls)
            cls._only.values = {}
        return cls._only


class Query:
    def __init__(self, table):
        self.parts = {"SELECT": "*", "FROM": table}

    def __getattr__(self, name):
        def clause(value):
            self.parts[name.replace("_", " ").upper()] = value
            return self

        return clause

    def __str__(self):
        order = ["SELECT", "FROM", "WHERE", "ORDER BY", "LIMIT"]
        return " ".join(f"{key} {self.parts[key]}" for key in order if key in self.parts)


reader = Registry()


@reader("csv", "tsv")
def read_table(path):
    return f"table {path}"


@reader("png")
def read_image(path):
    return f"image {path}"


print(reader.open("a.CSV"), "|", reader.open("b.png"), "|", reader.open("c.xyz"), "|", sorted(reader.handlers))
Settings().values["theme"] = "dark"
print(Settings() is Settings(), Settings().values)
print(Query("birds").limit(3).where("mass > 10").order_by("name").select("name"))
pipeline = [str.strip, str.title, lambda text: text.replace(" ", "")]
print(reduce(lambda value, step: step(value), pipeline, "  hello big world "))

#=> table a.CSV | image b.png | cannot open c.xyz | ['csv', 'png', 'tsv']
#=> True {'theme': 'dark'}
#=> SELECT name FROM birds WHERE mass > 10 ORDER BY name LIMIT 3
#=> HelloBigWorld

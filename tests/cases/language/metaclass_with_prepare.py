# A metaclass with __prepare__: a declarative table whose fields keep their order and refuse duplicates.


class Field:
    def __init__(self, kind, default=None):
        self.kind, self.default = kind, default

    def __repr__(self):
        return f"{self.kind.__name__}={self.default!r}"


class Namespace(dict):
    def __setitem__(self, key, value):
        if key in self and isinstance(value, Field):
            raise TypeError(f"field {key!r} is declared twice")
        super().__setitem__(key, value)


class TableMeta(type):
    tables = {}

    @classmethod
    def __prepare__(meta, name, bases, **options):
        return Namespace(text=lambda default="": Field(str, default), number=lambda default=0: Field(int, default))

    def __new__(meta, name, bases, namespace, *, table=None):
        del namespace["text"], namespace["number"]
        fields = {}
        for base in reversed(bases):
            fields |= getattr(base, "fields", {})
        fields |= {key: value for key, value in namespace.items() if isinstance(value, Field)}
        cls = super().__new__(meta, name, bases, {**namespace, "fields": fields})
        cls.table = table or name.lower() + "s"
        return cls

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)
        TableMeta.tables[cls.table] = cls

    def __iter__(cls):
        return iter(cls.fields)


class Row(metaclass=TableMeta):
    id = number(-1)

    def __init__(self, **values):
        for name, field in self.fields.items():
            setattr(self, name, field.kind(values.get(name, field.default)))


class User(Row):
    name = text()
    age = number(18)


class Admin(User, table="staff"):
    age = number(40)
    level = number(1)


print(list(TableMeta.tables), list(Admin), "name" in User, "level" in User)
print(Admin.fields, vars(Admin(name="Ada", level="7")), hasattr(User, "number"))
try:
    class Broken(Row):
        size = number(1)
        size = text()
except TypeError as exc:
    print("TypeError:", exc)
print(type(User).__name__, type(type(User)).__name__, isinstance(User, TableMeta), type(User(name=5).name).__name__)

#=> ['rows', 'users', 'staff'] ['id', 'name', 'age', 'level'] True False
#=> {'id': int=-1, 'name': str='', 'age': int=40, 'level': int=1} {'id': -1, 'name': 'Ada', 'age': 40, 'level': 7} False
#=> TypeError: field 'size' is declared twice
#=> TableMeta type True str

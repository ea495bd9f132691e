"""Tools that are imported: modules with functions, classes and handles.

A module is declared by data, a text of JSON that nobody reads before the module is imported. Its classes are
made without compiling anything: functions get templates of code, as those of `tools` do, and dataclasses have
methods that all of them share. What crosses is JSON; each type knows how its values become that (`lower`), and
what they are made of (`lift`). The host checks everything once more. Here is checked only what would not be
the same value on the other side.
"""

import dataclasses
import enum
import math
import reprlib
import sys
import types
from collections.abc import Mapping
from importlib.machinery import ModuleSpec

from fumehood import concurrency, tools, values

_declared: dict[str, str] = {}
"""What each module of this session has, as JSON."""

_packages: set[str] = set()
"""The modules that have others below them."""

_dropped: list[tuple[str, str]] = []
"""Handles that nobody has any more: the tool that lets go of each, and what the host knows it by. They are
told before the next call. A call from wherever the collector happens to run could come in the midst of another."""


def declare(modules: dict[str, str]) -> None:
    """Makes modules importable, in place of those that were before."""
    if not modules and not _declared:
        return
    _dropped.clear()
    for name in _declared.keys() | _packages:
        if _declared.get(name) != modules.get(name):
            sys.modules.pop(name, None)
    _declared.clear()
    _declared.update(modules)
    _packages.clear()
    for name in modules:
        while name := name.rpartition(".")[0]:
            _packages.add(name)
    if _finder not in sys.meta_path:
        # First: no file that lies around is taken for a tool.
        sys.meta_path.insert(0, _finder)


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name in _declared or name in _packages:
            return ModuleSpec(name, self, origin="tools", is_package=name in _packages)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        text = _declared.get(module.__name__)
        if text is None:
            below = sorted(name for name in _declared if name.startswith(module.__name__ + "."))
            module.__doc__ = "Tools: " + ", ".join(below)
        else:
            _fill(module, values.decode(text))


_finder = _Finder()


# Values without a class of Python's own ----------------------------------------------------------------


class _Wrapped:
    """A value and what is said of it by the class."""

    __match_args__ = ("value",)

    def __init__(self, value=None):
        self.value = value

    def __repr__(self):
        return f"{type(self).__qualname__}({self.value!r})"

    def __eq__(self, other):
        return self.value == other.value if type(other) is type(self) else NotImplemented

    def __hash__(self):
        return hash((type(self), self.value))


class Ok(_Wrapped):
    """What went well, where a function takes or gives either that or an `Err`."""


class Err(_Wrapped):
    """What went wrong, where a function takes or gives either that or an `Ok`."""


class Some(_Wrapped):
    """A value that is there, where it could be None itself."""


Ok.__module__ = Err.__module__ = Some.__module__ = "fumehood"


class _Record:
    """What the dataclasses of modules have in common."""

    __match_args__ = ()
    __hash__ = None

    @reprlib.recursive_repr()
    def __repr__(self):
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__qualname__}({fields})"

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__match_args__)


class _Plain:
    """A case of a variant that has no value."""

    __match_args__ = ()

    def __repr__(self):
        return f"{type(self).__qualname__}()"

    def __eq__(self, other):
        return type(other) is type(self) or NotImplemented

    def __hash__(self):
        return hash(type(self))


class _Resource:
    """What handles have in common. The host knows each by a text that nobody can guess."""

    _handle = None
    _drop = ""

    def __init__(self, *_, **__):
        raise TypeError(f"{type(self).__qualname__} has no constructor: functions give handles of it")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _let_go(self)

    def __del__(self):
        if self._handle is not None:
            _dropped.append((self._drop, self._handle))

    def __repr__(self):
        state = " that is closed" if self._handle is None else ""
        return f"<handle of {type(self).__module__}.{type(self).__qualname__}{state}>"

    def __reduce_ex__(self, _):
        raise TypeError(f"a handle of {type(self).__qualname__} cannot be copied or pickled")


def _let_go(resource) -> None:
    handle, resource._handle = resource._handle, None
    if handle is not None:
        tools.call(resource._drop, {"self": handle})


def _tell_dropped() -> None:
    while _dropped:
        tool, handle = _dropped.pop()
        try:
            tools.call(tool, {"self": handle})
        except tools.ToolError:
            # It is of a session that this one is a copy of.
            pass


# Types ------------------------------------------------------------------------------------------------


class _Misfit(Exception):
    """A value that is none of its type; `path` leads to it from the innermost place on."""

    def __init__(self, what: str):
        self.what = what
        self.path = []

    def __str__(self):
        path = "".join(reversed(self.path)).removeprefix(".")
        return f"{path}: {self.what}"


class _Type:
    """Values that cross as they are."""

    plain = True
    bytes = False

    def __init__(self, hint):
        self.hint = hint

    def lower(self, value):
        return value

    def lift(self, value):
        return value


class _Text(_Type):
    def lower(self, value):
        if isinstance(value, (bytes, bytearray, memoryview)):
            raise _Misfit(f"{_shown(value)} is not a text")
        return value

    plain = False


class _Float(_Type):
    plain = False

    def lower(self, value):
        if isinstance(value, str):
            raise _Misfit(f"{_shown(value)} is not a number")
        try:
            if math.isfinite(value):
                return value
        except (TypeError, OverflowError):
            return value
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

    def lift(self, value):
        # An integer, or the name of what JSON has no number for.
        return float(value)


class _Bytes(_Type):
    plain = False
    bytes = True

    def lower(self, value):
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value)
        if isinstance(value, str):
            raise _Misfit(f"{_shown(value)} is a text and not bytes")
        try:
            return list(value)
        except TypeError:
            raise _Misfit(f"{_shown(value)} is not bytes") from None



class _List:
    plain = False

    def __init__(self, item):
        self.item = item
        self.bytes = item.bytes
        self.hint = list[item.hint]

    def lower(self, value):
        if isinstance(value, (str, bytes, bytearray, Mapping)):
            raise _Misfit(f"{_shown(value)} is not a list")
        try:
            items = list(value)
        except TypeError:
            raise _Misfit(f"{_shown(value)} is not a list") from None
        if not self.item.plain:
            lower = self.item.lower
            for position, item in enumerate(items):
                try:
                    items[position] = lower(item)
                except _Misfit as misfit:
                    misfit.path.append(f"[{position}]")
                    raise
        return items

    def lift(self, value):
        return value if self.item.plain else list(map(self.item.lift, value))


class _Tuple:
    plain = False

    def __init__(self, items):
        self.items = items
        self.bytes = any(item.bytes for item in items)
        self.hint = tuple[tuple(item.hint for item in items)] if items else tuple[()]

    def lower(self, value):
        if not isinstance(value, (tuple, list)):
            raise _Misfit(f"{_shown(value)} is not a tuple")
        lowered = list(value)
        for position, (item, part) in enumerate(zip(self.items, lowered)):
            try:
                lowered[position] = item.lower(part)
            except _Misfit as misfit:
                misfit.path.append(f"[{position}]")
                raise
        return lowered

    def lift(self, value):
        return tuple([item.lift(part) for item, part in zip(self.items, value)])


class _Option:
    plain = False

    def __init__(self, item):
        self.item = item
        self.bytes = item.bytes
        self.wrapped = isinstance(item, _Option)
        self.hint = (Some if self.wrapped else item.hint) | types.NoneType

    def lower(self, value):
        if value is None:
            return None
        if not self.wrapped:
            return self.item.lower(value)
        if type(value) is Some:
            return {"some": _lowered_side(self.item, value.value, "some")}
        raise _Misfit(f"{_shown(value)} has to be None, or Some of a value or of None")

    def lift(self, value):
        if value is None:
            return None
        return Some(self.item.lift(value["some"])) if self.wrapped else self.item.lift(value)


class _Result:
    plain = False
    hint = Ok | Err

    def __init__(self, ok, err):
        self.sides = {"ok": (Ok, ok), "err": (Err, err)}
        self.bytes = any(item is not None and item.bytes for item in (ok, err))

    def lower(self, value):
        for name, (cls, item) in self.sides.items():
            if type(value) is cls:
                return {name: _lowered_side(item, value.value, name)}
        raise _Misfit(f"{_shown(value)} is neither Ok(...) nor Err(...)")

    def lift(self, value):
        [(name, inner)] = value.items()
        cls, item = self.sides[name]
        return cls(None if item is None else item.lift(inner))


def _lowered_side(item, value, name: str):
    if item is None:
        return value
    try:
        return item.lower(value)
    except _Misfit as misfit:
        misfit.path.append(f".{name}")
        raise


class _RecordOf:
    plain = False

    def __init__(self, cls, fields):
        self.hint = cls
        self.fields = fields
        self.bytes = any(field.bytes for field in fields.values())

    def lower(self, value):
        if isinstance(value, self.hint):
            given = {name: getattr(value, name) for name in self.fields}
        elif isinstance(value, Mapping):
            given = dict(value)
        else:
            raise _Misfit(f"{_shown(value)} is neither a {self.hint.__qualname__} nor a dict of its fields")
        for name, field in self.fields.items():
            if name in given:
                try:
                    given[name] = field.lower(given[name])
                except _Misfit as misfit:
                    misfit.path.append(f".{name}")
                    raise
        return given

    def lift(self, value):
        made = self.hint.__new__(self.hint)
        made.__dict__.update({name: field.lift(value[name]) for name, field in self.fields.items()})
        return made


class _EnumOf:
    plain = False
    bytes = False

    def __init__(self, cls):
        self.hint = cls

    def lower(self, value):
        return value.value if isinstance(value, self.hint) else value

    def lift(self, value):
        return self.hint(value)


class _FlagsOf:
    plain = False
    bytes = False

    def __init__(self, cls, names):
        self.hint = cls
        self.names = names
        self.by_name = {name: cls(1 << bit) for bit, name in enumerate(names)}

    def lower(self, value):
        if isinstance(value, self.hint):
            return [name for bit, name in enumerate(self.names) if value.value >> bit & 1]
        if isinstance(value, (list, tuple, set, frozenset)):
            return [flag.value if isinstance(flag, enum.Enum) else flag for flag in value]
        raise _Misfit(f"{_shown(value)} is no {self.hint.__qualname__}")

    def lift(self, value):
        flags = self.hint(0)
        for name in value:
            flags |= self.by_name[name]
        return flags


class _VariantOf:
    plain = False

    def __init__(self, cls, cases):
        self.hint = cls
        self.cases = cases
        self.bytes = any(item is not None and item.bytes for _, item in cases.values())
        self.names = {case: name for name, (case, _) in cases.items()}

    def lower(self, value):
        name = self.names.get(type(value))
        if name is not None:
            item = self.cases[name][1]
            return name if item is None else {name: _lowered_side(item, value.value, name)}
        if isinstance(value, Mapping) and len(value) == 1:
            [(name, inner)] = value.items()
            item = self.cases.get(name, (None, None))[1]
            return {name: _lowered_side(item, inner, name)}
        if isinstance(value, str):
            return value
        raise _Misfit(f"{_shown(value)} is no {self.hint.__qualname__}")

    def lift(self, value):
        if type(value) is str:
            return self.cases[value][0]()
        [(name, inner)] = value.items()
        case, item = self.cases[name]
        return case(item.lift(inner))


class _HandleOf:
    plain = False
    bytes = False

    def __init__(self, cls):
        self.hint = cls

    def lower(self, value):
        if not isinstance(value, self.hint):
            raise _Misfit(f"{_shown(value)} is not a handle of {self.hint.__qualname__}")
        if value._handle is None:
            raise _Misfit(f"the handle of {self.hint.__qualname__} is closed, or was given away")
        return value._handle

    def lift(self, value):
        handle = self.hint.__new__(self.hint)
        handle._handle = value
        return handle


def _shown(value) -> str:
    text = reprlib.repr(value)
    return f"{text} ({type(value).__qualname__})"


_SCALARS = {
    "bool": _Type(bool),
    **{name: _Type(int) for name in ("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64")},
    "f32": _Float(float),
    "f64": _Float(float),
    "char": _Text(str),
    "string": _Text(str),
    "bytes": _Bytes(bytes),
}


def _type(described):
    if type(described) is str:
        return _SCALARS[described]
    kind, *parts = described
    match kind:
        case "list":
            return _List(_type(parts[0]))
        case "option":
            return _Option(_type(parts[0]))
        case "tuple":
            return _Tuple([_type(part) for part in parts[0]])
        case "result":
            return _Result(*[None if part is None else _type(part) for part in parts])
    module, name = parts
    if module not in sys.modules:
        __import__(module)
    # Not the attribute: code may have put something else there.
    return sys.modules[module].__dict__["__types__"][name]


# Modules ----------------------------------------------------------------------------------------------


def _fill(module, described: dict) -> None:
    module.__doc__ = described["documentation"]
    space = module.__dict__
    space["__types__"] = defined = {}
    public = []
    for definition in described["types"]:
        name = definition["name"]
        # A type is described after those that it is made of.
        made = _KINDS[definition["kind"]](module.__name__, definition)
        defined[name] = made
        made.hint.__doc__ = definition["documentation"]
        space[name] = made.hint
        public.append(name)
    for name, described_type in described["aliases"]:
        space[name] = _type(described_type).hint
        public.append(name)
    for function in described["functions"]:
        made = _function(module.__name__, function)
        if (owner := function["of"]) is None:
            space[function["name"]] = made
            public.append(function["name"])
            continue
        resource = space[owner]
        match function["kind"]:
            case "constructor":
                resource.__init__ = made
            case "method":
                setattr(resource, function["name"], made)
            case "static":
                setattr(resource, function["name"], staticmethod(made))
            case "drop":
                resource._drop = function["tool"]
    module.__all__ = public


def _class(module: str, name: str, bases: tuple, members: dict, qualname: str | None = None) -> type:
    members |= {"__module__": module, "__qualname__": qualname or name}
    return type(name, bases, members)


def _record(module: str, definition: dict):
    fields = {name: _type(described) for name, described in definition["parts"]}
    names = tuple(fields)
    cls = _class(module, definition["name"], (_Record,), {"__match_args__": names})
    optional = _trailing(fields.values())
    cls.__init__ = _templated(
        "__init__", cls, ("self", *names), _Assigning(names), (None,) * optional
    )
    cls.__annotations__ = {name: field.hint for name, field in fields.items()}
    made = {}
    for position, (name, field) in enumerate(fields.items()):
        has_default = position >= len(names) - optional
        entry = dataclasses.field(default=None) if has_default else dataclasses.field()
        entry.name, entry.type, entry._field_type = name, field.hint, dataclasses._FIELD
        entry.kw_only = False
        made[name] = entry
    cls.__dataclass_fields__ = made
    cls.__dataclass_params__ = _PARAMS
    cls.__replace__ = dataclasses._replace
    return _RecordOf(cls, fields)


@dataclasses.dataclass
class _Example:
    pass


_PARAMS = _Example.__dataclass_params__


class _Assigning:
    __slots__ = ("names",)

    def __init__(self, names: tuple[str, ...]):
        self.names = names

    def __call__(self, given: tuple):
        given[0].__dict__.update(zip(self.names, given[1:]))


def _trailing(fields) -> int:
    """How many of the last are optional, and so have a default."""
    count = 0
    for field in fields:
        count = count + 1 if isinstance(field, _Option) else 0
    return count


def _enum(module: str, definition: dict):
    cls = enum.Enum(definition["name"], definition["parts"], module=module, qualname=definition["name"])
    return _EnumOf(cls)


def _flags(module: str, definition: dict):
    name, parts = definition["name"], definition["parts"]
    bits = [(python, 1 << bit) for bit, (python, _) in enumerate(parts)]
    cls = enum.Flag(name, bits, module=module, qualname=name)
    return _FlagsOf(cls, [name for _, name in parts])


def _variant(module: str, definition: dict):
    base = _class(module, definition["name"], (), {})
    cases = {}
    for python, name, described, documentation in definition["parts"]:
        mixin = _Plain if described is None else _Wrapped
        case = _class(module, python, (mixin, base), {}, f"{base.__qualname__}.{python}")
        case.__doc__ = documentation or None
        setattr(base, python, case)
        cases[name] = (case, None if described is None else _type(described))
    return _VariantOf(base, cases)


def _resource(module: str, definition: dict):
    cls = _class(module, definition["name"], (_Resource,), {"close": _close})
    return _HandleOf(cls)


def _close(self):
    """Lets go of the resource. The handle is of no use afterwards."""
    _let_go(self)


_close.__name__ = _close.__qualname__ = "close"

_KINDS = {"record": _record, "enum": _enum, "flags": _flags, "variant": _variant, "resource": _resource}


# Functions --------------------------------------------------------------------------------------------


class _Calling:
    """What a function does with the values that its parameters got. `how` is one of the ways to call a tool."""

    __slots__ = ("tool", "parameters", "attaching", "given_away", "result", "raises", "how")

    def __init__(self, tool: str, parameters: dict, given_away: list[str], result, how=tools.call):
        self.tool = tool
        self.parameters = parameters
        self.attaching = [name for name, parameter in parameters.items() if parameter.bytes]
        self.given_away = given_away
        self.result = result
        self.raises = isinstance(result, _Result)
        self.how = how

    def __call__(self, given: tuple):
        arguments = self.arguments(given)
        if _dropped:
            _tell_dropped()
        if not self.given_away:
            return self.answer(self.how(self.tool, arguments, self.attaching))
        try:
            answer = self.how(self.tool, arguments, self.attaching)
        except tools.ToolArgumentError:
            raise
        except tools.ToolError:
            self.give_away(given)
            raise
        self.give_away(given)
        return self.answer(answer)

    def arguments(self, given: tuple) -> dict:
        arguments = {}
        for (name, parameter), value in zip(self.parameters.items(), given):
            try:
                arguments[name] = parameter.lower(value)
            except _Misfit as misfit:
                misfit.path.append(name)
                raise tools.ToolArgumentError(f"{self.tool}: {misfit}") from None
        return arguments

    def give_away(self, given: tuple) -> None:
        for name, value in zip(self.parameters, given):
            if name in self.given_away:
                value._handle = None

    def answer(self, answer):
        if self.raises:
            [(name, value)] = answer.items()
            item = self.result.sides[name][1]
            value = None if item is None else item.lift(value)
            if name == "err":
                error = tools.ToolError(_said(value, self.tool))
                error.payload = value
                raise error
            return value
        return None if self.result is None else self.result.lift(answer)


class _Awaiting(_Calling):
    """The same for a call that is awaited."""

    __slots__ = ()

    async def __call__(self, given: tuple):
        arguments = self.arguments(given)
        _tell_dropped()
        self.give_away(given)
        return self.answer(await concurrency.call(self.tool, arguments, self.attaching))


class _Beginning(_Calling):
    """The same for a call that is begun; its number."""

    __slots__ = ()

    def __call__(self, given: tuple):
        arguments = self.arguments(given)
        _tell_dropped()
        self.give_away(given)
        return self.how(self.tool, arguments, self.attaching)


def _said(payload, tool: str) -> str:
    """The message of an error that a function gives."""
    if isinstance(payload, str):
        return payload
    if isinstance(payload, enum.Enum) and isinstance(payload.value, str):
        return payload.value
    return f"{tool} failed" if payload is None else repr(payload)


class _Constructing:
    """What the constructor of a resource does."""

    __slots__ = ("call",)

    def __init__(self, call: _Calling):
        self.call = call

    def __call__(self, given: tuple):
        made = self.call(given[1:])
        # The handle is the new object's from here on.
        given[0]._handle, made._handle = made._handle, None


def _templated(name: str, owner, names: tuple[str, ...], call, defaults: tuple):
    qualname = name if owner is None else f"{owner.__qualname__}.{name}"
    space = {"__builtins__": {}, "__name__": "tools", "_call": call}
    code = tools._code(len(names)).replace(co_name=name, co_qualname=qualname, co_varnames=names)
    return types.FunctionType(code, space, name, defaults or None)


def _function(module: str, described: dict):
    kind, name = described["kind"], described["name"]
    if kind == "drop":
        return None
    owner = None if described["of"] is None else sys.modules[module].__dict__[described["of"]]
    parameters = {parameter: _type(given) for parameter, given in described["parameters"]}
    given_away = [parameter for parameter, given in described["parameters"] if given[0] == "own"]
    result = None if described["result"] is None else _type(described["result"])
    call = _Calling(described["tool"], parameters, given_away, result)
    names = tuple(parameters)
    if kind == "constructor":
        names, name = ("self", *names), "__init__"
    defaults = (None,) * _trailing(parameters.values())
    annotated = {name: given.hint for name, given in parameters.items()}
    if kind == "method":
        del annotated["self"]
    if kind == "constructor":
        answer = None
    elif call.raises:
        answer = result.sides["ok"][1]
    else:
        answer = result
    annotated["return"] = types.NoneType if answer is None else answer.hint

    def made(does):
        function = _templated(name, owner, names, does, defaults)
        function.__doc__ = described["documentation"] or None
        function.__module__ = module
        function.__annotations__ = annotated
        return function

    if kind == "constructor":
        return made(_Constructing(call))
    function = made(call)
    function.aio = made(_Awaiting(call.tool, parameters, given_away, result))
    # What `parallel` begins calls with, and makes values of answers with.
    function.aio.made = lambda how: made(_Beginning(call.tool, parameters, given_away, result, how))
    function.aio.finish = call.answer
    return function

"""Functions of a Python file as tools: what they take and give, as JSON Schema, and calls of them.

It runs in the sandbox of the tools, and is as much at their mercy as they are at its own: the host believes
nothing of what is said here that it has not checked.
"""

import asyncio
import collections.abc
import dataclasses
import datetime
import enum
import inspect
import linecache
import pathlib
import re
import sys
import types
import typing

from fumehood import attached, tools, values

_NESTING = 32
"""How deep types may be nested that are told."""

_IMAGE = "image/*"
_JSON = (str, int, float, bool, type(None))

_tools = {}
"""What does the work of each tool, by its name."""


class MisfitError(ValueError):
    """An argument that the hints do not allow."""


# The file ---------------------------------------------------------------------------------------------


def load(name: str, source: str) -> None:
    """Runs a file as the module of this name, and finds the tools in it."""
    _pretend_smolagents()
    file = f"{name}.py"
    module = types.ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    # So that tracebacks have its lines.
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), module.__dict__)
    for tool in _found(module):
        if tool.name in _tools:
            raise ValueError(f"two tools of {file} have the name {tool.name!r}")
        _tools[tool.name] = tool
    if not _tools:
        raise ValueError(f"{file} has no function that could be a tool: they are public, with types and a docstring")


def described() -> list:
    """The tools, as JSON has them."""
    return [
        {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
            "returns": tool.returns,
        }
        for tool in _tools.values()
    ]


def answer(name: str) -> None:
    """Takes the arguments of a call from the host, and gives it what the tool returns."""
    tool = _tools[name]
    try:
        arguments = tools.call("_arguments", {})
    except (ValueError, TypeError) as error:
        # Bytes that are not what they are said to be.
        raise MisfitError(str(error)) from None
    result = tool.run(arguments)
    if inspect.isawaitable(result):
        result = asyncio.run(_awaited(result))
    try:
        tools.call("_answer", {"value": result}, ("value",))
    except tools.ToolArgumentError as error:
        detail = str(error).removeprefix("_answer: ").replace("argument ['value']", "it", 1)
        raise TypeError(f"what {name} returns cannot be given: {detail}") from None


async def _awaited(result):
    return await result


def _found(module) -> list:
    space = vars(module)
    of_file = [value for value in space.values() if getattr(value, "__module__", None) == module.__name__]
    if "__all__" in space:
        chosen = [space[name] for name in space["__all__"]]
        chosen = [value for value in chosen if inspect.isfunction(value) or _is_smolagents(value)]
    else:
        chosen = [value for value in of_file if _is_smolagents(value)]
        chosen += [value for value in of_file if getattr(value, "__tool__", False)]
        if not chosen:
            chosen = [
                value
                for value in of_file
                if inspect.isfunction(value) and not value.__name__.startswith("_")
            ]
    unique = {id(value): value for value in chosen}.values()
    return [_Forward(value) if _is_smolagents(value) else _Function(value) for value in unique]


# Functions with types ---------------------------------------------------------------------------------


class _Function:
    """A function whose types and docstring say all."""

    def __init__(self, function):
        self.function = function
        self.name = name = function.__name__
        said = inspect.getdoc(function)
        if not said:
            raise TypeError(f"{name} has no docstring, which says what it does; begin its name with _ if it is no tool")
        self.description, arguments, returned = _documentation(said)
        try:
            hints = typing.get_type_hints(function, include_extras=True)
        except Exception as error:
            raise TypeError(f"the types of {name} cannot be found: {error}") from None
        self.hints, properties, required = {}, {}, []
        for parameter in inspect.signature(function).parameters.values():
            place = f"the parameter {parameter.name!r} of {name}"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"{place} stands for any number of arguments; a tool has those that it names")
            if parameter.kind is parameter.POSITIONAL_ONLY:
                raise TypeError(f"{place} has no name for those who call; remove the / behind it")
            if parameter.name not in hints:
                raise TypeError(f"{place} has no type; begin the name of {name} with _ if it is no tool")
            self.hints[parameter.name] = hint = hints[parameter.name]
            schema = _schema(hint, place)
            if about := arguments.get(parameter.name):
                about, choices = _choices(about)
                schema = {**schema, "description": about}
                if choices:
                    schema["enum"] = choices
            if parameter.default is parameter.empty:
                required.append(parameter.name)
            elif (default := _default(parameter.default, hint)) is not None:
                schema = {**schema, "default": default}
            properties[parameter.name] = schema
        self.parameters = {"type": "object", "properties": properties, "required": required}
        self.returns = None
        if "return" in hints:
            self.returns = _schema(hints["return"], f"what {name} returns")
        if returned:
            self.returns = {**(self.returns or {}), "description": returned}

    def run(self, arguments: dict):
        arguments = {
            name: _converted(value, self.hints[name], name) for name, value in arguments.items()
        }
        return self.function(**arguments)


def _default(value, hint):
    """A default as JSON has it; nothing, if it has none, and then only the function knows it."""
    try:
        default = values.decode(values.encode(value, _NESTING))
        _converted(default, hint, "the default")
    except (TypeError, ValueError):
        return None
    return default


_SECTION = re.compile(r"(Args|Arguments|Parameters|Returns?|Yields|Raises|Examples?|Notes?|See Also):\s*(.*)")
_ARGUMENT = re.compile(r"\*{0,2}(\w+)\s*(?:\([^()]*\))?\s*:\s*(.*)")
_CHOICES = re.compile(r"\(choices:\s*(\[.*\]|\{.*\}|.*)\)\s*\.?\s*$", re.IGNORECASE | re.DOTALL)


def _documentation(text: str) -> tuple[str, dict, str]:
    """What a docstring in the style of Google says of a function, its parameters, and what it returns."""
    description, arguments, returned = [], {}, []
    section, indented, current = None, None, None
    for line in text.splitlines():
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if indent == 0 and (found := _SECTION.fullmatch(stripped)):
            section, indented, current = found[1], None, None
            if section.startswith("Return") and found[2]:
                returned.append(found[2])
        elif section is None:
            description.append(line)
        elif section.startswith("Return"):
            returned.append(stripped)
        elif section in ("Args", "Arguments", "Parameters") and stripped:
            indented = indent if indented is None else indented
            if indent <= indented and (found := _ARGUMENT.fullmatch(stripped)):
                current = arguments.setdefault(found[1], [])
                current.append(found[2])
            elif current is not None:
                current.append(stripped)
    joined = {name: " ".join(lines).strip() for name, lines in arguments.items()}
    # The type may stand there as well, which the hints have.
    returned = re.sub(r"^[\w.]+(\[[^:]*\])?:\s+", "", " ".join(filter(None, returned)).strip())
    return "\n".join(description).strip(), joined, returned


def _choices(about: str) -> tuple[str, list]:
    """What is said of a parameter, without the choices that are told at its end, and these."""
    if not (found := _CHOICES.search(about)):
        return about, []
    try:
        choices = list(values.decode(found[1].replace("'", '"')))
    except ValueError:
        return about, []
    return about[: found.start()].strip(), choices if _are_plain(choices) else []


def _are_plain(choices) -> bool:
    return all(isinstance(choice, _JSON) for choice in choices)


# Types ------------------------------------------------------------------------------------------------

_SIMPLE = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    set: {"type": "array", "uniqueItems": True},
    frozenset: {"type": "array", "uniqueItems": True},
    dict: {"type": "object"},
    bytes: {"type": "string", "contentMediaType": attached.BYTES},
    bytearray: {"type": "string", "contentMediaType": attached.BYTES},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    pathlib.Path: {"type": "string"},
}
_LISTS = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
}
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


def _library(kind) -> str | None:
    """The media type of a class of a library, told by its name, so that nothing is imported for it."""
    kind = typing.get_origin(kind) or kind
    if not isinstance(kind, type):
        return None
    full = f"{kind.__module__}.{kind.__qualname__}"
    return {
        "PIL.Image.Image": _IMAGE,
        "numpy.ndarray": attached.ARRAY,
        "pandas.DataFrame": attached.TABLE,
        "pandas.core.frame.DataFrame": attached.TABLE,
    }.get(full)


def _schema(kind, place: str, depth: int = _NESTING) -> dict:
    """The JSON Schema of a type."""
    if depth == 0:
        raise TypeError(f"{place} has a type that is nested too deeply, or in itself")
    deeper = depth - 1
    if kind is typing.Any or kind is inspect.Parameter.empty:
        return {}
    if kind is None:
        kind = type(None)
    if isinstance(kind, type) and not typing.get_args(kind) and (simple := _SIMPLE.get(kind)):
        return dict(simple)
    if media := _library(kind):
        return {"type": "string", "contentMediaType": media}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        schema = _schema(arguments[0], place, deeper)
        about = [note for note in arguments[1:] if isinstance(note, str)]
        return {**schema, "description": about[0]} if about else schema
    if origin in (typing.Required, typing.NotRequired, typing.ReadOnly, typing.Final):
        return _schema(arguments[0], place, deeper)
    if origin is typing.Literal:
        if not _are_plain(arguments):
            raise TypeError(f"{place} has choices that JSON does not have: {kind}")
        return _enumeration(list(arguments))
    if origin in (typing.Union, types.UnionType):
        schemas = [_schema(one, place, deeper) for one in arguments]
        if len({"contentMediaType" in schema for schema in schemas if schema.get("type") == "string"}) > 1:
            raise TypeError(f"{place} may be text or bytes, and calls cannot tell which; make them two parameters")
        return {"anyOf": schemas}
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "array", "items": _schema(arguments[0], place, deeper)}
        items = [_schema(one, place, deeper) for one in arguments if one != ()]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin in _LISTS or kind in _LISTS:
        made = _LISTS[origin or kind]
        schema = dict(_SIMPLE[made])
        return {**schema, "items": _schema(arguments[0], place, deeper)} if arguments else schema
    if origin in _MAPPINGS or kind in _MAPPINGS:
        if not arguments:
            return {"type": "object"}
        if arguments[0] not in (str, typing.Any):
            raise TypeError(f"{place} is a mapping whose keys are {arguments[0]}; in JSON they are texts")
        return {"type": "object", "additionalProperties": _schema(arguments[1], place, deeper)}
    if isinstance(kind, typing.NewType):
        return _schema(kind.__supertype__, place, deeper)
    if isinstance(kind, typing.TypeAliasType):
        return _schema(kind.__value__, place, deeper)
    if isinstance(kind, type):
        if issubclass(kind, enum.Enum):
            choices = [member.value for member in kind]
            if _are_plain(choices):
                return _enumeration(choices)
        if fields := _fields(kind):
            properties = {
                name: _schema(hint, f"{name} of {kind.__name__} in {place}", deeper)
                for name, (hint, _) in fields.items()
            }
            required = [name for name, (_, needed) in fields.items() if needed]
            return {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            }
    told = kind.__name__ if isinstance(kind, type) else str(kind)
    raise TypeError(
        f"{place} is of the type {told}, which has no form outside of Python; there are int, float, str, bool, None, list, "
        "tuple, dict, Literal, Union, Any, bytes, dates, enums, dataclasses, TypedDict, PIL.Image.Image, numpy.ndarray "
        "and pandas.DataFrame"
    )


def _enumeration(choices: list) -> dict:
    kinds = {type(choice) for choice in choices}
    schema = dict(_SIMPLE[kinds.pop()]) if len(kinds) == 1 else {}
    return {**schema, "enum": choices}


def _fields(kind) -> dict | None:
    """The fields of a dataclass or TypedDict: the type of each, and whether it has to be given."""
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return {name: (hint, name in kind.__required_keys__) for name, hint in hints.items()}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return {
            field.name: (
                hints[field.name],
                field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
            )
            for field in dataclasses.fields(kind)
            if field.init
        }
    return None


# Arguments --------------------------------------------------------------------------------------------


def _converted(value, kind, place: str):
    """What came as JSON, or beside it, as the type says that it is."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is typing.Any or kind is inspect.Parameter.empty:
        return value
    if origin in (typing.Annotated, typing.Required, typing.NotRequired, typing.ReadOnly, typing.Final):
        return _converted(value, arguments[0], place)
    if origin is typing.Literal:
        return _one_of(value, arguments, place)
    if origin in (typing.Union, types.UnionType):
        return _of_union(value, arguments, place)
    if isinstance(kind, typing.NewType):
        return _converted(value, kind.__supertype__, place)
    if isinstance(kind, typing.TypeAliasType):
        return _converted(value, kind.__value__, place)
    if media := _library(kind):
        return _of_library(value, media, place)
    if origin is tuple:
        _be(value, list, place)
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            arguments = arguments[:1] * len(value)
        if len(arguments) != len(value):
            raise MisfitError(f"{place} has {len(value)} items, and should have {len(arguments)}")
        return tuple(_converted(one, of, f"{place}[{i}]") for i, (one, of) in enumerate(zip(value, arguments)))
    if origin in _LISTS or kind in _LISTS:
        _be(value, list, place)
        if arguments:
            value = [_converted(one, arguments[0], f"{place}[{i}]") for i, one in enumerate(value)]
        return _LISTS[origin or kind](value)
    if origin in _MAPPINGS or kind in _MAPPINGS:
        _be(value, dict, place)
        if not arguments:
            return value
        return {key: _converted(one, arguments[1], f"{place}[{key!r}]") for key, one in value.items()}
    if kind is None or kind is type(None):
        return _be(value, type(None), place)
    if kind is tuple:
        return tuple(_be(value, list, place))
    if kind is int and type(value) is float and value.is_integer():
        # JSON tells no such number from an integer.
        return int(value)
    if kind is float and type(value) is int:
        return float(value)
    if kind is bytearray:
        return bytearray(_be(value, bytes, place))
    if kind in (datetime.date, datetime.datetime):
        try:
            return kind.fromisoformat(_be(value, str, place))
        except ValueError as error:
            raise MisfitError(f"{place}: {error}") from None
    if kind is pathlib.Path:
        return pathlib.Path(_be(value, str, place))
    if issubclass(kind, enum.Enum):
        return kind(_one_of(value, [member.value for member in kind], place))
    if (fields := _fields(kind)) is not None:
        _be(value, dict, place)
        missing = [name for name, (_, needed) in fields.items() if needed and name not in value]
        unknown = [name for name in value if name not in fields]
        if missing or unknown:
            raise MisfitError(f"{place} {'needs' if missing else 'has no'} {', '.join((missing or unknown)[:5])}")
        return kind(**{name: _converted(one, fields[name][0], f"{place}.{name}") for name, one in value.items()})
    return _be(value, kind, place)


def _be(value, kind: type, place: str):
    if type(value) is not kind:
        wanted = "None" if kind is type(None) else kind.__name__
        raise MisfitError(f"{place} is {type(value).__name__}, and should be {wanted}")
    return value


def _one_of(value, choices, place: str):
    for choice in choices:
        if choice == value and isinstance(choice, bool) == isinstance(value, bool):
            return choice
    raise MisfitError(f"{place} is {value!r}, and should be one of {', '.join(map(repr, choices))}")


def _of_union(value, kinds, place: str):
    reasons = []
    # What is there exactly comes first: 1 is no float where there is an int.
    for kind in sorted(kinds, key=lambda kind: kind is not type(value)):
        try:
            return _converted(value, kind, place)
        except MisfitError as error:
            reasons.append(str(error))
    raise MisfitError("; or ".join(reasons[:5]))


def _of_library(value, media: str, place: str):
    if isinstance(value, bytes):
        try:
            value = attached.image(value) if media == _IMAGE else attached.of(media, memoryview(value))
        except Exception as error:
            raise MisfitError(f"{place}: {error}") from None
    module, name, told = {
        _IMAGE: ("PIL.Image", "Image", "a picture (PNG)"),
        attached.ARRAY: ("numpy", "ndarray", "an array of numpy"),
        attached.TABLE: ("pandas", "DataFrame", "a DataFrame"),
    }[media]
    if not attached.is_of(value, module, name):
        raise MisfitError(f"{place} is {type(value).__name__}, and should be {told}")
    return value


# Files that were written for smolagents ---------------------------------------------------------------


class _SmolagentsTool:
    """What a class of such a tool is made of: attributes that tell, and `forward`."""

    is_initialized = False

    def __init__(self, *arguments, **settings):
        pass

    def setup(self):
        self.is_initialized = True

    def __call__(self, *arguments, **named):
        return self.forward(*arguments, **named)


def _tool(function):
    """Marks a function as a tool."""
    function.__tool__ = True
    return function


def _pretend_smolagents() -> None:
    """Has `from smolagents import Tool, tool` give what such files need of it."""
    for name in ("smolagents", "smolagents.tools"):
        module = sys.modules.setdefault(name, types.ModuleType(name))
        module.Tool, module.tool = _SmolagentsTool, _tool
    sys.modules["smolagents"].tools = sys.modules["smolagents.tools"]
    sys.modules["smolagents"].__path__ = []


def _is_smolagents(value) -> bool:
    if isinstance(value, type):
        return issubclass(value, _SmolagentsTool) and hasattr(value, "forward")
    return isinstance(value, _SmolagentsTool)


_AUTHORIZED = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": float,
    "array": list,
    "object": dict,
    "null": type(None),
    "any": typing.Any,
    "image": {"type": "string", "contentMediaType": _IMAGE},
    "audio": {"type": "string", "contentMediaType": attached.BYTES},
}


class _Forward:
    """A tool of smolagents: its attributes say what its method `forward` takes and gives."""

    def __init__(self, tool):
        self.tool = tool() if isinstance(tool, type) else tool
        for attribute, kind in (("name", str), ("description", str), ("inputs", dict), ("output_type", str)):
            if not isinstance(getattr(self.tool, attribute, None), kind):
                told = type(self.tool).__name__
                raise TypeError(f"{told} has to have the attribute {attribute}, which is a {kind.__name__}")
        self.name, self.description = self.tool.name, self.tool.description
        signature = inspect.signature(self.tool.forward).parameters
        properties, required = {}, []
        for name, said in self.tool.inputs.items():
            place = f"the input {name!r} of {self.name}"
            if not isinstance(said, dict) or "type" not in said:
                raise TypeError(f"{place} has no type")
            schema = _authorized(said["type"], place)
            if "enum" in said:
                schema = {**schema, "enum": list(said["enum"])}
            if said.get("nullable"):
                schema = {"anyOf": [schema, {"type": "null"}]}
            properties[name] = {**schema, "description": str(said.get("description", ""))}
            default = signature[name].default if name in signature else inspect.Parameter.empty
            if default is inspect.Parameter.empty:
                required.append(name)
            elif default is not None and isinstance(default, _JSON):
                properties[name]["default"] = default
        self.parameters = {"type": "object", "properties": properties, "required": required}
        self.returns = _authorized(self.tool.output_type, f"what {self.name} returns")
        if isinstance(output := getattr(self.tool, "output_schema", None), dict):
            self.returns = output

    def run(self, arguments: dict):
        for name, said in self.tool.inputs.items():
            if said["type"] == "image" and isinstance(arguments.get(name), bytes):
                arguments[name] = _of_library(arguments[name], _IMAGE, name)
        if not self.tool.is_initialized:
            self.tool.setup()
        return self.tool.forward(**arguments)


def _authorized(kind, place: str) -> dict:
    if isinstance(kind, (list, tuple)):
        return {"anyOf": [_authorized(one, place) for one in kind]}
    if not isinstance(kind, str) or kind not in _AUTHORIZED:
        raise TypeError(f"{place} is of the type {kind!r}; there are {', '.join(_AUTHORIZED)}")
    known = _AUTHORIZED[kind]
    return dict(known) if isinstance(known, dict) else _schema(known, place)

"""Host functions as Python functions.

A tool is declared by data: what its signature says, which the host has worked out once for all
sessions. Its Python function is made without compiling anything: a template with the right number of
parameters, from the image, gets the parameters' names. So CPython itself binds the arguments, and a
wrong call fails as it does for any function.
"""

import annotationlib
import keyword
import types
import unicodedata
from typing import Any, Literal, Optional, Union

from fumehood import attached, concurrency, door, limits, values

nesting = 64
"""How deep the values of a call may be nested; set when the session starts."""

request_bytes = 1 << 20
"""How long the arguments of a call may be as JSON; set when the session starts."""

attached_bytes = 64 << 20
"""How long the values may be that go beside them; set when the session starts."""


class ToolError(Exception):
    """A tool failed; the message is the tool's, and so is `payload`, where a tool says more than that."""

    payload = None


class ToolArgumentError(ToolError, TypeError):
    """The arguments of a call do not fit the tool's parameters."""


ToolError.__module__ = ToolArgumentError.__module__ = "fumehood"


class _Omitted:
    """The default of a parameter that is left out of the call when it is not given."""

    def __repr__(self):
        return "None"


_omitted = _Omitted()


def _raise(text: str):
    name, _, message = text.partition(": ")
    if name == "ToolError":
        raise ToolError(message)
    if name == "ToolArgumentError":
        raise ToolArgumentError(message)
    raise limits.named(text) or ToolError(text)


class _FinalAnswer(BaseException):
    """Ends a step that has given its answer. Not a signal to the host: the host was told before."""


def call(tool: str, arguments: dict, attaching=()):
    """Calls a tool with arguments by name, and waits for its answer. Those in `attaching` may be or hold
    bytes. A tool that is named `final_answer` ends the step: the host has kept what it returned."""
    answer = _from(door.call_tool, *requested(tool, arguments, attaching))
    if tool == "final_answer":
        raise _FinalAnswer
    return attached.value_of(answer)


def begin(tool: str, arguments: dict, attaching=()) -> int:
    """Begins such a call; its number."""
    return _from(door.begin_call, *requested(tool, arguments, attaching))


def taken(number: int):
    """The answer of a call that was begun and is done."""
    return attached.value_of(_from(door.take_answer, number))


def requested(tool: str, arguments: dict, attaching) -> tuple:
    """A call as the door takes it."""
    try:
        said, contents = "", ()
        if attaching:
            arguments, said, contents = attached.detached(arguments, attaching, nesting)
        encoded = values.encode(arguments, nesting)
    except (TypeError, ValueError) as error:
        detail = str(error).replace("value[", "argument [", 1)
        raise ToolArgumentError(f"{tool}: {detail}") from None
    _check(tool, "arguments", len(encoded) + len(said), request_bytes)
    if contents:
        _check(tool, "attached values", sum(map(len, contents)), attached_bytes)
    return tool, encoded, said, contents


def _check(tool: str, what: str, size: int, limit: int) -> None:
    if size > limit:
        raise ToolArgumentError(f"{tool}: the {what} are {size} bytes, the limit is {limit} bytes")


def _from(ask, *request):
    """What the host answers, or the exception that it wants raised."""
    try:
        return ask(*request)
    except door.HostFailure as failure:
        text = str(failure)
    _raise(text)


# Templates ----------------------------------------------------------------------------------------

_TYPES = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": None,
}


def annotation(schema):
    """The Python type of a JSON schema, as far as Python's own types can say it."""
    if not isinstance(schema, dict):
        return Any
    if choices := schema.get("enum"):
        plain = all(isinstance(choice, (str, int, type(None))) for choice in choices)
        return Literal[tuple(choices)] if plain else Any
    for union in ("anyOf", "oneOf"):
        if isinstance(schema.get(union), list) and schema[union]:
            return _union(map(annotation, schema[union]))
    kind = schema.get("type")
    if isinstance(kind, list) and kind:
        return _union(annotation({**schema, "type": k}) for k in kind)
    if kind == "array" and "items" in schema:
        return list[annotation(schema["items"])]
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return dict[str, annotation(schema["additionalProperties"])]
    return _TYPES.get(kind, Any) if isinstance(kind, str) else Any


def _union(kinds):
    return Union[tuple(kinds)]


def _is_parameter(name: str) -> bool:
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and (name.isascii() or unicodedata.normalize("NFKC", name) == name)
    )


def _template(count: int) -> types.CodeType:
    names = ", ".join(f"p{i}" for i in range(count))
    source = f"lambda {names}: _call(({names}{',' if count else ''}))"
    code = compile(source, __file__, "eval")
    return next(c for c in code.co_consts if isinstance(c, types.CodeType))


_templates = [_template(count) for count in range(9)]


def _code(count: int) -> types.CodeType:
    while len(_templates) <= count:
        _templates.append(_template(len(_templates)))
    return _templates[count]


class _Call:
    """What the function of a tool does with the values that its parameters got."""

    __slots__ = ("tool", "names", "nullless", "attaching", "how", "complete")

    def __init__(
        self,
        tool: str,
        names: tuple[str, ...],
        nullless: list[str],
        attaching: list[str],
        how,
        complete: bool,
    ):
        self.tool = tool
        self.names = names
        self.nullless = nullless
        self.attaching = attaching
        self.how = how
        self.complete = complete

    def __call__(self, given: tuple):
        if self.complete:
            return self.how(self.tool, dict(zip(self.names, given)), self.attaching)
        arguments = {
            name: value
            for name, value in zip(self.names, given)
            if value is not _omitted and not (value is None and name in self.nullless)
        }
        return self.how(self.tool, arguments, self.attaching)


def declare(
    name: str,
    documentation: str,
    parameters: list[str],
    required: int,
    defaults: dict,
    nullless: list[str],
    properties: str,
    returns: str | None = None,
    attaching: list[str] = (),
) -> types.FunctionType:
    """The Python function of a tool, and as its attribute `aio` the same for calls that are awaited.

    The first `required` of the parameters have no default; for those in `nullless`, None means that
    they are left out. `properties` are the schemas of the parameters as JSON, and `returns` that of the
    answer, which are read when somebody asks for the annotations. Those in `attaching` may be or hold bytes.
    """
    names = tuple(parameters)
    if all(map(_is_parameter, names)):
        code = _code(len(names)).replace(co_name=name, co_qualname=name, co_varnames=names)
        optional = tuple([defaults.get(n, _omitted) for n in names[required:]]) or None
        # Each parameter has a value then that is passed on.
        complete = not nullless and (optional is None or _omitted not in optional)
        annotate = _annotations(names, required, defaults, properties, returns)

        def made(how):
            does = _Call(name, names, nullless, attaching, how, complete)
            space = {"__builtins__": {}, "__name__": "tools", "_call": does}
            function = types.FunctionType(code, space, name, optional)
            function.__annotate__ = annotate
            function.__doc__ = documentation
            return function
    else:
        # JSON allows any text as a name; such a tool takes keyword arguments alone.
        def made(how):
            def function(**arguments):
                return how(name, arguments, attaching)

            function.__name__ = function.__qualname__ = name
            function.__module__ = "tools"
            function.__doc__ = documentation
            return function

    function = made(call)
    function.aio = made(concurrency.call)
    function.aio.made = made
    return function


def _annotations(
    names: tuple[str, ...], required: int, defaults: dict, properties: str, returns: str | None
):
    def annotate(format, /):
        if format == annotationlib.Format.VALUE_WITH_FAKE_GLOBALS:
            raise NotImplementedError
        schemas = values.decode(properties)
        annotated = {}
        for position, name in enumerate(names):
            kind = annotation(schemas[name])
            annotated[name] = kind if position < required or name in defaults else Optional[kind]
        if returns is not None:
            annotated["return"] = annotation(values.decode(returns))
        if format == annotationlib.Format.STRING:
            return annotationlib.annotations_to_string(annotated)
        return annotated

    return annotate

"""Host functions as Python functions.

A tool is declared by data: a name, a description and a JSON schema of parameters. Its Python
function is made without compiling anything: a template with the right number of parameters, from the
image, gets the parameters' names. So CPython itself binds the arguments, and a wrong call fails as
it does for any function.
"""

import keyword
import types
import unicodedata
from typing import Any, Literal, Optional, Union

from fumehood import door, limits, values

nesting = 64
"""How deep the values of a call may be nested; set when the session starts."""

request_bytes = 1 << 20
"""How long the arguments of a call may be as JSON; set when the session starts."""


_ANSWER_LIMIT = 4_000_000
"""Characters of a final answer, as text and as JSON."""


class ToolError(Exception):
    """A tool failed; the message is the tool's."""


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


def call(tool: str, arguments: dict):
    """Calls a tool with arguments by name."""
    try:
        encoded = values.encode(arguments, nesting)
    except (TypeError, ValueError) as error:
        detail = str(error).replace("value[", "argument [", 1)
        raise ToolArgumentError(f"{tool}: {detail}") from None
    if len(encoded) > request_bytes:
        raise ToolArgumentError(
            f"{tool}: the arguments are {len(encoded)} bytes, the limit is {request_bytes} bytes"
        )
    try:
        answer = door.call_tool(tool, encoded)
    except door.HostFailure as failure:
        text = str(failure)
    else:
        return values.decode(answer)
    _raise(text)


class _FinalAnswer(BaseException):
    """Ends a step that has given its answer. Not a signal to the host: the host was told before."""


def final_answer(answer=None):
    """Give the final answer and end the step."""
    try:
        json = values.encode(answer, nesting)
    except (TypeError, ValueError, RecursionError):
        json = None
    text = str(answer)
    if len(text) > _ANSWER_LIMIT or (json is not None and len(json) > _ANSWER_LIMIT):
        raise ValueError(
            f"the final answer has {max(len(text), len(json or ''))} characters, "
            f"the limit is {_ANSWER_LIMIT}"
        )
    door.give_answer(json, text)
    raise _FinalAnswer


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


def _takes_null(schema: dict) -> bool:
    """Whether None is a value of the parameter, and not another way to leave it out."""
    if "enum" in schema:
        return None in schema["enum"]
    for union in ("anyOf", "oneOf"):
        if isinstance(schema.get(union), list):
            return any(_takes_null(s) for s in schema[union] if isinstance(s, dict))
    kind = schema.get("type")
    return kind is None or kind == "null" or (isinstance(kind, list) and "null" in kind)


def _is_parameter(name: str) -> bool:
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and unicodedata.normalize("NFKC", name) == name
    )


def _template(count: int) -> types.CodeType:
    names = ", ".join(f"p{i}" for i in range(count))
    source = f"lambda {names}: _call({'{'}**_pairs(({names}{',' if count else ''})){'}'})"
    code = compile(source, __file__, "eval")
    return next(c for c in code.co_consts if isinstance(c, types.CodeType))


_templates = [_template(count) for count in range(9)]


def _code(count: int) -> types.CodeType:
    while len(_templates) <= count:
        _templates.append(_template(len(_templates)))
    return _templates[count]


def _documentation(description: str, parameters: list) -> str:
    lines = [description.strip()]
    documented = [(n, s["description"]) for n, s, _ in parameters if s.get("description")]
    if documented:
        lines += ["", "Args:"]
        lines += [f"    {name}: {' '.join(text.split())}" for name, text in documented]
    return "\n".join(lines)


def declare(name: str, description: str, schema: dict) -> types.FunctionType:
    """The Python function of a tool."""
    required = schema.get("required") or []
    properties = schema.get("properties") or {}
    parameters = [(n, s if isinstance(s, dict) else {}, n in required) for n, s in properties.items()]
    # Python wants parameters without a default first; their order is otherwise the schema's.
    parameters.sort(key=lambda p: not p[2])
    names = tuple(p[0] for p in parameters)
    usable = all(map(_is_parameter, names))

    def _call(arguments):
        return call(name, arguments)

    if usable:
        defaults = tuple(s.get("default", _omitted) for _, s, needed in parameters if not needed)
        # Those for which None means that they are left out.
        nullless = {n for n, s, _ in parameters if "default" not in s and not _takes_null(s)}
        nullless.difference_update(required)

        def _pairs(given):
            return {
                n: v
                for n, v in zip(names, given)
                if v is not _omitted and not (v is None and n in nullless)
            }

        space = {"__builtins__": {}, "__name__": "tools", "_call": _call, "_pairs": _pairs}
        code = _code(len(names)).replace(co_name=name, co_qualname=name, co_varnames=names)
        function = types.FunctionType(code, space, name, defaults or None)
        function.__annotations__ = {
            n: annotation(s) if needed or "default" in s else Optional[annotation(s)]
            for n, s, needed in parameters
        }
    else:
        # JSON allows any text as a name; such a tool takes keyword arguments alone.
        def function(**arguments):
            return _call(arguments)

        function.__name__ = function.__qualname__ = name
        function.__module__ = "tools"
    function.__doc__ = _documentation(description, parameters)
    return function

"""Values that go beside JSON: bytes, pictures, arrays and tables, each as bytes of a media type.

Libraries are told by the module of a value's class, so that none is imported for it: what a session has not
imported, it has no values of.
"""

import io
import sys

from fumehood import door, values

BYTES = "application/octet-stream"
PNG = "image/png"
JPEG = "image/jpeg"
ARRAY = "application/x-npy"
TABLE = "application/vnd.apache.arrow.stream"


def detached(arguments: dict, attaching, nesting: int) -> tuple[dict, str, list]:
    """Arguments with None where there was such a value in those that are `attaching`; what the host is told
    of these values, and their bytes."""
    found = []
    arguments = {
        name: _detached(value, "/" + _escaped(name), found, nesting) if name in attaching else value
        for name, value in arguments.items()
    }
    if not found:
        return arguments, "", ()
    said = [(at, media, sum(map(len, parts))) for at, media, parts in found]
    return arguments, values.encode(said, 3), [part for _, _, parts in found for part in parts]


def _detached(value, at: str, found: list, nesting: int):
    if nesting <= 0:
        raise ValueError(f"the value at {at} is nested too deeply")
    if isinstance(value, dict):
        return {
            key: _detached(item, f"{at}/{_escaped(key)}", found, nesting - 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_detached(item, f"{at}/{i}", found, nesting - 1) for i, item in enumerate(value)]
    content = _content(value, at)
    if content is None:
        return value
    media, parts = content
    found.append((at, media, [_flat(part) for part in parts]))


def _escaped(key) -> str:
    """A key as JSON pointers have it."""
    return values.key(key, "a key", 2).replace("~", "~0").replace("/", "~1")


def _flat(part) -> bytes | memoryview:
    if type(part) is bytes:
        return part
    view = memoryview(part)
    # An empty view of another shape cannot be cast.
    return view.cast("B") if view.nbytes else memoryview(b"")


def _content(value, at: str):
    """The media type of a value and its bytes in parts, or nothing if JSON is good enough for it."""
    if isinstance(value, (bytes, bytearray)):
        return BYTES, (value,)
    if isinstance(value, memoryview):
        return BYTES, (value.tobytes(),)
    if is_of(value, "numpy", "ndarray"):
        if value.dtype.hasobject:
            raise TypeError(f"the array at {at} holds Python objects, which have no form outside of Python")
        return ARRAY, _array(value)
    if is_of(value, "pandas", "DataFrame"):
        from fumehood import arrow

        return TABLE, arrow.write(value)
    if is_of(value, "PIL.Image", "Image"):
        return PNG, (saved(for_png(value).save),)
    if is_of(value, "matplotlib.figure", "Figure"):
        return PNG, (saved(value.savefig),)
    return None


def is_of(value, module: str, name: str) -> bool:
    """Whether a value is of a class that a module has, if anybody has imported it."""
    cls = getattr(sys.modules.get(module), name, None)
    return isinstance(cls, type) and isinstance(value, cls)


_PNG_MODES = frozenset({"1", "L", "LA", "I;16", "P", "RGB", "RGBA"})
"""Modes of Pillow that PNG has as well."""


def for_png(image):
    if image.mode in _PNG_MODES:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def saved(save) -> bytes:
    """What is written by a function that writes a PNG file."""
    file = io.BytesIO()
    save(file, format="png")
    return file.getvalue()


def _array(array) -> tuple:
    import numpy as np

    array = np.asarray(array, order="C")
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(array))
    # Dates have no buffers of their own.
    return head.getvalue(), array.reshape(-1).view(np.uint8).data if array.size else b""


# And back ---------------------------------------------------------------------------------------------


def value_of(answer: bytes):
    """The value of an answer, as `guest.wit` describes it."""
    if answer[:1] != b"\0":
        return values.decode_answer(answer.decode())
    json, said = door.parts(answer)
    value = values.decode(json)
    said = values.decode(said)
    # All of them first: what is made of one may be whatever libraries do, and call tools.
    contents = [door.content(position, length) for position, (_, _, length) in enumerate(said)]
    for (at, media, _), content in zip(said, contents):
        value = _placed(value, at, of(media, content))
    return value


def _placed(value, at: str, item):
    """A value with an item at the place that a JSON pointer names."""
    if not at:
        return item
    *path, last = (step.replace("~1", "/").replace("~0", "~") for step in at[1:].split("/"))
    holder = value
    for step in path:
        holder = holder[int(step) if isinstance(holder, list) else step]
    holder[int(last) if isinstance(holder, list) else last] = item
    return value


def of(media: str, content: bytes):
    """What bytes of a media type are in Python; `bytes`, if there is nothing better."""
    if media == ARRAY:
        return _loaded(memoryview(content))
    if media == TABLE:
        from fumehood import arrow

        return arrow.read(memoryview(content))
    if media in (PNG, JPEG):
        try:
            return image(content)
        except ValueError:
            # Whoever answers says of it what they like, and it is all that there is.
            pass
    return content


def image(content):
    """A picture of Pillow."""
    import PIL.Image

    try:
        image = PIL.Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        # Only this reads the pixels, or finds that there are none.
        image.load()
    except Exception as error:
        raise ValueError(f"the picture cannot be read: {error}") from None
    return image


def _loaded(content: memoryview):
    import numpy as np

    file = io.BytesIO(content[:65536])
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read:
        raise ValueError(f"an array of format {version} cannot be read")
    shape, column_first, dtype = read[version](file)
    if dtype.hasobject:
        raise ValueError("an array that holds Python objects cannot be read")
    flat = np.frombuffer(content, dtype, offset=file.tell())
    # A copy, as whoever gets it may write to it.
    return flat.reshape(shape, order="F" if column_first else "C").copy()

"""The final answer of a step: what kind of thing it is, and handing it over.

Pictures and tables are told by the classes of libraries, which are asked for only where the session has
imported them.
"""

import math
import pathlib

from fumehood import door, tools, values
from fumehood.attached import for_png, is_of, saved

_TEXT_LIMIT = 4_000_000
"""Characters of a final answer: of its text, of its JSON, and of a table."""

_BYTES_LIMIT = 16 << 20
"""Bytes of a picture or a file."""

def final_answer(answer=None):
    """Give the final answer and end the step."""
    content = _content(answer)
    try:
        json = values.encode(answer, tools.nesting)
    except (TypeError, ValueError, RecursionError):
        json = None
    text = str(answer)
    _check(max(len(text), len(json or "")), _TEXT_LIMIT, "characters")
    door.give_answer(json, text, *content)
    raise tools._FinalAnswer


def _check(size: int, limit: int, unit: str) -> None:
    if size > limit:
        raise ValueError(f"the final answer has {size} {unit}, the limit is {limit}")


def _content(answer) -> tuple:
    """What an answer is besides its text and its JSON, as `door.give_answer` takes it."""
    if isinstance(answer, pathlib.Path) and answer.is_file():
        _check(answer.stat().st_size, _BYTES_LIMIT, "bytes")
        return door.FILE, answer.name.encode("utf-8", "backslashreplace"), answer.read_bytes()
    if is_of(answer, "PIL.Image", "Image"):
        return door.IMAGE, _picture(for_png(answer).save)
    if is_of(answer, "matplotlib.axes", "Axes"):
        answer = answer.get_figure(root=True)
    if is_of(answer, "matplotlib.figure", "Figure"):
        return door.IMAGE, _picture(answer.savefig)
    if is_of(answer, "pandas", "DataFrame"):
        # Each cell takes two characters at least.
        _check(2 * answer.size, _TEXT_LIMIT, "characters")
        try:
            table = values.encode(_table(answer), tools.nesting)
        except (TypeError, ValueError, RecursionError):
            return ()
        _check(len(table), _TEXT_LIMIT, "characters")
        return door.TABLE, table.encode()
    return ()


def _picture(save) -> bytes:
    picture = saved(save)
    _check(len(picture), _BYTES_LIMIT, "bytes")
    return picture


def _table(frame) -> dict:
    """Columns and rows. An index that does more than to count the rows comes first, as columns."""
    columns = [values.key(name, "a column", tools.nesting) for name in frame.columns]
    rows = frame.itertuples(index=False, name=None)
    if not _counts(frame.index):
        names = frame.index.names
        numbered = len(names) > 1
        unnamed = [f"level_{i}" if numbered else "index" for i in range(len(names))]
        columns = [
            other if name is None else values.key(name, "a name of the index", tools.nesting)
            for name, other in zip(names, unnamed)
        ] + columns
        labels = frame.index.tolist()
        rows = ((*(label if numbered else (label,)), *row) for label, row in zip(labels, rows))
    return {"columns": columns, "rows": [[_cell(cell) for cell in row] for row in rows]}


def _counts(index) -> bool:
    """Whether an index says of each row how many are before it, and nothing else."""
    return (
        is_of(index, "pandas", "RangeIndex")
        and index.name is None
        and index.start == 0
        and index.step == 1
    )


def _cell(value):
    """A value of a table. What is missing is not a number in pandas, and JSON has none but numbers."""
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""Tables as streams of Arrow's IPC format, in a Python that has no pyarrow.

`write` makes the stream (`application/vnd.apache.arrow.stream`) of a DataFrame, and `read` the DataFrame of a
stream. What pandas has and Arrow has not, an index and some dtypes, is told as pyarrow tells it, in the
schema's metadata `pandas`; whoever does not know that finds an index that is no range as the last columns.
Names of columns are written as text, and have to differ as such; they come back as integers if all were.

NaN stays NaN where the dtype is one of floats; None, NaT and NA are null, and NaN among objects is. Integers
and booleans with nulls come back in the nullable dtypes of pandas, so that they stay exact. Dictionaries are
categories. A column of objects is written if all are texts, bytes, dates, times, decimals, lists, or of one of
pandas' dtypes; structures are read as dicts, and not written.

A stream may come from anybody. What it says is checked before it is used; one that is not well-formed is a
ValueError, and reading takes no more time and memory than a fixed multiple of its length. The frame shares
no memory with the stream, so it can be changed.

    flatbuffers    what the metadata of messages consists of
    layout         what the format has numbers for
    writing        from a frame to a stream
    schema         types of columns, as they are read
    batches        values of columns, as they are read
    reading        from a stream to a frame
"""

from fumehood.arrow.reading import read
from fumehood.arrow.writing import write

__all__ = ["read", "write"]

"""Documents, tables and pictures in granted folders, read as text, as DataFrames and as pictures.

Whatever is read may have been made to do harm. It meets the limits of the sandbox that this runs in, and there is
nothing else in that sandbox.
"""

import csv
import io
import os
import pathlib
import re
import zipfile
import zlib
from typing import Optional
from xml.etree import ElementTree

import defusedxml
import defusedxml.ElementTree
import openpyxl
import pandas as pd
import PIL.Image
import pypdf

__all__ = ["list_documents", "read_document", "read_table", "read_picture", "document_text"]

FOLDERS = []
"""The folders that documents are in, which the host sets."""

_CHARACTERS = 100_000
"""Characters that are told of a document at a time."""

_PART_BYTES = 64 << 20
"""Bytes of a part of a DOCX file."""

_ENTRIES = 1000
"""Documents that are listed."""

_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".ico", ".webp"}
_TABLES = {".csv": ",", ".tsv": "\t"}
_SHEETS = {".xlsx", ".xlsm", ".xls"}


def list_documents(folder: Optional[str] = None) -> list[dict]:
    """The documents that can be read: the path of each, and how many bytes it has.

    Args:
        folder: Only those in this folder; without it all of them.
    """
    found = []
    for top in [folder] if folder else FOLDERS:
        for here, folders, files in os.walk(top):
            folders.sort()
            for name in sorted(files):
                if len(found) == _ENTRIES:
                    return found
                path = os.path.join(here, name)
                found.append({"path": path, "bytes": os.path.getsize(path)})
    return found


def read_document(
    path: str,
    pages: Optional[str] = None,
    start: int = 0,
    content: Optional[bytes] = None,
) -> str:
    """The text of a document: PDF, Word (.docx), Excel (.xlsx), CSV, TSV, PowerPoint (.pptx), or plain text of any kind.

    Headings, lists and tables come as Markdown. Of a picture its format and size are told. Of a long text there are the first
    100000 characters, and at its end it says how to read on.

    Args:
        path: Where it is, such as /data/report.pdf.
        pages: Which pages of a PDF, slides or sheets, counted from 1: "3", "2-5" or "1,4-6". Without it all of them.
        start: From which character of the text on.
        content: The bytes of the document, if it is in none of the folders; `path` is then only its name.
    """
    text = _text(path, content, pages)
    if start < 0:
        raise ValueError("start is the number of a character, from 0 on")
    part = text[start : start + _CHARACTERS]
    left = len(text) - start - len(part)
    if left > 0:
        part += f"\n\n[{left} more characters: go on with start={start + len(part)}]"
    return part


def document_text(path: str, content: bytes) -> str:
    """All of the text of a document. No tool for models: the host calls it, for what it has fetched."""
    return _text(path, content)


def _text(path: str, content: Optional[bytes], pages: Optional[str] = None) -> str:
    source, kind = _opened(path, content)
    if kind == ".pdf":
        return _pdf(source, pages)
    if kind == ".docx":
        return _docx(source)
    if kind == ".pptx":
        return _pptx(source, pages)
    if kind in _SHEETS:
        return _workbook(source, pages)
    if kind in _TABLES:
        return _markdown(csv.reader(io.StringIO(_decoded(source)), delimiter=_TABLES[kind]))
    if kind in _PICTURES:
        return _picture_told(source, path)
    text = _decoded(source)
    if "\0" in text[:10_000]:
        raise ValueError(f"{path} is no text, and no document that can be read here")
    return text


def read_table(
    path: str,
    sheet: Optional[str] = None,
    header: bool = True,
    skip: int = 0,
    rows: int = 100_000,
    content: Optional[bytes] = None,
) -> pd.DataFrame:
    """A table of a file as a DataFrame: CSV, TSV, or a sheet of an Excel file.

    Args:
        path: Where it is, such as /data/prices.xlsx.
        sheet: The name of the sheet, or its number, counted from 1; without it the first.
        header: Whether the first row has the names of the columns.
        skip: How many rows are left out before that.
        rows: How many rows are read at most.
        content: The bytes of the file, if it is in none of the folders; `path` is then only its name.
    """
    source, kind = _opened(path, content)
    wanted = {"header": 0 if header else None, "skiprows": skip, "nrows": rows}
    if kind in _TABLES:
        return _even(pd.read_csv(io.StringIO(_decoded(source)), sep=_TABLES[kind], **wanted))
    if kind in _SHEETS:
        chosen = 0 if sheet is None else int(sheet) - 1 if sheet.isdigit() else sheet
        with pd.ExcelFile(source, engine="xlrd" if kind == ".xls" else "openpyxl") as book:
            names = book.sheet_names
            if chosen not in names and not (isinstance(chosen, int) and 0 <= chosen < len(names)):
                raise ValueError(f"{path} has no sheet {sheet!r}; there are: {', '.join(names)}")
            return _even(book.parse(chosen, **wanted))
    raise ValueError(f"{path} is no table: there are {', '.join([*_TABLES, *sorted(_SHEETS)])}")


_ALIKE = {"string", "boolean", "integer", "floating", "empty"}


def _even(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns have names that are texts, and each values of one type: texts, where they differ."""
    table = table.rename(columns=str)
    for at, kind in enumerate(table.dtypes):
        column = table.iloc[:, at]
        if kind == object and pd.api.types.infer_dtype(column, skipna=True) not in _ALIKE:
            table.isetitem(at, column.map(str, na_action="ignore"))
    return table


def read_picture(path: str, content: Optional[bytes] = None) -> PIL.Image.Image:
    """A picture of a file: PNG, GIF, BMP, TIFF or ICO.

    Args:
        path: Where it is, such as /data/chart.png.
        content: The bytes of the file, if it is in none of the folders; `path` is then only its name.
    """
    source, kind = _opened(path, content)
    try:
        picture = PIL.Image.open(source)
        picture.load()
    except OSError as error:
        raise ValueError(f"{path} cannot be read as a picture: {error}") from None
    return picture


def _opened(path: str, content: Optional[bytes]) -> tuple[io.BytesIO, str]:
    """What a document consists of, and what it is: by its beginning where that says it, otherwise by its name."""
    if content is None:
        try:
            content = pathlib.Path(path).read_bytes()
        except OSError as error:
            folders = ", ".join(FOLDERS) or "none"
            raise ValueError(f"{path} cannot be read: {error.strerror}; the folders are: {folders}") from None
    kind = pathlib.PurePath(path).suffix.lower()
    if content.startswith(b"%PDF-"):
        kind = ".pdf"
    elif content.startswith(b"PK\x03\x04") and kind not in (".docx", ".pptx", ".xlsx", ".xlsm"):
        kind = _kind_of_archive(content) or kind
    return io.BytesIO(content), kind


def _kind_of_archive(content: bytes) -> Optional[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    parts = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
    return next((kind for part, kind in parts.items() if part in names), None)


def _decoded(source: io.BytesIO) -> str:
    content = source.getvalue()
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(bom):
            return content.decode(encoding, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Nothing is wrong in it, and it is what old tables are written in.
        return content.decode("cp1252", "replace")


def _numbers(pages: Optional[str], count: int, what: str) -> list[int]:
    """The numbers of pages from 0 on, of which there are so many."""
    if pages is None:
        return list(range(count))
    numbers = []
    for part in pages.split(","):
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", part)
        if not found:
            raise ValueError(f'{pages!r} are no {what}; write them like "3", "2-5" or "1,4-6"')
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            raise ValueError(f"there are {what} from 1 to {count}, and {part.strip()} was asked for")
        numbers.extend(range(first - 1, last))
    return numbers


# PDF --------------------------------------------------------------------------------------------------


def _pdf(source: io.BytesIO, pages: Optional[str]) -> str:
    try:
        reader = pypdf.PdfReader(source)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("the PDF is locked with a password")
        numbers = _numbers(pages, len(reader.pages), "pages")
        texts = [f"## Page {number + 1}\n\n{reader.pages[number].extract_text().strip()}" for number in numbers]
    except pypdf.errors.DependencyError:
        raise ValueError("the PDF is encrypted in a way that cannot be read here (AES)") from None
    except (pypdf.errors.PyPdfError, RecursionError, KeyError, IndexError, AttributeError, TypeError) as error:
        # What is not as it should be makes the library stumble in many ways.
        raise ValueError(f"the PDF is damaged: {error or type(error).__name__}") from None
    return "\n\n".join(texts)


# Word and PowerPoint ----------------------------------------------------------------------------------

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A part of such a file, as XML."""
    try:
        with archive.open(name) as file:
            # How long it is, the file may say wrongly.
            text = file.read(_PART_BYTES + 1)
    except KeyError:
        raise ValueError(f"the document is damaged: it has no {name}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError(f"the document is damaged, or locked: {error}") from None
    if len(text) > _PART_BYTES:
        raise ValueError(f"{name} of the document is longer than {_PART_BYTES} bytes")
    try:
        return defusedxml.ElementTree.fromstring(text, forbid_dtd=True)
    except defusedxml.DefusedXmlException:
        raise ValueError(f"{name} of the document declares entities, which no such document does") from None
    except ElementTree.ParseError as error:
        raise ValueError(f"the document is damaged: {name}: {error}") from None


def _archive(source: io.BytesIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise ValueError(f"the document is damaged: {error}") from None


def _docx(source: io.BytesIO) -> str:
    with _archive(source) as archive:
        body = _part(archive, "word/document.xml").find(f"{_W}body")
    blocks = []
    for element in body if body is not None else ():
        if element.tag == f"{_W}p":
            blocks.append(_paragraph(element))
        elif element.tag == f"{_W}tbl":
            blocks.append("\n" + _table(element) + "\n")
        elif element.tag == f"{_W}sdt":
            blocks.extend(_paragraph(paragraph) for paragraph in element.iter(f"{_W}p"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(blocks)).strip()


def _paragraph(paragraph: ElementTree.Element) -> str:
    text = _runs(paragraph)
    if not text.strip():
        return ""
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    style = style.get(f"{_W}val", "") if style is not None else ""
    if style == "Title":
        return f"\n# {text}\n"
    if found := re.fullmatch(r"(?i)heading\s*([1-9])", style):
        return f"\n{'#' * min(int(found[1]), 6)} {text}\n"
    numbering = paragraph.find(f"{_W}pPr/{_W}numPr")
    if numbering is not None or style.lower().startswith("list"):
        level = numbering.find(f"{_W}ilvl") if numbering is not None else None
        level = level.get(f"{_W}val", "0") if level is not None else "0"
        return "  " * min(int(level) if level.isdigit() else 0, 8) + f"- {text}"
    return f"{text}\n"


def _runs(paragraph: ElementTree.Element) -> str:
    pieces = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
    found = []
    for element in paragraph.iter():
        if element.tag in (f"{_W}t", f"{_A}t"):
            found.append(element.text or "")
        else:
            found.append(pieces.get(element.tag, ""))
    return "".join(found)


def _table(table: ElementTree.Element) -> str:
    return _markdown(
        [" ".join(filter(None, map(_runs, cell.iter(f"{_W}p")))) for cell in row.iter(f"{_W}tc")]
        for row in table.iter(f"{_W}tr")
    )


def _pptx(source: io.BytesIO, pages: Optional[str]) -> str:
    with _archive(source) as archive:
        found = (re.fullmatch(r"ppt/slides/slide(\d{1,5})\.xml", name) for name in archive.namelist())
        slides = sorted((int(name[1]), name[0]) for name in found if name)
        texts = []
        for number in _numbers(pages, len(slides), "slides"):
            paragraphs = _part(archive, slides[number][1]).iter(f"{_A}p")
            lines = filter(str.strip, map(_runs, paragraphs))
            texts.append(f"## Slide {number + 1}\n\n" + "\n".join(lines))
    return "\n\n".join(texts)


# Tables and pictures ----------------------------------------------------------------------------------


def _workbook(source: io.BytesIO, pages: Optional[str]) -> str:
    try:
        old = source.getvalue().startswith(b"\xd0\xcf\x11\xe0")
        book = pd.ExcelFile(source, engine="xlrd" if old else "openpyxl")
    except Exception as error:
        raise ValueError(f"the workbook is damaged: {error}") from None
    with book:
        texts = []
        for number in _numbers(pages, len(book.sheet_names), "sheets"):
            # Every cell as it is, the first row no other than the rest.
            sheet = book.parse(number, header=None).dropna(how="all")
            cells = ([_told(cell) for cell in row] for row in sheet.itertuples(index=False))
            texts.append(f"## {book.sheet_names[number]}\n\n{_markdown(cells)}")
    return "\n\n".join(texts)


def _told(cell) -> str:
    if pd.isna(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        # A column with an empty cell has floats only.
        return str(int(cell))
    return str(cell)


def _markdown(rows) -> str:
    """A table of texts, whose first row is its head."""
    lines, width = [], 0
    for row in rows:
        cells = [" ".join(str(cell).split()).replace("|", "\\|") for cell in row]
        if not lines:
            width = len(cells)
            lines.append("| " + " | ".join(cells) + " |")
            lines.append("|" + " --- |" * width)
            continue
        cells += [""] * (width - len(cells))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _picture_told(source: io.BytesIO, path: str) -> str:
    try:
        with PIL.Image.open(source) as picture:
            return f"A picture, {picture.format}, {picture.width}x{picture.height} pixels; read_picture gives it."
    except Exception as error:
        raise ValueError(f"{path} cannot be read as a picture: {error}") from None

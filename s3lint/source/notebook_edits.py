"""Write cells back into a notebook; all other bytes of the JSON, its layout included, stay as they are.

Decoding and encoding the whole document would change escapes and indentation, so the text is edited at the spans of the sources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from s3lint.source.text import split_lines

decode = json.JSONDecoder(strict=False).raw_decode

SPACE = re.compile(r"[ \t\r\n]*")

Span = tuple[int, int]


def with_cells(data: bytes, sources: Mapping[int, str]) -> bytes:
    """Return a notebook with new sources for some of its cells, by their number from 1. `data` must be a valid notebook."""
    encoding = json.detect_encoding(data)
    text = data.decode(encoding)
    cells = list(_elements(text, _member(text, _skip(text, 0), "cells")[0]))
    # From the last cell to the first, so that the spans of the others stay right.
    for number in sorted(sources, reverse=True):
        span = _member(text, cells[number - 1][0], "source")
        text = text[: span[0]] + _written(text, span, sources[number]) + text[span[1] :]
    return text.encode(encoding)


def cell_source(data: bytes, number: int) -> str:
    """Return the source of one cell with its line ends as they are."""
    source = json.loads(data)["cells"][number - 1]["source"]
    return source if isinstance(source, str) else "".join(source)


def row_in_file(data: bytes, number: int, row: int) -> int:
    """Return the row of the file in which a row of a cell is written. Both count from 1."""
    text = data.decode(json.detect_encoding(data))
    cells = list(_elements(text, _member(text, _skip(text, 0), "cells")[0]))
    span = _member(text, cells[number - 1][0], "source")
    if text[span[0]] == "[":
        lines = list(_elements(text, span[0]))
        span = lines[min(row, len(lines)) - 1] if lines else span
    return text.count("\n", 0, span[0]) + 1


def _skip(text: str, place: int) -> int:
    """Return the offset after JSON's white space."""
    found = SPACE.match(text, place)
    return found.end() if found is not None else place


def _elements(text: str, start: int) -> Iterator[Span]:
    """Yield the span of each element of the array that starts at an offset."""
    place = _skip(text, start + 1)
    while text[place] != "]":
        _, end = decode(text, place)
        yield place, end
        place = _skip(text, end)
        place = _skip(text, place + 1) if text[place] == "," else place


def _member(text: str, start: int, name: str) -> Span:
    """Return the span of a member's value in the object that starts at an offset. Raises `KeyError` if there is none.

    Of several members with the name it is the last, which is the one that `json` reads.
    """
    found = None
    place = _skip(text, start + 1)
    while text[place] != "}":
        key, end = decode(text, place)
        place = _skip(text, _skip(text, end) + 1)
        _, end = decode(text, place)
        found = (place, end) if key == name else found
        place = _skip(text, end)
        place = _skip(text, place + 1) if text[place] == "," else place
    if found is None:
        raise KeyError(name)
    return found


def _written(text: str, span: Span, source: str) -> str:
    """Return a source as JSON in the form of the old one: a string, or a list of lines. Unchanged lines keep their escapes."""
    old = text[slice(*span)]
    # Escapes such as `\u00e4` in the old source mean that the notebook's writer escapes all but ASCII.
    ascii_only = old.isascii() and "\\u" in old
    if old.startswith('"'):
        return json.dumps(source, ensure_ascii=ascii_only)
    spans = list(_elements(text, span[0]))
    raw = {decode(text, start)[0]: text[start:end] for start, end in spans}
    lines = [raw.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in split_lines(source)]
    opening, closing = text[span[0] : spans[0][0]], text[spans[-1][1] : span[1]]
    separator = next((text[one[1] : other[0]] for one, other in pairwise(spans)), f",{opening[1:]}")
    return opening + separator.join(lines) + closing

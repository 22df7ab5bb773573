"""Cells written back into a notebook: what JSON holds besides, and how it is laid out, stays byte for byte."""

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
    """A notebook with new sources for some of its cells, counted from 1. `data` must be valid JSON."""
    encoding = json.detect_encoding(data)
    text = data.decode(encoding)
    cells = list(_elements(text, _member(text, _skip(text, 0), "cells")[0]))
    for number in sorted(sources, reverse=True):
        span = _member(text, cells[number - 1][0], "source")
        text = text[: span[0]] + _written(text, span, sources[number]) + text[span[1] :]
    return text.encode(encoding)


def cell_source(data: bytes, number: int) -> str:
    """The source of one cell, with the ends of its lines as they are."""
    source = json.loads(data)["cells"][number - 1]["source"]
    return source if isinstance(source, str) else "".join(source)


def row_in_file(data: bytes, number: int, row: int) -> int:
    """The row of the file in which a row of a cell is written. Both count from 1."""
    text = data.decode(json.detect_encoding(data))
    cells = list(_elements(text, _member(text, _skip(text, 0), "cells")[0]))
    span = _member(text, cells[number - 1][0], "source")
    if text[span[0]] == "[":
        lines = list(_elements(text, span[0]))
        span = lines[min(row, len(lines)) - 1] if lines else span
    return text.count("\n", 0, span[0]) + 1


def _skip(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found is not None else place


def _elements(text: str, start: int) -> Iterator[Span]:
    """Where the elements of the array at a place stand."""
    place = _skip(text, start + 1)
    while text[place] != "]":
        _, end = decode(text, place)
        yield place, end
        place = _skip(text, end)
        place = _skip(text, place + 1) if text[place] == "," else place


def _member(text: str, start: int, name: str) -> Span:
    """Where the value of a member of the object at a place stands; of several the last, as `json` reads them."""
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
    """A source in the way in which the old one is written: one text or a list of lines; lines that stay keep their escapes."""
    old = text[slice(*span)]
    ascii_only = old.isascii() and "\\u" in old
    if old.startswith('"'):
        return json.dumps(source, ensure_ascii=ascii_only)
    spans = list(_elements(text, span[0]))
    raw = {decode(text, start)[0]: text[start:end] for start, end in spans}
    lines = [raw.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in split_lines(source)]
    opening, closing = text[span[0] : spans[0][0]], text[spans[-1][1] : span[1]]
    separator = next((text[one[1] : other[0]] for one, other in pairwise(spans)), f",{opening[1:]}")
    return opening + separator.join(lines) + closing

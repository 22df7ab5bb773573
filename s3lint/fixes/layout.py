"""How a file is written, so that new code is written likewise: its quotes, and one item a line where the code has that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.finding import Edit, Location
from s3lint.fixes.enclosing import around
from s3lint.fixes.imports import newline_of
from s3lint.source.text import between
from s3lint.syntax.module import Module, once_for_module
from s3lint.syntax.site import locate
from s3lint.syntax.walk import children

if TYPE_CHECKING:
    from s3lint.syntax.site import Site

Item = cst.Arg | cst.BaseDictElement | cst.BaseElement

TEXT = re.compile(
    r"""
    \#[^\r\n]*                                               # a comment
    | \"{3} [^"\\]* (?:(?:\\.|"(?!"")) [^"\\]*)* \"{3}       # a long text
    | '{3} [^'\\]* (?:(?:\\.|'(?!'')) [^'\\]*)* '{3}
    | (") [^"\\]* (?:\\.[^"\\]*)* "                          # a short one
    | (') [^'\\]* (?:\\.[^'\\]*)* '
    """,
    re.DOTALL | re.VERBOSE,
)
"""What holds quotes: a comment, or a text. The groups are the quotes of short texts, the double one first."""


@once_for_module
def quote_of(module: Module) -> str:
    """The quote that most short texts of a file are written in: a double one where none prevails."""
    quotes = [text.lastindex for text in TEXT.finditer(module.source.text)]
    return "'" if quotes.count(2) > quotes.count(1) else '"'


def literal(site: Site, text: str, *, inside: str = "") -> str:
    """A text as the code at a site writes it, else its file. `inside` is the quote of the text that it will stand in, if it will."""
    quotes = [inside, *(node.end for node in around(site) if isinstance(node, cst.FormattedString))]
    near = {quote[-1] for quote in _quotes(site.node)}
    quote = near.pop() if len(near) == 1 else quote_of(site.module)
    # Before Python 3.12 an f-string must not contain its own quotes.
    if any(quote in taken for taken in quotes):
        quote = "'" if quote == '"' else '"'
    return f"{quote}{text}{quote}"


def _quotes(node: cst.CSTNode) -> Iterator[str]:
    """Yield the quotes of the texts in an expression; those inside of f-strings may not be others."""
    if isinstance(node, cst.SimpleString):
        yield node.quote
    elif isinstance(node, cst.FormattedString):
        yield node.end
    else:
        for child in children(node):
            yield from _quotes(child)


def within(site: Site, node: cst.CSTNode) -> Site:
    """The site of another node of the same block."""
    return replace(site, node=node, span=None)


def added_item(site: Site, items: Sequence[Item], written: str) -> list[Edit]:
    """The edits that put an item behind the last one of a call or display: on a line of its own where the last one has one."""
    start, end = locate(site)
    if not items:
        place = Location(end.row, end.column - 1)
        return [Edit(place, place, written)]
    last = items[-1]
    begin, place = locate(within(site, last))
    lines = site.module.source.lines
    behind = lines[place.row - 1].rstrip("\r\n")[place.column - 1 :]
    indent = lines[begin.row - 1][: begin.column - 1]
    own_line = begin.row > start.row and not indent.strip()
    comma = _has_comma(lines, place)
    if own_line and re.fullmatch(r"\s*,\s*(?:#.*)?" if comma else r"\s*(?:#.*)?", behind):
        row_end = Location(place.row, place.column + len(behind))
        newline = f"{newline_of(site.module)}{indent}{written}"
        if comma:
            return [Edit(row_end, row_end, f"{newline},")]
        if not behind.strip():
            return [Edit(place, place, f",{newline}")]
        return [Edit(place, place, ","), Edit(row_end, row_end, newline)]
    alone = len(items) == 1 or locate(within(site, items[-2]))[1].row < begin.row
    if own_line and alone and not comma and "\f" not in indent and end == Location(place.row, place.column + 1):
        # The brackets close behind the last item, on its line.
        return [Edit(place, place, f",{newline_of(site.module)}{indent}{written}")]
    return [Edit(place, place, f", {written}")]


def first_item(site: Site, items: Sequence[Item], written: str) -> list[Edit]:
    """The edits that put an item before the first one of a dict display."""
    start, _ = locate(site)
    begin, _ = locate(within(site, items[0]))
    indent = site.module.source.lines[begin.row - 1][: begin.column - 1]
    own_line = begin.row > start.row and not indent.strip()
    separator = f",{newline_of(site.module)}{indent}" if own_line else ", "
    return [Edit(begin, begin, written + separator)]


def dropped_item(site: Site, items: Sequence[Item], index: int) -> list[Edit]:
    """The edits that take an item and its comma away: with its lines, where it has them to itself. Comments beside it stay."""
    lines = site.module.source.lines
    start, end = locate(within(site, items[index]))
    opened, closed = locate(site)
    end = _behind_comma(lines, end) if _has_comma(lines, end) else end
    before = lines[start.row - 1][: start.column - 1]
    behind = lines[end.row - 1][end.column - 1 :]
    if len(items) == 1 and isinstance(site.node, cst.Dict | cst.List):
        first, last = Location(opened.row, opened.column + 1), Location(closed.row, closed.column - 1)
        return (
            [Edit(first, last, "")]
            if "#" not in between(lines, first, start) + between(lines, end, last)
            else [Edit(start, end, "")]
        )
    if not before.strip() and not behind.strip() and start.row > opened.row:
        return [Edit(Location(start.row, 1), Location(end.row + 1, 1), "")]
    if index + 1 < len(items):
        following, _ = locate(within(site, items[index + 1]))
        return [Edit(start, following if "#" not in between(lines, end, following) else end, "")]
    if index:
        _, previous = locate(within(site, items[index - 1]))
        if "#" not in between(lines, previous, start):
            return [Edit(previous, locate(within(site, items[index]))[1], "")]
    return [Edit(start, end, "")]


def _has_comma(lines: list[str], end: Location) -> bool:
    """Whether a comma follows an item, also on a later line."""
    rest = chain((lines[end.row - 1][end.column - 1 :],), islice(lines, end.row, None))
    code = (line.strip() for line in rest)
    return next((line.startswith(",") for line in code if line.rstrip("\\") and not line.startswith("#")), False)


def _behind_comma(lines: list[str], end: Location) -> Location:
    """The place behind the comma that follows an item, where it follows on the same line."""
    rest = lines[end.row - 1][end.column - 1 :]
    comma = re.match(r"\s*,", rest)
    return Location(end.row, end.column + comma.end()) if comma is not None else end

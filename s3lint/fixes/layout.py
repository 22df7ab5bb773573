"""How a file is written, so that new code is written likewise: its quotes, and one item a line where the code has that."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.errors import ConfigurationError
from s3lint.finding import Edit, Location
from s3lint.fixes.enclosing import around
from s3lint.fixes.imports import newline_of
from s3lint.project.toml import tables_of
from s3lint.source.text import between, tokens_of
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.syntax.module import Module
    from s3lint.syntax.site import Site

Item = cst.Arg | cst.BaseDictElement | cst.BaseElement

DEFAULT_LENGTH = 88
"""Characters of a line that ruff and black allow unless they are told otherwise."""

OPENED = re.compile(r"[A-Za-z]*(\"\"\"|'''|\"|')")


@lru_cache(maxsize=4)
def quote_of(module: Module) -> str:
    """The quote that most short texts of a file are written in: a double one where none prevails."""
    single = double = 0
    try:
        for token in tokens_of(module.source.text):
            opened = OPENED.match(token.string) if tokenize.tok_name[token.type] in ("STRING", "FSTRING_START") else None
            single += opened is not None and opened[1] == "'"
            double += opened is not None and opened[1] == '"'
    except (tokenize.TokenError, SyntaxError):
        return '"'
    return "'" if single > double else '"'


def literal(site: Site, text: str, *, inside: str = "") -> str:
    """A text as the file of a site writes it. `inside` is the quote of the text that it will stand in, if it will."""
    quotes = [inside, *(node.end for node in around(site) if isinstance(node, cst.FormattedString))]
    quote = quote_of(site.module)
    # Before Python 3.12 an f-string must not contain its own quotes.
    if any(quote in taken for taken in quotes):
        quote = "'" if quote == '"' else '"'
    return f"{quote}{text}{quote}"


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
    comma = isinstance(last.comma, cst.Comma)
    if own_line and re.fullmatch(r"\s*,\s*(?:#.*)?" if comma else r"\s*(?:#.*)?", behind):
        row_end = Location(place.row, place.column + len(behind))
        newline = f"{newline_of(site.module)}{indent}{written}"
        if comma:
            return [Edit(row_end, row_end, f"{newline},")]
        if not behind.strip():
            return [Edit(place, place, f",{newline}")]
        return [Edit(place, place, ","), Edit(row_end, row_end, newline)]
    return _over_lines(site, items, written) or [Edit(place, place, f", {written}")]


def _over_lines(site: Site, items: Sequence[Item], written: str) -> list[Edit] | None:
    """The edits that break a call of one line, as black breaks it; None where the line stays short enough, or was not.

    All arguments go on one line of their own, or each on one with a comma behind it. A line with a comment is not broken, since many
    comments are about their line.
    """
    lines, (start, end) = site.module.source.lines, locate(site)
    line, limit = lines[start.row - 1].rstrip("\r\n"), _limit(site.module)
    inside_text = any(isinstance(node, cst.FormattedString) for node in around(site))
    if limit is None or start.row != end.row or len(line) + len(written) + 2 <= limit or inside_text or "#" in line:
        return None
    if not isinstance(site.node, cst.Call):
        return None
    places = [locate(within(site, item)) for item in items]
    gaps = [(left[1], right[0]) for left, right in pairwise(places)]
    closing = Location(end.row, end.column - 1)
    # From the first argument to the left: the function itself may have brackets, as in `client()(a)`.
    opening = Location(start.row, line.rindex("(", 0, places[0][0].column - 1) + 2)
    if any(between(lines, *gap).strip() != "," for gap in gaps) or between(lines, places[-1][1], closing).strip(" ,"):
        return None
    indent = line[: len(line) - len(line.lstrip())]
    newline = newline_of(site.module)
    inner = f"{newline}{indent}    "
    codes = [*(between(lines, *place) for place in places), written]
    room = limit - len(indent) - 4
    if len(", ".join(codes)) <= room:
        behind = [Edit(places[-1][1], closing, f", {written}{newline}{indent}")]
    elif max(map(len, codes)) < room:
        behind = [*(Edit(*gap, f",{inner}") for gap in gaps), Edit(places[-1][1], closing, f",{inner}{written},{newline}{indent}")]
    else:
        return None
    return [Edit(opening, places[0][0], inner), *behind]


@lru_cache(maxsize=4)
def _limit(module: Module) -> int | None:
    """The line length of the formatter that the project uses, if it uses one and the file has kept it."""
    folders = module.path.parents
    top = next((index for index, folder in enumerate(folders) if (folder / ".git").exists()), len(folders))
    file = next((folder / "pyproject.toml" for folder in folders[: top + 1] if (folder / "pyproject.toml").is_file()), None)
    try:
        if file is None or file.is_symlink():
            return None
        tools = tables_of(file).get("tool", {})
    except ConfigurationError:
        return None
    for name in ("ruff", "black"):
        settings = tools.get(name) if isinstance(tools, dict) else None
        if isinstance(settings, dict):
            limit = settings.get("line-length", DEFAULT_LENGTH)
            # A file with longer lines is not formatted by the tool, even if the settings say so.
            kept = isinstance(limit, int) and all(len(line.rstrip("\r\n")) <= limit for line in module.source.lines)
            return limit if kept else None
    return None


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
    end = _behind_comma(lines, end) if isinstance(items[index].comma, cst.Comma) else end
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


def _behind_comma(lines: list[str], end: Location) -> Location:
    """The place behind the comma that follows an item, where it follows on the same line."""
    rest = lines[end.row - 1][end.column - 1 :]
    comma = re.match(r"\s*,", rest)
    return Location(end.row, end.column + comma.end()) if comma is not None else end

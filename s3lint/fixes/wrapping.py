"""Break the lines that a fix makes too long, as black and ruff break them: longer than the project or the file allows."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.errors import ConfigurationError
from s3lint.finding import Edit, Location
from s3lint.fixes.imports import newline_of
from s3lint.project.formatters import FLAKE8_FILES, RUFF_FILES, folders_around
from s3lint.project.toml import MAX_CONFIGURATION_BYTES, tables_of
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen
from s3lint.syntax.module import once_for_module, syntax_of

if TYPE_CHECKING:
    from s3lint.syntax.module import Module

DEFAULT_LENGTH = 88
"""Characters of a line that ruff and black allow unless they are told otherwise."""

FLAKE8_LENGTH = 79

USUAL_LENGTHS = (100, 120)
"""Lengths that a file may keep that does not keep the project's. Beyond the last one a line is long in any file."""

CLOSING = {"(": ")", "[": "]", "{": "}"}

HEAD = re.compile(r"""\s*(?:\w+\s*=\s*|\*\*?|(?:"[^"\\]*"|'[^'\\]*'):\s*)?[\w.]*[(\[{]""")
"""How an item begins that may be one call or display: behind its keyword, stars or key, up to the bracket."""

OR = re.compile(r"""(\s*(?:\w+=|(?:"[^"\\]*"|'[^'\\]*'): )?[\w.]+\([\w.]*\)\[0\]) (or (?:"[^"\\]*"|'[^'\\]*'))""")
"""A guess and what it falls back to, as fixes write it."""


def wrapped(module: Module, edits: list[Edit]) -> list[Edit]:
    """Return the edits of a fix, with those of a line that becomes too long as one that breaks the line."""
    limit = line_length(module)
    several = {row for edit in edits if edit.start.row != edit.end.row for row in range(edit.start.row, edit.end.row + 1)}
    by_row: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.start.row == edit.end.row and edit.start.row not in several:
            by_row.setdefault(edit.start.row, []).append(edit)
    made = list(edits)
    for row, own in by_row.items():
        line = module.source.lines[row - 1].rstrip("\r\n")
        new = _edited(line, own)
        if len(new) <= limit or len(line) > limit or "\n" in new or "\r" in new or "#" in line or row in _rows_in_texts(module):
            continue
        pieces = _broken(new, limit, inside=_is_inside(module, row), step=_step(module))
        if pieces is not None:
            made = [edit for edit in made if edit not in own]
            made.append(Edit(Location(row, 1), Location(row, len(line) + 1), newline_of(module).join(pieces)))
    return made


def _edited(line: str, edits: Iterable[Edit]) -> str:
    pieces, place = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        pieces += [line[place : edit.start.column - 1], edit.content]
        place = edit.end.column - 1
    return "".join([*pieces, line[place:]])


@once_for_module
def _texts(module: Module) -> list[ast.Constant | ast.JoinedStr]:
    return [node for node in ast.walk(syntax_of(module)) if isinstance(node, (ast.Constant, ast.JoinedStr))]


@once_for_module
def _rows_in_texts(module: Module) -> frozenset[int]:
    """Return the rows into which texts of several rows reach."""
    several = ((node.lineno, node.end_lineno or node.lineno) for node in _texts(module) if node.lineno != node.end_lineno)
    return frozenset(row for first, last in several for row in range(first, last + 1))


@once_for_module
def _step(module: Module) -> str:
    """Return what the file indents its blocks by: that of the first one, else four spaces."""
    for node in ast.walk(syntax_of(module)):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body and body[0].lineno > node.lineno:
            outer, inner = (_indentation(module.source.lines[each.lineno - 1]) for each in (node, body[0]))
            if inner.startswith(outer) and inner != outer:
                return inner.removeprefix(outer)
    return "    "


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_inside(module: Module, row: int) -> bool:
    """Whether a row is one line of several items, each row a part of brackets that open above it and close below it."""
    lines = module.source.lines
    before, after = (lines[index].strip() if 0 <= index < len(lines) else "" for index in (row - 2, row))
    return before[-1:] in CLOSING and after[:1] in CLOSING.values()


@frozen()
class Bracket:
    """A pair of brackets outside of all others in a line: its columns, those of the commas and the `for` in it.

    `is_call`, `is_display`: a comma behind the last item changes nothing.
    """

    start: int
    end: int
    commas: tuple[int, ...]
    loops: tuple[int, ...]
    is_call: bool
    is_display: bool


def _broken(line: str, limit: int, *, inside: bool, step: str) -> list[str] | None:
    """Return the lines in place of one, each short enough; None where it cannot be broken."""
    try:
        brackets, commas = _brackets(line)
    except (tokenize.TokenError, SyntaxError, IndexError):
        return None
    indent = line[: len(line) - len(line.lstrip())]
    if inside and " for " not in line and any(line[comma + 1 :].strip() for comma in commas):
        return _one_a_line(_items(line, 0, len(line), commas), indent, limit, step)
    if not brackets or (commas and line[commas[0] + 1 :].strip()):
        return None
    last = brackets[-1]
    head, tail, inner = line[: last.start + 1], indent + line[last.end :], f"{indent}{step}"
    content = line[last.start + 1 : last.end].strip()
    if not content:
        return None
    explodes = content.endswith(",") or (last.is_display and not last.loops)
    whole = _fitting([head, inner + content, tail], limit) if not explodes else None
    if whole is not None:
        return whole
    if last.loops:
        places = (last.start + 1, *last.loops, last.end)
        return _fitting([head, *(f"{inner}{line[left:right].strip()}" for left, right in pairwise(places)), tail], limit)
    if not (last.is_call or last.is_display):
        return None
    items = _one_a_line(_items(line, last.start + 1, last.end, last.commas), inner, limit, step)
    return _fitting([head, *items, tail], limit) if items is not None else None


def _one_a_line(items: Iterable[str], indent: str, limit: int, step: str) -> list[str] | None:
    """Return lines with an item each, broken in turn where it is too long; None where one cannot be broken."""
    lines: list[str] = []
    for item in items:
        line = f"{indent}{item}"
        pieces = [line] if len(line) < limit else _broken_item(line, limit, step)
        if pieces is None:
            return None
        lines += [*pieces[:-1], f"{pieces[-1]},"]
    return lines


def _broken_item(line: str, limit: int, step: str) -> list[str] | None:
    """Return the lines of an item that is one call or display, or a choice by `or`: what formatters break without doubt."""
    choice = OR.fullmatch(line)
    if choice is not None:
        indent = line[: len(line) - len(line.lstrip())]
        return _fitting([choice[1], f"{indent}{choice[2]}"], limit - 1)
    pieces = _broken(line, limit, inside=False, step=step) if HEAD.match(line) else None
    return pieces if pieces is not None and HEAD.fullmatch(pieces[0]) and len(pieces[-1].strip()) == 1 else None


def _fitting(lines: list[str], limit: int) -> list[str] | None:
    return lines if all(len(line) <= limit for line in lines) else None


def _items(line: str, start: int, end: int, commas: Iterable[int]) -> list[str]:
    places = [start, *(comma + 1 for comma in commas)]
    ends = [*commas, end]
    return [item for item in (line[left:right].strip() for left, right in zip(places, ends, strict=True)) if item]


def _brackets(line: str) -> tuple[list[Bracket], list[int]]:
    """Return the outermost pairs of brackets that a line may be broken at, and its commas outside of all brackets."""
    shift = len(line) - len(line.lstrip())
    found: list[Bracket] = []
    outer: list[int] = []
    commas: list[int] = []
    opened: list[str] = []
    loops: list[int] = []
    start, before, is_call, texts = 0, "", False, 0
    for token in _tokens(line):
        kind, column = tokenize.tok_name[token.type], token.start[1] + shift
        texts += (kind in ("FSTRING_START", "TSTRING_START")) - (kind in ("FSTRING_END", "TSTRING_END"))
        if texts or kind != "OP":
            if len(opened) == 1 and token.string == "for" and before != "async" and not texts:
                loops.append(column)
        elif token.string in CLOSING:
            if not opened:
                start, commas, loops = column, [], []
                is_call = (before.isidentifier() and not keyword.iskeyword(before)) or before in (")", "]")
            opened.append(token.string)
        elif token.string in CLOSING.values():
            if CLOSING[opened.pop()] != token.string:
                raise SyntaxError("brackets that do not match")
            if not opened and not (token.string == "]" and is_call):
                is_display = not is_call and (token.string != ")" or bool(commas))
                found.append(Bracket(start, column, tuple(commas), tuple(loops), is_call, is_display))
        elif token.string == "," and len(opened) <= 1:
            (commas if opened else outer).append(column)
        if token.string.strip():
            before = token.string
    if opened:
        raise SyntaxError("brackets that do not close")
    return found, outer


def _tokens(line: str) -> list[tokenize.TokenInfo]:
    tokens = list(tokenize.generate_tokens(io.StringIO(line.strip()).readline))
    if any(token.string == ";" for token in tokens):
        raise SyntaxError("several statements, which formatters put on lines of their own")
    return tokens


@once_for_module
def line_length(module: Module) -> int:
    """Return the characters of a line that a fix may write: as the project says, by default 88, and more where the file's code has more."""
    limit = next((length for folder in folders_around(module.path) for length in _configured(folder)), DEFAULT_LENGTH)
    longer = {
        row: len(line) for row, line in enumerate(_bare_lines(module), start=1) if len(line) > limit and not _is_comment(line)
    }
    # No formatter breaks the lines of a docstring.
    unbroken = _rows_of_long_texts(module, limit) | _rows_in_texts(module) if longer else frozenset()
    longest = max((length for row, length in longer.items() if row not in unbroken), default=0)
    if not longest:
        return limit
    return next((length for length in USUAL_LENGTHS if max(limit, longest) <= length), max(limit, USUAL_LENGTHS[-1]))


def _rows_of_long_texts(module: Module, limit: int) -> frozenset[int]:
    """Return the rows with a text that does not fit a row of its own: formatters leave them long."""
    lines, step = module.source.lines, len(_step(module))
    return frozenset(
        node.lineno
        for node in _texts(module)
        if node.lineno == node.end_lineno
        and isinstance(getattr(node, "value", ""), str)
        and len(_indentation(lines[node.lineno - 1])) + step + (node.end_col_offset or 0) - node.col_offset > limit
    )


def _bare_lines(module: Module) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in module.source.lines)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _configured(folder: Path) -> Iterator[int]:
    """Yield the line lengths that the configuration files of a folder set, those of formatters first."""
    for name in RUFF_FILES:
        settings = _toml(folder / name)
        if settings is not None:
            yield _length(settings, "line-length", DEFAULT_LENGTH)
    tools = (_toml(folder / "pyproject.toml") or {}).get("tool")
    for name in ("ruff", "black"):
        settings = tools.get(name) if isinstance(tools, dict) else None
        if isinstance(settings, dict):
            yield _length(settings, "line-length", DEFAULT_LENGTH)
    for name in FLAKE8_FILES:
        text = _text(folder / name)
        if text is not None:
            yield from _lengths_of_flake8(text)


@lru_cache(maxsize=32)
def _lengths_of_flake8(text: str) -> tuple[int, ...]:
    """Return the lengths in the text of a configuration file of flake8 or pycodestyle. Each file with a fix asks for those of its project."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    with suppress(configparser.Error):
        parser.read_string(text)
    sections = [dict(parser.items(section)) for section in ("flake8", "pycodestyle") if parser.has_section(section)]
    return tuple(_length(section, "max-line-length", FLAKE8_LENGTH) for section in sections)


def _length(settings: dict[str, Any], name: str, default: int) -> int:
    length = settings.get(name, settings.get(name.replace("-", "_"), default))
    return int(length) if str(length).isdecimal() and len(str(length)) < 5 else default


def _toml(file: Path) -> dict[str, Any] | None:
    """Return the tables of a TOML file; None for a link and for a file that is not there or cannot be read."""
    try:
        return tables_of(file) if file.is_file() and not file.is_symlink() else None
    except (ConfigurationError, OSError):
        return None


def _text(file: Path) -> str | None:
    """Return the text of a configuration file; None for a link and for a file that is not there, too large, or not in UTF-8."""
    try:
        if not file.is_file() or file.is_symlink():
            return None
        return read_bounded(file, MAX_CONFIGURATION_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None

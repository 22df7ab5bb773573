"""Mask what is not Python in `.py` files that consist of cells: Databricks' sources with `# MAGIC` lines, and `# %%` cells.

Names get their normal form in all of them, too. Every line stays in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from s3lint.source.identifiers import with_normal_names
from s3lint.source.magics import calls
from s3lint.source.notebooks import CLOSE, OPEN, OTHERS_CHECKED, Masks, masked, masks, other_magic, quoted, refusal_of
from s3lint.source.text import Unreadable, is_encodable
from s3lint.support.interpreter import without_parser_warnings

DATABRICKS = b"# Databricks notebook source"
"""The first line of a notebook that Databricks exports as Python."""

COMMAND = re.compile(r"# COMMAND -{10}")
MAGIC = "# MAGIC "
BLOCK = "if True:"
"""As long as `# MAGIC `: code keeps its columns in a block, which has no scope of its own."""

MAGIC_COMMENT = re.compile(rb"^# MAGIC", re.MULTILINE)
BARE_MAGIC = re.compile(rb"^\s*[%!]", re.MULTILINE)

PERCENT = re.compile(rb"^# ?%%", re.MULTILINE)
"""What begins a cell for VS Code, Spyder, PyCharm and Jupytext."""

PERCENT_CELL = re.compile(r"# ?%%")

MAX_CELLS_CHARACTERS = 1 << 20
"""Characters of a source whose cells are parsed one by one."""


def masked_rows(data: bytes) -> Masks:
    """Return the rows that `plain` changes."""
    made = plain(data)
    if made == data:
        return Masks()
    written, text = (each.decode("utf-8", "surrogateescape").split("\n") for each in (data, made))
    return masks(written, text)


def magics(data: bytes) -> str:
    """Return the rows of a source of cells that are no Python: those that are masked, and the comments that Databricks runs."""
    comments = re.findall(rb"^# MAGIC.*", data, re.MULTILINE) if data.startswith(DATABRICKS) else []
    return "\n".join([masked_rows(data).written, *(line.decode("utf-8", "replace") for line in comments)])


def plain(data: bytes) -> bytes:
    """Return a source with the names that Python reads; one of cells with its SQL cells as Python, its magics masked and its broken cells
    emptied. All else stays as it is.
    """
    return _read(data)[0]


def broken_cells(data: bytes) -> tuple[Unreadable, ...]:
    """Return the errors of the cells that do not parse, in rows of the file."""
    return _read(data)[1]


def other_cells(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the row and the magic of each cell of a Databricks source that is in another language than Python or SQL."""
    row = 1
    lines = data.decode("utf-8", "surrogateescape").split("\n") if data.startswith(DATABRICKS) else []
    for cell in _cells(lines, COMMAND):
        code = [line.removeprefix(MAGIC) for line in cell if line.startswith(MAGIC) or not line.startswith("#")]
        magic = other_magic(code)
        if magic is not None:
            first = next(index for index, line in enumerate(cell) if magic in line)
            yield row + first, magic
        row += len(cell)


@lru_cache(maxsize=4)
def _read(data: bytes) -> tuple[bytes, tuple[Unreadable, ...]]:
    data = with_normal_names(data)
    is_databricks = data.startswith(DATABRICKS)
    # The plain text is asked for first: a search at each start of a line takes fifty times as long.
    if not is_databricks and (b"%%" not in data or PERCENT.search(data) is None):
        return data, ()
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    made = lines
    if is_databricks and (MAGIC_COMMENT.search(data) or BARE_MAGIC.search(data)):
        made = [line for cell in _cells(lines, COMMAND) for line in _databricks_cell(cell)]
    made, broken = _without_broken_cells(made, COMMAND if is_databricks else PERCENT_CELL)
    return ("\n".join(made).encode("utf-8", "surrogateescape") if made != lines else data), broken


@without_parser_warnings()
def _without_broken_cells(lines: list[str], beginning: re.Pattern[str]) -> tuple[list[str], tuple[Unreadable, ...]]:
    """Return the lines with every cell emptied that does not parse, and its error, where the lines do not parse as a whole."""
    text = "\n".join(lines)
    if len(text) > MAX_CELLS_CHARACTERS or not is_encodable(text) or refusal_of(lines) is None:
        return lines, ()
    found: list[str] = []
    broken: list[Unreadable] = []
    for cell in _cells(lines, beginning):
        made = cell if refusal_of(cell) is None else _without_bare_magics(cell)
        refusal = refusal_of(made)
        if refusal is not None:
            broken.append(Unreadable(f"{refusal.message}; {OTHERS_CHECKED}", len(found) + refusal.row, refusal.column))
            made = ["" for _ in made]
        found += made
    return found, tuple(broken)


def _cells(lines: list[str], beginning: re.Pattern[str]) -> Iterator[list[str]]:
    cell: list[str] = []
    for line in lines:
        if beginning.match(line) and cell:
            yield cell
            cell = []
        cell.append(line)
    yield cell


def _databricks_cell(cell: list[str]) -> list[str]:
    magics = [line for line in cell if line.startswith("# MAGIC")]
    # Python runs what stands between the comments; in the text of the SQL it would be hidden.
    if not magics or any(map(_is_code, cell)):
        return _without_bare_magics(cell)
    return _databricks_sql(cell) if magics[0].startswith(f"{MAGIC}%sql") else _databricks_python(cell)


def _databricks_python(cell: list[str]) -> list[str]:
    """Return the lines of a cell of `# MAGIC %python`, `%time` or the like with its code in the same rows and columns.

    A cell of another language, and one without code, stays as it is.
    """
    rows = [index for index, line in enumerate(cell) if line.startswith("# MAGIC")]
    written = [cell[row].removeprefix("# MAGIC").removeprefix(" ") for row in rows]
    code = masked(written)
    if not calls("\n".join(code)):
        return cell
    made = list(cell)
    indent = " " * len(MAGIC)
    for row, line in zip(rows, code, strict=True):
        made[row] = f"{indent}{line}" if line.strip() else ""
    if code[0].strip() in ("", "pass"):
        made[rows[0]] = BLOCK  # the magic alone
        return made
    one_line = [BLOCK + code[0], *made[rows[0] + 1 :]]
    if not any(line.strip() for line in code[1:]) and refusal_of(one_line[:1]) is None:
        return [*made[: rows[0]], *one_line]
    for row, line in zip(rows, code, strict=True):
        made[row] = line
    return made


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _without_bare_magics(cell: list[str]) -> list[str]:
    """Return the lines of a cell, with those masked that are magics without `# MAGIC`; a cell of another language as a whole."""
    first = next((index for index, line in enumerate(cell) if line.strip() and not line.startswith("#")), len(cell))
    if first == len(cell) or not any(BARE_MAGIC.match(line.encode("utf-8", "replace")) for line in cell):
        return cell
    return [*cell[:first], *masked(cell[first:])]


def _databricks_sql(cell: list[str]) -> list[str]:
    """Return the lines of a `# MAGIC %sql` cell as a call of `spark.sql`, with the SQL in the same rows and columns."""
    rows = [index for index, line in enumerate(cell) if line.startswith("# MAGIC")]
    made = list(cell)
    for index in rows:
        made[index] = quoted(cell[index].removeprefix("# MAGIC").removeprefix(" "))
        if index != rows[0]:
            made[index] = f"{' ' * len(MAGIC)}{made[index]}"
    made[rows[0]] = OPEN + re.sub(r"^%sql ?", "", made[rows[0]])
    made[rows[-1]] = made[rows[-1]].rstrip("\r") + CLOSE + ("\r" if cell[rows[-1]].endswith("\r") else "")
    return made

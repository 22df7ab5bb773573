"""Tell which notebooks and cells are not checked, and why: those in other languages, and those that do not parse."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.finding import Location
from s3lint.source.notebooks import document_of, other_kernel, other_language, other_magic, read, runs_ipython, source_of_cell
from s3lint.source.script_cells import broken_cells, other_cells
from s3lint.source.text import Unreadable

PROSE = frozenset({"md", "markdown", "html", "latex", "svg"})
"""Magics of cells that are text: there is no code in them."""


def why_skipped(data: bytes) -> str | None:
    """Return why a whole notebook is not checked; None if it is."""
    try:
        kernel = other_kernel(document_of(data))
    except Unreadable as error:
        return error.message
    return f"a notebook in {kernel}" if kernel is not None else None


def skipped_cells(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number of each code cell of a notebook that is not checked, and why."""
    found = read(data)
    if found is None:
        return
    cells = found[1]
    broken = {cells.place(Location(error.row, error.column))[0]: error.message for error in cells.broken}
    document = document_of(data)
    is_ipython = runs_ipython(document)
    for number, cell in enumerate(document["cells"], 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            reason = _reason(other_language(cell, is_ipython=is_ipython), other_magic(source_of_cell(cell))) or broken.get(number)
            if reason is not None:
                yield number, reason


def skipped_rows(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the first row of each cell of a Python source that is not checked, and why; of a broken cell the row of the error."""
    others = ((row, reason) for row, magic in other_cells(data) if (reason := _reason(None, magic)) is not None)
    yield from sorted([*others, *((error.row, error.message) for error in broken_cells(data))])


def _reason(language: str | None, magic: str | None) -> str | None:
    if language is not None:
        return f"a cell in {language}"
    return f"a cell of `{magic}`" if magic is not None and magic.lstrip("%") not in PROSE else None

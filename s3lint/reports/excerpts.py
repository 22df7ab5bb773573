"""The lines of source that a report quotes, as they stand on disk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from s3lint.source.notebooks import cell_lines
from s3lint.source.text import Source, Unreadable

KEPT = 64
"""Files whose lines are remembered; findings come file by file."""


def lines_of(path: Path, cell: int | None = None) -> tuple[str, ...]:
    """The lines of a file, or of one cell of a notebook, without their ends; none where it cannot be read any more."""
    try:
        state = path.stat()
        return _lines(path, cell, state.st_mtime_ns, state.st_size)
    except (OSError, Unreadable):
        return ()


@lru_cache(KEPT)
def _lines(path: Path, cell: int | None, *_: int) -> tuple[str, ...]:
    """What follows the cell are signs of a change, after which the file is read again."""
    data = path.read_bytes()
    lines = Source.decode(path, data).lines if cell is None else cell_lines(data, cell)
    return tuple(line.rstrip("\r\n") for line in lines)


def line_of(path: Path, row: int, cell: int | None = None) -> str | None:
    lines = lines_of(path, cell)
    return lines[row - 1] if 0 < row <= len(lines) else None

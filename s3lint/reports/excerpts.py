"""Read the lines of source that a report quotes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from s3lint.project.files import MAX_READ_BYTES
from s3lint.source.notebooks import cell_lines
from s3lint.source.text import Source, Unreadable
from s3lint.support.bounded_read import read_bounded

MAX_CACHED_FILES = 64
"""Few are enough: findings come file by file, and only their related places are in other files."""


def lines_of(path: Path, cell: int | None = None) -> tuple[str, ...]:
    """Read the lines of a file or of one cell of a notebook, without line ends; empty if it cannot be read any more."""
    try:
        state = path.stat()
        return _lines(path, cell, state.st_mtime_ns, state.st_size)
    except (OSError, Unreadable):
        return ()


@lru_cache(MAX_CACHED_FILES)
def _lines(path: Path, cell: int | None, *_: int) -> tuple[str, ...]:
    """Read and cache lines. The arguments after the cell, time of change and size, make the cache miss when the file changes."""
    data = read_bounded(path, MAX_READ_BYTES)
    lines = Source.decode(path, data).lines if cell is None else cell_lines(data, cell)
    return tuple(line.rstrip("\r\n") for line in lines)


def line_of(path: Path, row: int, cell: int | None = None) -> str | None:
    """Read one line (from 1); None if there is no such line."""
    lines = lines_of(path, cell)
    return lines[row - 1] if 0 < row <= len(lines) else None

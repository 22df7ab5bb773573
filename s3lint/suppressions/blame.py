"""Find out who wrote a line, and when, as far as git knows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path

from s3lint.project.files import MAX_SOURCE_BYTES
from s3lint.support import git
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen


@frozen()
class Author:
    """Whoever last changed a line. `day` is in UTC; a line that is not committed yet has no author."""

    name: str
    day: date


def authors(path: Path, rows: Iterable[int]) -> dict[int, Author]:
    """Return the authors of some lines of a file; none where git, a repository or a commit is missing.

    The last commit is blamed, not the work tree: for that git would run the filters that the repository configures.
    """
    try:
        committed = _committed(path)
        places = (
            _committed_rows(rows, _lines(read_bounded(path, MAX_SOURCE_BYTES)), _lines(committed)) if committed is not None else {}
        )
        ranges = [part for row in sorted(places) for part in ("-L", f"{row},{row}")]
        # Without a range git would blame the whole file.
        blamed = (
            git.run(path.parent, "blame", "--no-textconv", "--line-porcelain", *ranges, "HEAD", "--", path.name) if ranges else None
        )
    except OSError:
        return {}
    if blamed is None or blamed.returncode:
        return {}
    return {places[row]: author for row, author in _read(blamed.stdout.decode("utf-8", "replace"))}


def _committed(path: Path) -> bytes | None:
    """Return the content of a file in the last commit; None if there is none, or if it is larger than any file that is checked."""
    blob = f"HEAD:./{path.name}"
    size = git.run(path.parent, "cat-file", "-s", blob)
    if size.returncode or int(size.stdout) > MAX_SOURCE_BYTES:
        return None
    return git.run(path.parent, "cat-file", "blob", blob).stdout


def _lines(data: bytes) -> list[bytes]:
    """Split as git counts lines, without the carriage returns that a checkout may have added."""
    return [line.removesuffix(b"\r") for line in data.split(b"\n")]


def _committed_rows(rows: Iterable[int], current: Sequence[bytes], committed: Sequence[bytes]) -> dict[int, int]:
    """Map rows of the committed text to the rows of the current one that have the same line.

    Of equal lines the n-th belongs to the n-th: one pass, where an alignment of long files with many equal lines takes minutes.
    """
    wanted = {row: current[row - 1] for row in rows if row <= len(current)}
    lines = set(wanted.values())
    here, there = _rows_of(lines, current), _rows_of(lines, committed)
    found = {}
    for row, line in wanted.items():
        index = bisect_left(here[line], row)
        if index < len(there[line]):
            found[there[line][index]] = row
    return found


def _rows_of(wanted: Iterable[bytes], lines: Iterable[bytes]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = {line: [] for line in wanted}
    for row, line in enumerate(lines, 1):
        if line in found:
            found[line].append(row)
    return found


def _read(text: str) -> Iterator[tuple[int, Author]]:
    """Yield the rows with their authors. A line's record begins with its commit and row, and ends with its source behind a tab."""
    commit, row, known = "", 0, dict[str, str]()
    for line in text.split("\n"):
        if line.startswith("\t"):
            author = _author(known)
            if author is not None:
                yield row, author
            commit = ""
        elif not commit:
            parts = line.split(" ")
            commit, row, known = parts[0], int(parts[2]) if len(parts) > 2 else 0, {}
        else:
            key, _, value = line.partition(" ")
            known[key] = value


def _author(known: Mapping[str, str]) -> Author | None:
    """Return the author of a line's record; None for a date that is none, which a commit may well have."""
    try:
        return Author(known["author"], datetime.fromtimestamp(int(known["author-time"]), timezone.utc).date())
    except (KeyError, ValueError, OverflowError, OSError):
        return None

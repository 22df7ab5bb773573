"""Files by the digests of what they hold. One whose size, times and inode are as they were is not read again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from s3lint.project.dependencies import digest

RACY = 2_000_000_000
"""Nanoseconds within which two writes may leave the same times: the coarsest file systems count in steps of two seconds."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: the digest of its bytes, that of the source that the engine reads in them, and the number of bytes."""

    raw: str
    plain: str
    size: int


Known = tuple[str, Content]
"""The state of a file, and what it held then."""


class Contents:
    """The files as they stand during one run, each looked at once."""

    def __init__(self, known: Mapping[Path, Known]) -> None:
        self._known = known
        self._states: dict[Path, str | None] = {}
        self._found: dict[Path, Content | None] = {}
        self.learnt: dict[Path, Known] = {}
        """Contents of files that are not known yet and whose next change will show."""

    def of(self, path: Path) -> Content | None:
        """What a file holds; None where there is no file that can be read."""
        if path not in self._found:
            self._found[path] = self._look(path)
        return self._found[path]

    def _look(self, path: Path) -> Content | None:
        now = time.time_ns()
        status = _status(path)
        state = self._states[path] = _state(status)
        if status is None or state is None:
            return None
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        try:
            data = path.read_bytes()
        except OSError:
            return None
        from s3lint.source.notebooks import plain

        source = plain(data)
        content = Content(digest(data), digest(source), len(data))
        if max(status.st_mtime_ns, status.st_ctime_ns) < now - RACY:
            self.learnt[path] = state, content
        return content

    def is_steady(self, path: Path) -> bool:
        """Whether a file has not been touched since this run looked at it."""
        return path in self._states and self._states[path] == _state(_status(path))


def _status(path: Path) -> os.stat_result | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _state(status: os.stat_result | None) -> str | None:
    """Changes with every write, replacement and restored time of a file."""
    if status is None:
        return None
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} {status.st_dev}"

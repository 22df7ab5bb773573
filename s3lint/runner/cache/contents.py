"""Digests of files. A file whose size, times and inode are unchanged is not read again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path

from s3lint.project.dependencies import digest
from s3lint.project.files import MAX_READ_BYTES
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

RACY_NANOSECONDS = 2_000_000_000
"""Age below which a file may be written again without a change of its times: the coarsest file systems (FAT) count in two seconds."""


@frozen()
class Content:
    """The digest of a file's bytes, the digest of the source that `plain` makes of them, and the number of bytes."""

    raw: str
    plain: str
    size: int


Known = tuple[str, Content]
"""The state of a file (see `_state`), and its content in that state."""


class Contents:
    """The contents of files during one run, each read at most once."""

    def __init__(self, known: Mapping[Path, Known]) -> None:
        self._known = known
        self._states: dict[Path, str | None] = {}
        self._found: dict[Path, Content | None] = {}
        self.learnt: dict[Path, Known] = {}
        """Contents to store: files that are new or changed, and old enough that their next change will show in their times."""

    def of(self, path: Path) -> Content | None:
        """Return the content of a file; None if it cannot be read."""
        if path not in self._found:
            self._found[path] = self._content(path)
        return self._found[path]

    def _content(self, path: Path) -> Content | None:
        now = time.time_ns()
        status = _status(path)
        state = self._states[path] = _state(status)
        if status is None or state is None:
            return None
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        try:
            data = read_bounded(path, MAX_READ_BYTES)
        except OSError:
            return None
        from s3lint.source.script_cells import plain

        source = plain(data)
        content = Content(digest(data), digest(source), len(data))
        if max(status.st_mtime_ns, status.st_ctime_ns) < now - RACY_NANOSECONDS:
            self.learnt[path] = state, content
        return content

    def is_steady(self, path: Path) -> bool:
        """Return whether a file has not been touched since this run read its state."""
        return path in self._states and self._states[path] == _state(_status(path))


def _status(path: Path) -> os.stat_result | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _state(status: os.stat_result | None) -> str | None:
    """Return a text that changes with every write and replacement of a file, also where its modification time is restored."""
    if status is None:
        return None
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino} {status.st_dev}"

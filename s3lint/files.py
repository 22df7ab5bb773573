"""The bytes of a project's files, read at most once. Nothing here needs a parser."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from s3lint.discovery import python_files
from s3lint.notebooks import is_notebook, plain
from s3lint.selection import Selection
from s3lint.settings import Settings

LARGEST = 2_000_000
"""Bytes of a file over which no values are taken from it."""

SEARCHED = 200_000_000
"""Bytes of a project in which callers of a function are looked for; calls in further files stay unseen."""


class ProjectFiles:
    """The files of one project. `overlay` holds texts that an editor has not saved yet."""

    def __init__(self, settings: Settings, overlay: Mapping[Path, bytes] | None = None) -> None:
        self.settings = settings
        self.overlay = overlay or {}

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, or None where it cannot be read or is larger than the bound."""
        if path in self.overlay:
            return self.overlay[path]
        try:
            return plain(path.read_bytes()) if path.is_file() and path.stat().st_size <= LARGEST else None
        except OSError:
            return None

    @cached_property
    def searched(self) -> dict[Path, bytes]:
        """The files in which callers are looked for: those of the project but its tests, up to a bound."""
        found: dict[Path, bytes] = {}
        size = 0
        selection = Selection(self.settings)
        for path in python_files(self.settings.root, self.settings):
            data = self.read(path) if not is_notebook(path.name) else None
            if data is not None and (self.settings.lint_tests or not selection.is_test(path)):
                found[path], size = data, size + len(data)
            if size > SEARCHED:
                break
        return found

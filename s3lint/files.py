"""The bytes of a project's files, read at most once. Nothing here needs a parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from s3lint.discovery import SUFFIXES, is_excluded, is_notebook, python_files
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
        self.overlay = overlay if overlay is not None else {}

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, or None where it cannot be read or is larger than the bound."""
        from s3lint.notebooks import plain

        if path in self.overlay:
            return self.overlay[path]
        try:
            return plain(path.read_bytes()) if path.is_file() and path.stat().st_size <= LARGEST else None
        except OSError:
            return None

    def listed(self) -> Iterable[Path]:
        """The Python files and notebooks of the project, in order of their paths."""
        return python_files(self.settings.root, self.settings)

    def is_searched(self, path: Path) -> bool:
        """Whether callers are looked for in a file of the project."""
        return not is_notebook(path.name) and (self.settings.lint_tests or not self._selection.is_test(path))

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()

    def is_namespace(self, folder: Path) -> bool:
        """Whether a folder without `__init__.py` holds Python code."""
        return folder.is_dir() and (any(folder.glob("*.py")) or any(folder.glob("*/*.py")))

    @cached_property
    def searched(self) -> dict[Path, bytes]:
        """The files in which callers are looked for: those of the project but its tests, up to a bound."""
        found: dict[Path, bytes] = {}
        size = 0
        for path in self.listed():
            data = self._searched(path)
            if data is not None:
                found[path], size = data, size + len(data)
            if size > SEARCHED:
                break
        unsaved = {path: self._searched(path) for path in self.overlay if path not in found and self._belongs(path)}
        return found | {path: data for path, data in unsaved.items() if data is not None}

    def refresh(self, path: Path) -> None:
        """Looks at a file again that changed, came or went."""
        if "searched" not in self.__dict__:
            return
        data = self._searched(path) if path in self.searched or self._belongs(path) else None
        if data is not None:
            self.searched[path] = data
        else:
            self.searched.pop(path, None)

    def _belongs(self, path: Path) -> bool:
        """Whether a walk over the project could meet a file."""
        inside = path.is_relative_to(self.settings.root) and path.name.endswith(SUFFIXES)
        return inside and not is_excluded(path, self.settings)

    def _searched(self, path: Path) -> bytes | None:
        return self.read(path) if self.is_searched(path) else None

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self.settings)

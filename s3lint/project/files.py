"""The files of a project and their bytes. Nothing here needs a parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from s3lint.project.discovery import SUFFIXES, is_excluded, is_notebook, python_files
from s3lint.project.patterns import is_test
from s3lint.project.word_index import WordIndex
from s3lint.settings import Settings

MAX_SOURCE_BYTES = 2_000_000
"""Bytes of a file over which only its mentions are reported and no values are taken from it. Python's own parser takes 800 bytes of
memory for each byte of `a=1`, so that this much keeps a process within 2 GB."""

MAX_KEPT_BYTES = 16_000_000
"""Bytes of a project's files that stay in memory; what lies beyond is read again whenever it is asked for."""


class ProjectFiles:
    """The files of one project. `overlay` holds texts that an editor has not saved yet."""

    def __init__(self, settings: Settings, overlay: Mapping[Path, bytes] | None = None) -> None:
        self.settings = settings
        self.overlay = overlay if overlay is not None else {}
        self._kept: dict[Path, bytes] = {}
        self._room = MAX_KEPT_BYTES

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, or None where it cannot be read or is larger than the bound."""
        from s3lint.source.notebooks import plain

        if path in self.overlay:
            return self.overlay[path]
        try:
            return plain(path.read_bytes()) if path.is_file() and path.stat().st_size <= MAX_SOURCE_BYTES else None
        except OSError:
            return None

    def listed(self) -> Iterable[Path]:
        """The Python files and notebooks of the project, in order of their paths."""
        return python_files(self.settings.root, self.settings)

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()

    def is_namespace(self, folder: Path) -> bool:
        """Whether a folder without `__init__.py` holds Python code."""
        return folder.is_dir() and (any(folder.glob("*.py")) or any(folder.glob("*/*.py")))

    @cached_property
    def searched(self) -> dict[Path, None]:
        """The files in which callers are looked for, in order: those of the project but its tests."""
        listed = dict.fromkeys(path for path in self.listed() if self.is_searched(path))
        return listed | dict.fromkeys(path for path in self.overlay if self._belongs(path) and self.is_searched(path))

    def content(self, path: Path) -> bytes:
        """The bytes of a file that is searched; none where it cannot be read or is larger than the bound."""
        data = self._kept.get(path)
        if data is None:
            data = self.read(path) or b""
            if self._room >= len(data):
                self._kept[path] = data
                self._room -= len(data)
        return data

    @cached_property
    def word_index(self) -> WordIndex:
        """Return the index of the files that are searched; built when first asked for."""
        return WordIndex(self.searched, self.content)

    def refresh(self, path: Path) -> None:
        """Looks at a file again that changed, came or went."""
        self._room += len(self._kept.pop(path, b""))
        if "searched" not in self.__dict__:
            return
        if (path in self.searched or self._belongs(path)) and self.is_searched(path) and self.read(path) is not None:
            self.searched[path] = None
            if "word_index" in self.__dict__:
                self.word_index.refresh(path)
        else:
            self.searched.pop(path, None)

    def _belongs(self, path: Path) -> bool:
        """Whether a walk over the project could meet a file."""
        inside = path.is_relative_to(self.settings.root) and path.name.endswith(SUFFIXES)
        return inside and not is_excluded(path, self.settings)

    def is_searched(self, path: Path) -> bool:
        """Whether callers are looked for in a file of the project."""
        return not is_notebook(path.name) and (self.settings.lint_tests or not is_test(path, self.settings))

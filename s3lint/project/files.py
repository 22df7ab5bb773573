"""Read the files of a project as bytes. Imports no parser: most files are never parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from s3lint.project.boundary import leads_out
from s3lint.project.discovery import SUFFIXES, is_excluded, is_notebook, python_files
from s3lint.project.patterns import is_test
from s3lint.project.word_index import WordIndex
from s3lint.settings import Settings
from s3lint.source.text import searchable
from s3lint.support.bounded_read import read_bounded

MAX_SOURCE_BYTES = 2_000_000
"""Bytes of the largest file that is parsed. Python's parser takes 800 bytes of memory for each byte of `a=1`, so that a file of this
size keeps a process within 2 GB."""

MAX_READ_BYTES = 64_000_000
"""Bytes of the largest file whose mentions are searched; a larger one is an error of the run."""

MAX_KEPT_BYTES = 16_000_000
"""Bytes of a project's files that stay in memory; further files are read again each time."""


class ProjectFiles:
    """The files of one project. `overlay` are the unsaved texts of an editor, which replace files on disk."""

    def __init__(self, settings: Settings, overlay: Mapping[Path, bytes] | None = None) -> None:
        self.settings = settings
        self.overlay = overlay if overlay is not None else {}
        self._kept: dict[Path, bytes] = {}
        self._offered: dict[Path, bytes] = {}
        self._room = MAX_KEPT_BYTES

    def read(self, path: Path) -> bytes | None:
        """Return the bytes of a file; None if it cannot be read, exceeds `MAX_SOURCE_BYTES`, or lies behind a link out of the project."""
        from s3lint.source.script_cells import plain

        if path in self.overlay:
            return self.overlay[path]
        try:
            return plain(read_bounded(path, MAX_SOURCE_BYTES)) if not leads_out(path, self.settings.root) else None
        except OSError:
            return None

    def listed(self) -> Iterable[Path]:
        """Return the Python files and notebooks of the project, sorted by path."""
        return python_files(self.settings.root, self.settings)

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()

    def is_namespace(self, folder: Path) -> bool:
        """Tell whether a folder contains Python code, directly or one folder deeper, and so may be a namespace package."""
        return folder.is_dir() and (any(folder.glob("*.py")) or any(folder.glob("*/*.py")))

    @cached_property
    def searched(self) -> dict[Path, None]:
        """Return the files in which callers and importers are searched, in order: those of the project without its tests."""
        listed = dict.fromkeys(path for path in self.listed() if self.is_searched(path))
        return listed | dict.fromkeys(path for path in self.overlay if self._belongs(path) and self.is_searched(path))

    @cached_property
    def outside_tests(self) -> list[Path]:
        """Return the files whose fixes have to agree with each other: those that are searched, and notebooks."""
        listed = dict.fromkeys((*self.listed(), *filter(self._belongs, self.overlay)))
        return [path for path in listed if self._is_linted(path)]

    def content(self, path: Path) -> bytes:
        """Return the bytes of a searched file; empty if it cannot be read or exceeds `MAX_SOURCE_BYTES`."""
        data = self._kept.get(path)
        if data is None:
            data = self._taken(path)
            data = data if data is not None else self.read(path) or b""
            if self._room >= len(data):
                self._kept[path] = data
                self._room -= len(data)
        return data

    def offer(self, path: Path, data: bytes) -> None:
        """Take the bytes of a file that the caller has read, with what is no Python masked: if it is searched, it is not read again."""
        if self._room >= len(data) and path not in self._offered and self.is_searched(path):
            self._offered[path] = data
            self._room -= len(data)

    def _taken(self, path: Path) -> bytes | None:
        """Return the bytes that were offered of a file, if `read` would return the same."""
        data = self._offered.pop(path, None)
        if data is None:
            return None
        self._room += len(data)
        is_own = path not in self.overlay and len(data) <= MAX_SOURCE_BYTES and not leads_out(path, self.settings.root)
        return data if is_own else None

    @cached_property
    def word_index(self) -> WordIndex:
        """Return the index of the searched files; the first use builds it."""
        return WordIndex(self.searched, self.searchable)

    def searchable(self, path: Path) -> bytes:
        """Return the bytes of a searched file as searches read them."""
        return searchable(self.content(path))

    def refresh(self, path: Path) -> None:
        """Update everything known of a file that was changed, created or deleted."""
        self._room += len(self._kept.pop(path, b"")) + len(self._offered.pop(path, b""))
        self.__dict__.pop("outside_tests", None)
        # A cached property that was never used needs no update: its first use reads the new state.
        if "searched" not in self.__dict__:
            return
        if (path in self.searched or self._belongs(path)) and self.is_searched(path) and self.read(path) is not None:
            self.searched[path] = None
            if "word_index" in self.__dict__:
                self.word_index.refresh(path)
        else:
            self.searched.pop(path, None)

    def _belongs(self, path: Path) -> bool:
        """Tell whether a file is a Python file or notebook below the root that is not excluded."""
        inside = path.is_relative_to(self.settings.root) and path.name.endswith(SUFFIXES)
        return inside and not is_excluded(path, self.settings)

    def is_searched(self, path: Path) -> bool:
        """Tell whether callers are searched in a file of the project: never in notebooks, in tests only with `lint-tests`."""
        return not is_notebook(path.name) and self._is_linted(path)

    def _is_linted(self, path: Path) -> bool:
        return self.settings.lint_tests or not is_test(path, self.settings)

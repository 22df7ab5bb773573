"""Bound the files that may import a module, directly or by way of others, without resolving an import.

Nothing but its name leads from outside into a folder or module. So where no file outside of a folder imports something of that name, only
files below the folder can get at what is defined there, and what is defined in a module that no file names only the module itself. Copies of one package side by side have the same names, but do not see each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from s3lint.project.discovery import SUFFIXES
from s3lint.project.searches import Kind, Search
from s3lint.project.searching import Searcher

INIT = "__init__.py"
"""The module of a package: what leads into its folder leads to it."""


class ImportCones:
    """The closed folders and modules of a project."""

    def __init__(self, root: Path, roots: Sequence[Path], searcher: Searcher) -> None:
        self._root = root
        self._roots = roots
        self._searcher = searcher
        self._tracker = searcher.tracker
        self._closed: dict[Path, tuple[bool, int]] = {}

    def around(self, path: Path) -> Path:
        """Return the innermost folder below which all files lie that may import a module; the module itself if none may."""
        if path.name != INIT and self._is_closed(path):
            return path
        folder = path.parent
        while folder != self._root and folder.is_relative_to(self._root):
            if self._is_closed(folder):
                return folder
            folder = folder.parent
        return self._root

    def _is_closed(self, path: Path) -> bool:
        if path not in self._closed:
            with self._tracker.isolated():
                self._closed[path] = not self._is_entered(path), self._tracker.recorded
        closed, read = self._closed[path]
        self._tracker.recorded |= read
        return closed

    def _is_entered(self, path: Path) -> bool:
        """Tell whether a file outside of a folder or module may import what is in it."""
        name = path.stem if path.suffix in SUFFIXES else path.name
        if not name.isidentifier():
            return False
        # What lies below a root of imports is imported without the names of the folders above that root.
        if any(root.is_relative_to(path) for root in self._roots):
            return True
        kinds: tuple[Kind, ...] = ("entries",)
        # `package.folder`: an attribute leads into a folder too. But the root itself is no package that a name stands for.
        if path.parent != self._root:
            kinds = ("entries", "members")
        return any(self._searcher.found(Search(kind, name, str(path))) for kind in kinds)

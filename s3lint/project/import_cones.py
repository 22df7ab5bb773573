"""Bound the files that may import a module, directly or by way of others, without resolving an import.

Nothing but its name leads from outside into a folder. So where no file outside of a folder imports something of that name, only files
below the folder can get at what is defined there. Copies of one package side by side have the same names, but do not see each other.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from s3lint.project.searches import Search
from s3lint.project.searching import Searcher


class ImportCones:
    """The closed folders of a project."""

    def __init__(self, root: Path, roots: Sequence[Path], searcher: Searcher) -> None:
        self._root = root
        self._roots = roots
        self._searcher = searcher
        self._tracker = searcher.tracker
        self._closed: dict[Path, tuple[bool, int]] = {}

    def around(self, path: Path) -> Path:
        """Return the innermost folder below which all files lie that may import a module."""
        folder = path.parent
        while folder != self._root and folder.is_relative_to(self._root):
            if self._is_closed(folder):
                return folder
            folder = folder.parent
        return self._root

    def _is_closed(self, folder: Path) -> bool:
        if folder not in self._closed:
            with self._tracker.isolated():
                self._closed[folder] = not self._is_entered(folder), self._tracker.recorded
        closed, read = self._closed[folder]
        self._tracker.recorded |= read
        return closed

    def _is_entered(self, folder: Path) -> bool:
        """Tell whether a file outside of a folder may import what is below it."""
        if not folder.name.isidentifier():
            return False
        # What lies below a root of imports is imported without the names of the folders above that root.
        if any(root.is_relative_to(folder) for root in self._roots):
            return True
        below = f"{folder}{os.sep}"
        searches = [Search("entries", folder.name)]
        # `package.folder`: an attribute leads into a folder too. But the root itself is no package that a name stands for.
        if folder.parent != self._root:
            searches.append(Search("members", folder.name))
        return any(not str(found).startswith(below) for search in searches for found in self._searcher.found(search))
